from frappe.model.document import Document


class PresalesReviewCriterion(Document):
	pass
