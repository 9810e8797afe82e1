"""A bid from its preparation to its result, and what the project learns from it (R7.6, R7.7, R9.5).

Preparing → Submitted → Opened → Won, Lost, Failed (no award) or Withdrawn. A result does not decide on the project:
a deal is won by its sales order, and declared lost by its director.
"""

import frappe
from frappe import _
from frappe.utils import flt, get_datetime, now, now_datetime

from presales_mgmt import losses
from presales_mgmt.controllers import require_status
from presales_mgmt.exceptions import BidError, LifecycleError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.rules import bid as rules
from presales_mgmt.rules.validation import refuse
from presales_mgmt.statuses import ACTIVE, WON, status_label

BID = "Presales Bid"
COMPETITOR = "Presales Project Competitor"
# Under which statuses of its project a bid is handed in: every project is initiated before (R9.9).
BIDDING_STATUSES = (ACTIVE, WON)
# What a bid knows of a competitor whom it does not name.
UNKNOWN = {"bid_price": 0, "bid_score": 0, "won": 0}


def submit(name: str, late_reason: str | None = None) -> None:
	"""Note that the bid was handed in, now and by the session's user.

	Args:
		name: name of the Presales Bid.
		late_reason: why it is noted, or was accepted, after the deadline; needed then.

	Raises:
		BidError: it is not being prepared, its envelope is not complete, its price is missing or above the
			limit, or the deadline has passed and there is no reason.
		LifecycleError: the project is not initiated, or has ended.
	"""
	doc = _read(name)
	require_status(doc, BidError, rules.PREPARING)
	status = frappe.db.get_value(PROJECT, doc.presales_project, "status")
	if status not in BIDDING_STATUSES:
		refuse(
			doc,
			"Presales Project",
			f"{doc.presales_project} ({status_label(status)})",
			_(" or ").join(map(status_label, BIDDING_STATUSES)),
			LifecycleError,
		)
	_require_complete(doc)
	_require_price(doc)
	late_reason = (late_reason or "").strip()
	late = doc.submission_deadline and now_datetime() > get_datetime(doc.submission_deadline)
	if late and not late_reason:
		refuse(
			doc,
			"Submission Deadline",
			doc.get_formatted("submission_deadline"),
			_("a deadline that has not passed, or a reason"),
			BidError,
		)
	_settle(
		doc,
		{
			"status": rules.SUBMITTED,
			"submitted_by": frappe.session.user,
			"submitted_on": now_datetime(),
			"late_reason": late_reason if late else None,
		},
	)


def open_bids(name: str) -> None:
	"""Note that the bids were opened. Our own is among the bidders; the others can be entered until the result.

	Raises:
		BidError: the bid was not submitted, or the time of the opening has not come.
	"""
	doc = _read(name)
	require_status(doc, BidError, rules.SUBMITTED)
	fieldname = "opening" if doc.opening else "submission_deadline"
	if doc.get(fieldname) and now_datetime() < get_datetime(doc.get(fieldname)):
		refuse(
			doc,
			doc.meta.get_label(fieldname),
			doc.get_formatted(fieldname),
			_("a time in the past"),
			BidError,
		)
	if not any(row.is_ourselves for row in doc.bidders):
		doc.append("bidders", {"is_ourselves": 1, "price": doc.bid_price})
	_settle(doc, {"status": rules.OPENED, "opened_by": frappe.session.user, "opened_on": now_datetime()})


def conclude(
	name: str,
	result: str,
	reason: str | None = None,
	winner: str | None = None,
	winning_price: float | None = None,
) -> None:
	"""Enter the result.

	Args:
		name: name of the Presales Bid.
		result: Won, Lost, Failed or Withdrawn.
		reason: why; needed for all but Won.
		winner: Competitor who won, if we lost and it is known.
		winning_price: in the currency of the project; without it, what the winner offered at the opening.

	Raises:
		BidError: there is no such result, it does not follow from the bid's status, the reason is missing, or
			a competitor is named although nobody else has won.
	"""
	doc = _read(name)
	if result not in rules.RESULTS:
		refuse(doc, "Status", result, ", ".join(_(each, context=BID) for each in rules.RESULTS), BidError)
	require_status(doc, BidError, *rules.RESULTS[result])
	reason = (reason or "").strip()
	if result != rules.WON and not reason:
		refuse(doc, "Reason for the Result", None, _("a reason"), BidError)
	if winner and result != rules.LOST:
		refuse(
			doc, "Winner", winner, _("nobody, as the result is {0}").format(_(result, context=BID)), BidError
		)
	values = {
		"status": result,
		"result_reason": reason,
		"decided_by": frappe.session.user,
		"decided_on": now_datetime(),
		"winner": winner,
		"winning_price": 0,
	}
	if result == rules.WON or winner:
		values["winning_price"] = flt(winning_price) or _offered(doc, winner)
	_settle(doc, values)


