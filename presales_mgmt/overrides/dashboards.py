"""Connections from ERPNext's forms to the Presales Project."""

from frappe import _

from presales_mgmt.permissions.scope import PROJECT


def link_project(data):
	"""Add the project to the connections of Opportunity, Quotation or Sales Order (`override_doctype_dashboards`)."""
	data.setdefault("internal_links", {})[PROJECT] = "presales_project"
	data.setdefault("transactions", []).append({"label": _("Presales"), "items": [PROJECT]})
	return data
