from frappe.model.document import Document


class PresalesDelegation(Document):
	pass
