"""What a handover lacks, who answers for the project, and what an order, its invoices and payments come to."""

from datetime import date
from types import SimpleNamespace

import pytest

from presales_mgmt.rules import handover, progress

ALL = {*handover.NEEDED, *handover.PARTS}
TODAY = date(2026, 6, 1)


@pytest.mark.clause("R1.8", "R6.4")
@pytest.mark.parametrize(
	("present", "omitted", "available", "missing"),
	[
		(ALL, (), (), []),
		(ALL - {"Risks"}, (), (), ["Risks"]),
		(ALL - {"Risks"}, {"Risks"}, (), []),
		# A reason does not stand for what the project has.
		(ALL - {"Risks"}, {"Risks"}, {"Risks"}, ["Risks"]),
		(ALL - {"Goal", "Scope"}, {"Goal"}, (), ["Goal", "Scope"]),
		((), handover.PARTS, (), list(handover.NEEDED)),
	],
)
def test_missing_parts(present, omitted, available, missing):
	assert handover.missing_parts(present, omitted, available) == missing


def test_reasons_are_settled_by_an_answer_and_a_tick():
	rows = [
		SimpleNamespace(idx=1, done=1, answer="Added"),
		SimpleNamespace(idx=2, done=1, answer=" "),
		SimpleNamespace(idx=3, done=0, answer="Added"),
		SimpleNamespace(idx=4, done=1, answer=None),
	]
	assert handover.unsettled_reasons(rows) == [2, 3, 4]


@pytest.mark.clause("R1.10")
@pytest.mark.parametrize(
	("status", "expected"),
	[
		(None, "m"),
		("Draft", "m"),
		("Offered", "m"),
		("Sent Back", "m"),
		("Withdrawn", "m"),
		("Revoked", "m"),
		("Accepted", "d"),
	],
)
def test_responsible(status, expected):
	assert handover.responsible(status, "m", "d") == expected
	assert handover.responsible(status, "m", None) == "m"


def test_the_name_of_the_erpnext_project_fits():
	assert handover.project_name("City", "PSP-1", False) == "City"
	assert handover.project_name("City", "PSP-1", True) == "City (PSP-1)"
	assert len(handover.project_name("x" * 200, "PSP-1", False)) == 140
	long = handover.project_name("x" * 200, "PSP-1", True)
	assert len(long) == 140
	assert long.endswith(" (PSP-1)")


# ----------------------------------------------------------------------------------------------- progress


def make_order(**values):
	return SimpleNamespace(
		**{
			"name": "SO",
			"status": "To Bill",
			"currency": "CNY",
			"conversion_rate": 1,
			"grand_total": 1000,
			"base_grand_total": 1000,
			"rounded_total": 0,
			"base_rounded_total": 0,
			"per_delivered": 0,
			"per_billed": 0,
			"advance_paid": 0,
			"party_account_currency": "CNY",
			**values,
		}
	)


def make_invoice(total=1000, outstanding=1000, **values):
	rate = values.get("conversion_rate", 1)
	return SimpleNamespace(
		**{
			"currency": "CNY",
			"conversion_rate": rate,
			"is_return": 0,
			"due_date": date(2026, 5, 1),
			"net_total": total,
			"net_share": total,
			"grand_total": total,
			"base_grand_total": total * rate,
			"rounded_total": 0,
			"base_rounded_total": 0,
			"outstanding_amount": outstanding,
			"party_account_currency": "CNY",
			**values,
		}
	)


def figures(order, invoices=(), advances=()):
	return progress.order_figures(order, list(invoices), list(advances), "CNY", TODAY)


@pytest.mark.clause("R6.4", "R9.4")
def test_an_invoice_paid_in_part():
	found = figures(make_order(), [make_invoice(1000, 400)])
	assert (found["invoiced"], found["outstanding"], found["settled"], found["received"]) == (
		1000,
		400,
		600,
		600,
	)
	assert found["overdue"] == 1


@pytest.mark.clause("R6.4")
def test_a_credit_note_takes_off_what_it_credits():
	credit = make_invoice(-300, -300, is_return=1)
	found = figures(make_order(), [make_invoice(1000, 1000), credit])
	assert (found["invoiced"], found["credited"], found["outstanding"], found["received"]) == (
		700,
		300,
		700,
		0,
	)
	# ERPNext may also book it against the invoice, and then leaves nothing on the note.
	credit = make_invoice(-300, 0, is_return=1)
	assert figures(make_order(), [make_invoice(1000, 700), credit])["received"] == 0
	assert found["overdue"] == 1


@pytest.mark.clause("R6.4")
def test_an_invoice_of_two_orders_is_shared():
	invoice = make_invoice(1000, 500, net_share=250)
	found = figures(make_order(), [invoice])
	assert (found["invoiced"], found["outstanding"], found["received"]) == (250, 125, 125)
	assert progress.share_of(make_invoice(0, 0)) == 1


@pytest.mark.clause("R9.4")
def test_amounts_in_two_currencies_do_not_mix():
	order = make_order(
		currency="USD",
		conversion_rate=7,
		grand_total=1000,
		base_grand_total=7000,
		party_account_currency=None,
	)
	# The customer's account is kept in the company's currency: so is what is outstanding.
	in_company = make_invoice(1000, 3600, currency="USD", conversion_rate=7.2)
	found = figures(order, [in_company])
	assert (found["ordered"], found["base_ordered"]) == (1000, 7000)
	assert (found["invoiced"], found["base_invoiced"]) == (1000, 7200)
	assert (found["outstanding"], found["base_outstanding"]) == (500, 3600)
	assert (found["received"], found["base_received"]) == (500, 3600)
	# Or in that of the invoice.
	in_foreign = make_invoice(1000, 500, currency="USD", conversion_rate=7.2, party_account_currency="USD")
	assert figures(order, [in_foreign]) == found
	advance = {"currency": "CNY", "amount": 700, "base_amount": 700}
	assert figures(order, [], [advance])["advance"] == 100
	advance = {"currency": "USD", "amount": 100, "base_amount": 710}
	paid = figures(order, [], [advance])
	assert (paid["advance"], paid["base_advance"], paid["received"]) == (100, 710, 100)


def test_an_order_of_which_nothing_has_come_yet():
	found = figures(make_order(rounded_total=1001, base_rounded_total=1001))
	assert found["ordered"] == 1001
	assert not any(found[key] for key in ("invoiced", "outstanding", "received", "credited"))
	assert str(found["settled"]) == "0.0"
