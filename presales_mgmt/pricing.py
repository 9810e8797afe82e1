"""Who may give which price: limits by role, and the approval of a price beyond them (R1.6, R5.8, R7.8).

`rules.price` has the formulas. Whoever submits a Quotation of a project needs a role that may give its price, or a
Presales Price Approval of exactly what is submitted: one that was given early lets no changed document through. It is
asked for by who makes the offer, and decided by somebody whose roles allow the price, never by who asked, made the
offer or leads the project. As long as a company has no price authorities nothing is limited.

A Sales Order at the prices of its quotation needs nothing, up to the quantity that was quoted. One that goes below them
is measured like its quotation, as far as that is ordered, at the order's prices.
"""

from collections import defaultdict
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import flt, getdate, now_datetime

from presales_mgmt import requirements, reviewed_version
from presales_mgmt.controllers import (
	finish_todos,
	give_todo,
	read_to_settle,
	require_open_project,
	require_status,
	settle,
)
from presales_mgmt.exceptions import PriceAuthorityError, SelfApprovalError
from presales_mgmt.overrides.common import get_project_of
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import LEADER_ROLE, get_project_roles
from presales_mgmt.rectification import members_of
from presales_mgmt.rules import price as rules
from presales_mgmt.rules.followup import is_own_matter
from presales_mgmt.rules.validation import able_users, refuse

APPROVAL = "Presales Price Approval"
QUOTATION, ORDER = "Quotation", "Sales Order"
OFFERS = (QUOTATION, ORDER)
ESTIMATE = "Presales Cost Estimate"


# ---------------------------------------------------------------------------------------- figures


class Rate(NamedTuple):
	"""What one unit of the currency of an offer is worth in company currency."""

	value: float
	is_known: bool


def measure(offer, rows=None) -> rules.Figures:
	"""The figures of a Quotation, or of a Sales Order without one, as it is in memory; of `rows` only, when given.

	Four queries at most, with an estimate; one more each for list prices and for units that are not found at once.
	"""
	whole = rows is None
	rows = [row for row in (offer.items if whole else rows) if not row.get("is_alternative")]
	net_total = (flt(offer.net_total) if whole else sum(flt(row.net_amount) for row in rows)) * _kept(offer)
	estimate = _get_estimate(offer)
	rate = _get_rate(offer, estimate)
	list_prices = _list_prices(offer, rows, rate)
	offered = [
		rules.OfferRow(
			row.item_code,
			flt(row.qty),
			flt(row.rate),
			max(flt(row.price_list_rate), list_prices.get(row.idx, 0.0)),
			_factor(row),
		)
		for row in rows
	]
	reference = rules.list_total(offered)
	base_cost = None
	if estimate:
		base_cost = flt(estimate.total_cost)
		reference = max(reference, rules.estimate_total(offered, _prices(estimate, offer, rows, rate)))
	if any(tax.get("included_in_print_rate") for tax in offer.get("taxes") or ()):
		reference = rules.without_tax(reference, flt(offer.total), _net_before_discount(offer))
	return rules.Figures(net_total, flt(net_total * rate.value, 2), reference, base_cost, rate.is_known)


