"""Class, size, figures and completeness of an application for initiation, without a site."""

import pytest

from presales_mgmt.rules import initiation as rules

CRITERIA = ["Company Level"] * 5 + ["Channel"] * 3

COMPLETE = {
	**dict.fromkeys(rules.REQUIRED_VALUES, "said"),
	**dict.fromkeys(rules.REQUIRED_AMOUNTS, 1),
	"classification": [{"answer": "No"}] * 8,
	"team": [{"user": "director"}],
}


def answers(*met: int) -> list[tuple[str, str]]:
	"""Answers to the eight criteria, Yes to those whose number (from 1) is in `met`."""
	return [
		(project_class, "Yes" if number in met else "No") for number, project_class in enumerate(CRITERIA, 1)
	]


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize("number", range(1, 9))
def test_one_criterion_that_is_met_makes_the_class(number):
	assert rules.classify(answers(number)) == ("Company Level" if number <= 5 else "Channel")


@pytest.mark.clause("R9.2")
def test_company_level_goes_before_channel_whatever_the_order():
	assert rules.classify(answers(5, 6)) == "Company Level"
	assert rules.classify(reversed(answers(5, 6))) == "Company Level"


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize("rows", [[], answers(), [("Company Level", None), ("Channel", "")]])
def test_without_a_yes_a_project_is_regular(rows):
	assert rules.classify(rows) == "Regular"


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(
	("answered", "raised_to", "allowed"),
	[
		("Regular", "Channel", True),
		("Regular", "Company Level", True),
		("Channel", "Company Level", True),
		("Channel", "Channel", False),
		("Company Level", "Channel", False),
		("Company Level", "Company Level", False),
		("Channel", "Regular", False),
	],
)
def test_a_class_is_raised_only(answered, raised_to, allowed):
	assert rules.is_raise(answered, raised_to) is allowed


def test_a_class_that_is_unknown_is_no_step():
	with pytest.raises(ValueError, match="not in"):
		rules.is_raise("Regular", "Galactic")


@pytest.mark.clause("R8.7")
@pytest.mark.parametrize(
	("person_months", "large"), [(0, False), (49.99, False), (50, False), (50.01, True), (400, True)]
)
def test_a_large_project_has_more_person_months_than_the_threshold(person_months, large):
	assert rules.is_large(person_months, 50) is large


@pytest.mark.clause("R6.1", "R9.9")
def test_figures_of_cost_and_benefit():
	figures = rules.cost_benefit(1_200_000, 800_000, 100_000, 75_000)
	assert figures == rules.CostBenefit(300_000, 25, 1.33, 12)


@pytest.mark.clause("R6.1")
def test_a_deal_below_its_cost_has_a_negative_margin():
	figures = rules.cost_benefit(100, 150, 50, 0)
	assert (figures.margin, figures.margin_percent, figures.benefit_cost_ratio) == (-100, -100, 0.5)


@pytest.mark.clause("R6.1")
@pytest.mark.parametrize(
	("arguments", "expected"),
	[
		((0, 0, 0, 0), (0, 0, 0, 0)),
		((0, 100, 0, 0), (-100, 0, 0, 0)),  # no revenue: no percentage
		((100, 0, 0, 10), (100, 100, 0, 0)),  # no cost: no ratio
		((100, 50, 10, 0), (40, 40, 1.67, 0)),  # no inflow: no payback
		((1e11, 0.01, 0, 0.01), (1e11 - 0.01, 100, 0, 1)),  # more than a field holds
	],
)
def test_what_is_not_to_be_told_is_0(arguments, expected):
	figures = rules.cost_benefit(*arguments)
	assert (
		figures.margin,
		figures.margin_percent,
		figures.benefit_cost_ratio,
		figures.payback_months,
	) == pytest.approx(expected)


def test_a_complete_application_lacks_nothing():
	assert rules.missing(COMPLETE, None, []) == []


@pytest.mark.clause("R6.1", "R7.3", "R9.9")
@pytest.mark.parametrize("fieldname", rules.REQUIRED_VALUES)
@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_an_empty_text_is_missing(fieldname, value):
	assert rules.missing({**COMPLETE, fieldname: value}, None, []) == [rules.Missing(fieldname)]


@pytest.mark.clause("R6.1", "R9.9")
@pytest.mark.parametrize("fieldname", rules.REQUIRED_AMOUNTS)
@pytest.mark.parametrize("value", [None, 0])
def test_an_amount_of_0_is_missing(fieldname, value):
	assert rules.missing({**COMPLETE, fieldname: value}, None, []) == [rules.Missing(fieldname)]


@pytest.mark.clause("R9.2")
def test_every_criterion_is_answered():
	rows = [{"answer": "Yes"}, {"answer": None}, {"answer": "No"}, {"answer": ""}]
	assert rules.missing({**COMPLETE, "classification": rows}, None, []) == [
		rules.Missing("answer", "classification", 2),
		rules.Missing("answer", "classification", 4),
	]


@pytest.mark.clause("R9.2")
def test_raising_needs_a_reason():
	raised = {**COMPLETE, "raised_to": "Channel"}
	assert rules.missing(raised, None, []) == [rules.Missing("raise_reason")]
	assert rules.missing({**raised, "raise_reason": "The partner asks for it"}, None, []) == []


@pytest.mark.clause("R5.4", "R9.9")
def test_team_and_quantities_of_resources_are_stated():
	rows = [{"quantity": 2}, {"quantity": 0}]
	assert rules.missing({**COMPLETE, "team": [], "resources": rows}, None, []) == [
		rules.Missing("team"),
		rules.Missing("quantity", "resources", 2),
	]


@pytest.mark.clause("R9.13")
@pytest.mark.parametrize(
	("rule", "types", "named", "lacking"),
	[
		("None", "AB", "", []),
		("At Least One", "AB", "", [("A", "B")]),
		("At Least One", "AB", "B", []),
		("Every Basis Type", "ABC", "B", [("A", "C")]),
		("Every Basis Type", "AB", "BA", []),
		# No type is a basis: nothing that is named would do, so that it is said what is wrong.
		("At Least One", "", "", [()]),
		("Every Basis Type", "", "", [()]),
	],
)
def test_basis_documents_by_the_rule_of_the_process(rule, types, named, lacking):
	application = {**COMPLETE, "basis_documents": [{"document_type": name} for name in named]}
	assert rules.missing(application, rule, types) == [
		rules.Missing("basis_documents", document_types=names) for names in lacking
	]


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize("chance", [None, 0, 1, 100])
def test_the_chance_to_win_is_no_matter_of_completeness(chance):
	assert rules.missing({**COMPLETE, "win_chance": chance}, None, []) == []
	assert "win_chance" not in (*rules.REQUIRED_VALUES, *rules.REQUIRED_AMOUNTS)
