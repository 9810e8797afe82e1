"""Which project a row of an ERPNext document may name: of the same company, open, and one's own to charge."""

import frappe
from frappe import _

from presales_mgmt.cost_of_sale import REQUEST, user_of
from presales_mgmt.exceptions import (
	CompanyMismatchError,
	CostOfSaleError,
	LifecycleError,
	ProjectMismatchError,
	PurchaseRequestError,
)
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.rules.validation import refuse
from presales_mgmt.statuses import CLOSED, status_label

# Child DocType -> the field that names a row of another document from which a row is made, and that row's DocType.
# The last step before the row counts, so the nearest comes first.
SOURCES = {
	"Purchase Order Item": (("material_request_item", "Material Request Item"),),
	"Purchase Receipt Item": (
		("purchase_order_item", "Purchase Order Item"),
		("material_request_item", "Material Request Item"),
	),
	"Purchase Invoice Item": (
		("purchase_invoice_item", "Purchase Invoice Item"),
		("pr_detail", "Purchase Receipt Item"),
		("po_detail", "Purchase Order Item"),
	),
}
# Fields by which a whole document follows another one of its kind, whose projects it may name.
FOLLOWED = ("amended_from", "reversal_of", "return_against")


def validate_rows(doc, table: str) -> None:
	"""Check the projects that rows of a document name. A fixed number of queries, and two for each project.

	Who makes a document from another one takes over its projects without having to see them: buyers and
	bookkeepers are on no team. Whoever names a project anew must see it. Hours are charged by, or for, people of the
	project only: the employee of a Timesheet must be on its team or among its supervisors, or lead the company.

	Raises:
		CompanyMismatchError: the project is of another company.
		LifecycleError: it is closed.
		ProjectMismatchError: the row is made from a row of another project.
		frappe.PermissionError: the user does not see the project.
		CostOfSaleError: the hours are those of somebody who has no part in the project.
		PurchaseRequestError: the request that the row names is of another project, or not approved.
	"""
	rows = [row for row in doc.get(table) if row.get("presales_project")]
	projects = _read_projects(rows)
	for row in rows:
		_require_usable(doc, row, projects.get(row.presales_project))
	named_anew = _named_anew(doc, table, rows)
	for project in sorted(named_anew):
		frappe.has_permission(PROJECT, "read", doc=project, throw=True)
	if doc.doctype == "Timesheet":
		_require_people(doc, rows, named_anew)
	_require_requests(rows)


def require_sources(doc, table: str) -> None:
	"""Raise `ProjectMismatchError` when a row names no project any more, and is made from a row of one."""
	rows = [row for row in doc.get(table) if not row.get("presales_project")]
	sources = _source_projects(rows) if rows else {}
	for row in rows:
		if source := sources.get(row.name):
			refuse(
				row,
				"Presales Project",
				None,
				_("{0}, of which the row is made").format(source),
				ProjectMismatchError,
			)


def _read_projects(rows) -> dict[str, frappe._dict]:
	names = sorted({row.presales_project for row in rows})
	return {
		row.name: row
		for row in frappe.get_all(
			PROJECT,
			filters={"name": ["in", names]},
			fields=["name", "company", "status"],
			order_by="name asc",
		)
	}


def _require_usable(doc, row, project) -> None:
	if not project:
		return  # Frappe says that the link leads nowhere
	if project.company != doc.company:
		refuse(
			row,
			"Presales Project",
			f"{project.name} ({project.company})",
			_("a record of company {0}").format(doc.company or _("none")),
			CompanyMismatchError,
		)
	if project.status == CLOSED:
		refuse(
			row,
			"Presales Project",
			f"{project.name}: {status_label(CLOSED)}",
			_("a project that is not closed"),
			LifecycleError,
		)


def _named_anew(doc, table: str, rows) -> set[str]:
	"""The projects that rows name which neither they had before nor their source has."""
	before = doc.get_doc_before_save()
	stored = {row.name: row.get("presales_project") for row in (before.get(table) if before else ())}
	rows = [row for row in rows if stored.get(row.name) != row.presales_project]
	if not rows:
		return set()
	followed = _followed_projects(doc, rows[0].doctype)
	sources = _source_projects(rows)
	found = set()
	for row in rows:
		source = sources.get(row.name or row.idx)
		if source and source != row.presales_project:
			refuse(
				row,
				"Presales Project",
				row.presales_project,
				_("{0}, of which the row is made").format(source),
				ProjectMismatchError,
			)
		if not source and row.presales_project not in followed:
			found.add(row.presales_project)
	return found


def _source_projects(rows) -> dict[str, str]:
	"""Row -> the project of the row that it is made from. One query for each kind of source."""
	found = {}
	for fieldname, doctype in SOURCES.get(rows[0].doctype, ()):
		names = {row.get(fieldname) for row in rows} - {None, ""}
		if not names:
			continue
		projects = dict(
			frappe.get_all(
				doctype,
				filters={"name": ["in", sorted(names)], "presales_project": ["is", "set"]},
				fields=["name", "presales_project"],
				order_by="name asc",
				as_list=True,
			)
		)
		for row in rows:
			if row.get(fieldname) in projects:
				found.setdefault(row.name or row.idx, projects[row.get(fieldname)])
	return found


def _followed_projects(doc, row_doctype: str) -> set[str]:
	"""The projects of the documents that `doc` amends, reverses or returns."""
	names = sorted({doc.get(fieldname) for fieldname in FOLLOWED} - {None, ""})
	if not names:
		return set()
	return set(
		frappe.get_all(
			row_doctype,
			filters={"parent": ["in", names], "parenttype": doc.doctype},
			pluck="presales_project",
			order_by="idx asc",
		)
	)


def _require_people(doc, rows, projects: set[str]) -> None:
	user = user_of(doc)
	if not user or sees_everything(user):
		return
	for project in sorted(projects):
		if not get_project_roles(project, user):
			row = next(row for row in rows if row.presales_project == project)
			refuse(
				row,
				"Presales Project",
				project,
				_("a project with {0} on its team or among its supervisors").format(user),
				CostOfSaleError,
			)


def _require_requests(rows) -> None:
	"""A request that a row names is an approved one of the same project. One query."""
	named = [row for row in rows if row.get("presales_purchase_request")]
	if not named:
		return
	approved = dict(
		frappe.get_all(
			REQUEST,
			filters={
				"name": ["in", sorted({row.presales_purchase_request for row in named})],
				"docstatus": 1,
				"status": "Approved",
			},
			fields=["name", "presales_project"],
			order_by="name asc",
			as_list=True,
		)
	)
	for row in named:
		if approved.get(row.presales_purchase_request) != row.presales_project:
			refuse(
				row,
				"Presales Purchase Request",
				row.presales_purchase_request,
				_("an approved request of project {0}").format(row.presales_project),
				PurchaseRequestError,
			)
