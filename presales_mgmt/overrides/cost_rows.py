"""ERPNext's documents whose rows cost a Presales Project something, or commit it to a cost (R7.1, R8.8).

One file for all of them: they differ in the table that names the projects, and in nothing else. Timesheet, Purchase
Invoice, Journal Entry and Expense Claim (which HRMS has) are costs; Material Request and Purchase Order are
commitments; a Purchase Receipt carries the projects from the order to the invoice.

A document none of whose rows has a project costs a look at its rows.
"""

TABLES = {
	"Timesheet": "time_logs",
	"Material Request": "items",
	"Purchase Order": "items",
	"Purchase Receipt": "items",
	"Purchase Invoice": "items",
	"Journal Entry": "accounts",
	"Expense Claim": "expenses",
}


def has_project(doc) -> bool:
	"""Whether a row of the document names a project."""
	return any(row.get("presales_project") for row in doc.get(TABLES[doc.doctype]) or ())


def had_project(doc) -> bool:
	"""Whether a row of the document, as it is stored, names a project. It is at hand when a document is cancelled."""
	before = doc.get_doc_before_save()
	return bool(before) and has_project(before)


def validate(doc, method=None):
	if not has_project(doc):
		return
	from presales_mgmt.overrides.row_projects import validate_rows

	validate_rows(doc, TABLES[doc.doctype])


def before_submit(doc, method=None):
	if not has_project(doc):
		return
	from presales_mgmt.cost_of_sale import prepare

	prepare(doc)


def on_submit(doc, method=None):
	if not has_project(doc):
		return
	from presales_mgmt.cost_of_sale import book

	book(doc)


def before_cancel(doc, method=None):
	if not had_project(doc):
		return
	from presales_mgmt.cost_of_sale import prepare_cancel

	prepare_cancel(doc)


def on_cancel(doc, method=None):
	if not had_project(doc):
		return
	from presales_mgmt.cost_of_sale import unbook

	unbook(doc)


def rebook(doc, method=None):
	"""A cost that is changed after submission."""
	if not has_project(doc) and not had_project(doc):
		return
	from presales_mgmt import cost_of_sale

	cost_of_sale.rebook(doc)


def follow(doc, method=None):
	"""A commitment is stopped, closed or taken up again: ERPNext writes that without saving the document."""
	if doc.docstatus == 0 or not has_project(doc):
		return
	from presales_mgmt import cost_of_sale

	cost_of_sale.follow(doc)


def recheck(doc, method=None):
	"""ERPNext's "Update Items" changes what was ordered; whatever else is saved afterwards changes no figure."""
	if not has_project(doc):
		return
	from presales_mgmt import cost_of_sale

	cost_of_sale.recheck(doc)
