"""What the sale itself costs: hours, purchases, expenses and journal lines of a project (R7.1, R9.6, R8.8).

ERPNext's documents name the project on their rows. Submitting one writes its rows into the ledger Presales Cost
Entry, cancelling it takes them out again; what has been requested and ordered but not billed is a commitment, read
from ERPNext's own rows. A project shows the sums. The ledger says what ERPNext says: `rebuild` makes it anew.

Everything is written under a lock on the project, taken before ERPNext writes the document: of two who submit at
once, the second waits and sees what the first has spent.
"""

from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import flt, get_datetime, getdate, now

from presales_mgmt import costing, notifications
from presales_mgmt.exceptions import BudgetError, ProjectMismatchError, PurchaseRequestError
from presales_mgmt.overrides.cost_rows import TABLES
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import budget as budgets
from presales_mgmt.rules import cost_of_sale as rules

ENTRY = "Presales Cost Entry"
REQUEST = "Presales Purchase Request"
LOG = "Presales Stage Log"

# Those by which money is bound: only what is asked for and ordered needs a request before it has a price.
ORDERING = ("Material Request", "Purchase Order")

ENTRY_FIELDS = (
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"presales_project",
	"company",
	"posting_date",
	"stage",
	"kind",
	"activity",
	"employee",
	"user",
	"hours",
	"base_amount",
	"currency",
	"amount",
	"source_doctype",
	"source_name",
	"source_row",
)

# Statuses in which they bind nothing any more.
ENDED = {"Material Request": rules.ENDED_REQUESTS, "Purchase Order": rules.ENDED_ORDERS}

# What is ordered or billed of them -> the field of such a row that names theirs.
TAKEN_OVER = {
	"Material Request": ("Purchase Order Item", "material_request_item"),
	"Purchase Order": ("Purchase Invoice Item", "po_detail"),
}

# Where ERPNext states the exchange difference of a payment: document -> its table, and the field of the rows there that
# tells, with `reference_name`, what it is the difference to.
DIFFERENCES = {
	"Payment Entry": ("references", "reference_doctype"),
	"Purchase Invoice": ("advances", "reference_type"),
	"Sales Invoice": ("advances", "reference_type"),
}

# What a project shows of its cost.
FIGURES = ("base_cost_of_sale", "base_purchase_cost", "base_commitments", "cost_of_sale_hours")


# ---------------------------------------------------------------------------- ERPNext's documents


def prepare(doc) -> None:
	"""Lock the projects of a document that is about to be submitted, and note what was spent on them before it.

	While ERPNext submits it, it changes other documents, such as the request that is ordered: their commitments
	must not be taken for what there was before.
	"""
	projects = lock(projects_of(doc))
	doc.flags.presales_spent_before = {name: _stored_figures(row) for name, row in projects.items()}


def book(doc) -> None:
	"""Write the costs of a document that was submitted, and refuse it when it goes too far.

	Raises:
		BudgetError: a project is taken beyond what may be spent on it.
		PurchaseRequestError: a purchase is not covered by approved requests.
	"""
	before = doc.flags.pop("presales_spent_before", None) or {}
	projects = lock(projects_of(doc))
	for name, row in projects.items():
		before.setdefault(name, _stored_figures(row))
	_write_entries(doc, _costs(doc))
	after = _refresh(projects)
	_check(doc, projects, before, after)
	doc.flags.presales_booked = True


def prepare_cancel(doc) -> None:
	"""Take the projects of the rows from what is stored, and lock them.

	Frappe compares nothing when a document is cancelled, and writes whatever a client sends with it.
	"""
	before = doc.get_doc_before_save()
	stored = {row.name: row.get("presales_project") for row in before.get(TABLES[doc.doctype]) or ()}
	for row in doc.get(TABLES[doc.doctype]) or ():
		row.presales_project = stored.get(row.name)
	doc.flags.presales_projects = sorted(set(filter(None, stored.values())))
	lock(doc.flags.presales_projects)


def unbook(doc) -> None:
	"""Take out what a document that was cancelled has cost.

	Also of a closed project: ERPNext's books say what was spent, and its ledger here says the same.
	"""
	projects = lock(doc.flags.pop("presales_projects", None) or projects_of(doc))
	_delete_entries(doc.doctype, doc.name)
	_refresh(projects)
	doc.flags.presales_booked = True


