import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class PaymentTermsTemplate(Document):
	def validate(self):
		self.validate_invoice_portion()

	def validate_invoice_portion(self):
		"""The portions add up to 100 percent."""
		if round(sum(flt(term.invoice_portion) for term in self.terms), 2) != 100:
			frappe.throw(_("Combined invoice portion must equal 100%"))
