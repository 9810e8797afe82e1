import frappe
from frappe.model.document import Document


class FixtureItem(Document):
	def validate(self):
		if self.amount and self.amount < 0:
			frappe.throw(frappe._("Amount must not be negative"))
