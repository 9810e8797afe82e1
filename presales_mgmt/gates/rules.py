"""The rules of stages and gates, free of database and site: what may be moved, and what a gate answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

START = "Start"
FORWARD = "Forward"
SKIP = "Skip"
BACK = "Back"
LOST = "Lost"
END = "End"
STATUS = "Status"

# Which projects a requirement is asked of. Any other value asks all: nothing is let through by a typing error.
ALL_PROJECTS = "All Projects"
LARGE_PROJECTS = "Large Projects"
CLASS_PROJECTS = {"Company-Level Projects": "Company Level", "Channel Projects": "Channel"}

# How the number of records found is compared with that of a requirement of kind Record.
AT_LEAST = "At Least"
AT_MOST = "At Most"

# Documents of a deal in their order: what is needed before one is needed before those that follow it, too.
DOCUMENTS = ("Quotation", "Contract", "Sales Order")

OPERATORS = ("is set", "=", "!=", ">", ">=", "<", "<=", "in", "not in")


@dataclass(frozen=True)
class Stage:
	"""One stage of a process. `target_days` 0 means no target; `probability` is in percent."""

	name: str
	stage_type: str = "Open"
	probability: float = 0
	target_days: int = 0
	responsible_role: str | None = None
	allows_quotation: bool = False
	allows_sales_order: bool = False


@dataclass(frozen=True)
class Requirement:
	"""What a stage needs before it may be left. `condition` holds the fields of its kind.

	With `needed_before`, one of `DOCUMENTS`, it is also needed before such a document is submitted, whichever stage
	the project is in (R1.7, R5.11, R8.6).
	"""

	code: str
	stage: str
	kind: str
	title: str
	mandatory: bool = True
	responsible_role: str | None = None
	applies_to: str = ALL_PROJECTS
	needed_before: str = ""
	condition: Mapping[str, Any] = field(default_factory=dict)

	def applies(self, project_class: str | None, is_large: bool) -> bool:
		"""Whether it is asked of a project of this class and size (R8.7, R9.2)."""
		if self.applies_to == LARGE_PROJECTS:
			return is_large
		if self.applies_to in CLASS_PROJECTS:
			return project_class == CLASS_PROJECTS[self.applies_to]
		return True


Text = str | Callable[[], str]


class Answer:
	"""What a checker found for one requirement of one project.

	Args:
		satisfied: whether the requirement is met.
		found, expected: for people, in the user's language; or functions that say it when it is read, since thousands
			may be asked about and a few read.
		broken: the requirement cannot be met as it stands, since what it names no longer exists.
	"""

	__slots__ = ("_expected", "_found", "broken", "satisfied")

	def __init__(self, satisfied: bool, found: Text, expected: Text, broken: bool = False):
		self.satisfied = satisfied
		self._found = found
		self._expected = expected
		self.broken = broken

	@property
	def found(self) -> str:
		return self._found() if callable(self._found) else self._found

	@property
	def expected(self) -> str:
		return self._expected() if callable(self._expected) else self._expected

	def as_dict(self) -> dict[str, Any]:
		return {
			"satisfied": self.satisfied,
			"found": self.found,
			"expected": self.expected,
			"broken": self.broken,
		}

	def __eq__(self, other) -> bool:
		return isinstance(other, Answer) and self.as_dict() == other.as_dict()

	def __repr__(self) -> str:
		return f"Answer({self.as_dict()})"


@dataclass(frozen=True)
class Finding:
	"""A requirement together with its answer."""

	requirement: Requirement
	answer: Answer

	@property
	def satisfied(self) -> bool:
		return self.answer.satisfied

	@property
	def blocks(self) -> bool:
		"""Whether this finding holds a project back."""
		return self.requirement.mandatory and not self.answer.satisfied

	def as_dict(self) -> dict[str, Any]:
		"""Flat and serialisable, for logs, forms and REST."""
		row = asdict(self.requirement)
		row.pop("condition")
		return {**row, **self.answer.as_dict(), "blocks": self.blocks}


@dataclass(frozen=True)
class Process:
	"""A frozen version of a process: its stages in order, and its requirements."""

	name: str
	stages: Sequence[Stage]
	requirements: Sequence[Requirement] = ()

	def position(self, stage: str) -> int:
		"""Index of `stage`, counted from 0. Raises `KeyError` when the process has no such stage."""
		for index, candidate in enumerate(self.stages):
			if candidate.name == stage:
				return index
		raise KeyError(stage)

	def stage(self, name: str) -> Stage:
		return self.stages[self.position(name)]

	def requirements_of(self, stage: str | None) -> list[Requirement]:
		return [requirement for requirement in self.requirements if requirement.stage == stage]

	def requirements_before(self, doctype: str) -> list[Requirement]:
		"""What is needed before a document of this DocType is submitted, of whichever stage."""
		documents = DOCUMENTS[: DOCUMENTS.index(doctype) + 1]
		return [requirement for requirement in self.requirements if requirement.needed_before in documents]

	def first_stage_that(self, flag: str) -> Stage | None:
		"""The first stage on which `flag` (`allows_quotation` or `allows_sales_order`) is set."""
		return next((stage for stage in self.stages if getattr(stage, flag)), None)

	def terminal_lost_stage(self) -> Stage | None:
		return next((stage for stage in self.stages if stage.stage_type == "Lost"), None)


@dataclass(frozen=True)
class Move:
	"""A move from one stage to another; `gates` are the stages whose requirements must be met first."""

	kind: str
	gates: tuple[str, ...] = ()


def plan_move(process: Process, current: str | None, target: str) -> Move:
	"""What a move from `current` to `target` is, and which gates it passes.

	Forward passes the gate of every stage that is left or skipped; back passes none.
	Raises `KeyError` for a target that the process does not have, `LookupError` when it does not have `current`,
	`ValueError` when nothing would move.
	"""
	end = process.position(target)
	if not current:
		return Move(START, tuple(stage.name for stage in process.stages[:end]))
	try:
		start = process.position(current)
	except KeyError:
		raise LookupError(current) from None
	if start == end:
		raise ValueError(target)
	if end < start:
		return Move(BACK)
	gates = tuple(stage.name for stage in process.stages[start:end] if stage.stage_type != "Lost")
	return Move(FORWARD if len(gates) <= 1 else SKIP, gates)


def compare(found: Any, operator: str, expected: str | None) -> bool:
	"""Whether `found` stands in relation `operator` to `expected`, which is text as typed into a process.

	Both sides are compared as numbers where both are numbers, else as text; dates in ISO form compare
	rightly as text. An empty value satisfies only `!=` and `not in`.
	Raises `ValueError` for an operator that is not in `OPERATORS`.
	"""
	if operator not in OPERATORS:
		raise ValueError(operator)
	empty = found is None or found == "" or found == []
	if operator == "is set":
		return not empty and found != 0
	expected = "" if expected is None else str(expected).strip()
	if operator in ("in", "not in"):
		values = [value.strip() for value in expected.replace("，", ",").split(",")]  # Chinese commas too
		inside = not empty and any(compare(found, "=", value) for value in values)
		return inside if operator == "in" else not inside
	if empty:
		return operator == "!=" and expected != ""
	left, right = _comparable(found, expected)
	return {
		"=": left == right,
		"!=": left != right,
		">": left > right,
		">=": left >= right,
		"<": left < right,
		"<=": left <= right,
	}[operator]


def _comparable(found: Any, expected: str) -> tuple[Any, Any]:
	try:
		return float(found), float(expected)
	except (TypeError, ValueError):
		return str(found), expected
