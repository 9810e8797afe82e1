"""Sales Order: gated by its project's stage; submitting it wins the project, cancelling it reopens it.

Each function starts with the one attribute check that an order without a project costs.
"""

import frappe


def validate(doc, method=None):
	if not doc.get("presales_project"):
		if doc.get_doc_before_save() and doc.get_doc_before_save().get("presales_project"):
			from presales_mgmt.overrides.common import keep_project

			keep_project(doc)
		return
	from presales_mgmt.overrides.common import validate_project
	from presales_mgmt.quotations import require_orderable

	validate_project(doc, "Quotation", {row.prevdoc_docname for row in doc.items} - {None, ""})
	# An order that stands was made while the version was current.
	if doc.docstatus == 0:
		require_orderable(doc)
	if doc.is_new() or doc.get("presales_contract"):
		from presales_mgmt.contracts import prepare_order

		prepare_order(doc)


def before_submit(doc, method=None):
	# Asks nothing: a quotation of a project tells, when ERPNext notes in a moment that this order was made from it.
	frappe.flags.presales_order_without_project = None if doc.get("presales_project") else doc.name
	if not doc.get("presales_project"):
		return
	from presales_mgmt.contracts import check_order
	from presales_mgmt.differences import check_differences
	from presales_mgmt.overrides.common import check_gate, read_project_of
	from presales_mgmt.pricing import check_order_price
	from presales_mgmt.quotations import require_orderable

	# A quotation that is submitted meanwhile waits for the lock: what it supersedes is ordered before it, or not at all.
	read_project_of(doc, for_update=True)
	require_orderable(doc, for_update=True)
	check_gate(doc, "allows_sales_order", "sales_order_gate")
	check_order(doc)
	check_differences(doc)
	check_order_price(doc)


def on_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.lifecycle import update_win
	from presales_mgmt.overrides.common import leave_project_of

	leave_project_of(doc)
	update_win(doc.presales_project, trigger=doc.name)


def before_cancel(doc, method=None):
	"""Frappe compares nothing when a document is cancelled: a client could send it without its project."""
	before = doc.get_doc_before_save()
	if before and before.get("presales_project"):
		doc.presales_project = before.presales_project


def on_cancel(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.controllers import let_reviews_stand
	from presales_mgmt.lifecycle import update_win

	let_reviews_stand(doc)
	update_win(doc.presales_project, trigger=doc.name)


def on_update_after_submit(doc, method=None):
	"""ERPNext's "Update Items" changes amount and quantity of a submitted order."""
	if not doc.get("presales_project"):
		return
	from presales_mgmt.overrides.common import are_items_updated

	amount_changed = doc.has_value_changed("base_net_total")
	if amount_changed or doc.has_value_changed("total_qty") or are_items_updated(doc):
		from presales_mgmt.pricing import check_order_price

		check_order_price(doc)
	if amount_changed:
		from presales_mgmt.lifecycle import update_win

		update_win(doc.presales_project, trigger=doc.name)
