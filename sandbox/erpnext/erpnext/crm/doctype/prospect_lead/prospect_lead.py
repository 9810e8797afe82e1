from frappe.model.document import Document


class ProspectLead(Document):
	pass