def rebook(doc) -> None:
	"""Write the costs of a submitted document anew, of which ERPNext has let something be changed.

	Where it reposts the ledger for Accounting Dimensions, and the project is one, that is the project of a row: then it
	is checked as when the document was submitted, and the project that has lost the row follows, too.
	"""
	stored = doc.get_doc_before_save()
	projects = lock({*projects_of(doc), *(projects_of(stored) if stored else ())})
	before = {name: _stored_figures(row) for name, row in projects.items()}
	moved = stored and _projects_by_row(doc) != _projects_by_row(stored)
	if moved:
		from presales_mgmt.overrides.row_projects import (  # it imports this module
			require_sources,
			validate_rows,
		)

		require_sources(doc, TABLES[doc.doctype])
		validate_rows(doc, TABLES[doc.doctype])
	_write_entries(doc, _costs(doc))
	after = _refresh(projects)
	if moved:
		_check(doc, projects, before, after)


def follow(doc) -> None:
	"""Follow a submitted request or order that is stopped, closed or taken up again: its commitment ends or begins.

	What is taken up again is checked as when it was submitted: meanwhile something else may have been bought instead.
	Nothing else is, although ERPNext tells a request or an order of all that becomes of it, and figures may rise for a
	moment: cancelling an invoice opens its order before the invoice is taken out of the ledger.
	"""
	if doc.flags.pop("presales_booked", None):
		return
	projects = lock(projects_of(doc))
	_refuse_strays(doc)
	before = {name: _stored_figures(row) for name, row in projects.items()}
	after = _refresh(projects)
	if _is_taken_up_again(doc):
		_check_rises(doc, projects, before, after)


def _is_taken_up_again(doc) -> bool:
	"""Whether a request that was stopped, or an order that was closed, runs again.

	Frappe keeps what was stored at the first of several changes, so the last status that was followed comes first.
	"""
	stored = doc.get_doc_before_save()
	last = doc.flags.presales_status or (stored.status if stored else None)
	doc.flags.presales_status = doc.status
	ended = ENDED[doc.doctype]
	return doc.docstatus == 1 and last in ended and doc.status not in ended


def recheck(doc) -> None:
	"""Follow a submitted order of which ERPNext's "Update Items" has changed what it binds, and refuse it as `book` does.

	ERPNext has written the rows already, so they are compared with what the projects have stored: the total of the
	order stays when an amount moves from one row to another. ERPNext tells the requests only afterwards how much of
	them is ordered.
	"""
	projects = lock(projects_of(doc))
	before = {name: _stored_figures(row) for name, row in projects.items()}
	after = _refresh(projects, _ordered_quantities(doc))
	_check_rises(doc, projects, before, after)
	doc.flags.presales_booked = True


def _refuse_strays(doc) -> None:
	"""Refuse an order or a bill whose row is made from a row of a project and names none: it would bind and cost nothing.

	Such a document is not the project's any more, so it shows when ERPNext notes here what was ordered or billed.
	"""
	rows = {row.name: row.presales_project for row in doc.items if row.get("presales_project")}
	doctype, fieldname = TAKEN_OVER[doc.doctype]
	stray = doc.docstatus == 1 and frappe.get_all(
		doctype,
		filters={fieldname: ["in", list(rows)], "docstatus": 1, "presales_project": ["is", "not set"]},
		fields=["parenttype", "parent", "idx", fieldname],
		order_by="parent asc, idx asc",
		limit=1,
	)
	if stray:
		frappe.throw(
			_("Row {0} of {1} is made from {2} and must name its presales project {3}.").format(
				stray[0].idx, stray[0].parent, doc.name, rows[stray[0][fieldname]]
			),
			exc=ProjectMismatchError,
		)


def _ordered_quantities(order) -> dict[str, float]:
	"""Row of a Material Request from which a row of `order` is made -> how much of it is ordered. One query."""
	names = sorted({row.material_request_item for row in order.items if row.get("material_request_item")})
	if not names:
		return {}  # Frappe would look for the rows that name none
	ordered = dict.fromkeys(names, 0.0)
	for row in frappe.get_all(
		"Purchase Order Item",
		filters={"material_request_item": ["in", names], "docstatus": 1},
		fields=["material_request_item", "stock_qty"],
		order_by="name asc",
	):
		ordered[row.material_request_item] += flt(row.stock_qty)
	return ordered


