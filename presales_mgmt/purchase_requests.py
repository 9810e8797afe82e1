"""A written request to buy something for a project, from the request to the decision (R8.8).

Draft → Requested → Approved or Rejected by the director of the project, or by a leader when it is the director who
asks; never by who asked for it. Or Withdrawn. What was approved covers purchases of the project; what is approved
outside the plan also raises what may be spent beyond the budget (`rules.budget.Budget.agreed`).
"""

import frappe
from frappe import _
from frappe.utils import flt, now_datetime

from presales_mgmt.controllers import (
	finish_todos,
	give_todo,
	read_to_settle,
	require_open_project,
	require_status,
)
from presales_mgmt.exceptions import MarkupError, PurchaseRequestError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.requirements import tell
from presales_mgmt.rules.followup import is_own_matter
from presales_mgmt.rules.validation import has_markup, refuse

REQUEST = "Presales Purchase Request"

DRAFT, REQUESTED, APPROVED, REJECTED, WITHDRAWN = "Draft", "Requested", "Approved", "Rejected", "Withdrawn"
WITHIN_PLAN, OUTSIDE_PLAN = "Within Plan", "Outside Plan"


def approve(name: str, remarks: str | None = None) -> None:
	"""Approve a request: what it asks for may be bought.

	Raises:
		frappe.PermissionError: neither the director of the project nor a leader.
		SelfApprovalError: the user asked for it, or stands in for who did.
		PurchaseRequestError: it is decided on already.
	"""
	_decide(_read(name), APPROVED, remarks)


def reject(name: str, reason: str) -> None:
	"""Refuse a request. Raises as `approve` does, and without a reason."""
	doc = _read(name)
	if not (reason or "").strip():
		refuse(doc, "Remarks on the Decision", None, _("a reason"), PurchaseRequestError)
	_decide(doc, REJECTED, reason)


def ask_to_decide(doc) -> None:
	"""A ToDo for the director, unless it is the director who asks: then a leader decides."""
	director = frappe.db.get_value(PROJECT, doc.presales_project, "director")
	if director and not _concerns(doc, director):
		give_todo(
			doc, director, _("Decide on the purchase request {0}").format(doc.title), date=doc.needed_by
		)


def make_material_request(name: str):
	"""An unsaved Material Request for the items of an approved request, which its rows name.

	What is asked for in words only becomes no row: ERPNext buys items.

	Raises `PurchaseRequestError` unless it is approved and names an item, `frappe.PermissionError` for those who
	may not read it or make Material Requests.
	"""
	doc = frappe.get_doc(REQUEST, name)
	doc.check_permission("read")
	frappe.has_permission("Material Request", "create", throw=True)
	require_status(doc, PurchaseRequestError, APPROVED)
	rows = [row for row in doc.items if row.item_code]
	if not rows:
		refuse(doc, "Items", _("none with an item"), _("at least one row with an item"), PurchaseRequestError)
	target = frappe.new_doc("Material Request")
	target.update(
		{
			"material_request_type": "Purchase",
			"company": doc.company,
			"schedule_date": doc.needed_by,
		}
	)
	uoms = _stock_uoms(rows)
	for row in rows:
		target.append(
			"items",
			{
				"item_code": row.item_code,
				"description": row.description,
				"qty": row.qty,
				"uom": row.uom or uoms[row.item_code],
				"schedule_date": doc.needed_by,
				# ERPNext keeps it in the currency of the company.
				"rate": flt(row.base_amount) / flt(row.qty),
				"presales_project": doc.presales_project,
				"presales_purchase_request": doc.name,
			},
		)
	target.run_method("set_missing_values")
	return target


def _stock_uoms(rows) -> dict[str, str]:
	return dict(
		frappe.get_all(
			"Item",
			filters={"name": ["in", sorted({row.item_code for row in rows})]},
			fields=["name", "stock_uom"],
			order_by="name asc",
			as_list=True,
		)
	)


def _concerns(doc, user: str) -> bool:
	"""Whether `user` has drafted or requested it, acts for who did, or is acted for by who requested it."""
	return is_own_matter(acting_for(user), doc.owner, doc.requested_by) or is_own_matter(
		acting_for(doc.requested_by), user
	)


def _read(name: str):
	"""The request, locked, for somebody who may decide on it.

	The project comes first, as when a purchase is submitted: of two who do both at once, one waits for the other.
	"""
	project = frappe.db.get_value(REQUEST, name, "presales_project")
	if project:
		frappe.db.get_value(PROJECT, project, "name", for_update=True)
	doc = read_to_settle(REQUEST, name)
	user = frappe.session.user
	if not sees_everything(user) and "Director" not in get_project_roles(doc.presales_project, user):
		frappe.throw(
			_("Only a leader or the director of {0} may decide on this.").format(doc.presales_project),
			exc=frappe.PermissionError,
		)
	require_open_project(doc.presales_project)
	require_status(doc, PurchaseRequestError, REQUESTED)
	if _concerns(doc, user):
		frappe.throw(
			_("{0} asked for this purchase, or stands in for who did, and cannot decide on it.").format(user),
			exc=SelfApprovalError,
		)
	return doc


def _decide(doc, status: str, remarks: str | None) -> None:
	if has_markup(remarks):
		refuse(doc, "Remarks on the Decision", remarks, _("plain text without HTML"), MarkupError)
	doc.db_set(
		{
			"status": status,
			"decided_by": frappe.session.user,
			"decided_on": now_datetime(),
			"decision_remarks": (remarks or "").strip() or None,
		},
		notify=True,
	)
	finish_todos(doc.doctype, doc.name, "Closed")
	tell(doc, doc.requested_by, _approved if status == APPROVED else _rejected)


def _approved(language: str) -> str:
	return _("Purchase approved on {0}: {1}", lang=language)


def _rejected(language: str) -> str:
	return _("Purchase rejected on {0}: {1}", lang=language)
