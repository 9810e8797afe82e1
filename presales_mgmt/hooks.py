from presales_mgmt.permissions import scope as _scope

app_name = "presales_mgmt"
app_title = "Presales Management"
app_publisher = "presales_mgmt contributors"
app_description = "Gated, reviewed and evaluated presales projects around ERPNext's sales documents"
app_email = "presales-mgmt@example.com"
app_license = "gpl-3.0"

required_apps = ["erpnext"]

before_install = "presales_mgmt.setup.install.before_install"
after_install = "presales_mgmt.setup.install.after_install"
after_migrate = "presales_mgmt.setup.install.after_migrate"
before_uninstall = "presales_mgmt.setup.uninstall.before_uninstall"
after_uninstall = "presales_mgmt.setup.uninstall.after_uninstall"

extend_bootinfo = "presales_mgmt.boot.extend_bootinfo"

doctype_js = {
	"Opportunity": "public/js/opportunity.js",
	"Quotation": ["public/js/differences.js", "public/js/price.js", "public/js/quotation.js"],
	"Contract": ["public/js/differences.js", "public/js/contract.js"],
	"Sales Order": ["public/js/differences.js", "public/js/price.js", "public/js/sales_order.js"],
	"Presales Project": [
		"public/js/differences.js",
		# The panel of progress is on both forms.
		"public/js/delivery_progress.js",
		"public/js/role_options.js",
	],
	"Presales Handover": "public/js/delivery_progress.js",
	"Presales Negotiation Round": "public/js/differences.js",
	"Presales Initiation": "public/js/role_options.js",
	"Timesheet": "public/js/cost_rows.js",
	"Material Request": "public/js/cost_rows.js",
	"Purchase Order": "public/js/cost_rows.js",
	"Purchase Receipt": "public/js/cost_rows.js",
	"Purchase Invoice": "public/js/cost_rows.js",
	"Journal Entry": "public/js/cost_rows.js",
	"Expense Claim": "public/js/cost_rows.js",
}

doctype_list_js = {"Quotation": "public/js/quotation_list.js"}

override_doctype_dashboards = {
	"Opportunity": "presales_mgmt.overrides.dashboards.link_project",
	"Quotation": "presales_mgmt.overrides.dashboards.link_project",
	"Contract": "presales_mgmt.overrides.dashboards.link_project",
	"Sales Order": "presales_mgmt.overrides.dashboards.link_project",
	"Project": "presales_mgmt.overrides.dashboards.link_project",
	"Payment Entry": "presales_mgmt.overrides.dashboards.link_bond_of_payment",
	"Bank Guarantee": "presales_mgmt.overrides.dashboards.link_bond_of_guarantee",
}

# Of documents whose rows cost a project something, or commit it to a cost.
_ROW_EVENTS = {
	"validate": "presales_mgmt.overrides.cost_rows.validate",
	"before_submit": "presales_mgmt.overrides.cost_rows.before_submit",
	"on_submit": "presales_mgmt.overrides.cost_rows.on_submit",
	"before_cancel": "presales_mgmt.overrides.cost_rows.before_cancel",
	"on_cancel": "presales_mgmt.overrides.cost_rows.on_cancel",
}
_COST_EVENTS = {"on_update_after_submit": "presales_mgmt.overrides.cost_rows.rebook"}
_COMMITMENT_EVENTS = {"on_change": "presales_mgmt.overrides.cost_rows.follow"}

