"""Rules of discounts, margins and who may give them, without a site."""

from types import SimpleNamespace

import pytest

from presales_mgmt.rules.price import (
	DISCOUNT,
	MARGIN,
	Authority,
	Figures,
	OfferRow,
	average_prices,
	chosen_authorities,
	estimate_total,
	is_below_floor,
	is_valued_alone,
	limits_exceeded,
	list_total,
	part_of,
	sum_of,
	without_tax,
)

SENSOR = OfferRow("SENSOR", 10, rate=90, list_price=100)
CABLE = OfferRow("CABLE", 1, rate=500)


def test_a_row_without_a_list_price_counts_at_its_rate():
	assert list_total([SENSOR, CABLE]) == 1500
	assert Figures(1400, 1400, 1500).discount_percent == 6.67
	assert Figures(1600, 1600, 1500).discount_percent == -6.67
	assert Figures(0, 0, 0).discount_percent == 0


def test_what_is_below_zero_hides_no_discount():
	rebate, returned = OfferRow("REBATE", 1, rate=-500), OfferRow("SENSOR", -5, rate=100, list_price=100)
	assert list_total([SENSOR, rebate, returned]) == 1000
	assert estimate_total([SENSOR, rebate, returned], {"SENSOR": 120}) == 1200


def test_a_rate_that_the_seller_states_values_no_margin():
	assert is_valued_alone(Figures(100, 700, 100, base_cost=560, rate_is_known=False))
	assert not is_valued_alone(Figures(100, 700, 100, rate_is_known=False))
	assert not is_valued_alone(Figures(100, 700, 100, base_cost=560))


def test_prices_of_the_estimate_are_averages_by_item():
	prices = average_prices([("SENSOR", 10, 1000), ("SENSOR", 30, 3800), ("FREE", 5, 0)])
	assert prices == {"SENSOR": 120}
	assert estimate_total([SENSOR, CABLE], prices) == 1700
	box = OfferRow("SENSOR", 10, rate=9000, units=100)
	assert estimate_total([box], prices) == 120_000


def test_margin_is_of_the_price_and_unknown_without_a_cost():
	assert Figures(100, 700, 100, base_cost=560).margin_percent == 20
	assert Figures(100, 700, 100).margin_percent is None
	assert Figures(0, 0, 100, base_cost=560).margin_percent == -100
	assert Figures(0, 0, 100, base_cost=0).margin_percent == 0


def test_an_order_is_measured_by_the_part_of_its_offer_that_it_takes():
	part = part_of(Figures(100, 700, 125, base_cost=560), part=0.5, lowered=0.9, exchange=7)
	assert part == Figures(315, 315, 437.5, base_cost=280)
	together = sum_of([part, Figures(0, 0, 62.5, rate_is_known=False)], rate_is_known=True)
	assert together == Figures(315, 315, 500, base_cost=280, rate_is_known=False)
	assert sum_of([Figures(1, 1, 1)], rate_is_known=True).base_cost is None


def test_list_prices_with_tax_are_taken_without_it():
	assert without_tax(1130, 1130, 1000) == 1000
	assert without_tax(100, 0, 0) == 100


@pytest.mark.parametrize(
	("net", "cost", "exceeded"),
	[
		(900, None, []),
		(899, None, [DISCOUNT]),
		(900, 720, []),
		(900, 721, [MARGIN]),
		(850, 800, [DISCOUNT, MARGIN]),
	],
)
def test_one_role_must_allow_both(net, cost, exceeded):
	figures = Figures(net, net, 1000, cost)
	assert limits_exceeded(figures, [Authority("Manager", 10, 20)]) == exceeded


def test_discount_of_one_role_and_margin_of_another_do_not_add_up():
	figures = Figures(800, 800, 1000, 700)
	generous = Authority("Discounts", 30, 20)
	patient = Authority("Margins", 5, 0)
	assert limits_exceeded(figures, [generous, patient]) in ([DISCOUNT], [MARGIN])
	assert limits_exceeded(figures, [generous, patient, Authority("Both", 20, 12.5)]) == []


def test_who_has_no_authority_gives_no_discount():
	assert limits_exceeded(Figures(1000, 1000, 1000, 2000), []) == []
	assert limits_exceeded(Figures(999, 999, 1000), []) == [DISCOUNT]


def test_the_floor_is_a_margin():
	assert is_below_floor(Figures(100, 100, 100, 91), 10)
	assert not is_below_floor(Figures(100, 100, 100, 90), 10)
	assert not is_below_floor(Figures(100, 100, 100), 10)


def test_a_row_of_the_company_stands_in_place_of_a_general_one():
	def row(role, company, discount):
		return SimpleNamespace(
			role=role, only_for_company=company, max_discount_percent=discount, min_margin_percent=None
		)

	rows = [row("M", "A", 5), row("M", None, 10), row("L", None, 50), row("M", "B", 7)]
	assert chosen_authorities(rows, "A") == [Authority("M", 5, 0), Authority("L", 50, 0)]
	assert chosen_authorities(rows, "C") == [Authority("M", 10, 0), Authority("L", 50, 0)]
	assert chosen_authorities([], "A") == []
