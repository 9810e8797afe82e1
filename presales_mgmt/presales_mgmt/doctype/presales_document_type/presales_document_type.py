from frappe.model.document import Document


class PresalesDocumentType(Document):
	pass
