"""Quotation: gated by its project's stage; each submitted one is a version of the offer, of which one is current.

Each function starts with the one attribute check that a quotation without a project costs.
"""

import frappe


def validate(doc, method=None):
	if not doc.get("presales_project"):
		if doc.get_doc_before_save() and doc.get_doc_before_save().get("presales_project"):
			from presales_mgmt.overrides.common import keep_project

			keep_project(doc)
		return
	from presales_mgmt.offering import validate_estimate
	from presales_mgmt.overrides.common import validate_project
	from presales_mgmt.quotations import clear_version

	clear_version(doc)
	validate_estimate(doc)
	opportunities = {doc.opportunity, *(row.prevdoc_docname for row in doc.items)}
	validate_project(doc, "Opportunity", opportunities - {None, ""})


def before_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.offering import rest_on_estimate
	from presales_mgmt.overrides.common import check_gate, read_project_of
	from presales_mgmt.pricing import check_price
	from presales_mgmt.quotations import release

	# Of two who submit at once the second waits, and then sees what the first has done.
	read_project_of(doc, for_update=True)
	check_gate(doc, "allows_quotation", "quotation_gate")
	rest_on_estimate(doc)
	check_price(doc)
	release(doc)


def on_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.overrides.common import leave_project_of
	from presales_mgmt.quotations import settle_submitted

	settle_submitted(doc)
	leave_project_of(doc)


def before_cancel(doc, method=None):
	"""Frappe compares nothing when a document is cancelled: a client could send it without its project."""
	before = doc.get_doc_before_save()
	if not before or not before.get("presales_project"):
		return
	from presales_mgmt.quotations import keep_from_before

	keep_from_before(doc)


def on_cancel(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.controllers import let_reviews_stand
	from presales_mgmt.quotations import withdraw

	let_reviews_stand(doc)
	withdraw(doc)


def on_update_after_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	if doc.status == "Lost":
		from presales_mgmt.overrides.project_link import lose_with_quotation

		lose_with_quotation(doc)
		return
	from presales_mgmt.overrides.common import are_items_updated

	if (
		doc.has_value_changed("base_net_total")
		or doc.has_value_changed("total_qty")
		or are_items_updated(doc)
	):
		# ERPNext's "Update Items" changes what was offered.
		from presales_mgmt.pricing import check_price
		from presales_mgmt.quotations import settle

		check_price(doc)
		settle(doc.presales_project)


def on_change(doc, method=None):
	"""ERPNext notes on a quotation that it was ordered, also by an order that names no project."""
	if not doc.get("presales_project") or doc.status not in ("Ordered", "Partially Ordered"):
		return
	from presales_mgmt.rules.quotation import NOT_ORDERABLE

	order = frappe.flags.presales_order_without_project
	if order or doc.presales_version_status in NOT_ORDERABLE:
		from presales_mgmt.quotations import refuse_order_past_project

		refuse_order_past_project(doc, order)
