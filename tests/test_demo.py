"""The demo: one deal from its data file to the page, as the people whose duty the steps are."""

import contextlib
import copy
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sandbox import pytest_support
from tests.plays import DATA, DEALS, play

GATES = (
	"Opportunity Capture",
	"Opportunity Assessment",
	"Solution Design",
	"Solution Review",
	"Bid Preparation",
	"Bid Review",
	"Contract Negotiation",
	"Contract Signing",
	"Project Kickoff",
)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def english(populated, connected):
	"""The deal of R7 in English. Undone after the last test of this file."""
	with pytest_support.rolled_back(connected):
		yield play("en")


@pytest.fixture(scope="module")
def chinese(english, connected):
	"""The deal once more, in Chinese, with the people who are there already."""
	with pytest_support.rolled_back(connected):
		yield play("zh")


@pytest.fixture
def deal_folder(tmp_path):
	"""A copy of the data files to spoil. Returns a function that changes one deal of it by a function."""
	for path in DATA.glob("*.json"):
		shutil.copy(path, tmp_path)

	def change(how, file: str = "r7.json") -> Path:
		path = tmp_path / file
		data = json.loads(path.read_text(encoding="utf-8"))
		how(data)
		path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
		return tmp_path

	return change


# ---------------------------------------------------------------------------------------------- the play


def test_the_deal_is_won_closed_and_evaluated(english, connected):
	result = english.result
	project = connected.get_doc("Presales Project", result["project"])
	assert (project.status, project.stage) == ("Closed", "Project Kickoff")
	assert result["amounts"] == {
		"currency": "CNY",
		"expected": 12_500_000,
		"quoted": 12_150_000,
		"won": 12_150_000,
	}
	assert (project.base_quoted_amount, project.base_won_amount) == (12_150_000, 12_150_000)
	assert result["evaluation"]["operation_level"] == "Good"
	assert result["evaluation"]["total_score"] == 85.6
	bid = connected.get_doc("Presales Bid", {"presales_project": project.name})
	assert (bid.status, bid.bid_price) == ("Won", 12_383_000)
	assert [row.rank for row in bid.bidders if row.is_ourselves] == [1]
	report = connected.db.get_value(
		"Presales Project Evaluation", result["evaluation"]["name"], "archived_document"
	)
	assert connected.db.get_value("Presales Document", report, "status") == "Archived"


@pytest.mark.parametrize("process", DEALS)
def test_every_gate_refuses_at_least_once_and_every_gate_is_lifted(plays, process):
	played = plays.get(process)
	refusals = played.summary.gates_refused
	assert {refusal.stage for refusal in refusals} == {None, *played.course.stages}
	assert all(refusal.message and refusal.lifted for refusal in refusals)
	for refusal in refusals:
		assert refusal.lifted["on"] > refusal.on
		# What was missing is there in the end, or there are words for what else made the difference.
		assert refusal.lifted["how"] or all(item["now"] for item in refusal.missing)


def test_more_is_refused_than_gates_refuse(english):
	errors = {refusal["error"] for refusal in english.result["refusals"]}
	assert errors == {
		"BidError",
		"GateError",
		"PermissionError",
		"StageConflictError",
		"LifecycleError",
		"OverrideError",
	}
	standing = [refusal for refusal in english.result["refusals"] if not refusal["lifted"]]
	assert {refusal["error"] for refusal in standing} == {
		"PermissionError",
		"StageConflictError",
		"OverrideError",
	}


@pytest.mark.parametrize("process", DEALS)
def test_every_step_is_done_by_the_person_whose_duty_it_is(plays, process):
	played = plays.get(process)
	users = played.result["users"]
	assert "Administrator" not in users
	assert not any(user.startswith("he@") for user in users), "the system manager plays no part in the deal"
	assert len(users) >= 8
	assert played.course.owners <= set(users)
	assert played.course.moved_by <= played.course.leaders
	assert "PermissionError" in {refusal["error"] for refusal in played.result["refusals"]}


def test_nobody_has_two_names(connected):
	"""A person keeps name and post over all deals, for whoever is on the site already is not made again."""
	people = {}
	for process in DEALS:
		for key, entry in load(DATA, process).cast["people"].items():
			assert people.setdefault(key, entry) == entry, f"{process}: {key}"


