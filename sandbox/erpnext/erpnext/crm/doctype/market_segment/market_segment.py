from frappe.model.document import Document


class MarketSegment(Document):
	pass
