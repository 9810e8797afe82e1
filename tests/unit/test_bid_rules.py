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


def payment(payment_type="Pay", **values):
	"""10,000 dollars out of an account in company currency, or back into it at another exchange rate."""
	party, bank = ("paid_to", "paid_from") if payment_type == "Pay" else ("paid_from", "paid_to")
	dollars, yuan = ("received", "paid") if payment_type == "Pay" else ("paid", "received")
	return SimpleNamespace(
		**{
			"payment_type": payment_type,
			f"{party}_account_currency": "USD",
			f"{bank}_account_currency": "CNY",
			f"{dollars}_amount": 10_000,
			f"{yuan}_amount": 71_000,
			f"base_{dollars}_amount": 72_000,
			f"base_{yuan}_amount": 71_000,
			"references": [],
			**values,
		}
	)


def allocated(amount, doctype="Sales Invoice"):
	return SimpleNamespace(reference_doctype=doctype, allocated_amount=amount)


@pytest.mark.clause("R9.5")
@pytest.mark.parametrize("payment_type", ["Pay", "Receive"])
def test_what_counts_in_company_currency_is_booked_on_our_own_account(payment_type):
	"""On the party's account ERPNext books it at the rate of another day."""
	assert bid.base_amount(payment(payment_type)) == 71_000


@pytest.mark.parametrize("payment_type", ["Pay", "Receive"])
@pytest.mark.parametrize(
	("references", "share"),
	[
		([], 1),
		([allocated(2_500)], 0.75),
		([allocated(2_500), allocated(7_500, "Sales Order")], 0),
		([allocated(10_500)], 0),
		([allocated(10_000, "Payment Entry"), allocated(500, "Journal Entry")], 1),
		([allocated(None)], 1),
	],
)
def test_what_pays_an_invoice_is_no_bond(payment_type, references, share):
	assert bid.free_share(payment(payment_type, references=references)) == share


def test_a_payment_of_nothing_is_no_bond():
	assert bid.free_share(payment(received_amount=0)) == 0


def test_an_amount_is_that_of_the_account_in_the_currency():
	paid = payment()
	assert bid.amount_in(paid, "USD", "CNY") == 10_000
	assert bid.amount_in(paid, "CNY", "CNY") == 71_000
	assert bid.amount_in(paid, "EUR", "CNY") is None


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
