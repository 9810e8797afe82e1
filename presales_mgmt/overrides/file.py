"""File: what is attached to a project, or to anything under it, is never public, what is archived stays, and nobody
reads it by another File of the same address.

A public file is served by its address to anybody, whatever the permissions of the document. A private one is served
to whoever reads any of the Files that have its address.
"""

import posixpath
from urllib.parse import unquote

from frappe import _, throw

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES

DOCUMENT = "Presales Document"
# Where a file belongs, and what it is.
BELONGING = ("attached_to_doctype", "attached_to_name", "attached_to_field", "file_url", "file_name")


def validate(doc, method=None):
	before = doc.get_doc_before_save()
	if before and before.attached_to_doctype in PROJECT_DOCTYPES:
		if before.attached_to_doctype == DOCUMENT:
			_keep_with_archived(doc, before)
		_require_right_to_take_off(doc, before)
	_require_right_to_address(doc, before)
	if doc.attached_to_doctype in PROJECT_DOCTYPES and ".." in (doc.file_url or ""):
		_refuse_address(doc)
	if doc.attached_to_doctype not in PROJECT_DOCTYPES or doc.is_private or doc.is_folder:
		return
	from presales_mgmt.exceptions import PresalesError

	throw(
		_("An attachment of {0} must be private, found the public file {1}.").format(
			_(doc.attached_to_doctype), doc.file_name or doc.file_url
		),
		exc=PresalesError,
	)


def _require_right_to_address(doc, before) -> None:
	"""Raise `frappe.PermissionError` when a new File, or one that gets another address, has that of a project's attachment
	that its user does not read.

	Frappe checks permissions before it makes an address good, and makes Files of what stands in fields of kind Attach
	without checking any.
	"""
	path = private_path(doc)
	if not path or (before and private_path(before) == path):
		return
	address = normalised(path)
	if path != address:
		_refuse_address(doc)
	import frappe

	from presales_mgmt.permissions.visibility import may_use_address

	# Uploaded by this user, and put by Frappe where it lies.
	brings_content = not before and bool(doc.flags.brings_content) and bool(doc.file_url)
	content_hash = None if before or brings_content else doc.content_hash
	if not may_use_address(address, frappe.session.user, doc.name, brings_content, content_hash):
		throw(
			_("Another file has the address {0}, or nearly the same. Give this one another name.").format(
				frappe.utils.escape_html(address)
			),
			exc=frappe.PermissionError,
		)


def private_path(doc) -> str | None:
	"""The path of the private file that `doc` reads, as it is written there; None of any other."""
	if doc.is_folder:
		return None
	url = doc.file_url or ""
	if not url and doc.is_private and doc.file_name:
		# Frappe looks for a file of that name.
		url = f"/private/files/{doc.file_name}"
	scheme, separator, rest = url.partition("://")
	if separator and "/" not in scheme:
		# Which hosts are this site itself depends on the request.
		url = "/" + rest.partition("/")[2]
	return url if normalised(url).startswith("/private/") else None


def normalised(path: str) -> str:
	return "/" + posixpath.normpath(unquote(path)).lstrip("/")


def _require_right_to_take_off(doc, before) -> None:
	"""Raise `frappe.PermissionError` when somebody takes off an attachment, or moves it, whose document he does not read.

	Frappe asks about the document that it is attached to afterwards, and lets its owner do everything with a file that
	is attached to none.
	"""
	if all((doc.get(fieldname) or None) == (before.get(fieldname) or None) for fieldname in BELONGING[:2]):
		return
	import frappe

	from presales_mgmt.permissions.visibility import reads

	user = frappe.session.user
	if user == "Administrator" or reads(before.attached_to_doctype, before.attached_to_name, user):
		return
	throw(
		_("{0} is attached to {1} and stays there.").format(
			frappe.utils.escape_html(before.file_name or before.file_url), before.attached_to_name
		),
		exc=frappe.PermissionError,
	)


def _refuse_address(doc) -> None:
	import frappe

	from presales_mgmt.exceptions import PresalesError

	throw(
		_("{0} is no address of a file.").format(frappe.utils.escape_html(doc.file_url or doc.file_name)),
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
