"""The comparisons of the contract find what they are meant to find."""

import inspect

import contract_facts as facts


def make_doctype(**values):
	"""Return a DocType with one mandatory field and one permission."""
	doctype = {
		"name": "Thing",
		"module": "CRM",
		"autoname": "naming_series:",
		"fields": [
			{"fieldname": "title", "fieldtype": "Data", "reqd": 1},
			{"fieldname": "status", "fieldtype": "Select", "options": "Open\nClosed"},
		],
		"permissions": [{"role": "Sales User", "read": 1}],
	}
	return doctype | values


def test_the_same_doctype_differs_in_nothing():
	doctype = make_doctype()
	assert facts.compare_flags(doctype, doctype) == []
	assert facts.compare_fields(doctype, doctype) == []
	assert facts.find_missing_mandatory(doctype, doctype) == []
	assert facts.compare_permissions(doctype, doctype) == []


def test_flags_zero_none_and_absent_are_the_same():
	assert facts.compare_flags(make_doctype(issingle=0), make_doctype(issingle=None)) == []
	assert facts.compare_flags(make_doctype(), make_doctype(issingle=1)) == [
		"issingle is 1, the stand-in has None"
	]
	assert len(facts.compare_flags(make_doctype(), make_doctype(module="Selling", autoname="hash"))) == 2
	rows = make_doctype(istable=1)
	assert facts.compare_flags(rows, rows | {"autoname": "hash"}) == []


def test_a_missing_field_another_type_and_other_options_are_found():
	real = make_doctype(
		fields=[{"fieldname": "status", "fieldtype": "Select", "options": "Open\nClosed\nLost", "reqd": 0}]
	)
	assert facts.compare_fields(make_doctype(), real) == [
		"title is missing",
		"status has options 'Open\\nClosed\\nLost', the stand-in has 'Open\\nClosed'",
	]
	real["fields"] = [
		{"fieldname": "title", "fieldtype": "Link", "reqd": 1},
		{"fieldname": "status", "fieldtype": "Select", "options": "Open\nClosed"},
	]
	assert facts.compare_fields(make_doctype(), real) == ["title is Link, the stand-in has Data"]


def test_mandatory_is_compared_both_ways():
	optional = make_doctype(fields=[{"fieldname": "title", "fieldtype": "Data"}])
	mandatory = make_doctype(fields=[{"fieldname": "title", "fieldtype": "Data", "reqd": 1}])
	assert facts.compare_fields(mandatory, optional) == ["title is mandatory in the stand-in only"]
	assert facts.compare_fields(optional, mandatory) == []
	assert facts.find_missing_mandatory(optional, mandatory) == [
		"title is mandatory, but not in the stand-in"
	]
	mandatory["fields"][0]["default"] = "x"
	assert facts.find_missing_mandatory(optional, mandatory) == []


def test_known_differences_of_the_versions_are_let_through():
	status = {"fieldname": "status", "fieldtype": "Select", "options": "Draft"}
	order = make_doctype(name="Sales Order", fields=[status])
	assert facts.compare_fields(order, make_doctype(fields=[status | {"options": "Draft\nTo Pay"}])) == []
	assert len(facts.compare_fields(order, make_doctype(fields=[status | {"options": "To Pay"}]))) == 1

	task = make_doctype(name="Task", fields=[{"fieldname": "exp_end_date", "fieldtype": "Date"}])
	real = [{"fieldname": "exp_end_date", "fieldtype": "Datetime"}]
	assert facts.compare_fields(task, make_doctype(fields=real)) == []
	assert len(facts.compare_fields(task | {"name": "Thing"}, make_doctype(fields=real))) == 1


def test_a_right_too_many_is_found():
	standin = make_doctype(permissions=[{"role": "Sales User", "read": 1, "submit": 1}])
	assert facts.compare_permissions(standin, make_doctype()) == ["Sales User (level 0) may not submit"]
	assert facts.compare_permissions(make_doctype(), standin) == []
	levelled = make_doctype(permissions=[{"role": "Sales User", "read": 1, "permlevel": 1}])
	assert facts.compare_permissions(levelled, make_doctype()) == ["Sales User (level 1) may not read"]


SOURCE = """
import frappe

class Thing(Document):
	def validate(self):
		pass

	@frappe.whitelist()
	def lose(self, reasons, text=None):
		pass

	def _hidden(self):
		pass

class _Hidden:
	def method(self):
		pass

@frappe.whitelist(methods=["POST"])
def make_thing(source_name: str, target_doc=None):
	def inner():
		pass

def _hidden():
	pass

def plain():
	pass
"""


def test_public_functions_and_methods_are_parsed():
	functions = facts.parse_functions(SOURCE, "app.thing")
	assert functions == [
		facts.Function("app.thing", "Thing.lose", ("reasons", "text"), 1, True),
		facts.Function("app.thing", "make_thing", ("source_name", "target_doc"), 1, True),
		facts.Function("app.thing", "plain", (), 0, False),
	]
	assert str(functions[1]) == "app.thing.make_thing"


def test_files_become_modules_and_the_sandbox_is_left_out(tmp_path):
	root = tmp_path / "app"
	for name in ("__init__.py", "crm/utils.py", "setup_sandbox.py", "tests/test_thing.py", "hooks.py"):
		path = root / name
		path.parent.mkdir(parents=True, exist_ok=True)
		path.write_text("class Thing:\n\tpass\n\n\ndef run():\n\tpass\n")
	assert [str(f) for f in facts.read_functions(root)] == ["app.run", "app.crm.utils.run"]
	assert facts.read_classes(root) == [("app", "Thing"), ("app.crm.utils", "Thing")]


def compare(function, standin="(a, b=None)"):
	"""Compare the signature of a function with that of the stand-in."""
	parsed = facts.parse_functions(f"def run{standin}:\n\tpass\n", "app")[0]
	return facts.compare_signature(parsed, inspect.signature(function))


def test_a_signature_may_take_more_but_not_ask_for_more():
	assert compare(lambda a, b=None: None) == []
	assert compare(lambda a=None, b=None, c=None: None) == []
	assert compare(lambda **kwargs: None) == []
	assert compare(lambda a: None) == ["takes ['a'], the stand-in takes ['a', 'b']"]
	assert compare(lambda b, a=None: None) == ["takes ['b', 'a'], the stand-in takes ['a', 'b']"]
	assert compare(lambda a, b: None) == ["requires ['a', 'b'], the stand-in only the first 1"]
	assert len(compare(lambda a, b, c: None)) == 1


def test_the_stand_in_is_found():
	doctypes = facts.read_doctypes()
	assert {"Opportunity", "Quotation", "Sales Order", "Project", "Timesheet"} <= set(doctypes)
	names = {str(function) for function in facts.read_functions()}
	assert "erpnext.selling.doctype.quotation.quotation.make_sales_order" in names
	assert "erpnext.crm.doctype.opportunity.opportunity.Opportunity.declare_enquiry_lost" in names


def test_every_known_difference_is_about_a_field_of_the_stand_in():
	doctypes = facts.read_doctypes()
	for doctype, fieldname in facts.VERSION_DIFFERENCES:
		assert fieldname in facts.get_fields(doctypes[doctype]), (doctype, fieldname)
