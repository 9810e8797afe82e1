"""Amounts, margins and prices of a cost estimate, and exposure to risks, without a site."""

import pytest

from presales_mgmt.rules import costing as rules
from presales_mgmt.rules import risk


def line(quantity=1.0, unit_cost=0.0, selling_price=0.0, kind="Equipment"):
	return rules.Line(kind, quantity, unit_cost, selling_price)


@pytest.mark.clause("R1.5")
def test_lines_and_totals():
	lines, totals = rules.compute(
		[
			line(400, 1000, 1500),
			line(160, 250, 375, "Labour"),
			line(1, 90_000, 100_000, "Installation"),
			line(1, 50_000, 0, "Purchase"),
			line(1, 10_000, 0, "Other"),
		],
		reserve=30_000,
	)
	assert [(figure.cost, figure.selling, figure.margin) for figure in lines] == [
		(400_000, 600_000, 200_000),
		(40_000, 60_000, 20_000),
		(90_000, 100_000, 10_000),
		(50_000, 0, -50_000),
		(10_000, 0, -10_000),
	]
	assert [figure.margin_percent for figure in lines] == [33.33, 33.33, 10, 0, 0]
	assert totals.by_kind == {
		"Equipment": 400_000,
		"Labour": 40_000,
		"Installation": 90_000,
		"Purchase": 50_000,
		"Other": 10_000,
	}
	assert (totals.lines_cost, totals.total_cost, totals.selling) == (590_000, 620_000, 760_000)
	assert (totals.margin, totals.margin_percent, totals.markup_percent) == (140_000, 18.42, 22.58)
	# Margins of the lines less the reserve add up.
	assert sum(figure.margin for figure in lines) - 30_000 == totals.margin


def test_without_any_price_there_is_no_margin_to_tell():
	lines, totals = rules.compute([line(2, 100), line(1, 50)], reserve=10)
	assert [figure.margin for figure in lines] == [0, 0]
	assert (totals.total_cost, totals.selling) == (260, 0)
	assert (totals.margin, totals.margin_percent, totals.markup_percent) == (0, 0, 0)


def test_an_estimate_without_lines_is_nothing():
	assert rules.compute([]) == (
		[],
		rules.Totals(dict.fromkeys(rules.KINDS, 0), 0, 0, 0, 0, 0, 0, 0),
	)


def test_a_price_below_the_cost_has_a_negative_margin():
	(figure,), totals = rules.compute([line(10, 100, 80)])
	assert (figure.margin, figure.margin_percent) == (-200, -25)
	assert (totals.margin_percent, totals.markup_percent) == (-25, -20)


def test_what_costs_nothing_has_no_markup():
	(figure,), totals = rules.compute([line(1, 0, 100)])
	assert (figure.margin, figure.margin_percent) == (100, 100)
	assert totals.markup_percent == 0


@pytest.mark.parametrize(
	("margin", "price", "percent"),
	[(25, 100, 25), (0, 0, 0), (-1, 0, 0), (1, 3, 33.33), (-(10**11), 0.01, -(10**15))],
)
def test_margin_is_a_percentage_of_the_price(margin, price, percent):
	# What no field would hold is not told.
	assert rules.margin_percent(margin, price) == (percent if abs(percent) < 10**12 else 0)


def test_the_same_margin_is_less_of_the_price_than_on_the_cost():
	assert rules.margin_percent(25, 125) == 20
	assert rules.markup_percent(25, 100) == 25


def test_foreign_prices_are_converted_row_by_row():
	lines, totals = rules.compute([line(3, 70, 11.11), line(3, 70, 11.11)], conversion_rate=7.123)
	assert [(figure.selling, figure.base_selling) for figure in lines] == [(33.33, 237.41)] * 2
	assert (totals.selling, totals.base_selling) == (66.66, 474.82)
	assert totals.margin == 54.82


def test_amounts_are_rounded_as_the_caller_says():
	(figure,), totals = rules.compute([line(3, 33.335, 50.4)], reserve=0.4, rounded=round)
	assert (figure.cost, figure.selling, totals.total_cost) == (100, 151, 100)


def test_large_and_small_numbers_add_up():
	lines, totals = rules.compute([line(999_999, 999_999.99), *[line(1, 0.01)] * 100])
	assert lines[0].cost == 999_998_990_000.01
	assert totals.lines_cost == 999_998_990_001.01


# ----------------------------------------------------------------------------------------- what if


def priced(price, reserve=0.0, rate=1.0, lines=None):
	figures, totals = rules.compute(
		lines or [line(1, 600, 900), line(1, 100, 100)], reserve, conversion_rate=rate
	)
	return rules.price_lines(figures, totals, price, rate)


