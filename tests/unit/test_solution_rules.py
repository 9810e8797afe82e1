"""What a solution must say before it is submitted, without a site."""

import pytest

from presales_mgmt.rules import solution as rules
from presales_mgmt.rules.solution import Lack

COMPLETE = {
	**dict.fromkeys(rules.PARTS, "said"),
	"feasibility": rules.FEASIBLE,
	"feasibility_notes": "Built twice before",
	"equipment": [{"qty": 2}],
	"resources": [{"quantity": 1}],
	"quality_checks": [{"responsible": "engineer", "stage": "Bid Preparation"}],
}


def test_a_complete_solution_lacks_nothing():
	assert rules.missing(COMPLETE) == []
	assert rules.missing({**COMPLETE, "equipment": None, "resources": [], "quality_checks": []}) == []


@pytest.mark.clause("R7.4")
@pytest.mark.parametrize("part", ["technical_part", "commercial_part", "implementation_part"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_every_part_is_needed(part, value):
	assert rules.missing({**COMPLETE, part: value}) == [Lack(part)]


@pytest.mark.clause("R5.3")
@pytest.mark.parametrize("value", [None, "", "Not Feasible", "Perhaps"])
def test_it_must_be_feasible(value):
	assert rules.missing({**COMPLETE, "feasibility": value}) == [Lack("feasibility")]


@pytest.mark.clause("R5.3")
def test_the_assessment_has_grounds_and_says_what_is_adjusted():
	assert rules.missing({**COMPLETE, "feasibility_notes": " "}) == [Lack("feasibility_notes")]
	adjusted = {**COMPLETE, "feasibility": rules.ADJUSTED}
	assert rules.missing(adjusted) == [Lack("adjustments")]
	assert rules.missing({**adjusted, "adjustments": "Thirty car parks first"}) == []


@pytest.mark.clause("R1.3", "R5.4")
@pytest.mark.parametrize(("table", "fieldname"), [("equipment", "qty"), ("resources", "quantity")])
@pytest.mark.parametrize("value", [None, 0, -1])
def test_what_is_installed_or_used_has_a_quantity(table, fieldname, value):
	rows = [{fieldname: 1}, {fieldname: value}]
	assert rules.missing({**COMPLETE, table: rows}) == [Lack(fieldname, table, 2)]


@pytest.mark.clause("R6.2")
def test_quality_is_checked_by_somebody_at_a_time():
	rows = [
		{"responsible": "engineer", "due_date": "2026-05-04"},
		{"stage": "Bid Preparation"},
		{"responsible": "engineer"},
	]
	assert rules.missing({**COMPLETE, "quality_checks": rows}) == [
		Lack("responsible", "quality_checks", 2),
		Lack("due_date", "quality_checks", 3),
	]


def test_everything_that_is_missing_is_said_in_the_order_of_the_form():
	assert [lack.fieldname for lack in rules.missing({})] == [
		"feasibility",
		"feasibility_notes",
		"technical_part",
		"commercial_part",
		"implementation_part",
	]


@pytest.mark.clause("R1.3")
@pytest.mark.parametrize(
	("item_code", "description", "answer"),
	[
		("SENSOR", None, True),
		(None, "A pole of 4 m", True),
		("SENSOR", "A sensor", True),
		(None, None, False),
		("", "  ", False),
	],
)
def test_a_line_of_equipment_names_an_item_or_is_described(item_code, description, answer):
	assert rules.is_described(item_code, description) is answer
