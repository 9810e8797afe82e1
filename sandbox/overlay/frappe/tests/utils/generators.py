"""Records that tests need (the engine's install imports this module, which is missing)."""

import json
from pathlib import Path

import frappe
from frappe.model.base_document import get_controller


def _clear_test_log():
	"""Nothing is logged: every site starts from a template without test records."""


def get_modules(doctype):
	controller = get_controller(doctype)
	return controller.__module__, None


def get_dependencies(doctype):
	"""DocTypes that the links of a DocType lead to."""
	return sorted({field.options for field in frappe.get_meta(doctype).get_link_fields()})


def make_test_objects(doctype, test_records=None, reset=False, commit=False):
	"""Insert records; return their names."""
	names = []
	for record in test_records if test_records is not None else _records_beside(doctype):
		doc = frappe.get_doc({"doctype": doctype, **record})
		if not (doc.name and frappe.db.exists(doc.doctype, doc.name)):
			doc.insert(ignore_if_duplicate=True)
		names.append(doc.name)
	if commit:
		frappe.db.commit()
	return names


def make_test_records(doctype, force=False, commit=False):
	return make_test_objects(doctype, reset=force, commit=commit)


def _records_beside(doctype):
	"""Records in a `test_records.json` beside the DocType's controller."""
	module = frappe.get_module(get_controller(doctype).__module__)
	path = Path(module.__file__).with_name("test_records.json")
	return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
