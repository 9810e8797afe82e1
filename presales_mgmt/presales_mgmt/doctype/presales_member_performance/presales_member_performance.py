from frappe.model.document import Document


class PresalesMemberPerformance(Document):
	pass
