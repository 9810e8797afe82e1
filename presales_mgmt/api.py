"""What the desk's forms and REST clients call. Each: typed arguments, permission check, one service function."""

from contextlib import suppress

import frappe
from frappe import _

from presales_mgmt import (
	accounting_dimension,
	bidding,
	bonds,
	change_requests,
	cost_of_sale,
	costing,
	coverage,
	differences,
	guidance,
	handover,
	negotiation,
	offering,
	package,
	pricing,
	processes,
	progress,
	purchase_requests,
	rectification,
	requirements,
	reviewed_version,
	reviewing,
)
from presales_mgmt.exceptions import LifecycleError, StageError, WrongTypeError
from presales_mgmt.gates import engine
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.evaluation import evaluate
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import (
	READ_ONLY_PROJECT_ROLES,
	get_project_roles,
	require_project_permission,
)
from presales_mgmt.statuses import status_label

ENTRY = "Presales Checklist Entry"
REVIEW = "Presales Review"
SOLUTION = "Presales Solution"


@frappe.whitelist()
def get_gate_status(project: str) -> dict:
	"""Stages of a project and what the gate of its present stage says.

	Args:
		project: name of the Presales Project; the user must be able to read it.

	Returns:
		{"status", "stage", "stage_entered_on", "can_move", "can_override",
		"stages": [{"name", "label", "stage_type", "target_days", "days", "visits", "state": past|current|future}],
		"findings": [see `gates.rules.Finding.as_dict`, with "label"]}
		`days` sums every stay in a stage, the present one included.
	"""
	require_project_permission(project)
	from presales_mgmt.analytics.stages import days_per_stage

	doc = frappe.db.get_value(
		PROJECT, project, ["name", "status", "stage", "stage_entered_on", "process_version"], as_dict=True
	)
	process = load_process(doc.process_version)
	days = days_per_stage([doc.name])[doc.name]
	try:
		position = process.position(doc.stage) if doc.stage else -1
	except KeyError:
		engine.refuse_unknown_stage(doc)
	roles = get_project_roles(project, frappe.session.user)
	movable = doc.status in engine.MOVABLE_STATUSES and bool(roles & engine.MOVERS)
	return {
		"status": doc.status,
		"stage": doc.stage,
		"stage_entered_on": doc.stage_entered_on,
		"can_move": movable,
		"can_override": movable and "Director" in roles and engine.DIRECTOR_ROLE in frappe.get_roles(),
		"stages": [
			{
				"name": stage.name,
				"label": _(stage.name),
				"stage_type": stage.stage_type,
				"target_days": stage.target_days,
				"days": days.get(stage.name, {}).get("days", 0),
				"visits": days.get(stage.name, {}).get("visits", 0),
				"state": "past" if index < position else "current" if index == position else "future",
			}
			for index, stage in enumerate(process.stages)
		],
		"findings": [
			{**finding.as_dict(), "label": _(finding.requirement.title)}
			for finding in evaluate([doc.name])[doc.name]
		],
	}


@frappe.whitelist()
def get_initiation_defaults(project: str) -> dict:
	"""What a new application for initiation of a project begins with, for the form to show before it is saved.

	Args:
		project: name of the Presales Project; the user must be able to read it.

	Returns:
		{"company", "project_title", "goal", "scope", "expected_revenue",
		"team": [{"user", "full_name", "project_role"}],
		"classification": [{"criterion", "project_class"}]}
	"""
	require_project_permission(project)
	from presales_mgmt.presales_mgmt.doctype.presales_initiation.presales_initiation import get_defaults

	return get_defaults(project)


@frappe.whitelist()
def get_persons_acted_for() -> list[str]:
	"""The user, and everybody whose delegate the user is today: for forms to offer what either of them may do."""
	return sorted(acting_for(frappe.session.user))


