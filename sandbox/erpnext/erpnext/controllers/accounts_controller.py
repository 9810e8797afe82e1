import frappe
from frappe import _
from frappe.utils import add_days, add_months, flt, get_last_day, getdate, money_in_words

import erpnext
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.controllers.taxes_and_totals import _Totals
from erpnext.exceptions import PartyDisabled, PartyFrozen
from erpnext.setup.utils import get_exchange_rate


class InvalidQtyError(frappe.ValidationError):
	"""A row has no quantity."""


class AccountsController(StatusUpdater):
	"""What sales and purchase documents have in common."""

	def validate(self):
		"""Fill what is missing, calculate, and check the party and the payment schedule."""
		self._validate_qty()
		if self.get("_action") != "update_after_submit":
			self.set_missing_values(for_validate=True)
		self.calculate_taxes_and_totals()
		if flt(self.base_grand_total) < 0 and not self.get("is_return"):
			frappe.throw(_("Grand Total (Company Currency) must be at least 0"))
		self.set_payment_schedule()
		self.validate_payment_schedule_amount()
		self.validate_party()
		self.validate_party_address_and_contact()
		self._set_total_in_words()

	def _validate_qty(self):
		for row in self.items:
			if not flt(row.qty) and not self.flags.allow_zero_qty:
				frappe.throw(_("Row #{0}: Quantity cannot be zero.").format(row.idx), InvalidQtyError)

	def set_missing_values(self, for_validate=False):
		"""Fill currency, price list and the details of the items."""
		buying = self.meta.has_field("buying_price_list")
		self.set_price_list_currency("Buying" if buying else "Selling")
		self.set_missing_item_details(for_validate)

	def set_price_list_currency(self, buying_or_selling):
		"""Fill the currencies and exchange rates of the document and its price list."""
		company_currency = erpnext.get_company_currency(self.company)
		price_list = self.get(f"{buying_or_selling.lower()}_price_list")
		date = self.get("posting_date") or self.get("transaction_date")
		args = f"for_{buying_or_selling.lower()}"
		if price_list:
			self.price_list_currency = frappe.get_cached_value("Price List", price_list, "currency")
			if self.price_list_currency == company_currency:
				self.plc_conversion_rate = 1.0
			elif not self.plc_conversion_rate:
				self.plc_conversion_rate = get_exchange_rate(
					self.price_list_currency, company_currency, date, args
				)
		if not self.currency:
			self.currency = self.price_list_currency
			self.conversion_rate = self.plc_conversion_rate
		elif self.currency == company_currency:
			self.conversion_rate = 1.0
		elif not self.conversion_rate:
			self.conversion_rate = get_exchange_rate(self.currency, company_currency, date, args)

	def set_missing_item_details(self, for_validate=False):
		"""Fill what a row leaves out from its item, price list and company."""
		for row in self.items:
			if row.item_code:
				for fieldname, value in self._get_item_details(row).items():
					if row.get(fieldname) in (None, "") and row.meta.has_field(fieldname):
						row.set(fieldname, value)
			row.conversion_factor = flt(row.conversion_factor) or 1.0
			row.stock_qty = flt(row.qty) * row.conversion_factor

	def _get_item_details(self, row):
		item = frappe.get_cached_doc("Item", row.item_code)
		buying = self.meta.has_field("buying_price_list")
		defaults = next((d for d in item.item_defaults if d.company == self.company), frappe._dict())
		company = frappe.get_cached_doc("Company", self.company)
		uom = row.uom or (item.purchase_uom if buying else item.sales_uom) or item.stock_uom
		details = frappe._dict(
			item_name=item.item_name,
			description=item.description or item.item_name,
			item_group=item.item_group,
			brand=item.brand,
			stock_uom=item.stock_uom,
			uom=uom,
			is_stock_item=item.is_stock_item,
			grant_commission=item.grant_commission,
			income_account=defaults.income_account or company.default_income_account,
			expense_account=defaults.expense_account or company.default_expense_account,
			cost_center=(defaults.buying_cost_center if buying else defaults.selling_cost_center)
			or self.get("cost_center")
			or company.cost_center,
		)
		row.conversion_factor = flt(row.conversion_factor) or next(
			(d.conversion_factor for d in item.uoms if d.uom == uom), 1.0
		)
		if item.is_stock_item:
			details.warehouse = (
				self.get("set_warehouse")
				or defaults.default_warehouse
				or frappe.db.get_value(
					"Warehouse",
					{
						"name": frappe.db.get_single_value("Stock Settings", "default_warehouse"),
						"company": self.company,
					},
				)
			)
			details.valuation_rate = item.valuation_rate
		price_list = self.get("buying_price_list") if buying else self.get("selling_price_list")
		details.price_list_rate = _get_price_list_rate(item.name, price_list, uom) if price_list else None
		return details

	def calculate_taxes_and_totals(self):
		"""Calculate rows, taxes and totals."""
		if self.get("items"):
			_Totals(self).calculate()

	def is_rounded_total_disabled(self):
		"""Whether the rounded total is left out."""
		return bool(self.get("disable_rounded_total"))

	def _set_total_in_words(self):
		total = "grand_total" if self.is_rounded_total_disabled() else "rounded_total"
		company_currency = erpnext.get_company_currency(self.company)
		for prefix, currency in (("", self.currency), ("base_", company_currency)):
			amount = self.get(f"{prefix}{total}")
			if amount is not None and self.meta.has_field(f"{prefix}in_words"):
				self.set(f"{prefix}in_words", money_in_words(abs(flt(amount)), currency))

	def set_payment_schedule(self):
		"""Make the schedule from the payment terms (else one row) and set its amounts."""
		if not self.meta.has_field("payment_schedule"):
			return
		date = self.get("posting_date") or self.get("transaction_date")
		if not self.payment_schedule:
			for row in _get_schedule(self.get("payment_terms_template"), date, self.get("due_date") or date):
				self.append("payment_schedule", row)
		for row in self.payment_schedule:
			if row.invoice_portion:
				portion = flt(row.invoice_portion) / 100
				row.payment_amount = flt(self._payable() * portion, row.precision("payment_amount"))
				row.outstanding = row.payment_amount
				row.base_payment_amount = flt(
					row.payment_amount * self.conversion_rate, row.precision("base_payment_amount")
				)
				row.base_outstanding = row.base_payment_amount
			if getdate(row.due_date) < getdate(date):
				frappe.throw(
					_("Row {0}: Due Date in the Payment Terms table cannot be before Posting Date").format(
						row.idx
					)
				)
		if self.meta.has_field("due_date"):
			self.due_date = max(getdate(row.due_date) for row in self.payment_schedule)

	def validate_payment_schedule_amount(self):
		"""The schedule adds up to the total."""
		if not self.get("payment_schedule"):
			return
		scheduled = sum(flt(row.payment_amount) for row in self.payment_schedule)
		if abs(scheduled - self._payable()) > 0.1:
			frappe.throw(_("Total Payment Amount in Payment Schedule must be equal to Grand / Rounded Total"))

	def _payable(self):
		return flt(self.get("rounded_total") or self.grand_total)

	def get_party(self):
		"""Return the kind and name of the customer or supplier."""
		party_type = "Customer" if self.meta.has_field("customer") else "Supplier"
		return party_type, self.get(party_type.lower())

	def validate_party(self):
		"""The party is neither disabled nor frozen."""
		party_type, party = self.get_party()
		if not party:
			return
		disabled, is_frozen = frappe.db.get_value(party_type, party, ["disabled", "is_frozen"])
		if disabled:
			frappe.throw(_("{0} {1} is disabled").format(_(party_type), party), PartyDisabled)
		if is_frozen:
			frappe.throw(_("{0} {1} is frozen").format(_(party_type), party), PartyFrozen)

	def validate_party_address_and_contact(self):
		"""Addresses and contact are linked with the party."""
		party_type, party = self.get_party()
		for kind, field in (
			("Address", "customer_address"),
			("Address", "shipping_address_name"),
			("Contact", "contact_person"),
		):
			value = self.get(field)
			link = {"parenttype": kind, "parent": value, "link_doctype": party_type, "link_name": party}
			if value and party and not frappe.db.exists("Dynamic Link", link):
				frappe.throw(_("{0} does not belong to the {1}").format(_(self.meta.get_label(field)), party))


def _get_price_list_rate(item_code, price_list, uom):
	rates = frappe.get_all(
		"Item Price",
		filters={"item_code": item_code, "price_list": price_list, "uom": uom},
		pluck="price_list_rate",
		order_by="valid_from desc",
		limit=1,
	)
	return flt(rates[0]) if rates else None


def _get_schedule(template, date, due_date):
	"""Return the rows of a payment schedule, without amounts."""
	if not template:
		return [{"due_date": due_date, "invoice_portion": 100}]
	return [
		{
			"payment_term": term.payment_term,
			"description": term.description,
			"invoice_portion": term.invoice_portion,
			"mode_of_payment": term.mode_of_payment,
			"due_date": _get_due_date(term, getdate(date)),
		}
		for term in frappe.get_cached_doc("Payment Terms Template", template).terms
	]


def _get_due_date(term, date):
	if term.due_date_based_on == "Day(s) after invoice date":
		return add_days(date, term.credit_days)
	if term.due_date_based_on == "Day(s) after the end of the invoice month":
		return add_days(get_last_day(date), term.credit_days)
	return get_last_day(add_months(date, term.credit_months))
