"""The only code that writes a project's stage. Every move is checked, made under a lock, and logged."""

import json
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import flt, now_datetime, time_diff_in_seconds

from presales_mgmt.compat import lock_document
from presales_mgmt.exceptions import GateError, LifecycleError, OverrideError, StageConflictError, StageError
from presales_mgmt.gates import rules
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.evaluation import blocking, describe, evaluate
from presales_mgmt.permissions.delegation import acted_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.statuses import status_label

# Stages are moved while the project is active and, after the win, through those that remain until it is closed.
MOVABLE_STATUSES = ("Active", "Won")
MOVERS = frozenset({"Director", "Manager"})
DIRECTOR_ROLE = "Presales Director"
LOG = "Presales Stage Log"


def move_to_stage(
	project: str,
	stage: str,
	from_stage: str | None = None,
	reason: str | None = None,
	override_reason: str | None = None,
) -> dict:
	"""Move a project to another stage of its process.

	Args:
		project: name of the Presales Project.
		stage: the stage to enter. Forward, the gates of every stage left or skipped must be satisfied.
		from_stage: the stage that the mover saw the project in. If it is elsewhere by now, nothing happens.
		reason: why; needed to go back.
		override_reason: why the gate is to be passed although it does not hold; the director's right alone.

	Returns:
		{"project", "from_stage", "to_stage", "move_type", "days_in_stage", "is_override", "log"}

	Raises:
		frappe.PermissionError: the user may not change the project.
		LifecycleError: the project's status lets no stage be moved, or not into this one.
		StageError: the process has no such stage, the project is in it, or a reason is missing.
		StageConflictError: somebody else was faster.
		GateError: something mandatory is missing; `findings` says what.
		OverrideError: an override without the director's role or duty.
	"""
	doc = lock_document(PROJECT, project)
	doc.check_permission("write")
	_require_mover(doc)
	_require_movable(doc, from_stage)

	process = load_process(doc.process_version)
	try:
		move = rules.plan_move(process, doc.stage, stage)
	except KeyError:
		names = ", ".join(_(candidate.name) for candidate in process.stages)
		frappe.throw(
			_("Process {0} has no stage {1}. Its stages are: {2}.").format(
				_(doc.presales_process), frappe.utils.escape_html(_(stage)), names
			),
			exc=StageError,
		)
	except LookupError:
		refuse_unknown_stage(doc)
	except ValueError:
		frappe.throw(_("{0} is already in stage {1}.").format(doc.name, _(stage)), exc=StageError)
	_require_enterable(doc, process.stage(stage))
	if move.kind == rules.BACK and not (reason or "").strip():
		frappe.throw(
			_("Going back from {0} to {1} needs a reason.").format(_(doc.stage), _(stage)), exc=StageError
		)

	findings = evaluate([doc.name], {doc.name: move.gates})[doc.name] if move.gates else []
	blockers = blocking(findings)
	if blockers:
		if not (override_reason or "").strip():
			refuse_gate(
				_("{0} cannot move from {1} to {2} yet.").format(doc.name, _(doc.stage), _(stage)), blockers
			)
		require_override_right(doc)
	reason = "\n".join(filter(None, [override_reason, reason])) if blockers else reason
	return _enter(
		doc,
		process.stage(stage),
		move.kind,
		reason=name_delegators(doc.name, reason, own={"Director"} if blockers else MOVERS),
		findings=findings,
		is_override=bool(blockers),
	)


def start(doc) -> dict:
	"""Put a project that has just become active into the first stage of its process. Passes no gate."""
	process = load_process(doc.process_version)
	return _enter(doc, process.stages[0], rules.START)


def enter_lost_stage(doc) -> dict | None:
	"""Put a lost project into the process's Lost stage, when the process has one."""
	stage = load_process(doc.process_version).terminal_lost_stage()
	return _enter(doc, stage, rules.LOST) if stage and doc.stage and doc.stage != stage.name else None


