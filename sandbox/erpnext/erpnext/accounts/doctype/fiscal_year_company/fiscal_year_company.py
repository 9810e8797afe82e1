from frappe.model.document import Document


class FiscalYearCompany(Document):
	pass
