from frappe.model.document import Document


class PresalesChecklistEntry(Document):
	pass
