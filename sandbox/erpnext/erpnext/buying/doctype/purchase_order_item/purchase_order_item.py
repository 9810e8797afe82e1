from frappe.model.document import Document


class PurchaseOrderItem(Document):
	pass
