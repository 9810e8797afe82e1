from frappe.model.document import Document


class PresalesMeetingAttendee(Document):
	pass
