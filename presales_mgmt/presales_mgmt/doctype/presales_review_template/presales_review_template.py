from frappe.model.document import Document


class PresalesReviewTemplate(Document):
	pass
