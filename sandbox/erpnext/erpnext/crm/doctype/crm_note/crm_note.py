from frappe.model.document import Document


class CRMNote(Document):
	pass
