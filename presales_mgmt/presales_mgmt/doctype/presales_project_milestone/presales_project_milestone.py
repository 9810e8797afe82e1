from frappe.model.document import Document


class PresalesProjectMilestone(Document):
	pass
