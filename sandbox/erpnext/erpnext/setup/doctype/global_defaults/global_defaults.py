import frappe
from frappe.model.document import Document


class GlobalDefaults(Document):
	def on_update(self):
		for key, field in {
			"company": "default_company",
			"currency": "default_currency",
			"country": "country",
			"disable_rounded_total": "disable_rounded_total",
		}.items():
			frappe.db.set_default(key, self.get(field) or "")
		if self.default_currency:
			frappe.db.set_value("Currency", self.default_currency, "enabled", 1)
		frappe.clear_cache()
