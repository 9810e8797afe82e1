"""What this app costs the sales documents of ERPNext: the same document, app active ÷ inactive."""

from collections.abc import Callable, Iterator

import frappe

from benchmarks.data import opportunity_name, project_name
from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, find_project, people
from benchmarks.result import Budget
from benchmarks.spread import SIGNING
from benchmarks.switches import as_bare_erpnext, without_hooks
from benchmarks.templates import new_opportunity, new_order, new_quotation
from benchmarks.world import email
from presales_mgmt.gates.definitions import load_process

WITHOUT = "ERPNext documents without a project"
WITH = "ERPNext documents with a project and gates"
LINKED = "Linked documents"
# Differences of a hundredth need more rounds.
FINE = 3

INACTIVE = "app inactive"
BARE = "bare ERPNext, no index of ours"


def operations(bench: Bench) -> Iterator[Comparison]:
	yield from without_project()
	yield from with_project()
	yield from linked()


def without_project() -> Iterator[Comparison]:
	makers = {
		"Opportunity": lambda: new_opportunity(items=3),
		"Quotation": lambda: new_quotation(items=5),
		"Sales Order": lambda: new_order(items=5),
	}
	user = email("manager")
	for doctype, make in makers.items():
		for action in ("insert", "save", "submit"):
			if doctype == "Opportunity" and action == "submit":
				continue
			yield Comparison(
				WITHOUT,
				f"{doctype} {action}",
				ours=side(action, make, user),
				counterpart_name=INACTIVE,
				counterpart=side(action, make, user, within=without_hooks),
				budget=Budget(ratio=1.03, extra_queries=0),
				rounds=FINE,
			)


def with_project() -> Iterator[Comparison]:
	budget = Budget(ratio=1.10, extra_queries=5)
	opportunity = opportunity_name(int(find_project(status="Active").rsplit("-", 1)[1]))
	manager = people("manager", find_project(status="Active"))

	def opened():
		frappe.set_user(manager)
		doc = frappe.get_doc("Opportunity", opportunity)
		doc.title = "Changed"
		return doc

	yield Comparison(
		WITH,
		"Opportunity save",
		ours=Side(run=lambda doc: doc.save(), prepare=opened),
		counterpart_name=INACTIVE,
		counterpart=Side(run=lambda doc: doc.save(), prepare=opened, within=without_hooks),
		budget=budget,
		rounds=FINE,
	)
	project = project_name(SIGNING)
	user = people("manager", project)
	# The next version of the offer to the customer of the project: it supersedes the one before.
	party = frappe.db.get_value(PROJECT, project, "party")
	for doctype, make, flag in (
		(
			"Quotation",
			lambda **values: new_quotation(items=5, party_name=party, **values),
			"allows_quotation",
		),
		("Sales Order", lambda **values: new_order_of(project, **values), "allows_sales_order"),
	):
		for action in ("insert", "save", "submit"):
			yield Comparison(
				WITH,
				f"{doctype} {action}",
				ours=side(
					action,
					lambda make=make: make(presales_project=project),
					user,
					before=lambda flag=flag: bring_to(project, flag),
				),
				counterpart_name=INACTIVE,
				counterpart=side(
					action,
					make,
					user,
					before=lambda flag=flag: bring_to(project, flag),
					within=without_hooks,
				),
				budget=budget,
				rounds=FINE,
			)


def linked() -> Iterator[Comparison]:
	"""Submissions that follow the links: with us their columns are indexed, in bare ERPNext they are not."""
	project = project_name(SIGNING)
	opportunity = frappe.db.get_value(PROJECT, project, "opportunity")
	user = people("manager", project)

	def quote(**values):
		return new_quotation(
			items=5,
			party_name=frappe.db.get_value("Opportunity", opportunity, "party_name"),
			opportunity=opportunity,
			row={"prevdoc_doctype": "Opportunity", "prevdoc_docname": opportunity},
			**values,
		)

	for operation, make, flag, budget in (
		("Quotation submit, from an opportunity", quote, "allows_quotation", Budget(ratio=0.5)),
		(
			"Sales Order submit, from a quotation",
			lambda **values: new_order_of(project, **values),
			"allows_sales_order",
			Budget(),
		),
	):
		yield Comparison(
			LINKED,
			operation,
			ours=side(
				"submit",
				lambda make=make: make(presales_project=project),
				user,
				before=lambda flag=flag: bring_to(project, flag),
			),
			counterpart_name=BARE,
			counterpart=side(
				"submit", make, user, before=lambda flag=flag: bring_to(project, flag), within=as_bare_erpnext
			),
			budget=budget,
			scales=True,
		)


def new_order_of(project: str, **values):
	"""An unsaved order of what the project's current quotation offers, at its prices, as most orders are made."""
	quotation = frappe.db.get_value(PROJECT, project, "quotation")
	offered = frappe.get_all(
		"Quotation Item",
		filters={"parent": quotation},
		fields=["name", "rate", "qty"],
		order_by="idx asc",
	)
	rows = [
		{"prevdoc_docname": quotation, "quotation_item": row.name, "rate": row.rate, "qty": row.qty}
		for row in offered
	]
	return new_order(
		items=len(rows),
		rows=rows,
		customer=frappe.db.get_value("Quotation", quotation, "party_name"),
		**values,
	)


def side(action: str, make: Callable, user: str, before: Callable | None = None, **arguments) -> Side:
	"""A side that inserts, saves or submits what `make` returns, as `user`. `before` prepares the data."""

	def prepare():
		if before:
			before()
		frappe.set_user(user)
		doc = make()
		if action != "insert":
			doc.insert()
		if action == "save":
			doc.items[0].qty = 11
		return doc

	return Side(run=lambda doc: getattr(doc, action)(), prepare=prepare, **arguments)


def bring_to(project: str, flag: str) -> None:
	"""Put a project into the first stage with `flag`, so that its gate lets the document through."""
	process = load_process(frappe.db.get_value(PROJECT, project, "process_version"))
	stage = process.first_stage_that(flag)
	frappe.db.set_value(PROJECT, project, {"status": "Active", "stage": stage.name}, update_modified=False)
