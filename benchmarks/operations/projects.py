"""Presales Project: insert, save, stage move and import, beside a bare DocType and beside its twin without our code."""

from collections.abc import Iterator

import frappe
from frappe.workflow.doctype.workflow_action.workflow_action import process_workflow_actions

from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, find_project, people, undo
from benchmarks.result import Budget
from benchmarks.templates import new_opportunity, new_project
from benchmarks.world import TWIN, email, new_floor, new_twin
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.engine import move_to_stage

GROUP = "Presales Project"
IMPORT = "Import"
FLOOR = "floor insert"
FLOOR_SAVE = "floor save"
TWIN_BUDGET = Budget(ratio=1.5, extra_queries=5)


def operations(bench: Bench) -> Iterator[Comparison]:
	yield insert()
	yield insert_beside_twin()
	yield save()
	yield save_beside_twin()
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


def insert_beside_twin() -> Comparison:
	def twin():
		# What our controller adds to it is not to be added by the twin, which has none.
		doc = _new(new_project).insert()
		made = new_twin(doc)
		undo()
		return _new(lambda: made)

	return Comparison(
		GROUP,
		"insert, beside its twin",
		ours=Side(run=lambda doc: doc.insert(), prepare=lambda: _new(new_project)),
		counterpart_name="twin insert",
		counterpart=Side(run=lambda doc: doc.insert(), prepare=twin),
		budget=TWIN_BUDGET,
	)


def save() -> Comparison:
	project = find_project(status="Active")
	return Comparison(
		GROUP,
		"save",
		ours=Side(run=lambda doc: doc.save(), prepare=lambda: _opened(PROJECT, project, project)),
		counterpart_name=FLOOR_SAVE,
		counterpart=floor_save(),
		budget=Budget(ratio=1.5, queries=20),
		scales=True,
	)


def save_beside_twin() -> Comparison:
	project = find_project(status="Active")
	return Comparison(
		GROUP,
		"save, beside its twin",
		ours=Side(run=lambda doc: doc.save(), prepare=lambda: _opened(PROJECT, project, project)),
		counterpart_name="twin save",
		counterpart=Side(
			run=lambda doc: doc.save(), prepare=lambda: _opened(TWIN, write_twin(project), project)
		),
		budget=TWIN_BUDGET,
	)


def write_twin(project: str) -> str:
	"""Write a twin of a project as it stands, and the note for whoever may act next. Returns its name."""
	doc = new_twin(frappe.get_doc(PROJECT, project))
	# A workflow lets a document be inserted in its first state only.
	doc.set_new_name()
	doc.set_parent_in_children()
	for row in (doc, *doc.get_all_children()):
		row.db_insert()
	process_workflow_actions(doc, "on_update")
	return doc.name


def _opened(doctype: str, name: str, project: str):
	"""A project, or its twin, that the manager of the project has opened and changed."""
	frappe.set_user(people("manager", project))
	doc = frappe.get_doc(doctype, name)
	doc.goal = "Win the city and its neighbours"
	return doc


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
			# Of a thousand, the first ones have filled the caches.
			warm_ups=1,
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
