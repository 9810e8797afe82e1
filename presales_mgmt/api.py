"""What the desk's forms and REST clients call. Each: typed arguments, permission check, one service function."""

import frappe
from frappe import _

from presales_mgmt.exceptions import LifecycleError, StageError
from presales_mgmt.gates import engine
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.evaluation import evaluate
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import (
	READ_ONLY_PROJECT_ROLES,
	get_project_roles,
	require_project_permission,
)
from presales_mgmt.statuses import status_label

ENTRY = "Presales Checklist Entry"


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
	position = process.position(doc.stage) if doc.stage else -1
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
			if requirement.code == requirement_code and requirement.kind == "Checklist"
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