doc_events = {
	"Opportunity": {
		"validate": "presales_mgmt.overrides.opportunity.validate",
		"after_insert": "presales_mgmt.overrides.opportunity.after_insert",
		"on_change": "presales_mgmt.overrides.opportunity.on_change",
	},
	"Quotation": {
		"validate": "presales_mgmt.overrides.quotation.validate",
		"before_submit": "presales_mgmt.overrides.quotation.before_submit",
		"on_submit": "presales_mgmt.overrides.quotation.on_submit",
		"before_cancel": "presales_mgmt.overrides.quotation.before_cancel",
		"on_cancel": "presales_mgmt.overrides.quotation.on_cancel",
		"on_update_after_submit": "presales_mgmt.overrides.quotation.on_update_after_submit",
		"on_change": "presales_mgmt.overrides.quotation.on_change",
	},
	"Contract": {
		"validate": "presales_mgmt.overrides.contract.validate",
		"before_submit": "presales_mgmt.overrides.contract.before_submit",
		"on_submit": "presales_mgmt.overrides.contract.on_submit",
		"before_cancel": "presales_mgmt.overrides.contract.before_cancel",
		"on_cancel": "presales_mgmt.overrides.contract.on_cancel",
	},
	"Sales Order": {
		"validate": "presales_mgmt.overrides.sales_order.validate",
		"before_submit": "presales_mgmt.overrides.sales_order.before_submit",
		"on_submit": "presales_mgmt.overrides.sales_order.on_submit",
		"before_cancel": "presales_mgmt.overrides.sales_order.before_cancel",
		"on_cancel": "presales_mgmt.overrides.sales_order.on_cancel",
		"on_update_after_submit": "presales_mgmt.overrides.sales_order.on_update_after_submit",
	},
	"Project": {
		"validate": "presales_mgmt.overrides.project.validate",
		"on_trash": "presales_mgmt.overrides.project.on_trash",
	},
	"Payment Entry": {
		"on_submit": "presales_mgmt.overrides.payment_entry.on_submit",
		"on_cancel": "presales_mgmt.overrides.payment_entry.on_cancel",
	},
	"Bank Guarantee": {
		"on_submit": "presales_mgmt.overrides.bank_guarantee.on_submit",
		"on_cancel": "presales_mgmt.overrides.bank_guarantee.on_cancel",
	},
	"Timesheet": {**_ROW_EVENTS, **_COST_EVENTS},
	"Purchase Invoice": {**_ROW_EVENTS, **_COST_EVENTS},
	"Journal Entry": {**_ROW_EVENTS, **_COST_EVENTS},
	"Expense Claim": {**_ROW_EVENTS, **_COST_EVENTS},
	"Material Request": {**_ROW_EVENTS, **_COMMITMENT_EVENTS},
	"Purchase Order": {
		**_ROW_EVENTS,
		**_COMMITMENT_EVENTS,
		"on_update_after_submit": "presales_mgmt.overrides.cost_rows.recheck",
	},
	"Purchase Receipt": {
		"validate": "presales_mgmt.overrides.cost_rows.validate",
	},
	"Customer": {
		"after_rename": "presales_mgmt.quotations.settle_merged",
	},
	"Role": {
		"after_rename": "presales_mgmt.gates.definitions.forget_all",
	},
	"Accounting Dimension": {
		"on_trash": "presales_mgmt.overrides.accounting_dimension.on_trash",
	},
	"DocShare": {
		"validate": "presales_mgmt.overrides.sharing.validate_share",
	},
	"Document Follow": {
		"on_update": "presales_mgmt.overrides.sharing.refuse_follow",
	},
	"File": {
		"validate": "presales_mgmt.overrides.file.validate",
	},
}

scheduler_events = {
	"daily": ["presales_mgmt.reminders.send_daily"],
}

# One rule decides who sees a project and everything under it. Child tables are listed too, since Frappe
# checks only the parent's role permissions when a child table is queried by itself.
permission_query_conditions = dict.fromkeys(
	(*_scope.PROJECT_DOCTYPES, *_scope.CHILD_DOCTYPES),
	"presales_mgmt.permissions.visibility.query_conditions",
)
permission_query_conditions["File"] = "presales_mgmt.permissions.visibility.file_query_conditions"
permission_query_conditions["Workflow Action"] = (
	"presales_mgmt.permissions.visibility.workflow_action_query_conditions"
)
has_permission = {
	**dict.fromkeys(_scope.PROJECT_DOCTYPES, "presales_mgmt.permissions.visibility.has_permission"),
	"File": "presales_mgmt.permissions.visibility.has_file_permission",
	"Workflow Action": "presales_mgmt.permissions.visibility.has_workflow_action_permission",
}

permission_query_conditions["Presales Delegation"] = "presales_mgmt.permissions.delegation.query_conditions"
has_permission["Presales Delegation"] = "presales_mgmt.permissions.delegation.has_permission"

standard_queries = dict.fromkeys(_scope.PROJECT_DOCTYPES, "presales_mgmt.permissions.search.search_link")

# These stand when what they name is cancelled; the desk does not offer to cancel them, too.
auto_cancel_exempted_doctypes = ["Presales Review", "Presales Change Request", "Presales Cost Estimate"]

# A draft that is deleted leaves behind that a price was asked for.
ignore_links_on_delete = ["Presales Price Approval"]

# What other apps may extend: requirement kind -> dotted path of a checker (see gates/checkers.py).
presales_requirement_kinds = {
	"Document": "presales_mgmt.gates.checkers.check_documents",
	"Review": "presales_mgmt.gates.checkers.check_reviews",
	"Record": "presales_mgmt.gates.checkers.check_records",
	"Field": "presales_mgmt.gates.checkers.check_fields",
	"Checklist": "presales_mgmt.gates.checkers.check_checklists",
	"Risk": "presales_mgmt.gates.checkers.check_risks",
}
