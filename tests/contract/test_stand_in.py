"""The stand-in by itself: installed in the sandbox it is complete and its records can be made twice."""

import importlib

import contract_facts as facts
import frappe
import pytest

from sandbox import pytest_support

DOCTYPES = facts.read_doctypes()


@pytest.fixture(autouse=True)
def sandbox_site(request, is_sandbox):
	"""Connected to a sandbox; undone after the test."""
	if not is_sandbox:
		pytest.skip("the stand-in is not installed here")
	with pytest_support.rolled_back(request.getfixturevalue("connected")):
		yield


@pytest.mark.parametrize("name", DOCTYPES)
def test_doctype_is_installed_and_its_links_lead_somewhere(name):
	fields = facts.get_fields(DOCTYPES[name])
	meta = frappe.get_meta(name)
	assert set(fields) <= {field.fieldname for field in meta.fields}
	for field in fields.values():
		if field["fieldtype"] in ("Link", "Table", "Table MultiSelect"):
			is_table = frappe.db.get_value("DocType", field["options"], "istable")
			assert bool(is_table) == (field["fieldtype"] != "Link"), field["fieldname"]
	frappe.new_doc(name)


def test_roles_of_permissions_exist():
	roles = {permission["role"] for doctype in DOCTYPES.values() for permission in doctype["permissions"]}
	assert {"Sales User", "Projects Manager", "Accounts User", "HR Manager", "Stock User"} <= roles
	missing = roles - set(frappe.get_all("Role", pluck="name", order_by="name"))
	assert not missing


def test_hooks_lead_somewhere():
	hooks = importlib.import_module("erpnext.hooks")
	for path in [hooks.after_install, *hooks.scheduler_events["daily"]]:
		assert callable(frappe.get_attr(path))
	for path in hooks.scheduler_events["daily"]:
		frappe.get_attr(path)()
	assert set(hooks.treeviews) | set(hooks.accounting_dimension_doctypes) <= set(DOCTYPES)


def test_company_records_are_made_once():
	from erpnext.setup_sandbox import ABBR, COMPANY, make_company_records

	def count():
		return {name: frappe.db.count(name) for name in DOCTYPES if not DOCTYPES[name].get("issingle")}

	before = count()
	make_company_records()
	assert count() == before
	assert frappe.db.get_value("Company", COMPANY, ["abbr", "default_currency"]) == (ABBR, "CNY")
	assert before["Company"] == 1
	for tree in ("Territory", "Customer Group", "Item Group", "Department", "Account", "Cost Center"):
		assert frappe.db.count(tree, {"lft": 0}) == 0, tree


def test_a_second_company_has_its_own_accounts_and_departments():
	values = {"company_name": "Second", "abbr": "SE", "default_currency": "USD", "country": "China"}
	company = frappe.get_doc({"doctype": "Company", **values}).insert()
	assert company.default_receivable_account == "Debtors - SE"
	assert company.cost_center == "Main - SE"
	assert frappe.db.get_value("Account", company.default_income_account, "root_type") == "Income"
	assert frappe.db.exists("Department", "Sales - SE")
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc({"doctype": "Company", **values, "company_name": "Third"}).insert()
