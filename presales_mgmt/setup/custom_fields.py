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


def _in_order(insert_after: str, *fields: dict) -> list[dict]:
	"""Fields of ours one after the other, the first after `insert_after`."""
	made = []
	for field in fields:
		made.append({"module": "Presales Mgmt", "insert_after": insert_after, **field})
		insert_after = field["fieldname"]
	return made


OF_A_PROJECT = "eval:doc.presales_project"

# What a contract states by the regulations and ERPNext's has no place for (R1.7, R5.10).
CONTRACT_FIELDS = _in_order(
	"contract_terms",
	{
		"fieldname": "presales_section",
		"fieldtype": "Section Break",
		"label": "Contract of a Presales Project",
		"depends_on": OF_A_PROJECT,
	},
	{
		"fieldname": "presales_quotation",
		"fieldtype": "Link",
		"label": "Quotation",
		"options": "Quotation",
		"search_index": 1,
		"print_hide": 1,
		"ignore_user_permissions": 1,
	},
	{
		"fieldname": "presales_currency",
		"fieldtype": "Link",
		"label": "Currency",
		"options": "Currency",
	},
	{
		"fieldname": "presales_conversion_rate",
		"fieldtype": "Float",
		"label": "Exchange Rate",
		"precision": "9",
		"print_hide": 1,
	},
	{
		"fieldname": "presales_amount",
		"fieldtype": "Currency",
		"label": "Contract Amount",
		"description": "Before tax",
		"options": "presales_currency",
		"non_negative": 1,
	},
	{
		"fieldname": "presales_base_amount",
		"fieldtype": "Currency",
		"label": "Contract Amount (Company Currency)",
		"options": "Company:presales_company:default_currency",
		"read_only": 1,
		"print_hide": 1,
	},
	{"fieldname": "presales_column_break_1", "fieldtype": "Column Break"},
	{
		"fieldname": "presales_implementation_start",
		"fieldtype": "Date",
		"label": "Implementation Starts On",
	},
	{"fieldname": "presales_delivery_date", "fieldtype": "Date", "label": "Delivery Date"},
	{
		"fieldname": "presales_payment_terms_template",
		"fieldtype": "Link",
		"label": "Payment Terms Template",
		"options": "Payment Terms Template",
	},
	{
		"fieldname": "presales_payment_terms",
		"fieldtype": "Small Text",
		"label": "Payment Terms",
		"description": "If there is no template",
	},
	{
		"fieldname": "presales_content_section",
		"fieldtype": "Section Break",
		"label": "Goal, Scope, Quality and Service",
		"depends_on": OF_A_PROJECT,
	},
	{"fieldname": "presales_goal", "fieldtype": "Small Text", "label": "Goal"},
	{"fieldname": "presales_scope", "fieldtype": "Small Text", "label": "Scope"},
	{"fieldname": "presales_column_break_2", "fieldtype": "Column Break"},
	{
		"fieldname": "presales_quality_standard",
		"fieldtype": "Small Text",
		"label": "Quality Standard",
	},
	{
		"fieldname": "presales_service_guarantee",
		"fieldtype": "Small Text",
		"label": "Service Guarantee",
	},
)


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
	"Opportunity": [_project_link("opportunity_owner", read_only=1), *_LOSS],
	"Quotation": [_project_link("order_type"), _INSTALLATION, *_VERSION],
	"Contract": [
		_project_link("party_user"),
		*_in_order(
			PROJECT_FIELD,
			# Of the project: ERPNext's contract names no company. User permissions on companies hold for it, too.
			{
				"fieldname": "presales_company",
				"fieldtype": "Link",
				"label": "Company",
				"options": "Company",
				"read_only": 1,
				"depends_on": OF_A_PROJECT,
			},
		),
		*CONTRACT_FIELDS,
	],
	"Sales Order": [
		_project_link("order_type"),
		*_in_order(
			PROJECT_FIELD,
			{
				"fieldname": "presales_contract",
				"fieldtype": "Link",
				"label": "Contract",
				"options": "Contract",
				"search_index": 1,
				"print_hide": 1,
				"ignore_user_permissions": 1,
				"depends_on": OF_A_PROJECT,
			},
		),
		_INSTALLATION,
	],
	# Written when the handover of the presales project is accepted.
	"Project": [_project_link("sales_order", read_only=1, no_copy=1)],
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
	# A single document has no table.
	if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, fieldname):
		frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{fieldname}`")
