"""Expense Claim: what is sanctioned costs the projects of its rows (R7.1). HRMS has it.

A document none of whose rows has a project costs a look at its rows.
"""

from presales_mgmt.overrides.cost_rows import had_project, has_project

TABLE = "expenses"


def validate(doc, method=None):
	if not has_project(doc, TABLE):
		return
	from presales_mgmt.overrides.row_projects import validate_rows

	validate_rows(doc, TABLE)


def before_submit(doc, method=None):
	if not has_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import prepare

	prepare(doc)


def on_submit(doc, method=None):
	if not has_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import book

	book(doc)


def before_cancel(doc, method=None):
	if not had_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import prepare_cancel

	prepare_cancel(doc)


def on_cancel(doc, method=None):
	if not had_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import unbook

	unbook(doc)


def on_update_after_submit(doc, method=None):
	if not has_project(doc, TABLE) and not had_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import rebook

	rebook(doc)
