from frappe.model.document import Document


class SalesPartner(Document):
	pass
