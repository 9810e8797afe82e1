import frappe

from presales_mgmt.permissions.scope import PROJECT


def execute():
	"""Who answers for projects from before there were handovers is their manager (R1.10)."""
	project = frappe.qb.DocType(PROJECT)
	frappe.qb.update(project).set(project.responsible, project.manager).where(
		project.responsible.isnull() | (project.responsible == "")
	).run()
