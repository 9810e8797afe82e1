"""The versions of a project's solution: one is current, the others are superseded or withdrawn (R7.4).

Submitting a solution makes it the current version and gives it the next number; the one that was current is
superseded. When the current one is cancelled, the latest superseded one takes its place again. Nothing else
writes a number or a status. Drafts have no number, and there may be several: who submits first comes first.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import cint, now_datetime

from presales_mgmt.controllers import read_with_present
from presales_mgmt.exceptions import SolutionError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import refuse

DOCTYPE = "Presales Solution"

DRAFT = "Draft"
CURRENT = "Current"
SUPERSEDED = "Superseded"
WITHDRAWN = "Withdrawn"


def release(doc) -> None:
	"""Number a solution that is about to be submitted, and supersede the one that was current."""
	others = _lock_versions(doc)
	doc.solution_version = max((row.solution_version for row in others), default=0) + 1
	doc.status = CURRENT
	doc.submitted_by = frappe.session.user
	doc.submitted_on = now_datetime()
	for row in others:
		if row.status == CURRENT:
			frappe.db.set_value(DOCTYPE, row.name, "status", SUPERSEDED)


def withdraw(doc) -> None:
	"""Withdraw a solution that is about to be cancelled; the latest superseded one becomes current again.

	Not while another one is current: withdrawing an old version changes nothing for the others.
	"""
	others = _lock_versions(doc)
	doc.status = WITHDRAWN
	if any(row.status == CURRENT for row in others):
		return
	superseded = [row for row in others if row.status == SUPERSEDED]
	if superseded:
		latest = max(superseded, key=lambda row: row.solution_version)
		frappe.db.set_value(DOCTYPE, latest.name, "status", CURRENT)


def _lock_versions(doc) -> list:
	"""The other submitted and cancelled solutions of the project, which is locked: of two who submit or cancel
	at once, the second waits and then sees what the first has done.
	"""
	modified = frappe.db.get_value(PROJECT, doc.presales_project, "modified", for_update=True)
	# PostgreSQL would go on reading what was there before the wait; the write, which changes nothing, makes it
	# raise a conflict instead.
	frappe.db.set_value(PROJECT, doc.presales_project, "modified", modified, update_modified=False)

	versions = read_with_present(
		DOCTYPE,
		["name", "solution_version", "status"],
		{"presales_project": doc.presales_project, "docstatus": [">", 0], "name": ["!=", doc.name]},
		order_by="name asc",
	)
	return [frappe._dict(row, solution_version=cint(row.solution_version)) for row in versions]


@frappe.whitelist()
def make_next_version(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved solution that says what the submitted solution `source_name` says, for the form to open.

	Raises `frappe.PermissionError` without the right to read the one and to create another of its project, and
	`SolutionError` when the source is a draft, which is changed as it is.
	"""

	def set_origin(source, target):
		if source.docstatus == 0:
			refuse(
				source, "Status", _(DRAFT, context=DOCTYPE), _("a solution that was submitted"), SolutionError
			)
		target.based_on_version = source.solution_version
		frappe.has_permission(DOCTYPE, "create", doc=target, throw=True)

	# Status, number and whatever else belongs to one version is marked as not to be copied.
	return get_mapped_doc(DOCTYPE, source_name, {DOCTYPE: {"doctype": DOCTYPE}}, target_doc, set_origin)
