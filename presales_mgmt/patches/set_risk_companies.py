import frappe

from presales_mgmt.permissions.scope import PROJECT


def execute():
	"""Risks from before they had amounts have no company, in whose currency amounts are shown."""
	risk, project = frappe.qb.DocType("Presales Risk"), frappe.qb.DocType(PROJECT)
	company = frappe.qb.from_(project).select(project.company).where(project.name == risk.presales_project)
	frappe.qb.update(risk).set(risk.company, company).where(
		risk.company.isnull() | (risk.company == "")
	).run()
