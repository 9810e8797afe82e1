from frappe.model.document import Document


class JournalEntryAccount(Document):
	pass
