"""A small stand-in for ERPNext, for the sandbox only."""

import frappe

__version__ = "16.0.0"


def get_default_company(user=None):
	"""Return the user's default company, else the site's."""
	from frappe.defaults import get_user_default_as_list

	companies = get_user_default_as_list("company", user or frappe.session.user)
	if companies:
		return companies[0]
	return frappe.db.get_single_value("Global Defaults", "default_company")


def get_default_currency():
	"""Return the currency of the default company."""
	company = get_default_company()
	return get_company_currency(company) if company else None


def get_company_currency(company):
	"""Return the currency of a company."""
	return frappe.get_cached_value("Company", company, "default_currency")


def get_default_cost_center(company):
	"""Return the default cost center of a company."""
	return frappe.get_cached_value("Company", company, "cost_center") if company else None


def encode_company_abbr(name, company=None, abbr=None):
	"""Return name with the company's abbreviation behind it, unless it is there already."""
	abbr = abbr or frappe.get_cached_value("Company", company, "abbr")
	if name.rsplit(" - ", 1)[-1].lower() == abbr.lower():
		return name
	return f"{name} - {abbr}"
