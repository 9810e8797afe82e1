from frappe.model.document import Document


class SalesPartnerType(Document):
	pass