def measure_order(order) -> rules.Figures | None:
	"""The figures of a Sales Order that goes below the prices of its quotations; None when it does not.

	That of the quotations, as far as they are ordered, with their net totals in the proportion in which the order lies
	below them; and what was not quoted besides, or not in that quantity. Of an order that rests on no quotation, its
	own; it stands for a part of the deal at most, so that no margin can be told.
	"""
	quoted = _quoted_rows(order)
	linked = [row for row in order.items if row.get("quotation_item") in quoted]
	if not linked:
		figures = measure(order)
		return rules.Figures(figures.net_total, figures.base_net_total, figures.reference)
	quotations = {
		name: frappe.get_doc(QUOTATION, name)
		for name in sorted({quoted[row.quotation_item].parent for row in linked})
	}
	order_rate, kept = _get_rate(order), _kept(order)
	# All in the order's currency, as most often they are.
	exchange = {
		name: _exchange(_get_rate(quotation), quotation, order_rate, order)
		for name, quotation in quotations.items()
	}
	beyond = _shares_beyond(linked, quoted)
	rest = [row for row in order.items if row.get("quotation_item") not in quoted]
	expected, asked, is_below = dict.fromkeys(quotations, 0.0), 0.0, False
	for row in linked:
		source = quoted[row.quotation_item]
		share = 1 - beyond[row.quotation_item]
		# Of a unit that costs less than a cent the rate tells little, and the amount all.
		price = _price_as_quoted(row, source, quotations) * exchange[source.parent] * share
		amount = flt(row.net_amount) * kept * share
		is_below = is_below or amount < price - _rounding(row)
		expected[source.parent] += price
		asked += amount
		if share < 1:
			rest.append(_part_beyond(row, source, 1 - share, exchange[source.parent]))
	more = measure(order, rest) if rest else rules.Figures(0, 0, 0)
	if not is_below and more.discount_percent <= 0 and more.net_total >= 0:
		return None
	total = sum(expected.values())
	lowered = asked / total if is_below and total else 1.0
	parts = []
	for name, quotation in quotations.items():
		figures = measure(quotation)
		# What is not ordered covers no discount on what is.
		whole = figures.net_total * exchange[name]
		part = expected[name] / whole if whole else 1.0
		parts.append(rules.part_of(figures, part, lowered, exchange[name]))
	return rules.sum_of([*parts, more], order_rate.is_known)


def _price_as_quoted(row, source, quotations: dict) -> float:
	"""What a row of an order comes to at the quoted price, in the quotation's currency, after all that lowers it."""
	units = _factor(row) / _factor(source)
	price = flt(source.net_amount) / flt(source.qty) if flt(source.qty) else 0.0
	return price * units * flt(row.qty) * _kept(quotations[source.parent])


def _shares_beyond(linked, quoted: dict) -> dict[str, float]:
	"""Row of a quotation -> which share of what the order takes of it lies beyond the quantity that was quoted.

	Several rows may take of the same one, and other orders may have taken already.
	"""
	taken = defaultdict(float)
	for row in linked:
		taken[row.quotation_item] += max(flt(row.qty), 0.0) * _factor(row)
	shares = {}
	for name, quantity in taken.items():
		source = quoted[name]
		left = max(flt(source.qty) * _factor(source) - flt(source.ordered), 0.0)
		shares[name] = (quantity - left) / quantity if flt(quantity - left, 6) > 0 else 0.0
	return shares


def _part_beyond(row, source, share: float, exchange: float):
	"""A share of a row, to be measured as if it had not been quoted. Without a list price it counts as it was quoted."""
	quoted_rate = flt(source.rate) * exchange * _factor(row) / _factor(source)
	return frappe._dict(
		row.as_dict(),
		qty=flt(row.qty) * share,
		net_amount=flt(row.net_amount) * share,
		rate=max(flt(row.rate), quoted_rate),
	)


def _rounding(row) -> float:
	"""By how much a row's amount and that of its quotation may differ, as each is rounded in its own way."""
	return 2 * 10 ** -row.precision("net_amount")


def _factor(row) -> float:
	"""How many stock units the unit of a row has."""
	return flt(row.conversion_factor) or 1.0


def _quoted_rows(order) -> dict:
	"""Name -> the row of a submitted quotation of the project that a row of `order` is made from. One query.

	ERPNext takes any name for it: one of another item, or of another deal, is no price that was quoted here. Nor is
	that of an alternative, which is no part of the price that was allowed. `ordered` is what other orders have taken
	of it, in stock units: what ERPNext notes on the row has this order in it as soon as it is submitted.
	"""
	named = {row.quotation_item: row for row in order.items if row.get("quotation_item")}
	if not named:
		return {}
	item, quotation = frappe.qb.DocType("Quotation Item"), frappe.qb.DocType(QUOTATION)
	other = frappe.qb.DocType("Sales Order Item")
	fields = [
		item[name]
		for name in ("name", "parent", "item_code", "qty", "rate", "net_amount", "conversion_factor")
	]
	rows = (
		frappe.qb.from_(item)
		.join(quotation)
		.on(quotation.name == item.parent)
		.left_join(other)
		.on((other.quotation_item == item.name) & (other.docstatus == 1) & (other.parent != order.name))
		.select(*fields, Sum(other.stock_qty).as_("ordered"))
		.where(item.name.isin(list(named)) & (item.is_alternative == 0))
		.where((quotation.docstatus == 1) & (quotation.presales_project == order.presales_project))
		.groupby(*fields)
		.orderby(item.name)
		.run(as_dict=True)
	)
	return {row.name: row for row in rows if row.item_code == named[row.name].item_code}


