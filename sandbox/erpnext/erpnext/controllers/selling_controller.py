import frappe
from frappe import _
from frappe.utils import flt

import erpnext
from erpnext.controllers.accounts_controller import AccountsController
from erpnext.crm.doctype.lead.lead import get_lead_details


class SellingController(AccountsController):
	"""What Quotation, Sales Order and Sales Invoice have in common."""

	def validate(self):
		"""Add gross profit, commission and the sales team to the common checks."""
		super().validate()
		self.set_gross_profit()
		self.calculate_commission()
		self.calculate_contribution()

	def set_missing_values(self, for_validate=False):
		"""Fill what follows from the customer or lead, then currency and items."""
		self.set_missing_lead_customer_details(for_validate)
		super().set_missing_values(for_validate)
		if self.meta.has_field("company_contact_person") and not self.company_contact_person:
			self.company_contact_person = frappe.get_cached_value(
				"Company", self.company, "default_sales_contact"
			)
		if self.get("taxes_and_charges") and not self.taxes and not for_validate:
			self.set_taxes()

	def set_taxes(self):
		"""Copy the taxes of the chosen template."""
		template = frappe.get_cached_doc("Sales Taxes and Charges Template", self.taxes_and_charges)
		for tax in template.taxes:
			self.append("taxes", _copy_tax(tax))

	def set_missing_lead_customer_details(self, for_validate=False):
		"""Fill names, group, territory, currency, price list, sales team and contact of the party."""
		customer = self.get("customer") or (
			self.get("party_name") if self.get("quotation_to") == "Customer" else None
		)
		details = {}
		if customer:
			details = _get_customer_details(customer, self.company)
		elif self.get("quotation_to") == "Lead" and self.party_name:
			details = get_lead_details(self.party_name, company=self.company, doctype=self.doctype)
		for fieldname, value in details.items():
			if value and self.meta.has_field(fieldname) and not self.get(fieldname):
				self.set(fieldname, value)

	def set_gross_profit(self):
		"""Set the gross profit of every row of an offer or order."""
		for row in self.items if self.doctype in ("Quotation", "Sales Order") else ():
			row.gross_profit = flt(
				(flt(row.stock_uom_rate) - flt(row.valuation_rate)) * flt(row.stock_qty),
				row.precision("amount"),
			)

	def calculate_commission(self):
		"""Set the commission of the sales partner."""
		if not self.meta.has_field("commission_rate"):
			return
		if not 0 <= flt(self.commission_rate) <= 100:
			frappe.throw(_("{0} must be between 0 and 100").format(_(self.meta.get_label("commission_rate"))))
		self.amount_eligible_for_commission = sum(
			flt(row.base_net_amount) for row in self.items if row.grant_commission
		)
		self.total_commission = flt(
			self.amount_eligible_for_commission * flt(self.commission_rate) / 100,
			self.precision("total_commission"),
		)

	def calculate_contribution(self):
		"""Set the amounts of the sales team, which together contribute 100 percent."""
		if not self.get("sales_team"):
			return
		for member in self.sales_team:
			member.allocated_amount = flt(
				flt(self.amount_eligible_for_commission) * flt(member.allocated_percentage) / 100,
				member.precision("allocated_amount"),
			)
			member.incentives = flt(member.allocated_amount * flt(member.commission_rate) / 100)
		if round(sum(flt(member.allocated_percentage) for member in self.sales_team), 2) != 100:
			frappe.throw(_("Total allocated percentage for sales team should be 100"))


def _copy_tax(tax):
	fields = ("charge_type", "row_id", "account_head", "cost_center", "description", "rate", "tax_amount")
	return {field: tax.get(field) for field in fields}


def _get_customer_details(name, company):
	customer = frappe.get_cached_doc("Customer", name)
	group = (
		frappe.db.get_value(
			"Customer Group", customer.customer_group, ["default_price_list", "payment_terms"], as_dict=True
		)
		or frappe._dict()
	)
	details = {
		"customer_name": customer.customer_name,
		"customer_group": customer.customer_group,
		"territory": customer.territory,
		"currency": customer.default_currency or erpnext.get_company_currency(company),
		"selling_price_list": customer.default_price_list or group.default_price_list,
		"payment_terms_template": customer.payment_terms or group.payment_terms,
		"contact_person": customer.customer_primary_contact,
		"customer_address": customer.customer_primary_address,
		"sales_partner": customer.default_sales_partner,
		"commission_rate": customer.default_commission_rate,
		"tax_id": customer.tax_id,
		"sales_team": [
			{"sales_person": d.sales_person, "allocated_percentage": d.allocated_percentage}
			for d in customer.sales_team
		],
	}
	if customer.customer_primary_contact:
		contact = frappe.get_cached_doc("Contact", customer.customer_primary_contact)
		details |= {
			"contact_display": contact.full_name,
			"contact_email": contact.email_id,
			"contact_mobile": contact.mobile_no,
		}
	return details
