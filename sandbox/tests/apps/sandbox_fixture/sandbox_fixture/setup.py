"""What the fixture app does when it is installed, migrated and removed."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

CUSTOM_FIELDS = {
	"ToDo": [
		{"fieldname": "fixture_mark", "label": "Fixture Mark", "fieldtype": "Data", "insert_after": "status"},
	],
	"Note": [
		{"fieldname": "fixture_item", "label": "Item", "fieldtype": "Link", "options": "Fixture Item"},
	],
}


def after_install():
	create_custom_fields(CUSTOM_FIELDS)


def before_uninstall():
	for doctype, fields in CUSTOM_FIELDS.items():
		names = [field["fieldname"] for field in fields]
		for name in frappe.get_all("Custom Field", {"dt": doctype, "fieldname": ("in", names)}, pluck="name"):
			frappe.delete_doc("Custom Field", name, force=True)


def before_migrate():
	_count("before_migrate")


def after_migrate():
	_count("after_migrate")


def _count(name):
	key = f"fixture_{name}"
	frappe.db.set_global(key, int(frappe.db.get_global(key) or 0) + 1)