@frappe.whitelist(methods=["POST"])
def move_to_stage(
	project: str,
	stage: str,
	from_stage: str | None = None,
	reason: str | None = None,
	override_reason: str | None = None,
) -> dict:
	"""Move a project to another stage. See `gates.engine.move_to_stage`, which checks permission and gates."""
	return engine.move_to_stage(project, stage, from_stage, reason, override_reason)


@frappe.whitelist(methods=["POST"])
def tick_checklist(project: str, requirement_code: str, remarks: str | None = None) -> str:
	"""Tick a checklist requirement of the project's present stage. Ticking twice changes nothing.

	Args:
		project: name of the Presales Project; the user must be on its team or among its supervisors.
		requirement_code: code of a requirement of kind Checklist of the stage in which the project is.
		remarks: what was seen.

	Returns:
		name of the Presales Checklist Entry.

	Raises:
		StageError: there is no such checklist requirement in the present stage.
		frappe.PermissionError: the user sees the project not, or lacks the responsible role.
	"""
	require_project_permission(project)
	doc = frappe.get_doc(PROJECT, project, for_update=True)
	requirement = next(
		(
			requirement
			for requirement in load_process(doc.process_version).requirements_of(doc.stage)
			if requirement.code == requirement_code
			and requirement.kind == "Checklist"
			and requirement.applies(doc.project_class, bool(doc.is_large_project))
		),
		None,
	)
	if not requirement:
		frappe.throw(
			_("Stage {0} of {1} has no checklist item {2}.").format(
				_(doc.stage or ""), project, frappe.utils.escape_html(requirement_code)
			),
			exc=StageError,
		)
	_require_ticker(project, doc.status)
	role = requirement.responsible_role
	if role and role not in frappe.get_roles():
		frappe.throw(
			_("{0} is ticked by {1}.").format(_(requirement.title), _(role)), exc=frappe.PermissionError
		)
	ticked = frappe.db.get_value(
		ENTRY, {"presales_project": project, "requirement_code": requirement_code}, "name", for_update=True
	)
	if ticked:
		return ticked
	entry = frappe.get_doc(
		{
			"doctype": ENTRY,
			"presales_project": project,
			"requirement_code": requirement_code,
			"stage": requirement.stage,
			"title": requirement.title,
			"done_by": frappe.session.user,
			"done_on": frappe.utils.now_datetime(),
			"remarks": remarks,
		}
	)
	# The right to tick was checked above; nobody may write entries in any other way.
	entry.insert(ignore_permissions=True)
	return entry.name


@frappe.whitelist(methods=["POST"])
def untick_checklist(project: str, requirement_code: str) -> None:
	"""Take a tick back. Only who made it, or the director of the project, may do so.

	Raises `frappe.PermissionError` otherwise; a tick that is not there is no fault.
	"""
	require_project_permission(project)
	_require_ticker(project, frappe.db.get_value(PROJECT, project, "status"))
	user = frappe.session.user
	for entry in frappe.get_all(
		ENTRY,
		filters={"presales_project": project, "requirement_code": requirement_code},
		fields=["name", "done_by"],
		order_by="creation asc",
	):
		if user != entry.done_by and "Director" not in get_project_roles(project, user):
			frappe.throw(
				_("Only {0} or the director may take this tick back.").format(entry.done_by),
				exc=frappe.PermissionError,
			)
		# Checked above; no role may delete entries in any other way.
		frappe.delete_doc(ENTRY, entry.name, ignore_permissions=True)


@frappe.whitelist()
def get_shipped_differences(process: str) -> dict:
	"""How a process differs from the version that the app ships for its regulation.

	Args:
		process: name of the Presales Process; the user must be able to read it.

	Returns: see `processes.compare_with_shipped`.
	"""
	doc = frappe.get_doc("Presales Process", process)
	doc.check_permission("read")
	return processes.compare_with_shipped(doc)


