from frappe.model.document import Document


class PresalesProjectStakeholder(Document):
	pass
