"""Which project a row of an ERPNext document may name: of the same company, open, and one's own to charge."""

from collections import defaultdict

import frappe
from frappe import _
from frappe.utils import flt

from presales_mgmt.cost_of_sale import REQUEST, is_exchange_difference, user_of
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
# Fields by which a whole document follows another one of its kind, whose projects it may name -> what that one is then.
# A client may send any of them with any document, also of a kind that has no such field.
FOLLOWED = {"amended_from": 2, "reversal_of": 1, "return_against": 1}
_AMOUNTS = ("debit_in_account_currency", "credit_in_account_currency")


def validate_rows(doc, table: str) -> None:
	"""Check the projects that rows of a document name. A fixed number of queries, and two for each project.

	Who makes a document from another one takes over its projects without having to see them: buyers and
	bookkeepers are on no team. Whoever names a project anew must see it. Hours are charged by, or for, people of the
	project only: the employee of a Timesheet must be on its team or among its supervisors, or lead the company, also
	where it amends another one. Whose hours they are is part of what they cost, so another employee names all anew.
	An exchange difference that ERPNext books by itself has the project of its payment, whoever pays, and whenever.

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
	by_itself = is_exchange_difference(doc)
	for row in rows:
		_require_usable(doc, row, projects.get(row.presales_project), may_be_closed=by_itself)
	if by_itself:
		return
	changed = _changed_rows(doc, table, rows)
	for project in sorted(_named_anew(doc, changed)):
		frappe.has_permission(PROJECT, "read", doc=project, throw=True)
	if doc.doctype == "Timesheet":
		_require_people(doc, changed)
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


def _require_usable(doc, row, project, may_be_closed: bool) -> None:
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
	if project.status == CLOSED and not may_be_closed:
		refuse(
			row,
			"Presales Project",
			f"{project.name}: {status_label(CLOSED)}",
			_("a project that is not closed"),
			LifecycleError,
		)


def _changed_rows(doc, table: str, rows) -> list:
	"""Those of `rows` that do not charge their project as they are stored."""
	before = doc.get_doc_before_save()
	if not before or (doc.doctype == "Timesheet" and _person(doc) != _person(before)):
		return rows
	if doc.doctype == "Journal Entry" and doc.reversal_of:
		# What it takes back is measured, all rows together; see `_reversed_projects`.
		return rows if _balances(rows) != _balances(before.get(table)) else []
	stored = {row.name: row.get("presales_project") for row in before.get(table)}
	return [row for row in rows if stored.get(row.name) != row.presales_project]


def _person(timesheet) -> str | None:
	return timesheet.get("employee") or timesheet.get("user")


def _named_anew(doc, rows) -> set[str]:
	"""The projects of `rows`, which have changed, that neither their source nor what the document follows has."""
	if not rows:
		return set()
	followed = _followed_projects(doc, rows)
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


def _followed_projects(doc, rows) -> set[str]:
	"""The projects of the documents that `doc` amends, reverses or returns. A fixed number of queries.

	ERPNext holds a return to what was delivered and billed, and so to the projects of that; a reversal it holds to
	nothing. Hours of one employee are not amended to be those of another.
	"""
	found = set()
	for fieldname, docstatus in FOLLOWED.items():
		name = doc.get(fieldname) if doc.meta.has_field(fieldname) else None
		if not name or (fieldname == "return_against" and not doc.get("is_return")):
			continue
		if fieldname == "amended_from" and doc.doctype == "Timesheet":
			amended = frappe.db.get_value(doc.doctype, name, ["employee", "user"], as_dict=True)
			if not amended or _person(amended) != _person(doc):
				continue
		theirs = frappe.get_all(
			rows[0].doctype,
			filters={
				"parent": name,
				"parenttype": doc.doctype,
				"docstatus": docstatus,
				"presales_project": ["is", "set"],
			},
			fields=["presales_project", *(("account", *_AMOUNTS) if fieldname == "reversal_of" else ())],
			order_by="idx asc",
		)
		if fieldname == "reversal_of":
			found |= _reversed_projects(theirs, rows)
		else:
			found |= {row.presales_project for row in theirs}
	return found


def _reversed_projects(theirs, rows) -> set[str]:
	"""The projects of which `rows` of a Journal Entry take back, account by account, at most what `theirs` booked."""
	booked, taken_back = _balances(theirs), _balances(rows)
	return {row.presales_project for row in rows} - {
		project
		for (project, account), amount in taken_back.items()
		if amount * booked[project, account] > 0 or abs(amount) > abs(booked[project, account])
	}


def _balances(rows) -> defaultdict:
	"""Project and account -> debit less credit, in the currency of the account, of the rows that name a project."""
	found = defaultdict(float)
	for row in rows:
		if not row.get("presales_project"):
			continue
		found[row.presales_project, row.account] += flt(row.debit_in_account_currency) - flt(
			row.credit_in_account_currency
		)
	return defaultdict(float, {key: flt(amount, 9) for key, amount in found.items()})


def _require_people(doc, rows) -> None:
	user = user_of(doc)
	if not user or sees_everything(user):
		return
	projects = {row.presales_project for row in rows}
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
