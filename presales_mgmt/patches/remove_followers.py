import frappe

from presales_mgmt.permissions.scope import PROJECT_DOCTYPES


def execute():
	"""Who has left a team would go on getting by mail what he followed (R1.9)."""
	frappe.db.delete("Document Follow", {"ref_doctype": ["in", list(PROJECT_DOCTYPES)]})
