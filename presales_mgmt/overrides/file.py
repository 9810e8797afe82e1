"""File: what is attached to a project, or to anything under it, is never public.

A public file is served by its address to anybody, whatever the permissions of the document.
"""

from frappe import _, throw

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES


def validate(doc, method=None):
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
