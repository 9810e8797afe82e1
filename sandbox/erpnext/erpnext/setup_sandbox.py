"""The records a site needs before it can be worked with; ERPNext's setup wizard makes them on a real site."""

import frappe
from frappe.utils import getdate

COMPANY = "华星智能科技有限公司"
ABBR = "HX"

_TREES = {
	"Territory": {"All Territories": {"China": ["Beijing", "Shanghai", "Guangzhou", "Shenzhen", "Chengdu"]}},
	"Customer Group": {"All Customer Groups": ["Commercial", "Government", "Individual", "Non Profit"]},
	"Supplier Group": {"All Supplier Groups": ["Distributor", "Hardware", "Local", "Services"]},
	"Item Group": {"All Item Groups": ["Consumable", "Products", "Raw Material", "Services"]},
	"Sales Person": {"Sales Team": []},
}
_RECORDS = {
	"UOM": ("Nos", "Set", "Unit", "Hour", "Day", "Meter", "Kg"),
	"Sales Stage": (
		"Prospecting",
		"Qualification",
		"Needs Analysis",
		"Value Proposition",
		"Identifying Decision Makers",
		"Perception Analysis",
		"Proposal/Price Quote",
		"Negotiation/Review",
	),
	"Opportunity Type": ("Sales", "Support", "Maintenance"),
	"Project Type": ("Internal", "External", "Other"),
	"Activity Type": ("Planning", "Research", "Proposal Writing", "Execution", "Communication"),
	"Market Segment": ("Lower Income", "Middle Income", "Upper Income"),
	"Industry Type": ("Electronics", "Manufacturing", "Real Estate", "Technology"),
	"Sales Partner Type": ("Channel Partner", "Distributor", "Dealer", "Agent", "Reseller"),
	"Designation": ("Engineer", "Manager", "Project Manager", "Sales Representative"),
	"Mode of Payment": ("Cash", "Bank Draft", "Wire Transfer"),
	"Gender": ("Male", "Female", "Other"),
	"Salutation": ("Mr", "Ms", "Dr"),
}
_RATES = (("USD", "CNY", 7.1), ("CNY", "USD", 0.140845))
_FIRST_DAY = "2020-01-01"


def make_company_records():
	"""Make one company with everything a site needs; what is there already stays as it is."""
	for currency, fraction in (("CNY", "Fen"), ("USD", "Cent")):
		_make("Currency", currency, currency_name=currency)
		frappe.db.set_value("Currency", currency, {"enabled": 1, "fraction": fraction})
	for doctype, names in _RECORDS.items():
		for name in names:
			_make_small(doctype, name)
	for doctype, tree in _TREES.items():
		_make_tree(doctype, tree)
	for name, field in (("Standard Selling", "selling"), ("Standard Buying", "buying")):
		_make("Price List", name, price_list_name=name, currency="CNY", enabled=1, **{field: 1})
	_make_rates()
	_make_fiscal_years()
	_set_settings()
	_make("Company", COMPANY, company_name=COMPANY, abbr=ABBR, default_currency="CNY", country="China")
	_set_defaults()


def _make(doctype, name, **values):
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def _make_small(doctype, name):
	"""Make a record that is little more than its name."""
	autoname = frappe.get_meta(doctype).autoname or ""
	field = autoname.removeprefix("field:") if autoname.startswith("field:") else "__newname"
	_make(doctype, name, **{field: name})


def _make_tree(doctype, tree, parent=None):
	field = frappe.scrub(doctype)
	for name in tree:
		children = tree[name] if isinstance(tree, dict) else ()
		values = {f"{field}_name": name, f"parent_{field}": parent, "is_group": int(isinstance(tree, dict))}
		_make(doctype, name, **values)
		_make_tree(doctype, children, name)


def _make_rates():
	for from_currency, to_currency, rate in _RATES:
		values = {"date": _FIRST_DAY, "from_currency": from_currency, "to_currency": to_currency}
		if not frappe.db.exists("Currency Exchange", values):
			_make("Currency Exchange", None, **values, exchange_rate=rate, for_buying=1, for_selling=1)


def _make_fiscal_years():
	for year in range(getdate().year - 1, getdate().year + 2):
		_make(
			"Fiscal Year",
			str(year),
			year=str(year),
			year_start_date=f"{year}-01-01",
			year_end_date=f"{year}-12-31",
		)


def _set_settings():
	_fill_single("Selling Settings", selling_price_list="Standard Selling", cust_master_name="Customer Name")
	_fill_single("Buying Settings", buying_price_list="Standard Buying")
	_fill_single("Stock Settings", stock_uom="Nos", item_naming_by="Item Code")


def _set_defaults():
	if not frappe.db.get_single_value("Global Defaults", "default_company"):
		defaults = frappe.get_single("Global Defaults")
		defaults.update({"default_company": COMPANY, "default_currency": "CNY", "country": "China"})
		defaults.save(ignore_permissions=True)
	if warehouse := frappe.db.get_value("Warehouse", {"company": COMPANY, "is_group": 0}):
		_fill_single("Stock Settings", default_warehouse=warehouse)


def _fill_single(doctype, **values):
	doc = frappe.get_single(doctype)
	stored = frappe.db.get_singles_dict(doctype)
	doc.update({field: value for field, value in values.items() if not stored.get(field)})
	doc.flags.ignore_mandatory = True
	doc.save(ignore_permissions=True)
