"""Risk scores and levels of operation, without a site."""

import pytest

from presales_mgmt.rules.evaluation import EvaluationBands
from presales_mgmt.rules.risk import RiskBands, score


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(("probability", "impact", "expected"), [(1, 1, 1), (3, 4, 12), (5, 5, 25)])
def test_risk_score(probability, impact, expected):
	assert score(probability, impact) == expected


@pytest.mark.parametrize(("probability", "impact"), [(0, 3), (6, 3), (3, 0), (3, 6), (-1, 2), (2.5, 2)])
def test_a_risk_outside_the_scale_has_no_score(probability, impact):
	with pytest.raises(ValueError, match="1 to 5"):
		score(probability, impact)


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
	("value", "level"),
	[
		(1, "Low"),
		(4, "Low"),
		(5, "Medium"),
		(9, "Medium"),
		(10, "High"),
		(14, "High"),
		(15, "Extreme"),
		(25, "Extreme"),
	],
)
def test_risk_levels_at_their_bounds(value, level):
	assert RiskBands().level(value) == level


def test_every_level_ends_where_the_next_begins():
	bands = RiskBands(3, 8, 15)
	for level in ("Low", "Medium", "High"):
		highest = bands.highest_score(level)
		assert bands.level(highest) == level
		assert bands.level(highest + 1) != level
	assert bands.highest_score("Extreme") == 25


@pytest.mark.parametrize("bounds", [(4, 4, 14), (9, 4, 14), (0, 4, 14), (4, 9, 25), (4, 14, 9)])
def test_risk_bands_must_rise(bounds):
	with pytest.raises(ValueError, match="must rise"):
		RiskBands(*bounds)


@pytest.mark.clause("R4.5", "R9.15")
@pytest.mark.parametrize(
	("total", "level"),
	[
		(100, "Excellent"),
		(90, "Excellent"),
		(89.99, "Good"),
		(75, "Good"),
		(60, "Acceptable"),
		(59.99, "Poor"),
		(0, "Poor"),
	],
)
def test_levels_of_operation_at_their_bounds(total, level):
	assert EvaluationBands().level(total) == level


@pytest.mark.parametrize("bounds", [(90, 90, 60), (75, 90, 60), (101, 75, 60), (90, 75, 0)])
def test_evaluation_bands_must_fall(bounds):
	with pytest.raises(ValueError, match="must fall"):
		EvaluationBands(*bounds)
