import frappe
from frappe.model.document import Document


class ItemPrice(Document):
	def validate(self):
		self.buying, self.selling, self.currency = frappe.db.get_value(
			"Price List", self.price_list, ["buying", "selling", "currency"]
		)
		self.item_name, self.item_description = frappe.db.get_value(
			"Item", self.item_code, ["item_name", "description"]
		)
		if not self.uom:
			self.uom = frappe.db.get_value("Item", self.item_code, "stock_uom")
