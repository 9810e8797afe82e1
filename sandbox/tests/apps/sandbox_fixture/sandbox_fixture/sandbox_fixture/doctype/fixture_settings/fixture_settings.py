from frappe.model.document import Document


class FixtureSettings(Document):
	pass
