"""Every scheduled job of the app: SQL statements of each batch, and whether the memory it needs stays the same.

A batch is what lies between two commits. Nothing is committed: all that a job writes is undone.
"""

import time
from collections.abc import Iterator

import frappe

from benchmarks.measure import flatness, traced_memory
from benchmarks.operations.base import Bench, Counter, Measurement
from benchmarks.result import Budget, Row
from sandbox.pytest_support import rolled_back

GROUP = "Scheduled jobs"
FLAT = 1.2
# In the few matters of a small database not every level of reminding need occur, and each that does is written by itself.
MORE_LEVELS = 2


def jobs() -> list[str]:
	"""Dotted paths of all jobs of the app, whenever they run."""
	found: list[str] = []
	for event, methods in frappe.get_hooks("scheduler_events", app_name="presales_mgmt").items():
		if event == "cron":
			methods = [method for of_time in methods.values() for method in of_time]
		found += methods
	return sorted(set(found))


def operations(bench: Bench) -> Iterator[Measurement]:
	for job in jobs():
		yield Measurement(GROUP, job, lambda job=job: [run(job, bench)])


def run(job: str, bench: Bench) -> Row:
	started = time.perf_counter()
	_run_batches(job)
	seconds = time.perf_counter() - started
	with traced_memory() as memory:
		batches = _run_batches(job, memory.mark)
	small = bench.batches.get(job)
	# Batches of one kind send the same number of statements.
	grows = flatness(memory.peaks[: len(batches)], batches)
	return Row(
		GROUP,
		f"{job.removeprefix('presales_mgmt.')}: {len(batches)} batches",
		counterpart="its memory in earlier batches",
		ours=seconds,
		ratio=grows,
		lowest=grows,
		highest=grows,
		queries=max(batches, default=0),
		counterpart_queries=small,
		budget=Budget(ratio=FLAT, extra_queries=None if small is None else MORE_LEVELS),
		note=f"peak {memory.peak / 1e6:.1f} MB, {sum(batches)} statements",
		timed=bench.timed,
	)


def largest_batches() -> dict[str, int]:
	"""Job -> SQL statements of its largest batch on the data that is there."""
	return {job: max(_run_batches(job), default=0) for job in jobs()}


def _run_batches(job: str, mark=lambda: None) -> list[int]:
	"""Run a job; returns the SQL statements of each batch. `mark` is called at the end of each."""
	batches: list[int] = []
	with rolled_back(frappe):
		_fill_caches(job)
		commit = frappe.db.commit
		with Counter() as counter:

			def commit_and_count(*args, **kwargs):
				batches.append(counter.count)
				mark()
				commit(*args, **kwargs)
				counter.count = 0

			frappe.db.commit = commit_and_count
			frappe.get_attr(job)()
			frappe.db.commit = commit
	return batches


class _FirstBatchDone(BaseException):
	"""No `Exception`: a job that goes on after a failed batch is to end all the same."""


def _fill_caches(job: str) -> None:
	"""As in a worker that has been at work before: it knows settings, translations and what the tables look like."""
	own = frappe.get_all("DocType", filters={"module": "Presales Mgmt"}, pluck="name", order_by="name asc")
	for doctype in (*own, "User", "Has Role", "Notification Log", "Notification Settings"):
		frappe.get_meta(doctype).get_valid_columns()

	def stop(*args, **kwargs):
		raise _FirstBatchDone

	commit, frappe.db.commit = frappe.db.commit, stop
	frappe.db.savepoint("before_first_batch")
	try:
		frappe.get_attr(job)()
	except _FirstBatchDone:
		pass
	finally:
		frappe.db.rollback(save_point="before_first_batch")
		frappe.db.commit = commit
