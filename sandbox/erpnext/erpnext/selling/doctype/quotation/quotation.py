import json

import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import cint, flt, getdate, nowdate

from erpnext.controllers.selling_controller import SellingController


class Quotation(SellingController):
	def before_validate(self):
		self.set_has_unit_price_items()
		self.flags.allow_zero_qty = self.has_unit_price_items

	def validate(self):
		super().validate()
		self.set_status()
		self.validate_valid_till()
		self.set_customer_name()

	def before_submit(self):
		self.set_has_alternative_item()

	def on_submit(self):
		self.update_opportunity("Quotation")
		self.update_lead()

	def on_cancel(self):
		self.set_status(update=True)
		self.update_opportunity("Open")
		self.update_lead()

	def set_has_unit_price_items(self):
		"""Whether a row has no quantity, where Selling Settings allow it."""
		if frappe.db.get_single_value("Selling Settings", "allow_zero_qty_in_quotation"):
			self.has_unit_price_items = cint(any(row.item_code and not row.qty for row in self.items))

	def set_has_alternative_item(self):
		"""Mark the rows that are followed by an alternative."""
		for row, following in zip(self.items, self.items[1:], strict=False):
			row.has_alternative_item = cint(bool(following.is_alternative and not row.is_alternative))

	def validate_valid_till(self):
		"""The offer is valid on its own date."""
		if self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date):
			frappe.throw(_("Valid till date cannot be before transaction date"))

	def set_customer_name(self):
		"""Set the name of the customer, the lead or the prospect."""
		if not self.party_name:
			return
		if self.quotation_to == "Customer":
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		elif self.quotation_to == "Lead":
			lead_name, company_name = frappe.db.get_value(
				"Lead", self.party_name, ["lead_name", "company_name"]
			)
			self.customer_name = company_name or lead_name
		elif self.quotation_to == "Prospect":
			self.customer_name = self.party_name

	def get_ordered_status(self):
		"""Return Open, Partially Ordered or Ordered, by the quantities on submitted sales orders."""
		ordered = get_ordered_items(self.name)
		if not ordered:
			return "Open"
		rows = [
			row
			for row in self.items
			if row.name in ordered or not (row.is_alternative or row.has_alternative_item)
		]
		full = all(flt(row.stock_qty) <= flt(ordered.get(row.name)) for row in rows)
		return "Ordered" if full else "Partially Ordered"

	def is_fully_ordered(self):
		"""Whether everything is ordered."""
		return self.get_ordered_status() == "Ordered"

	def is_partially_ordered(self):
		"""Whether something, but not everything, is ordered."""
		return self.get_ordered_status() == "Partially Ordered"

	def update_lead(self):
		"""Set the status of the lead."""
		if self.quotation_to == "Lead" and self.party_name:
			frappe.get_doc("Lead", self.party_name).set_status(update=True)

	def update_opportunity(self, status):
		"""Set the status of the opportunities of rows and header."""
		names = {row.prevdoc_docname for row in self.items} | {self.opportunity}
		for name in sorted(filter(None, names)):
			self.update_opportunity_status(status, name)

	def update_opportunity_status(self, status, opportunity=None):
		"""Set the status of one opportunity, by default the header's."""
		doc = frappe.get_doc("Opportunity", opportunity or self.opportunity)
		doc.set_status(status=status, update=True)

	@frappe.whitelist()
	def declare_enquiry_lost(self, lost_reasons_list, competitors, detailed_reason=None):
		"""Set the status to Lost with reasons and competitors; not once something is ordered."""
		if self.get_ordered_status() != "Open":
			frappe.throw(_("Cannot set as Lost as Sales Order is made."))
		# As in ERPNext, the reasons are those that the user may read.
		known = frappe.get_list("Quotation Lost Reason", pluck="name", order_by="name asc")
		for row in lost_reasons_list:
			if row.get("lost_reason") not in known:
				frappe.throw(
					_("Invalid lost reason {0}, please create a new lost reason").format(
						frappe.bold(row.get("lost_reason"))
					)
				)
		self.db_set("status", "Lost")
		if detailed_reason:
			self.db_set("order_lost_reason", detailed_reason)
		self.extend("lost_reasons", lost_reasons_list)
		self.extend("competitors", competitors)
		self.update_opportunity("Lost")
		self.update_lead()
		self.save()


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc=None, args=None):
	"""Map what is not yet ordered of a submitted quotation to a new sales order.

	A lead or prospect becomes a customer. An expired quotation is refused unless Selling Settings allow it.
	"""
	if not frappe.db.get_single_value("Selling Settings", "allow_sales_order_creation_for_expired_quotation"):
		valid_till = frappe.db.get_value("Quotation", source_name, "valid_till")
		if valid_till and getdate(valid_till) < getdate(nowdate()):
			frappe.throw(_("Validity period of this quotation has ended."))
	return _make_sales_order(source_name, target_doc, args=args)


