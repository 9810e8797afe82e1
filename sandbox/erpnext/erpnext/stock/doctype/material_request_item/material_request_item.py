from frappe.model.document import Document


class MaterialRequestItem(Document):
	pass