def projects_of(doc) -> list[str]:
	"""The projects that the rows of a document name."""
	return sorted(
		{row.presales_project for row in doc.get(TABLES[doc.doctype]) or () if row.get("presales_project")}
	)


def _projects_by_row(doc) -> dict[str, str | None]:
	return {row.name: row.get("presales_project") or None for row in doc.get(TABLES[doc.doctype]) or ()}


# --------------------------------------------------------------------------------- what it costs


def _costs(doc) -> list[rules.Cost]:
	"""What the rows of a document cost their projects. Requests and orders cost nothing before they are billed."""
	read = {
		"Timesheet": _timesheet_costs,
		"Purchase Invoice": _invoice_costs,
		"Journal Entry": _journal_costs,
		"Expense Claim": _claim_costs,
	}.get(doc.doctype)
	if not read:
		return []
	rows = [row for row in doc.get(TABLES[doc.doctype]) if row.get("presales_project")]
	return [cost for cost in read(doc, rows) if cost.base_amount or cost.hours] if rows else []


def _timesheet_costs(doc, rows) -> list[rules.Cost]:
	"""ERPNext keeps rates, and the "base" amounts of a Timesheet, in the currency of the site, whatever the company's.

	An hour costs the same whether it is billable or not.
	"""
	currency = _company_currency(doc.company)
	site_currency = frappe.defaults.get_global_default("currency") or currency
	paid = {row.presales_project for row in rows if flt(row.base_costing_amount)}
	rates = _exchange_rates(paid, site_currency, currency, getdate(doc.start_date))
	user = user_of(doc)
	return [
		rules.Cost(
			project=row.presales_project,
			row=row.name,
			kind=rules.LABOUR,
			moment=get_datetime(row.from_time),
			activity=row.activity_type,
			base_amount=flt(flt(row.base_costing_amount) * rates.get(row.presales_project, 0.0), 2),
			currency=doc.get("currency") or site_currency,
			amount=flt(row.costing_amount),
			hours=flt(row.hours),
			employee=doc.employee,
			user=user,
		)
		for row in rows
	]


def _exchange_rates(projects: set[str], from_currency: str, to_currency: str, on) -> dict[str, float]:
	"""Project -> rate at which amounts are converted: that of ERPNext, else its own where it is of these currencies.

	`to_currency` is that of the company, as it is for the rate of a project. At most one query of our own.

	Raises:
		ExchangeRateError: there is neither.
	"""
	if from_currency == to_currency or not projects:
		return dict.fromkeys(projects, 1.0)
	from erpnext.setup.utils import get_exchange_rate

	# ERPNext answers 0 where it finds none, at which everything would cost nothing.
	if rate := flt(get_exchange_rate(from_currency, to_currency, on)):
		return dict.fromkeys(projects, rate)
	rates = dict(
		frappe.get_all(
			PROJECT,
			filters={
				"name": ["in", sorted(projects)],
				"currency": from_currency,
				"conversion_rate": [">", 0],
			},
			fields=["name", "conversion_rate"],
			order_by="name asc",
			as_list=True,
		)
	)
	if len(rates) < len(projects):
		costing.refuse_without_rate(from_currency, to_currency, on)
	return rates


def user_of(timesheet) -> str | None:
	"""The user whose hours a Timesheet states, if its employee is one."""
	if not timesheet.employee:
		return timesheet.get("user")
	# A client may send any user with it.
	return frappe.db.get_value("Employee", timesheet.employee, "user_id")


def _invoice_costs(doc, rows) -> list[rules.Cost]:
	costs = []
	for row in rows:
		base_amount = rules.invoice_amount(doc, row)
		costs.append(
			rules.Cost(
				project=row.presales_project,
				row=row.name,
				kind=rules.PURCHASE,
				moment=getdate(doc.posting_date),
				activity=row.item_group or row.item_name,
				base_amount=base_amount,
				currency=doc.currency,
				amount=flt(row.net_amount) if base_amount else 0.0,
			)
		)
	return costs


def _journal_costs(doc, rows) -> list[rules.Cost]:
	root_types = dict(
		frappe.get_all(
			"Account",
			filters={"name": ["in", sorted({row.account for row in rows})]},
			fields=["name", "root_type"],
			order_by="name asc",
			as_list=True,
		)
	)
	if doc.get("is_opening") == "Yes":
		return []
	return [
		rules.Cost(
			project=row.presales_project,
			row=row.name,
			kind=rules.JOURNAL,
			moment=getdate(doc.posting_date),
			activity=row.account,
			base_amount=flt(rules.journal_amount(row, root_types.get(row.account)), 2),
			currency=row.account_currency or _company_currency(doc.company),
			amount=flt(row.debit_in_account_currency) - flt(row.credit_in_account_currency),
		)
		for row in rows
	]


