"""How far a price lies below what it should be, and who may give it (R1.6, R5.8, R7.8).

An offer is measured by two percentages. All amounts are before tax.

	discount = (reference - net total) / reference * 100
	margin   = (net total - cost) / net total * 100

Of the discount there are two, and the larger one counts:

- against the list: the reference is the sum of list price x quantity; a row without a list price counts at its
  rate, so that it neither adds a discount nor hides one. Discounts of rows and on the total both lower the net total.
- against the estimate, when the offer rests on one: the reference is the sum of the estimate's price of the item x
  the quantity offered. The price of an item is the average over its lines in the estimate, weighted by quantity, both
  in the unit of its stock. A row whose item the estimate does not know counts as it does against the list.

What counts against the seller counts only once it is there: a row with a price below zero, and a tax below zero, lower the
net total and never the reference.

When prices include taxes, so do list prices: the reference is then lowered in the proportion in which taxes lower
the total of the rows. The cost is that of the estimate, with its reserve for risks, in company currency; without an
estimate there is no margin to be measured. The net total is valued at the rate of the estimate or of the project, not
at the one that is entered on the offer. In a currency of neither the entered one counts, and another person approves.

An authority is a role with the largest discount and the smallest margin that it may give. One role of the person
must allow both. A margin below the floor is given by nobody alone: it takes the approval of another person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DISCOUNT, MARGIN, FLOOR, RATE = "Discount", "Margin", "Margin Floor", "Exchange Rate"

REQUESTED, APPROVED, REJECTED, WITHDRAWN = "Requested", "Approved", "Rejected", "Withdrawn"


@dataclass(frozen=True)
class OfferRow:
	"""A row that is offered; alternatives are left out before. Its unit has `units` of the unit of the item's stock."""

	item: str | None
	quantity: float
	rate: float
	list_price: float = 0.0
	units: float = 1.0

	@property
	def reference(self) -> float:
		return self.at(self.list_price or self.rate)

	def at(self, price: float) -> float:
		"""What the row comes to at `price`; nothing below zero, which would be a discount that hides itself."""
		return max(price, 0.0) * max(self.quantity, 0.0)


@dataclass(frozen=True)
class Authority:
	"""What holders of `role` may give."""

	role: str
	max_discount: float
	min_margin: float


@dataclass(frozen=True)
class Figures:
	"""An offer as it is measured. `net_total` and `reference` are in its currency, what has `base_` in the company's.

	`rate_is_known` tells whether somebody else than the seller has stated the rate between the two.
	"""

	net_total: float
	base_net_total: float
	reference: float
	base_cost: float | None = None
	rate_is_known: bool = True

	@property
	def discount_percent(self) -> float:
		return _percent(self.reference - self.net_total, self.reference)

	@property
	def margin_percent(self) -> float | None:
		"""None without a cost; of nothing everything is lost."""
		if self.base_cost is None:
			return None
		if not self.base_net_total:
			return -100.0 if self.base_cost else 0.0
		return _percent(self.base_net_total - self.base_cost, self.base_net_total)


def part_of(figures: Figures, part: float, lowered: float, exchange: float) -> Figures:
	"""Of what was offered a part, at prices that are lower by a factor, in another currency."""
	return Figures(
		figures.net_total * exchange * part * lowered,
		figures.base_net_total * part * lowered,
		figures.reference * exchange * part,
		None if figures.base_cost is None else figures.base_cost * part,
		figures.rate_is_known,
	)


def sum_of(parts: Sequence[Figures], rate_is_known: bool) -> Figures:
	"""Parts of one offer together. What costs nothing that is known adds no cost; the rates of all must be known."""
	costs = [part.base_cost for part in parts if part.base_cost is not None]
	return Figures(
		sum(part.net_total for part in parts),
		sum(part.base_net_total for part in parts),
		sum(part.reference for part in parts),
		sum(costs) if costs else None,
		rate_is_known and all(part.rate_is_known for part in parts),
	)


def list_total(rows: Iterable[OfferRow]) -> float:
	"""The sum of list price x quantity."""
	return sum(row.reference for row in rows)


def estimate_total(rows: Iterable[OfferRow], prices: Mapping[str | None, float]) -> float:
	"""The sum of the estimate's price of a stock unit x quantity; a row whose item has none counts as against the list."""
	return sum(row.at(prices[row.item] * row.units) if row.item in prices else row.reference for row in rows)


def average_prices(lines: Iterable[tuple[str | None, float, float]]) -> dict[str | None, float]:
	"""Item -> its average price, of lines with item, quantity in stock units and amount; none without an amount."""
	quantities, amounts = defaultdict(float), defaultdict(float)
	for item, quantity, amount in lines:
		quantities[item] += quantity
		amounts[item] += amount
	return {item: amounts[item] / quantities[item] for item in amounts if amounts[item] and quantities[item]}


def without_tax(reference: float, total: float, net_before_discount: float) -> float:
	"""A reference of prices that include taxes, without them."""
	return reference * net_before_discount / total if total else reference


def limits_exceeded(figures: Figures, authorities: Iterable[Authority]) -> list[str]:
	"""Which limits an offer exceeds for somebody with `authorities`; none when one of them allows it.

	Without an authority a person gives no discount; nothing is said of the margin then. Of several authorities the
	one that is exceeded in the fewest ways is told.
	"""
	found = [_exceeded(figures, authority) for authority in authorities]
	if not found:
		return [DISCOUNT] if figures.discount_percent > 0 else []
	return min(found, key=len)


def is_below_floor(figures: Figures, floor: float) -> bool:
	margin = figures.margin_percent
	return margin is not None and margin < round(floor, 2)


def is_valued_alone(figures: Figures) -> bool:
	"""Whether a margin rests on an exchange rate that the seller alone has stated."""
	return figures.base_cost is not None and not figures.rate_is_known


def _exceeded(figures: Figures, authority: Authority) -> list[str]:
	exceeded = []
	if figures.discount_percent > round(authority.max_discount, 2):
		exceeded.append(DISCOUNT)
	margin = figures.margin_percent
	if margin is not None and margin < round(authority.min_margin, 2):
		exceeded.append(MARGIN)
	return exceeded


def chosen_authorities(rows: Sequence, company: str) -> list[Authority]:
	"""The authorities that hold in `company`, of rows with `only_for_company`, `role`, `max_discount_percent` and
	`min_margin_percent`: a row of the company stands in place of a general one of the same role.
	"""
	by_role = {}
	for row in sorted(rows, key=lambda row: bool(row.only_for_company)):
		if not row.only_for_company or row.only_for_company == company:
			by_role[row.role] = Authority(
				row.role, row.max_discount_percent or 0, row.min_margin_percent or 0
			)
	return list(by_role.values())


def _percent(part: float, whole: float) -> float:
	percent = round(part / whole * 100, 2) if whole else 0.0
	return percent if abs(percent) < 10**9 else (10**9 if percent > 0 else -(10**9))
