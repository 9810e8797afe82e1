from frappe.model.document import Document


class Brand(Document):
	pass
