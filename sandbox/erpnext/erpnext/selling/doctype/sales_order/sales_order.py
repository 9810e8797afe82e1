import json

import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt, getdate, nowdate

from erpnext.controllers.selling_controller import SellingController


class WarehouseRequired(frappe.ValidationError):
	"""A stock item has no warehouse to be delivered from."""


class SalesOrder(SellingController):
	def validate(self):
		super().validate()
		self.validate_delivery_date()
		self.validate_proj_cust()
		self.validate_po()
		self.validate_warehouse()
		self.validate_with_previous_doc()
		self.set_status()
		self.billing_status = self.billing_status or "Not Billed"
		self.delivery_status = self.delivery_status or "Not Delivered"

	def on_submit(self):
		self._update_ordered_qty()
		self.update_project()
		self.update_prevdoc_status("submit")

	def on_cancel(self):
		if self.status == "Closed":
			frappe.throw(_("Closed order cannot be cancelled. Unclose to cancel."))
		self.check_nextdoc_docstatus()
		self._update_ordered_qty()
		self.update_project()
		self.update_prevdoc_status("cancel")
		self.db_set("status", "Cancelled")

	def validate_delivery_date(self):
		"""Rows and order have a delivery date that is not before the order's."""
		if self.order_type != "Sales" or self.skip_delivery_note:
			return
		dates = [getdate(row.delivery_date) for row in self.items if row.delivery_date]
		if dates:
			self.delivery_date = max(dates)
		if not self.delivery_date:
			frappe.throw(_("Please enter Delivery Date"))
		for row in self.items:
			row.delivery_date = row.delivery_date or self.delivery_date
			if getdate(row.delivery_date) < getdate(self.transaction_date):
				frappe.throw(
					_("Expected Delivery Date should be after Sales Order Date"),
					title=_("Invalid Delivery Date"),
				)

	def validate_proj_cust(self):
		"""The ERPNext project is this customer's or nobody's."""
		if self.project and self.customer:
			customer = frappe.db.get_value("Project", self.project, "customer")
			if customer and customer != self.customer:
				frappe.throw(
					_("Customer {0} does not belong to project {1}").format(self.customer, self.project)
				)

	def validate_po(self):
		"""The customer's order number is not used twice, unless Selling Settings allow it."""
		if not (self.po_no and self.customer) or self.skip_delivery_note:
			return
		other = frappe.db.get_value(
			"Sales Order",
			{
				"po_no": self.po_no,
				"customer": self.customer,
				"docstatus": ["<", 2],
				"name": ["!=", self.name],
			},
		)
		if other and not frappe.db.get_single_value(
			"Selling Settings", "allow_against_multiple_purchase_orders"
		):
			frappe.throw(
				_("Sales Order {0} already exists against Customer's Purchase Order {1}").format(
					other, self.po_no
				)
			)

	def validate_warehouse(self):
		"""Stock items have a warehouse to be delivered from."""
		for row in self.items:
			stock_item = frappe.get_cached_value("Item", row.item_code, "is_stock_item")
			if stock_item and not row.warehouse and not row.delivered_by_supplier:
				frappe.throw(
					_("Delivery warehouse required for stock item {0}").format(row.item_code),
					WarehouseRequired,
				)

	def validate_with_previous_doc(self):
		"""Company and items are those of the quotation."""
		for row in self.items:
			if row.prevdoc_docname:
				company = frappe.db.get_value("Quotation", row.prevdoc_docname, "company")
				if company != self.company:
					frappe.throw(
						_("Row {0}: Company must be same as {1} of the Quotation").format(row.idx, company)
					)
			if row.quotation_item:
				item_code = frappe.db.get_value("Quotation Item", row.quotation_item, "item_code")
				if item_code != row.item_code:
					frappe.throw(
						_("Row {0}: Item must be same as {1} of the Quotation").format(row.idx, item_code)
					)

	def _update_ordered_qty(self):
		"""Write the quantity on all submitted orders into the rows of the quotations."""
		for name in sorted({row.quotation_item for row in self.items if row.quotation_item}):
			rows = frappe.get_all(
				"Sales Order Item",
				{"quotation_item": name, "docstatus": 1},
				pluck="stock_qty",
				order_by="name",
			)
			frappe.db.set_value("Quotation Item", name, "ordered_qty", sum(flt(qty) for qty in rows))

	def update_prevdoc_status(self, flag=None):
		"""Set the status of the quotations and their opportunities."""
		for name in sorted({row.prevdoc_docname for row in self.items if row.prevdoc_docname}):
			quotation = frappe.get_doc("Quotation", name)
			if quotation.docstatus == 2:
				frappe.throw(_("Quotation {0} is cancelled").format(name))
			quotation.set_status(update=True)
			quotation.update_opportunity("Converted" if flag == "submit" else "Quotation")

	def update_project(self):
		"""Set the sales amount of the ERPNext project."""
		frequency = frappe.db.get_single_value("Selling Settings", "sales_update_frequency")
		if self.project and frequency == "Each Transaction":
			project = frappe.get_doc("Project", self.project)
			project.update_sales_amount()
			project.db_update()

	def check_nextdoc_docstatus(self):
		"""No draft invoice is left behind."""
		drafts = frappe.get_all(
			"Sales Invoice Item",
			{"sales_order": self.name, "docstatus": 0},
			pluck="parent",
			distinct=True,
			order_by="parent",
		)
		if drafts:
			frappe.throw(
				_("Sales Invoice {0} must be deleted before cancelling this Sales Order").format(
					", ".join(drafts)
				)
			)

	def update_status(self, status):
		"""Close, hold or reopen the order."""
		self.set_status(update=True, status=status)
		self.notify_update()

	def _update_billing(self):
		"""Set what is billed of the order, from its submitted invoices."""
		billed = 0.0
		for row in self.items:
			amounts = frappe.get_all(
				"Sales Invoice Item", {"so_detail": row.name, "docstatus": 1}, pluck="amount", order_by="name"
			)
			row.db_set("billed_amt", sum(flt(amount) for amount in amounts), update_modified=False)
			billed += min(abs(row.billed_amt), abs(flt(row.amount)))
		total = sum(abs(flt(row.amount)) for row in self.items)
		self.per_billed = round(billed / total * 100, 6) if total else 0.0
		part = "Partly Billed" if self.per_billed else "Not Billed"
		self.billing_status = "Fully Billed" if self.per_billed >= 99.999999 else part
		self.db_set({"per_billed": self.per_billed, "billing_status": self.billing_status})
		self.set_status(update=True)


