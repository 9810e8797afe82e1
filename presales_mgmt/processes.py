"""What is done with a process besides running projects on it: reviewing it, and comparing it with what is shipped."""

import json
from contextlib import suppress

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate, today

from presales_mgmt.exceptions import DateOrderError, MarkupError
from presales_mgmt.gates.definitions import parse_filters
from presales_mgmt.presales_mgmt.doctype.presales_process.presales_process import (
	REQUIREMENT_CONTENT,
	STAGE_CONTENT,
	PresalesProcess,
	review_due,
)
from presales_mgmt.rules.comparison import CHANGED, compare_rows, compare_values
from presales_mgmt.rules.validation import has_markup, refuse, validate_input
from presales_mgmt.setup.shipped import shipped_version_of

# What stands above the tables and is compared with the shipped version.
PROCESS_CONTENT = ("description", "basis_documents_required")


def mark_reviewed(process: PresalesProcess, next_review_date: str | None, remarks: str | None) -> dict:
	"""Note that `process` was reviewed today by the user (R3.1), whose right to do so is the caller's matter.

	Returns {"last_reviewed_on", "last_reviewed_by", "next_review_date"}.
	Raises `DateOrderError` when the next review is not in the future.
	"""
	next_review_date = next_review_date or review_due(process.review_interval_months)
	process.next_review_date = next_review_date
	validate_input(process)
	if next_review_date and getdate(next_review_date) <= getdate(today()):
		refuse(
			process,
			"Next Review Date",
			process.get_formatted("next_review_date"),
			_("a date in the future"),
			DateOrderError,
		)
	if has_markup(remarks):
		refuse(process, "Remarks", remarks, _("plain text without HTML"), MarkupError)
	noted = {
		"last_reviewed_on": today(),
		"last_reviewed_by": frappe.session.user,
		"next_review_date": getdate(next_review_date) if next_review_date else None,
	}
	# Not by saving: a review is noted as well when it found something that has to be corrected.
	process.db_set({**noted, "reminder_level": 0}, notify=True)
	process.add_comment(
		"Info",
		_("Process reviewed (version {0}). {1}").format(
			process.version, frappe.utils.escape_html((remarks or "").strip())
		),
	)
	return noted


def compare_with_shipped(process: PresalesProcess) -> dict:
	"""How `process` differs from the version that the app ships for its regulation.

	Returns:
		{"process", "shipped": name of the shipped process or None,
		"differences": [{"table": None|"stages"|"requirements", "kind": Added|Removed|Changed|Moved, "label",
		"stage", "position", "changes": [{"label", "shipped", "own"}]}]}, texts in the user's language.
		Without a shipped process there are no differences.
	"""
	shipped = shipped_version_of(process.name, process.regulation)
	answer = {
		"process": process.name,
		"shipped": shipped["process_name"] if shipped else None,
		"differences": [],
	}
	if not shipped:
		return answer
	shipped = frappe.get_doc({"doctype": process.doctype, **shipped})
	for row in (shipped, *shipped.get_all_children()):
		for df in row.meta.fields:
			if df.default and row.get(df.fieldname) is None:
				row.set(df.fieldname, df.default)
	shipped.set_codes()
	shipped.set_counts()

	changes = compare_values(
		_plain(shipped, PROCESS_CONTENT), _plain(process, PROCESS_CONTENT), PROCESS_CONTENT
	)
	if changes:
		answer["differences"].append(
			{
				"table": None,
				"kind": CHANGED,
				"label": _(process.name),
				"stage": None,
				"position": 0,
				"changes": _shown_changes(process, changes),
			}
		)
	for table, key, title, content in (
		("stages", "stage", "stage", STAGE_CONTENT),
		("requirements", "code", "title", REQUIREMENT_CONTENT),
	):
		sides = [[_plain(row, content) for row in side.get(table)] for side in (shipped, process)]
		rows = {row.get(key): row for side in (shipped, process) for row in side.get(table)}
		for difference in compare_rows(*sides, key, content):
			row = rows[difference.key]
			answer["differences"].append(
				{
					"table": table,
					"kind": difference.kind,
					"label": _(row.get(title)),
					"stage": _(row.stage) if table == "requirements" else None,
					"position": difference.position,
					"changes": _shown_changes(row, difference.changes),
				}
			)
	return answer


def _plain(row, fieldnames) -> dict:
	"""The values of `row` so that equal content is equal: numbers as numbers, conditions parsed."""
	values = {}
	for fieldname in fieldnames:
		value, df = row.get(fieldname), row.meta.get_field(fieldname)
		if df.fieldtype in ("Int", "Check"):
			value = cint(value)
		elif df.fieldtype in ("Percent", "Float"):
			value = flt(value)
		elif fieldname == "reference_filters":
			with suppress(ValueError):
				value = json.dumps(parse_filters(value), ensure_ascii=False)
		elif value:
			value = str(value).strip()
		values[fieldname] = value
	return values


def _shown_changes(row, changes) -> list[dict]:
	def shown(value, df) -> str:
		if df and df.fieldtype == "Check":
			return _("Yes") if value else _("No")
		if value in (None, "", "[]"):
			return _("(none)")
		if df and df.fieldtype == "Select":
			return _(value, context=row.doctype)
		return _(value) if isinstance(value, str) else f"{value:g}"

	shown_changes = []
	for change in changes:
		df = row.meta.get_field(change.fieldname)
		shown_changes.append(
			{
				"label": _(df.label, context=row.doctype) if df else _("Position"),
				"shipped": shown(change.shipped, df),
				"own": shown(change.own, df),
			}
		)
	return shown_changes
