"""The fields that this app adds to ERPNext's DocTypes: made at install and migrate, removed at uninstall."""

import frappe

PROJECT_FIELD = "presales_project"
REQUEST_FIELD = "presales_purchase_request"


def _project_link(insert_after: str, **properties) -> dict:
	return {
		"fieldname": PROJECT_FIELD,
		# So that a field which a later version no longer has still goes when the app is removed.
		"module": "Presales Mgmt",
		"label": "Presales Project",
		"fieldtype": "Link",
		"options": "Presales Project",
		"insert_after": insert_after,
		"search_index": 1,
		"print_hide": 1,
		# A user permission on some other project must not hide the sales document.
		"ignore_user_permissions": 1,
		# Said, so that a migration takes back what ERPNext writes when the dimension of this name is disabled.
		"read_only": 0,
		**properties,
	}


def _request_link() -> dict:
	"""The approved request that a purchase rests on (R8.8)."""
	return {
		**_project_link(PROJECT_FIELD),
		"fieldname": REQUEST_FIELD,
		"label": "Presales Purchase Request",
		"options": "Presales Purchase Request",
		"depends_on": f"eval:doc.{PROJECT_FIELD}",
	}


CUSTOM_FIELDS = {
	# Written by the project that is made from the opportunity. Not "no copy", which would also keep ERPNext's
	# mapping from carrying it, by the same field name, to quotation and order.
	"Opportunity": [_project_link("opportunity_owner", read_only=1)],
	"Quotation": [_project_link("order_type")],
	"Sales Order": [_project_link("order_type")],
	# Rows that cost a project something (R7.1, R9.6), and those by which a purchase comes to its invoice.
	"Timesheet Detail": [_project_link("task")],
	"Material Request Item": [_project_link("project"), _request_link()],
	"Purchase Order Item": [_project_link("project"), _request_link()],
	"Purchase Receipt Item": [_project_link("project"), _request_link()],
	"Purchase Invoice Item": [_project_link("project"), _request_link()],
	"Journal Entry Account": [_project_link("project")],
	# HRMS has it.
	"Expense Claim Detail": [_project_link("project")],
}


def present_custom_fields() -> dict[str, list[dict]]:
	"""`CUSTOM_FIELDS` of those DocTypes that this site has."""
	return {
		doctype: fields for doctype, fields in CUSTOM_FIELDS.items() if frappe.db.exists("DocType", doctype)
	}


def delete_custom_field(doctype: str, fieldname: str) -> None:
	"""Take a custom field away, together with its column."""
	name = frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": fieldname})
	if name:
		# Whoever calls this has checked who may.
		frappe.delete_doc("Custom Field", name, force=True, ignore_permissions=True)
	if frappe.db.has_column(doctype, fieldname):
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{fieldname}`")
