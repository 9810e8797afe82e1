import json

import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import add_days, flt, now_datetime

import erpnext
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.setup.utils import get_exchange_rate


class Opportunity(StatusUpdater):
	def after_insert(self):
		if self.opportunity_from == "Lead":
			frappe.get_doc("Lead", self.party_name).set_status(update=True)

	def validate(self):
		self.set_opportunity_type()
		self.validate_item_details()
		self.validate_cust_name()
		self.map_fields()
		self.set_exchange_rate()
		self.title = self.title or self.customer_name
		self.calculate_totals()

	def on_update(self):
		self.update_prospect()

	def set_opportunity_type(self):
		"""A new opportunity is one of sales."""
		if self.is_new() and not self.opportunity_type:
			self.opportunity_type = _("Sales")

	def validate_item_details(self):
		"""Fill what an item row leaves out."""
		fields = ("item_name", "description", "item_group", "brand")
		for row in self.items:
			if row.item_code:
				item = frappe.db.get_value("Item", row.item_code, fields, as_dict=True)
				row.update({field: item[field] for field in fields if not row.get(field)})

	def validate_cust_name(self):
		"""Set the name of the customer, the lead or the prospect."""
		if not self.party_name:
			return
		if self.opportunity_from == "Customer":
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		elif self.opportunity_from == "Lead":
			lead_name, company_name = frappe.db.get_value(
				"Lead", self.party_name, ["lead_name", "company_name"]
			)
			prospect = frappe.db.get_value("Prospect Lead", {"lead": self.party_name}, "parent")
			self.customer_name = prospect or company_name or lead_name
		elif self.opportunity_from == "Prospect":
			self.customer_name = self.party_name

	def map_fields(self):
		"""Take every empty value from the party's field of the same name."""
		party_meta = frappe.get_meta(self.opportunity_from)
		fields = [
			field
			for field in self.meta.get_valid_columns()
			if not self.get(field) and party_meta.has_field(field)
		]
		if fields and self.party_name:
			values = frappe.db.get_value(self.opportunity_from, self.party_name, fields, as_dict=True)
			self.update(values or {})

	def set_exchange_rate(self):
		"""Set the rate from the currency to the company's."""
		company_currency = erpnext.get_company_currency(self.company)
		if self.currency == company_currency:
			self.conversion_rate = 1.0
		elif not self.conversion_rate or self.conversion_rate == 1.0:
			self.conversion_rate = get_exchange_rate(self.currency, company_currency, self.transaction_date)

	def calculate_totals(self):
		"""Set the amounts of the items and the totals, in both currencies."""
		rate = flt(self.conversion_rate)
		for row in self.items:
			row.amount = flt(row.rate) * flt(row.qty)
			row.base_rate = rate * flt(row.rate)
			row.base_amount = rate * row.amount
		self.total = flt(sum(row.amount for row in self.items))
		self.base_total = flt(sum(row.base_amount for row in self.items))

	def update_prospect(self):
		"""Write the opportunity into the list of its prospect."""
		prospect = self.party_name if self.opportunity_from == "Prospect" else None
		if self.opportunity_from == "Lead":
			prospect = frappe.db.get_value("Prospect Lead", {"lead": self.party_name}, "parent")
		if not prospect:
			return
		values = {
			"opportunity": self.name,
			"amount": self.opportunity_amount,
			"stage": self.sales_stage,
			"deal_owner": self.opportunity_owner,
			"probability": self.probability,
			"expected_closing": self.expected_closing,
			"currency": self.currency,
			"contact_person": self.contact_person,
		}
		doc = frappe.get_doc("Prospect", prospect)
		row = next((row for row in doc.opportunities if row.opportunity == self.name), None)
		if row:
			row.update(values)
			row.db_update()
			return
		doc.append("opportunities", values)
		doc.flags.ignore_mandatory = True
		doc.save(ignore_permissions=True)

	@frappe.whitelist()
	def declare_enquiry_lost(self, lost_reasons_list, competitors, detailed_reason=None):
		"""Set the status to Lost with reasons and competitors; not while a quotation is active."""
		if self.has_active_quotation():
			frappe.throw(_("Cannot declare as lost, because Quotation has been made."))
		self.status = "Lost"
		self.set("lost_reasons", lost_reasons_list)
		self.set("competitors", competitors)
		if detailed_reason:
			self.order_lost_reason = detailed_reason
		self.save()

	def has_active_quotation(self):
		"""Return the submitted quotations that are not lost."""
		return self._get_quotations(["not in", ["Lost", "Closed"]])

	def has_ordered_quotation(self):
		"""Return the quotations that are fully ordered."""
		return self._get_quotations("Ordered")

	def has_lost_quotation(self):
		"""Whether there is a lost quotation and no active one."""
		lost = frappe.db.exists("Quotation", {"opportunity": self.name, "docstatus": 1, "status": "Lost"})
		return bool(lost) and not self.has_active_quotation()

	def _get_quotations(self, status):
		"""Quotations linked by their rows if the opportunity has items, else by their header."""
		filters = {"docstatus": 1, "status": status}
		if not self.items:
			return frappe.get_all("Quotation", filters | {"opportunity": self.name}, order_by="name")
		parents = frappe.get_all(
			"Quotation Item", {"prevdoc_docname": self.name}, pluck="parent", distinct=True, order_by="parent"
		)
		return frappe.get_all("Quotation", filters | {"name": ["in", parents]}, order_by="name")


