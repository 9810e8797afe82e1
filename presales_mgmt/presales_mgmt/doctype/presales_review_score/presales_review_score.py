from frappe.model.document import Document


class PresalesReviewScore(Document):
	pass
