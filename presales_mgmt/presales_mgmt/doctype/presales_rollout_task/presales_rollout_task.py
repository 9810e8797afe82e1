from frappe.model.document import Document


class PresalesRolloutTask(Document):
	pass
