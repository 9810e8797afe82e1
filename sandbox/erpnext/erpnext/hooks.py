app_name = "erpnext"
app_title = "ERPNext"
app_publisher = "Presales Management contributors"
app_description = "A small stand-in for ERPNext, for the sandbox only"
app_license = "GNU General Public License (v3)"
app_email = "sandbox@example.com"

after_install = "erpnext.setup.install.after_install"

treeviews = [
	"Account",
	"Cost Center",
	"Warehouse",
	"Item Group",
	"Customer Group",
	"Supplier Group",
	"Sales Person",
	"Territory",
	"Department",
]

scheduler_events = {
	"daily": [
		"erpnext.crm.doctype.opportunity.opportunity.auto_close_opportunity",
		"erpnext.selling.doctype.quotation.quotation.set_expired_status",
		"erpnext.crm.doctype.contract.contract.update_status_for_contracts",
	],
}

accounting_dimension_doctypes = [
	"Sales Invoice",
	"Purchase Invoice",
	"Payment Entry",
	"Sales Invoice Item",
	"Purchase Invoice Item",
	"Sales Order Item",
	"Journal Entry Account",
	"Material Request Item",
	"Sales Taxes and Charges",
	"Sales Order",
]
