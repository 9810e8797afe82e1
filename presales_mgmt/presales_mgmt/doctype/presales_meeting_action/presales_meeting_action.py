from frappe.model.document import Document


class PresalesMeetingAction(Document):
	pass
