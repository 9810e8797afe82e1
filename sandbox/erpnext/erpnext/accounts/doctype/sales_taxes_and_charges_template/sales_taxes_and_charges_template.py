import frappe
from frappe.model.document import Document

import erpnext


class SalesTaxesandChargesTemplate(Document):
	def autoname(self):
		abbr = frappe.get_cached_value("Company", self.company, "abbr")
		self.name = f"{self.title} - {abbr}"

	def validate(self):
		for tax in self.taxes:
			tax.cost_center = tax.cost_center or erpnext.get_default_cost_center(self.company)
			tax.description = tax.description or tax.account_head
