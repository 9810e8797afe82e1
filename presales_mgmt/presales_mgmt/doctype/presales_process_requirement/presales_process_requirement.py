from frappe.model.document import Document


class PresalesProcessRequirement(Document):
	pass