@frappe.whitelist(methods=["POST"])
def mark_process_reviewed(
	process: str, next_review_date: str | None = None, remarks: str | None = None
) -> dict:
	"""Note that a process was reviewed today (R3.1).

	Args:
		process: name of the Presales Process; the user must be its owner or the owner's delegate, or be able to
			write it.
		next_review_date: without it, the interval of the process from today.
		remarks: what the review found, for the comment that is left.

	Returns: see `processes.mark_reviewed`.

	Raises:
		frappe.PermissionError: the user is neither the owner nor may write the process.
		DateOrderError: the next review is not in the future.
	"""
	doc = frappe.get_doc("Presales Process", process, for_update=True)
	doc.check_permission("read" if doc.process_owner in acting_for(frappe.session.user) else "write")
	return processes.mark_reviewed(doc, next_review_date, remarks)


@frappe.whitelist(methods=["POST"])
def mark_rollout_task_done(plan: str, task: str, done: bool = True, remarks: str | None = None) -> dict:
	"""Mark a task of a roll-out plan as done, or as open again (R4.6).

	Args:
		plan: name of the Presales Rollout Plan.
		task: name of the row. Its responsible person, or a delegate, may mark it, as may whoever may write the
			plan.
		done: False opens it again.
		remarks: what was done; without it the remarks stay as they are.

	Returns:
		{"status", "progress"} of the plan.

	Raises:
		frappe.PermissionError: the task is another's, and the user may not write the plan.
		frappe.DoesNotExistError: the plan has no such task.
	"""
	doc = frappe.get_doc("Presales Rollout Plan", plan, for_update=True)
	doc.check_permission("read")
	row = doc.get_task(task)
	if row.responsible not in acting_for(frappe.session.user):
		doc.check_permission("write")
	return doc.mark_task(row, done, remarks)


def _parse_names(names: list | str) -> list[str]:
	"""Names as a list; by REST they come as JSON. Raises `WrongTypeError` for anything else."""
	return _parse_texts(names, _("Names"), _("a list of names"))


def _parse_texts(texts: list | str, label: str, expected: str) -> list[str]:
	"""Texts as a list; by REST they come as JSON. Raises `WrongTypeError` for anything else.

	`label` and `expected` say, translated, what they are.
	"""
	with suppress(ValueError):
		texts = frappe.parse_json(texts)
	if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
		frappe.throw(
			_("{0}: found {1}, expected {2}.").format(label, frappe.utils.escape_html(str(texts)), expected),
			exc=WrongTypeError,
			title=_("Invalid Value"),
		)
	return texts


def _require_ticker(project: str, status: str) -> None:
	"""Ticks are made by the team and the supervisors, as long as the project moves."""
	roles = get_project_roles(project, frappe.session.user)
	if not roles - READ_ONLY_PROJECT_ROLES:
		frappe.throw(
			_("Only the team and the supervisors of {0} may tick its checklist.").format(project),
			exc=frappe.PermissionError,
		)
	if status not in engine.MOVABLE_STATUSES:
		frappe.throw(
			_("The checklist of {0} cannot be changed: its status is {1}.").format(
				project, status_label(status)
			),
			exc=LifecycleError,
		)


@frappe.whitelist(methods=["POST"])
def complete_rectification(name: str, measure: str) -> None:
	"""Say what was done about a Presales Rectification. See `rectification.complete`, which checks who may."""
	rectification.complete(name, measure)


@frappe.whitelist(methods=["POST"])
def verify_rectification(name: str, accepted: bool, verification: str | None = None) -> None:
	"""Close a Presales Rectification or send it back. See `rectification.verify`, which checks who may."""
	rectification.verify(name, accepted, verification)


@frappe.whitelist(methods=["POST"])
def waive_rectification(name: str, reason: str) -> None:
	"""Let a Presales Rectification be. See `rectification.waive`, which checks who may."""
	rectification.waive(name, reason)


@frappe.whitelist(methods=["POST"])
def answer_guidance(name: str, answer: str) -> None:
	"""Answer a Presales Guidance Note. See `guidance.answer`, which checks who may."""
	guidance.answer(name, answer)