def _claim_costs(doc, rows) -> list[rules.Cost]:
	return [
		rules.Cost(
			project=row.presales_project,
			row=row.name,
			kind=rules.EXPENSE,
			moment=getdate(doc.posting_date),
			activity=row.expense_type,
			base_amount=flt(rules.claim_amount(doc, row), 2),
			currency=doc.get("currency") or _company_currency(doc.company),
			amount=flt(row.sanctioned_amount),
			employee=doc.employee,
		)
		for row in rows
	]


def _company_currency(company: str) -> str:
	return frappe.get_cached_value("Company", company, "default_currency")


# --------------------------------------------------------------------------------- the ledger


def _delete_entries(doctype: str, name: str) -> None:
	frappe.db.delete(ENTRY, {"source_doctype": doctype, "source_name": name})


def _write_entries(doc, costs: list[rules.Cost]) -> None:
	"""Make the entries of a document those of `costs`. Three queries, however many rows."""
	_delete_entries(doc.doctype, doc.name)
	_insert_entries([(doc, cost) for cost in costs])


def _insert_entries(costs: list[tuple]) -> None:
	"""Insert one entry for each pair of document and cost. Two queries, however many."""
	if not costs:
		return
	moves = _stage_moves({cost.project for _doc, cost in costs})
	stamp, user = now(), frappe.session.user
	values = [
		(
			frappe.generate_hash(length=10),
			user,
			stamp,
			stamp,
			user,
			cost.project,
			doc.company,
			getdate(cost.moment),
			rules.stage_at(moves[cost.project], cost.moment),
			cost.kind,
			cost.activity,
			cost.employee,
			cost.user,
			cost.hours,
			cost.base_amount,
			cost.currency,
			cost.amount,
			doc.doctype,
			doc.name,
			cost.row,
		)
		for doc, cost in costs
	]
	frappe.db.bulk_insert(ENTRY, ENTRY_FIELDS, values, chunk_size=len(values))


def _stage_moves(projects: Iterable[str]) -> dict[str, list[tuple]]:
	"""Project -> times and stages entered, in the order of time. One query."""
	moves = defaultdict(list)
	for row in frappe.get_all(
		LOG,
		filters={
			"presales_project": ["in", sorted(projects)],
			"move_type": ["!=", "Status"],
			"to_stage": ["is", "set"],
		},
		fields=["presales_project", "moved_on", "to_stage"],
		order_by="moved_on asc, creation asc",
	):
		moves[row.presales_project].append((get_datetime(row.moved_on), row.to_stage))
	return moves


def rebuild(project: str) -> rules.Figures:
	"""Make the ledger of a project anew from ERPNext's submitted documents. Running it again changes nothing."""
	projects = lock([project])
	frappe.db.delete(ENTRY, {"presales_project": project})
	costs = []
	for doctype, table in TABLES.items():
		if doctype in ("Material Request", "Purchase Order", "Purchase Receipt"):
			continue
		if not frappe.db.exists("DocType", doctype):
			continue
		rows = frappe.get_meta(doctype).get_field(table).options
		for name in sorted(
			set(
				frappe.get_all(
					rows,
					filters={"presales_project": project, "parenttype": doctype, "docstatus": 1},
					pluck="parent",
					order_by="parent asc",
				)
			)
		):
			doc = frappe.get_doc(doctype, name)
			costs += [(doc, cost) for cost in _costs(doc) if cost.project == project]
	_insert_entries(costs)
	return _refresh(projects)[project]


# --------------------------------------------------------------------------------- sums of a project


def lock(projects: Iterable[str]) -> dict[str, frappe._dict]:
	"""The projects under a lock, in one order for all, with what is stored of their costs. One query."""
	projects = sorted(set(projects))
	if not projects:
		return {}
	rows = frappe.qb.get_query(
		PROJECT,
		fields=[
			"name",
			"company",
			"director",
			"manager",
			"presales_budget",
			"budget_warned",
			*FIGURES,
		],
		filters={"name": ["in", projects]},
		order_by="name asc",
		for_update=True,
	).run(as_dict=True)
	return {row.name: row for row in rows}


