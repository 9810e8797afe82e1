import frappe
from frappe import _
from frappe.model.document import Document


class PriceList(Document):
	def validate(self):
		if not (self.buying or self.selling):
			frappe.throw(_("Price List must be applicable for Buying or Selling"))
