import frappe
from frappe.model.mapper import get_mapped_doc
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
		self.outstanding_amount = self._get_total() if self.docstatus < 2 else 0
		self._set_status()

	def _get_total(self):
		"""Return the total in the currency of the customer's account, in which what is outstanding is kept."""
		if self.party_account_currency in (None, self.currency):
			return flt(self.rounded_total or self.grand_total)
		return flt(flt(self.rounded_total or self.grand_total) * flt(self.conversion_rate), 2)

	def _set_status(self):
		total = self._get_total()
		if self.docstatus != 1:
			self.status = "Cancelled" if self.docstatus == 2 else "Draft"
		elif self.is_return:
			self.status = "Return"
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


@frappe.whitelist()
def make_sales_return(source_name, target_doc=None):
	"""Map a submitted invoice to a credit note over all of it."""

	def set_return(source, target):
		target.is_return = 1
		target.return_against = source.name
		target.payment_schedule = []
		target.run_method("calculate_taxes_and_totals")

	def negate(source, target, source_parent):
		target.qty = -source.qty
		target.stock_qty = -source.stock_qty

	return get_mapped_doc(
		"Sales Invoice",
		source_name,
		{
			"Sales Invoice": {"doctype": "Sales Invoice", "validation": {"docstatus": ["=", 1]}},
			"Sales Invoice Item": {
				"doctype": "Sales Invoice Item",
				"field_map": {"sales_order": "sales_order", "so_detail": "so_detail"},
				"postprocess": negate,
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges"},
		},
		target_doc,
		set_return,
	)
