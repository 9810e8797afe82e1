"""Amounts of rows, taxes and totals of sales and purchase documents."""

import frappe
from frappe import _
from frappe.utils import flt, round_based_on_smallest_currency_fraction

import erpnext


class _Totals:
	"""Calculates one document; taxes included in the rate and item tax templates are left out."""

	def __init__(self, doc):
		self.doc = doc
		self.rows = [row for row in doc.items if not row.get("is_alternative")]
		self.taxes = doc.get("taxes") or []

	def calculate(self):
		self._check_conversion_rate()
		for row in self.doc.items:
			self._set_row(row)
		self._set_total()
		self._set_net_total()
		self._set_taxes("tax_amount")
		if self.doc.meta.has_field("discount_amount"):
			self._apply_discount()
		self._set_grand_total()

	def _check_conversion_rate(self):
		doc = self.doc
		company_currency = erpnext.get_company_currency(doc.company)
		doc.currency = doc.currency or company_currency
		if doc.currency == company_currency:
			doc.conversion_rate = 1.0
		elif not flt(doc.conversion_rate):
			frappe.throw(
				_("{0} is mandatory. Maybe Currency Exchange record is not created for {1} to {2}").format(
					_(doc.meta.get_label("conversion_rate")), doc.currency, company_currency
				)
			)

	def _set_row(self, row):
		self.doc.round_floats_in(row)
		list_rate, margin = flt(row.get("price_list_rate")), flt(row.get("margin_rate_or_amount"))
		discount = 1 - flt(row.get("discount_percentage")) / 100
		if not discount:
			row.rate = 0.0
		elif list_rate and margin and row.margin_type:
			extra = list_rate * margin / 100 if row.margin_type == "Percentage" else margin
			row.rate_with_margin = list_rate + extra
			row.rate = flt(row.rate_with_margin * discount, row.precision("rate"))
			self._set_base(row, "rate_with_margin")
		elif list_rate and not row.rate:
			row.rate = flt(list_rate * discount, row.precision("rate"))
		if list_rate:
			row.discount_amount = flt(row.get("rate_with_margin") or list_rate) - row.rate

		row.amount = flt(row.rate * row.qty, row.precision("amount"))
		row.net_rate, row.net_amount = row.rate, row.amount
		row.stock_uom_rate = flt(row.rate) / (flt(row.conversion_factor) or 1)
		self._set_base(row, "price_list_rate", "rate", "amount", "net_rate", "net_amount")

	def _set_total(self):
		doc = self.doc
		doc.total_qty = sum(flt(row.qty) for row in self.rows)
		for field, source in (("total", "amount"), ("base_total", "base_amount")):
			doc.set(field, flt(sum(row.get(source) for row in self.rows), doc.precision(field)))

	def _set_net_total(self):
		doc = self.doc
		for field, source in (("net_total", "net_amount"), ("base_net_total", "base_net_amount")):
			doc.set(field, flt(sum(row.get(source) for row in self.rows), doc.precision(field)))
		doc.grand_total = doc.net_total

	def _set_taxes(self, fieldname):
		"""Set the amount of every tax into a field, the running total and the grand total."""
		total = self.doc.net_total
		for tax in self.taxes:
			amount = flt(self._tax_amount(tax, fieldname), tax.precision("tax_amount"))
			tax.set(fieldname, amount)
			tax.tax_amount_after_discount_amount = amount
			total = tax.total = flt(total + amount, tax.precision("total"))
			self._set_base(tax, "tax_amount", "tax_amount_after_discount_amount", "total")
		self.doc.grand_total = flt(total, self.doc.precision("grand_total"))

	def _tax_amount(self, tax, fieldname):
		rate = flt(tax.rate) / 100
		if tax.charge_type == "Actual":
			return tax.tax_amount
		if tax.charge_type == "On Net Total":
			return self.doc.net_total * rate
		if tax.charge_type == "On Item Quantity":
			return flt(tax.rate) * self.doc.total_qty
		previous = self.taxes[int(tax.row_id) - 1]
		return rate * previous.get("total" if tax.charge_type == "On Previous Row Total" else fieldname)

	def _apply_discount(self):
		doc = self.doc
		on_net_total = doc.apply_discount_on == "Net Total"
		if flt(doc.additional_discount_percentage):
			doc.discount_amount = flt(
				(doc.net_total if on_net_total else doc.grand_total)
				* flt(doc.additional_discount_percentage)
				/ 100,
				doc.precision("discount_amount"),
			)
		self._set_base(doc, "discount_amount")
		if not flt(doc.discount_amount):
			return
		if not doc.apply_discount_on:
			frappe.throw(_("Please select Apply Discount On"))

		grand_total = doc.grand_total
		actual = sum(flt(tax.tax_amount) for tax in self.taxes if tax.charge_type == "Actual")
		self._spread(doc.discount_amount, doc.net_total if on_net_total else grand_total - actual)
		self._set_net_total()
		self._set_taxes("tax_amount" if on_net_total else "tax_amount_after_discount_amount")
		if not on_net_total:
			doc.grand_total = flt(grand_total - doc.discount_amount, doc.precision("grand_total"))

	def _spread(self, discount, base):
		"""Take the discount off the net amounts by their share of `base`; the last row takes the rest."""
		share = discount / base if base else 0
		target = flt(self.doc.net_total * (1 - share), self.doc.precision("net_total"))
		for row in self.rows:
			row.net_amount = flt(row.net_amount * (1 - share), row.precision("net_amount"))
		self.rows[-1].net_amount += target - sum(row.net_amount for row in self.rows)
		for row in self.rows:
			row.net_rate = flt(row.net_amount / row.qty, row.precision("net_rate")) if row.qty else 0.0
			self._set_base(row, "net_rate", "net_amount")

	def _set_grand_total(self):
		doc = self.doc
		doc.total_taxes_and_charges = flt(doc.grand_total - doc.net_total, doc.precision("grand_total"))
		self._set_base(doc, "total_taxes_and_charges", "grand_total")
		doc.rounded_total = doc.rounding_adjustment = 0.0
		if not doc.is_rounded_total_disabled():
			precision = doc.precision("rounded_total")
			doc.rounded_total = round_based_on_smallest_currency_fraction(
				doc.grand_total, doc.currency, precision
			)
			doc.rounding_adjustment = flt(doc.rounded_total - doc.grand_total, precision)
		self._set_base(doc, "rounded_total", "rounding_adjustment")

	def _set_base(self, doc, *fields):
		"""Set the company currency twin of every field that has one."""
		for field in fields:
			if doc.meta.has_field(f"base_{field}"):
				value = flt(doc.get(field), doc.precision(field)) * flt(self.doc.conversion_rate)
				doc.set(f"base_{field}", flt(value, doc.precision(f"base_{field}")))