def test_the_story_takes_months_although_it_is_played_in_seconds(english, connected):
	project = english.result["project"]
	assert english.result["days"] == pytest.approx(128.4, abs=0.1)
	assert [round(stage["days"]) for stage in english.result["stages"]] == [
		6,
		11,
		14,
		24,
		11,
		12,
		5,
		18,
		10,
		16,
	]
	logs = connected.get_all(
		"Presales Stage Log",
		filters={"presales_project": project, "move_type": ["not in", ["Status", "End"]]},
		fields=["move_type", "days_in_stage", "is_override", "reason", "creation"],
		order_by="moved_on asc",
	)
	assert [log.move_type for log in logs] == ["Start"] + ["Forward"] * 8
	assert [log.days_in_stage for log in logs][1:3] == pytest.approx([11.04, 13.98], abs=0.01)
	assert [bool(log.is_override) for log in logs].count(True) == 1
	assert all(log.creation.year == 2026 and 3 <= log.creation.month <= 7 for log in logs)
	assert str(connected.db.get_value("Presales Project", project, "creation"))[:10] == "2026-03-03"


def test_the_time_is_the_real_one_again_afterwards(english, connected):
	import sys

	from presales_mgmt.demo.clock import Clock
	from presales_mgmt.gates import engine

	assert engine.now_datetime is connected.utils.now_datetime is connected.utils.data.now_datetime
	for name, module in list(sys.modules.items()):
		known = getattr(module, "__dict__", {}).get("now_datetime")
		assert not isinstance(getattr(known, "__self__", None), Clock), name


def test_the_desk_is_left_as_it_was_found(english, connected):
	assert connected.session.user == "Administrator"
	assert connected.local.lang == "en"
	assert not getattr(connected.local, "request", None)


def test_outsiders_see_nothing_and_tasks_are_done(english, connected):
	looked = next(event for event in english.player.events if event.error == "PermissionError")
	assert "0" in looked.notes[0]
	todos = connected.get_all(
		"ToDo",
		filters={"reference_type": "Presales Analysis Meeting", "allocated_to": ["like", "%@presales-demo%"]},
		fields=["status"],
	)
	assert [todo.status for todo in todos] == ["Closed", "Closed"]


def test_what_is_printed_tells_the_deal(english):
	text = english.text
	assert "City parking guidance for Qinglan" in text
	for words in ("GateError", "Customer has been visited", "12,150,000", "85.6", "Huitong", "4 × 5 = 20"):
		assert words in text
	for words in ("Eleven references, stamped", "Rank 2: Huitong", "Round 1: Agreed"):
		assert words in text
	from presales_mgmt.demo.writer import WIDTH, width_of

	prose = text.split("\n\n")[1:-1]
	assert max(width_of(line) for line in prose[0].splitlines()) <= WIDTH


def test_run_writes_the_page_and_returns_the_summary(populated, connected, tmp_path, monkeypatch):
	from presales_mgmt.demo import play as entry

	monkeypatch.setattr(entry, "perform", lambda deal, desk, writer: (None, Fake()))
	monkeypatch.setattr(entry, "render", lambda player, summary: "<p>页</p>")
	page = tmp_path / "page.html"
	with pytest_support.rolled_back(connected):
		assert entry.run("r7", html=str(page)) == {"status": "Closed", "html": str(page)}
		assert entry.show(process="R7", html=None) is None
	assert page.read_text(encoding="utf-8") == "<p>页</p>"


class Fake:
	def as_dict(self):
		return {"status": "Closed"}


def test_a_play_that_breaks_off_leaves_nothing(populated, connected, monkeypatch):
	from presales_mgmt.demo import play as entry

	def perform(deal, desk, writer):
		connected.get_doc({"doctype": "Competitor", "competitor_name": "Half a Demo"}).insert()
		raise KeyboardInterrupt

	monkeypatch.setattr(entry, "perform", perform)
	with pytest_support.rolled_back(connected):
		with pytest.raises(KeyboardInterrupt):
			entry.run()
		assert not connected.db.exists("Competitor", "Half a Demo")


# ---------------------------------------------------------------------------------------------- the page


