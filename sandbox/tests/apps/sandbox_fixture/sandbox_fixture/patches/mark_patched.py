import frappe


def execute():
	frappe.db.set_global("fixture_patched", 1)
