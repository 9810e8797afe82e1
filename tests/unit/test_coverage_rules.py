"""Which part of a solution meets which requirement, and what remains open, without a site."""

import pytest

from presales_mgmt.rules import coverage as rules
from presales_mgmt.rules.coverage import COMMERCIAL, FULL, IMPLEMENTATION, NOT_COVERED, PARTIAL, TECHNICAL
from presales_mgmt.rules.coverage import Need as N
from presales_mgmt.rules.coverage import Row as R


def need(name="Q1", priority="Must Have", status="Confirmed", **values):
	return N(name, f"Title of {name}", priority, status, **values)


def line(*rows, **values):
	(found,) = rules.matrix([need(**values)], rows)
	return found


@pytest.mark.clause("R7.4")
@pytest.mark.parametrize(
	("rows", "coverage"),
	[
		([], NOT_COVERED),
		([(TECHNICAL, FULL)], FULL),
		([(TECHNICAL, FULL), (COMMERCIAL, FULL), (IMPLEMENTATION, FULL)], FULL),
		([(TECHNICAL, PARTIAL)], PARTIAL),
		([(TECHNICAL, FULL), (IMPLEMENTATION, PARTIAL)], PARTIAL),
		([(TECHNICAL, FULL), (IMPLEMENTATION, NOT_COVERED)], PARTIAL),
		([(TECHNICAL, NOT_COVERED)], NOT_COVERED),
		([(TECHNICAL, NOT_COVERED), (COMMERCIAL, NOT_COVERED)], NOT_COVERED),
	],
)
def test_a_requirement_is_met_as_far_as_every_part_that_is_named_does_its_share(rows, coverage):
	found = line(*(R("Q1", part, answer) for part, answer in rows))
	assert found.coverage == coverage
	assert found.is_gap is (coverage != FULL)
	assert set(found.cells) == {part for part, _answer in rows}


@pytest.mark.clause("R5.2", "R8.3")
@pytest.mark.parametrize(
	("status", "counts"),
	[
		("Captured", False),
		("Analysed", True),
		("Confirmed", True),
		("Rejected", False),
		("Withdrawn", False),
	],
)
def test_what_is_analysed_or_confirmed_counts(status, counts):
	assert bool(rules.matrix([need(status=status)], [])) is counts
	assert line(R("Q1", TECHNICAL, PARTIAL), status=status).is_gap is counts, "what a row names is shown"


def test_what_the_customer_will_not_have_now_is_no_gap():
	assert rules.matrix([need(priority="Won't Have")], []) == []


@pytest.mark.clause("R5.2")
def test_gaps_stand_in_order_of_priority():
	needs = [
		need("Q1", "Could Have"),
		need("Q2", "Should Have", "Analysed"),
		need("Q4", "Must Have"),
		need("Q3", "Must Have"),
		need("Q5", "Must Have"),
		need("Q6", "Must Have", "Captured"),
	]
	lines = rules.matrix(needs, [R("Q5", TECHNICAL, FULL)])
	assert [found.need.name for found in lines] == ["Q3", "Q4", "Q5", "Q2", "Q1"]
	assert [found.need.name for found in rules.gaps(lines)] == ["Q3", "Q4", "Q2", "Q1"]


@pytest.mark.clause("R7.4")
@pytest.mark.parametrize(
	("rows", "stated"),
	[
		([], False),
		([(NOT_COVERED, "")], False),
		([(NOT_COVERED, "  ")], False),
		([(NOT_COVERED, "The customer builds it")], True),
		([(PARTIAL, "Two levels of three")], True),
		([(FULL, ""), (PARTIAL, "")], False),
		([(FULL, ""), (PARTIAL, "Two levels of three")], True),
		([(NOT_COVERED, "The customer builds it"), (PARTIAL, "")], False),
	],
)
def test_a_gap_in_what_must_be_had_is_stated_with_a_reason(rows, stated):
	found = line(
		*(R("Q1", part, answer, how) for part, (answer, how) in zip(rules.PARTS, rows, strict=False))
	)
	assert found.is_stated is stated
	assert rules.unstated([found]) == ([] if stated else [found])


@pytest.mark.parametrize("priority", ["Should Have", "Could Have", "Won't Have"])
def test_other_gaps_are_listed_and_hold_nothing_back(priority):
	assert rules.unstated(rules.matrix([need(priority=priority)], [R("Q1", TECHNICAL, NOT_COVERED)])) == []


def test_rows_of_other_requirements_are_left_out():
	assert [found.need.name for found in rules.matrix([need()], [R("Q9", TECHNICAL, FULL)])] == ["Q1"]


@pytest.mark.clause("R6.3")
@pytest.mark.parametrize(("answered", "now", "changed"), [(1, 1, False), (1, 2, True), (0, 2, False)])
def test_a_requirement_that_was_changed_afterwards_is_marked(answered, now, changed):
	assert line(R("Q1", TECHNICAL, FULL, "", answered), version=now).is_changed is changed


@pytest.mark.clause("R1.3")
def test_each_requirement_that_counts_is_offered_once_to_the_part_of_its_kind():
	needs = [
		need("Q1", "Should Have", kind="Commercial"),
		need("Q2", kind="Service"),
		need("Q3", kind="Device"),
		need("Q4", kind="Safety"),
		need("Q5", status="Captured"),
		need("Q6", priority="Won't Have"),
	]
	assert [(row.requirement, row.part, row.coverage) for row in rules.rows_to_fill(needs)] == [
		("Q2", IMPLEMENTATION, NOT_COVERED),
		("Q3", TECHNICAL, NOT_COVERED),
		("Q4", TECHNICAL, NOT_COVERED),
		("Q1", COMMERCIAL, NOT_COVERED),
	]
