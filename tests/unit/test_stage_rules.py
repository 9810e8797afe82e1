"""The rules of stages and requirements, without a site."""

import pytest

from presales_mgmt.gates.rules import (
	BACK,
	FORWARD,
	SKIP,
	START,
	Answer,
	Finding,
	Process,
	Requirement,
	Stage,
	compare,
	plan_move,
)

PROCESS = Process(
	"p-v1",
	[
		Stage("Capture"),
		Stage("Design"),
		Stage("Signing", allows_sales_order=True),
		Stage("Kickoff", stage_type="Won"),
		Stage("Buried", stage_type="Lost"),
	],
	[
		Requirement("a", "Capture", "Document", "Report"),
		Requirement("b", "Design", "Review", "Solution approved"),
		Requirement("c", "Design", "Field", "Stakeholders", mandatory=False),
	],
)


@pytest.mark.parametrize(
	("current", "target", "kind", "gates"),
	[
		("Capture", "Design", FORWARD, ("Capture",)),
		("Capture", "Signing", SKIP, ("Capture", "Design")),
		("Capture", "Kickoff", SKIP, ("Capture", "Design", "Signing")),
		("Signing", "Capture", BACK, ()),
		("Kickoff", "Signing", BACK, ()),
		(None, "Capture", START, ()),
		(None, "Signing", START, ("Capture", "Design")),
	],
)
def test_a_move_passes_the_gate_of_every_stage_left_or_skipped(current, target, kind, gates):
	move = plan_move(PROCESS, current, target)
	assert (move.kind, move.gates) == (kind, gates)


@pytest.mark.clause("R8.7", "R9.2")
@pytest.mark.parametrize(
	("applies_to", "project_class", "is_large", "applies"),
	[
		("All Projects", None, False, True),
		("All Projects", "Channel", True, True),
		("Large Projects", "Company Level", False, False),
		("Large Projects", None, True, True),
		("Company-Level Projects", "Company Level", False, True),
		("Company-Level Projects", "Channel", True, False),
		("Company-Level Projects", None, False, False),
		("Channel Projects", "Channel", False, True),
		("Channel Projects", "Regular", False, False),
		("No Such Projects", "Regular", False, True),
	],
)
def test_a_requirement_applies_to_projects_of_a_class_or_size(applies_to, project_class, is_large, applies):
	requirement = Requirement("a", "Capture", "Checklist", "Said", applies_to=applies_to)
	assert requirement.applies(project_class, is_large) is applies


@pytest.mark.clause("R8.6")
@pytest.mark.parametrize(
	("document", "codes"),
	[("Quotation", ["q"]), ("Contract", ["q", "c"]), ("Sales Order", ["q", "c", "s"])],
)
def test_what_is_needed_before_a_document_is_needed_before_those_that_follow_it(document, codes):
	needed = {"q": "Quotation", "c": "Contract", "s": "Sales Order", "none": ""}
	process = Process(
		"p",
		[Stage("Capture"), Stage("Design")],
		[
			Requirement(code, stage, "Checklist", "Said", needed_before=document)
			for (code, document), stage in zip(needed.items(), ["Capture", "Design"] * 2, strict=True)
		],
	)
	assert [requirement.code for requirement in process.requirements_before(document)] == codes


def test_a_move_to_the_same_stage_or_to_an_unknown_one_is_no_move():
	with pytest.raises(ValueError, match="Design"):
		plan_move(PROCESS, "Design", "Design")
	with pytest.raises(KeyError):
		plan_move(PROCESS, "Design", "Nowhere")


def test_a_present_stage_that_the_process_does_not_have_is_told_from_an_unknown_target():
	with pytest.raises(LookupError) as error:
		plan_move(PROCESS, "Nowhere", "Design")
	assert not isinstance(error.value, KeyError)


def test_a_process_knows_its_stages():
	assert PROCESS.position("Signing") == 2
	assert PROCESS.first_stage_that("allows_sales_order").name == "Signing"
	assert PROCESS.first_stage_that("allows_quotation") is None
	assert PROCESS.terminal_lost_stage().name == "Buried"
	assert [requirement.code for requirement in PROCESS.requirements_of("Design")] == ["b", "c"]


@pytest.mark.parametrize(
	("mandatory", "satisfied", "blocks"),
	[(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_only_what_is_mandatory_and_missing_blocks(mandatory, satisfied, blocks):
	finding = Finding(
		Requirement("a", "Capture", "Document", "Report", mandatory=mandatory), Answer(satisfied, "0", "1")
	)
	assert finding.blocks is blocks
	assert finding.as_dict()["blocks"] is blocks
	assert "condition" not in finding.as_dict()


@pytest.mark.parametrize(
	("found", "operator", "expected", "answer"),
	[
		("x", "is set", None, True),
		("", "is set", None, False),
		(None, "is set", None, False),
		(0, "is set", None, False),
		(3, "is set", None, True),
		(1200000.0, ">", "1000000", True),
		(1200000.0, ">", "1200000", False),
		(1200000.0, ">=", "1200000", True),
		(9, "<", "10", True),  # as text "9" would come after "10"
		("9", "<", "10", True),
		("2026-03-02", "<", "2026-11-02", True),
		("Compete", "=", "Compete", True),
		("Compete", "=", " Compete ", True),
		("Compete", "!=", "Avoid", True),
		("Compete", "in", "Follow, Compete", True),
		("Compete", "in", "Follow，Compete", True),
		("Avoid", "not in", "Follow, Compete", True),
		("Avoid", "in", "Follow, Compete", False),
		(None, ">", "0", False),
		(None, "<", "0", False),
		(None, "=", "", False),
		("", "!=", "Avoid", True),
		("", "not in", "Avoid", True),
		("", "in", "Avoid", False),
		(0, "=", "0", True),
		(50.0, "=", "50", True),
	],
)
def test_compare(found, operator, expected, answer):
	assert compare(found, operator, expected) is answer


def test_an_unknown_operator_is_refused():
	with pytest.raises(ValueError, match="~"):
		compare(1, "~", "1")
