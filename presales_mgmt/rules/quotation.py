"""Versions of an offer: which one stands for a bidding customer, and which one for the deal (R1.6, R7.8).

Plain rules over rows of submitted quotations, with `name`, `status`, `presales_version`, `presales_version_status`,
`quotation_to`, `party_name` and `transaction_date`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

CURRENT, SUPERSEDED, LOST, WITHDRAWN = "Current", "Superseded", "Lost", "Withdrawn"
# What ERPNext calls a quotation that was declared lost.
ERPNEXT_LOST = "Lost"
# Nothing is ordered from these.
NOT_ORDERABLE = (SUPERSEDED, LOST, WITHDRAWN)


def bidder_of(row) -> tuple[str | None, str | None]:
	"""To whom the offer is made: DocType and name of a customer, lead or prospect.

	A row can have a `bidder`: the customer that its lead or prospect has become since.
	"""
	return getattr(row, "bidder", None) or (row.quotation_to or None, row.party_name or None)


def statuses(rows: Iterable) -> dict[str, str]:
	"""Name -> what a submitted version is now.

	The rows are in the order in which they were made. Of the versions for one bidding customer the newest is current,
	unless it was declared lost; all before it are superseded, and come back by no loss of a later one: an offer that
	was replaced is not made any more.
	"""
	by_bidder = defaultdict(list)
	for row in rows:
		by_bidder[bidder_of(row)].append(row)
	found = {}
	for versions in by_bidder.values():
		# Two customers can have become one, so that a number is there twice: the later one is the newer.
		versions.reverse()
		versions.sort(key=lambda row: row.presales_version or 0, reverse=True)
		for position, row in enumerate(versions):
			if row.status == ERPNEXT_LOST:
				found[row.name] = LOST
			else:
				found[row.name] = SUPERSEDED if position else CURRENT
	return found


def choose_offer(rows: Sequence, party: tuple[str | None, str | None]):
	"""The offer that stands for the deal, of the `rows` of current versions: the one to the project's own party when
	there is one, else the latest. None without rows.

	Args:
		rows: current versions, the latest last.
		party: DocType and name of the party of the project.
	"""
	own = [row for row in rows if bidder_of(row) == party]
	chosen = own or list(rows)
	return chosen[-1] if chosen else None
