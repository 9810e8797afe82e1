from frappe.model.document import Document


class PresalesProcessStage(Document):
	pass