def _get_rate(offer, estimate=None) -> Rate:
	"""What an offer's currency is worth: who offers does not choose the rate by which the margin is measured.

	It is that of the estimate, else that of the project. In a currency of neither it is the entered one.
	"""
	if offer.currency == frappe.get_cached_value("Company", offer.company, "default_currency"):
		return Rate(1.0, True)
	for source in filter(None, (estimate, get_project_of(offer))):
		if source.currency == offer.currency and flt(source.conversion_rate):
			return Rate(flt(source.conversion_rate), True)
	return Rate(flt(offer.conversion_rate) or 1.0, False)


def _exchange(rate: Rate, offer, other_rate: Rate, other) -> float:
	return 1.0 if offer.currency == other.currency else rate.value / other_rate.value


def _kept(offer) -> float:
	"""How much of the net total is left by taxes and charges below zero: for the customer they are a discount."""
	given = sum(
		min(flt(tax.get("tax_amount_after_discount_amount")), 0.0) for tax in offer.get("taxes") or ()
	)
	return 1 + given / flt(offer.net_total) if given and flt(offer.net_total) else 1.0


def _list_prices(offer, rows, rate: Rate) -> dict[int, float]:
	"""Number of a row -> its list price in the currency of the offer: the higher of the chosen and the default list.

	A client may send rows without their list prices, which hid every discount, or choose a list that has none. Where
	several prices of a list hold, for customers, dates or units, the lowest counts: it is that or more. One query; one
	more where a row is found no price, which may stand on the template of its item; and what it takes to know the worth
	of a currency that is not that of offer or company.
	"""
	items = sorted({row.item_code for row in rows if row.item_code})
	lists = _price_lists(offer)
	if not items or not lists:
		return {}
	company_currency = frappe.get_cached_value("Company", offer.company, "default_currency")
	exchange = {company_currency: 1 / rate.value, offer.currency: 1.0}
	found = _prices_that_hold(offer, _item_prices(lists, items), exchange)
	prices = {row.idx: _list_price_of(row, lists, found) for row in rows}
	missing = [row for row in rows if row.item_code and not prices[row.idx]]
	if missing:
		names = sorted({row.item_code for row in missing})
		found = _prices_that_hold(offer, _item_prices(lists, names, of_templates=True), exchange)
		prices.update({row.idx: _list_price_of(row, lists, found) for row in missing})
	return prices


def _price_lists(offer) -> list[str]:
	"""The list that was chosen, and the one that ERPNext proposes: of the customer, its group, or all selling.

	All are kept by Frappe, so that nothing is asked.
	"""
	customer = offer.get("customer") or (
		offer.get("party_name") if offer.get("quotation_to") == "Customer" else None
	)
	default = None
	if customer:
		customer = frappe.get_cached_doc("Customer", customer)
		default = customer.default_price_list
		if not default and customer.customer_group:
			default = frappe.get_cached_value("Customer Group", customer.customer_group, "default_price_list")
	default = default or frappe.get_cached_doc("Selling Settings").selling_price_list
	return sorted({offer.get("selling_price_list"), default} - {None, ""})