@frappe.whitelist(methods=["POST"])
def close_guidance(name: str) -> None:
	"""Close a Presales Guidance Note. See `guidance.close`, which checks who may."""
	guidance.close(name)


@frappe.whitelist(methods=["POST"])
def reopen_guidance(name: str, reason: str) -> None:
	"""Open a Presales Guidance Note again. See `guidance.reopen`, which checks who may."""
	guidance.reopen(name, reason)


@frappe.whitelist(methods=["POST"])
def add_reviewer(review: str, reviewer: str, department: str | None = None) -> None:
	"""Ask one more person to review while the review runs. See `PresalesReview.add_reviewer`, which checks both.

	Args:
		review: name of a Presales Review that is in review; the user requested it or directs its project.
		reviewer: the user who is asked.
		department: whom the reviewer speaks for; without it that of the reviewer as an employee.
	"""
	frappe.has_permission(REVIEW, "read", doc=review, throw=True)
	frappe.get_doc(REVIEW, review, for_update=True).add_reviewer(reviewer, department)


@frappe.whitelist()
def get_review_computation(review: str) -> dict:
	"""What the stored opinions of a concluded review come to, computed anew. See `reviewing.recompute`.

	Returns:
		{"status", "average_score", "strategy_advice", "criteria", "opinions", "recused", "explanation", "as_stored"}
		`as_stored` says whether the review has that status, average and advice.
	"""
	frappe.has_permission(REVIEW, "read", doc=review, throw=True)
	return reviewing.recompute(frappe.get_doc(REVIEW, review))


@frappe.whitelist()
def get_reviewed_record_fault(review: str) -> str | None:
	"""Why a review does not speak for its reviewed record any more, in words; None when it does."""
	frappe.has_permission(REVIEW, "read", doc=review, throw=True)
	doc = frappe.get_doc(REVIEW, review)
	return reviewed_version.faults([doc]).get(doc.name) if doc.docstatus == 1 else None


# -------------------------------------------------------------------------------------- requirements


@frappe.whitelist()
def get_requirement_summary(project: str) -> dict:
	"""How far the requirements of a project are.

	Args:
		project: name of the Presales Project; the user must be able to read it.

	Returns: see `requirements.get_summary`.
	"""
	require_project_permission(project)
	return requirements.get_summary(project)


@frappe.whitelist(methods=["POST"])
def analyse_requirement(name: str, recommendation: str, feasibility: str) -> None:
	"""Note the analysis of a Presales Requirement. See `requirements.analyse`, which checks who may."""
	requirements.analyse(name, recommendation, feasibility)


@frappe.whitelist(methods=["POST"])
def request_development(
	name: str, question: str, due_date: str, asked_of: str | None = None, department: str | None = None
) -> None:
	"""Ask R&D about a Presales Requirement. See `requirements.request_development`, which checks who may."""
	requirements.request_development(name, question, due_date, asked_of or None, department or None)


@frappe.whitelist(methods=["POST"])
def answer_development(name: str, answer: str, text: str, effort: float = 0) -> None:
	"""Answer for R&D. See `requirements.answer_development`, which checks who may."""
	requirements.answer_development(name, answer, text, effort)


@frappe.whitelist(methods=["POST"])
def withdraw_development(name: str) -> None:
	"""Take a request to R&D back. See `requirements.withdraw_development`, which checks who may."""
	requirements.withdraw_development(name)


@frappe.whitelist(methods=["POST"])
def confirm_requirements(names: list | str, customer_person: str, confirmed_on: str, document: str) -> None:
	"""Record what the customer has confirmed by one document. See `requirements.confirm`, which checks who may.

	Args:
		names: names of Presales Requirements, as a list or as JSON; all are confirmed, or none.
		customer_person, confirmed_on, document: who at the customer, when, and the archived Presales Document.
	"""
	requirements.confirm(_parse_names(names), customer_person, confirmed_on, document)


