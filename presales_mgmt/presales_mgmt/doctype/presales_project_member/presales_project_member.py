from frappe.model.document import Document


class PresalesProjectMember(Document):
	pass