def _stored_figures(row) -> rules.Figures:
	return rules.Figures(
		cost=flt(row.base_cost_of_sale),
		purchases=flt(row.base_purchase_cost),
		commitments=flt(row.base_commitments),
		hours=flt(row.cost_of_sale_hours),
	)


def _refresh(
	projects: dict[str, frappe._dict], ordered: dict[str, float] | None = None
) -> dict[str, rules.Figures]:
	"""Add up what the projects cost, write it into them, and warn once of a budget that is nearly spent.

	`projects` are locked. `ordered` says what is ordered of rows of requests where ERPNext has not noted it yet. The figures are no part of what people save, so a form that is open stays good.
	"""
	if not projects:
		return {}
	entries = _rows_of(ENTRY, projects, ["kind", "base_amount", "hours"])
	requests = _running_rows(
		"Material Request",
		projects,
		["name", "rate", "qty", "ordered_qty", "stock_qty"],
		rules.ENDED_REQUESTS,
	)
	for row in (row for rows in requests.values() for row in rows if row.name in (ordered or {})):
		row.ordered_qty = ordered[row.name]
	orders = _running_rows(
		"Purchase Order", projects, ["base_net_amount", "billed_amt", "amount"], rules.ENDED_ORDERS
	)
	figures = {}
	for name, row in projects.items():
		figures[name] = found = rules.add_up(entries[name], requests[name], orders[name])
		values = {
			"base_cost_of_sale": found.cost,
			"base_purchase_cost": found.purchases,
			"base_commitments": found.commitments,
			"cost_of_sale_hours": found.hours,
		}
		if flt(row.presales_budget):
			values["budget_warned"] = int(_warn_once(row, found))
		frappe.db.set_value(PROJECT, name, values, update_modified=False)
	return figures


def _rows_of(
	doctype: str, projects: Iterable[str], fields: list[str], locked: bool = True, **filters
) -> dict[str, list]:
	"""Project -> rows of `doctype`; locked, as they are now: what somebody else has written meanwhile is seen, too."""
	found = defaultdict(list)
	for row in frappe.qb.get_query(
		doctype,
		fields=["presales_project", *fields],
		filters={"presales_project": ["in", sorted(projects)], **filters},
		order_by="name asc",
		for_update=locked,
	).run(as_dict=True):
		found[row.presales_project].append(row)
	return found


def _running_rows(doctype: str, projects, fields: list[str], ended: tuple[str, ...]) -> dict[str, list]:
	"""Project -> submitted rows of requests to buy, or of orders, which have not been stopped or closed."""
	found = _rows_of(f"{doctype} Item", projects, ["parent", *fields], docstatus=1)
	parents = sorted({row.parent for rows in found.values() for row in rows})
	if not parents:
		return found
	filters = {"name": ["in", parents], "docstatus": 1, "status": ["not in", ended]}
	if doctype == "Material Request":
		filters["material_request_type"] = "Purchase"
	running = {
		row.name
		for row in frappe.qb.get_query(
			doctype, fields=["name"], filters=filters, order_by="name asc", for_update=True
		).run(as_dict=True)
	}
	return defaultdict(
		list, {name: [row for row in rows if row.parent in running] for name, rows in found.items()}
	)


# --------------------------------------------------------------------------------- what may be spent


def budget_of(row, locked: bool = True) -> budgets.Budget:
	"""The budget of a project (a row with name, company and presales_budget), with what was agreed besides.

	`locked` says that something is to be written by it, so that what others have just written must be seen.
	"""
	settings = frappe.get_cached_doc("Presales Settings")
	return budgets.Budget(
		amount=flt(row.presales_budget),
		agreed=approved_amount(row.name, locked, request_kind="Outside Plan")
		if flt(row.presales_budget)
		else 0.0,
		warn_percent=flt(settings.get_for_company("budget_warn_percent", row.company)),
		stop_percent=flt(settings.get_for_company("budget_stop_percent", row.company)),
	)


def approved_amount(project: str, locked: bool = True, **filters) -> float:
	"""What the approved requests for purchase of a project come to, in company currency."""
	rows = _rows_of(REQUEST, [project], ["base_total"], locked, docstatus=1, status="Approved", **filters)
	return flt(sum(flt(row.base_total) for row in rows[project]), 2)


