"""What a solution must say before it is submitted (R1.3, R5.3, R5.4, R6.2, R7.4)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# R7.4: a technical, a commercial and an implementation part.
PARTS = ("technical_part", "commercial_part", "implementation_part")

FEASIBLE = "Feasible"
ADJUSTED = "Feasible with Changes"
NOT_FEASIBLE = "Not Feasible"


class Lack(NamedTuple):
	"""Something that a solution lacks: a field of its own, or one of a row of `table` (counted from 1)."""

	fieldname: str
	table: str | None = None
	row: int = 0


def missing(solution: Mapping[str, Any]) -> list[Lack]:
	"""What a solution lacks, in the order of its form; empty when it is complete.

	It is assessed and can be done, if need be with scope and resources adjusted (R5.3). What is installed and
	used has a quantity (R1.3, R5.4); a point where quality is checked has somebody who answers for it, and a
	stage or a date (R6.2).

	Args:
		solution: its fields; tables are lists of mappings, texts are plain.
	"""
	found = []
	feasibility = solution.get("feasibility")
	if feasibility not in (FEASIBLE, ADJUSTED):
		found.append(Lack("feasibility"))
	if feasibility == ADJUSTED and not _text(solution.get("adjustments")):
		found.append(Lack("adjustments"))
	if not _text(solution.get("feasibility_notes")):
		found.append(Lack("feasibility_notes"))
	found += [Lack(part) for part in PARTS if not _text(solution.get(part))]
	for table, fieldname in (("equipment", "qty"), ("resources", "quantity")):
		found += [
			Lack(fieldname, table, number)
			for number, row in enumerate(solution.get(table) or [], 1)
			if not (row.get(fieldname) or 0) > 0
		]
	for number, row in enumerate(solution.get("quality_checks") or [], 1):
		if not row.get("responsible"):
			found.append(Lack("responsible", "quality_checks", number))
		if not row.get("stage") and not row.get("due_date"):
			found.append(Lack("due_date", "quality_checks", number))
	return found


def is_described(item_code: str | None, description: str | None) -> bool:
	"""Whether a line of equipment says what is meant: an item, or a free line by its description (R1.3)."""
	return bool(_text(item_code) or _text(description))


def _text(value: Any) -> str:
	return str(value or "").strip()
