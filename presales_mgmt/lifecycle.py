"""The life of a project: what each status asks for, and what ERPNext's documents do to it.

People move the status through the Workflow of Presales Project. A win, its undoing and a loss declared on
ERPNext's side come from Sales Order, Quotation and Opportunity; those go through `set_status` here, which
writes under a lock and leaves a comment. Nothing else writes the status.
"""

import frappe
from frappe import _
from frappe.query_builder.functions import Min, Sum
from frappe.utils import flt, now_datetime, today

from presales_mgmt.exceptions import (
	GateError,
	LifecycleError,
	LossReasonMissingError,
	SelfApprovalError,
	TeamError,
)
from presales_mgmt.gates import engine
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.evaluation import blocking, evaluate
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.rules.review import APPROVING_OUTCOMES
from presales_mgmt.statuses import (
	ABANDONED,
	ACTIVE,
	CLOSED,
	DRAFT,
	INITIATION,
	LOST,
	ON_HOLD,
	UNDECIDED,
	WON,
	status_label,
)

EVALUATION = "Presales Project Evaluation"


# ---------------------------------------------------------------------------------------- by a person


def validate_status_change(doc, before: str | None) -> None:
	"""Check a change of status that a person makes through the workflow, and stamp who did it.

	Frappe's workflow has checked that the transition exists and that the role may make it. Statuses that a
	company has added to its workflow pass.

	Args:
		doc: the Presales Project about to be saved.
		before: its status in the database; None for a new project.
	"""
	after = doc.status
	if before == after:
		return
	if not before:
		if after != DRAFT:
			frappe.throw(
				_("A new project starts in status {0}, found {1}.").format(
					status_label(DRAFT), status_label(after)
				),
				exc=LifecycleError,
			)
		return
	if not doc.meta.get_workflow():
		frappe.throw(
			_("The status of {0} is changed by its workflow, and none is active. Activate one first.").format(
				doc.name
			),
			exc=LifecycleError,
		)
	if after == INITIATION:
		_validate_application(doc)
	elif after == ACTIVE and before != ON_HOLD:
		_validate_approval(doc)
	elif after == WON:
		frappe.throw(
			_("{0} is won by submitting its sales order, not by hand.").format(doc.name), exc=LifecycleError
		)
	elif after == LOST:
		_require_loss_reason(doc)
	elif after in (ABANDONED, ON_HOLD):
		_require_reason(doc, after)
	elif after == CLOSED:
		_validate_closing(doc)
	elif after == DRAFT:
		doc.applied_by = doc.applied_on = None


def after_status_change(doc, before: str | None) -> None:
	"""What follows when a change of status by a person has been written."""
	if before == doc.status or not before:
		return
	if doc.status == ACTIVE and not doc.stage:
		engine.start(doc)
	elif doc.status == LOST:
		engine.enter_lost_stage(doc)
		_declare_lost_in_erpnext(doc)


def _validate_application(doc) -> None:
	"""The director organises the team and applies (R9.9)."""
	if not doc.director:
		frappe.throw(
			_("{0} needs a director before it is submitted for initiation.").format(doc.name), exc=TeamError
		)
	if not get_project_roles(doc.name, frappe.session.user) & engine.MOVERS:
		frappe.throw(
			_("Only the director or the manager of {0} may submit it for initiation.").format(doc.name),
			exc=frappe.PermissionError,
		)
	doc.applied_by = frappe.session.user
	doc.applied_on = now_datetime()


def _validate_approval(doc) -> None:
	"""Management evaluates and approves; nobody approves what they applied for or will lead (R9.9)."""
	user = frappe.session.user
	if user in {doc.applied_by, doc.director, doc.manager}:
		frappe.throw(
			_("{0} applied for {1} or leads it, and cannot approve it. Ask another leader.").format(
				user, doc.name
			),
			exc=SelfApprovalError,
		)
	if frappe.get_cached_doc("Presales Settings").require_initiation_review:
		review = frappe.get_all(
			"Presales Review",
			filters={"presales_project": doc.name, "review_kind": "Initiation", "docstatus": 1},
			fields=["name", "status"],
			order_by="requested_on desc, name desc",
			limit=1,
		)
		if not review or review[0].status not in APPROVING_OUTCOMES:
			found = f"{review[0].name}: {_(review[0].status)}" if review else _("no review")
			frappe.throw(
				_("{0} needs an approved initiation review before it becomes active; found {1}.").format(
					doc.name, found
				),
				exc=GateError,
			)
	doc.approved_by = user
	doc.approved_on = now_datetime()


def _require_loss_reason(doc) -> None:
	if not doc.lost_reasons:
		frappe.throw(
			_("{0} needs at least one lost reason before it is declared lost.").format(doc.name),
			exc=LossReasonMissingError,
		)


def _require_reason(doc, status: str) -> None:
	if not (doc.outcome_reason or "").strip():
		frappe.throw(
			_("{0} needs a reason in the field {1} before its status becomes {2}.").format(
				doc.name, _(doc.meta.get_label("outcome_reason")), status_label(status)
			),
			exc=LifecycleError,
		)


def _validate_closing(doc) -> None:
	"""A project is closed when its last stage is done and its evaluation report is archived (R9.15)."""
	if doc.won_on and doc.stage:
		process = load_process(doc.process_version)
		remaining = [
			stage.name
			for stage in process.stages[process.position(doc.stage) :]
			if stage.stage_type != "Lost"
		]
		blockers = blocking(evaluate([doc.name], {doc.name: remaining})[doc.name])
		if blockers:
			engine.refuse_gate(_("{0} cannot be closed yet.").format(doc.name), blockers)
	if frappe.get_cached_doc("Presales Settings").require_evaluation_to_close:
		_require_archived_evaluation(doc)
	doc.closed_on = today()


