from frappe.model.document import Document


class GLEntry(Document):
	pass
