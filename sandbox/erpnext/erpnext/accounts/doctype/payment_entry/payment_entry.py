import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, nowdate


class PaymentEntry(Document):
	def validate(self):
		self.set_missing_values()
		self.set_amounts()
		self.set_title()
		self.set_status()

	def on_submit(self):
		self._update_references(1)
		self._make_gl_entries()
		self.set_status()

	def on_cancel(self):
		self._update_references(-1)
		self._make_gl_entries(cancel=1)
		self.set_status()
		self.db_set("status", self.status)

	def set_missing_values(self):
		"""Fill the party's name and the currencies of the accounts."""
		if self.party_type and self.party and not self.party_name:
			field = f"{frappe.scrub(self.party_type)}_name"
			self.party_name = frappe.db.get_value(self.party_type, self.party, field)
		for side in ("paid_from", "paid_to"):
			self.set(
				f"{side}_account_currency",
				frappe.get_cached_value("Account", self.get(side), "account_currency"),
			)
		self.source_exchange_rate = flt(self.source_exchange_rate) or 1.0
		self.target_exchange_rate = flt(self.target_exchange_rate) or 1.0

	def set_amounts(self):
		"""Set the amounts in the company's currency and what is allocated."""
		self.base_paid_amount = flt(self.paid_amount) * self.source_exchange_rate
		self.base_received_amount = flt(self.received_amount) * self.target_exchange_rate
		self.total_allocated_amount = sum(flt(row.allocated_amount) for row in self.references)
		self.base_total_allocated_amount = self.total_allocated_amount * self.source_exchange_rate
		party_amount = self.received_amount if self.payment_type == "Pay" else self.paid_amount
		self.unallocated_amount = flt(party_amount) - self.total_allocated_amount
		self.difference_amount = self.base_paid_amount - self.base_received_amount
		if self.paid_from_account_currency != self.paid_to_account_currency:
			self.set_exchange_gain_loss()
		for row in self.references:
			if flt(row.allocated_amount) > flt(row.outstanding_amount):
				frappe.throw(
					_("Row #{0}: Allocated Amount cannot be greater than outstanding amount.").format(row.idx)
				)
		if self.difference_amount:
			frappe.throw(_("Difference Amount must be zero"))

	def set_exchange_gain_loss(self):
		"""Book what another exchange rate makes of it on the company's account for that."""
		self.deductions = [row for row in self.deductions if not row.is_exchange_gain_loss]
		if self.difference_amount:
			company = frappe.get_cached_doc("Company", self.company)
			row = {"account": company.exchange_gain_loss_account, "cost_center": company.cost_center}
			self.append("deductions", {**row, "amount": self.difference_amount, "is_exchange_gain_loss": 1})
			self.difference_amount = 0

	def set_title(self):
		"""Title by party, else by accounts."""
		self.title = self.party or f"{self.paid_from} - {self.paid_to}"

	def set_status(self):
		"""Draft, submitted or cancelled."""
		self.status = ("Draft", "Submitted", "Cancelled")[self.docstatus]

	def _make_gl_entries(self, cancel=0, adv_adj=0):
		"""Post what left one account to the other; the party is on its side. Cancelling posts it the other way round."""
		if cancel:
			posted = {"voucher_type": self.doctype, "voucher_no": self.name}
			frappe.db.set_value("GL Entry", posted, "is_cancelled", 1)
		sides = [
			("credit", "paid_from", self.paid_amount, self.base_paid_amount, self.paid_to),
			("debit", "paid_to", self.received_amount, self.base_received_amount, self.paid_from),
		]
		party_side = {"Pay": "paid_to", "Receive": "paid_from"}.get(self.payment_type)
		for row in self.deductions:
			self._make_deduction_entry(row, cancel)
		for column, side, amount, base_amount, against in sides:
			if cancel:
				column = "debit" if column == "credit" else "credit"
			has_party = side == party_side
			frappe.get_doc(
				{
					"doctype": "GL Entry",
					"posting_date": self.posting_date,
					"company": self.company,
					"account": self.get(side),
					"account_currency": self.get(f"{side}_account_currency"),
					"party_type": self.party_type if has_party else None,
					"party": self.party if has_party else None,
					"against": against if has_party else self.party or against,
					column: base_amount,
					f"{column}_in_account_currency": amount,
					"voucher_type": self.doctype,
					"voucher_no": self.name,
					"cost_center": self.cost_center,
					"project": self.project,
					"is_cancelled": cancel,
				}
			).insert(ignore_permissions=True)

	def _make_deduction_entry(self, row, cancel):
		column = "debit" if (row.amount > 0) != bool(cancel) else "credit"
		frappe.get_doc(
			{
				"doctype": "GL Entry",
				"posting_date": self.posting_date,
				"company": self.company,
				"account": row.account,
				"account_currency": frappe.get_cached_value("Account", row.account, "account_currency"),
				"against": self.party or self.paid_from,
				column: abs(row.amount),
				f"{column}_in_account_currency": abs(row.amount),
				"voucher_type": self.doctype,
				"voucher_no": self.name,
				"cost_center": row.cost_center,
				"is_cancelled": cancel,
			}
		).insert(ignore_permissions=True)

	def _update_references(self, sign):
		for row in self.references:
			doc = frappe.get_doc(row.reference_doctype, row.reference_name)
			amount = sign * flt(row.allocated_amount)
			if row.reference_doctype == "Sales Order":
				doc.db_set("advance_paid", flt(doc.advance_paid) + amount)
			elif row.reference_doctype == "Sales Invoice":
				doc._pay(amount)


@frappe.whitelist()
def get_payment_entry(dt, dn, party_amount=None):
	"""Return a new payment for what is outstanding of a sales order or sales invoice."""
	doc = frappe.get_doc(dt, dn)
	doc.check_permission("read")
	company = frappe.get_cached_doc("Company", doc.company)
	total = flt(doc.rounded_total or doc.grand_total)
	outstanding = total - flt(doc.advance_paid) if dt == "Sales Order" else flt(doc.outstanding_amount)
	amount = flt(party_amount) or outstanding
	payment = frappe.new_doc("Payment Entry")
	payment.update(
		{
			"payment_type": "Receive",
			"posting_date": nowdate(),
			"company": doc.company,
			"party_type": "Customer",
			"party": doc.customer,
			"project": doc.project,
			"paid_from": doc.get("debit_to") or company.default_receivable_account,
			"paid_to": company.default_cash_account,
			"paid_amount": amount,
			"received_amount": amount,
		}
	)
	payment.append(
		"references",
		{
			"reference_doctype": dt,
			"reference_name": dn,
			"total_amount": total,
			"outstanding_amount": outstanding,
			"allocated_amount": amount,
		},
	)
	payment.set_missing_values()
	return payment