def _item_prices(lists: list[str], items: list[str], of_templates: bool = False) -> list:
	"""Rows of Item Price of some items, or of the templates of these, under the names of the items. One query."""
	price, item = frappe.qb.DocType("Item Price"), frappe.qb.DocType("Item")
	query = (
		frappe.qb.from_(price)
		.select(price.price_list, price.uom, price.currency, price.price_list_rate)
		.select(price.valid_from, price.valid_upto, price.customer)
		.where(price.price_list.isin(lists) & (price.selling == 1))
		.orderby(price.name)
	)
	if of_templates:
		query = query.join(item).on(item.variant_of == price.item_code)
		query = query.select(item.name.as_("item_code")).where(item.name.isin(items))
	else:
		query = query.select(price.item_code).where(price.item_code.isin(items))
	return query.run(as_dict=True)


def _prices_that_hold(offer, prices, exchange: dict[str, float]) -> dict[tuple[str, str], dict]:
	"""(Price list, item) -> unit -> the lowest price that holds for an offer, in its currency.

	`exchange` has what currencies are worth in that of the offer, and is given those that are met.
	"""
	# Who enters an offer chooses its date, too.
	dates = {getdate(offer.transaction_date), getdate()}
	customers = (None, "", offer.get("customer") or offer.get("party_name"))
	found = defaultdict(dict)
	for price in prices:
		first, last = price.valid_from or min(dates), price.valid_upto or max(dates)
		if price.customer not in customers or not any(first <= date <= last for date in dates):
			continue
		if price.currency not in exchange:
			exchange[price.currency] = _worth_of(price.currency, offer, exchange)
		value = flt(price.price_list_rate) * exchange[price.currency]
		of_item = found[price.price_list, price.item_code]
		of_item[price.uom] = min(value, of_item.get(price.uom, value))
	return found


def _worth_of(currency: str, offer, exchange: dict[str, float]) -> float:
	"""What a currency is worth in that of the offer on its day; where ERPNext does not know, what the offer states."""
	from erpnext.setup.utils import get_exchange_rate

	company_currency = frappe.get_cached_value("Company", offer.company, "default_currency")
	rate = flt(get_exchange_rate(currency, company_currency, offer.transaction_date, "for_selling"))
	if not rate and currency == offer.get("price_list_currency"):
		rate = flt(offer.plc_conversion_rate)
	return rate * exchange[company_currency]


def _list_price_of(row, lists: list[str], found: dict) -> float:
	"""The highest price of a row's unit in `lists`, or that of its stock unit; 0 without one."""
	prices = [0.0]
	for name in lists:
		of_item = found.get((name, row.item_code)) or {}
		if row.uom in of_item:
			prices.append(of_item[row.uom])
		elif row.stock_uom in of_item:
			prices.append(of_item[row.stock_uom] * _factor(row))
	return max(prices)


def _get_estimate(offer):
	name = offer.get("presales_cost_estimate")
	if not name:
		return None
	return frappe.db.get_value(
		ESTIMATE, name, ["name", "total_cost", "currency", "conversion_rate"], as_dict=True
	)


def _prices(estimate, offer, rows, rate: Rate) -> dict:
	"""Item of `rows` -> price of a stock unit in the estimate, in the currency of the offer."""
	from presales_mgmt.offering import get_free_line_item

	exchange = 1.0
	if estimate.currency != offer.currency:
		exchange = flt(estimate.conversion_rate) / rate.value
	free_item = get_free_line_item(offer.company)
	lines = frappe.get_all(
		"Presales Cost Line",
		filters={"parenttype": ESTIMATE, "parent": estimate.name},
		fields=["item_code", "qty", "uom", "selling_amount"],
		order_by="idx asc",
	)
	# Most often both have the same units, and nothing is asked.
	factors = {(row.item_code, row.uom): _factor(row) for row in rows}
	factors.update({(row.item_code, row.stock_uom): 1.0 for row in rows})
	offered = {row.item_code for row in rows if row.item_code}
	units = {(line.item_code or free_item, line.uom) for line in lines if line.uom}
	unknown = {(item, uom) for item, uom in units if item in offered} - set(factors)
	factors.update(_conversion_factors(unknown))
	return rules.average_prices(
		(item, flt(line.qty) * factors.get((item, line.uom), 1.0), flt(line.selling_amount) * exchange)
		for line in lines
		if (item := line.item_code or free_item) in offered
	)


