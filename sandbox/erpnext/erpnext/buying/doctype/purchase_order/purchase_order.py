import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt

from erpnext.controllers.accounts_controller import AccountsController


class PurchaseOrder(AccountsController):
	def validate(self):
		super().validate()
		self.set_status()
		self.validate_schedule_date()

	def on_submit(self):
		self.set_status(update=True)
		self._update_requests()

	def on_cancel(self):
		self.set_status(update=True)
		self._update_requests()

	def set_missing_values(self, for_validate=False):
		"""Fill names and price list that follow from the supplier."""
		supplier = frappe.get_cached_doc("Supplier", self.supplier)
		self.supplier_name = supplier.supplier_name
		self.currency = self.currency or supplier.default_currency
		self.buying_price_list = (
			self.buying_price_list
			or supplier.default_price_list
			or frappe.db.get_single_value("Buying Settings", "buying_price_list")
		)
		super().set_missing_values(for_validate)

	def validate_schedule_date(self):
		"""Every row has a date; the order has the earliest."""
		for row in self.items:
			row.schedule_date = row.schedule_date or self.schedule_date
			if not row.schedule_date:
				frappe.throw(_("Please enter Reqd by Date"))
		self.schedule_date = min(str(row.schedule_date) for row in self.items)

	def update_status(self, status):
		"""Close or reopen the order."""
		self.set_status(update=True, status=status)

	def _update_requests(self):
		"""Write what is ordered into the rows of the material requests."""
		for name in sorted({row.material_request_item for row in self.items if row.material_request_item}):
			quantities = frappe.get_all(
				"Purchase Order Item",
				{"material_request_item": name, "docstatus": 1},
				pluck="stock_qty",
				order_by="name",
			)
			frappe.db.set_value("Material Request Item", name, "ordered_qty", sum(quantities))
		for name in sorted({row.material_request for row in self.items if row.material_request}):
			request = frappe.get_doc("Material Request", name)
			wanted = sum(flt(row.stock_qty) for row in request.items)
			ordered = sum(min(flt(row.ordered_qty), flt(row.stock_qty)) for row in request.items)
			request.db_set("per_ordered", ordered / wanted * 100 if wanted else 0)
			request.set_status(update=True)


@frappe.whitelist()
def update_status(status, name):
	"""Close or reopen an order."""
	doc = frappe.get_doc("Purchase Order", name)
	doc.check_permission("submit")
	doc.update_status(status)


@frappe.whitelist()
def make_purchase_invoice(source_name, target_doc=None, args=None):
	"""Map what is not yet billed of a submitted order to a new invoice."""

	def postprocess(source, target):
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	def update_row(source, target, source_parent):
		billed = frappe.get_all(
			"Purchase Invoice Item",
			{"po_detail": source.name, "docstatus": 1},
			pluck="qty",
			order_by="name",
		)
		target.qty = flt(source.qty) - sum(billed)

	return get_mapped_doc(
		"Purchase Order",
		source_name,
		{
			"Purchase Order": {"doctype": "Purchase Invoice", "validation": {"docstatus": ["=", 1]}},
			"Purchase Order Item": {
				"doctype": "Purchase Invoice Item",
				"field_map": {"name": "po_detail", "parent": "purchase_order"},
				"postprocess": update_row,
				"condition": lambda row: flt(row.billed_amt) < flt(row.amount) or not flt(row.amount),
			},
		},
		target_doc,
		postprocess,
	)
