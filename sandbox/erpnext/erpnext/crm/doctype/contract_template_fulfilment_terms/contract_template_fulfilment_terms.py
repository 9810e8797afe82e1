from frappe.model.document import Document


class ContractTemplateFulfilmentTerms(Document):
	pass
