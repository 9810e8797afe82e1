"""What rows of ERPNext's documents cost, in which stage, and what may be spent."""

from datetime import date, datetime

import pytest

from presales_mgmt.rules import budget as budgets
from presales_mgmt.rules import cost_of_sale as rules


@pytest.mark.parametrize(
	("root_type", "debit", "credit", "expected"),
	[
		("Expense", 100, 0, 100),
		("Expense", 0, 40, -40),
		("Asset", 20_000, 0, 0),
		("Liability", 0, 100, 0),
		("Income", 0, 100, 0),
		(None, 100, 0, 0),
	],
)
def test_only_expense_accounts_cost_something(root_type, debit, credit, expected):
	assert rules.journal_amount({"debit": debit, "credit": credit}, root_type) == expected


@pytest.mark.parametrize(
	("invoice", "row", "expected"),
	[
		({}, {"base_net_amount": 710}, 710),
		({"is_return": 1}, {"base_net_amount": -710}, -710),
		({"is_opening": "Yes"}, {"base_net_amount": 710}, 0),
		({"is_opening": "No", "update_stock": 1}, {"base_net_amount": 710}, 710),
		({}, {"base_net_amount": 710, "is_fixed_asset": 1}, 0),
		({}, {}, 0),
	],
)
def test_a_purchase_costs_its_net_amount(invoice, row, expected):
	assert rules.invoice_amount(invoice, row) == expected


@pytest.mark.parametrize(
	("status", "row", "expected"),
	[
		("Approved", {"sanctioned_amount": 300}, 300),
		("Approved", {"sanctioned_amount": 100, "base_sanctioned_amount": 710}, 710),
		("Approved", {"amount": 300, "sanctioned_amount": 0}, 0),
		("Approved", {"sanctioned_amount": 100, "base_sanctioned_amount": 0}, 0),
		("Rejected", {"sanctioned_amount": 300}, 0),
		("Draft", {"sanctioned_amount": 300}, 0),
	],
)
def test_an_expense_costs_what_was_sanctioned(status, row, expected):
	assert rules.claim_amount({"approval_status": status}, row) == expected


@pytest.mark.parametrize(
	("ordered", "expected"), [(0, 1000), (None, 1000), (4, 600), (10, 0), (12, 0), (-1, 1000)]
)
def test_a_request_commits_to_what_is_not_ordered(ordered, expected):
	row = {"rate": 200, "qty": 5, "stock_qty": 10, "ordered_qty": ordered}
	assert rules.open_request(row) == pytest.approx(expected)


@pytest.mark.parametrize(("billed", "expected"), [(0, 7100), (None, 7100), (250, 5325), (1000, 0), (1200, 0)])
def test_an_order_commits_to_what_is_not_billed_in_company_currency(billed, expected):
	row = {"base_net_amount": 7100, "amount": 1000, "billed_amt": billed}
	assert rules.open_order(row) == pytest.approx(expected)


def test_what_is_free_commits_to_nothing():
	assert rules.open_order({"base_net_amount": 0, "amount": 0, "billed_amt": 0}) == 0
	assert rules.open_request({"rate": 0, "qty": 1, "stock_qty": 0}) == 0


MOVES = [
	(datetime(2026, 3, 2, 9), "Opportunity Capture"),
	(datetime(2026, 3, 10, 14), "Assessment"),
	(datetime(2026, 3, 20, 8), "Opportunity Capture"),
]


@pytest.mark.parametrize(
	("moment", "stage"),
	[
		(date(2026, 3, 1), None),
		(datetime(2026, 3, 2, 8), None),
		(date(2026, 3, 2), "Opportunity Capture"),
		(datetime(2026, 3, 10, 9), "Opportunity Capture"),
		(datetime(2026, 3, 10, 14), "Assessment"),
		(date(2026, 3, 10), "Assessment"),
		(date(2026, 4, 1), "Opportunity Capture"),
	],
)
def test_the_stage_is_that_of_the_moment(moment, stage):
	assert rules.stage_at(MOVES, moment) == stage


def test_a_project_without_stages_has_none():
	assert rules.stage_at([], date(2026, 3, 1)) is None


def test_figures_add_up():
	figures = rules.add_up(
		[
			{"kind": "Labour", "base_amount": 100.104, "hours": 1.5},
			{"kind": "Purchase", "base_amount": 50, "hours": 0},
			{"kind": "Purchase", "base_amount": -20, "hours": None},
		],
		[{"rate": 10, "qty": 1, "stock_qty": 1}],
		[{"base_net_amount": 5, "amount": 5}],
	)
	assert (figures.cost, figures.purchases, figures.commitments, figures.hours) == (130.1, 30, 15, 1.5)
	assert (figures.spent, figures.bought) == (145.1, 45)


# ----------------------------------------------------------------------------------------------- budget


def test_without_a_budget_there_is_no_limit():
	budget = budgets.Budget(0, agreed=100)
	assert not budget.is_set
	assert not budgets.is_beyond(budget, 0, 10**9)
	assert not budgets.is_to_be_warned(budget, 10**9)


@pytest.mark.parametrize(
	("before", "after", "beyond"),
	[
		(0, 1000, False),
		(0, 1000.01, True),
		(999, 1001, True),
		# Nothing is said of what adds nothing, however much is spent already.
		(1500, 1500, False),
		(1500, 1200, False),
		(1500, 1501, True),
	],
)
def test_what_is_added_must_fit(before, after, beyond):
	assert budgets.is_beyond(budgets.Budget(1000), before, after) is beyond


def test_what_was_agreed_outside_the_plan_raises_what_may_be_spent():
	budget = budgets.Budget(1000, agreed=500, warn_percent=80, stop_percent=110)
	assert (budget.warn_from, budget.stop_above) == (1200, 1650)
	assert budgets.is_to_be_warned(budget, 1200)
	assert not budgets.is_to_be_warned(budget, 1199.99)
