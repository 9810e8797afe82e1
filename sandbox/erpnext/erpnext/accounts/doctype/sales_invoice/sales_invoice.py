import frappe
from frappe.utils import flt, getdate

from erpnext.controllers.selling_controller import SellingController


class SalesInvoice(SellingController):
	def validate(self):
		self.is_opening = self.is_opening or "No"
		super().validate()
		self._set_outstanding_amount()

	def on_submit(self):
		self._update_orders()

	def on_cancel(self):
		self._set_outstanding_amount()
		self.db_set({"outstanding_amount": self.outstanding_amount, "status": self.status})
		self._update_orders()

	def set_missing_values(self, for_validate=False):
		"""Fill the account of the customer and its currency, too."""
		super().set_missing_values(for_validate)
		if not self.debit_to:
			self.debit_to = frappe.get_cached_value("Company", self.company, "default_receivable_account")
		self.party_account_currency = frappe.get_cached_value("Account", self.debit_to, "account_currency")

	def _set_outstanding_amount(self):
		self.outstanding_amount = flt(self.rounded_total or self.grand_total) if self.docstatus < 2 else 0
		self._set_status()

	def _set_status(self):
		total = flt(self.rounded_total or self.grand_total)
		if self.docstatus != 1:
			self.status = "Cancelled" if self.docstatus == 2 else "Draft"
		elif flt(self.outstanding_amount) <= 0:
			self.status = "Paid"
		elif self.due_date and getdate(self.due_date) < getdate():
			self.status = "Overdue"
		else:
			self.status = "Partly Paid" if flt(self.outstanding_amount) < total else "Unpaid"

	def _update_orders(self):
		for name in sorted({row.sales_order for row in self.items if row.sales_order}):
			frappe.get_doc("Sales Order", name)._update_billing()

	def _pay(self, amount):
		self.db_set("outstanding_amount", flt(self.outstanding_amount) - flt(amount))
		self._set_status()
		self.db_set("status", self.status)
