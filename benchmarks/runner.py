"""A whole run on a connected site: data, small and large, and all operations in between."""

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import frappe

from benchmarks import data, world
from benchmarks.explain import explain
from benchmarks.measure import Sample, Stopwatch, growth, median_and_range
from benchmarks.operations import gates, hooks, jobs, lists, projects, reports, rest
from benchmarks.operations.base import Bench, Comparison, Counter, Measurement, undo
from benchmarks.result import Budget, Row, row_of
from benchmarks.switches import without_background_jobs

MODULES = (hooks, projects, gates, lists, reports, rest, jobs)
GROWTH = "Large ÷ small database"
# How much smaller the small database is.
SMALLER = 50


def run(
	sites: str,
	site: str,
	size: int,
	rounds: int,
	quick: bool = False,
	only: str = "",
	keep: bool = False,
	say: Callable[[str], None] = lambda message: None,
	modules: Sequence = MODULES,
) -> tuple[list[Row], dict]:
	"""Fill the site, measure, and take everything away again unless `keep`. Returns the rows, and what they are about.

	Args:
		only: measure operations whose group or name holds this.
	"""
	bench = make_bench(sites, site, size, rounds, quick)
	small_size = max(20, size // SMALLER)
	with without_background_jobs():
		rows = _run(bench, small_size, only, keep, say, modules)
	return rows, about(size, small_size, rounds)


def make_bench(sites: str, site: str, size: int, rounds: int, quick: bool) -> Bench:
	frappe.flags.mute_emails = True
	frappe.set_user("Administrator")
	return Bench(Stopwatch(undo, Counter, rounds, exact=not quick), size, not quick, site, sites)


def explain_all(bench: Bench, only: str, keep: bool, say, modules: Sequence = MODULES) -> Iterator[str]:
	"""Instead of measuring: where the operations that `only` names spend their time."""
	with without_background_jobs():
		try:
			world.make()
			data.fill(bench.size, say)
			for operation in _operations(bench, modules, only):
				if isinstance(operation, Comparison):
					yield f"=== {operation.group}: {operation.operation}\n{explain(operation.ours, undo)}"
		finally:
			undo()
			if not keep:
				data.remove()


def _run(bench: Bench, small_size: int, only: str, keep: bool, say, modules) -> list[Row]:
	rows: list[Row] = []
	try:
		world.make()
		small: dict[str, Sample] = {}
		if data.count() <= small_size:
			data.fill(small_size, say)
			bench.batches = jobs.largest_batches() if jobs in modules else {}
			small = dict(_against_yardstick(bench, modules, only, say))
		else:
			say("There is data of an earlier run: growth is not measured.")
		data.fill(bench.size, say)
		# First, as on the small database: nothing else has been done to the caches.
		large = dict(_against_yardstick(bench, modules, only, say)) if small else {}
		for operation in _operations(bench, modules, only):
			say(f"{operation.group}: {operation.operation}")
			rows += measure(operation, bench)
		rows += [_growth(name, small[name], sample, bench) for name, sample in large.items() if name in small]
	finally:
		undo()
		if not keep:
			say("Taking the data away …")
			data.remove()
	return rows


def _operations(bench: Bench, modules, only: str) -> Iterator[Comparison | Measurement]:
	for module in modules:
		for operation in module.operations(bench):
			if only.lower() in f"{operation.group} {operation.operation}".lower():
				yield operation


def measure(operation: Comparison | Measurement, bench: Bench) -> list[Row]:
	"""The rows of an operation. One that fails is a row that says so, and the others are measured all the same."""
	try:
		if isinstance(operation, Measurement):
			return operation.rows()
		if operation.check:
			operation.check()
			undo()
		sample = bench.stopwatch.compare(
			operation.ours,
			operation.counterpart,
			rounds=max(2, round(bench.stopwatch.rounds * operation.rounds)) if bench.timed else None,
			warm_ups=operation.warm_ups,
		)
	except Exception as error:
		undo()
		text = frappe.utils.strip_html(f"{type(error).__name__}: {error}")[:200]
		return [Row(operation.group, operation.operation, failed=True, note=text)]
	if not operation.counted:
		sample = replace(sample, queries=None, counterpart_queries=None)
	return [
		row_of(
			operation.group,
			operation.operation,
			operation.counterpart_name,
			sample,
			operation.budget,
			operation.note,
			bench.timed,
		)
	]


def _against_yardstick(bench: Bench, modules, only: str, say) -> Iterator[tuple[str, Sample]]:
	"""Operations that are not to grow with the data, in turn with a piece of work that cannot."""
	for operation in _operations(bench, modules, only):
		if isinstance(operation, Comparison) and operation.scales:
			say(f"{GROWTH}: {operation.group}: {operation.operation}")
			try:
				sample = bench.stopwatch.compare(operation.ours, projects.floor_insert())
			except Exception:
				# Said where the operation itself is measured.
				undo()
				continue
			yield f"{operation.group}: {operation.operation}", sample


def _growth(name: str, small: Sample, large: Sample, bench: Bench) -> Row:
	ratio, lowest, highest = median_and_range(growth(small, large))
	return Row(
		GROWTH,
		name,
		counterpart="small database",
		ratio=ratio,
		lowest=lowest,
		highest=highest,
		queries=large.queries,
		counterpart_queries=small.queries,
		budget=Budget(ratio=1.3, extra_queries=0),
		timed=bench.timed,
	)


def about(size: int, small_size: int, rounds: int) -> dict:
	"""Where and on how much was measured."""
	version = "select sqlite_version()" if frappe.db.db_type == "sqlite" else "select version()"
	return {
		"projects": size,
		"projects_small": small_size,
		"rounds": rounds,
		"versions": {
			app: frappe.get_attr(f"{app}.__version__") for app in ("frappe", "erpnext", "presales_mgmt")
		},
		"database": f"{frappe.db.db_type} {frappe.db.sql(version)[0][0]}",
		"python": platform.python_version(),
		"machine": platform.machine(),
	}
