"""The life of a project: what each status asks for, and what ERPNext's documents do to it.

People move the status through the Workflow of Presales Project. A win, its undoing, a loss and a reopening on
ERPNext's side come from Sales Order, Quotation and Opportunity; those go through `set_status` here, which
writes under a lock. Nothing else writes the status, and every change of it is logged.
"""

import frappe
from frappe import _
from frappe.utils import flt, get_datetime, now_datetime, strip_html, today

from presales_mgmt import bonds, handover, initiation, losses
from presales_mgmt.compat import lock_document
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
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.rules.review import APPROVING_OUTCOMES
from presales_mgmt.statuses import (
	ABANDONED,
	ACTIVE,
	CLOSED,
	DECIDED,
	DRAFT,
	INITIATION,
	LOST,
	ON_HOLD,
	WON,
	status_label,
)

EVALUATION = "Presales Project Evaluation"
DIRECTOR = frozenset({"Director"})
# Statuses of an ERPNext quotation that can be declared lost.
OPEN_QUOTATIONS = ("Open", "Replied", "Expired")


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
	if after == WON:
		frappe.throw(
			_("{0} is won by submitting its sales order, not by hand.").format(doc.name), exc=LifecycleError
		)

	if after == INITIATION:
		_validate_application(doc)
	elif after == ACTIVE and not doc.approved_on:
		if before in DECIDED:
			frappe.throw(
				_(
					"{0} ended before it was initiated and cannot become active. Reopen its opportunity if that was lost, or make a new project."
				).format(doc.name),
				exc=LifecycleError,
			)
		_validate_approval(doc)
	elif before == INITIATION or after == DRAFT:
		# Leaders decide on applications, applicants take theirs back: the workflow's roles say enough.
		doc.applied_by = doc.applied_on = None
		if after == DRAFT:
			initiation.release_application(doc)
	else:
		_require_director_of(doc, before, after)

	if before == LOST and after == ACTIVE:
		losses.forget(doc)
	if after == LOST:
		_require_loss_reason(doc)
		losses.complete(doc)
	elif after in (ABANDONED, ON_HOLD) or (after == ACTIVE and before in DECIDED):
		_require_reason(doc, after)
	elif after == CLOSED:
		_validate_closing(doc, before)
	doc.update(decision_values(doc, after))


def after_status_change(doc, before: str | None) -> None:
	"""What follows when a change of status by a person has been written."""
	after = doc.status
	if before == after or not before:
		return
	reason = doc.outcome_reason if after in (*DECIDED, ON_HOLD) else None
	if before != INITIATION:
		# Leaders decide on an application by their role, in nobody's place.
		reason = engine.name_delegators(doc.name, reason, own=engine.MOVERS if before == DRAFT else DIRECTOR)
	engine.log_status(doc, before, after, reason=reason)
	initiation.follow_status_change(doc, before)
	if after == ACTIVE:
		if not doc.stage:
			engine.start(doc)
		elif before in DECIDED:
			engine.leave_final_stage(doc, doc.outcome_reason)
			engine.resume_stay(doc)
			_reopen_in_erpnext(doc)
	elif after == LOST:
		engine.enter_lost_stage(doc)
		engine.end_stay(doc)
		_declare_lost_in_erpnext(doc)
		losses.carry_to_opportunity(doc)
	elif after in (ABANDONED, CLOSED):
		engine.end_stay(doc)


def decision_values(doc, status: str) -> dict:
	"""The fields that follow from a status: date of the decision, probability, weighted amount.

	A won deal is certain, a lost or abandoned one has no value in the pipeline. A project that comes back
	takes the probability of its stage again.
	"""
	values = {}
	if status in (WON, LOST, ABANDONED):
		values = {"decided_on": today(), "probability": 100 if status == WON else 0}
	elif status == ACTIVE and doc.decided_on:
		stage = load_process(doc.process_version).stage(doc.stage) if doc.stage else None
		values = {"decided_on": None, "closed_on": None, "probability": stage.probability if stage else 0}
	if values:
		values["base_weighted_amount"] = doc.weighted_amount(values["probability"])
	return values


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
	initiation.validate_application(doc)
	doc.applied_by = frappe.session.user
	doc.applied_on = now_datetime()


