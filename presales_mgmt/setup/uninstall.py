"""Uninstall: takes away what install made, by the same definitions. Frappe itself drops the DocTypes."""

import frappe

from presales_mgmt.accounting_dimension import remove_all as remove_accounting_dimension
from presales_mgmt.permissions.scope import CHILD_DOCTYPES, PROJECT_DOCTYPES
from presales_mgmt.setup.custom_fields import delete_custom_field, present_custom_fields
from presales_mgmt.setup.indexes import remove_indexes
from presales_mgmt.setup.install import CREATED_RECORDS, created_records

APP = "presales_mgmt"
# Where the demo keeps what it made.
DEMO_RECORDS = "presales_mgmt_demo_records"
MODULE = "Presales Mgmt"


def before_uninstall():
	delete_workflows()
	remove_indexes()
	remove_accounting_dimension()
	delete_custom_fields()
	delete_shared_records()
	delete_traces()


def after_uninstall():
	"""What Frappe leaves of an app that is gone."""
	frappe.db.delete("Scheduled Job Type", {"method": ["like", f"{APP}.%"]})
	# v16 deletes these two after its last commit, and so not for good.
	if frappe.db.table_exists("Workspace Sidebar"):
		sidebars = frappe.get_all(
			"Workspace Sidebar", filters={"app": APP}, pluck="name", order_by="name asc"
		)
		frappe.db.delete("Workspace Sidebar Item", {"parent": ["in", sidebars]})
		frappe.db.delete("Workspace Sidebar", {"app": APP})
	if frappe.db.table_exists("Desktop Icon") and frappe.db.has_column("Desktop Icon", "app"):
		frappe.db.delete("Desktop Icon", {"app": APP})
	frappe.db.commit()  # the uninstaller has committed before; without this the deletion would be lost


def delete_workflows() -> None:
	"""Every workflow of our DocTypes, the company's own too: without the DocType none can run."""
	for workflow in frappe.get_all(
		"Workflow", filters={"document_type": ["in", our_doctypes()]}, pluck="name", order_by="name asc"
	):
		frappe.delete_doc("Workflow", workflow, force=True, ignore_permissions=True)
	waiting = frappe.get_all(
		"Workflow Action",
		filters={"reference_doctype": ["in", our_doctypes()]},
		pluck="name",
		order_by="name asc",
	)
	frappe.db.delete("Workflow Action Permitted Role", {"parent": ["in", waiting]})
	frappe.db.delete("Workflow Action", {"name": ["in", waiting]})


def delete_custom_fields() -> None:
	"""Our fields on ERPNext's DocTypes, with their columns, and customisations of our own DocTypes."""
	for doctype, fields in present_custom_fields().items():
		for field in fields:
			delete_custom_field(doctype, field["fieldname"])
		frappe.clear_cache(doctype=doctype)
	frappe.db.delete("Custom Field", {"dt": ["in", our_doctypes()]})
	frappe.db.delete("Property Setter", {"doc_type": ["in", our_doctypes()]})
	frappe.db.delete("Custom DocPerm", {"parent": ["in", our_doctypes()]})


def delete_shared_records() -> None:
	"""Roles, workflow states and actions that we made, unless something else has come to use them."""
	for doctype, name in created_records():
		if doctype == "Role":
			frappe.db.delete("Has Role", {"role": name})
			frappe.db.delete("DocPerm", {"role": name})
			frappe.db.delete("Custom DocPerm", {"role": name})
		elif is_used_by_another_workflow(doctype, name):
			continue
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, ignore_missing=True)
	for key in (CREATED_RECORDS, DEMO_RECORDS):
		frappe.db.delete("DefaultValue", {"parent": "__global", "defkey": key})


def is_used_by_another_workflow(doctype: str, name: str) -> bool:
	if doctype == "Workflow Action Master":
		return bool(frappe.db.exists("Workflow Transition", {"action": name}))
	return bool(frappe.db.exists("Workflow Document State", {"state": name}))


def delete_traces() -> None:
	"""What points to DocTypes that are about to be dropped, and would fail without them."""
	# Many, and nothing hangs on them.
	frappe.db.delete("Notification Log", {"document_type": ["in", our_doctypes()]})
	for doctype, fieldname in (
		("ToDo", "reference_type"),
		("DocShare", "share_doctype"),
		("User Permission", "allow"),
		("Notification", "document_type"),
		("Assignment Rule", "document_type"),
		("Kanban Board", "reference_doctype"),
		("Number Card", "document_type"),
		("Dashboard Chart", "document_type"),
		("Report", "ref_doctype"),
	):
		filters = {fieldname: ["in", our_doctypes()]}
		if doctype == "Report":
			filters["is_standard"] = "No"  # Frappe removes the app's own, and lets nobody else do so
		for name in frappe.get_all(doctype, filters=filters, pluck="name", order_by="name asc"):
			# Nobody but the uninstaller does this, and Administrator runs it.
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)


def our_doctypes() -> list[str]:
	"""All DocTypes of this app, from the site; those in `scope` when the module is gone already."""
	return frappe.get_all("DocType", filters={"module": MODULE}, pluck="name", order_by="name asc") or [
		*PROJECT_DOCTYPES,
		*CHILD_DOCTYPES,
	]
