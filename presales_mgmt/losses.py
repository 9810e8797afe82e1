"""To whom a deal was lost, and for how much: known from the bid, from ERPNext, or by hand (R7.6, R9.15).

The price is in the currency of the project, its twin in that of the company; on the opportunity it stands in the
opportunity's own. A deal that is taken up again, or won after all, was lost to nobody.
"""

import frappe
from frappe.utils import flt

from presales_mgmt.rules import bid as rules
from presales_mgmt.statuses import LOST

NOBODY = {"lost_to": None, "winning_price": 0, "base_winning_price": 0}
NOBODY_IN_ERPNEXT = {"presales_lost_to": None, "presales_winning_price": 0}


def base_price(project) -> float:
	"""The winning price in company currency."""
	return flt(
		flt(project.winning_price) * flt(project.conversion_rate), project.precision("base_winning_price")
	)


def complete(project) -> None:
	"""Complete a project that its director is about to declare lost: who won is marked among the competitors, and
	is the one who is marked there when nobody is named.
	"""
	winner = next((row for row in project.competitors if row.won), None)
	if not project.lost_to and winner:
		project.lost_to = winner.competitor
		project.winning_price = flt(project.winning_price) or flt(winner.bid_price)
	if not project.lost_to:
		return
	if project.lost_to not in {row.competitor for row in project.competitors}:
		project.append("competitors", {"competitor": project.lost_to})
	for row in project.competitors:
		row.won = int(row.competitor == project.lost_to)
		if row.won:
			row.bid_price = flt(project.winning_price) or flt(row.bid_price)
			project.winning_price = row.bid_price


def forget(project) -> None:
	"""Clear what was known of the winner, of a project that is about to be saved as taken up again."""
	project.update(NOBODY)
	for row in project.competitors:
		row.won = 0


def forget_stored(project) -> None:
	"""The same for a project, read under a lock, that ERPNext takes up again, and for its opportunity."""
	project.update(NOBODY)
	project.db_set(NOBODY)
	for row in project.competitors:
		if row.won:
			row.db_set("won", 0)
	if project.opportunity:
		frappe.db.set_value("Opportunity", project.opportunity, NOBODY_IN_ERPNEXT, update_modified=False)


def from_declaration(project, competitors: list[str], winner: str | None, base_winning_price: float) -> dict:
	"""What follows for a project, read under a lock, from a loss that was declared in ERPNext.

	ERPNext asks for competitors, not for the winner: when it names one alone, and the project knows no winner, that
	is the one.
	"""
	marked = next((row for row in project.competitors if row.won), None)
	price = flt(base_winning_price) / flt(project.conversion_rate)
	if not winner and project.lost_to:
		winner, price = project.lost_to, price or flt(project.winning_price)
	if not winner and marked:
		winner, price = marked.competitor, price or flt(marked.bid_price)
	if not winner and len(set(competitors)) == 1:
		winner = competitors[0]
	if not winner:
		return {}
	row = next((row for row in project.competitors if row.competitor == winner), None)
	if row:
		row.db_set({"won": 1, "bid_price": price or flt(row.bid_price)})
	else:
		project.append("competitors", {"competitor": winner, "won": 1, "bid_price": price}).db_insert()
	return _values(project, winner, price or flt(row and row.bid_price))


def follow_bid(project, bid) -> None:
	"""Take over from a bid to whom it was lost, or that its result was taken back. `project` is locked."""
	before = bid.get_doc_before_save()
	if bid.status == rules.LOST and bid.winner:
		values = _values(project, bid.winner, flt(bid.winning_price))
	elif before and before.winner and before.winner == project.lost_to:
		values = NOBODY
	else:
		return
	if all((project.get(field) or None) == (value or None) for field, value in values.items()):
		return
	project.db_set(values, notify=True)
	if project.status == LOST:
		carry_to_opportunity(project)


def carry_to_opportunity(project) -> None:
	"""Write into the opportunity of a lost project who won, with the price in the opportunity's currency."""
	if not project.opportunity or not project.lost_to:
		return
	rate = flt(frappe.db.get_value("Opportunity", project.opportunity, "conversion_rate")) or 1
	# Only our own fields: what ERPNext does with a loss it has done.
	frappe.db.set_value(
		"Opportunity",
		project.opportunity,
		{
			"presales_lost_to": project.lost_to,
			"presales_winning_price": flt(flt(project.base_winning_price) / rate, 2),
		},
		update_modified=False,
	)


def _values(project, winner: str, price: float) -> dict:
	price = flt(price, project.precision("winning_price"))
	return {
		"lost_to": winner,
		"winning_price": price,
		"base_winning_price": flt(
			price * flt(project.conversion_rate), project.precision("base_winning_price")
		),
	}
