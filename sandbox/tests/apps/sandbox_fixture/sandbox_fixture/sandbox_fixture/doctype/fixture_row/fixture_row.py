from frappe.model.document import Document


class FixtureRow(Document):
	pass
