"""DocShare: sharing does not open a project to people whom the visibility rule keeps out (R1.9).

Frappe shares a document by itself when it is assigned to somebody who may not read it.
"""

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES


def validate(doc, method=None):
	if doc.share_doctype not in PROJECT_DOCTYPES:
		return
	import frappe
	from frappe import _

	if doc.everyone or not frappe.has_permission(
		doc.share_doctype, "read", doc=doc.share_name, user=doc.user
	):
		frappe.throw(
			_(
				"{0} {1} is seen by the team and the supervisors of its project only. Add {2} to the team first."
			).format(_(doc.share_doctype), doc.share_name, doc.user or _("everybody")),
			exc=frappe.PermissionError,
		)
