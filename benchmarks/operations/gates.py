"""Gate evaluation for one, a hundred and ten thousand projects: the same number of queries."""

from collections.abc import Iterator

import frappe

from benchmarks.data import PREFIX
from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, Counter, find_project, same, undo
from benchmarks.operations.gate_sql import missing_sql
from benchmarks.result import Budget
from presales_mgmt.gates.evaluation import blocking, evaluate

GROUP = "Gate evaluation"


def operations(bench: Bench) -> Iterator[Comparison]:
	project = find_project(status="Active", stage=["is", "set"])
	yield compare("1 project", [project], Budget(queries=10), scales=True)
	hundred = in_stages(100)
	yield compare(f"{len(hundred)} projects", hundred, Budget())
	with Counter() as counter:
		evaluate(hundred)
	undo()
	many = in_stages(10_000)
	yield compare(
		f"{len(many)} projects",
		many,
		Budget(queries=counter.count),
		note="as many as for the hundred",
	)


def in_stages(limit: int) -> list[str]:
	"""Projects that are in a stage. First one of each process, stage and class: a few ask for all that many ask for."""
	rows = frappe.get_all(
		PROJECT,
		filters={"name": ["like", f"{PREFIX}P-%"], "stage": ["is", "set"]},
		fields=["name", "process_version", "stage", "project_class"],
		order_by="name asc",
	)
	first: dict[tuple, str] = {}
	for row in rows:
		first.setdefault((row.process_version, row.stage, row.project_class), row.name)
	chosen = set(first.values())
	others = [row.name for row in rows if row.name not in chosen]
	return sorted([*first.values(), *others][:limit])


def compare(operation: str, projects: list[str], budget: Budget, **arguments) -> Comparison:
	versions = frappe.get_all(
		PROJECT,
		filters={"name": ["in", projects]},
		pluck="process_version",
		distinct=True,
		order_by="process_version asc",
	)
	sql, values = missing_sql(versions, "p.name in %(projects)s", {"projects": tuple(projects)})

	def check():
		ours = {name: len(blocking(findings)) for name, findings in evaluate(projects).items()}
		theirs = {name: int(missing) for name, missing in frappe.db.sql(sql, values)}
		same(ours, theirs, f"Gates of {operation}")

	return Comparison(
		GROUP,
		operation,
		ours=Side(run=lambda: evaluate(projects), repeatable=True),
		counterpart_name="single SQL",
		counterpart=Side(run=lambda: frappe.db.sql(sql, values), repeatable=True),
		budget=budget,
		check=check,
		rounds=1 if len(projects) <= 100 else 0.3,
		**arguments,
	)
