import frappe

from presales_mgmt.permissions.scope import PROJECT


def execute():
	"""Risks from before they had amounts have no company, in whose currency amounts are shown."""
	risk, project = frappe.qb.DocType("Presales Risk"), frappe.qb.DocType(PROJECT)
	for company in frappe.get_all("Company", pluck="name", order_by="name asc"):
		projects = frappe.qb.from_(project).select(project.name).where(project.company == company)
		(
			frappe.qb.update(risk)
			.set(risk.company, company)
			.where(risk.presales_project.isin(projects) & (risk.company.isnull() | (risk.company == "")))
			.run()
		)
