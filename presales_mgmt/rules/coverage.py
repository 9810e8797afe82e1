"""Which part of a solution meets which requirement, and what remains open (R1.3, R5.2, R7.4, R8.3).

Nothing here knows a site: from the same requirements and the same rows follows the same matrix.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from presales_mgmt.rules.requirement import ANALYSED, CONFIRMED, MUST_HAVE, PRIORITIES

TECHNICAL, COMMERCIAL, IMPLEMENTATION = "Technical", "Commercial", "Implementation"
PARTS = (TECHNICAL, COMMERCIAL, IMPLEMENTATION)

FULL, PARTIAL, NOT_COVERED = "Full", "Partial", "Not Covered"

# What a solution has to answer: requirements that are understood, not those that were just heard of or are dropped.
COUNTED_STATUSES = (ANALYSED, CONFIRMED)
WONT_HAVE = PRIORITIES[-1]

# The part that answers a kind of requirement as a rule; of other kinds it is the technical one.
PART_OF_KIND = {"Commercial": COMMERCIAL, "Service": IMPLEMENTATION}


class Need(NamedTuple):
	"""A requirement of the project. `version` is one more after each change that the customer has asked for."""

	name: str
	title: str
	priority: str
	status: str
	kind: str = ""
	version: int = 1


class Row(NamedTuple):
	"""What one part of the solution does for one requirement. `version` is that of the requirement which is meant."""

	requirement: str
	part: str
	coverage: str
	how: str = ""
	version: int = 0


@dataclass(frozen=True)
class Line:
	"""A requirement with what the parts of the solution do for it."""

	need: Need
	cells: Mapping[str, Row]

	@property
	def coverage(self) -> str:
		"""How far the requirement is met: in full when every part that is named for it does its share in full.

		A part that is not named has nothing to do with it. Without any, nothing is covered.
		"""
		found = {row.coverage for row in self.cells.values()}
		if found == {FULL}:
			return FULL
		return PARTIAL if found - {NOT_COVERED} else NOT_COVERED

	@property
	def is_counted(self) -> bool:
		"""Whether the solution has to answer it."""
		return self.need.status in COUNTED_STATUSES and self.need.priority != WONT_HAVE

	@property
	def is_gap(self) -> bool:
		return self.is_counted and self.coverage != FULL

	@property
	def is_stated(self) -> bool:
		"""Whether the solution says so itself: each part that does not do its share in full gives a reason."""
		return bool(self.cells) and all(
			row.how.strip() for row in self.cells.values() if row.coverage != FULL
		)

	@property
	def is_changed(self) -> bool:
		"""Whether the requirement was changed after the solution has answered it."""
		return any(row.version and row.version < self.need.version for row in self.cells.values())


def matrix(needs: Iterable[Need], rows: Iterable[Row]) -> list[Line]:
	"""One line for each requirement that counts or that a row names; Must Have first, then by name.

	Rows of requirements that are not among `needs` are left out.
	"""
	cells: dict[str, dict[str, Row]] = {}
	for row in rows:
		cells.setdefault(row.requirement, {})[row.part] = row
	lines = [Line(need, cells.get(need.name, {})) for need in needs]
	return sorted(
		(line for line in lines if line.is_counted or line.cells),
		key=lambda line: (_rank(line.need.priority), line.need.name),
	)


def gaps(lines: Iterable[Line]) -> list[Line]:
	"""The lines of requirements that are not met in full, in the order of `lines`."""
	return [line for line in lines if line.is_gap]


def unstated(lines: Iterable[Line]) -> list[Line]:
	"""Gaps with which no solution is submitted: in what must be had, without a reason."""
	return [line for line in gaps(lines) if line.need.priority == MUST_HAVE and not line.is_stated]


def rows_to_fill(needs: Iterable[Need]) -> list[Row]:
	"""A row for each requirement that the solution has to answer, in the order of the matrix: not covered yet."""
	return [
		Row(line.need.name, PART_OF_KIND.get(line.need.kind, TECHNICAL), NOT_COVERED, "", line.need.version)
		for line in matrix(needs, ())
	]


def _rank(priority: str) -> int:
	return PRIORITIES.index(priority) if priority in PRIORITIES else len(PRIORITIES)