def _validate_approval(doc) -> None:
	"""Management evaluates and approves; nobody approves what they applied for or will lead (R9.9)."""
	user = frappe.session.user
	before = doc.get_doc_before_save()
	application = initiation.get_open_application(doc.name, submitted=True)
	concerned = {
		before.applied_by,
		application and application.applied_by,
		# Who drafted it may have led the project then, and have stepped aside.
		application and application.owner,
		*(person for row in (before, doc) for person in (row.director, row.manager)),
	}
	# Nor does anybody approve in the place of such a person.
	if barred := acting_for(user) & concerned:
		frappe.throw(
			_("{0} applied for {1} or leads it, and cannot approve it. Ask another leader.").format(
				user if user in barred else ", ".join(sorted(barred)), doc.name
			),
			exc=SelfApprovalError,
		)
	review = _get_initiation_review(doc, application)
	approved = bool(review) and review.status in APPROVING_OUTCOMES
	if not approved and frappe.get_cached_doc("Presales Settings").require_initiation_review:
		found = f"{review.name}: {_(review.status, context='Presales Review')}" if review else _("no review")
		frappe.throw(
			_("{0} needs an approved initiation review before it becomes active; found {1}.").format(
				doc.name, found
			),
			exc=GateError,
		)
	initiation.validate_approval(doc, application, review if approved else None)
	doc.approved_by = user
	doc.approved_on = now_datetime()


def _get_initiation_review(doc, application):
	"""The latest initiation review of what was applied for; None when there is none."""
	applied_on = [
		get_datetime(moment) for moment in (doc.applied_on, application and application.applied_on) if moment
	]
	if not applied_on:
		return None
	reviews = frappe.get_all(
		"Presales Review",
		filters={
			"presales_project": doc.name,
			"review_kind": "Initiation",
			"docstatus": 1,
			# What was reviewed before the application is not what was applied for.
			"requested_on": [">=", max(applied_on)],
		},
		fields=["name", "status", "strategy_advice"],
		order_by="requested_on desc, name desc",
		limit=1,
	)
	return reviews[0] if reviews else None


def _require_director_of(doc, before: str, after: str) -> None:
	"""Hold, resume, lose, abandon, reopen and close are acts of the project's own director (R9.5).

	A draft may also be abandoned by its manager.
	"""
	user = frappe.session.user
	allowed = engine.MOVERS if before == DRAFT else frozenset({"Director"})
	if user != "Administrator" and not get_project_roles(doc.name, user) & allowed:
		frappe.throw(
			_("Only the director of {0} may change its status from {1} to {2}.").format(
				doc.name, status_label(before), status_label(after)
			),
			exc=frappe.PermissionError,
		)


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
				doc.name, _(doc.meta.get_label("outcome_reason"), context=PROJECT), status_label(status)
			),
			exc=LifecycleError,
		)


def _validate_closing(doc, before: str) -> None:
	"""A project is closed when its last stage is done and its evaluation report is archived (R9.15).

	The gate of the last stage is overridden like any other: by the director, with a reason, on the log.
	A bond that is out is not: it is somebody's task until it has come back; nor is a handover without an answer.
	"""
	bonds.require_none_out(doc.name)
	handover.require_decided(doc)
	if doc.won_on and doc.stage:
		process = load_process(doc.process_version)
		remaining = [
			stage.name
			for stage in process.stages[process.position(doc.stage) :]
			if stage.stage_type != "Lost"
		]
		findings = evaluate([doc.name], {doc.name: remaining})[doc.name]
		blockers = blocking(findings)
		override = (doc.closing_override_reason or "").strip()
		if blockers and not override:
			engine.refuse_gate(_("{0} cannot be closed yet.").format(doc.name), blockers)
		if blockers:
			engine.require_override_right(doc)
			engine.log_closing_override(doc, findings, override)
	# Whoever was never initiated has nothing to be evaluated for.
	if doc.approved_on and frappe.get_cached_doc("Presales Settings").require_evaluation_to_close:
		_require_archived_evaluation(doc, before)
	doc.closed_on = today()


