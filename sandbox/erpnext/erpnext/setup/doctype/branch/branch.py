from frappe.model.document import Document


class Branch(Document):
	pass
