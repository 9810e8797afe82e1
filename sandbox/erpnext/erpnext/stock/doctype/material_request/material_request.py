import frappe
from frappe import _
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt, getdate

from erpnext.controllers.status_updater import StatusUpdater


class MaterialRequest(StatusUpdater):
	def validate(self):
		self.set_missing_values()
		self.validate_schedule_date()
		self.set_title()
		self.status = self.status or "Draft"

	def on_submit(self):
		self.set_status(update=True)
		self._update_requested_qty()

	def on_cancel(self):
		self.set_status(update=True)
		self._update_requested_qty()

	def set_missing_values(self, for_validate=False):
		"""Fill what a row leaves out, and its amount."""
		for row in self.items:
			item = frappe.get_cached_doc("Item", row.item_code)
			row.item_name = row.item_name or item.item_name
			row.description = row.description or item.description
			row.item_group = row.item_group or item.item_group
			row.stock_uom = row.stock_uom or item.stock_uom
			row.uom = row.uom or item.purchase_uom or item.stock_uom
			row.conversion_factor = flt(row.conversion_factor) or next(
				(d.conversion_factor for d in item.uoms if d.uom == row.uom), 1.0
			)
			row.stock_qty = flt(row.qty) * row.conversion_factor
			row.schedule_date = row.schedule_date or self.schedule_date

	def validate_schedule_date(self):
		"""Every row has a date that is not before the request's; the request has the earliest."""
		dates = [getdate(row.schedule_date) for row in self.items if row.schedule_date]
		if len(dates) < len(self.items):
			frappe.throw(_("Please enter Reqd by Date"))
		if min(dates) < getdate(self.transaction_date):
			frappe.throw(_("Row #{0}: Reqd by Date cannot be before Transaction Date").format(1))
		self.schedule_date = min(dates)

	def set_title(self):
		"""Title by kind and the first items."""
		names = [row.item_name for row in self.items if row.idx <= 3]
		title = _("{0} Request for {1}").format(_(self.material_request_type), ", ".join(names))
		self.title = self.title or title[:100]

	def _update_requested_qty(self):
		"""Write what is requested into the rows of the sales orders."""
		for name in sorted({row.sales_order_item for row in self.items if row.sales_order_item}):
			quantities = frappe.get_all(
				"Material Request Item",
				{"sales_order_item": name, "docstatus": 1},
				pluck="stock_qty",
				order_by="name",
			)
			frappe.db.set_value("Sales Order Item", name, "requested_qty", sum(quantities))


@frappe.whitelist()
def update_status(name, status):
	"""Stop or reopen a material request."""
	doc = frappe.get_doc("Material Request", name)
	doc.check_permission("write")
	doc.set_status(update=True, status=status)


@frappe.whitelist()
def make_purchase_order(source_name, target_doc=None, args=None):
	"""Map what is not yet ordered of a submitted request to a new purchase order."""

	def postprocess(source, target):
		if target.supplier:
			target.run_method("set_missing_values")
			target.run_method("calculate_taxes_and_totals")

	def update_row(source, target, source_parent):
		target.stock_qty = flt(source.stock_qty) - flt(source.ordered_qty)
		target.qty = target.stock_qty / (flt(source.conversion_factor) or 1)
		target.schedule_date = source.schedule_date

	return get_mapped_doc(
		"Material Request",
		source_name,
		{
			"Material Request": {
				"doctype": "Purchase Order",
				"validation": {"docstatus": ["=", 1], "material_request_type": ["=", "Purchase"]},
			},
			"Material Request Item": {
				"doctype": "Purchase Order Item",
				"field_map": {
					"name": "material_request_item",
					"parent": "material_request",
					"uom": "uom",
				},
				"postprocess": update_row,
				"condition": lambda row: flt(row.ordered_qty) < flt(row.stock_qty),
			},
		},
		target_doc,
		postprocess,
	)
