import frappe
from frappe.model.document import Document


class SellingSettings(Document):
	def on_update(self):
		for field in ("cust_master_name", "customer_group", "territory", "selling_price_list"):
			frappe.db.set_default(field, self.get(field) or "")
