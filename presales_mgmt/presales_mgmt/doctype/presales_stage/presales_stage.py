from frappe.model.document import Document


class PresalesStage(Document):
	pass