@frappe.whitelist(methods=["POST"])
def reject_requirement(name: str, reason: str) -> None:
	"""Decide not to meet a Presales Requirement. See `requirements.reject`, which checks who may."""
	requirements.reject(name, reason)


@frappe.whitelist(methods=["POST"])
def withdraw_requirement(name: str, reason: str) -> None:
	"""Take a Presales Requirement back. See `requirements.withdraw`, which checks who may."""
	requirements.withdraw(name, reason)


@frappe.whitelist(methods=["POST"])
def approve_change_request(name: str, remarks: str | None = None) -> None:
	"""Approve a Presales Change Request and carry it out. See `change_requests.approve`, which checks who may."""
	change_requests.approve(name, remarks)


@frappe.whitelist(methods=["POST"])
def reject_change_request(name: str, reason: str) -> None:
	"""Refuse a Presales Change Request. See `change_requests.reject`, which checks who may."""
	change_requests.reject(name, reason)


# ---------------------------------------------------------------------------------------- solutions


@frappe.whitelist()
def get_coverage(solution: str) -> dict:
	"""Which part of a solution meets which requirement of its project, and what remains open.

	Args:
		solution: name of the Presales Solution; the user must be able to read it.

	Returns: see `coverage.get_coverage`.
	"""
	frappe.has_permission(SOLUTION, "read", doc=solution, throw=True)
	return coverage.get_coverage(frappe.get_doc(SOLUTION, solution))


@frappe.whitelist()
def get_requirements_to_cover(project: str) -> list[dict]:
	"""A row of coverage for each requirement that a solution of the project has to answer, for the form to fill in.

	Args:
		project: name of the Presales Project; the user must be able to read it.

	Returns: see `coverage.get_rows_to_fill`.
	"""
	require_project_permission(project)
	return coverage.get_rows_to_fill(project)


@frappe.whitelist()
def get_equipment_to_cost(solution: str) -> list[dict]:
	"""Lines of a cost estimate for the equipment of a solution, for the form to fill in (R1.5).

	Args:
		solution: name of the Presales Solution; the user must be able to read it.

	Returns: see `costing.get_equipment_lines`.
	"""
	frappe.has_permission(SOLUTION, "read", doc=solution, throw=True)
	return costing.get_equipment_lines(solution)


@frappe.whitelist(methods=["POST"])
def take_risk_reserve(estimate: str) -> None:
	"""Take the risk reserve of a Presales Cost Estimate from the register. See `costing.take_risk_reserve`, which checks who may."""
	costing.take_risk_reserve(estimate)


@frappe.whitelist()
def preview_price(
	estimate: str, discount_percent: float | None = None, margin_percent: float | None = None
) -> dict:
	"""What a Presales Cost Estimate would be sold for, by a discount or by a margin. Nothing is written (R5.8).

	Args:
		estimate: name of the Presales Cost Estimate, a draft or any version; the user must be able to read it.
		discount_percent: off the prices of the estimate, 0 to 100.
		margin_percent: margin in percent of the price, from -100 to 99.99. Without prices in the estimate the price
			is divided in the proportion of the costs. Exactly one of the two is given.

	Returns:
		{"currency", "company_currency", "conversion_rate", "base_risk_reserve", "total": figures, "lines": [figures]}
		Figures are {"price", "discount", "cost", "margin", the same with "base_" in company currency,
		"discount_percent", "margin_percent", "markup_percent"}; of a line also {"idx", "cost_kind", "description",
		"qty"}. The risk reserve is a cost of the total and of no line.

	Raises:
		CostingError: neither or both are given, or there is no price to give a discount on.
		OutOfRangeError: the percentage, or the price that follows from it, is out of range.
	"""
	frappe.has_permission(costing.ESTIMATE, "read", doc=estimate, throw=True)
	return costing.preview_price(estimate, discount_percent, margin_percent)


