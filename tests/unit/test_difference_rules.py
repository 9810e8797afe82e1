"""How two commercial documents differ, without a site (R1.6, R1.7, R8.6)."""

from datetime import date

import pytest

from presales_mgmt.rules.difference import (
	PERCENT,
	CommercialDocument,
	Item,
	Payment,
	Quantity,
	Row,
	compare,
)

CAMERA = Item("CAM-1", "Dome camera", 10, "Nos", 200, 5)


def rounding(number: float, unit: str) -> float:
	return round(number, 1 if unit == PERCENT else 2)


def document(**values) -> CommercialDocument:
	return CommercialDocument(**{"currency": "CNY", **values})


def differ(before: dict, after: dict) -> list[tuple]:
	return [
		(row.what, row.label, row.detail, row.before, row.after, row.kind)
		for row in compare(document(**before), document(**after), rounding)
	]


@pytest.mark.clause("R8.6")
def test_equal_documents_do_not_differ():
	same = {
		"amounts": {"Net Total": 1900.0},
		"items": [CAMERA, CAMERA],
		"dates": {"Delivery Date": date(2027, 3, 1)},
		"payment_terms": "30/70",
		"payments": [Payment("Advance", 30), Payment("Acceptance", 70)],
		"terms": ["Two years of warranty."],
	}
	assert differ(same, same) == []
	assert differ({}, {}) == []


@pytest.mark.clause("R1.6", "R8.6")
@pytest.mark.parametrize(
	("before", "after", "expected"),
	[
		([], [CAMERA], [("Item", "CAM-1", "", None, CAMERA, "Added")]),
		([CAMERA], [], [("Item", "CAM-1", "", CAMERA, None, "Removed")]),
		(
			[CAMERA],
			[CAMERA._replace(description="Bullet camera")],
			[("Item", "CAM-1", "Description", "Dome camera", "Bullet camera", "Changed")],
		),
		(
			[CAMERA],
			[CAMERA._replace(qty=12)],
			[("Quantity", "CAM-1", "Quantity", Quantity(10, "Nos"), Quantity(12, "Nos"), "Changed")],
		),
		(
			[CAMERA],
			[CAMERA._replace(uom="Box")],
			[("Quantity", "CAM-1", "Quantity", Quantity(10, "Nos"), Quantity(10, "Box"), "Changed")],
		),
		(
			[CAMERA],
			[CAMERA._replace(rate=190, discount=9.75)],
			[
				("Price", "CAM-1", "Rate", 200, 190, "Changed"),
				("Price", "CAM-1", "Discount", 5, 9.8, "Changed"),
			],
		),
	],
)
def test_items(before, after, expected):
	assert differ({"items": before}, {"items": after}) == expected


def test_items_are_matched_by_code_and_among_equal_ones_by_order():
	cable = Item("CABLE", "Cable", 1, "m", 3)
	before = [CAMERA, cable, CAMERA._replace(qty=2)]
	after = [cable, CAMERA, CAMERA._replace(qty=3)]
	assert differ({"items": before}, {"items": after}) == [
		("Quantity", "CAM-1", "Quantity", Quantity(2, "Nos"), Quantity(3, "Nos"), "Changed")
	]


def test_a_line_without_a_code_is_known_by_its_description():
	work = Item("", "Installation", 1, "Job", 500)
	assert differ({"items": [work]}, {"items": [work._replace(rate=600)]}) == [
		("Price", "Installation", "Rate", 500, 600, "Changed")
	]


def test_what_rounds_to_the_same_is_the_same():
	assert (
		differ(
			{"amounts": {"Net Total": 100.001}, "items": [CAMERA._replace(rate=200.001)]},
			{"amounts": {"Net Total": 100.004}, "items": [CAMERA._replace(rate=199.999)]},
		)
		== []
	)