def leave_final_stage(doc, reason: str | None) -> dict | None:
	"""Take a project whose win or loss was undone out of a stage that only won or lost projects are in.

	It goes back to the last open stage before; `reason` goes to the log.
	"""
	process = load_process(doc.process_version)
	if not doc.stage:
		return None
	stage_type = process.stage(doc.stage).stage_type
	if stage_type == "Open" or (stage_type == "Won" and doc.status == "Won"):
		return None
	if stage_type == "Lost":
		last = frappe.get_all(
			LOG,
			filters={"presales_project": doc.name, "move_type": rules.LOST},
			pluck="from_stage",
			order_by="moved_on desc, creation desc",
			limit=1,
		)
		return _enter(doc, process.stage(last[0]), rules.BACK, reason=reason) if last else None
	before = [stage for stage in process.stages[: process.position(doc.stage)] if stage.stage_type == "Open"]
	return _enter(doc, before[-1], rules.BACK, reason=reason)


def end_stay(doc) -> None:
	"""Stop counting days when a project is lost, abandoned or closed. The stage stays: it tells where it ended."""
	if not doc.stage or not doc.stage_entered_on:
		return
	now = now_datetime()
	_log(doc, rules.END, doc.stage, None, now, _days_in_stage(doc, now))
	doc.db_set("stage_entered_on", None)


def leave_process(doc) -> None:
	"""Take a project that has not begun, and whose win was undone, out of its stage: its approval starts it."""
	end_stay(doc)
	doc.db_set({"stage": None, "stage_entered_on": None, "probability": 0, "base_weighted_amount": 0})


def resume_stay(doc) -> None:
	"""Count days again for a project that came back from its end."""
	if doc.stage and not doc.stage_entered_on:
		doc.db_set("stage_entered_on", now_datetime())


def log_status(doc, before: str, after: str, reason: str | None = None) -> None:
	"""Put a change of status on the log, beside the moves: time in a status is told by these."""
	_log(
		doc,
		rules.STATUS,
		doc.stage,
		doc.stage,
		now_datetime(),
		0,
		from_status=before,
		to_status=after,
		reason=reason,
	)


def log_closing_override(doc, findings: list[rules.Finding], reason: str) -> None:
	"""Put on the log that a project is closed although the gate of its last stage does not hold."""
	_log(
		doc,
		rules.STATUS,
		doc.stage,
		doc.stage,
		now_datetime(),
		0,
		reason=name_delegators(doc.name, reason, own={"Director"}),
		is_override=1,
		gate_findings=_findings_json(findings),
	)


def name_delegators(project: str, reason: str | None, own: Iterable[str]) -> str | None:
	"""`reason` for the log, with the name of whom the user acts for when that is what gives the right.

	`own` are the project roles that would have given it to the user.
	"""
	delegators = acted_for(project, frappe.session.user, own)
	if not delegators:
		return reason
	return "\n".join(filter(None, [reason, _("For {0}, as delegate.").format(", ".join(delegators))]))


def refuse_unknown_stage(project) -> None:
	"""Raise `StageError`: the stage that `project` is in is none of its process."""
	frappe.throw(
		_("{0} is in stage {1}, which its process {2} does not have.").format(
			project.name, _(project.stage), project.process_version
		),
		exc=StageError,
	)


def refuse_gate(message: str, findings: list[rules.Finding]) -> None:
	"""Raise `GateError` with `message` (translated) and what is missing."""
	try:
		frappe.throw(message + describe(findings), exc=GateError, title=_("Gate Not Passed"))
	except GateError as error:
		error.findings = findings
		raise


def _require_mover(doc) -> None:
	user = frappe.session.user
	if user != "Administrator" and not get_project_roles(doc.name, user) & MOVERS:
		frappe.throw(
			_("Only the director or the manager of {0} may move its stage.").format(doc.name),
			exc=frappe.PermissionError,
		)


