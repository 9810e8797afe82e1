"""DocShare and Document Follow: neither opens a project to people whom the visibility rule keeps out (R1.9).

Frappe shares a document by itself when it is assigned to somebody who may not read it, and mails the changes
of a document to whoever follows it, without asking whether they still may read it.
"""

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES


def validate_share(doc, method=None):
	if doc.share_doctype in PROJECT_DOCTYPES:
		_require_sight(doc.share_doctype, doc.share_name, None if doc.everyone else doc.user)


def refuse_follow(doc, method=None):
	"""Nobody follows a document of a project: who leaves the team would go on reading it.

	Frappe follows by itself what a user makes, comments on or is assigned, inside of that act. An error would undo
	the act; so the row goes, and the user is told.
	"""
	if doc.ref_doctype not in PROJECT_DOCTYPES:
		return
	import frappe
	from frappe import _

	frappe.db.delete("Document Follow", {"name": doc.name})
	frappe.msgprint(
		_("{0} {1} is not followed by mail: its readers change.").format(_(doc.ref_doctype), doc.ref_docname),
		alert=True,
	)


def _require_sight(doctype: str, name: str, user: str | None) -> None:
	"""Raise `frappe.PermissionError` unless `user` (None: everybody) sees the record anyway."""
	import frappe
	from frappe import _

	if user and frappe.has_permission(doctype, "read", doc=name, user=user):
		return
	frappe.throw(
		_(
			"{0} {1} is seen by the team and the supervisors of its project only. Add {2} to the team first."
		).format(_(doctype), name, user or _("everybody")),
		exc=frappe.PermissionError,
	)
