"""What makes a bid complete, the ranks at the opening, and what a payment comes to."""

from types import SimpleNamespace

import pytest

from presales_mgmt.rules import bid


def bidder(price=0, score=0, disqualified=0):
	return SimpleNamespace(price=price, score=score, disqualified=disqualified)


@pytest.mark.clause("R7.6")
@pytest.mark.parametrize(
	("parts", "missing"),
	[
		(["Technical", "Commercial", "Price"], []),
		(["Technical", "Technical", "Qualification"], ["Commercial", "Price"]),
		([], ["Technical", "Commercial", "Price"]),
	],
)
def test_a_bid_has_a_technical_a_commercial_part_and_a_price(parts, missing):
	assert bid.missing_parts(parts) == missing


@pytest.mark.parametrize(
	("method", "total", "required"),
	[
		("Lowest Price", 70, 0),
		("Comprehensive Score", 0, 100),
		("Comprehensive Score", 100, 100),
		("Other", 0, None),
		("Other", 60, 100),
		(None, 0, None),
	],
)
def test_weights(method, total, required):
	assert bid.required_weight(method, total) == required


@pytest.mark.clause("R9.5")
@pytest.mark.parametrize(
	("bidders", "method", "ranks"),
	[
		([bidder(90), bidder(80), bidder(90), bidder(95)], "Lowest Price", [2, 1, 2, 4]),
		([bidder(90), bidder(0), bidder(80, disqualified=1)], "Lowest Price", [1, 0, 0]),
		([bidder(90, 80.5), bidder(80, 90), bidder(70)], "Comprehensive Score", [2, 1, 0]),
		([bidder(90, 80), bidder(85, 80), bidder(85, 80)], "Comprehensive Score", [3, 1, 1]),
		([bidder(90), bidder(80, 7)], "Other", [0, 1]),
		([], "Lowest Price", []),
	],
)
def test_ranks(bidders, method, ranks):
	assert bid.ranks(bidders, method) == ranks


def test_an_amount_is_that_of_the_account_in_the_currency():
	payment = SimpleNamespace(
		paid_amount=71_000,
		paid_from_account_currency="CNY",
		received_amount=10_000,
		paid_to_account_currency="USD",
		base_paid_amount=71_000,
	)
	assert bid.amount_in(payment, "USD", "CNY") == 10_000
	assert bid.amount_in(payment, "CNY", "CNY") == 71_000
	assert bid.amount_in(payment, "EUR", "CNY") is None


@pytest.mark.parametrize(
	("party", "agency", "takes"),
	[
		(("Customer", "City"), None, True),
		(("Customer", "Town"), None, False),
		(("Supplier", "Agency"), None, True),
		(("Supplier", "Agency"), "Agency", True),
		(("Supplier", "Other"), "Agency", False),
		(("Employee", "City"), None, False),
		((None, None), None, False),
	],
)
def test_who_takes_a_bond(party, agency, takes):
	assert bid.takes_bond(*party, "City", agency) is takes
	assert not bid.takes_bond("Customer", None, None, None)