@frappe.whitelist()
def make_quotation(source_name, target_doc=None):
	"""Map an opportunity to a new quotation; only without items does its header carry the opportunity."""

	def postprocess(source, target):
		quotation = frappe.get_doc(target)
		company_currency = erpnext.get_company_currency(quotation.company)
		quotation.conversion_rate = get_exchange_rate(
			quotation.currency, company_currency, quotation.transaction_date, "for_selling"
		)
		template = frappe.db.get_value(
			"Sales Taxes and Charges Template",
			{"company": quotation.company, "is_default": 1, "disabled": 0},
		)
		if template:
			quotation.taxes_and_charges = template
		quotation.run_method("set_missing_values")
		quotation.run_method("calculate_taxes_and_totals")
		if not source.get("items"):
			quotation.opportunity = source.name

	return get_mapped_doc(
		"Opportunity",
		source_name,
		{
			"Opportunity": {
				"doctype": "Quotation",
				"field_map": {"opportunity_from": "quotation_to", "name": "enq_no"},
			},
			"Opportunity Item": {
				"doctype": "Quotation Item",
				"field_map": {
					"parent": "prevdoc_docname",
					"parenttype": "prevdoc_doctype",
					"uom": "stock_uom",
				},
				"add_if_empty": True,
			},
		},
		target_doc,
		postprocess,
	)


@frappe.whitelist()
def make_customer(source_name, target_doc=None):
	"""Map an opportunity to a new customer."""

	def postprocess(source, target):
		target.opportunity_name = source.name
		if source.opportunity_from == "Lead":
			target.lead_name = source.party_name

	return get_mapped_doc(
		"Opportunity",
		source_name,
		{"Opportunity": {"doctype": "Customer", "field_map": {"currency": "default_currency"}}},
		target_doc,
		postprocess,
	)


@frappe.whitelist()
def set_multiple_status(names, status):
	"""Set the status of several opportunities, given as JSON."""
	for name in json.loads(names):
		doc = frappe.get_doc("Opportunity", name)
		doc.status = status
		doc.save()


def auto_close_opportunity():
	"""Close opportunities that were replied to and not touched for the days in CRM Settings."""
	days = frappe.db.get_single_value("CRM Settings", "close_opportunity_after_days") or 15
	for name in frappe.get_all(
		"Opportunity",
		{"status": "Replied", "modified": ["<", add_days(now_datetime(), -days)]},
		pluck="name",
		order_by="name",
	):
		doc = frappe.get_doc("Opportunity", name)
		doc.status = "Closed"
		doc.flags.ignore_mandatory = True
		doc.save(ignore_permissions=True)