@frappe.whitelist()
def get_estimate_approvals(estimates: list | str) -> dict:
	"""Which of these Presales Cost Estimates are approved as they are. Those that the user cannot read are left out.

	Args:
		estimates: names; by REST a JSON list.

	Returns: see `costing.get_approvals`.
	"""
	names = _parse_names(estimates)
	visible = frappe.get_list(
		costing.ESTIMATE,
		filters={"name": ["in", names]},
		pluck="name",
		order_by="name asc",
		limit_page_length=0,
	)
	return costing.get_approvals(visible)


@frappe.whitelist(methods=["POST"])
def submit_bid(name: str, late_reason: str | None = None) -> None:
	"""Note that a Presales Bid was handed in. See `bidding.submit`, which checks who may and what is missing."""
	bidding.submit(name, late_reason)


@frappe.whitelist(methods=["POST"])
def open_bid(name: str) -> None:
	"""Note that the bids of a tender were opened. See `bidding.open_bids`, which checks who may."""
	bidding.open_bids(name)


@frappe.whitelist(methods=["POST"])
def conclude_bid(
	name: str,
	result: str,
	reason: str | None = None,
	winner: str | None = None,
	winning_price: float | None = None,
) -> None:
	"""Enter the result of a Presales Bid. See `bidding.conclude`, which checks who may."""
	bidding.conclude(name, result, reason, winner, winning_price)


@frappe.whitelist(methods=["POST"])
def reopen_bid(name: str, reason: str) -> None:
	"""Take the last step of a Presales Bid back. See `bidding.reopen`, which checks who may."""
	bidding.reopen(name, reason)


@frappe.whitelist(methods=["POST"])
def mark_bid_item(name: str, item: str, done: bool = True) -> None:
	"""Mark an item of the envelope of a Presales Bid. See `bidding.mark_item`, which checks who may."""
	bidding.mark_item(name, item, done)


@frappe.whitelist(methods=["POST"])
def pay_bid_bond(
	name: str,
	payment_entry: str | None = None,
	bank_guarantee: str | None = None,
	due_back: str | None = None,
) -> None:
	"""Note by what the bond of a Presales Bid was paid. See `bonds.pay`, which checks who may."""
	bonds.pay(name, payment_entry, bank_guarantee, due_back)


@frappe.whitelist(methods=["POST"])
def return_bid_bond(
	name: str,
	payment_entry: str | None = None,
	returned_on: str | None = None,
	reason: str | None = None,
) -> None:
	"""Note that the bond of a Presales Bid came back. See `bonds.give_back`, which checks who may."""
	bonds.give_back(name, payment_entry, returned_on, reason)


@frappe.whitelist(methods=["POST"])
def forfeit_bid_bond(name: str, reason: str) -> None:
	"""Note that the bond of a Presales Bid is lost. See `bonds.forfeit`, which checks who may."""
	bonds.forfeit(name, reason)


@frappe.whitelist()
def get_document_differences(doctype: str, name: str) -> list[dict]:
	"""How quotation, contract and order of a deal differ, as far as the user may read both sides.

	Args:
		doctype: Presales Project, Quotation, Contract or Sales Order.
		name: its name; the user must be able to read it.

	Returns: see `differences.get_differences`.
	"""
	if doctype not in (PROJECT, differences.QUOTATION, differences.CONTRACT, differences.ORDER):
		frappe.throw(
			_("{0} is not compared with anything.").format(frappe.utils.escape_html(_(doctype))),
			exc=frappe.ValidationError,
		)
	frappe.has_permission(doctype, "read", doc=name, throw=True)
	return differences.get_differences(doctype, name)


# ---------------------------------------------------------------------------------------- offers and prices


@frappe.whitelist(methods=["POST"])
def take_current_estimate(quotation: str) -> str:
	"""Make a draft Quotation rest on the current estimate. See `offering.take_current_estimate`, which checks who may."""
	return offering.take_current_estimate(quotation)


