import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import set_name_by_naming_series
from frappe.utils import flt


class Item(Document):
	def autoname(self):
		if frappe.db.get_default("item_naming_by") == "Naming Series":
			set_name_by_naming_series(self)
			self.item_code = self.name
		self.item_code = (self.item_code or "").strip()
		self.name = self.item_code

	def validate(self):
		self.item_name = self.item_name or self.item_code
		self.description = self.description or self.item_name
		self.validate_uom_conversion_factor()
		self.update_defaults_from_item_group()

	def after_insert(self):
		if flt(self.standard_rate):
			self.add_price()

	def validate_uom_conversion_factor(self):
		"""The stock UOM is in the table with factor 1."""
		row = next((row for row in self.uoms if row.uom == self.stock_uom), None)
		if not row:
			self.append("uoms", {"uom": self.stock_uom, "conversion_factor": 1.0})
		elif flt(row.conversion_factor) != 1:
			frappe.throw(_("Row {0}: Conversion factor of the default UOM must be 1").format(row.idx))

	def update_defaults_from_item_group(self):
		"""Take the defaults of the item group, else the default company and warehouse."""
		if self.item_defaults:
			return
		for row in frappe.get_cached_doc("Item Group", self.item_group).item_group_defaults:
			fields = ("company", "default_warehouse", "income_account", "expense_account")
			self.append("item_defaults", {field: row.get(field) for field in fields})
		defaults = frappe.defaults.get_defaults()
		if not self.item_defaults and defaults.get("company") and defaults.get("default_warehouse"):
			self.append(
				"item_defaults",
				{"company": defaults.company, "default_warehouse": defaults.default_warehouse},
			)

	def add_price(self, price_list=None):
		"""Make the standard selling rate a price, by default of the price list in Selling Settings."""
		price_list = price_list or frappe.db.get_single_value("Selling Settings", "selling_price_list")
		if price_list:
			frappe.get_doc(
				{
					"doctype": "Item Price",
					"item_code": self.name,
					"price_list": price_list,
					"uom": self.stock_uom,
					"price_list_rate": self.standard_rate,
				}
			).insert(ignore_permissions=True)
