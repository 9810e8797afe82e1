"""What a run has found: one row for each operation, with its budget, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.measure import Sample, median_and_range

OK, OVER, UNLIMITED = "ok", "over", "–"
FAILED = "failed"


@dataclass(frozen=True)
class Budget:
	"""What an operation may cost.

	Args:
		ratio: time ÷ that of the counterpart, as median.
		queries: SQL statements.
		extra_queries: SQL statements above those of the counterpart.
	"""

	ratio: float | None = None
	queries: int | None = None
	extra_queries: int | None = None

	def text(self) -> str:
		parts = []
		if self.ratio is not None:
			parts.append(f"≤ {self.ratio:.2f} ×")
		if self.queries is not None:
			parts.append(f"≤ {self.queries} queries")
		if self.extra_queries is not None:
			parts.append(f"≤ {self.extra_queries} more" if self.extra_queries else "none more")
		return ", ".join(parts) or UNLIMITED


@dataclass(frozen=True)
class Row:
	"""One line of the table. Times are in seconds, and compare with nothing but each other."""

	group: str
	operation: str
	counterpart: str = ""
	ours: float | None = None
	theirs: float | None = None
	ratio: float | None = None
	lowest: float | None = None
	highest: float | None = None
	queries: int | None = None
	counterpart_queries: int | None = None
	budget: Budget = field(default_factory=Budget)
	note: str = ""
	# Times of a small run say nothing about budgets.
	timed: bool = True
	failed: bool = False

	@property
	def verdict(self) -> str:
		if self.failed:
			return FAILED
		found = []
		if self.budget.ratio is not None and self.ratio is not None and self.timed:
			found.append(self.ratio <= self.budget.ratio)
		if self.budget.queries is not None and self.queries is not None:
			found.append(self.queries <= self.budget.queries)
		if self.budget.extra_queries is not None and self.counterpart_queries is not None:
			found.append(self.queries - self.counterpart_queries <= self.budget.extra_queries)
		if not found:
			return UNLIMITED
		return OK if all(found) else OVER

	def as_dict(self) -> dict:
		return {**asdict(self), "budget_text": self.budget.text(), "verdict": self.verdict}


def row_of(
	group: str,
	operation: str,
	counterpart: str,
	sample: Sample,
	budget: Budget | None = None,
	note: str = "",
	timed: bool = True,
) -> Row:
	"""The row of what was measured with a `Stopwatch`."""
	ratio = lowest = highest = theirs = None
	if sample.counterpart:
		ratio, lowest, highest = median_and_range(sample.ratios)
		theirs = median_and_range(sample.counterpart)[0]
	return Row(
		group=group,
		operation=operation,
		counterpart=counterpart,
		ours=median_and_range(sample.ours)[0],
		theirs=theirs,
		ratio=ratio,
		lowest=lowest,
		highest=highest,
		queries=sample.queries,
		counterpart_queries=sample.counterpart_queries,
		budget=budget or Budget(),
		note=note,
		timed=timed,
	)


HEADINGS = (
	"Operation",
	"Ours",
	"Counterpart",
	"Its time",
	"Ratio (min – max)",
	"Queries",
	"Budget",
	"",
)


def cells(row: Row) -> tuple[str, ...]:
	ratio = "" if row.ratio is None else f"{row.ratio:.2f} ({row.lowest:.2f} – {row.highest:.2f})"
	queries = "" if row.queries is None else str(row.queries)
	if row.queries is not None and row.counterpart_queries is not None:
		queries += f" : {row.counterpart_queries}"
	return (
		row.operation,
		_milliseconds(row.ours),
		row.counterpart,
		_milliseconds(row.theirs),
		ratio,
		queries,
		row.budget.text(),
		row.verdict,
	)


def _milliseconds(seconds: float | None) -> str:
	return "" if seconds is None else f"{seconds * 1000:.1f} ms"


def table(rows: Sequence[Row]) -> str:
	"""The rows as plain text, in groups."""
	lines = [HEADINGS, *map(cells, rows)]
	widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
	right = {1, 3, 4, 5}

	def line(cells_of_line) -> str:
		return "  ".join(
			cell.rjust(width) if column in right else cell.ljust(width)
			for column, (cell, width) in enumerate(zip(cells_of_line, widths, strict=True))
		).rstrip()

	text = [line(HEADINGS), line(tuple("-" * width for width in widths))]
	group = None
	for row in rows:
		if row.group != group:
			group = row.group
			text += ["", group]
		text.append(line(cells(row)))
		if row.note:
			text.append(f"    {row.note}")
	counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in (OK, OVER, FAILED)}
	text += ["", f"{counts[OK]} ok, {counts[OVER]} over, {counts[FAILED]} failed, {len(rows)} operations"]
	return "\n".join(text) + "\n"


def markdown(rows: Sequence[Row]) -> str:
	"""The rows as a table for the documentation: ratios and statements, no times, which are of one machine."""
	lines = [
		"| | operation | counterpart | ratio (min – max) | SQL statements | budget | |",
		"|---|---|---|---|---|---|---|",
	]
	above = None
	for row in rows:
		group, above = "" if row.group == above else row.group, row.group
		operation, _ours, counterpart, _theirs, ratio, queries, budget, verdict = cells(row)
		shown = f"**{verdict}**" if verdict in (OVER, FAILED) else verdict
		operation += f" ({row.note})" if row.note else ""
		lines.append(f"| {group} | {operation} | {counterpart} | {ratio} | {queries} | {budget} | {shown} |")
	return "\n".join(lines) + "\n"


def as_json(rows: Sequence[Row], about: dict) -> str:
	"""All that was found; `about` says where and on how much data."""
	return (
		json.dumps({"about": about, "rows": [row.as_dict() for row in rows]}, indent=1, ensure_ascii=False)
		+ "\n"
	)


def is_over(rows: Sequence[Row]) -> bool:
	return any(row.verdict in (OVER, FAILED) for row in rows)
