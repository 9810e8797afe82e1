"""Versions of what is prepared for a project, such as cost estimates: one is current, older ones are superseded.

For any submittable DocType of a project that has the fields `status` (Draft, Current, Superseded, Withdrawn) and
`version_number` (Int). Both are written here and nowhere else, under a lock on the project. The controller calls:

	validate		number_version(self)
	before_submit	require_newest(self)
	on_submit		make_current(self)
	on_cancel		withdraw(self)

A cancelled version is withdrawn, and the newest submitted one that is left is current again.
"""

import frappe
from frappe import _

from presales_mgmt.exceptions import VersionError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import refuse

DRAFT, CURRENT, SUPERSEDED, WITHDRAWN = "Draft", "Current", "Superseded", "Withdrawn"


def number_version(doc) -> None:
	"""Give a new document the next number of its project, and keep what is stored, whatever a form sends."""
	before = doc.get_doc_before_save()
	if before:
		doc.version_number, doc.status = before.version_number, before.status
		return
	doc.status = DRAFT
	doc.version_number = 1 + _newest(doc).version_number


def require_newest(doc) -> None:
	"""Raise `VersionError` when a later version was submitted already: what is older does not replace it."""
	newest = _newest(doc, docstatus=1)
	if newest.version_number >= doc.version_number:
		refuse(
			doc,
			"Version",
			doc.version_number,
			_("a version above {0}, which {1} is").format(newest.version_number, newest.name),
			VersionError,
		)


def make_current(doc) -> str:
	"""A version that has just been submitted is the current one, and supersedes the others. Returns its name."""
	_lock(doc.presales_project)
	doc.db_set("status", CURRENT, notify=True)
	return _settle(doc)


def withdraw(doc) -> str | None:
	"""A version that has just been cancelled is withdrawn. Returns the name of the version that is current now."""
	_lock(doc.presales_project)
	doc.db_set("status", WITHDRAWN, notify=True)
	return _settle(doc)


def _settle(doc) -> str | None:
	"""The newest submitted version is current, every other superseded."""
	# A locking read: what somebody else has submitted meanwhile is seen, which a plain read would miss.
	rows = frappe.qb.get_query(
		doc.doctype,
		fields=["name", "status"],
		filters={"presales_project": doc.presales_project, "docstatus": 1},
		order_by="version_number desc, creation desc",
		for_update=True,
	).run(as_dict=True)
	for position, row in enumerate(rows):
		status = SUPERSEDED if position else CURRENT
		if row.status != status:
			frappe.db.set_value(doc.doctype, row.name, "status", status)
	return rows[0].name if rows else None


def _newest(doc, **filters):
	"""Name and number of the newest version of the project; 0 when there is none. The project is locked."""
	_lock(doc.presales_project)
	rows = frappe.qb.get_query(
		doc.doctype,
		fields=["name", "version_number"],
		filters={"presales_project": doc.presales_project, "name": ["!=", doc.name or ""], **filters},
		order_by="version_number desc, creation desc",
		limit=1,
		for_update=True,
	).run(as_dict=True)
	return rows[0] if rows else frappe._dict(name=None, version_number=0)


def _lock(project: str) -> None:
	"""Of two who write versions of one project at once, the second waits."""
	frappe.db.get_value(PROJECT, project, "name", for_update=True)
