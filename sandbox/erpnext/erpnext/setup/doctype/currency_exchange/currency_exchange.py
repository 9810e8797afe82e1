import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, formatdate, getdate


class CurrencyExchange(Document):
	def autoname(self):
		"""Name by date, currencies and purpose."""
		purposes = ["Selling"] * cint(self.for_selling) + ["Buying"] * cint(self.for_buying)
		date = formatdate(getdate(self.date), "yyyy-MM-dd")
		self.name = "-".join([date, self.from_currency, self.to_currency, *purposes])

	def validate(self):
		if self.from_currency == self.to_currency:
			frappe.throw(_("From Currency and To Currency cannot be same"))
		if not (cint(self.for_buying) or cint(self.for_selling)):
			frappe.throw(_("Currency Exchange must be applicable for Buying or for Selling."))
