"""Purchase Order: what is ordered is a commitment of the projects of its rows until it is billed (R8.8).

A document none of whose rows has a project costs a look at its rows.
"""

from presales_mgmt.overrides.cost_rows import had_project, has_project

TABLE = "items"


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
	"""ERPNext's "Update Items" changes what was ordered."""
	if not has_project(doc, TABLE) or not doc.has_value_changed("base_net_total"):
		return
	from presales_mgmt.cost_of_sale import recheck

	recheck(doc)


def on_change(doc, method=None):
	"""Stopped, closed or taken up again: ERPNext writes that without saving the document."""
	if doc.docstatus == 0 or not has_project(doc, TABLE):
		return
	from presales_mgmt.cost_of_sale import follow

	follow(doc)
