"""What the sale of each project has cost, by kind, against its budget (R7.1)."""

from functools import cache

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate
from pypika import Case

from presales_mgmt.cost_of_sale import ENTRY
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import projects_of, sees_everything
from presales_mgmt.rules.cost_of_sale import EXPENSE, JOURNAL, KINDS, LABOUR, PURCHASE
from presales_mgmt.rules.validation import require_plain_filters

KIND_FIELDS = {LABOUR: "labour", PURCHASE: "purchase", EXPENSE: "expense", JOURNAL: "journal"}


def execute(filters: dict | None = None):
	"""Entry point of the report: columns, rows, no message, no chart, summary.

	Only projects that the user may read are shown, to those who may see costs. Three queries of our own, however many
	projects there are.
	"""
	filters = frappe._dict(filters or {})
	frappe.has_permission(ENTRY, throw=True)
	require_plain_filters(filters, "company", "stage", "kind", "project", "from_date", "to_date")
	rows = get_rows(filters)
	return get_columns(), rows, None, None, get_summary(rows)


def get_rows(filters: frappe._dict) -> list[dict]:
	"""One row for each project that has cost something within the filters, the dearest first."""
	costs = get_costs(filters)
	if not costs:
		return []
	rows = []
	currencies = get_currencies()
	# A few words stand in all rows.
	translate = cache(lambda text, context=None: _(text, context=context))
	for project in get_projects(filters, list(costs)):
		found = costs[project.name]
		budget = flt(project.presales_budget)
		spent = flt(project.base_cost_of_sale) + flt(project.base_commitments)
		rows.append(
			{
				"project": project.name,
				"project_title": project.project_title,
				"status": translate(project.status, PROJECT),
				"won": bool(project.won_on),
				"stage": project.stage,
				# Sums of what is rounded already: only what adding up floats leaves is to be taken off.
				**{
					fieldname: round(found[fieldname] or 0.0, 2)
					for fieldname in ("hours", *KIND_FIELDS.values(), "cost")
				},
				"commitments": flt(project.base_commitments),
				"budget": budget,
				"spent_percent": flt(spent / budget * 100, 2) if budget else 0.0,
				"currency": currencies.get(project.company),
				"manager": project.manager,
			}
		)
	return sorted(rows, key=lambda row: (-row["cost"], row["project"]))


def get_costs(filters: frappe._dict) -> dict[str, frappe._dict]:
	"""Project -> hours, cost and amount of each kind within the filters. One query.

	Of others than leaders, projects of which they are no members are left out; what else limits them, the list of
	projects knows.
	"""
	entry = frappe.qb.DocType(ENTRY)
	query = (
		frappe.qb.from_(entry)
		.select(
			entry.presales_project,
			Sum(entry.hours).as_("hours"),
			Sum(entry.base_amount).as_("cost"),
			*(
				Sum(Case().when(entry.kind == kind, entry.base_amount).else_(0)).as_(fieldname)
				for kind, fieldname in KIND_FIELDS.items()
			),
		)
		.groupby(entry.presales_project)
		.orderby(entry.presales_project)
	)
	if not sees_everything(frappe.session.user):
		query = query.where(entry.presales_project.isin(projects_of(frappe.session.user)))
	for fieldname in ("company", "stage", "kind"):
		if filters.get(fieldname):
			query = query.where(entry[fieldname] == filters[fieldname])
	if filters.get("project"):
		query = query.where(entry.presales_project == filters.project)
	if filters.get("from_date"):
		query = query.where(entry.posting_date >= getdate(filters.from_date))
	if filters.get("to_date"):
		query = query.where(entry.posting_date <= getdate(filters.to_date))
	return {row.presales_project: row for row in query.run(as_dict=True)}


def get_projects(filters: frappe._dict, names: list[str]) -> list[frappe._dict]:
	"""Those of `names` that the user may read. One query."""
	return frappe.get_list(
		PROJECT,
		filters={"name": ["in", names]},
		fields=[
			"name",
			"project_title",
			"company",
			"status",
			"won_on",
			"stage",
			"manager",
			"presales_budget",
			"base_cost_of_sale",
			"base_commitments",
		],
		order_by="name asc",
	)


def get_currencies() -> dict[str, str]:
	"""Company -> the currency of its books. One query."""
	return dict(
		frappe.get_all("Company", fields=["name", "default_currency"], order_by="name asc", as_list=True)
	)


def get_columns() -> list[dict]:
	def money(fieldname: str, label: str) -> dict:
		return {
			"fieldname": fieldname,
			"label": label,
			"fieldtype": "Currency",
			"options": "currency",
			"width": 120,
		}

	return [
		{
			"fieldname": "project",
			"label": _("Project"),
			"fieldtype": "Link",
			"options": PROJECT,
			"width": 150,
		},
		{"fieldname": "project_title", "label": _("Project Title"), "fieldtype": "Data", "width": 200},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 90},
		{
			"fieldname": "stage",
			"label": _("Stage"),
			"fieldtype": "Link",
			"options": "Presales Stage",
			"width": 150,
		},
		{
			"fieldname": "hours",
			"label": _("Hours"),
			"fieldtype": "Float",
			"precision": 2,
			"width": 80,
		},
		*(money(KIND_FIELDS[kind], _(kind, context=ENTRY)) for kind in KINDS),
		money("cost", _("Cost of Sale")),
		money("commitments", _("Open Commitments")),
		money("budget", _("Presales Budget")),
		{
			"fieldname": "spent_percent",
			"label": _("Spent of the Budget"),
			"fieldtype": "Percent",
			"precision": 2,
			"width": 110,
		},
		{
			"fieldname": "currency",
			"label": _("Currency"),
			"fieldtype": "Link",
			"options": "Currency",
			"width": 80,
		},
		{"fieldname": "manager", "label": _("Manager"), "fieldtype": "Link", "options": "User", "width": 180},
	]


def get_summary(rows: list[dict]) -> list[dict]:
	"""Totals, where all is in one currency. A win costs what all pursuits have cost, lost ones included (R7.1)."""
	summary = [{"label": _("Projects"), "value": len(rows), "datatype": "Int"}]
	currencies = {row["currency"] for row in rows}
	if len(currencies) != 1:
		return summary
	currency = currencies.pop()
	total = flt(sum(row["cost"] for row in rows), 2)
	wins = sum(1 for row in rows if row["won"])
	amounts = [(_("Cost of Sale"), total)]
	if wins:
		amounts.append((_("Cost per Win"), flt(total / wins, 2)))
	return [
		*summary,
		*(
			{"label": label, "value": value, "datatype": "Currency", "currency": currency}
			for label, value in amounts
		),
	]
