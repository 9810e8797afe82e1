from frappe.model.document import Document


class PresalesClassificationCriterion(Document):
	pass
