"""What the operations share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import frappe

from benchmarks import data
from benchmarks.measure import Side, Stopwatch
from benchmarks.result import Budget, Row
from benchmarks.spread import PEOPLE
from benchmarks.world import email

PROJECT = data.PROJECT


@dataclass(frozen=True)
class Comparison:
	"""An operation of ours beside its counterpart.

	Args:
		scales: it is to cost the same on a large database as on a small one.
		check: called once before; raises when the two sides do not do the same.
		rounds: how often as many rounds as usual.
		warm_ups: how often each side is run before.
		budget: what it may cost.
		note: what is to be said about it in the table.
		counted: its SQL statements go over this process's own connection, and can be counted.
	"""

	group: str
	operation: str
	ours: Side
	counterpart_name: str = ""
	counterpart: Side | None = None
	budget: Budget = field(default_factory=Budget)
	scales: bool = False
	check: Callable[[], None] | None = None
	rounds: float = 1
	warm_ups: int = 3
	note: str = ""
	counted: bool = True


@dataclass(frozen=True)
class Measurement:
	"""What is measured in another way than by comparing two sides: `rows` says what came of it."""

	group: str
	operation: str
	rows: Callable[[], list[Row]]


@dataclass
class Bench:
	"""A run: how often, on how much, and whether its times mean anything."""

	stopwatch: Stopwatch
	size: int
	timed: bool
	site: str
	sites: str
	# Scheduled job -> SQL statements of its largest batch on the small database.
	batches: dict[str, int] = field(default_factory=dict)


class Counter:
	"""Counts the SQL statements that are sent to the database inside it."""

	def __enter__(self):
		self.count = 0
		self.original = frappe.db.sql

		def counted(*args, **kwargs):
			self.count += 1
			return self.original(*args, **kwargs)

		frappe.db.sql = counted
		return self

	def __exit__(self, *exception):
		frappe.db.__dict__.pop("sql", None)


def undo() -> None:
	"""Take back what a run has written, and what it has put aside for the end of the request."""
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for log in (frappe.local.message_log, frappe.local.error_log, frappe.local.debug_log):
		log.clear()
	frappe.local.response = frappe._dict({"docs": []})


def people(person: str, project: str) -> str:
	"""The user who is `person` in a project of the benchmark."""
	roles = {"director": "Director", "manager": "Manager", "engineer": "Engineer"}
	return frappe.get_all(
		"Presales Project Member",
		filters={"parenttype": PROJECT, "parent": project, "project_role": roles[person]},
		pluck="user",
		order_by="idx asc",
		limit=1,
	)[0]


def find_project(**filters) -> str:
	"""The first project of the benchmark that meets the filters, whatever they are set to for being measured."""
	return frappe.get_all(
		PROJECT,
		filters={"name": ["like", f"{data.PREFIX}P-%"], **filters},
		pluck="name",
		order_by="name asc",
		limit=1,
	)[0]


def one_of(person: str) -> str:
	"""A user of the kind `person` who was multiplied, not made: with an ordinary share of the projects."""
	return email(person, PEOPLE[person] - 1)


def same(ours, theirs, what: str) -> None:
	"""Raise unless both sides have found the same: a faster way to another result is no comparison."""
	if ours != theirs:
		raise AssertionError(f"{what}: the two sides differ:\n{str(ours)[:500]}\n{str(theirs)[:500]}")


@contextmanager
def as_user(user: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)
