"""How a solution meets the requirements of its project, for forms and for the check at submission (R1.3, R7.4)."""

from collections.abc import Iterable

import frappe
from frappe.utils import cint

from presales_mgmt.rules import coverage as rules

REQUIREMENT = "Presales Requirement"


def get_needs(project: str, read=frappe.get_all) -> list[rules.Need]:
	"""The requirements of a project. One query. `read` is `frappe.get_list` for those only that the user sees."""
	return [
		rules.Need(
			row.name, row.title, row.priority, row.status, row.kind or "", cint(row.requirement_version)
		)
		for row in read(
			REQUIREMENT,
			filters={"presales_project": project},
			fields=["name", "title", "priority", "status", "kind", "requirement_version"],
			order_by="name asc",
			limit_page_length=0,
		)
	]


def get_rows(table: Iterable) -> list[rules.Row]:
	"""The rows of a solution's table of coverage, as the rules take them."""
	return [
		rules.Row(row.requirement, row.part, row.coverage, row.how or "", cint(row.requirement_version))
		for row in table
	]


def get_coverage(solution) -> dict:
	"""The matrix of a Presales Solution over those requirements that the user sees.

	Returns:
		{"parts": [part], "gaps", "must_have_gaps": how many there are,
		"lines": [{"requirement", "title", "priority", "status", "cells": {part: {"coverage", "how"}}, "coverage",
		"is_gap", "is_stated", "is_changed"}]}, in the order of `rules.coverage.matrix`.
	"""
	lines = rules.matrix(
		get_needs(solution.presales_project, read=frappe.get_list), get_rows(solution.coverage)
	)
	gaps = rules.gaps(lines)
	return {
		"parts": list(rules.PARTS),
		"gaps": len(gaps),
		"must_have_gaps": sum(line.need.priority == rules.MUST_HAVE for line in gaps),
		"lines": [
			{
				"requirement": line.need.name,
				"title": line.need.title,
				"priority": line.need.priority,
				"status": line.need.status,
				"cells": {
					part: {"coverage": row.coverage, "how": row.how} for part, row in line.cells.items()
				},
				"coverage": line.coverage,
				"is_gap": line.is_gap,
				"is_stated": line.is_stated,
				"is_changed": line.is_changed,
			}
			for line in lines
		],
	}


def get_rows_to_fill(project: str) -> list[dict]:
	"""What "Fill from Requirements" offers, of what the user sees: a row for each requirement to be answered.

	Returns: [{"requirement", "requirement_title", "part", "coverage"}]
	"""
	needs = get_needs(project, read=frappe.get_list)
	titles = {need.name: need.title for need in needs}
	return [
		{
			"requirement": row.requirement,
			"requirement_title": titles[row.requirement],
			"part": row.part,
			"coverage": row.coverage,
		}
		for row in rules.rows_to_fill(needs)
	]
