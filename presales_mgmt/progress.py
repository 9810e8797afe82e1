"""How far a won deal has come: acceptance, billing and payment, read live from ERPNext (R6.4, R9.4, R9.6).

Nothing of it is kept here. Every amount is there in the currency of its sales order and in company currency; amounts of
orders in different currencies are added up in company currency only.

	invoiced     = the order's share of what its submitted invoices come to, credit notes taken off
	outstanding  = the same share of what they still have outstanding
	settled      = invoiced - outstanding: paid, or written off
	advance      = payments on the order itself that no invoice has taken over yet
	received     = settled + advance

An invoice may bill several orders: each has the share that its rows have in the invoice's net total. ERPNext's own
`advance_paid` of an order goes on counting what invoices have taken over, so that it is shown and not added.
"""

from collections import defaultdict

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate

from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import progress as rules

ORDER = "Sales Order"


def get_progress(projects: list[str]) -> dict[str, dict]:
	"""Project -> how far its orders are delivered, billed and paid. Six queries, however many projects.

	It checks no permission: that is the caller's duty. Whoever sees a project is to see how it is paid, without the
	right to read ERPNext's invoices and payments.

	Returns:
		for each of `projects`: {"company_currency", "orders": [see below], "totals": the amounts of all orders in company
		currency, "erpnext_projects": [{"name", "status", "percent_complete", "expected_end_date"}]}.
		An order is {"name", "status", "currency", "conversion_rate", "delivered_percent", "billed_percent",
		"advance_paid", "advance_currency", "invoices", "overdue": number of invoices} and, for each key of
		`rules.AMOUNTS`, the amount and, with "base_" before it, the same in company currency.
	"""
	projects = list(projects)
	companies = _companies(projects)
	orders = _orders(projects)
	by_name = {order.name: order for order in orders}
	shares = _invoice_shares(list(by_name))
	advances = _advances(list(by_name))
	delivery = _erpnext_projects(projects)
	found = {
		project: {
			"company_currency": companies.get(project),
			"orders": [],
			"totals": dict.fromkeys((f"base_{key}" for key in rules.AMOUNTS), 0.0),
			"erpnext_projects": delivery[project],
		}
		for project in projects
	}
	for order in orders:
		entry = found[order.presales_project]
		figures = rules.order_figures(
			order, shares[order.name], advances[order.name], entry["company_currency"], getdate()
		)
		entry["orders"].append(figures)
		for key in entry["totals"]:
			entry["totals"][key] = flt(entry["totals"][key] + figures[key], 2)
	return found


def _companies(projects: list[str]) -> dict[str, str]:
	"""Project -> currency of its company."""
	project, company = frappe.qb.DocType(PROJECT), frappe.qb.DocType("Company")
	rows = (
		frappe.qb.from_(project)
		.join(company)
		.on(company.name == project.company)
		.select(project.name, company.default_currency)
		.where(project.name.isin(projects or [""]))
		.run()
	)
	return dict(rows)


def _orders(projects: list[str]) -> list:
	return frappe.get_all(
		ORDER,
		filters={"presales_project": ["in", projects], "docstatus": 1},
		fields=[
			"name",
			"presales_project",
			"status",
			"currency",
			"conversion_rate",
			"grand_total",
			"base_grand_total",
			"rounded_total",
			"base_rounded_total",
			"per_delivered",
			"per_billed",
			"advance_paid",
			"party_account_currency",
		],
		order_by="transaction_date asc, name asc",
	)


def _invoice_shares(orders: list[str]) -> dict[str, list]:
	"""Order -> its invoices, with what its rows come to in each as `net_share`. One query."""
	item, invoice = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType("Sales Invoice")
	fields = (
		invoice.name,
		invoice.currency,
		invoice.conversion_rate,
		invoice.is_return,
		invoice.due_date,
		invoice.net_total,
		invoice.grand_total,
		invoice.base_grand_total,
		invoice.rounded_total,
		invoice.base_rounded_total,
		invoice.outstanding_amount,
		invoice.party_account_currency,
	)
	rows = (
		frappe.qb.from_(item)
		.join(invoice)
		.on(invoice.name == item.parent)
		.select(item.sales_order, Sum(item.net_amount).as_("net_share"), *fields)
		.where((invoice.docstatus == 1) & item.sales_order.isin(orders or [""]))
		.groupby(item.sales_order, *fields)
		.orderby(invoice.name)
		.run(as_dict=True)
	)
	shares = defaultdict(list)
	for row in rows:
		shares[row.sales_order].append(row)
	return shares


def _advances(orders: list[str]) -> dict[str, list]:
	"""Order -> what was paid on the order itself and not taken over by an invoice. Two queries.

	Rows of {"currency", "amount", "base_amount"}; `currency` is that of the customer's account.
	"""
	advances = defaultdict(list)
	reference, payment = frappe.qb.DocType("Payment Entry Reference"), frappe.qb.DocType("Payment Entry")
	for row in (
		frappe.qb.from_(reference)
		.join(payment)
		.on(payment.name == reference.parent)
		.select(
			reference.reference_name,
			reference.allocated_amount,
			payment.payment_type,
			payment.paid_from_account_currency,
			payment.paid_to_account_currency,
			payment.source_exchange_rate,
			payment.target_exchange_rate,
		)
		.where((payment.docstatus == 1) & (reference.reference_doctype == ORDER))
		.where(reference.reference_name.isin(orders or [""]))
		.run(as_dict=True)
	):
		receives = row.payment_type == "Receive"
		amount = flt(row.allocated_amount) * (1 if receives else -1)
		rate = row.source_exchange_rate if receives else row.target_exchange_rate
		currency = row.paid_from_account_currency if receives else row.paid_to_account_currency
		advances[row.reference_name].append(
			{"currency": currency, "amount": amount, "base_amount": amount * (flt(rate) or 1)}
		)
	line, entry = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType("Journal Entry")
	for row in (
		frappe.qb.from_(line)
		.join(entry)
		.on(entry.name == line.parent)
		.select(
			line.reference_name,
			line.account_currency,
			line.credit_in_account_currency,
			line.debit_in_account_currency,
			line.credit,
			line.debit,
		)
		.where((entry.docstatus == 1) & (line.reference_type == ORDER))
		.where(line.reference_name.isin(orders or [""]))
		.run(as_dict=True)
	):
		advances[row.reference_name].append(
			{
				"currency": row.account_currency,
				"amount": flt(row.credit_in_account_currency) - flt(row.debit_in_account_currency),
				"base_amount": flt(row.credit) - flt(row.debit),
			}
		)
	return advances


def _erpnext_projects(projects: list[str]) -> dict[str, list]:
	found = defaultdict(list)
	for row in frappe.get_all(
		"Project",
		filters={"presales_project": ["in", projects]},
		fields=["name", "presales_project", "status", "percent_complete", "expected_end_date"],
		order_by="creation asc",
	):
		found[row.pop("presales_project")].append(dict(row))
	return found
