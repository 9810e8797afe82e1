"""Which records the demo has made on this site, and how they are taken away again."""

import json
from collections.abc import Iterable

import frappe
from frappe.model.delete_doc import delete_dynamic_links

from presales_mgmt.permissions.scope import PROJECT, PROJECT_DOCTYPES

# Default under which the site remembers what demos have made on it: [[DocType, name], ...]
MADE = "presales_mgmt_demo_records"

# What is taken away first: orders before contracts and quotations, documents before master data, people at the end.
ORDER = (
	"Project",
	"Sales Order",
	"Contract",
	"Quotation",
	PROJECT,
	"Opportunity",
	"Customer",
	"Item",
	"Competitor",
	"Sales Partner",
	"Opportunity Lost Reason",
	"Quotation Lost Reason",
	"Price List",
	"Presales Rollout Plan",
	"Department",
	"Company",
	"Presales Delegation",
	"User",
)
SAVE_POINT = "presales_demo_remove"


def made() -> list[tuple[str, str]]:
	"""What demos have made on this site and not taken away again."""
	return [(doctype, name) for doctype, name in json.loads(frappe.db.get_global(MADE) or "[]")]


def remember(records: Iterable[tuple[str, str]]) -> None:
	"""Note `records` as made by a demo. What lies under a project goes with the project and is not noted."""
	kept = dict.fromkeys([*made(), *(record for record in records if record[0] in ORDER)])
	_write(list(kept))


def remove() -> dict[str, list[str]]:
	"""Take away all that demos have made.

	Returns:
		{"removed": ["DocType name"], "kept": ["DocType name: reason"]}. Kept is what something else has come to
		depend on meanwhile; a later call tries again.
	"""
	removed, kept, left = [], [], []
	for doctype, name in sorted(made(), key=lambda record: ORDER.index(record[0])):
		if not frappe.db.exists(doctype, name):
			_forget(doctype, name)
			continue
		frappe.db.savepoint(SAVE_POINT)
		try:
			_remove(doctype, name)
		except Exception as error:
			frappe.db.rollback(save_point=SAVE_POINT)
			frappe.clear_messages()
			left.append((doctype, name))
			kept.append(f"{doctype} {name}: {frappe.utils.strip_html(str(error))}")
		else:
			removed.append(f"{doctype} {name}")
	_write(left)
	return {"removed": removed, "kept": kept}


def _write(records: list[tuple[str, str]]) -> None:
	frappe.db.set_global(MADE, json.dumps(records) if records else None)


def _remove(doctype: str, name: str) -> None:
	if doctype == PROJECT:
		_remove_project(name)
		return
	doc = frappe.get_doc(doctype, name)
	if doc.docstatus.is_submitted():
		# Called from the command line alone, for records that a demo has made.
		doc.flags.ignore_permissions = True
		doc.cancel()
	if doctype == "User":
		_remove_records_of_user(name)
	_delete(doctype, name)
	if doctype == "User":
		_remove_traces_of_user(name)


def _remove_project(project: str) -> None:
	"""A project that was closed can be deleted by nobody: its records are the company's. A demo's are not."""
	version = frappe.db.get_value(PROJECT, project, "process_version")
	for doctype, fieldname in reversed(PROJECT_DOCTYPES.items()):
		for name in _names(doctype, {fieldname: project}):
			if frappe.get_meta(doctype).is_submittable:
				# Opinions cannot be cancelled, and documents of a closed project neither.
				frappe.db.set_value(doctype, name, "docstatus", 2, update_modified=False)
			for todo in _names("ToDo", {"reference_type": doctype, "reference_name": name}):
				_delete("ToDo", todo)
			_delete(doctype, name)
	for action in _names("Workflow Action", {"reference_doctype": PROJECT, "reference_name": project}):
		_delete("Workflow Action", action)
	frappe.db.set_value(
		"Opportunity", {"presales_project": project}, "presales_project", None, update_modified=False
	)
	if version and not frappe.db.exists(PROJECT, {"process_version": version}):
		_delete("Presales Process Version", version)


def _remove_records_of_user(user: str) -> None:
	"""What Frappe makes for a user."""
	for doctype, filters in (
		("ToDo", {"allocated_to": user}),
		("Contact", {"email_id": user}),
		("Notification Settings", {"name": user}),
	):
		for name in _names(doctype, filters):
			_delete(doctype, name)


def _remove_traces_of_user(user: str) -> None:
	"""What Frappe notes about a user, while there is one and when it goes."""
	for doctype, filters in (
		("DefaultValue", {"parent": user}),
		("DocShare", {"user": user}),
		("Notification Log", {"for_user": user}),
		("Permission Log", {"for_doctype": "User", "for_document": user}),
	):
		if frappe.db.exists("DocType", doctype):  # not every version of Frappe has each
			frappe.db.delete(doctype, filters)


def _names(doctype: str, filters: dict) -> list[str]:
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name asc")


def _delete(doctype: str, name: str) -> None:
	"""Delete for good, without the note and the copy that Frappe keeps of what a person deletes."""
	# Called from the command line alone, for records that a demo has made.
	frappe.delete_doc(
		doctype,
		name,
		force=True,
		ignore_permissions=True,
		ignore_on_trash=doctype in PROJECT_DOCTYPES,
		delete_permanently=True,
	)
	_forget(doctype, name)


def _forget(doctype: str, name: str) -> None:
	"""Take away what points to a deleted record. Frappe leaves that to a background worker."""
	delete_dynamic_links(doctype, name)
	frappe.db.delete(
		"Comment",
		{"comment_type": "Deleted", "reference_doctype": doctype, "subject": ["like", f"% {name}"]},
	)
	frappe.db.delete("Deleted Document", {"deleted_doctype": doctype, "deleted_name": name})