def _conversion_factors(units: set[tuple[str, str]]) -> dict[tuple[str, str], float]:
	"""(Item, unit) -> how many stock units it has by the item, else by its template. One query, of none if no `units`.

	ERPNext's function asks for each item.
	"""
	if not units:
		return {}
	item, unit = frappe.qb.DocType("Item"), frappe.qb.DocType("UOM Conversion Detail")
	found = (
		frappe.qb.from_(item)
		.join(unit)
		.on((unit.parent == item.name) | (unit.parent == item.variant_of))
		.select(item.name, unit.parent, unit.uom, unit.conversion_factor)
		.where(item.name.isin(sorted({name for name, _uom in units})) & (unit.parenttype == "Item"))
		.where(unit.uom.isin(sorted({uom for _name, uom in units})))
		.orderby(unit.name)
		.run(as_dict=True)
	)
	# Those of the template first, so that an item's own replace them.
	found.sort(key=lambda row: row.parent == row.name)
	return {(row.name, row.uom): flt(row.conversion_factor) for row in found if flt(row.conversion_factor)}


def _net_before_discount(offer) -> float:
	"""What the rows of an offer come to without tax and before the discount on its total.

	The grand total does not tell: charges are in it that lower no price. ERPNext leaves a tax at its amount before a
	discount on the grand total, and has the one after it in another field.
	"""
	net = flt(offer.net_total)
	if not flt(offer.discount_amount):
		return net
	if offer.apply_discount_on == "Net Total":
		return net + flt(offer.discount_amount)
	included = sum(flt(tax.tax_amount) for tax in offer.taxes if tax.get("included_in_print_rate"))
	return max(flt(offer.total) - included, net)


# ---------------------------------------------------------------------------------------- limits


def get_authorities(company: str) -> list[rules.Authority]:
	"""The price authorities that hold in a company."""
	return rules.chosen_authorities(frappe.get_cached_doc("Presales Settings").price_authorities, company)


def get_limits(figures: rules.Figures, company: str, user: str, alone: bool = True) -> list[str]:
	"""Which limits a price exceeds for `user`; none without price authorities.

	Args:
		alone: whether nobody else stands behind the price: then nothing goes below the margin floor, nor rests on an
			exchange rate that only the seller states.
	"""
	authorities = get_authorities(company)
	if not authorities:
		return []
	roles = set(frappe.get_roles(user))
	exceeded = rules.limits_exceeded(figures, [each for each in authorities if each.role in roles])
	if alone and rules.is_below_floor(figures, get_floor(company)):
		exceeded.append(rules.FLOOR)
	if alone and rules.is_valued_alone(figures):
		exceeded.append(rules.RATE)
	return exceeded


def get_floor(company: str) -> float:
	return flt(frappe.get_cached_doc("Presales Settings").get_for_company("margin_floor", company))


def check_price(quotation) -> None:
	"""Raise `PriceAuthorityError` unless the user may give the price of a Quotation, or it is approved: exactly this one
	when it is about to be submitted, one as low as this when ERPNext changes it afterwards.
	"""
	if not get_authorities(quotation.company):
		return
	_check(quotation, measure(quotation))


def check_order_price(order) -> None:
	"""Raise `PriceAuthorityError` when a Sales Order goes below what was quoted further than the user may, and no
	approval lets it: of exactly this order as long as it is a draft, of a price as low as this one afterwards.
	"""
	if not get_authorities(order.company):
		return
	figures = measure_order(order)
	if figures:
		_check(order, figures)


