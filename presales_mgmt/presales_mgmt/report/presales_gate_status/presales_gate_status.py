"""Which projects are held back, by what, and who has to act."""

from functools import cache

import frappe
from frappe import _
from frappe.utils import flt, now_datetime, time_diff_in_seconds

from presales_mgmt.gates.definitions import load_processes
from presales_mgmt.gates.evaluation import FIELDS, blocking, evaluate, evaluate_rows
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import require_plain_filters

# A gate holds back what has a stage and is still to leave it.
STATUSES = ("Active", "On Hold", "Won")
STAGES_IN_CHART = 8


def execute(filters: dict | None = None):
	"""Entry point of the report: columns, rows, no message, chart, summary.

	Only projects that the user may read are looked at. The number of queries does not depend on how many
	there are.
	"""
	filters = frappe._dict(filters or {})
	require_plain_filters(filters, "status", "stage", "company", "manager")
	rows = get_rows(filters)
	return get_columns(), rows, None, get_chart(rows), get_summary(rows)


def get_rows(filters: frappe._dict) -> list[dict]:
	"""One row a project, those held back longest beyond their target first."""
	projects = get_projects(filters)
	if not projects:
		return []
	# A field that the user may not read is not in the rows; what is asked of a project depends on it all the same.
	complete = all(fieldname in projects[0] for fieldname in FIELDS)
	findings = evaluate_rows(projects) if complete else evaluate([project.name for project in projects])
	processes = load_processes(project.process_version for project in projects)
	now = now_datetime()
	# A few words stand in all rows.
	translate = cache(lambda text, context=None: _(text, context=context))

	rows = []
	for project in projects:
		missing = blocking(findings.get(project.name, ()))
		if filters.only_held_back and not missing:
			continue
		target_days = get_target_days(processes.get(project.process_version), project.stage)
		days = flt(time_diff_in_seconds(now, project.stage_entered_on) / 86400, 2)
		first = missing[0].requirement if missing else None
		rows.append(
			{
				"project": project.name,
				"project_title": project.project_title,
				"status": translate(project.status, PROJECT),
				"stage": project.stage,
				"days_in_stage": days,
				"target_days": target_days,
				"overdue_days": flt(max(0, days - target_days), 2) if target_days else 0.0,
				"missing": len(missing),
				"first_missing": translate(first.title) if first else None,
				"responsible_role": translate(first.responsible_role)
				if first and first.responsible_role
				else None,
				"manager": project.manager,
			}
		)
	return sorted(rows, key=lambda row: (-row["overdue_days"], -row["missing"], row["project"]))


def get_projects(filters: frappe._dict) -> list[frappe._dict]:
	"""The projects in a stage that the user may read and the filters let through. One query."""
	conditions = {"status": filters.status or ["in", STATUSES], "stage": filters.stage or ["is", "set"]}
	for fieldname in ("company", "manager"):
		if filters.get(fieldname):
			conditions[fieldname] = filters[fieldname]
	return frappe.get_list(
		PROJECT,
		filters=conditions,
		fields=[*FIELDS, "project_title", "status", "stage_entered_on", "manager"],
		order_by="name asc",
	)


def get_target_days(process, stage: str) -> int:
	"""The days that the stage should take at most; 0 without a target, or when the stage is gone."""
	return next((row.target_days or 0 for row in process.stages if row.name == stage), 0) if process else 0


def get_columns() -> list[dict]:
	return [
		{
			"fieldname": "project",
			"label": _("Project"),
			"fieldtype": "Link",
			"options": PROJECT,
			"width": 150,
		},
		{"fieldname": "project_title", "label": _("Project Title"), "fieldtype": "Data", "width": 200},
		{
			"fieldname": "status",
			"label": _("Status"),
			"fieldtype": "Data",
			"width": 90,
		},
		{
			"fieldname": "stage",
			"label": _("Stage"),
			"fieldtype": "Link",
			"options": "Presales Stage",
			"width": 150,
		},
		{
			"fieldname": "days_in_stage",
			"label": _("Days in Stage"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 110,
		},
		{"fieldname": "target_days", "label": _("Target Days"), "fieldtype": "Int", "width": 100},
		{
			"fieldname": "overdue_days",
			"label": _("Overdue Days"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 110,
		},
		{"fieldname": "missing", "label": _("Missing"), "fieldtype": "Int", "width": 80},
		{
			"fieldname": "first_missing",
			"label": _("First Missing Requirement"),
			"fieldtype": "Data",
			"width": 260,
		},
		{"fieldname": "responsible_role", "label": _("Responsible Role"), "fieldtype": "Data", "width": 150},
		{"fieldname": "manager", "label": _("Manager"), "fieldtype": "Link", "options": "User", "width": 180},
	]


def get_chart(rows: list[dict]) -> dict | None:
	"""How many projects are held back in which stage, in the order of their number."""
	counts: dict[str, int] = {}
	for row in rows:
		if row["missing"]:
			counts[row["stage"]] = counts.get(row["stage"], 0) + 1
	if not counts:
		return None
	shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:STAGES_IN_CHART]
	return {
		"data": {
			"labels": [_(stage) for stage, _count in shown],
			"datasets": [{"name": _("Projects Held Back"), "values": [count for _stage, count in shown]}],
		},
		"type": "percentage",
		"height": 120,
		"title": _("Stages That Hold Projects Back"),
	}


def get_summary(rows: list[dict]) -> list[dict]:
	held_back = sum(1 for row in rows if row["missing"])
	overdue = sum(1 for row in rows if row["overdue_days"] > 0)
	return [
		{"label": _("Projects"), "value": len(rows), "datatype": "Int"},
		{
			"label": _("Held Back"),
			"value": held_back,
			"datatype": "Int",
			"indicator": "Yellow" if held_back else "Green",
		},
		{
			"label": _("Beyond Target Days"),
			"value": overdue,
			"datatype": "Int",
			"indicator": "Red" if overdue else "Green",
		},
	]