class Tags(HTMLParser):
	"""Collects what a browser would see of a page."""

	def __init__(self, html: str):
		super().__init__()
		self.tags: list[tuple[str, dict]] = []
		self.words: list[str] = []
		self.feed(html)

	def handle_starttag(self, tag, attrs):
		self.tags.append((tag, dict(attrs)))

	def handle_data(self, data):
		self.words.append(data)

	@property
	def text(self) -> str:
		return " ".join(self.words)


def test_the_page_needs_nothing_else(english):
	page = Tags(english.html)
	assert "//" not in english.html
	assert not {tag for tag, _attrs in page.tags} & {
		"script",
		"link",
		"img",
		"iframe",
		"object",
		"image",
		"use",
	}
	for _tag, attrs in page.tags:
		assert not {name for name in attrs if name in ("src", "href", "xlink:href") or name.startswith("on")}
	assert set(re.findall(r"url\(([^)]*)\)", english.html)) == {"#tip"}
	assert "@import" not in english.html


def test_the_page_draws_the_timeline_and_the_risks(english):
	drawings = re.findall(r"<svg.*?</svg>", english.html, re.DOTALL)
	timeline, matrix = (ElementTree.fromstring(drawing) for drawing in drawings)
	assert (timeline.get("class"), matrix.get("class")) == ("timeline", "matrix")

	labels = [element.text for element in timeline.iter("text")]
	for stage in GATES:
		assert stage in labels
	refused = list(timeline.iter("circle"))
	assert len(refused) == len(english.summary.gates_refused)

	assert len(list(matrix.iter("rect"))) == 25
	assessed = [risk for risk in english.summary.risks if risk["residual_score"]]
	assert len(list(matrix.iter("circle"))) == len(english.summary.risks) + len(assessed)
	assert len(list(matrix.iter("line"))) == len(assessed)
	for element in [*timeline.iter(), *matrix.iter()]:
		for name in ("x", "y", "width", "height", "x1", "x2", "cx", "cy"):
			assert float(element.get(name, "0").rstrip("%")) >= 0


def test_the_page_has_every_section(english):
	text = Tags(english.html).text
	for heading in (
		"Days per stage",
		"What was refused, and what lifted it",
		"Initiation",
		"Risks",
		"Money (net, CNY)",
		"Reviews",
		"What had to be put right",
		"Guidance by supervisors",
		"Meetings and decisions",
		"Evaluation",
		"Course of the deal",
	):
		assert heading in text
	assert "12,150,000" in text
	assert "presales-demo.example.com" not in text, "people are called by their names"


def test_nothing_that_was_typed_becomes_markup(english, connected):
	from presales_mgmt.demo.page import render

	player, summary = copy.copy(english.player), copy.deepcopy(english.summary)
	player.events = copy.deepcopy(english.player.events)
	for event in (*player.events, *summary.refusals):
		event.label = event.message = event.result = event.person = event.post = EVIL
		event.notes = [EVIL]
		event.missing = [{**item, "title": EVIL, "found": EVIL} for item in event.missing]
	summary.project.update({"customer_name": EVIL, "name": EVIL, "company_currency": EVIL, "status": EVIL})
	summary.company = EVIL
	for row in (
		*summary.risks,
		*summary.reviews,
		*summary.meetings,
		*summary.amounts,
		*summary.rectifications,
		*summary.guidance,
		summary.initiation,
	):
		for key, value in row.items():
			if isinstance(value, str) and key not in ("starts_on", "given_on", "status", "kind"):
				row[key] = EVIL
	summary.evaluation.update({"successes": EVIL, "problems": EVIL, "lessons": EVIL, "evaluator": EVIL})
	for stay in summary.stays:
		stay.label = stay.override_reason = EVIL

	clean, evil = Tags(english.html), Tags(render(player, summary))
	assert {tag for tag, _attrs in evil.tags} <= {tag for tag, _attrs in clean.tags}
	assert not any(name.startswith("on") for _tag, attrs in evil.tags for name in attrs)
	assert EVIL in evil.text


# ------------------------------------------------------------------------------------------- in Chinese


def test_the_deal_is_told_in_chinese(chinese, connected):
	assert chinese.result["status"] == "Closed"
	assert chinese.result["title"] == "青澜市城区停车诱导系统"
	assert '<html lang="zh">' in chinese.html
	text = Tags(chinese.html).text
	connected.local.lang = "zh"
	try:
		stages = [connected._(stage) for stage in GATES]
	finally:
		connected.local.lang = "en"
	for stage in stages:
		assert stage in text
		assert stage in chinese.text
	for words in ("林悦", "项目总监", "汇通智能交通", "12,150,000"):
		assert words in text
		assert words in chinese.text