def _check(offer, figures: rules.Figures) -> None:
	exceeded = get_limits(figures, offer.company, frappe.session.user)
	if not exceeded:
		return
	approvals = frappe.get_all(
		APPROVAL,
		filters={
			"reference_doctype": offer.doctype,
			"reference_name": offer.name,
			"status": rules.APPROVED,
		},
		fields=["name", "fingerprint", "cost_estimate", "discount_percent", "base_cost", "margin_percent"],
		order_by="creation desc",
	)
	if any(_holds(approval, offer, figures) for approval in approvals):
		return
	found = _limits_label(exceeded)
	if approvals:
		message = _(
			"{0} has changed since its price was approved ({1}). It exceeds: {2}. Ask for approval again."
		)
		message = message.format(offer.name, approvals[0].name, found)
	else:
		message = _("The price of {0} is lower than you may give. It exceeds: {1}. Ask for approval.").format(
			offer.name, found
		)
	# Neither cost nor margin is told: not everybody who sells is to know them.
	frappe.throw(message, exc=PriceAuthorityError, title=_("Price Needs Approval"))


def _holds(approval, offer, figures: rules.Figures) -> bool:
	"""Whether an approval lets the offer through. What follows from it without being entered must be no worse."""
	if offer.get_doc_before_save() and offer.get_doc_before_save().docstatus == 1:
		exact = True  # ERPNext changes what stands already; then the price as such counts
	else:
		exact = approval.fingerprint == reviewed_version.fingerprint_of(offer)
	same_cost = (approval.cost_estimate or None) == (offer.get("presales_cost_estimate") or None)
	margin_holds = figures.margin_percent is None or flt(approval.margin_percent) <= figures.margin_percent
	return (
		exact
		and (same_cost or offer.doctype == ORDER)
		and figures.discount_percent <= flt(approval.discount_percent)
		and margin_holds
	)


def _limits_label(limits: list[str]) -> str:
	labels = {
		rules.DISCOUNT: _("Discount", context="Presales Price Approval"),
		rules.MARGIN: _("Margin", context="Presales Price Approval"),
		rules.FLOOR: _("Margin Floor"),
		rules.RATE: _("Exchange Rate"),
	}
	return ", ".join(labels[limit] for limit in limits)


# ---------------------------------------------------------------------------------------- approval


def request(doctype: str, name: str, reason: str) -> str:
	"""Ask for approval of the price of a draft Quotation or Sales Order; returns the name of the request.

	One that is open already is withdrawn by it.

	Raises:
		frappe.PermissionError: the user may not write the document.
		PriceAuthorityError: it has no project or is no draft, there is no reason, or the price is one that the user
			may give.
	"""
	if doctype not in OFFERS:
		frappe.throw(
			_("{0}: found {1}, expected {2}.").format(
				_("Document Type"), doctype, _(" or ").join(map(_, OFFERS))
			),
			exc=PriceAuthorityError,
		)
	offer = frappe.get_doc(doctype, name)
	offer.check_permission("write")
	if not offer.get("presales_project"):
		refuse(offer, "Presales Project", None, _("a project"), PriceAuthorityError)
	if offer.docstatus:
		refuse(offer, "Status", _(offer.status), _("Draft"), PriceAuthorityError)
	reason = (reason or "").strip()
	if not reason:
		frappe.throw(_("Say why the price is to be lower."), exc=PriceAuthorityError)
	_withdraw_open(offer)
	if offer.doctype == QUOTATION:
		_suppose_estimate(offer)
	figures = measure(offer) if offer.doctype == QUOTATION else measure_order(offer)
	user = frappe.session.user
	exceeded = get_limits(figures, offer.company, user) if figures else []
	if not exceeded:
		frappe.throw(
			_("{0} may give the price of {1} without approval.").format(user, name), exc=PriceAuthorityError
		)
	rate = _get_rate(offer, _get_estimate(offer))
	doc = frappe.new_doc(APPROVAL)
	doc.update(
		{
			"presales_project": offer.presales_project,
			"reference_doctype": doctype,
			"reference_name": name,
			"customer_name": offer.customer_name,
			"company": offer.company,
			"status": rules.REQUESTED,
			"requested_by": user,
			"requested_on": now_datetime(),
			"currency": offer.currency,
			"conversion_rate": rate.value,
			"reason": reason,
			"limits_exceeded": ", ".join(exceeded),
			"net_total": offer.net_total,
			"base_net_total": flt(flt(offer.net_total) * rate.value, 2),
			"reference_total": figures.reference,
			"discount_percent": figures.discount_percent,
			"cost_estimate": offer.get("presales_cost_estimate"),
			"base_cost": figures.base_cost,
			"base_margin": figures.base_net_total - figures.base_cost if figures.base_cost is not None else 0,
			"margin_percent": figures.margin_percent,
			"margin_floor": get_floor(offer.company),
			"fingerprint": reviewed_version.fingerprint_of(offer),
		}
	)
	doc.flags.by_function = True
	# Who makes the offer may be of the order desk, and then sees neither project nor cost.
	doc.insert(ignore_permissions=True)
	for approver in get_approvers(doc):
		give_todo(doc, approver, _("Decide on the price of {0}").format(name))
	return doc.name