@pytest.mark.clause("R8.6")
def test_amounts_and_dates():
	assert differ(
		{"amounts": {"Net Total": 100}, "dates": {"Delivery Date": date(2027, 3, 1), "Valid Until": None}},
		{"amounts": {"Net Total": 90}, "dates": {"Delivery Date": date(2027, 4, 1), "Valid Until": None}},
	) == [
		("Amount", "Net Total", "", 100, 90, "Changed"),
		("Date", "Delivery Date", "", date(2027, 3, 1), date(2027, 4, 1), "Changed"),
	]
	assert differ({"dates": {"Delivery Date": None}}, {"dates": {"Delivery Date": date(2027, 4, 1)}}) == [
		("Date", "Delivery Date", "", None, date(2027, 4, 1), "Added")
	]


def test_what_one_side_cannot_state_is_not_compared():
	full = {
		"amounts": {"Net Total": 100, "Grand Total": 113},
		"items": [CAMERA],
		"dates": {"Valid Until": date(2027, 1, 1)},
		"payment_terms": "30/70",
		"payments": [Payment("Advance", 30)],
		"terms": ["Warranty."],
	}
	assert differ(full, {"amounts": {"Net Total": 100}}) == []
	assert differ({"amounts": {"Net Total": 100}}, full) == []


def test_in_another_currency_all_money_differs_but_only_amounts_are_listed():
	assert differ(
		{"amounts": {"Net Total": 100, "Taxes": 0}, "items": [CAMERA]},
		{"currency": "USD", "amounts": {"Net Total": 100, "Taxes": 0}, "items": [CAMERA._replace(rate=30)]},
	) == [
		("Amount", "Currency", "", "CNY", "USD", "Changed"),
		("Amount", "Net Total", "", 100, 100, "Changed"),
	]


@pytest.mark.clause("R5.10", "R8.6")
def test_payment():
	before = [Payment("Advance", 30), Payment("Acceptance", 70)]
	assert differ(
		{"payment_terms": "30/70", "payments": before},
		{"payment_terms": "50/50", "payments": [Payment("Advance", 50), Payment("Acceptance", 50)]},
	) == [
		("Payment", "Payment Terms", "", "30/70", "50/50", "Changed"),
		("Payment", "1", "", Payment("Advance", 30), Payment("Advance", 50), "Changed"),
		("Payment", "2", "", Payment("Acceptance", 70), Payment("Acceptance", 50), "Changed"),
	]
	assert differ({"payments": before}, {"payments": before[:1]}) == [
		("Payment", "2", "", Payment("Acceptance", 70), None, "Removed")
	]
	assert differ({"payments": []}, {"payments": []}) == []


@pytest.mark.clause("R8.6")
def test_terms_are_compared_paragraph_by_paragraph():
	before = ["Delivery in 30 days.", "Two years of warranty.", "Chinese law."]
	after = ["Delivery in 30 days.", "One year of warranty.", "Chinese law.", "Arbitration."]
	assert differ({"terms": before}, {"terms": after}) == [
		("Terms", "", "", "Two years of warranty.", "One year of warranty.", "Changed"),
		("Terms", "", "", None, "Arbitration.", "Added"),
	]


@pytest.mark.clause("R8.6")
def test_a_contract_may_say_more_but_not_less():
	offer = {"terms": ["Two years of warranty.", "Delivery in 30 days."]}
	contract = {"terms": ["The parties agree.", "Two years of warranty."], "is_framework": True}
	assert differ(offer, contract) == [("Terms", "", "", "Delivery in 30 days.", None, "Removed")]
	assert differ(contract, offer) == [("Terms", "", "", None, "Delivery in 30 days.", "Added")]
	assert differ(contract, {**contract, "terms": ["The parties agree."]}) == [
		("Terms", "", "", "Two years of warranty.", None, "Removed")
	]


def test_rows_come_in_the_order_of_what():
	rows = compare(
		document(amounts={"Net Total": 1}, items=[CAMERA], terms=["a"], payments=[]),
		document(
			amounts={"Net Total": 2},
			items=[CAMERA._replace(qty=1, rate=1)],
			terms=["b"],
			payments=[Payment("x", 1)],
		),
		rounding,
	)
	assert [row.what for row in rows] == ["Amount", "Quantity", "Price", "Payment", "Terms"]
	assert isinstance(rows[0], Row)
