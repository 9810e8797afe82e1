"""Presales Project: insert, save, stage move and import, beside a bare DocType of as many fields and rows."""

from collections.abc import Iterator

import frappe

from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, find_project, people
from benchmarks.result import Budget
from benchmarks.templates import new_opportunity, new_project
from benchmarks.world import email, new_floor
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.engine import move_to_stage

GROUP = "Presales Project"
IMPORT = "Import"
FLOOR = "floor insert"
FLOOR_SAVE = "floor save"


def operations(bench: Bench) -> Iterator[Comparison]:
	yield insert()
	yield save()
	yield move()
	yield from imports(bench)


def insert() -> Comparison:
	return Comparison(
		GROUP,
		"insert",
		ours=Side(run=lambda doc: doc.insert(), prepare=lambda: _new(new_project)),
		counterpart_name=FLOOR,
		counterpart=floor_insert(),
		budget=Budget(ratio=1.5, queries=20),
		scales=True,
	)


def save() -> Comparison:
	project = find_project(status="Active")
	user = people("manager", project)

	def opened():
		frappe.set_user(user)
		doc = frappe.get_doc(PROJECT, project)
		doc.goal = "Win the city and its neighbours"
		return doc

	return Comparison(
		GROUP,
		"save",
		ours=Side(run=lambda doc: doc.save(), prepare=opened),
		counterpart_name=FLOOR_SAVE,
		counterpart=floor_save(),
		budget=Budget(ratio=1.5, queries=20),
		scales=True,
	)


def move() -> Comparison:
	"""To the next stage, with the gate asked and overridden: all that a move can do."""
	project = find_project(status="Active")
	director = people("director", project)
	stages = load_process(frappe.db.get_value(PROJECT, project, "process_version")).stages

	def prepare():
		frappe.db.set_value(PROJECT, project, "stage", stages[0].name, update_modified=False)
		frappe.set_user(director)

	def run(_prepared):
		move_to_stage(project, stages[1].name, override_reason="Benchmark")

	return Comparison(
		GROUP,
		"stage move",
		ours=Side(run=run, prepare=prepare),
		counterpart_name=FLOOR_SAVE,
		counterpart=floor_save(),
		scales=True,
	)


def imports(bench: Bench) -> Iterator[Comparison]:
	"""As Data Import does it: row by row, by `insert` of the document."""
	count = 1000 if bench.timed else 5

	def run(make):
		frappe.flags.in_import = True
		try:
			for _number in range(count):
				make().insert()
		finally:
			frappe.flags.in_import = False

	def side(make):
		return Side(run=run, prepare=lambda: _as_manager(make))

	for name, make in (("floor", new_floor), ("Opportunity, 3 items", lambda: new_opportunity(items=3))):
		yield Comparison(
			IMPORT,
			f"{count} projects",
			ours=side(new_project),
			counterpart_name=f"{count} × {name}",
			counterpart=side(make),
			rounds=0.3,
		)


def floor_insert() -> Side:
	return Side(run=lambda doc: doc.insert(), prepare=lambda: _new(new_floor))


def floor_save() -> Side:
	def prepare():
		doc = _new(new_floor).insert()
		doc.field_7 = "What was agreed later"
		return doc

	return Side(run=lambda doc: doc.save(), prepare=prepare)


def _new(make):
	frappe.set_user(email("manager"))
	return make()


def _as_manager(make):
	frappe.set_user(email("manager"))
	return make
