from frappe.model.document import Document


class PresalesCompanySetting(Document):
	pass