@pytest.mark.parametrize("process", DEALS)
def test_both_languages_play_the_same_deal(plays, process):
	english, chinese = plays.get(process, "en"), plays.get(process, "zh")
	assert english.acts == chinese.acts
	assert english.result["amounts"] == chinese.result["amounts"]
	assert english.result["project"] != chinese.result["project"]
	assert english.course.satisfied == chinese.course.satisfied


def test_chinese_is_printed_aligned():
	from presales_mgmt.demo.writer import pad, width_of, wrap

	assert width_of("评审 ok") == 7
	assert pad("评审", 6) == "评审  "
	assert pad("评审", 6, right=True) == "  评审"
	lines = wrap("方案设计阶段的全部要求均已满足，可以进入方案评审。", 12)
	assert "".join(lines) == "方案设计阶段的全部要求均已满足，可以进入方案评审。"
	assert not any(line.startswith(("，", "。")) for line in lines)
	assert wrap("one two three", 7) == ["one two", "three"]


# ------------------------------------------------------------------------------------------ taking away


def test_what_demos_made_is_taken_away(english, chinese, connected):
	from presales_mgmt.demo import records
	from presales_mgmt.demo.play import remove
	from presales_mgmt.permissions.scope import PROJECT_DOCTYPES

	with pytest_support.rolled_back(connected):
		assert remove()["kept"] == []
		assert records.made() == []
		people = {"name": ["like", "%@presales-demo.example.com"]}
		assert connected.db.count("User", people) == 0
		for played in (english, chinese):
			project = played.result["project"]
			for doctype, fieldname in PROJECT_DOCTYPES.items():
				assert connected.db.count(doctype, {fieldname: project}) == 0, doctype
			for doctype in ("Opportunity", "Quotation", "Sales Order"):
				assert connected.db.count(doctype, {"presales_project": project}) == 0, doctype
		assert not connected.db.exists("Customer", {"customer_name": ["like", "%Qinglan%"]})
		assert not connected.db.exists("Item", "PGS-SENSOR")


def test_what_others_have_come_to_use_is_kept(english, connected, monkeypatch):
	from presales_mgmt.demo import records

	delete = records._delete

	def refuse_items(doctype, name):
		if doctype == "Item":
			connected.throw("Item is used in an invoice")
		delete(doctype, name)

	with pytest_support.rolled_back(connected):
		monkeypatch.setattr(records, "_delete", refuse_items)
		removed = records.remove()
		assert len(removed["kept"]) == 8
		assert "used in an invoice" in removed["kept"][0]
		assert {doctype for doctype, _name in records.made()} == {"Item"}
		assert connected.db.exists("Item", "PGS-SENSOR")
		monkeypatch.setattr(records, "_delete", delete)
		assert records.remove()["kept"] == []
		assert records.made() == []


@pytest.mark.clause("R4.6")
def test_a_rolled_out_process_names_departments_and_persons_and_is_taken_away(populated, connected):
	from presales_mgmt.demo.play import remove

	with pytest_support.rolled_back(connected):
		# What another play has made, such as a company with its departments, would go as well.
		remove()
		counted = ("Department", "Presales Rollout Plan")
		before = [connected.db.count(doctype) for doctype in counted]
		played = play("en", process="R4")
		plan = connected.get_last_doc("Presales Rollout Plan")
		assert (plan.presales_process, plan.status, plan.progress) == ("General Presales", "Done", 100)
		assert all(row.department and row.responsible and row.due_date for row in plan.tasks)
		assert all(row.done_by == row.responsible and row.done_on for row in plan.tasks)
		assert f"{plan.name}, 100 % done" in played.text
		assert remove()["kept"] == []
		assert [connected.db.count(doctype) for doctype in counted] == before


