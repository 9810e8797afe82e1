from frappe.model.document import Document


class PresalesProjectCompetitor(Document):
	pass
