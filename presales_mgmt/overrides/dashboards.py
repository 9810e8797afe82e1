"""Connections from ERPNext's forms to the Presales Project."""

from frappe import _

from presales_mgmt.permissions.scope import PROJECT


def link_project(data):
	"""Add the project to the connections of Opportunity, Quotation or Sales Order (`override_doctype_dashboards`)."""
	data.setdefault("internal_links", {})[PROJECT] = "presales_project"
	data.setdefault("transactions", []).append({"label": _("Presales"), "items": [PROJECT]})
	return data


def link_bond_of_payment(data):
	"""Add the bid, of whose bond this is the payment, to the connections of Payment Entry."""
	return _link_bid(data, "bond_payment")


def link_bond_of_guarantee(data):
	"""Add the bid, of whose bond this is the guarantee, to the connections of Bank Guarantee."""
	return _link_bid(data, "bond_guarantee")


def _link_bid(data, fieldname: str):
	data.setdefault("fieldname", fieldname)
	data.setdefault("non_standard_fieldnames", {})["Presales Bid"] = fieldname
	data.setdefault("transactions", []).append({"label": _("Presales"), "items": ["Presales Bid"]})
	return data
