from frappe.model.document import Document


class PresalesEvaluationCriterion(Document):
	pass
