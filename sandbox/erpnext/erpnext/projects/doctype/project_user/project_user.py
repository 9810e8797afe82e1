from frappe.model.document import Document


class ProjectUser(Document):
	pass
