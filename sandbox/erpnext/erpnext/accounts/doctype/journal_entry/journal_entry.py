import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


class JournalEntry(Document):
	def validate(self):
		self.is_opening = self.is_opening or "No"
		self.set_amounts_in_company_currency()
		self.validate_debit_credit_amount()
		self.set_total_debit_credit()
		self.title = self.title or self.accounts[0].party or self.accounts[0].account

	def before_submit(self):
		self.validate_total_debit_and_credit()

	def on_submit(self):
		if self.voucher_type == "Bank Entry" and not (self.cheque_no and self.cheque_date):
			frappe.throw(_("Reference No & Reference Date is required for {0}").format(_(self.voucher_type)))

	def set_amounts_in_company_currency(self):
		"""Set every row's amounts in the company's currency. An exchange difference is stated in no other."""
		is_difference = self.voucher_type == "Exchange Gain Or Loss" and self.multi_currency
		for row in self.accounts:
			row.account_currency, row.account_type = frappe.get_cached_value(
				"Account", row.account, ["account_currency", "account_type"]
			)
			rate = flt(row.exchange_rate) or 1.0
			row.exchange_rate = rate
			if is_difference:
				row.debit, row.credit = flt(row.debit), flt(row.credit)
				continue
			row.debit = flt(flt(row.debit_in_account_currency) * rate, row.precision("debit"))
			row.credit = flt(flt(row.credit_in_account_currency) * rate, row.precision("credit"))

	def validate_debit_credit_amount(self):
		"""Every row has an amount, and not both."""
		for row in self.accounts:
			if not (flt(row.debit) or flt(row.credit)):
				frappe.throw(_("Row {0}: Both Debit and Credit values cannot be zero").format(row.idx))

	def set_total_debit_credit(self):
		"""Add up debit and credit."""
		self.total_debit = flt(sum(row.debit for row in self.accounts), self.precision("total_debit"))
		self.total_credit = flt(sum(row.credit for row in self.accounts), self.precision("total_credit"))
		self.difference = flt(self.total_debit - self.total_credit, self.precision("difference"))

	def validate_total_debit_and_credit(self):
		"""Debit and credit are equal."""
		if self.difference:
			frappe.throw(
				_("Total Debit must be equal to Total Credit. The difference is {0}").format(self.difference)
			)
