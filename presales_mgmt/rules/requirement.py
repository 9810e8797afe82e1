"""What keeps a requirement from being confirmed, what a change of it comes to, and how far they are (R1.1, R5.2, R6.3, R8.3-R8.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from frappe.utils import strip_html

CAPTURED, ANALYSED, CONFIRMED = "Captured", "Analysed", "Confirmed"
REJECTED, WITHDRAWN = "Rejected", "Withdrawn"
STATUSES = (CAPTURED, ANALYSED, CONFIRMED, REJECTED, WITHDRAWN)
# Neither agreed with the customer nor dropped.
OPEN_STATUSES = (CAPTURED, ANALYSED)

MUST_HAVE = "Must Have"
PRIORITIES = (MUST_HAVE, "Should Have", "Could Have", "Won't Have")

REQUESTED, ANSWERED = "Requested", "Answered"
NOT_FEASIBLE = "Not Feasible"
FEASIBILITIES = ("Feasible", "Feasible with Changes", NOT_FEASIBLE)

# What is agreed with the customer, by field and label in the order of the form. It is changed by a change request.
CONTENT = {
	"title": "Title",
	"kind": "Kind",
	"priority": "Priority",
	"due_date": "Due Date",
	"device": "Device",
	"wanted_function": "Function",
	"place": "Place",
	"quantity": "Quantity",
	"uom": "UOM",
	"description": "Description",
}
# When and how urgently something is wanted says nothing about whether it can be done.
NOT_ANALYSED = frozenset({"priority", "due_date"})
ANALYSED_CONTENT = tuple(fieldname for fieldname in CONTENT if fieldname not in NOT_ANALYSED)

# A customer withdraws a confirmed requirement by a change request, too.
CHANGE, WITHDRAWAL = "Change", "Withdrawal"


@dataclass(frozen=True)
class Change:
	"""One field that is to be another: its name, and both values in plain words."""

	fieldname: str
	old: str
	new: str

	@property
	def label(self) -> str:
		return CONTENT[self.fieldname]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
	"""The fields of the content in which `after` differs from `before`; empty, missing and 0 are the same."""
	return [
		Change(fieldname, in_words(before.get(fieldname)), in_words(after.get(fieldname)))
		for fieldname in CONTENT
		if _comparable(before.get(fieldname)) != _comparable(after.get(fieldname))
	]


def in_words(value: Any) -> str:
	"""A value as plain text, the same whether it comes from a form or from the database."""
	return " ".join(strip_html(_comparable(value)).split())


def _comparable(value: Any) -> str:
	if isinstance(value, datetime):
		value = value.date()
	if isinstance(value, date):
		return value.isoformat()
	if isinstance(value, int | float):
		# Six digits are more than anybody measures, and fewer than a database rounds to.
		return f"{value:.6f}".rstrip("0").rstrip(".") if value else ""
	return str(value or "").strip()


def needs_development_answer(requirement: Mapping[str, Any]) -> bool:
	"""Whether R&D still has to say whether and how the requirement can be met (R8.4)."""
	status = requirement.get("development_status")
	return status == REQUESTED or bool(requirement.get("needs_development") and status != ANSWERED)


def is_refused_by_development(requirement: Mapping[str, Any]) -> bool:
	"""Whether R&D has answered that what is asked for cannot be made."""
	return (
		bool(requirement.get("needs_development"))
		and requirement.get("development_status") == ANSWERED
		and requirement.get("development_answer") == NOT_FEASIBLE
	)


def summarise(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
	"""How far the requirements of a project are.

	Args:
		rows: groups of requirements with `status`, `priority`, `number`, and how many of the group are `overdue`
			and wait for R&D (`asked`).

	Returns:
		{"total", "open", "must_have_open", "overdue", "development_requested",
		"by_status": {status: number}, "by_priority": {priority: {status: number}}}
		Every status and priority is there, with 0 where there is none.
	"""
	by_status = dict.fromkeys(STATUSES, 0)
	by_priority = {priority: dict.fromkeys(STATUSES, 0) for priority in PRIORITIES}
	overdue = asked = 0
	for row in rows:
		status, priority, number = row["status"], row["priority"], int(row["number"])
		by_status[status] = by_status.get(status, 0) + number
		of_priority = by_priority.setdefault(priority, dict.fromkeys(STATUSES, 0))
		of_priority[status] = of_priority.get(status, 0) + number
		overdue += int(row["overdue"] or 0)
		asked += int(row["asked"] or 0)
	return {
		"total": sum(by_status.values()),
		"open": sum(by_status[status] for status in OPEN_STATUSES),
		"must_have_open": sum(by_priority[MUST_HAVE][status] for status in OPEN_STATUSES),
		"overdue": overdue,
		"development_requested": asked,
		"by_status": by_status,
		"by_priority": by_priority,
	}