def _require_archived_evaluation(doc) -> None:
	evaluation = frappe.get_all(
		EVALUATION,
		filters={"presales_project": doc.name, "docstatus": 1},
		fields=["name", "archived_document"],
		order_by="creation desc",
		limit=1,
	)
	if not evaluation:
		found = _("no submitted evaluation")
	elif frappe.db.get_value("Presales Document", evaluation[0].archived_document, "docstatus") != 1:
		found = _("evaluation {0}, whose report {1} is not archived").format(
			evaluation[0].name, evaluation[0].archived_document
		)
	else:
		return
	frappe.throw(
		_("{0} cannot be closed yet: found {1}, expected an evaluation with an archived report.").format(
			doc.name, found
		),
		exc=GateError,
	)


# ---------------------------------------------------------------------------------------- by ERPNext


def set_status(doc, status: str, comment: str, **values) -> None:
	"""Write a status that follows from an ERPNext document. `doc` must have been read with `for_update`.

	`values` are further fields to write. `comment` (translated) says in the timeline why.
	"""
	doc.db_set({"status": status, **values}, notify=True)
	doc.add_comment("Workflow", comment)


def update_win(project: str, trigger: str, exclude: str | None = None) -> None:
	"""Set won or not won from the sales orders that stand, and the won amount with it.

	Args:
		project: name of the Presales Project.
		trigger: name of the Sales Order that was submitted or cancelled.
		exclude: a Sales Order that does not count although the database still says so, being cancelled.

	The amount is the sum of the orders' net totals in company currency, before tax.
	"""
	doc = frappe.get_doc(PROJECT, project, for_update=True)
	order = frappe.qb.DocType("Sales Order")
	query = frappe.qb.from_(order).where((order.presales_project == project) & (order.docstatus == 1))
	if exclude:
		query = query.where(order.name != exclude)
	amount, won_on = query.select(Sum(order.base_net_total), Min(order.transaction_date)).run()[0]
	first = query.select(order.name).orderby(order.transaction_date).orderby(order.name).limit(1).run()

	values = {
		"sales_order": first[0][0] if first else None,
		"base_won_amount": flt(amount),
		"won_on": won_on,
	}
	if first and doc.status in (*UNDECIDED, LOST, ABANDONED):
		set_status(doc, WON, _("Won: {0} was submitted.").format(trigger), **values)
	elif not first and doc.status in (WON, CLOSED):
		reason = _("Reopened: {0} was cancelled.").format(trigger)
		set_status(doc, ACTIVE, reason, closed_on=None, **values)
		engine.leave_won_stage(doc, reason)
	else:
		doc.db_set(values, notify=True)


def lose_from_erpnext(
	project: str, reasons: list[str], competitors: list[str], detail: str | None, trigger: str
) -> None:
	"""Declare a project lost since its Opportunity or its last open Quotation was declared lost.

	Args:
		project: name of the Presales Project.
		reasons: names of Opportunity Lost Reason.
		competitors: names of Competitor.
		detail: the reason in words.
		trigger: the ERPNext document.

	Raises:
		LossReasonMissingError: neither a reason nor a detail was given.
	"""
	doc = frappe.get_doc(PROJECT, project, for_update=True)
	if doc.status not in UNDECIDED:
		return
	if not reasons and not (detail or "").strip():
		frappe.throw(
			_("{0} belongs to presales project {1} and needs a lost reason.").format(trigger, project),
			exc=LossReasonMissingError,
		)
	_add_rows(doc, "lost_reasons", "lost_reason", reasons)
	_add_rows(doc, "competitors", "competitor", competitors)
	set_status(doc, LOST, _("Lost: {0} was declared lost.").format(trigger), outcome_reason=detail)
	engine.enter_lost_stage(doc)


def _add_rows(doc, table: str, fieldname: str, values: list[str]) -> None:
	"""Add the `values` that `table` does not have yet, without saving the project as a whole."""
	present = {row.get(fieldname) for row in doc.get(table)}
	for value in values:
		if value not in present:
			doc.append(table, {fieldname: value}).db_insert()
			present.add(value)


def _declare_lost_in_erpnext(doc) -> None:
	"""Carry the loss to the open quotations and the opportunity, with reasons and competitors."""
	reasons = [row.lost_reason for row in doc.lost_reasons]
	competitors = [{"competitor": row.competitor} for row in doc.competitors]
	known = set(
		frappe.get_all(
			"Quotation Lost Reason", filters={"name": ["in", reasons]}, pluck="name", order_by="name asc"
		)
	)
	quotation_reasons = [{"lost_reason": reason} for reason in reasons if reason in known]
	for name in frappe.get_all(
		"Quotation",
		filters={
			"presales_project": doc.name,
			"docstatus": 1,
			"status": ["in", ["Open", "Replied", "Expired"]],
		},
		pluck="name",
		order_by="name asc",
	):
		_as_system("Quotation", name).declare_enquiry_lost(quotation_reasons, competitors, doc.outcome_reason)

	if doc.opportunity and frappe.db.get_value("Opportunity", doc.opportunity, "status") != "Converted":
		opportunity = _as_system("Opportunity", doc.opportunity)
		if not opportunity.has_active_quotation():
			opportunity.declare_enquiry_lost(
				[{"lost_reason": reason} for reason in reasons], competitors, doc.outcome_reason
			)


def _as_system(doctype: str, name: str):
	"""An ERPNext document, to carry the director's decision to."""
	erpnext_doc = frappe.get_doc(doctype, name)
	# The director decided on the project, and may have no right to edit ERPNext's documents.
	erpnext_doc.flags.ignore_permissions = True
	return erpnext_doc
