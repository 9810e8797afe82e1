from frappe.model.document import Document


class TaskDependsOn(Document):
	pass
