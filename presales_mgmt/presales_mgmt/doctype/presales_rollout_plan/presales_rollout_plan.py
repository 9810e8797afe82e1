from frappe.model.document import Document


class PresalesRolloutPlan(Document):
	pass
