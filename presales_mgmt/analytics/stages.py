"""How long projects stayed in their stages."""

from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe.utils import flt, now_datetime, time_diff_in_seconds

from presales_mgmt.gates.rules import STATUS
from presales_mgmt.permissions.scope import PROJECT


def days_per_stage(projects: Iterable[str]) -> dict[str, dict[str, dict]]:
	"""For each project and stage {"days", "visits"}: all stays summed, the present one up to now.

	Two queries, however many projects. Permissions are the caller's matter. Days are of 24 hours.
	"""
	names = sorted(set(projects))
	result: dict[str, dict[str, dict]] = {
		name: defaultdict(lambda: {"days": 0.0, "visits": 0}) for name in names
	}
	for log in frappe.get_all(
		"Presales Stage Log",
		filters={"presales_project": ["in", names], "move_type": ["!=", STATUS]},
		fields=["presales_project", "from_stage", "to_stage", "days_in_stage"],
		order_by="moved_on asc",
	):
		stages = result[log.presales_project]
		if log.to_stage:
			stages[log.to_stage]["visits"] += 1
		if log.from_stage:
			stages[log.from_stage]["days"] = flt(stages[log.from_stage]["days"] + log.days_in_stage, 2)
	now = now_datetime()
	for project in frappe.get_all(
		PROJECT,
		filters={"name": ["in", names], "stage_entered_on": ["is", "set"]},
		fields=["name", "stage", "stage_entered_on"],
		order_by="name asc",
	):
		stay = time_diff_in_seconds(now, project.stage_entered_on) / 86400
		stage = result[project.name][project.stage]
		stage["days"] = flt(stage["days"] + stay, 2)
	return result