def decide(name: str, approved: bool, remarks: str | None = None) -> None:
	"""Approve or reject the price of an offer.

	Raises:
		frappe.PermissionError: the user does not see the request.
		SelfApprovalError: the user asked for it, made the offer, leads the project, or stands in for who did.
		PriceAuthorityError: the user's roles do not allow the price, it is decided on, the offer is no longer what the
			request was about, or it is rejected without a reason.
	"""
	doc = read_to_settle(APPROVAL, name)
	require_open_project(doc.presales_project)
	require_status(doc, PriceAuthorityError, rules.REQUESTED)
	_require_decider(doc)
	remarks = (remarks or "").strip()
	if approved:
		_require_as_asked(doc)
	elif not remarks:
		refuse(doc, "Remarks on the Decision", None, _("a reason"), PriceAuthorityError)
	settle(
		doc,
		{
			"status": rules.APPROVED if approved else rules.REJECTED,
			"decided_by": frappe.session.user,
			"decided_on": now_datetime(),
			"decision_remarks": remarks or None,
		},
	)
	finish_todos(doc.doctype, doc.name, "Closed")
	requirements.tell(doc, doc.requested_by, _approved if approved else _rejected)


def withdraw(name: str) -> None:
	"""Take a request back. Who asked, or a delegate, does so, or who directs or manages the project.

	Raises:
		frappe.PermissionError: somebody else tries.
		PriceAuthorityError: it is decided on.
	"""
	doc = frappe.get_doc(APPROVAL, name, for_update=True)
	user = frappe.session.user
	own = doc.requested_by in acting_for(user)
	if not own and not {"Director", "Manager"} & get_project_roles(doc.presales_project, user):
		frappe.throw(
			_("Only {0}, the director or the manager may withdraw this.").format(doc.requested_by),
			exc=frappe.PermissionError,
		)
	require_status(doc, PriceAuthorityError, rules.REQUESTED)
	_withdraw(doc)


def get_approvers(approval) -> list[str]:
	"""Who sees the project, may give the price, and has no part in the matter. A fixed number of queries."""
	figures = _figures_of(approval)
	roles = [
		authority.role
		for authority in get_authorities(approval.company)
		if not rules.limits_exceeded(figures, [authority])
	]
	holders = frappe.get_all(
		"Has Role",
		filters={"parenttype": "User", "role": ["in", roles]},
		pluck="parent",
		order_by="parent asc",
	)
	leaders = frappe.get_all(
		"Has Role",
		filters={"parenttype": "User", "role": LEADER_ROLE},
		pluck="parent",
		order_by="parent asc",
	)
	insiders = members_of(approval.presales_project) | set(leaders)
	return sorted(able_users(insiders & set(holders)) - _concerned(approval) - {"Administrator"})