@frappe.whitelist()
def make_project(source_name, target_doc=None):
	"""Map a submitted sales order to a new ERPNext project."""

	def postprocess(source, target):
		target.project_type = "External"
		target.project_name = source.name

	return get_mapped_doc(
		"Sales Order",
		source_name,
		{
			"Sales Order": {
				"doctype": "Project",
				"validation": {"docstatus": ["=", 1]},
				"field_map": {
					"name": "sales_order",
					"base_grand_total": "estimated_costing",
					"net_total": "total_sales_amount",
				},
			}
		},
		target_doc,
		postprocess,
	)


def _get_requested_qty(sales_order):
	"""Return what is requested on submitted material requests, by row of the sales order."""
	requested = {}
	for row in frappe.get_all(
		"Material Request Item",
		{"docstatus": 1, "sales_order": sales_order},
		["sales_order_item", "qty"],
		order_by="name",
	):
		requested[row.sales_order_item] = requested.get(row.sales_order_item, 0) + row.qty
	return requested


@frappe.whitelist()
def make_material_request(source_name, target_doc=None):
	"""Map what is not yet requested of a submitted sales order to a new material request."""
	requested = _get_requested_qty(source_name)

	def remaining(row):
		return flt(row.qty) - flt(requested.get(row.name))

	def update_row(source, target, source_parent):
		target.project = source_parent.project
		target.qty = remaining(source)
		target.stock_qty = target.qty * flt(target.conversion_factor)

	return get_mapped_doc(
		"Sales Order",
		source_name,
		{
			"Sales Order": {"doctype": "Material Request", "validation": {"docstatus": ["=", 1]}},
			"Sales Order Item": {
				"doctype": "Material Request Item",
				"field_map": {
					"name": "sales_order_item",
					"parent": "sales_order",
					"delivery_date": "schedule_date",
				},
				"condition": lambda row: remaining(row) > 0,
				"postprocess": update_row,
			},
		},
		target_doc,
	)


@frappe.whitelist()
def make_sales_invoice(source_name, target_doc=None, ignore_permissions=False, args=None):
	"""Map what is not yet billed of a submitted sales order to a new invoice."""

	def postprocess(source, target):
		target.posting_date = target.due_date = nowdate()
		target.flags.ignore_permissions = ignore_permissions
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	def update_row(source, target, source_parent):
		unbilled = flt(source.amount) - flt(source.billed_amt)
		target.qty = unbilled / flt(source.rate) if source.rate and unbilled else source.qty

	return get_mapped_doc(
		"Sales Order",
		source_name,
		{
			"Sales Order": {"doctype": "Sales Invoice", "validation": {"docstatus": ["=", 1]}},
			"Sales Order Item": {
				"doctype": "Sales Invoice Item",
				"field_map": {"name": "so_detail", "parent": "sales_order"},
				"condition": lambda row: abs(flt(row.billed_amt)) < abs(flt(row.amount)),
				"postprocess": update_row,
			},
			"Sales Taxes and Charges": {"doctype": "Sales Taxes and Charges"},
			"Sales Team": {"doctype": "Sales Team"},
		},
		target_doc,
		postprocess,
		ignore_permissions=ignore_permissions,
	)


@frappe.whitelist()
def close_or_unclose_sales_orders(names, status):
	"""Close or reopen several submitted orders, given as JSON."""
	frappe.has_permission("Sales Order", "write", throw=True)
	for name in json.loads(names):
		order = frappe.get_doc("Sales Order", name)
		if order.docstatus == 1 and (status == "Closed") != (order.status == "Closed"):
			order.update_status("Closed" if status == "Closed" else "Draft")


@frappe.whitelist()
def update_status(status, name):
	"""Close, hold or reopen one order."""
	order = frappe.get_doc("Sales Order", name)
	order.check_permission("submit")
	order.update_status(status)
