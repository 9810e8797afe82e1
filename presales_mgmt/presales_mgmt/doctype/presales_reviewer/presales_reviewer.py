from frappe.model.document import Document


class PresalesReviewer(Document):
	pass