@frappe.whitelist()
def get_price_status(doctype: str, name: str) -> dict:
	"""What the price of a Quotation or Sales Order needs before the user may submit it (R5.8).

	Args:
		doctype: Quotation or Sales Order.
		name: name of the document; the user must be able to read it.

	Returns:
		{"limits": which limits the price exceeds for the user, "discount_percent", "request": {"name", "status",
		"requested_by", "decided_by", "decision_remarks", "holds"} of the latest Presales Price Approval, or None}.
	"""
	if doctype not in pricing.OFFERS:
		raise frappe.PermissionError
	frappe.has_permission(doctype, "read", doc=name, throw=True)
	return pricing.get_price_status(doctype, name)


@frappe.whitelist(methods=["POST"])
def request_price_approval(doctype: str, name: str, reason: str) -> str:
	"""Ask for approval of the price of a draft. See `pricing.request`, which checks who may."""
	return pricing.request(doctype, name, reason)


@frappe.whitelist(methods=["POST"])
def approve_price(name: str, remarks: str | None = None) -> None:
	"""Approve a Presales Price Approval. See `pricing.decide`, which checks who may."""
	pricing.decide(name, True, remarks)


@frappe.whitelist(methods=["POST"])
def reject_price(name: str, remarks: str) -> None:
	"""Reject a Presales Price Approval. See `pricing.decide`, which checks who may."""
	pricing.decide(name, False, remarks)


@frappe.whitelist(methods=["POST"])
def withdraw_price_request(name: str) -> None:
	"""Take a Presales Price Approval back. See `pricing.withdraw`, which checks who may."""
	pricing.withdraw(name)


# ---------------------------------------------------------------------------------------- handover


@frappe.whitelist(methods=["POST"])
def fill_handover(name: str) -> None:
	"""Take over into a Presales Handover what the project has. See `package.fill`, which checks who may."""
	package.fill(name)


@frappe.whitelist()
def get_handover_gaps(name: str) -> list[str]:
	"""What a Presales Handover lacks before it can be offered, one text for each part.

	Args:
		name: name of the Presales Handover; the user must be able to read it.
	"""
	frappe.has_permission(handover.HANDOVER, "read", doc=name, throw=True)
	return package.get_missing(frappe.get_doc(handover.HANDOVER, name))


@frappe.whitelist(methods=["POST"])
def offer_handover(name: str, answer_due: str | None = None) -> None:
	"""Offer a Presales Handover to its delivery manager. See `handover.offer`, which checks who may and what is missing."""
	handover.offer(name, answer_due)


@frappe.whitelist(methods=["POST"])
def accept_handover(name: str, remarks: str | None = None) -> str:
	"""Take over a project; returns the name of its ERPNext project. See `handover.accept`, which checks who may."""
	return handover.accept(name, remarks)


@frappe.whitelist(methods=["POST"])
def send_back_handover(name: str, reasons: list | str) -> None:
	"""Send a Presales Handover back. See `handover.send_back`, which checks who may.

	Args:
		name: name of the Presales Handover.
		reasons: what is missing, each by itself; by REST a JSON list.
	"""
	handover.send_back(name, _parse_texts(reasons, _("Reasons"), _("a list of texts")))


@frappe.whitelist(methods=["POST"])
def withdraw_handover(name: str, reason: str) -> None:
	"""Take the offer of a Presales Handover back. See `handover.withdraw`, which checks who may."""
	handover.withdraw(name, reason)


@frappe.whitelist(methods=["POST"])
def complete_handover_point(name: str, point: str, done: bool = True) -> None:
	"""Mark an open point of a Presales Handover. See `handover.complete_point`, which checks who may."""
	handover.complete_point(name, point, done)


@frappe.whitelist(methods=["POST"])
def change_delivery_manager(name: str, delivery_manager: str, reason: str) -> None:
	"""Name another delivery manager of an accepted handover. See `handover.change_delivery_manager`, which checks who may."""
	handover.change_delivery_manager(name, delivery_manager, reason)