def reopen(name: str, reason: str) -> None:
	"""Take the last step back: a result, after a protest for instance, or a submission before the deadline.

	The director of the project does so, or a delegate.

	Raises:
		frappe.PermissionError: the user does not direct the project.
		BidError: there is no step to take back, the bids were opened, or there is no reason.
		DuplicateEntryError: another bid of the project has been begun.
	"""
	doc = _read(name)
	if "Director" not in get_project_roles(doc.presales_project, frappe.session.user):
		frappe.throw(
			_("Only the director of {0} may open a bid again.").format(doc.presales_project),
			exc=frappe.PermissionError,
		)
	require_status(doc, BidError, rules.SUBMITTED, *rules.RESULTS)
	reason = (reason or "").strip()
	if not reason:
		refuse(doc, "Status", _(doc.status, context=BID), _("a reason to open it again"), BidError)
	before = doc.status
	if before == rules.SUBMITTED:
		if doc.submission_deadline and now_datetime() > get_datetime(doc.submission_deadline):
			refuse(
				doc,
				"Submission Deadline",
				doc.get_formatted("submission_deadline"),
				_("a deadline that has not passed"),
				BidError,
			)
		values = dict.fromkeys(("submitted_by", "submitted_on", "late_reason"))
		values["status"] = rules.PREPARING
	else:
		values = dict.fromkeys(("result_reason", "decided_by", "decided_on", "winner"))
		values["winning_price"] = 0
		values["status"] = (
			rules.OPENED if doc.opened_on else rules.SUBMITTED if doc.submitted_on else rules.PREPARING
		)
	_settle(doc, values)
	doc.add_comment(
		"Info",
		_("Opened again, was {0}: {1}").format(_(before, context=BID), frappe.utils.escape_html(reason)),
	)


def mark_item(name: str, item: str, done: bool = True) -> None:
	"""Mark an item of the envelope as done, or as missing again.

	Whoever is responsible for it does so, or a delegate, or who may write the bid.

	Raises:
		frappe.PermissionError: the item is another's, and the user may not write the bid.
		frappe.DoesNotExistError: the envelope has no such item.
		BidError: the bid was submitted already.
	"""
	doc = frappe.get_doc(BID, name, for_update=True)
	doc.check_permission("read")
	row = doc.get_item(item)
	if row.responsible not in acting_for(frappe.session.user):
		doc.check_permission("write")
	require_status(doc, BidError, rules.PREPARING)
	row.done = int(done)
	# Whoever is responsible for an item marks it, without the right to edit the bid.
	doc.save(ignore_permissions=True)


def carry_competitors(bid) -> None:
	"""Put the competitors of an opened bid, with price and score, into the project's table; who won is marked.

	A competitor who is there already is not added again. One whom the bid named and names no more stays, since
	others may have written about it, but without the price. What is as it was before is left alone: a later bid
	of the project may have found something else since.
	"""
	before = bid.get_doc_before_save()
	known, was = _known_of_competitors(bid), {}
	if before and before.opened_on:
		was = _known_of_competitors(before)
		known = {**dict.fromkeys(was, UNKNOWN), **known}
	news = {competitor: values for competitor, values in known.items() if was.get(competitor) != values}
	project = frappe.get_doc(PROJECT, bid.presales_project, for_update=True)
	losses.follow_bid(project, bid)
	if not news:
		return
	present = {row.competitor: row for row in project.competitors}
	changed = False
	for competitor, values in news.items():
		row = present.get(competitor)
		if row and all(flt(row.get(field)) == flt(value) for field, value in values.items()):
			continue
		changed = True
		if row:
			row.db_set(values)
		elif any(values.values()) or competitor in {row.competitor for row in bid.bidders}:
			project.append("competitors", {"competitor": competitor, **values}).db_insert()
	if changed:
		# A form of the project that was opened before must not write the old rows back.
		frappe.db.set_value(PROJECT, project.name, "modified", now(), update_modified=False)
		project.notify_update()


def _known_of_competitors(bid) -> dict[str, dict]:
	"""Competitor -> the fields of the project's row that follow from `bid`."""
	known = {}
	for row in bid.bidders:
		if row.competitor:
			known[row.competitor] = {"bid_price": flt(row.price), "bid_score": flt(row.score), "won": 0}
	if bid.winner:
		values = known.setdefault(bid.winner, dict(UNKNOWN))
		values.update(won=1, bid_price=flt(bid.winning_price) or values["bid_price"])
	return known


def _offered(doc, competitor: str | None) -> float:
	"""The price at the opening of `competitor`, or ours; 0 when it is not known."""
	for row in doc.bidders:
		if row.competitor == competitor if competitor else row.is_ourselves:
			return flt(row.price)
	return 0 if competitor else flt(doc.bid_price)


def _require_complete(doc) -> None:
	"""A bid is handed in with its technical and commercial part and its price, and nothing missing (R7.6)."""
	if missing := rules.missing_parts(row.part for row in doc.envelope):
		refuse(
			doc,
			"Envelope Checklist",
			_("no item of {0}").format(
				", ".join(_(part, context="Presales Bid Envelope Item") for part in missing)
			),
			_("a technical and a commercial bid and a price"),
			BidError,
		)
	if undone := [row for row in doc.envelope if not row.done]:
		refuse(
			doc,
			"Envelope Checklist",
			_("not done: {0}").format(", ".join(row.item for row in undone)),
			_("all items done"),
			BidError,
		)


def _require_price(doc) -> None:
	if not flt(doc.bid_price):
		refuse(doc, "Bid Price", None, _("a price"), BidError)
	if flt(doc.price_limit) and flt(doc.bid_price) > flt(doc.price_limit):
		refuse(
			doc,
			"Bid Price",
			doc.get_formatted("bid_price"),
			_("at most {0} ({1})").format(_("Price Limit", context=BID), doc.get_formatted("price_limit")),
			BidError,
		)


def _read(name: str):
	doc = frappe.get_doc(BID, name, for_update=True)
	doc.check_permission("write")
	return doc


def _settle(doc, values: dict) -> None:
	doc.update(values)
	doc.flags.by_function = True
	doc.save()
