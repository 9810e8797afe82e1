from frappe.model.document import Document


class BuyingSettings(Document):
	pass