def get_price_status(doctype: str, name: str) -> dict:
	"""What the price of a draft needs, for its form. See `api.get_price_status`, which checks who may ask."""
	offer = frappe.get_doc(doctype, name)
	if not offer.get("presales_project") or not get_authorities(offer.company):
		return {"limits": [], "discount_percent": None, "request": None}
	if doctype == QUOTATION:
		_suppose_estimate(offer)
	figures = measure(offer) if doctype == QUOTATION else measure_order(offer)
	exceeded = get_limits(figures, offer.company, frappe.session.user) if figures else []
	latest = frappe.get_all(
		APPROVAL,
		filters={"reference_doctype": doctype, "reference_name": name},
		fields=[
			"name",
			"status",
			"fingerprint",
			"cost_estimate",
			"discount_percent",
			"margin_percent",
			"requested_by",
			"decided_by",
			"decision_remarks",
		],
		order_by="creation desc",
		limit=1,
	)
	request = latest[0] if latest else None
	return {
		"limits": exceeded,
		"discount_percent": figures.discount_percent if figures else None,
		# Cost and margin are not for everybody who sells.
		"request": request
		and {
			**{
				key: request[key]
				for key in ("name", "status", "requested_by", "decided_by", "decision_remarks")
			},
			"holds": bool(figures) and _holds(request, offer, figures),
		},
	}


def _suppose_estimate(quotation) -> None:
	"""A draft that names no estimate is measured by the one on which it will rest. Nothing is stored."""
	if not quotation.get("presales_cost_estimate"):
		quotation.presales_cost_estimate = frappe.db.get_value(
			PROJECT, quotation.presales_project, "cost_estimate"
		)


def _require_decider(doc) -> None:
	user = frappe.session.user
	concerned = _concerned(doc)
	if is_own_matter(acting_for(user), *concerned) or user in acting_for(doc.requested_by):
		frappe.throw(
			_(
				"{0} asked for this price, made the offer or leads the project, or stands in for who did."
			).format(user),
			exc=SelfApprovalError,
		)
	exceeded = get_limits(_figures_of(doc), doc.company, user, alone=False)
	if not get_authorities(doc.company) or exceeded:
		frappe.throw(
			_("The roles of {0} do not allow the price of {1}: {2}.").format(
				user, doc.reference_name, _limits_label(exceeded)
			),
			exc=PriceAuthorityError,
		)


def _concerned(doc) -> set[str]:
	"""Whose matter the price is: who asked for it, made or last changed the offer, or leads the project."""
	leads = frappe.db.get_value(PROJECT, doc.presales_project, ["director", "manager"]) or ()
	makers = frappe.db.get_value(doc.reference_doctype, doc.reference_name, ["owner", "modified_by"]) or ()
	return set(filter(None, (doc.requested_by, *makers, *leads)))


def _figures_of(approval) -> rules.Figures:
	"""The figures as they were when the approval was asked for."""
	figures = rules.Figures(
		flt(approval.reference_total) * (1 - flt(approval.discount_percent) / 100),
		flt(approval.base_cost) + flt(approval.base_margin),
		flt(approval.reference_total),
		flt(approval.base_cost) if approval.cost_estimate or flt(approval.base_cost) else None,
	)
	return figures


def _require_as_asked(doc) -> None:
	exists = frappe.db.exists(doc.reference_doctype, doc.reference_name)
	offer = frappe.get_doc(doc.reference_doctype, doc.reference_name) if exists else None
	if offer and offer.docstatus == 0 and reviewed_version.fingerprint_of(offer) == doc.fingerprint:
		return
	frappe.throw(
		_("{0} is no longer what the approval of its price was asked for.").format(doc.reference_name),
		exc=PriceAuthorityError,
	)


def _withdraw_open(offer) -> None:
	for name in frappe.get_all(
		APPROVAL,
		filters={
			"reference_doctype": offer.doctype,
			"reference_name": offer.name,
			"status": rules.REQUESTED,
		},
		pluck="name",
		order_by="creation asc",
	):
		_withdraw(frappe.get_doc(APPROVAL, name, for_update=True))


def _withdraw(doc) -> None:
	settle(doc, {"status": rules.WITHDRAWN})
	finish_todos(doc.doctype, doc.name, "Cancelled")


def _approved(language: str) -> str:
	return _("Price approved on {0}: {1}", lang=language)


def _rejected(language: str) -> str:
	return _("Price rejected on {0}: {1}", lang=language)
