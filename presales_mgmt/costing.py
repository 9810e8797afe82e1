"""What a deal costs: the reserve for its risks, rates of labour, which estimate is approved, what a price would be
(R1.5, R5.8).

An estimate is approved when it is submitted and current, and the latest review of kind Cost that speaks of it
approves it as it is. What is submitted cannot be changed: an approved version is frozen.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from functools import partial

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import flt, formatdate, getdate, now_datetime

from presales_mgmt import reviewed_version, versioning
from presales_mgmt.compat import lock_document
from presales_mgmt.exceptions import CostingError, ExchangeRateError, OutOfRangeError
from presales_mgmt.gates.checkers import OPEN_RISK
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import costing as rules
from presales_mgmt.rules.review import APPROVING_OUTCOMES
from presales_mgmt.rules.validation import refuse

ESTIMATE = "Presales Cost Estimate"
SOLUTION = "Presales Solution"
EQUIPMENT = "Presales Solution Equipment"
RISK = "Presales Risk"
REVIEW = "Presales Review"
COST = "Cost"


# ---------------------------------------------------------------------------------------- risk reserve


def get_register(project: str) -> dict:
	"""What the risk register of a project comes to now: expected exposure and number of the open risks. One query.

	A risk that has occurred is open, and exposes to all of its loss.
	"""
	risk = frappe.qb.DocType(RISK)
	exposure, number = (
		frappe.qb.from_(risk)
		.select(Sum(risk.expected_exposure), Count("*"))
		.where((risk.presales_project == project) & risk.status.isin(OPEN_RISK))
		.run()[0]
	)
	return {
		"register_exposure": flt(exposure),
		"register_risks": number,
		"register_taken_on": now_datetime(),
	}


def take_risk_reserve(name: str) -> None:
	"""Make the reserve of a draft what the risk register comes to now (R5.5, R5.6). A reason for another one is dropped.

	Raises `frappe.PermissionError` for those who may not write the estimate, and `CostingError` when it is submitted.
	"""
	doc = frappe.get_doc(ESTIMATE, name, for_update=True)
	doc.check_permission("write")
	if doc.docstatus:
		refuse(
			doc,
			"Status",
			_(doc.status, context=ESTIMATE),
			_(versioning.DRAFT, context=ESTIMATE),
			CostingError,
		)
	doc.take_reserve()
	doc.save()


# ---------------------------------------------------------------------------------------- the solution


def get_equipment_lines(solution: str) -> list[dict]:
	"""The equipment of a solution as lines of an estimate (R1.5), without costs. One query. It checks no permission.

	Returns: [{"cost_kind", "item_code", "description", "uom", "qty"}]
	"""
	return rules.equipment_lines(
		frappe.get_all(
			EQUIPMENT,
			filters={"parenttype": SOLUTION, "parent": solution, "parentfield": "equipment"},
			fields=["item_code", "item_name", "description", "uom", "qty"],
			order_by="idx asc",
		)
	)


# ---------------------------------------------------------------------------------------- rates of labour


def get_labour_rates(pairs: Iterable[tuple[str, str | None]], company: str) -> dict[tuple, float]:
	"""(activity type, employee) -> cost of an hour in the currency of `company`; 0 when ERPNext has none.

	The Activity Cost of the employee for the activity, else the costing rate of the Activity Type. ERPNext keeps
	both in the site's currency, from which they are converted at today's rate. Two queries, however many pairs.

	Raises:
		ExchangeRateError: ERPNext has no rate of today.
	"""
	pairs = {(activity, employee or None) for activity, employee in pairs if activity}
	if not pairs:
		return {}
	activities = sorted({activity for activity, _employee in pairs})
	employees = sorted({employee for _activity, employee in pairs if employee})
	# Who writes an estimate is to know what an hour costs, without the right to edit everybody's rates.
	by_employee = {
		(row.activity_type, row.employee): flt(row.costing_rate)
		for row in frappe.get_all(
			"Activity Cost",
			filters={"activity_type": ["in", activities], "employee": ["in", employees]},
			fields=["activity_type", "employee", "costing_rate"],
			order_by="creation asc",
		)
		if employees
	}
	by_activity = {
		row.name: flt(row.costing_rate)
		for row in frappe.get_all(
			"Activity Type",
			filters={"name": ["in", activities]},
			fields=["name", "costing_rate"],
			order_by="name asc",
		)
	}
	rates = {pair: by_employee.get(pair) or by_activity.get(pair[0], 0.0) for pair in pairs}
	site_currency = frappe.defaults.get_global_default("currency")
	currency = frappe.get_cached_value("Company", company, "default_currency")
	if site_currency and site_currency != currency and any(rates.values()):
		from erpnext.setup.utils import get_exchange_rate

		# ERPNext answers 0 where it finds none, at which everything would cost nothing.
		exchange_rate = flt(get_exchange_rate(site_currency, currency))
		if not exchange_rate:
			refuse_without_rate(site_currency, currency, getdate())
		rates = {pair: rate * exchange_rate for pair, rate in rates.items()}
	return rates


def refuse_without_rate(from_currency: str, to_currency: str, on: date) -> None:
	"""Raise `ExchangeRateError`: an amount cannot be converted, because there is no rate of the day `on`."""
	frappe.throw(
		_("Exchange rate from {0} to {1} on {2}: found none, expected a Currency Exchange.").format(
			from_currency, to_currency, formatdate(on)
		),
		exc=ExchangeRateError,
	)


# ---------------------------------------------------------------------------------------- the current estimate


def follow_current(project: str, current: str | None) -> None:
	"""Write into the project which estimate is current, and what it comes to."""
	doc = lock_document(PROJECT, project)
	# A locking read: it may be what somebody else has submitted meanwhile.
	cost = frappe.db.get_value(ESTIMATE, current, "total_cost", for_update=True) if current else 0
	doc.db_set(
		{"cost_estimate": current, "base_estimated_cost": cost},
		notify=True,
	)


# ---------------------------------------------------------------------------------------- approval


def get_approvals(estimates: Iterable[str]) -> dict[str, dict]:
	"""Estimate -> {"approved", "review", "review_status", "fault"} for each of `estimates` that is there.

	`review` is the latest submitted one of kind Cost that speaks of the estimate; `fault` says, in the user's
	language, why an approving one does not speak for the estimate as it is. Four queries, however many estimates.
	"""
	rows = frappe.get_all(
		ESTIMATE,
		filters={"name": ["in", sorted(set(estimates))]},
		fields=["name", "presales_project", "docstatus", "status"],
		order_by="name asc",
	)
	if not rows:
		return {}
	reviews = frappe.get_all(
		REVIEW,
		filters={
			"docstatus": 1,
			"review_kind": COST,
			"presales_project": ["in", sorted({row.presales_project for row in rows})],
			"reviewed_doctype": ESTIMATE,
			"reviewed_document": ["in", [row.name for row in rows]],
		},
		fields=["name", "status", "reviewed_doctype", "reviewed_document", "reviewed_version"],
		order_by="requested_on asc, name asc",
	)
	latest = {review.reviewed_document: review for review in reviews}
	faults = reviewed_version.faults(
		review for review in latest.values() if review.status in APPROVING_OUTCOMES
	)
	approvals = {}
	for row in rows:
		review = latest.get(row.name)
		fault = faults.get(review.name) if review else None
		approves = bool(review) and review.status in APPROVING_OUTCOMES and not fault
		approvals[row.name] = {
			"approved": approves and row.docstatus == 1 and row.status == versioning.CURRENT,
			"review": review.name if review else None,
			"review_status": review.status if review else None,
			"fault": fault,
		}
	return approvals


def is_approved(estimate: str) -> bool:
	"""Whether an estimate is the current one and approved as it is."""
	return get_approvals([estimate]).get(estimate, {}).get("approved", False)


def approved_estimates(projects: Iterable[str]) -> dict[str, str]:
	"""Project -> its approved estimate; projects without one are left out. Five queries, however many projects."""
	current = {
		row.name: row.presales_project
		for row in frappe.get_all(
			ESTIMATE,
			filters={
				"presales_project": ["in", sorted(set(projects))],
				"docstatus": 1,
				"status": versioning.CURRENT,
			},
			fields=["name", "presales_project"],
			order_by="name asc",
		)
	}
	if not current:
		return {}
	approvals = get_approvals(current)
	return {project: estimate for estimate, project in current.items() if approvals[estimate]["approved"]}


def approved_estimate(project: str) -> str | None:
	"""The approved estimate of one project."""
	return approved_estimates([project]).get(project)


# ---------------------------------------------------------------------------------------- what if


def preview_price(
	estimate: str, discount_percent: float | None = None, margin_percent: float | None = None
) -> dict:
	"""What an estimate would be sold for, see `presales_mgmt.api.preview_price`. Nothing is written."""
	doc = frappe.get_doc(ESTIMATE, estimate)
	if (discount_percent is None) == (margin_percent is None):
		frappe.throw(
			_("A price is asked for by a discount or by a margin: found {0}, expected exactly one.").format(
				_("none") if discount_percent is None else _("both")
			),
			exc=CostingError,
		)
	rate = flt(doc.conversion_rate) or 1
	rounded = rounding_of(doc)
	figures, totals = rules.compute(doc.get_rule_lines(), flt(doc.risk_reserve), rate, rounded)
	if margin_percent is None:
		_require_percent(doc, "Discount", discount_percent, 0, 100)
		if not totals.selling:
			refuse(doc, "Selling Total", 0, _("prices on which to give a discount"), CostingError)
		price = rules.price_by_discount(totals.selling, discount_percent)
	else:
		_require_percent(doc, "Margin", margin_percent, rules.LOWEST_MARGIN, rules.HIGHEST_MARGIN)
		price = rules.price_by_margin(totals.total_cost, margin_percent, rate)
	if max(price, price * rate) > rules.LARGEST_FIGURE:
		refuse(
			doc,
			"Selling Total",
			f"{price:.0f}",
			_("a number between {0} and {1}").format(0, rules.LARGEST_FIGURE),
			OutOfRangeError,
		)
	lines, total = rules.price_lines(figures, totals, price, rate, rounded)
	return {
		"currency": doc.currency,
		"company_currency": frappe.get_cached_value("Company", doc.company, "default_currency"),
		"conversion_rate": rate,
		"base_risk_reserve": flt(doc.risk_reserve),
		"total": asdict(total),
		"lines": [
			{
				"idx": row.idx,
				"cost_kind": row.cost_kind,
				"description": row.description,
				"qty": row.qty,
				**asdict(line),
			}
			for row, line in zip(doc.lines, lines, strict=True)
		],
	}


def rounding_of(doc) -> rules.Rounding:
	"""How amounts of an estimate are rounded: by the site's settings, as those of ERPNext's documents are."""
	return partial(flt, precision=doc.precision("total_cost"))


def _require_percent(doc, label: str, found: float, low: float, high: float) -> None:
	# Nan compares with nothing, and so lies nowhere.
	if not low <= found <= high:
		refuse(doc, label, f"{found:g}", _("a number between {0} and {1}").format(low, high), OutOfRangeError)
