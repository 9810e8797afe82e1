from frappe.model.document import Document


class ProspectOpportunity(Document):
	pass