@pytest.mark.clause("R1.5", "R1.6", "R1.8")
def test_a_deal_goes_from_its_cost_to_the_accepted_handover_and_is_taken_away(populated, connected):
	from presales_mgmt.demo.play import remove

	with pytest_support.rolled_back(connected):
		before = connected.db.count("Project")
		played = play("en", process="R1")
		project = connected.get_doc("Presales Project", played.result["project"])
		estimate = connected.get_doc("Presales Cost Estimate", project.cost_estimate)
		assert (estimate.status, estimate.total_cost) == ("Current", 5_080_000)
		assert connected.db.get_value("Presales Solution", estimate.presales_solution, "status") == "Current"
		quotations = connected.get_all(
			"Quotation",
			filters={"presales_project": project.name},
			fields=["presales_version", "presales_version_status", "presales_cost_estimate"],
			order_by="presales_version asc",
			as_list=True,
		)
		assert [list(row) for row in quotations] == [
			[1, "Superseded", estimate.name],
			[2, "Current", estimate.name],
		]
		handover = connected.get_doc("Presales Handover", project.handover)
		assert [row.outcome for row in handover.rounds] == ["Sent Back", "Accepted"]
		assert project.responsible == handover.delivery_manager
		assert connected.db.get_value("Project", handover.erpnext_project, "estimated_costing") == 5_080_000
		for words in ("Net Total: CNY 6,660,000.00 → CNY 6,576,000.00", "ERPNext project", "margin 23.7 %"):
			assert words in played.text
		lifted = {event.error for event in played.summary.refusals if event.lifted}
		assert {"EstimateNotApprovedError", "HandoverError"} <= lifted
		assert remove()["kept"] == []
		assert connected.db.count("Project") == before


@pytest.mark.clause("R5.10", "R5.11")
def test_a_contract_that_legal_sends_back_is_reviewed_anew_and_is_taken_away(populated, connected):
	from presales_mgmt.demo.play import remove

	with pytest_support.rolled_back(connected):
		before = connected.db.count("Contract")
		played = play("en", process="R5")
		project = connected.get_doc("Presales Project", played.result["project"])
		contract = connected.get_doc("Contract", project.contract)
		assert (contract.docstatus, contract.is_signed) == (1, 1)
		assert contract.presales_base_amount == project.base_won_amount == 5_400_000
		reviews = connected.get_all(
			"Presales Review",
			filters={"reviewed_doctype": "Contract", "reviewed_document": contract.name},
			fields=["review_kind", "status"],
			order_by="requested_on asc",
			as_list=True,
		)
		assert [tuple(row) for row in reviews] == [
			("Contract", "Approved"),
			("Legal", "Sent Back"),
			("Legal", "Approved"),
			("Contract", "Approved"),
		]
		assert (
			connected.db.get_value("Sales Order", project.sales_order, "presales_contract") == contract.name
		)
		assert project.handover_status == "Accepted"
		assert remove()["kept"] == []
		assert connected.db.count("Contract") == before


@pytest.mark.clause("R8.4", "R8.5")
def test_requirements_are_answered_by_development_and_confirmed(plays):
	played = plays.get("R8")
	assert {"requirement-confirmation-7", "requirement-confirmation-8"} <= set(played.course.satisfied)
	for words in ("Feasible with Changes, 25 person-days", "Chargers of a third maker (Confirmed)"):
		assert words in played.text
	assert "&amp;" not in played.text


# -------------------------------------------------------------------------------------------- the data


def load(folder: Path, process: str = "R7"):
	from presales_mgmt.demo import script, steps

	return script.load(process, steps.fields_of_kinds(), folder)


def step(**changes):
	"""A function that changes the first step of a deal; None takes a field away."""

	def how(data):
		for key, value in changes.items():
			if value is None:
				data["steps"][0].pop(key)
			else:
				data["steps"][0][key] = value

	return how


