"""What the ERPNext stand-in promises holds on a real ERPNext; skipped where there is only the stand-in.

Reads only: DocTypes as ERPNext ships them (without custom fields and property setters), and signatures.
"""

import importlib
import inspect

import contract_facts as facts
import frappe
import pytest

DOCTYPES = facts.read_doctypes()
FUNCTIONS = facts.read_functions()
CLASSES = facts.read_classes()


@pytest.fixture(autouse=True)
def real_site(request, is_sandbox):
	"""Connected; skipped where `erpnext` is the stand-in."""
	if is_sandbox:
		pytest.skip("erpnext is the stand-in here")
	request.getfixturevalue("connected")


def get_real(name):
	"""Return a DocType as ERPNext ships it."""
	assert frappe.db.exists("DocType", name), f"there is no DocType {name}"
	return frappe.get_doc("DocType", name).as_dict()


@pytest.mark.parametrize("name", DOCTYPES)
def test_kind_and_naming(name):
	assert facts.compare_flags(DOCTYPES[name], get_real(name)) == []


@pytest.mark.parametrize("name", DOCTYPES)
def test_fields(name):
	assert facts.compare_fields(DOCTYPES[name], get_real(name)) == []


@pytest.mark.parametrize("name", DOCTYPES)
def test_nothing_mandatory_is_missing_in_the_stand_in(name):
	assert facts.find_missing_mandatory(DOCTYPES[name], get_real(name)) == []


@pytest.mark.parametrize("name", DOCTYPES)
def test_permissions(name):
	assert facts.compare_permissions(DOCTYPES[name], get_real(name)) == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_function(function):
	found = importlib.import_module(function.module)
	for part in function.qualname.split("."):
		assert hasattr(found, part), f"there is no {function}"
		found = getattr(found, part)
	is_method = "." in function.qualname
	assert facts.compare_signature(function, inspect.signature(found), skip=int(is_method)) == []
	if function.whitelisted:
		assert found in frappe.whitelisted, f"{function} is not whitelisted"


@pytest.mark.parametrize(("module", "name"), CLASSES)
def test_class(module, name):
	assert hasattr(importlib.import_module(module), name)