def _check(doc, projects: dict[str, frappe._dict], before: dict, after: dict) -> None:
	"""Refuse, or say, that a document takes a project too far; `before` and `after` are the figures of the projects."""
	for name, row in projects.items():
		_check_purchases(doc, row, before[name], after[name])
		_check_budget(doc, row, before[name], after[name])


def _check_rises(doc, projects: dict[str, frappe._dict], before: dict, after: dict) -> None:
	"""As `_check`, of a document that was submitted before: nothing is said where nothing is added."""
	raised = {name: row for name, row in projects.items() if after[name].spent > before[name].spent}
	_check(doc, raised, before, after)


def _check_budget(doc, project, before: rules.Figures, after: rules.Figures) -> None:
	mode = frappe.get_cached_doc("Presales Settings").get_for_company("budget_check", project.company)
	if mode == budgets.OFF or not flt(project.presales_budget):
		return
	budget = budget_of(project)
	if not budgets.is_beyond(budget, before.spent, after.spent) or is_exchange_difference(doc):
		return
	_object(
		mode,
		BudgetError,
		_("Beyond the Presales Budget"),
		project.name,
		_("{0} takes presales project {1} beyond its budget.").format(doc.name, project.name),
		_("found cost and open commitments of {0}, expected at most {1}").format(
			_money(after.spent, project.company), _money(budget.stop_above, project.company)
		),
	)


def _check_purchases(doc, project, before: rules.Figures, after: rules.Figures) -> None:
	"""Every purchase for a project rests on approved requests (R8.8).

	A fixed asset stays with the company and is no cost of the sale, but it was bought on a request all the same.
	"""
	if doc.doctype not in (*ORDERING, "Purchase Invoice"):
		return
	if doc.doctype == "Material Request" and doc.material_request_type != "Purchase":
		return  # such as demo goods that are taken from one's own stock
	mode = frappe.get_cached_doc("Presales Settings").get_for_company("purchase_gate", project.company)
	if mode == budgets.OFF:
		return
	approved = approved_amount(project.name)
	without = not approved and doc.doctype in ORDERING
	others, own = _assets_bought(doc, project.name)
	bought = flt(after.bought + others + own, 2)
	if not without and not budgets.exceeds(flt(before.bought + others, 2), bought, approved):
		return
	_object(
		mode,
		PurchaseRequestError,
		_("No Approved Purchase Request"),
		project.name,
		_("{0} buys more for presales project {1} than its approved purchase requests cover.").format(
			doc.name, project.name
		),
		_("found purchases and open commitments of {0}, expected at most {1}").format(
			_money(bought, project.company), _money(approved, project.company)
		),
	)


def _assets_bought(doc, project: str) -> tuple[float, float]:
	"""What fixed assets for a project were billed by other invoices than `doc`, and by `doc`. Two queries at most."""
	rows = _rows_of(
		"Purchase Invoice Item", [project], ["parent", "base_net_amount"], is_fixed_asset=1, docstatus=1
	)
	opening = (
		frappe.get_all(
			"Purchase Invoice",
			filters={"name": ["in", sorted({row.parent for row in rows[project]})], "is_opening": "Yes"},
			pluck="name",
			order_by="name asc",
		)
		if rows[project]
		else ()
	)
	amounts = {True: 0.0, False: 0.0}
	for row in rows[project]:
		if row.parent not in opening:
			amounts[doc.doctype == "Purchase Invoice" and row.parent == doc.name] += flt(row.base_net_amount)
	return flt(amounts[False], 2), flt(amounts[True], 2)


def _object(mode: str, exception, title: str, project: str, message: str, figures: str) -> None:
	"""Refuse, or say, that something goes too far. Who may not see the cost is not told the figures (R1.9)."""
	if frappe.has_permission(ENTRY) and frappe.has_permission(PROJECT, doc=project):
		message = f"{message} ({figures})"
	if mode == budgets.STOP:
		frappe.throw(message, exc=exception, title=title)
	frappe.msgprint(message, title=title, indicator="orange")


def _money(amount: float, company: str) -> str:
	return frappe.utils.fmt_money(flt(amount), precision=2, currency=_company_currency(company))


def _warn_once(project, figures: rules.Figures) -> bool:
	"""Tell director and manager when the threshold is crossed. Returns whether it is; falling below begins anew."""
	reached = budgets.is_to_be_warned(budget_of(project), figures.spent)
	if reached and not project.budget_warned:
		users = {user for user in (project.director, project.manager) if user}
		notifications.send(
			[
				notifications.Notice(user, _warning(language, project.name), PROJECT, project.name)
				for user, language in notifications.languages_of(users).items()
			]
		)
	return reached