def _make_sales_order(source_name, target_doc=None, ignore_permissions=False, args=None):
	args = json.loads(args) if isinstance(args, str) else args or {}
	chosen = args.get("filtered_children") or []
	customer = _make_customer(source_name, ignore_permissions)
	ordered = get_ordered_items(source_name)

	def postprocess(source, target):
		if customer:
			target.customer = customer.name
			target.customer_name = customer.customer_name
			for member in customer.sales_team:
				target.append(
					"sales_team",
					{
						"sales_person": member.sales_person,
						"allocated_percentage": member.allocated_percentage,
					},
				)
		if source.referral_sales_partner:
			target.sales_partner = source.referral_sales_partner
			target.commission_rate = frappe.get_cached_value(
				"Sales Partner", source.referral_sales_partner, "commission_rate"
			)
		target.flags.ignore_permissions = ignore_permissions
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	def update_row(source, target, source_parent):
		target.stock_qty = max(flt(source.stock_qty) - flt(ordered.get(source.name)), 0)
		target.qty = target.stock_qty / (flt(source.conversion_factor) or 1)

	def is_mapped(row):
		if row.is_alternative or (chosen and row.name not in chosen):
			return False
		return not row.qty or flt(row.stock_qty) > flt(ordered.get(row.name))

	return get_mapped_doc(
		"Quotation",
		source_name,
		{
			"Quotation": {
				"doctype": "Sales Order",
				"validation": {"docstatus": ["=", 1]},
				"field_no_map": ["payment_terms_template"],
			},
			"Quotation Item": {
				"doctype": "Sales Order Item",
				"field_map": {"parent": "prevdoc_docname", "name": "quotation_item"},
				"postprocess": update_row,
				"condition": is_mapped,
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges"},
		},
		target_doc,
		postprocess,
		ignore_permissions=ignore_permissions,
	)


def _make_customer(source_name, ignore_permissions=False):
	"""Return the customer that a quotation is for; make one from a lead or prospect if there is none."""
	from erpnext.crm.doctype.lead.lead import _make_customer as make_from_lead
	from erpnext.crm.doctype.prospect.prospect import make_customer as make_from_prospect

	quotation_to, party = frappe.db.get_value("Quotation", source_name, ["quotation_to", "party_name"])
	if quotation_to == "Customer":
		return frappe.get_doc("Customer", party)
	field = {"Lead": "lead_name", "Prospect": "prospect_name"}[quotation_to]
	if existing := frappe.db.get_value("Customer", {field: party}):
		return frappe.get_doc("Customer", existing)

	if quotation_to == "Lead":
		customer = make_from_lead(party, ignore_permissions=ignore_permissions)
	else:
		customer = make_from_prospect(party)
	return customer.insert(ignore_permissions=ignore_permissions)


def set_expired_status():
	"""Set submitted quotations past their validity to Expired, unless lost or on a submitted order."""
	quotations = frappe.get_all(
		"Quotation",
		{"docstatus": 1, "status": ["not in", ["Expired", "Lost"]], "valid_till": ["<", nowdate()]},
		pluck="name",
		order_by="name",
	)
	ordered = frappe.get_all(
		"Sales Order Item",
		{"docstatus": 1, "prevdoc_docname": ["in", quotations]},
		pluck="prevdoc_docname",
		order_by="prevdoc_docname",
	)
	for name in sorted(set(quotations) - set(ordered)):
		frappe.db.set_value("Quotation", name, "status", "Expired")


def get_ordered_items(quotation: str):
	"""Return the ordered quantity of every row of a submitted quotation that has one."""
	rows = frappe.get_all(
		"Quotation Item",
		{"docstatus": 1, "parent": quotation, "ordered_qty": [">", 0]},
		["name", "ordered_qty"],
		order_by="idx",
	)
	return frappe._dict({row.name: row.ordered_qty for row in rows})
