"""When somebody is reminded of a matter that is due, and when it is told further up."""

from datetime import date, timedelta

NONE, DUE_SOON, OVERDUE, ESCALATED = range(4)


def bounds(today: date, days_before: int, days_after: int) -> tuple[date, date]:
	"""The last date that is due soon, and the last one that is escalated.

	Escalated is what is overdue by `days_after` days or more; with 0, whatever is overdue.
	"""
	return today + timedelta(days=max(days_before, 0)), today - timedelta(days=max(days_after, 1))


def level(due: date, today: date, days_before: int, days_after: int) -> int:
	"""The level of reminding that a matter due on `due` has reached today."""
	soon, escalated = bounds(today, days_before, days_after)
	if due > soon:
		return NONE
	if due >= today:
		return DUE_SOON
	return OVERDUE if due > escalated else ESCALATED