@pytest.mark.parametrize(
	("how", "file", "words"),
	[
		(step(**{"do": "fly"}), "r7.json", ["r7.json, step 1, do", 'found "fly"', "expected", "move"]),
		(step(**{"as": "nobody"}), "r7.json", ["r7.json, step 1 (create), as", '"nobody"', "lin"]),
		(step(on="2026-02-30 09:00"), "r7.json", ["step 1 (create), on", "2026-02-30", "2026-03-31 09:30"]),
		(
			step(on="2027-01-01 09:00"),
			"r7.json",
			["step 2 (make_project), on", "not before 2027-01-01 09:00"],
		),
		(step(what=None), "r7.json", ["step 1 (create), what", "found nothing", "expected a name"]),
		(step(colour="red"), "r7.json", ["step 1 (create), colour", '"red"', "what, values, submit"]),
		(step(submit="yes"), "r7.json", ["step 1 (create), submit", '"yes"', "true or false"]),
		(step(say={"fr": "non"}), "r7.json", ["step 1 (create), say", '{"fr": "non"}', '"en"']),
		(step(keep_as="Opp 1"), "r7.json", ["step 1 (create), keep_as", '"Opp 1"', "small letters"]),
		(
			step(values={"party_name": "@nobody"}),
			"r7.json",
			["step 1 (create), reference", "@nobody", "@lin"],
		),
		(
			step(values={"title": "$later"}),
			"r7.json",
			["step 1 (create), reference", "$later", "nothing is kept"],
		),
		(lambda data: data.update(steps=[]), "r7.json", ["r7.json, steps", "found []", "a list of steps"]),
		(lambda data: data.update(steps=["x"]), "r7.json", ["r7.json, step 1, step", "str", "an object"]),
		(lambda data: data.update(report_as="@x"), "r7.json", ["r7.json, report_as", "@x", "zhou"]),
		(lambda data: data.update(author="me"), "r7.json", ["r7.json, author", "me", "process, title"]),
		(
			lambda data: data.update(administrator="x"),
			"company.json",
			["company.json, administrator", "zhou"],
		),
		(
			lambda data: data.pop("products"),
			"company.json",
			["company.json, products", "nothing", "an object"],
		),
		(
			lambda data: data["people"]["lin"].update(roles=[]),
			"company.json",
			["company.json, people, lin, roles", "found []", "a list of roles"],
		),
		(
			lambda data: data["competitors"].update(lin={"name": "Lin"}),
			"company.json",
			["company.json, competitors, lin, key", "a key that is not in people too"],
		),
		(
			lambda data: data["customers"].update(company={"name": "Us"}),
			"company.json",
			["company.json, customers, company, key", "another key"],
		),
		(
			lambda data: data["products"]["sensor"].pop("code"),
			"company.json",
			["company.json, products, sensor, code", "found nothing", "an item code"],
		),
		(step(clauses=["R9"]), "r7.json", ["step 1 (create), clauses", '["R9"]', '["R9.3"]']),
		(
			lambda data: data["steps"].insert(
				0,
				{
					"on": "2026-03-01 09:00",
					"as": "luo",
					"do": "delegate",
					"to": "@wu",
					"since": "2026-03-32",
					"until": "2026-04-01",
					"reason": "Fair",
				},
			),
			"r7.json",
			["step 1 (delegate), since", "2026-03-32", 'a day such as "2026-03-31"'],
		),
		(
			lambda data: data["steps"].insert(
				1,
				{
					"on": "2026-03-02 16:00",
					"as": "lin",
					"do": "send_back_handover",
					"what": "$opportunity",
					"reasons": [],
				},
			),
			"r7.json",
			["step 2 (send_back_handover), reasons", "found []", "a list of texts"],
		),
		(lambda data: data.update(cast=[]), "r7.json", ["r7.json, cast", "found []", "an object"]),
		(
			lambda data: data.update(cast={"pets": {}}),
			"r7.json",
			["r7.json, cast, pets", "found {}", "people, customers, products"],
		),
		(
			lambda data: data.update(cast={"customers": []}),
			"r7.json",
			["r7.json, cast, customers", "found []", "an object"],
		),
		(
			lambda data: data.update(cast={"customers": {"lin": {"name": "Lin"}}}),
			"r7.json",
			["r7.json, cast, customers, lin, key", "a key that is not in people too"],
		),
		(
			lambda data: data.update(cast={"people": {"li": {"name": "Li", "post": "Engineer"}}}),
			"r7.json",
			["r7.json, cast, people, li, roles", "found nothing", "a list of roles"],
		),
	],
)
def test_a_mistake_in_the_data_is_named(deal_folder, connected, how, file, words):
	from presales_mgmt.demo.errors import DemoDataError

	with pytest.raises(DemoDataError) as error:
		load(deal_folder(how, file))
	for word in words:
		assert word in str(error.value)


