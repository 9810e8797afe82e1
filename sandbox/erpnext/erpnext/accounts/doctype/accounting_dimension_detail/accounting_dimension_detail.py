from frappe.model.document import Document


class AccountingDimensionDetail(Document):
	pass
