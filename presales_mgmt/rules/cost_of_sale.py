"""What an ERPNext document says about the cost of a sale, and in which stage it was spent (R7.1, R9.6).

Formulas are those of ERPNext: a purchase costs its net amount after discounts, without tax that is paid back; a
journal line debit less credit of an expense account; an hour what its Timesheet row says.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

LABOUR, PURCHASE, EXPENSE, JOURNAL = KINDS = ("Labour", "Purchase", "Expense", "Journal")

EXPENSE_ROOT = "Expense"
APPROVED_CLAIM = "Approved"

# Of these nothing more will be bought.
ENDED_REQUESTS = ("Stopped", "Cancelled")
ENDED_ORDERS = ("Closed", "Cancelled")


@dataclass(frozen=True)
class Cost:
	"""What one row of a document costs: in the currency of the document and, `base_`, of the company.

	`moment` is when it was spent: a day, or the time at which the work began.
	"""

	project: str
	row: str
	kind: str
	moment: date | datetime
	activity: str
	base_amount: float
	currency: str
	amount: float
	hours: float = 0.0
	employee: str | None = None
	user: str | None = None


def number(value) -> float:
	"""An amount of a row, in which what is missing counts nothing."""
	return float(value or 0)


def journal_amount(row, root_type: str | None) -> float:
	"""What a line of a Journal Entry costs, in company currency: debit less credit, of expense accounts only.

	A bid bond is paid from one asset to another, and so costs nothing until it is forfeited.
	"""
	if root_type != EXPENSE_ROOT:
		return 0.0
	return number(row.get("debit")) - number(row.get("credit"))


def invoice_amount(invoice, row) -> float:
	"""What a row of a Purchase Invoice costs, in company currency: its net amount, negative when it is returned.

	Also of goods that are taken into stock: they were bought for this project. Not of a fixed asset, which stays
	with the company, and not of an opening invoice, which states what was bought before the books began.
	"""
	if invoice.get("is_opening") == "Yes" or row.get("is_fixed_asset"):
		return 0.0
	return number(row.get("base_net_amount"))


def claim_amount(claim, row) -> float:
	"""What a row of an Expense Claim costs, in company currency: what was sanctioned, of an approved claim.

	Older versions of HRMS know the currency of the company only, and have no amount beside it.
	"""
	if claim.get("approval_status") != APPROVED_CLAIM:
		return 0.0
	if row.get("base_sanctioned_amount") is not None:
		return number(row.get("base_sanctioned_amount"))
	return number(row.get("sanctioned_amount"))


def open_request(row) -> float:
	"""What a row of a Material Request still commits to, in company currency: the share that is not ordered.

	ERPNext leaves the amount of such a row to its form; the server reckons none. So rate and quantity count.
	"""
	amount = number(row.get("rate")) * number(row.get("qty"))
	return amount * (1 - _share(row.get("ordered_qty"), row.get("stock_qty")))


def open_order(row) -> float:
	"""What a row of a Purchase Order still commits to, in company currency: the share that is not billed."""
	return number(row.get("base_net_amount")) * (1 - _share(row.get("billed_amt"), row.get("amount")))


def _share(part, whole) -> float:
	"""`part` of `whole`, between 0 and 1."""
	return min(1.0, max(0.0, number(part) / number(whole))) if number(whole) else 0.0


def stage_at(moves: Sequence[tuple[datetime, str | None]], moment: date | datetime) -> str | None:
	"""In which stage a project was at `moment`; on a day, in which it was at its end. None before its first one.

	`moves` are times and stages entered, in the order of time.
	"""
	if not isinstance(moment, datetime):
		moment = datetime(moment.year, moment.month, moment.day, 23, 59, 59, 999999)
	position = bisect_right([moved_on for moved_on, _stage in moves], moment)
	return moves[position - 1][1] if position else None


@dataclass(frozen=True)
class Figures:
	"""What a project has cost so far, in company currency, and what has been ordered or requested besides."""

	cost: float = 0.0
	purchases: float = 0.0
	commitments: float = 0.0
	hours: float = 0.0

	@property
	def spent(self) -> float:
		"""All that counts against the budget."""
		return self.cost + self.commitments

	@property
	def bought(self) -> float:
		"""All that must be covered by approved requests for purchase (R8.8)."""
		return self.purchases + self.commitments


def add_up(entries: Iterable, requests: Iterable, orders: Iterable, digits: int = 2) -> Figures:
	"""The figures of one project.

	Args:
		entries: its rows of the ledger.
		requests: rows of Material Requests that still run.
		orders: rows of Purchase Orders that still run.
		digits: digits after the point to which amounts are rounded.
	"""
	entries = list(entries)
	return Figures(
		cost=round(sum(number(row.get("base_amount")) for row in entries), digits),
		purchases=round(
			sum(number(row.get("base_amount")) for row in entries if row.get("kind") == PURCHASE), digits
		),
		commitments=round(sum(map(open_request, requests)) + sum(map(open_order, orders)), digits),
		hours=round(sum(number(row.get("hours")) for row in entries), 2),
	)
