"""Purchase Receipt: carries the projects of its rows from the order to the invoice.

A document none of whose rows has a project costs a look at its rows.
"""

from presales_mgmt.overrides.cost_rows import has_project

TABLE = "items"


def validate(doc, method=None):
	if not has_project(doc, TABLE):
		return
	from presales_mgmt.overrides.row_projects import validate_rows

	validate_rows(doc, TABLE)