def _warning(language: str, project: str) -> str:
	return _("The presales budget of {0} is nearly spent", lang=language).format(project)


# ------------------------------------------------------------------------- what ERPNext books by itself


def is_exchange_difference(doc) -> bool:
	"""Whether a document is the exchange gain or loss that ERPNext books while a payment is submitted, or an invoice with
	advances.

	ERPNext gives it the Accounting Dimensions of that document, and refuses that document with it: who submits the
	payment does not choose the project, and the difference is there whatever the budget. But anybody can send the
	fields by which ERPNext marks such an entry. So it counts only as far as the document, which is submitted, names
	this project and states this difference, and no other entry has booked it. A fixed number of queries.
	"""
	if doc.doctype != "Journal Entry" or doc.voucher_type != "Exchange Gain Or Loss":
		return False
	if not doc.multi_currency or not doc.get("is_system_generated") or len(doc.accounts) != 2:
		return False
	first, second = doc.accounts
	project = first.presales_project
	if second.presales_project != project or not (first.reference_name and second.reference_name):
		return False
	amount = max(flt(row.debit) + flt(row.credit) for row in doc.accounts) + _booked_difference(doc)
	stated = max(_stated_difference(first, second, project), _stated_difference(second, first, project))
	return flt(amount, 2) <= flt(stated, 2)


def _stated_difference(row, other, project: str) -> float:
	"""The exchange difference to what `other` refers to that the document says to which `row` refers, for `project`."""
	table, fieldname = DIFFERENCES.get(row.reference_type, (None, None))
	meta = frappe.get_meta(row.reference_type) if table else None
	if not meta or not (meta.has_field("presales_project") and meta.has_field(table)):
		return 0.0
	is_it = {"name": row.reference_name, "docstatus": 1, "presales_project": project}
	if not frappe.db.exists(row.reference_type, is_it):
		return 0.0
	stated = frappe.get_all(
		meta.get_field(table).options,
		filters={
			"parent": row.reference_name,
			"parenttype": row.reference_type,
			fieldname: other.reference_type,
			"reference_name": other.reference_name,
		},
		pluck="exchange_gain_loss",
		order_by="idx asc",
	)
	return sum(abs(flt(amount)) for amount in stated)


def _booked_difference(doc) -> float:
	"""What other entries have booked between the two documents to which the rows of `doc` refer."""
	first, second = (
		frappe.get_all(
			"Journal Entry Account",
			filters={
				"reference_type": row.reference_type,
				"reference_name": row.reference_name,
				"docstatus": 1,
				"parent": ["!=", doc.name],
			},
			fields=["parent", "debit", "credit"],
			order_by="name asc",
		)
		for row in doc.accounts
	)
	parents = {row.parent for row in first}
	return sum(flt(row.debit) + flt(row.credit) for row in second if row.parent in parents)


# --------------------------------------------------------------------------------- what is shown


def get_summary(project: str) -> dict:
	"""See `presales_mgmt.api.get_cost_of_sale`. A fixed number of queries."""
	row = frappe.db.get_value(
		PROJECT,
		project,
		["name", "company", "presales_budget", *FIGURES],
		as_dict=True,
	)
	entry = frappe.qb.DocType(ENTRY)
	rows = (
		frappe.qb.from_(entry)
		.select(
			entry.kind,
			entry.activity,
			entry.stage,
			Sum(entry.hours).as_("hours"),
			Sum(entry.base_amount).as_("base_amount"),
		)
		.where(entry.presales_project == project)
		.groupby(entry.kind, entry.activity, entry.stage)
		.orderby(entry.kind)
		.orderby(entry.activity)
		.orderby(entry.stage)
	).run(as_dict=True)
	budget = budget_of(row, locked=False)
	figures = _stored_figures(row)
	return {
		"currency": _company_currency(row.company),
		"budget": budget.amount,
		"agreed": budget.agreed,
		"warn_from": budget.warn_from if budget.is_set else None,
		"stop_above": budget.stop_above if budget.is_set else None,
		"cost": figures.cost,
		"commitments": figures.commitments,
		"hours": figures.hours,
		"rows": rows,
	}