@pytest.mark.clause("R5.8")
def test_a_discount_is_spread_over_the_prices():
	lines, total = priced(rules.price_by_discount(1000, 10), reserve=50)
	assert [part.price for part in lines] == [810, 90]
	assert [(part.discount, part.discount_percent) for part in lines] == [(90, 10), (10, 10)]
	assert (total.price, total.discount, total.base_cost, total.base_margin) == (900, 100, 750, 150)
	assert (total.margin_percent, total.markup_percent) == (16.67, 20)


@pytest.mark.parametrize(("percent", "price"), [(0, 1000), (100, 0), (12.5, 875)])
def test_a_discount_is_off_the_price(percent, price):
	assert rules.price_by_discount(1000, percent) == price


@pytest.mark.clause("R5.8")
@pytest.mark.parametrize(("percent", "price"), [(0, 700), (30, 1000), (-40, 500), (99, 70_000)])
def test_a_margin_makes_the_price(percent, price):
	asked = rules.price_by_margin(700, percent)
	assert asked == pytest.approx(price)
	_lines, total = priced(asked)
	assert total.price == price
	assert total.margin_percent == percent


@pytest.mark.parametrize("percent", [100, 101, -101, float("nan"), float("inf")])
def test_a_margin_of_all_of_the_price_is_none(percent):
	with pytest.raises(ValueError, match="percent, found"):
		rules.price_by_margin(700, percent)


def test_without_prices_a_price_is_divided_by_the_costs():
	lines, total = priced(1000, reserve=100, lines=[line(1, 600), line(1, 200)])
	assert [part.price for part in lines] == [750, 250]
	assert (total.base_margin, total.discount, total.discount_percent) == (100, 0, 0)


def test_a_higher_price_is_a_negative_discount():
	_lines, total = priced(1100)
	assert (total.discount, total.discount_percent) == (-100, -10)


def test_a_foreign_price_is_told_in_both_currencies():
	lines, total = priced(rules.price_by_margin(700, 30, 7), rate=7)
	assert total.price == pytest.approx(142.86)
	assert total.base_price == pytest.approx(1000, abs=0.05)
	assert (total.base_cost, total.cost) == (700, 100)
	assert (total.base_margin, total.margin) == (pytest.approx(300, abs=0.05), 42.86)
	assert sum(part.base_price for part in lines) == pytest.approx(total.base_price)


@pytest.mark.parametrize(
	("total", "shares"),
	[(100, [1, 1, 1]), (0.05, [1, 2, 3]), (10**11 + 0.01, [3, 0, 7]), (1, [0, 0]), (0, [1, 2]), (99.99, [5])],
)
def test_parts_add_up_to_the_whole(total, shares):
	parts = rules.allocate(total, shares)
	assert len(parts) == len(shares)
	assert round(sum(parts), 2) == round(total, 2)
	assert all(part >= 0 for part in parts)


def test_nothing_is_divided_among_nobody():
	assert rules.allocate(100, []) == []


# ----------------------------------------------------------------------------------------- exposure to risks


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(("probability", "exposure"), [(1, 1000), (2, 3000), (3, 5000), (4, 7000), (5, 9000)])
def test_exposure_is_the_loss_times_the_probability(probability, exposure):
	assert risk.expected_exposure(10_000, probability) == pytest.approx(exposure)


@pytest.mark.clause("R5.6")
def test_after_the_response_its_probability_counts():
	assert risk.expected_exposure(10_000, 5, residual_probability=1) == 1000


def test_what_has_occurred_costs_its_loss():
	assert risk.expected_exposure(10_000, 1, occurred=True) == 10_000


@pytest.mark.parametrize("probability", [0, 6, -1])
def test_a_probability_off_the_scale_is_refused(probability):
	with pytest.raises(ValueError, match="from 1 to 5"):
		risk.expected_exposure(10_000, probability)


@pytest.mark.clause("R1.5")
def test_equipment_of_a_solution_becomes_lines_without_costs():
	lines = rules.equipment_lines(
		[
			{"item_code": "SENSOR", "item_name": "Sensor", "description": None, "uom": "Nos", "qty": 0.1},
			{"item_code": None, "description": " Pole ", "uom": None, "qty": 3},
			{"item_code": "SENSOR", "item_name": "Sensor", "description": "", "uom": "Nos", "qty": 0.2},
			{"item_code": "SENSOR", "item_name": "Sensor", "description": None, "uom": "Box", "qty": None},
		]
	)
	assert lines == [
		{
			"cost_kind": "Equipment",
			"item_code": "SENSOR",
			"description": "Sensor",
			"uom": "Nos",
			"qty": 0.3,
		},
		{"cost_kind": "Equipment", "item_code": None, "description": "Pole", "uom": None, "qty": 3},
		{"cost_kind": "Equipment", "item_code": "SENSOR", "description": "Sensor", "uom": "Box", "qty": 0},
	]
	assert rules.equipment_lines([]) == []
