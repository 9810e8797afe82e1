"""Which records the benchmark has made one by one on this site, and how they are taken away again.

What it inserts in bulk is known by its name, which begins with `PREFIX`.
"""

import json

import frappe
from frappe.model.delete_doc import delete_dynamic_links

PREFIX = "PSB-"
# Default under which the site remembers what was made: [[DocType, name], ...]
MADE = "presales_benchmark_records"

# What points to a record by its name, and would stay when the record goes.
TRACES = (
	("Version", "docname"),
	("Comment", "reference_name"),
	("ToDo", "reference_name"),
	("Notification Log", "document_name"),
	("Workflow Action", "reference_name"),
)
TRACES_OF_USERS = (
	("DefaultValue", "parent"),
	("DocShare", "user"),
	("Notification Log", "for_user"),
	("Notification Settings", "name"),
	("ToDo", "allocated_to"),
	("Permission Log", "for_document"),
)


def made() -> list[tuple[str, str]]:
	stored = frappe.db.get_value("DefaultValue", {"parent": "__global", "defkey": MADE}, "defvalue")
	return [(doctype, name) for doctype, name in json.loads(stored or "[]")]


def remember(doctype: str, name: str) -> None:
	records = made()
	if (doctype, name) not in records:
		frappe.db.set_global(MADE, json.dumps([*records, (doctype, name)]))


def insert(doctype: str, **values):
	"""Insert a record and remember it."""
	doc = frappe.get_doc({"doctype": doctype, **values}).insert()
	remember(doctype, doc.name)
	return doc


def remove() -> None:
	"""Take away what was made one by one, the last first."""
	for doctype, name in reversed(made()):
		if frappe.db.exists(doctype, name):
			if doctype == "User":
				_remove_traces_of(name)
			frappe.delete_doc(
				doctype,
				name,
				force=True,
				ignore_permissions=True,
				ignore_on_trash=doctype == "Presales Process Version",
				delete_permanently=True,
			)
		if doctype == "User":
			_remove_traces_of(name)
		if doctype == "DocType":
			frappe.db.sql_ddl(f"DROP TABLE IF EXISTS `tab{name}`")
		delete_dynamic_links(doctype, name)
		frappe.db.delete("Deleted Document", {"deleted_doctype": doctype, "deleted_name": name})
		frappe.db.delete(
			"Comment",
			{"comment_type": "Deleted", "reference_doctype": doctype, "subject": ["like", f"% {name}"]},
		)
		records = [record for record in made() if record != (doctype, name)]
		frappe.db.set_global(MADE, json.dumps(records))
		frappe.db.commit()
	frappe.db.delete("DefaultValue", {"parent": "__global", "defkey": MADE})
	frappe.db.commit()


def _remove_traces_of(user: str) -> None:
	for contact in frappe.get_all("Contact", filters={"email_id": user}, pluck="name", order_by="name asc"):
		frappe.delete_doc("Contact", contact, force=True, ignore_permissions=True, delete_permanently=True)
		frappe.db.delete("Deleted Document", {"deleted_doctype": "Contact", "deleted_name": contact})
	for doctype, fieldname in TRACES_OF_USERS:
		if frappe.db.exists("DocType", doctype):  # not every version of Frappe has each
			frappe.db.delete(doctype, {fieldname: user})
