from frappe.model.document import Document


class TimesheetDetail(Document):
	pass
