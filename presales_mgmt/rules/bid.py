"""What makes a bid complete, who is ahead at the opening, and what a bond has come to (R7.6, R9.5)."""

from collections.abc import Iterable

PREPARING, SUBMITTED, OPENED = "Preparing", "Submitted", "Opened"
WON, LOST, FAILED, WITHDRAWN = "Won", "Lost", "Failed", "Withdrawn"
OPEN_STATUSES = (PREPARING, SUBMITTED, OPENED)
# Result -> from which statuses it follows. A tender fails, and a bid is withdrawn, at any time; won and lost
# is what was opened.
RESULTS = {
	WON: (OPENED,),
	LOST: (OPENED,),
	FAILED: OPEN_STATUSES,
	WITHDRAWN: OPEN_STATUSES,
}

# A bid has a technical and a commercial part and a price (R7.6); not every tender asks for qualifications.
NEEDED_PARTS = ("Technical", "Commercial", "Price")

LOWEST_PRICE, COMPREHENSIVE_SCORE = "Lowest Price", "Comprehensive Score"

NOT_NEEDED, TO_BE_PAID, PAID, RETURNED, FORFEITED = (
	"Not Needed",
	"To Be Paid",
	"Paid",
	"Returned",
	"Forfeited",
)
BANK_TRANSFER, BANK_GUARANTEE = "Bank Transfer", "Bank Guarantee"
# The bond is no longer what was agreed on, but what was paid.
BOND_SETTLED = (PAID, RETURNED, FORFEITED)

CUSTOMER, SUPPLIER = "Customer", "Supplier"
PAY, RECEIVE = "Pay", "Receive"


def missing_parts(parts: Iterable[str]) -> list[str]:
	"""The parts that a bid needs and its checklist, with items of `parts`, does not have (R7.6)."""
	present = set(parts)
	return [part for part in NEEDED_PARTS if part not in present]


def required_weight(method: str | None, total: float) -> float | None:
	"""What the weights must add up to, of which the sum is `total`; None when they may stay as they are.

	Where the lowest price wins nothing is weighed; another method need not say how it weighs.
	"""
	if method == LOWEST_PRICE:
		return 0
	if method == COMPREHENSIVE_SCORE or total:
		return 100
	return None


def ranks(bidders: Iterable, method: str | None) -> list[int]:
	"""The rank of each of `bidders`, in their order; 0 for one that cannot be ranked.

	Args:
		bidders: rows with `price`, `score` and `disqualified`.
		method: how the tender is evaluated. The lowest price wins, or the highest score; of equal scores the one
			with the lower price is ahead, as is the rule for tenders in China. Equals share a rank, and those
			behind them are counted on (1, 1, 3).
	"""

	def key(row) -> tuple[float, float] | None:
		price, score = float(row.price or 0), float(row.score or 0)
		if row.disqualified:
			return None
		if method == LOWEST_PRICE:
			return (price, 0) if price else None
		return (-score, price) if score else None

	keys = [key(row) for row in bidders]
	ranked = sorted(each for each in keys if each is not None)
	return [ranked.index(each) + 1 if each is not None else 0 for each in keys]


# What a payment is allocated to without being spent: the payment that it brings back, and corrections of the books.
NOT_SPENDING = ("Payment Entry", "Journal Entry")


def free_share(payment) -> float:
	"""Which share of a Payment Entry, from 0 to 1, pays no order and no invoice: only that can be a bond.

	Amounts are allocated in the currency of the party's account.
	"""
	amount = payment.paid_amount if payment.payment_type == RECEIVE else payment.received_amount
	spent = sum(
		float(row.allocated_amount or 0)
		for row in payment.references
		if row.reference_doctype not in NOT_SPENDING
	)
	return min(max(1 - spent / float(amount), 0.0), 1.0) if amount else 0.0


def base_amount(payment) -> float:
	"""What has left our account by a payment, or has reached it, in company currency.

	That is what ERPNext books on the bank's or cash account. On the party's account it books another amount when
	the exchange rate has changed meanwhile.
	"""
	received = payment.payment_type == RECEIVE
	return float((payment.base_received_amount if received else payment.base_paid_amount) or 0)


def amount_in(payment, currency: str, company_currency: str) -> float | None:
	"""What `payment` comes to in `currency`; None when it says nothing in that currency.

	Args:
		payment: amounts and account currencies of a Payment Entry.
		currency: the currency that is asked for.
		company_currency: that of the payment's company.
	"""
	for amount, its_currency in (
		(payment.paid_amount, payment.paid_from_account_currency),
		(payment.received_amount, payment.paid_to_account_currency),
		(base_amount(payment), company_currency),
	):
		if its_currency == currency:
			return float(amount or 0)
	return None


def takes_bond(party_type: str | None, party: str | None, tenderer: str | None, agency: str | None) -> bool:
	"""Whether a bond goes to this party: the tenderer, or the agency that runs the tender.

	While no agency is named any supplier may be the one.
	"""
	if party_type == CUSTOMER:
		return bool(party) and party == tenderer
	return party_type == SUPPLIER and bool(party) and agency in (None, "", party)