def _require_movable(doc, from_stage: str | None) -> None:
	if doc.status not in MOVABLE_STATUSES:
		frappe.throw(
			_("The stage of {0} cannot be moved: its status is {1}, expected {2}.").format(
				doc.name, status_label(doc.status), _(" or ").join(map(status_label, MOVABLE_STATUSES))
			),
			exc=LifecycleError,
		)
	if from_stage and from_stage != doc.stage:
		last = frappe.get_all(
			LOG,
			filters={"presales_project": doc.name},
			fields=["moved_by", "moved_on"],
			order_by="moved_on desc, creation desc",
			limit=1,
		)
		frappe.throw(
			_("{0} was moved to {1} by {2} on {3}, while you saw it in {4}. Reload and look again.").format(
				doc.name,
				_(doc.stage),
				last[0].moved_by if last else "?",
				frappe.utils.format_datetime(last[0].moved_on) if last else "?",
				frappe.utils.escape_html(_(from_stage)),
			),
			exc=StageConflictError,
			title=_("Moved by Somebody Else"),
		)


def _require_enterable(doc, stage: rules.Stage) -> None:
	if stage.stage_type == "Lost":
		frappe.throw(
			_("Stage {0} is entered when the project is declared lost, not by moving.").format(_(stage.name)),
			exc=StageError,
		)
	if stage.stage_type == "Won" and doc.status != "Won":
		frappe.throw(
			_("Stage {0} comes after the win: submit the sales order of {1} first.").format(
				_(stage.name), doc.name
			),
			exc=LifecycleError,
		)


def require_override_right(doc) -> None:
	"""Raise `OverrideError` unless the user is the project's director and has the director's role."""
	user = frappe.session.user
	if user == "Administrator":
		return
	if "Director" in get_project_roles(doc.name, user) and DIRECTOR_ROLE in frappe.get_roles(user):
		return
	frappe.throw(
		_("Only the director of {0}, with the role {1}, may override a gate.").format(
			doc.name, _(DIRECTOR_ROLE)
		),
		exc=OverrideError,
	)


def _enter(
	doc, stage: rules.Stage, kind: str, reason: str | None = None, findings=(), is_override: bool = False
) -> dict:
	now = now_datetime()
	left, days = doc.stage, _days_in_stage(doc, now)
	doc.db_set(
		{
			"stage": stage.name,
			"stage_entered_on": now,
			"probability": stage.probability,
			"base_weighted_amount": doc.weighted_amount(stage.probability),
		},
		notify=True,
	)
	log = _log(
		doc,
		kind,
		left,
		stage.name,
		now,
		days,
		reason=reason,
		is_override=int(is_override),
		gate_findings=_findings_json(findings),
	)
	return {
		"project": doc.name,
		"from_stage": left,
		"to_stage": stage.name,
		"move_type": kind,
		"days_in_stage": days,
		"is_override": is_override,
		"log": log,
	}


def _findings_json(findings) -> str:
	return json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False)


def _days_in_stage(doc, now) -> float:
	"""Days of 24 hours that the project has been in its stage, to two decimals."""
	if not doc.stage_entered_on:
		return 0
	return flt(time_diff_in_seconds(now, doc.stage_entered_on) / 86400, 2)


def _log(
	doc, kind: str, from_stage: str | None, to_stage: str | None, moved_on, days: float, **values
) -> str:
	log = frappe.get_doc(
		{
			"doctype": LOG,
			"presales_project": doc.name,
			"from_stage": from_stage,
			"to_stage": to_stage,
			"move_type": kind,
			"moved_by": frappe.session.user,
			"moved_on": moved_on,
			"days_in_stage": days,
			# What the deal was thought to be worth then: the funnel by value cannot be told later otherwise.
			"base_expected_amount": doc.base_expected_amount,
			"probability": doc.probability,
			**values,
		}
	)
	# What it names has just been read.
	log.flags.ignore_links = True
	# Nobody has the right to write the log: it is made by the move and by nothing else.
	return log.insert(ignore_permissions=True).name
