from frappe.model.document import Document


class TermsandConditions(Document):
	pass