@frappe.whitelist(methods=["POST"])
def make_handover_project(name: str) -> str:
	"""Make the ERPNext project of an accepted handover again. See `handover.make_project_again`, which checks who may."""
	return handover.make_project_again(name)


@frappe.whitelist()
def get_delivery_progress(project: str) -> dict:
	"""How far the orders of a project are delivered, billed and paid, live from ERPNext.

	Args:
		project: name of the Presales Project; the user must be able to read it.

	Returns: see `progress.get_progress`, of this one project.
	"""
	require_project_permission(project)
	return progress.get_progress([project])[project]


# ------------------------------------------------------------------------------------------- cost of sale


@frappe.whitelist()
def get_cost_of_sale(project: str) -> dict:
	"""What the sale has cost so far, by kind, activity and stage, against its budget (R7.1, R9.6).

	Args:
		project: name of the Presales Project; the user must be able to read it and its costs.

	Returns:
		{"currency", "budget", "agreed", "warn_from", "stop_above", "cost", "commitments", "hours",
		"rows": [{"kind", "activity", "stage", "hours", "base_amount"}]}
		all in company currency; the thresholds are None without a budget.
	"""
	require_project_permission(project)
	frappe.has_permission(cost_of_sale.ENTRY, throw=True)
	return cost_of_sale.get_summary(project)


@frappe.whitelist(methods=["POST"])
def rebuild_cost_of_sale(project: str) -> dict:
	"""Make the ledger of costs of a project anew from ERPNext's documents; the user must be able to change the project.

	Returns what `get_cost_of_sale` does.
	"""
	require_project_permission(project, "write")
	frappe.has_permission(cost_of_sale.ENTRY, throw=True)
	cost_of_sale.rebuild(project)
	return cost_of_sale.get_summary(project)


@frappe.whitelist(methods=["POST"])
def approve_purchase_request(name: str, remarks: str | None = None) -> None:
	"""Approve a request for purchase. See `presales_mgmt.purchase_requests.approve`, which checks who may."""
	purchase_requests.approve(name, remarks)


@frappe.whitelist(methods=["POST"])
def reject_purchase_request(name: str, reason: str) -> None:
	"""Refuse a request for purchase. See `presales_mgmt.purchase_requests.reject`, which checks who may."""
	purchase_requests.reject(name, reason)


@frappe.whitelist(methods=["POST"])
def make_material_request(name: str) -> dict:
	"""An unsaved Material Request from an approved request for purchase. See `presales_mgmt.purchase_requests`."""
	return purchase_requests.make_material_request(name).as_dict()


@frappe.whitelist()
def get_accounting_dimension() -> str | None:
	"""The name of the Accounting Dimension of presales projects; None without one. For those who may read dimensions."""
	frappe.has_permission(accounting_dimension.DIMENSION, throw=True)
	return accounting_dimension.get_name()


@frappe.whitelist(methods=["POST"])
def enable_accounting_dimension() -> str:
	"""Make Presales Project an Accounting Dimension. See `accounting_dimension.enable`, which checks who may."""
	frappe.has_permission("Presales Settings", "write", throw=True)
	return accounting_dimension.enable()


@frappe.whitelist(methods=["POST"])
def remove_accounting_dimension() -> None:
	"""Take Presales Project out of the Accounting Dimensions. See `accounting_dimension.remove`, which checks who may."""
	frappe.has_permission("Presales Settings", "write", throw=True)
	accounting_dimension.remove()


@frappe.whitelist()
def get_negotiation_changes(name: str) -> list[dict]:
	"""What changed between the offer that was negotiated and the one that came of it (R1.6, R7.8).

	Args:
		name: name of the Presales Negotiation Round; the user must be able to read it, and both quotations.

	Returns: see `negotiation.get_changes`.
	"""
	frappe.has_permission(negotiation.ROUND, "read", doc=name, throw=True)
	return negotiation.get_changes(name)