@pytest.mark.parametrize(
	("content", "words"),
	[
		(b'{"title": \n oops}', ["r7.json, line 2, column 2", "not JSON"]),
		(b"\xff\xfe", ["r7.json, byte 0", "UTF-8"]),
		(b"[]", ["r7.json, file", "found", "list", "an object"]),
	],
)
def test_a_file_that_cannot_be_read_is_named(deal_folder, connected, content, words):
	from presales_mgmt.demo.errors import DemoDataError

	folder = deal_folder(lambda data: None)
	(folder / "r7.json").write_bytes(content)
	with pytest.raises(DemoDataError) as error:
		load(folder)
	for word in words:
		assert word in str(error.value)


def test_a_deal_brings_a_cast_of_its_own(deal_folder, connected):
	own = {"people": {"li": {"name": "Li", "post": "Engineer", "roles": ["Presales Engineer"]}}}
	shared = load(DATA).cast
	deal = load(deal_folder(lambda data: data.update(cast=own, report_as="@li")))
	assert deal.cast["people"] == {**shared["people"], **own["people"]}
	assert deal.cast["customers"] == shared["customers"]
	assert deal.cast_entry("li")["section"] == "people"


def test_a_demo_that_is_not_there_is_named(connected, deal_folder):
	from presales_mgmt.demo.errors import DemoDataError

	with pytest.raises(DemoDataError, match=r"no demo R99.*r99\.json.*R7"):
		load(DATA, "R99")
	folder = deal_folder(lambda data: None)
	(folder / "company.json").unlink()
	with pytest.raises(DemoDataError, match=r"company\.json is missing"):
		load(folder)


def only(*steps):
	"""A deal of just these steps."""
	return lambda data: data.update(steps=list(steps))


COMPETITOR = {
	"on": "2026-03-02 09:00",
	"as": "he",
	"do": "create",
	"what": "Competitor",
	"keep_as": "new",
	"values": {"competitor_name": "Demo Test Competitor"},
}


@pytest.mark.parametrize(
	("steps", "error", "words"),
	[
		(
			[{**COMPETITOR, "refused": "GateError"}],
			"DemoError",
			["r7.json, step 1 (create) by He Ming", "went through", "GateError"],
		),
		(
			[{**COMPETITOR, "as": "guo"}],
			"DemoError",
			["r7.json, step 1 (create) by Guo Min", "PermissionError", "no refusal"],
		),
		(
			[{**COMPETITOR, "as": "guo", "refused": "GateError"}],
			"DemoError",
			["step 1 (create) by Guo Min", "refused with PermissionError", "expected GateError"],
		),
		(
			[{**COMPETITOR, "values": {"competitor_nane": "typo"}}],
			"DemoDataError",
			["step 1 (create) by He Ming, competitor_nane", "found typo", "a field of Competitor"],
		),
		(
			[{**COMPETITOR, "what": "Rival"}],
			"DemoDataError",
			["step 1 (create) by He Ming, what", "found Rival", "record type"],
		),
		(
			[
				COMPETITOR,
				{
					"on": "2026-03-02 09:00",
					"as": "he",
					"do": "change",
					"what": "$new",
					"rows": [{"table": "competitor_name", "where": {}, "values": {}}],
				},
			],
			"DemoDataError",
			["step 2 (change)", "competitor_name", "a table"],
		),
		(
			[
				COMPETITOR,
				{"on": "2026-03-02 09:00", "as": "he", "do": "make_quotation", "source": "$new"},
			],
			"DemoDataError",
			["step 2 (make_quotation)", "source", "found Competitor", "Presales Cost Estimate"],
		),
	],
)
def test_a_step_that_goes_otherwise_is_named(deal_folder, world, frappe, steps, error, words):
	from presales_mgmt.demo import errors

	folder = deal_folder(only(*steps))
	with pytest.raises(errors.DemoError) as caught, contextlib.redirect_stdout(io.StringIO()):
		play("en", folder)
	assert type(caught.value).__name__ == error
	for word in words:
		assert word in str(caught.value)


def test_every_regulation_has_a_deal(connected):
	assert [f"R{number}" for number in range(1, 10)] == DEALS
	for process in DEALS:
		deal = load(DATA, process)
		shipped = connected.db.get_value("Presales Process", deal.process, "regulation")
		assert shipped == process
