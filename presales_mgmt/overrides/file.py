"""File: what is attached to a project, or to anything under it, is never public, and what is archived stays.

A public file is served by its address to anybody, whatever the permissions of the document.
"""

from frappe import _, throw

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES

DOCUMENT = "Presales Document"
# Where a file belongs, and what it is.
BELONGING = ("attached_to_doctype", "attached_to_name", "attached_to_field", "file_url", "file_name")


def validate(doc, method=None):
	before = doc.get_doc_before_save()
	if before and before.attached_to_doctype == DOCUMENT:
		_keep_with_archived(doc, before)
	if doc.attached_to_doctype in PROJECT_DOCTYPES and ".." in (doc.file_url or ""):
		from presales_mgmt.exceptions import PresalesError

		throw(_("{0} is no address of a file.").format(doc.file_url), exc=PresalesError)
	if doc.attached_to_doctype not in PROJECT_DOCTYPES or doc.is_private or doc.is_folder:
		return
	from presales_mgmt.exceptions import PresalesError

	throw(
		_("An attachment of {0} must be private, found the public file {1}.").format(
			_(doc.attached_to_doctype), doc.file_name or doc.file_url
		),
		exc=PresalesError,
	)


def _keep_with_archived(doc, before) -> None:
	"""A file that was taken off its archived document could be removed, and another one put in its place (R7.5).

	That it is removed while it hangs there is refused by Frappe (`protect_attached_files`).
	"""
	import frappe

	if all((doc.get(fieldname) or None) == (before.get(fieldname) or None) for fieldname in BELONGING):
		return
	if frappe.db.get_value(DOCUMENT, before.attached_to_name, "docstatus") != 1:
		return
	from presales_mgmt.exceptions import PresalesError

	throw(
		_("{0} belongs to the archived document {1} and stays as it is.").format(
			before.file_name or before.file_url, before.attached_to_name
		),
		exc=PresalesError,
	)
