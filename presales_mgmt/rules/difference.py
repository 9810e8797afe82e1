"""How two commercial documents of one deal differ: quotation, contract, order (R1.6, R1.7, R5.10, R8.6).

Plain values in, plain values out. A document states what it can state: what one side has no place for, such as the
items of a contract, is `None` (or has no key) there and is not compared.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from presales_mgmt.rules.comparison import ADDED, CHANGED, REMOVED

ITEM, PRICE, QUANTITY, DATE, PAYMENT, TERMS, AMOUNT = (
	"Item",
	"Price",
	"Quantity",
	"Date",
	"Payment",
	"Terms",
	"Amount",
)
WHAT = (AMOUNT, ITEM, QUANTITY, PRICE, DATE, PAYMENT, TERMS)

# What a number is, for `rounding`.
MONEY, COUNT, PERCENT = "money", "count", "percent"

# (number, MONEY | COUNT | PERCENT) -> the number as it is shown.
Rounding = Callable[[float, str], float]


class Item(NamedTuple):
	"""A line that is sold. `rate` is what is paid for one, after the discount (percent)."""

	item_code: str
	description: str = ""
	qty: float = 0
	uom: str = ""
	rate: float = 0
	discount: float = 0


class Quantity(NamedTuple):
	qty: float
	uom: str = ""


class Payment(NamedTuple):
	"""A line of a payment schedule. `due_date` only where it was agreed on as a date, not reckoned from a term."""

	term: str = ""
	portion: float = 0
	due_date: date | None = None


@dataclass(frozen=True)
class CommercialDocument:
	"""What a quotation, a contract or an order promises and asks for.

	Args:
		currency: of all amounts and rates.
		amounts: label -> amount, e.g. {"Net Total": 100.0}.
		dates: label -> date; a date that the document has a place for and leaves open is None.
		items: in their order; None when the document lists none.
		payment_terms: name of the template.
		payments: the schedule; None when the document has no place for one.
		terms: the text, a paragraph each; None when it has no place for one.
		is_framework: the text holds more than what was offered, as a contract's does: paragraphs that the other side
			does not have are no difference.
	"""

	currency: str
	amounts: Mapping[str, float] = field(default_factory=dict)
	dates: Mapping[str, date | None] = field(default_factory=dict)
	items: Sequence[Item] | None = None
	payment_terms: str | None = None
	payments: Sequence[Payment] | None = None
	terms: Sequence[str] | None = None
	is_framework: bool = False


@dataclass(frozen=True)
class Row:
	"""One thing that differs.

	`label` says which item, date or amount; `detail` which property of an item ("" otherwise). `before` and `after` are
	a number, `date`, text, `Item`, `Quantity` or `Payment`; None where there is nothing. `kind` is Added, Removed or
	Changed.
	"""

	what: str
	label: str
	before: Any
	after: Any
	kind: str
	detail: str = ""


def compare(before: CommercialDocument, after: CommercialDocument, rounding: Rounding) -> list[Row]:
	"""What differs, in the order of `WHAT`, and within it in the order of the documents.

	Items are the same by item code; among equal codes (or lines without a code) by their order. In another currency
	all prices differ, so that of the money only the amounts are compared.
	"""
	rows = _amounts(before, after, rounding)
	if before.items is not None and after.items is not None:
		rows += _items(before, after, rounding)
	for label in _common(before.dates, after.dates):
		rows += _change(DATE, label, before.dates[label], after.dates[label])
	rows += _payments(before, after, rounding)
	if before.terms is not None and after.terms is not None:
		rows += _terms(before, after)
	return sorted(rows, key=lambda row: WHAT.index(row.what))


def _amounts(before: CommercialDocument, after: CommercialDocument, rounding: Rounding) -> list[Row]:
	rows = _change(AMOUNT, "Currency", before.currency, after.currency)
	differs = bool(rows)
	for label in _common(before.amounts, after.amounts):
		old, new = rounding(before.amounts[label], MONEY), rounding(after.amounts[label], MONEY)
		if old != new or (differs and old):
			rows.append(Row(AMOUNT, label, old, new, CHANGED))
	return rows


def _items(before: CommercialDocument, after: CommercialDocument, rounding: Rounding) -> list[Row]:
	old, new = _keyed(before.items), _keyed(after.items)
	same_currency = before.currency == after.currency
	rows = []
	for key, item in old.items():
		label = _item_label(item)
		if key not in new:
			rows.append(Row(ITEM, label, _rounded(item, rounding), None, REMOVED))
			continue
		other = new[key]
		rows += _change(ITEM, label, item.description, other.description, "Description")
		rows += _change(
			QUANTITY,
			label,
			Quantity(rounding(item.qty, COUNT), item.uom),
			Quantity(rounding(other.qty, COUNT), other.uom),
			"Quantity",
		)
		if same_currency:
			rows += _number(PRICE, label, item.rate, other.rate, rounding, MONEY, "Rate")
			rows += _number(PRICE, label, item.discount, other.discount, rounding, PERCENT, "Discount")
	rows += [
		Row(ITEM, _item_label(item), None, _rounded(item, rounding), ADDED)
		for key, item in new.items()
		if key not in old
	]
	return rows


def _keyed(items: Sequence[Item]) -> dict[tuple[str, int], Item]:
	"""Items by code (without one, by description) and by how manieth of that code they are."""
	seen: dict[str, int] = defaultdict(int)
	keyed = {}
	for item in items:
		name = _item_label(item)
		seen[name] += 1
		keyed[name, seen[name]] = item
	return keyed


def _item_label(item: Item) -> str:
	return item.item_code or item.description


def _rounded(item: Item, rounding: Rounding) -> Item:
	return item._replace(
		qty=rounding(item.qty, COUNT),
		rate=rounding(item.rate, MONEY),
		discount=rounding(item.discount, PERCENT),
	)


def _payments(before: CommercialDocument, after: CommercialDocument, rounding: Rounding) -> list[Row]:
	"""The template where both sides name one; the schedules line by line where both have one."""
	rows = []
	if before.payment_terms and after.payment_terms:
		rows += _change(PAYMENT, "Payment Terms", before.payment_terms, after.payment_terms)
	if before.payments is None or after.payments is None:
		return rows
	sides = [
		[payment._replace(portion=rounding(payment.portion, PERCENT)) for payment in document.payments]
		for document in (before, after)
	]
	for index in range(max(map(len, sides))):
		old, new = (side[index] if index < len(side) else None for side in sides)
		rows += _change(PAYMENT, f"{index + 1}", old, new)
	return rows


def _terms(before: CommercialDocument, after: CommercialDocument) -> list[Row]:
	"""Paragraph by paragraph. Beside a framework only what it lacks counts."""
	old, new = list(before.terms), list(after.terms)
	if before.is_framework and after.is_framework:
		pass
	elif after.is_framework:
		return [Row(TERMS, "", text, None, REMOVED) for text in old if text not in new]
	elif before.is_framework:
		return [Row(TERMS, "", None, text, ADDED) for text in new if text not in old]
	rows = []
	for tag, start, end, other_start, other_end in SequenceMatcher(
		None, old, new, autojunk=False
	).get_opcodes():
		if tag != "equal":
			rows += _change(
				TERMS,
				"",
				"\n".join(old[start:end]) or None,
				"\n".join(new[other_start:other_end]) or None,
			)
	return rows


def _common(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
	"""What both sides have a place for, in the order of the first."""
	return [label for label in before if label in after]


def _number(
	what: str, label: str, old: float, new: float, rounding: Rounding, unit: str, detail: str
) -> list[Row]:
	old, new = rounding(old, unit), rounding(new, unit)
	return [Row(what, label, old, new, CHANGED, detail)] if old != new else []


def _change(what: str, label: str, old: Any, new: Any, detail: str = "") -> list[Row]:
	"""A row unless both are the same; nothing and an empty text are."""
	old, new = (None if value == "" else value for value in (old, new))
	if old == new:
		return []
	kind = ADDED if old is None else REMOVED if new is None else CHANGED
	return [Row(what, label, old, new, kind, detail)]
