"""The fields that this app adds to ERPNext's DocTypes: made at install and migrate, removed at uninstall."""

import frappe

PROJECT_FIELD = "presales_project"


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
		**properties,
	}


# So that a field which a later version no longer has still goes when the app is removed.
_OURS = {"module": "Presales Mgmt"}

# In days; ERPNext's mapping carries it to the order by the same field name.
_INSTALLATION = {
	**_OURS,
	"fieldname": "presales_installation_days",
	"label": "Installation Time (Days)",
	"fieldtype": "Int",
	"insert_after": PROJECT_FIELD,
	"description": "From the order until everything is installed",
	"non_negative": 1,
}

# What a quotation is among the versions of an offer. Cost and margin are confidential, and never stand here.
_VERSION = [
	{
		**_OURS,
		"fieldname": "presales_version",
		"label": "Presales Version",
		"fieldtype": "Int",
		"insert_after": "presales_installation_days",
		"read_only": 1,
		"no_copy": 1,
		"depends_on": "eval:doc.presales_version",
	},
	{
		**_OURS,
		"fieldname": "presales_version_status",
		"label": "Version Status",
		"fieldtype": "Select",
		"insert_after": "presales_version",
		"options": "\nCurrent\nSuperseded\nLost\nWithdrawn",
		"read_only": 1,
		"no_copy": 1,
		"print_hide": 1,
		"search_index": 1,
		"depends_on": "eval:doc.presales_version",
	},
	{
		**_OURS,
		"fieldname": "presales_cost_estimate",
		"label": "Presales Cost Estimate",
		"fieldtype": "Link",
		"insert_after": "presales_version_status",
		"options": "Presales Cost Estimate",
		"read_only": 1,
		"print_hide": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
		"depends_on": "eval:doc.presales_cost_estimate",
	},
]

# To whom a deal was lost and for how much, in the opportunity's own currency.
_LOSS = [
	{
		**_OURS,
		"fieldname": "presales_lost_to",
		"label": "Lost To",
		"fieldtype": "Link",
		"insert_after": "order_lost_reason",
		"options": "Competitor",
		"no_copy": 1,
		"search_index": 1,
		"depends_on": "presales_project",
	},
	{
		**_OURS,
		"fieldname": "presales_winning_price",
		"label": "Winning Price",
		"fieldtype": "Currency",
		"insert_after": "presales_lost_to",
		"options": "currency",
		"no_copy": 1,
		"non_negative": 1,
		"depends_on": "presales_project",
	},
]

CUSTOM_FIELDS = {
	# Written by the project that is made from the opportunity. Not "no copy", which would also keep ERPNext's
	# mapping from carrying it, by the same field name, to quotation and order.
	"Opportunity": [_project_link("opportunity_owner", read_only=1), *_LOSS],
	"Quotation": [_project_link("order_type"), _INSTALLATION, *_VERSION],
	"Sales Order": [_project_link("order_type"), _INSTALLATION],
}


def present_custom_fields() -> dict[str, list[dict]]:
	"""`CUSTOM_FIELDS` of those DocTypes that this site has."""
	return {
		doctype: fields for doctype, fields in CUSTOM_FIELDS.items() if frappe.db.exists("DocType", doctype)
	}
