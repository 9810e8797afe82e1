"""Where an operation spends its time: its SQL statements with their plans, and the functions that take longest."""

import cProfile
import io
import pstats
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import frappe

from benchmarks.measure import Side

MOST_STATEMENTS = 15
MOST_FUNCTIONS = 25


@dataclass
class Statement:
	"""All statements that differ in their values only."""

	text: str
	seconds: float = 0.0
	count: int = 0
	# The values of the slowest one, by which its plan is asked for.
	slowest: float = 0.0
	query: str = ""
	values: object = None
	plan: list = field(default_factory=list)

	def add(self, query: str, values, seconds: float) -> None:
		self.count += 1
		self.seconds += seconds
		if seconds >= self.slowest:
			self.slowest, self.query, self.values = seconds, query, values


def shape(query: str) -> str:
	"""A statement without its values, in one line."""
	text = re.sub(r"'(?:[^'\\]|\\.|'')*'", "?", " ".join(str(query).split()))
	text = re.sub(r"\b\d+(?:\.\d+)?\b", "?", text)
	return re.sub(r"\(\s*(?:\?|%s)(?:\s*,\s*(?:\?|%s))+\s*\)", "(?, …)", text)


@contextmanager
def recorded() -> Iterator[dict[str, Statement]]:
	"""The statements sent inside, by shape."""
	statements: dict[str, Statement] = {}
	original = frappe.db.sql

	def record(query, values=(), *args, **kwargs):
		started = time.perf_counter()
		try:
			return original(query, values, *args, **kwargs)
		finally:
			key = shape(query)
			statement = statements.setdefault(key, Statement(key))
			statement.add(str(query), values, time.perf_counter() - started)

	frappe.db.sql = record
	try:
		yield statements
	finally:
		frappe.db.__dict__.pop("sql", None)


def explain(side: Side, undo) -> str:
	"""What `side` does, as text to read: run once to warm up, once for the statements, once for the functions."""
	profile = cProfile.Profile()
	with side.within():
		for part in ("warm up", "statements", "functions"):
			try:
				arguments = (side.prepare(),) if side.prepare else ()
				if part == "warm up":
					side.run(*arguments)
				elif part == "statements":
					with recorded() as statements:
						side.run(*arguments)
					slowest = sorted(statements.values(), key=lambda statement: -statement.seconds)
					for statement in slowest[:MOST_STATEMENTS]:
						statement.plan = plan(statement)
				else:
					profile.runcall(side.run, *arguments)
			finally:
				undo()
	return "\n".join([*_of_statements(slowest), "", _of_functions(profile)])


def plan(statement: Statement) -> list[str]:
	"""How the database goes about a statement that reads; empty for others."""
	if not re.match(r"\s*(\(|with\b|select\b)", statement.query, re.I):
		return []
	word = "explain query plan" if frappe.db.db_type == "sqlite" else "explain"
	try:
		rows = frappe.db.sql(f"{word} {statement.query}", statement.values, as_dict=True)
	except Exception as error:
		return [f"no plan: {error}"]
	return [
		", ".join(f"{key}={value}" for key, value in row.items() if value not in (None, "")) for row in rows
	]


def _of_statements(statements: list[Statement]) -> Iterator[str]:
	yield f"{sum(statement.count for statement in statements)} statements, {len(statements)} different"
	for statement in statements[:MOST_STATEMENTS]:
		yield f"{statement.seconds * 1000:9.2f} ms  {statement.count:4d} ×  {statement.text[:400]}"
		for line in statement.plan:
			yield f"{'':22}{line}"


def _of_functions(profile: cProfile.Profile) -> str:
	text = io.StringIO()
	pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(MOST_FUNCTIONS)
	return text.getvalue()