def _require_archived_evaluation(doc, result: str) -> None:
	evaluation = frappe.get_all(
		EVALUATION,
		filters={"presales_project": doc.name, "docstatus": 1, "result": result},
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
	"""Write a status that follows from an ERPNext document. `doc` comes from `compat.lock_document`.

	`values` are further fields to write. `comment` (translated) says in timeline and log why.
	"""
	before = doc.status
	doc.db_set({"status": status, **decision_values(doc, status), **values}, notify=True)
	doc.add_comment("Workflow", comment)
	engine.log_status(doc, before, status, reason=comment)


def update_win(project: str, trigger: str) -> None:
	"""Set won or not won from the sales orders that stand, and the won amount with it.

	Args:
		project: name of the Presales Project.
		trigger: name of the Sales Order that was submitted, changed or cancelled.

	The amount is the sum of the orders' net totals in company currency, before tax. A project whose last
	order is cancelled goes back to the status that it had before it was won.
	"""
	doc = lock_document(PROJECT, project)
	# A locking read: an order submitted by somebody who was faster is seen, which a plain read would miss.
	orders = frappe.qb.get_query(
		"Sales Order",
		fields=["name", "base_net_total", "transaction_date"],
		filters={"presales_project": project, "docstatus": 1},
		order_by="transaction_date asc, name asc",
		for_update=True,
	).run(as_dict=True)

	values = {
		"sales_order": orders[0].name if orders else None,
		"base_won_amount": sum(flt(order.base_net_total) for order in orders),
		"won_on": orders[0].transaction_date if orders else None,
	}
	if orders and doc.status not in (WON, CLOSED):
		values["status_before_win"] = doc.status
		values.update(losses.NOBODY)
		set_status(doc, WON, _("Won: {0} was submitted.").format(trigger), **values)
		engine.resume_stay(doc)
	elif not orders and doc.status in (WON, CLOSED):
		reason = _("Reopened: {0} was cancelled.").format(trigger)
		status = doc.status_before_win or (ACTIVE if doc.approved_on else DRAFT)
		if status in (WON, CLOSED):
			status = ACTIVE
		if status not in DECIDED:
			values["decided_on"] = None
		if status == LOST:
			# As it was known before the order.
			values.update(losses.from_declaration(doc, [], None, 0))
		set_status(doc, status, reason, closed_on=None, status_before_win=None, **values)
		if status in (DRAFT, INITIATION):
			engine.leave_process(doc)
		else:
			engine.leave_final_stage(doc, reason)
			engine.resume_stay(doc)
	else:
		doc.db_set(values, notify=True)
	if doc.handover:
		handover.follow_orders(doc, [order.name for order in orders], trigger)


def lose_from_erpnext(
	project: str,
	reasons: list[str],
	competitors: list[str],
	detail: str | None,
	trigger: str,
	winner: str | None = None,
	base_winning_price: float = 0,
) -> None:
	"""Declare a project lost since its Opportunity or its last open Quotation was declared lost.

	Args:
		project: name of the Presales Project.
		reasons: names of Opportunity Lost Reason.
		competitors: names of Competitor.
		detail: the reason in words.
		trigger: the ERPNext document.
		winner: name of the Competitor who won; without it whom the project knows as winner, or the only one named.
		base_winning_price: in company currency.

	Raises:
		LossReasonMissingError: neither a reason nor a detail was given.
	"""
	doc = lock_document(PROJECT, project)
	if doc.status in (*DECIDED, CLOSED):
		return
	if not reasons and not (detail or "").strip():
		frappe.throw(
			_("{0} belongs to presales project {1} and needs a lost reason.").format(trigger, project),
			exc=LossReasonMissingError,
		)
	_add_rows(doc, "lost_reasons", "lost_reason", reasons)
	_add_rows(doc, "competitors", "competitor", competitors)
	# ERPNext takes HTML here, the project does not.
	values = {"outcome_reason": strip_html(detail)} if detail else {}
	values.update(losses.from_declaration(doc, competitors, winner, base_winning_price))
	comment = _("Lost: {0} was declared lost.").format(trigger)
	set_status(doc, LOST, comment, **values)
	initiation.withdraw(doc.name, comment)
	engine.enter_lost_stage(doc)
	engine.end_stay(doc)
	losses.carry_to_opportunity(doc)


def reopen_from_erpnext(project: str, trigger: str) -> None:
	"""Take a lost project up again since its Opportunity was reopened."""
	doc = lock_document(PROJECT, project)
	if doc.status != LOST:
		return
	reason = _("Reopened: {0} was reopened.").format(trigger)
	losses.forget_stored(doc)
	if doc.approved_on:
		set_status(doc, ACTIVE, reason, decided_on=None)
	else:
		# It is applied for anew, if it was before.
		values = initiation.UNCLASSIFIED if doc.initiation else {}
		set_status(doc, DRAFT, reason, decided_on=None, applied_by=None, applied_on=None, **values)
	engine.leave_final_stage(doc, reason)
	engine.resume_stay(doc)


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
			"status": ["in", OPEN_QUOTATIONS],
		},
		pluck="name",
		order_by="name asc",
	):
		as_system("Quotation", name).declare_enquiry_lost(quotation_reasons, competitors, doc.outcome_reason)

	if doc.opportunity and frappe.db.get_value("Opportunity", doc.opportunity, "status") != "Converted":
		opportunity = as_system("Opportunity", doc.opportunity)
		if not opportunity.has_active_quotation():
			opportunity.declare_enquiry_lost(
				[{"lost_reason": reason} for reason in reasons], competitors, doc.outcome_reason
			)


def _reopen_in_erpnext(doc) -> None:
	"""Reopen the opportunity of a lost project that was taken up again, as ERPNext's own button does."""
	if doc.opportunity and frappe.db.get_value("Opportunity", doc.opportunity, "status") == "Lost":
		opportunity = as_system("Opportunity", doc.opportunity)
		opportunity.update({"status": "Open", "lost_reasons": [], "order_lost_reason": None})
		opportunity.update(losses.NOBODY_IN_ERPNEXT)
		opportunity.save()


def as_system(doctype: str, name: str):
	"""An ERPNext document, to carry the director's decision to."""
	erpnext_doc = frappe.get_doc(doctype, name)
	# The director decided on the project, and may have no right to edit ERPNext's documents.
	erpnext_doc.flags.ignore_permissions = True
	return erpnext_doc
