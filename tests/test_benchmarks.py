"""The benchmark: that it measures what it says, on data as the app writes it, and leaves nothing behind.

The data is made on the sandbox: its floor is a DocType, and a new table would end the transaction on a real site. There,
a small run is made in a process of its own.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from benchmarks.chart import chart, position
from benchmarks.measure import Sample, Side, Stopwatch, flatness, growth, traced_memory
from benchmarks.result import (
	FAILED,
	OK,
	OVER,
	UNLIMITED,
	Budget,
	Row,
	as_json,
	is_over,
	markdown,
	row_of,
	table,
)
from sandbox import pytest_support
from tests import site_worker
from tests.conftest import BENCH, SITE, is_installed_on_real_site

ROOT = Path(__file__).resolve().parent.parent
SIZE = 40

# ------------------------------------------------------------------------------------------- measuring


class FakeCounter:
	def __enter__(self):
		self.count = 7
		return self

	def __exit__(self, *exception):
		pass


@pytest.fixture
def told():
	return []


@pytest.fixture
def stopwatch(told):
	return Stopwatch(lambda: told.append("undo"), FakeCounter, rounds=3, exact=False)


def test_sides_take_turns_and_neither_is_always_first(stopwatch, told):
	sample = stopwatch.compare(Side(lambda: told.append("a")), Side(lambda: told.append("b")))
	runs = [word for word in told if word != "undo"]
	assert runs == ["a", "a", "a", "b", "b", "b", "a", "b", "b", "a", "a", "b"]
	assert len(sample.ours) == len(sample.counterpart) == len(sample.ratios) == 3
	assert (sample.queries, sample.counterpart_queries) == (7, 7)


def test_each_run_is_prepared_and_undone_within_its_circumstances(stopwatch, told):
	@contextmanager
	def within():
		told.append("in")
		yield
		told.append("out")

	side = Side(run=told.append, prepare=lambda: told.append("prepare") or "run", within=within)
	stopwatch.time(side)
	assert told == ["in", "prepare", "run", "undo", "out"]


def test_a_run_that_fails_is_undone(stopwatch, told):
	with pytest.raises(ZeroDivisionError):
		stopwatch.time(Side(lambda: 1 / 0))
	assert told == ["undo"]


def test_what_is_fast_is_repeated_only_when_it_reads(told):
	exact = Stopwatch(lambda: None, FakeCounter, rounds=1)
	assert exact.repeats(Side(lambda: None, repeatable=True)) > 1
	assert exact.repeats(Side(lambda: None)) == 1


def test_growth_is_told_by_what_both_were_measured_against():
	"""The machine was twice as slow in the second half: the operation has not grown."""
	small = Sample(ours=(2.0, 2.0, 2.0), counterpart=(1.0, 1.0, 1.0))
	assert growth(small, Sample(ours=(4.0, 4.0), counterpart=(2.0, 2.0))) == (1.0, 1.0)
	assert growth(small, Sample(ours=(6.0,), counterpart=(1.0,))) == (3.0,)


def test_memory_is_flat_when_later_batches_of_a_kind_need_no_more():
	assert flatness([5, 9, 5, 9, 5, 9, 5, 9], "abababab") == 1.0
	assert flatness([5, 5, 10, 10], "aaaa") == 2.0
	assert flatness([5, 50], "aa") == 1.0, "two batches say nothing"


def test_memory_is_measured_above_what_was_in_use():
	with traced_memory() as memory:
		kept = [bytearray(100_000) for _number in range(10)]
		memory.mark()
		del kept
		memory.mark()
	assert memory.peaks[0] > 900_000 > memory.peaks[-1]


# --------------------------------------------------------------------------------------------- results


def row(ratio=1.0, budget=None, **values):
	return Row(
		"Group", "operation", "floor", 0.002, 0.001, ratio, ratio, ratio, budget=budget or Budget(), **values
	)


@pytest.mark.parametrize(
	("found", "verdict"),
	[
		(row(), UNLIMITED),
		(row(1.5, Budget(ratio=1.5)), OK),
		(row(1.51, Budget(ratio=1.5)), OVER),
		(row(1.51, Budget(ratio=1.5), timed=False), UNLIMITED),
		(row(1.0, Budget(ratio=1.5, queries=20), queries=21), OVER),
		(row(1.0, Budget(queries=20), queries=20), OK),
		(row(1.0, Budget(extra_queries=0), queries=21, counterpart_queries=21), OK),
		(row(1.0, Budget(extra_queries=0), queries=22, counterpart_queries=21), OVER),
		(row(1.51, Budget(ratio=1.5, queries=20), queries=21, timed=False), OVER),
		(row(failed=True), FAILED),
	],
)
def test_verdicts(found, verdict):
	assert found.verdict == verdict
	assert is_over([found]) == (verdict in (OVER, FAILED))


def test_a_row_has_median_and_range():
	found = row_of("Group", "operation", "floor", Sample((3.0, 2.0, 4.0), (1.0, 1.0, 2.0), 5, 4))
	assert (found.ratio, found.lowest, found.highest) == (2.0, 2.0, 3.0)
	assert (found.ours, found.theirs) == (3.0, 1.0)


def test_results_are_written_as_table_json_and_markdown():
	rows = [row(1.5, Budget(ratio=2.0)), row(9.0, Budget(ratio=2.0), note="a note")]
	text = table(rows)
	assert "1.50 (1.50 – 1.50)" in text
	assert "    a note" in text
	assert "1 ok, 1 over, 0 failed, 2 operations" in text
	assert "| **over** |" in markdown(rows)
	assert "ms" not in markdown(rows), "times are of one machine"
	stored = json.loads(as_json(rows, {"projects": 5}))
	assert stored["about"] == {"projects": 5}
	assert [stored_row["verdict"] for stored_row in stored["rows"]] == [OK, OVER]


def test_the_chart_is_a_picture_of_the_ratios():
	rows = [row(0.5), row(4.0, Budget(ratio=2.0)), Row("Group", "without <ratio>")]
	drawing = ElementTree.fromstring(chart(rows, "Time ÷ counterpart & more"))
	bars = [
		bar for bar in drawing.iter("{http://www.w3.org/2000/svg}rect") if bar.find("{*}title") is not None
	]
	assert len(bars) == 2
	assert float(bars[0].get("x")) < position(1) == pytest.approx(float(bars[1].get("x")), abs=0.1)
	assert position(0.0001) == position(0.05)


# ------------------------------------------------------------------------------------------- the deals


@pytest.fixture(scope="module")
def deals():
	from benchmarks.spread import deal
	from presales_mgmt.gates.rules import Process, Stage

	process = Process("P", [*(Stage(f"S{number}") for number in range(6)), Stage("Won", "Won")])
	return [deal(number, [process], date(2026, 11, 24)) for number in range(1000)]


def test_a_deal_is_the_same_each_time(deals):
	from benchmarks.spread import deal
	from presales_mgmt.gates.rules import Process, Stage

	process = Process("P", [*(Stage(f"S{number}") for number in range(6)), Stage("Won", "Won")])
	assert deal(123, [process], date(2026, 11, 24)) == deals[123]


def test_deals_are_spread_as_in_a_company(deals):
	assert sum(deal.quotations for deal in deals) == 400
	assert sum(deal.has_order for deal in deals) == 100
	statuses = Counter(deal.status for deal in deals)
	assert set(statuses) == {
		"Draft",
		"Initiation Review",
		"Active",
		"On Hold",
		"Won",
		"Lost",
		"Abandoned",
		"Closed",
	}
	assert statuses["Active"] > 400
	positions = Counter(deal.position for deal in deals if deal.status == "Active")
	assert len(positions) == 6
	assert positions[0] > positions[5], "few get far"
	assert {deal.company for deal in deals} == {0, 1}
	assert max(deal.amount for deal in deals) > 20 * min(deal.amount for deal in deals)
	assert all(deal.has_order == (deal.status in ("Won", "Closed")) for deal in deals)


# -------------------------------------------------------------------------------------------- the data


@pytest.fixture(scope="module")
def filled(connected, populated, is_sandbox):
	"""(frappe, snapshot from before) with the data of the benchmark."""
	if not is_sandbox:
		pytest.skip("makes a DocType, which would end the transaction of the session")
	from benchmarks import data, world

	with pytest_support.rolled_back(connected):
		before = site_worker.snapshot(connected)
		world.make()
		data.fill(SIZE)
		connected.db.commit()  # emulated: the point that each test returns to
		yield connected, before


@pytest.fixture
def bench(filled):
	frappe, _before = filled
	with pytest_support.rolled_back(frappe):
		yield frappe


def projects(frappe, **filters) -> list[str]:
	from benchmarks.data import PREFIX, PROJECT

	return frappe.get_all(
		PROJECT, filters={"name": ["like", f"{PREFIX}P-%"], **filters}, pluck="name", order_by="name asc"
	)


def test_as_many_as_asked_for_are_made_and_no_more_the_next_time(bench):
	from benchmarks import data

	assert data.count() == SIZE
	assert bench.db.count("Quotation", {"name": ["like", "PSB-Q-%"], "docstatus": 1}) == SIZE * 0.4
	assert bench.db.count("Sales Order", {"name": ["like", "PSB-S-%"], "docstatus": 1}) == SIZE * 0.1
	assert data.fill(SIZE) == 0


def test_filling_goes_on_where_it_stopped(bench):
	from benchmarks import data

	assert data.fill(SIZE + 7) == 7
	assert projects(bench)[-1] == data.project_name(SIZE + 6)


def test_filling_sends_few_statements(bench, count_queries):
	from benchmarks import data

	maker = data.Maker()
	with count_queries() as counter:
		maker.make(range(SIZE, SIZE + 100))
	assert counter.count < 100


def test_gates_evaluate(bench):
	from presales_mgmt.gates.evaluation import evaluate

	found = [finding for findings in evaluate(projects(bench)).values() for finding in findings]
	assert len(found) > SIZE
	assert not [finding for finding in found if finding.answer.broken]
	assert {finding.satisfied for finding in found} == {True, False}


def test_forms_open_and_every_link_leads_somewhere(bench):
	from frappe.desk.form.load import getdoc

	from benchmarks import data

	for doctype in data.DOCTYPES:
		names = bench.get_all(
			doctype, filters={"name": ["like", "PSB-_-%"]}, pluck="name", order_by="name asc", limit=10
		)
		assert names, doctype
		for name in names:
			getdoc(doctype, name)
			doc = bench.get_doc(doctype, name)
			if doctype == "Presales Cost Entry":
				doc.source_name = None  # the ledger alone is made, not what was booked
			assert doc.get_invalid_links(is_submittable=doc.meta.is_submittable) == ([], []), name


def test_a_project_made_this_way_can_be_saved_by_its_manager(bench, world):
	for name in projects(bench, status=["!=", "Closed"]):
		before = bench.get_doc("Presales Project", name)
		with world.acting_as(before.manager):
			doc = bench.get_doc("Presales Project", name)
			doc.source_channel = "Referral"
			doc.save()
		changed = {
			fieldname
			for fieldname, value in doc.get_valid_dict().items()
			if str(value or "") != str(before.get(fieldname) or "")
		}
		assert changed <= {"source_channel", "modified", "modified_by"}, name


def test_it_can_be_moved_by_its_director(bench, world):
	from presales_mgmt.gates.definitions import load_process
	from presales_mgmt.gates.engine import move_to_stage

	moved = 0
	for name in projects(bench, status="Active"):
		doc = bench.get_doc("Presales Project", name)
		stages = load_process(doc.process_version).stages
		position = [stage.name for stage in stages].index(doc.stage) + 1
		if stages[position].stage_type == "Open":
			with world.acting_as(doc.director):
				move_to_stage(name, stages[position].name, override_reason="Benchmark")
			moved += 1
	assert moved > 5


@pytest.mark.parametrize("doctype", ["Presales Risk", "Presales Activity", "Presales Rectification"])
def test_what_hangs_under_it_can_be_saved(bench, world, doctype):
	open_projects = projects(bench, status=["!=", "Closed"])
	for name in bench.get_all(
		doctype,
		filters={"presales_project": ["in", open_projects]},
		pluck="name",
		order_by="name asc",
		limit=5,
	):
		doc = bench.get_doc(doctype, name)
		with world.acting_as(bench.db.get_value("Presales Project", doc.presales_project, "manager")):
			doc.save()


def test_each_sees_the_own_projects(bench, world):
	from benchmarks.world import email

	for person, number in (("engineer", 3), ("director", 1), ("outsider", 0)):
		user = email(person, number)
		own = bench.get_all(
			"Presales Project Member", filters={"user": user}, pluck="parent", order_by="parent asc"
		)
		with world.acting_as(user):
			assert sorted(bench.get_list("Presales Project", pluck="name", limit_page_length=0)) == sorted(
				set(own)
			)


def test_everything_is_taken_away_and_nothing_else(filled):
	from benchmarks import data

	frappe, before = filled
	with pytest_support.rolled_back(frappe):
		data.remove()
		assert site_worker.difference(before, site_worker.snapshot(frappe)) == {}
		for doctype in data.tables():
			assert not frappe.db.count(doctype, {"name": ["like", "PSB-%"]}), doctype
		assert not frappe.db.exists("Has Role", {"parent": ["like", "psb-%"]})


def test_without_hooks_the_app_hears_of_nothing(bench):
	from benchmarks.switches import without_hooks

	def of_ours(events):
		return [
			handler
			for handlers in events.values()
			for names in handlers.values()
			for handler in names
			if handler.startswith("presales_mgmt.")
		]

	assert of_ours(bench.get_doc_hooks())
	others = {
		doctype: {
			event: [name for name in names if not name.startswith("presales_mgmt.")]
			for event, names in e.items()
		}
		for doctype, e in bench.get_doc_hooks().items()
	}
	with without_hooks():
		assert not of_ours(bench.get_doc_hooks())
		assert bench.get_doc_hooks() == others, "what belongs to other apps goes on"
	assert of_ours(bench.get_doc_hooks())


def test_without_indexes_they_are_gone_and_come_back(bench):
	from benchmarks.switches import without_indexes
	from presales_mgmt.setup.indexes import INDEXED_LINKS, is_indexed, made_indexes

	before = site_worker.snapshot(bench)
	with without_indexes():
		assert not any(is_indexed(*link) for link in INDEXED_LINKS)
		assert made_indexes(), "the site goes on remembering them"
	assert site_worker.difference(before, site_worker.snapshot(bench)) == {}


def test_a_comparison_whose_sides_differ_fails(bench):
	from benchmarks.operations.base import Bench, Comparison, Counter, same, undo
	from benchmarks.runner import measure

	stopwatch = Stopwatch(undo, Counter, rounds=2, exact=False)
	comparison = Comparison(
		"G", "o", Side(lambda: 1), "other", Side(lambda: 2), check=lambda: same(1, 2, "o")
	)
	[found] = measure(comparison, Bench(stopwatch, SIZE, False, "", ""))
	assert found.verdict == FAILED
	assert "the two sides differ" in found.note


def test_where_the_time_goes_is_told(bench):
	from benchmarks.explain import explain
	from benchmarks.operations.base import undo
	from benchmarks.operations.projects import save

	text = explain(save().ours, undo)
	assert "tabPresales Project" in text
	assert "SEARCH" in text or "key=" in text, "no plan of any statement"
	assert "(save)" in text, "no functions"


def test_the_twin_is_a_project_without_our_controller(bench, world):
	"""The same fields, rows and notes are written: what is left between the two is what our code does."""
	from frappe.model import table_fields

	from benchmarks.operations import projects as operations
	from benchmarks.operations.base import Counter as Statements
	from benchmarks.world import TWIN

	ours, twin = bench.get_meta("Presales Project"), bench.get_meta(TWIN)
	for attribute in ("fieldname", "fieldtype", "options", "reqd"):
		of_ours, of_twin = (
			[df.get(attribute) for df in meta.fields if df.fieldname != "naming_series"]
			for meta in (ours, twin)
		)
		assert of_ours == of_twin
	assert (twin.track_changes, twin.custom, bool(twin.get_workflow())) == (1, 1, bool(ours.get_workflow()))

	name = projects(bench, status="Active")[0]
	project = bench.get_doc("Presales Project", name)
	found = bench.get_doc(TWIN, operations.write_twin(name))
	for df in ours.get_table_fields():
		assert len(found.get(df.fieldname)) == len(project.get(df.fieldname)), df.fieldname
	for df in ours.fields:
		if df.fieldtype not in table_fields and df.fieldname != "naming_series":
			assert found.get(df.fieldname) == project.get(df.fieldname), df.fieldname
	actions = [bench.db.count("Workflow Action", {"reference_name": record}) for record in (name, found.name)]
	assert actions[0] == actions[1]

	stopwatch = Stopwatch(bench.db.rollback, Statements, rounds=1, exact=False)
	for comparison in (operations.insert_beside_twin(), operations.save_beside_twin()):
		queries = [stopwatch.warm_up(side) for side in (comparison.ours, comparison.counterpart)]
		assert queries[0] - queries[1] <= comparison.budget.extra_queries, comparison.operation


def test_quotations_are_versions_as_the_app_writes_them(bench):
	"""Settling every project again changes nothing."""
	from presales_mgmt.quotations import settle

	fields = ["name", "presales_version", "presales_version_status"]

	def stored():
		return (
			bench.get_all(
				"Quotation", filters={"name": ["like", "PSB-Q-%"]}, fields=fields, order_by="name asc"
			),
			bench.get_all(
				"Presales Project",
				filters={"name": ["like", "PSB-P-%"]},
				fields=["name", "quotation", "base_quoted_amount"],
				order_by="name asc",
			),
		)

	before = stored()
	assert {row.presales_version_status for row in before[0]} == {"Current", "Superseded", "Lost"}
	for name in projects(bench):
		settle(name)
	assert stored() == before


def test_an_order_is_made_of_what_was_quoted(bench, world):
	from benchmarks.data import project_name
	from benchmarks.operations.hooks import new_order_of
	from benchmarks.spread import SIGNING
	from presales_mgmt.differences import read_document, show

	project = project_name(SIGNING)
	with world.acting_as(bench.db.get_value("Presales Project", project, "manager")):
		order = new_order_of(project, presales_project=project).insert()
	quotation = bench.get_doc("Quotation", bench.db.get_value("Presales Project", project, "quotation"))
	assert show(read_document(quotation), read_document(order)) == []


def test_projects_show_what_their_ledger_says(bench):
	entries = bench.get_all(
		"Presales Cost Entry",
		filters={"name": ["like", "PSB-E-%"]},
		fields=["presales_project", "kind", "stage", "base_amount", "hours"],
		order_by="name asc",
	)
	assert {row.kind for row in entries} == {"Labour", "Purchase", "Journal"}
	assert all(row.stage for row in entries)
	for name in projects(bench):
		project = bench.get_doc("Presales Project", name)
		own = [row for row in entries if row.presales_project == name]
		assert project.base_cost_of_sale == pytest.approx(sum(row.base_amount for row in own)), name
		assert project.cost_of_sale_hours == pytest.approx(sum(row.hours for row in own)), name
		assert project.base_purchase_cost == pytest.approx(
			sum(row.base_amount for row in own if row.kind == "Purchase")
		), name
	budgets = [bench.db.get_value("Presales Project", name, "presales_budget") for name in projects(bench)]
	assert 0 in budgets
	assert max(budgets) > 0


def test_each_report_has_a_counterpart_with_the_same_result(bench):
	from benchmarks.operations.base import one_of
	from benchmarks.operations.reports import COUNTERPARTS, compare
	from benchmarks.world import email

	reports = bench.get_all(
		"Report",
		filters={"module": "Presales Mgmt", "report_type": "Script Report"},
		pluck="name",
		order_by="name asc",
	)
	assert set(COUNTERPARTS) == set(reports)
	for report, counterpart in COUNTERPARTS.items():
		compare(report, "leader", email("leader")).check()
		compare(report, "member", one_of(counterpart.member)).check()


def test_what_newer_gates_count_is_there(bench):
	"""Whatever a process asks for as a record, some deals have, unless the benchmark says that it leaves it out."""
	from benchmarks.world import frozen_processes
	from presales_mgmt.gates.definitions import project_link_field

	left_out = {"Presales Handover"}
	asked = {
		requirement.condition["reference_doctype"]
		for process in frozen_processes().values()
		for stage in process.stages
		for requirement in process.requirements_of(stage.name)
		if requirement.kind == "Record"
	}
	for doctype in asked - left_out:
		assert bench.db.count(doctype, {project_link_field(doctype): ["like", "PSB-P-%"]}), doctype


def test_initiated_projects_have_their_application_and_estimate(bench):
	fields = ["name", "stage", "initiation", "cost_estimate", "base_estimated_cost", "project_class"]
	for project in bench.get_all(
		"Presales Project", filters={"name": ["like", "PSB-P-%"]}, fields=fields, order_by="name asc"
	):
		assert bool(project.initiation) == bool(project.stage), project.name
		if project.initiation:
			application = bench.get_doc("Presales Initiation", project.initiation)
			assert (application.docstatus, application.result) == (1, "Approved")
			assert (application.presales_project, application.project_class) == (
				project.name,
				project.project_class,
			)
		if project.cost_estimate:
			estimate = bench.get_doc("Presales Cost Estimate", project.cost_estimate)
			assert estimate.total_cost == project.base_estimated_cost
			assert sum(row.cost_amount for row in estimate.lines) == pytest.approx(estimate.lines_cost)
			assert sum(row.selling_amount for row in estimate.lines) == pytest.approx(
				estimate.selling_total, abs=0.02
			)


def test_statements_that_differ_in_values_only_are_one():
	from benchmarks.explain import shape

	assert shape("select `a` from `t1` where b = 'it''s' and c in ('x', 'y',\n 'z') limit 20") == (
		"select `a` from `t1` where b = ? and c in (?, …) limit ?"
	)


def test_every_scheduled_job_is_measured(bench):
	from benchmarks.operations.jobs import jobs

	assert "presales_mgmt.reminders.send_daily" in jobs()


# ----------------------------------------------------------------------------------------- a whole run


@pytest.fixture(scope="module")
def own_site():
	"""Arguments for a site that a run may have to itself, and the snapshot of it."""
	if not BENCH:
		yield [], None
		return
	sites = Path(BENCH, "sites").resolve()
	was_there = is_installed_on_real_site()
	if not was_there:
		site_worker.run(sys.executable, sites, SITE, "install")
	before = site_worker.run(sys.executable, sites, SITE, "snapshot")
	yield ["--sites", str(sites), "--site", SITE], before
	assert site_worker.difference(before, site_worker.run(sys.executable, sites, SITE, "snapshot")) == {}
	if not was_there:
		site_worker.run(sys.executable, sites, SITE, "uninstall")


def test_a_quick_run_measures_everything(own_site, tmp_path):
	command = [sys.executable, "-m", "benchmarks", "--quick", "--size", str(SIZE), "--rounds", "1"]
	environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
	result = subprocess.run(
		[*command, *own_site[0], "--out", str(tmp_path)],
		capture_output=True,
		text=True,
		cwd=ROOT,
		env=environ,
	)
	assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
	rows = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["rows"]
	assert {found["group"] for found in rows} == {
		"ERPNext documents without a project",
		"ERPNext documents with a project and gates",
		"Linked documents",
		"Presales Project",
		"Import",
		"Gate evaluation",
		"Lists",
		"Reports",
		"REST",
		"Scheduled jobs",
		"Large ÷ small database",
	}
	assert not [found for found in rows if found["verdict"] == FAILED]
	for found in rows:
		if found["group"] == "ERPNext documents without a project":
			assert found["queries"] == found["counterpart_queries"], found["operation"]
	assert (tmp_path / "results.svg").read_text(encoding="utf-8").startswith("<svg")
