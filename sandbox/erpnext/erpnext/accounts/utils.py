import frappe
from frappe import _
from frappe.utils import formatdate, getdate


class FiscalYearError(frappe.ValidationError):
	"""No fiscal year holds the date."""


@frappe.whitelist()
def get_fiscal_year(
	date=None, fiscal_year=None, label="Date", verbose=1, company=None, as_dict=False, boolean=False
):
	"""Return name, first and last day of the fiscal year that holds a date or has a name."""
	years = get_fiscal_years(date, fiscal_year, label, verbose, company, as_dict=as_dict, boolean=boolean)
	return years if boolean else years[0]


def get_fiscal_years(
	transaction_date=None,
	fiscal_year=None,
	label="Date",
	verbose=1,
	company=None,
	as_dict=False,
	boolean=False,
):
	"""Return the fiscal years that hold a date or have a name, newest first."""
	filters = {"disabled": 0}
	if fiscal_year:
		filters["name"] = fiscal_year
	if transaction_date:
		date = getdate(transaction_date)
		filters |= {"year_start_date": ["<=", date], "year_end_date": [">=", date]}

	years = frappe.get_all(
		"Fiscal Year",
		filters=filters,
		fields=["name", "year_start_date", "year_end_date"],
		order_by="year_start_date desc",
	)
	if company:
		limited = _companies_of_fiscal_years([year.name for year in years])
		years = [year for year in years if company in limited.get(year.name, [company])]

	if boolean:
		return bool(years)
	if not years:
		message = _("{0} {1} is not in any active Fiscal Year").format(_(label), formatdate(transaction_date))
		if verbose:
			frappe.msgprint(message)
		raise FiscalYearError(message)
	return years if as_dict else [(year.name, year.year_start_date, year.year_end_date) for year in years]


def _companies_of_fiscal_years(names):
	companies = {}
	for row in frappe.get_all(
		"Fiscal Year Company",
		filters={"parent": ["in", names]},
		fields=["parent", "company"],
		order_by="parent, idx",
	):
		companies.setdefault(row.parent, []).append(row.company)
	return companies


def get_autoname_with_number(number_value, doc_title, company):
	"""Return the name of an account or cost center: number, title and the company's abbreviation."""
	abbr = frappe.get_cached_value("Company", company, "abbr")
	return " - ".join(filter(None, (str(number_value or "").strip(), doc_title.strip(), abbr)))
