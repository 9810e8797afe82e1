"""What a deal costs and what is left of its price (R1.5, R5.8): lines, totals, and what a price would have to be.

Costs are in company currency. Prices are in the currency of the project, and converted row by row, as ERPNext
does it in its sales documents: the amount of a row is rounded, then converted, then rounded again, and totals are
sums of rounded rows. Formulas, as in any textbook of cost accounting:

	margin          = price - cost
	margin percent  = margin / price * 100     (of the price)
	markup percent  = margin / cost * 100      (on the cost)
	price by margin = cost / (1 - margin percent / 100)

The reserve for risks is a cost of the whole deal and of no line: the total's margin has it, margins of lines do not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

EQUIPMENT, LABOUR, INSTALLATION, PURCHASE, OTHER = (
	"Equipment",
	"Labour",
	"Installation",
	"Purchase",
	"Other",
)
KINDS = (EQUIPMENT, LABOUR, INSTALLATION, PURCHASE, OTHER)

# Twelve digits before the point are what a number field holds.
LARGEST_FIGURE = 10**12 - 1

# A margin of 100 percent would need a price without end.
LOWEST_MARGIN, HIGHEST_MARGIN = -100, 99.99

Rounding = Callable[[float], float]


def to_cents(amount: float) -> float:
	"""Two digits after the point; a site rounds as its settings say."""
	return round(amount, 2)


@dataclass(frozen=True)
class Line:
	"""One line of an estimate: what is needed, what a unit costs, and for how much it is sold."""

	kind: str
	quantity: float
	unit_cost: float
	selling_price: float = 0.0


@dataclass(frozen=True)
class LineFigures:
	"""What one line comes to. `selling` is in the project's currency, everything else in the company's."""

	cost: float
	selling: float
	base_selling: float
	margin: float
	margin_percent: float


@dataclass(frozen=True)
class Totals:
	"""What an estimate comes to. `selling` is in the project's currency, everything else in the company's."""

	by_kind: dict[str, float]
	lines_cost: float
	total_cost: float
	selling: float
	base_selling: float
	margin: float
	margin_percent: float
	markup_percent: float


def margin_percent(margin: float, price: float) -> float:
	"""The margin in percent of the price; 0 when there is no price."""
	return _percent(margin, price)


def markup_percent(margin: float, cost: float) -> float:
	"""The margin in percent of the cost; 0 when there is no cost."""
	return _percent(margin, cost)


def compute(
	lines: Iterable[Line],
	reserve: float = 0.0,
	conversion_rate: float = 1.0,
	rounded: Rounding = to_cents,
) -> tuple[list[LineFigures], Totals]:
	"""Lines and totals of an estimate.

	As long as nothing has a price there is no margin to tell, and every margin is 0. Afterwards a line without
	a price costs what it costs: its margin is negative, and margins of lines less the reserve add up to the total.

	Args:
		lines: the lines.
		reserve: the reserve for risks, in company currency.
		conversion_rate: company currency for one unit of the project's currency.
		rounded: rounds an amount.
	"""
	lines = list(lines)
	amounts = [
		(rounded(line.quantity * line.unit_cost), rounded(line.quantity * line.selling_price))
		for line in lines
	]
	priced = any(selling for _cost, selling in amounts)
	figures = []
	for cost, selling in amounts:
		base_selling = rounded(selling * conversion_rate)
		margin = rounded(base_selling - cost) if priced else 0.0
		figures.append(LineFigures(cost, selling, base_selling, margin, margin_percent(margin, base_selling)))

	by_kind = {
		kind: rounded(
			sum(figure.cost for line, figure in zip(lines, figures, strict=True) if line.kind == kind)
		)
		for kind in KINDS
	}
	lines_cost = rounded(sum(figure.cost for figure in figures))
	total_cost = rounded(lines_cost + reserve)
	base_selling = rounded(sum(figure.base_selling for figure in figures))
	margin = rounded(base_selling - total_cost) if priced else 0.0
	return figures, Totals(
		by_kind=by_kind,
		lines_cost=lines_cost,
		total_cost=total_cost,
		selling=rounded(sum(figure.selling for figure in figures)),
		base_selling=base_selling,
		margin=margin,
		margin_percent=margin_percent(margin, base_selling),
		markup_percent=markup_percent(margin, total_cost),
	)


# ---------------------------------------------------------------------------------------- equipment


def equipment_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
	"""Lines of an estimate for what a solution needs, in its order: what stands at several places is bought once.

	Args:
		rows: its equipment, with `item_code`, `item_name`, `description`, `uom` and `qty`.
	"""
	lines: dict[tuple, dict[str, Any]] = {}
	for row in rows:
		named = {
			"item_code": row.get("item_code") or None,
			"description": (row.get("description") or row.get("item_name") or "").strip(),
			"uom": row.get("uom") or None,
		}
		line = lines.setdefault(tuple(named.values()), {"cost_kind": EQUIPMENT, **named, "qty": 0.0})
		# Six digits are more than anybody measures.
		line["qty"] = round(line["qty"] + float(row.get("qty") or 0), 6)
	return list(lines.values())


# ---------------------------------------------------------------------------------------- what if


@dataclass(frozen=True)
class Priced:
	"""A price that was asked for, of a line or in all: in the project's currency and, `base_`, in the company's."""

	price: float
	base_price: float
	discount: float
	base_discount: float
	cost: float
	base_cost: float
	margin: float
	base_margin: float
	discount_percent: float
	margin_percent: float
	markup_percent: float


def price_by_discount(selling: float, percent: float) -> float:
	"""The price in all after a discount of so many percent, not rounded."""
	return selling * (1 - percent / 100)


def price_by_margin(total_cost: float, percent: float, conversion_rate: float = 1.0) -> float:
	"""The price in all, in the project's currency, of which so many percent are margin. Not rounded.

	Raises `ValueError` outside `LOWEST_MARGIN` and `HIGHEST_MARGIN`.
	"""
	if not LOWEST_MARGIN <= percent <= HIGHEST_MARGIN:
		raise ValueError(
			f"A margin is a number from {LOWEST_MARGIN} to {HIGHEST_MARGIN} percent, found {percent}"
		)
	return total_cost / (1 - percent / 100) / conversion_rate


def allocate(total: float, shares: Sequence[float], rounded: Rounding = to_cents) -> list[float]:
	"""Divide `total` by `shares` into rounded parts whose sum is the rounded total. No share means equal shares."""
	if not shares:
		return []
	if not sum(shares):
		shares = [1.0] * len(shares)
	whole = sum(shares)
	# What has been given out by then, so that no part has to take the differences of all others.
	marks = [rounded(total * running / whole) for running in accumulate(shares)]
	marks[-1] = rounded(total)
	return [rounded(mark - before) for before, mark in zip([0.0, *marks], marks, strict=False)]


def price_lines(
	figures: Sequence[LineFigures],
	totals: Totals,
	price: float,
	conversion_rate: float = 1.0,
	rounded: Rounding = to_cents,
) -> tuple[list[Priced], Priced]:
	"""What lines and total come to when everything together is sold for `price`.

	The price is divided in the proportion of the prices of the lines, or of their costs as long as nothing has
	a price. The discount is counted from the prices of the estimate; it is negative when the price is higher.
	"""
	shares = [figure.selling for figure in figures]
	if not totals.selling:
		shares = [figure.cost for figure in figures]
	parts = allocate(price, shares, rounded)
	lines = [
		_priced(
			part,
			rounded(part * conversion_rate),
			figure.selling,
			figure.base_selling,
			figure.cost,
			conversion_rate,
			rounded,
		)
		for part, figure in zip(parts, figures, strict=True)
	]
	return lines, _priced(
		rounded(sum(line.price for line in lines)),
		rounded(sum(line.base_price for line in lines)),
		totals.selling,
		totals.base_selling,
		totals.total_cost,
		conversion_rate,
		rounded,
	)


def _priced(price, base_price, listed, base_listed, base_cost, conversion_rate, rounded) -> Priced:
	cost = rounded(base_cost / conversion_rate)
	base_margin = rounded(base_price - base_cost)
	# Without a price to begin with there is nothing to give a discount on.
	discount = rounded(listed - price) if listed else 0.0
	return Priced(
		price=price,
		base_price=base_price,
		discount=discount,
		base_discount=rounded(base_listed - base_price) if listed else 0.0,
		cost=cost,
		base_cost=base_cost,
		margin=rounded(price - cost),
		base_margin=base_margin,
		discount_percent=_percent(discount, listed),
		margin_percent=margin_percent(base_margin, base_price),
		markup_percent=markup_percent(base_margin, base_cost),
	)


def _percent(part: float, whole: float) -> float:
	"""`part` in percent of `whole`; 0 when there is no whole, or when no field would hold the result."""
	if not whole:
		return 0.0
	percent = round(part / whole * 100, 2)
	return percent if abs(percent) <= LARGEST_FIGURE else 0.0
