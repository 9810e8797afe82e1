from frappe.model.document import Document


class PresalesMeetingDecision(Document):
	pass
