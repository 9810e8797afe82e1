"""The bond of a bid: paid, returned, forfeited, ERPNext's documents and their ledger, reminders, closing."""

import pytest

from presales_mgmt import api, exceptions
from tests.test_reminders import due, linked, quiet, run  # noqa: F401 (a fixture for all tests here)
from tests.world import email

BID = "Presales Bid"
BOND = {"bond_amount": 20_000, "bond_due_back": "2040-06-30"}
ABOVE = {email("director"), email("supervisor")}


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def bid(world, project):
	return world.make_bid(project, submission_deadline=None, opening=None, **BOND)


def reloaded(frappe, bid):
	return frappe.get_doc(BID, bid.name)


def pay(world, bid, person="finance", **values):
	with world.acting_as(person):
		api.pay_bid_bond(bid.name, **values)


def give_back(world, bid, person="finance", **values):
	with world.acting_as(person):
		api.return_bid_bond(bid.name, **values)


@pytest.fixture(autouse=True)
def finance(world, frappe, project):
	"""Finance is on the team, and books payments."""
	project.append("team", {"user": email("finance"), "project_role": "Finance", "active": 1})
	project.save()


@pytest.fixture
def paid(world, frappe, bid):
	payment = world.make_payment()
	pay(world, bid, payment_entry=payment.name)
	return reloaded(frappe, bid)


def ledger(frappe, payment, **filters):
	"""Account -> debit less credit in company currency of what stands."""
	balance = {}
	for row in frappe.get_all(
		"GL Entry",
		filters={
			"voucher_type": "Payment Entry",
			"voucher_no": payment.name,
			"is_cancelled": 0,
			**filters,
		},
		fields=["account", "debit", "credit"],
		order_by="name asc",
	):
		balance[row.account] = balance.get(row.account, 0) + row.debit - row.credit
	return balance


# ---------------------------------------------------------------------------------------------- payment


@pytest.mark.clause("R9.5")
def test_a_bond_is_to_be_paid_when_there_is_one(world, frappe, project):
	bid = world.make_bid(project)
	assert bid.bond_status == "Not Needed"
	with world.acting_as("manager"):
		bid.update(BOND)
		bid.save()
	assert (bid.bond_status, bid.bond_currency, bid.base_bond_amount) == ("To Be Paid", "CNY", 20_000)
	with world.acting_as("manager"):
		bid.bond_amount = 0
		bid.save()
	assert bid.bond_status == "Not Needed"
	with pytest.raises(exceptions.BondError, match="expected To Be Paid"):
		pay(world, bid, payment_entry="x")


@pytest.mark.clause("R9.5")
def test_a_bond_is_paid_and_returned_by_payments_and_the_ledger_agrees(world, frappe, bid):
	company = frappe.get_doc("Company", world.company)
	payment = world.make_payment()
	pay(world, bid, payment_entry=payment.name)
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_kind, bid.bond_payment) == ("Paid", "Bank Transfer", payment.name)
	assert str(bid.bond_paid_on) == str(payment.posting_date)
	booked = {company.default_receivable_account: 20_000, company.default_cash_account: -20_000}
	assert ledger(frappe, payment) == booked
	assert ledger(frappe, payment, party=world.customer) == {company.default_receivable_account: 20_000}
	assert bid.base_bond_paid == booked[company.default_receivable_account]

	for values in ({"bond_amount": 1}, {"bond_kind": "Bank Guarantee"}):
		doc = reloaded(frappe, bid)
		doc.update(values)
		with world.acting_as("manager"), pytest.raises(exceptions.BondError, match="no change by hand"):
			doc.save()

	back = world.make_payment("Receive")
	give_back(world, bid, payment_entry=back.name)
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_return_payment, bid.base_bond_returned) == (
		"Returned",
		back.name,
		20_000,
	)
	assert bid.bond_settled_by == email("finance")
	assert ledger(frappe, back) == {account: -amount for account, amount in booked.items()}


@pytest.mark.parametrize(
	("payment", "error", "message"),
	[
		({"amount": 19_999.99}, "BondError", "found 19,999.99, expected at least 20,000.00"),
		({"payment_type": "Receive"}, "BondError", "payment of type Pay"),
		({"company": "Presales Other Ltd"}, "CompanyMismatchError", "a record of company Presales Test Ltd"),
		(
			{"party": "Presales Bond Stranger"},
			"BondError",
			"found Presales Bond Stranger, expected Presales Test City",
		),
	],
)
def test_a_payment_that_does_not_stand_for_the_bond_is_refused(world, frappe, bid, payment, error, message):
	if "party" in payment:
		world.insert(
			"Customer",
			customer_name=payment["party"],
			customer_group=world.leaf_of("Customer Group"),
			territory=world.territory,
		)
	payment = world.make_payment(**payment)
	with pytest.raises(getattr(exceptions, error), match=message):
		pay(world, bid, payment_entry=payment.name)
	assert reloaded(frappe, bid).bond_status == "To Be Paid"


def test_a_draft_pays_nothing_and_a_payment_pays_one_bond(world, frappe, bid, paid):
	with world.acting_as("manager"):
		api.conclude_bid(bid.name, "Failed", "Fewer than three bidders")
	second = world.make_bid(frappe.get_doc("Presales Project", bid.presales_project), **BOND)
	with pytest.raises(exceptions.DuplicateEntryError, match=bid.name):
		pay(world, second, payment_entry=paid.bond_payment)
	draft = frappe.copy_doc(frappe.get_doc("Payment Entry", paid.bond_payment))
	draft.docstatus = 0
	draft.insert()
	with pytest.raises(exceptions.BondError, match="submitted payment"):
		pay(world, second, payment_entry=draft.name)
	with pytest.raises(exceptions.BondError, match="one Payment Entry or one Bank Guarantee"):
		pay(world, second)


def test_a_bond_needs_a_date_on_which_it_is_due_back(world, frappe, project):
	bid = world.make_bid(project, bond_amount=20_000)
	payment = world.make_payment()
	with pytest.raises(exceptions.BondError, match="Bond Due Back"):
		pay(world, bid, payment_entry=payment.name)
	pay(world, bid, payment_entry=payment.name, due_back="2040-06-30")
	assert str(reloaded(frappe, bid).bond_due_back) == "2040-06-30"


def test_a_bond_may_go_to_the_agency_that_runs_the_tender(world, frappe, project):
	agencies = [
		world.insert(
			"Supplier",
			supplier_name=f"Presales Agency {number}",
			supplier_group=world.leaf_of("Supplier Group"),
			supplier_type="Company",
		).name
		for number in (1, 2)
	]
	bid = world.make_bid(project, tender_agency=agencies[0], **BOND)
	creditors = frappe.db.get_value("Company", world.company, "default_payable_account")
	for agency in reversed(agencies):
		payment = world.make_payment(party_type="Supplier", party=agency, paid_to=creditors)
		if agency == agencies[1]:
			with pytest.raises(exceptions.BondError, match=agency):
				pay(world, bid, payment_entry=payment.name)
	pay(world, bid, payment_entry=payment.name)
	assert ledger(frappe, payment, party=agencies[0]) == {creditors: 20_000}


@pytest.mark.clause("R9.5")
def test_less_may_come_back_for_a_reason(world, frappe, paid):
	back = world.make_payment("Receive", amount=18_500)
	with pytest.raises(exceptions.BondError, match="or a reason why less came back"):
		give_back(world, paid, payment_entry=back.name)
	give_back(world, paid, payment_entry=back.name, reason="The agency kept its fee")
	bid = reloaded(frappe, paid)
	assert (bid.base_bond_returned, bid.bond_settlement_reason) == (18_500, "The agency kept its fee")


@pytest.mark.clause("R9.5")
def test_a_bond_is_forfeited_for_a_reason(world, frappe, paid):
	with world.acting_as("manager"), pytest.raises(exceptions.BondError, match="a reason"):
		api.forfeit_bid_bond(paid.name, " ")
	with world.acting_as("manager"):
		api.forfeit_bid_bond(paid.name, "We withdrew after the deadline")
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_settled_by) == ("Forfeited", email("manager"))
	with pytest.raises(exceptions.BondError, match="expected Paid"):
		give_back(world, bid, payment_entry="x")


def test_who_may_not_read_payments_names_none(world, frappe, bid):
	payment = world.make_payment()
	with pytest.raises(frappe.PermissionError):
		pay(world, bid, "manager", payment_entry=payment.name)


# -------------------------------------------------------------------------------------------- guarantee


@pytest.mark.clause("R9.5")
def test_a_guarantee_stands_for_the_bond_until_the_bank_has_it_back(world, frappe, project):
	from frappe.utils import add_days, today

	bid = world.make_bid(project, bond_amount=20_000, bond_kind="Bank Guarantee")
	with pytest.raises(exceptions.BondError, match="found Bank Guarantee, expected Bank Transfer"):
		pay(world, bid, payment_entry=world.make_payment().name)
	guarantee = world.make_guarantee()
	pay(world, bid, bank_guarantee=guarantee.name)
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_guarantee, bid.base_bond_paid) == ("Paid", guarantee.name, 0)
	assert str(bid.bond_due_back) == add_days(today(), 90), "the end of the guarantee"
	for wrong in (None, add_days(today(), 1), add_days(today(), -1)):
		with pytest.raises(exceptions.BondError, match="Bond Returned On"):
			give_back(world, bid, returned_on=wrong)
	give_back(world, bid, returned_on=today())
	assert reloaded(frappe, bid).bond_status == "Returned"


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		({"bg_type": "Receiving"}, "BondError", "of type Providing"),
		({"amount": 19_999}, "BondError", "at least 20,000.00"),
		({"project": True}, "CompanyMismatchError", "a record of company Presales Test Ltd"),
	],
)
def test_a_guarantee_that_does_not_stand_for_the_bond_is_refused(world, frappe, bid, values, error, message):
	if "project" in values:
		values = {
			"project": world.insert(
				"Project", project_name="Presales Other Project", company=world.other_company
			).name
		}
	guarantee = world.make_guarantee(**values)
	with pytest.raises(getattr(exceptions, error), match=message):
		pay(world, bid, bank_guarantee=guarantee.name)


# ----------------------------------------------------------------------------------- cancel and amend


def amend(frappe, document, **values):
	amended = frappe.copy_doc(document)
	amended.update({"amended_from": document.name, "docstatus": 0, **values})
	amended.insert()
	amended.submit()
	return amended


def test_a_cancelled_payment_is_no_bond_and_an_amended_one_is(world, frappe, paid):
	payment = frappe.get_doc("Payment Entry", paid.bond_payment)
	payment.cancel()
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_payment, bid.base_bond_paid, bid.bond_paid_on) == (
		"To Be Paid",
		None,
		0,
		None,
	)
	assert ledger(frappe, payment) == {}
	comment = frappe.get_all(
		"Comment",
		filters={"reference_name": bid.name, "comment_type": "Info"},
		pluck="content",
		order_by="creation desc",
	)[0]
	assert payment.name in comment
	less = amend(frappe, payment, paid_amount=100, received_amount=100)
	assert reloaded(frappe, bid).bond_status == "To Be Paid", "booked, but no bond"
	less.cancel()
	amended = amend(frappe, less, paid_amount=21_000, received_amount=21_000)
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_payment, bid.base_bond_paid) == ("Paid", amended.name, 21_000)


def test_a_cancelled_return_lets_the_bond_be_out_again(world, frappe, paid):
	back = world.make_payment("Receive")
	give_back(world, paid, payment_entry=back.name)
	back.cancel()
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_return_payment, bid.bond_returned_on) == ("Paid", None, None)
	assert bid.bond_payment == paid.bond_payment
	again = amend(frappe, back)
	assert reloaded(frappe, bid).bond_return_payment == again.name
	frappe.get_doc("Payment Entry", bid.bond_payment).cancel()
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_return_payment) == ("To Be Paid", None)


def test_a_bond_that_came_back_stays_so_when_its_payment_is_amended(world, frappe, paid):
	back = world.make_payment("Receive", amount=18_500)
	give_back(world, paid, payment_entry=back.name, reason="The agency kept its fee")
	payment = frappe.get_doc("Payment Entry", paid.bond_payment)
	payment.cancel()
	assert reloaded(frappe, paid).bond_status == "To Be Paid"
	amended = amend(frappe, payment)
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_payment, bid.base_bond_paid) == ("Returned", amended.name, 20_000)
	assert (bid.bond_return_payment, bid.base_bond_returned, bid.bond_settlement_reason) == (
		back.name,
		18_500,
		"The agency kept its fee",
	)
	assert bid.bond_settled_by == email("finance")
	amended.cancel()
	back.cancel()
	again = amend(frappe, amended)
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_payment) == ("Paid", again.name), "what it came back by stands no more"
	assert (bid.bond_return_payment, bid.bond_settlement_reason) == (None, None)


def test_a_bond_that_is_lost_stays_so_when_its_payment_is_amended(world, frappe, paid):
	with world.acting_as("finance"):
		api.forfeit_bid_bond(paid.name, "We withdrew after the opening")
	payment = frappe.get_doc("Payment Entry", paid.bond_payment)
	payment.cancel()
	amend(frappe, payment)
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_settlement_reason) == ("Forfeited", "We withdrew after the opening")


@pytest.mark.clause("R9.5")
def test_an_amended_return_of_less_keeps_its_reason(world, frappe, paid):
	back = world.make_payment("Receive", amount=18_500)
	give_back(world, paid, payment_entry=back.name, reason="The agency kept its fee")
	back.cancel()
	assert reloaded(frappe, paid).bond_status == "Paid"
	again = amend(frappe, back)
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_return_payment, bid.base_bond_returned, bid.bond_settlement_reason) == (
		"Returned",
		again.name,
		18_500,
		"The agency kept its fee",
	)
	again.cancel()
	less = amend(frappe, again, paid_amount=10_000, received_amount=10_000)
	bid = reloaded(frappe, paid)
	assert (bid.bond_status, bid.bond_settlement_reason) == ("Paid", None), "it was for another sum"
	less.cancel()
	amend(frappe, less)
	assert reloaded(frappe, paid).bond_status == "Paid"


def test_a_cancelled_guarantee(world, frappe, bid):
	guarantee = world.make_guarantee()
	pay(world, bid, bank_guarantee=guarantee.name)
	guarantee.reload()
	guarantee.cancel()
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.bond_guarantee) == ("To Be Paid", None)
	amended = amend(frappe, guarantee, bank_guarantee_number="BG amended")
	assert reloaded(frappe, bid).bond_guarantee == amended.name


def test_documents_without_a_bond_cost_no_query(world, frappe, bid, count_queries):
	from presales_mgmt.overrides import bank_guarantee, payment_entry

	payment, guarantee = world.make_payment(), world.make_guarantee()
	for hooks, document, links in ((payment_entry, payment, 2), (bank_guarantee, guarantee, 1)):
		with count_queries() as counter:
			hooks.on_submit(document)
		assert counter.count == 0
		with count_queries() as counter:
			hooks.on_cancel(document)
		assert counter.count == links
		document.cancel()


# ------------------------------------------------------------------------------- what is tried by hand


@pytest.mark.clause("R9.5")
@pytest.mark.parametrize("status", ["Returned", "Forfeited", "Not Needed", "To Be Paid", None])
def test_what_became_of_a_bond_is_not_written_by_hand(world, frappe, paid, status):
	doc = reloaded(frappe, paid)
	doc.bond_status = status
	with world.acting_as("manager"), pytest.raises(exceptions.BondError, match="no change by hand"):
		doc.save()
	assert reloaded(frappe, paid).bond_status == "Paid"


@pytest.mark.parametrize("status", ["Paid", "Returned", "Forfeited"])
def test_nobody_says_that_a_bond_was_paid_which_was_not(world, frappe, bid, status):
	doc = reloaded(frappe, bid)
	doc.bond_status = status
	with world.acting_as("manager"), pytest.raises(exceptions.BondError, match="no change by hand"):
		doc.save()


@pytest.mark.clause("R9.5")
def test_a_bond_that_is_out_keeps_its_date(world, frappe, paid):
	"""Without one nobody would be reminded of it."""
	doc = reloaded(frappe, paid)
	doc.bond_due_back = None
	with world.acting_as("manager"), pytest.raises(exceptions.BondError, match="Bond Due Back"):
		doc.save()
	doc = reloaded(frappe, paid)
	doc.bond_due_back = "2040-12-31"
	with world.acting_as("manager"):
		doc.save()
	assert str(reloaded(frappe, paid).bond_due_back) == "2040-12-31"


@pytest.mark.clause("R9.5")
def test_a_return_is_no_return_when_it_is_cancelled_as_something_else(world, frappe, paid):
	"""Frappe writes whatever a client sends with a document that is cancelled."""
	back = world.make_payment("Receive")
	give_back(world, paid, payment_entry=back.name)
	back.reload()
	back.payment_type = "Pay"
	back.cancel()
	assert reloaded(frappe, paid).bond_status == "Paid"


def test_money_that_came_before_the_bond_was_paid_is_no_return(world, frappe, paid):
	from frappe.utils import add_days, today

	back = world.make_payment("Receive", posting_date=add_days(today(), -1))
	with pytest.raises(exceptions.BondError, match=r"Return Payment: found .*, expected a date from"):
		give_back(world, paid, payment_entry=back.name)


@pytest.mark.clause("R9.5")
def test_money_for_something_else_is_no_bond(world, frappe, project, paid):
	"""What the customer pays for its order does not bring the bond back."""
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
	from frappe.utils import today

	order = world.make_order(project, presales_project=None)
	order.submit()
	company = frappe.get_doc("Company", world.company)
	payment = get_payment_entry("Sales Order", order.name)
	payment.update({"paid_to": company.default_cash_account, "reference_no": "X", "reference_date": today()})
	payment.insert()
	payment.submit()
	assert payment.base_received_amount > 20_000
	for reason in (None, "The agency kept its fee"):
		with pytest.raises(exceptions.BondError, match=r"found 0\.00, expected money that pays no order"):
			give_back(world, paid, payment_entry=payment.name, reason=reason)


def test_an_amended_payment_needs_a_date_too(world, frappe, paid):
	payment = frappe.get_doc("Payment Entry", paid.bond_payment)
	payment.cancel()
	with world.acting_as("manager"):
		doc = reloaded(frappe, paid)
		doc.bond_due_back = None
		doc.save()
	amended = amend(frappe, payment)
	assert amended.docstatus == 1, "nobody is kept from booking it"
	assert reloaded(frappe, paid).bond_status == "To Be Paid"


def test_an_amended_guarantee_that_ends_too_early_is_booked_and_is_no_bond(world, frappe, project):
	from frappe.utils import add_days, today

	bid = world.make_bid(project, bond_amount=20_000, bond_kind="Bank Guarantee")
	guarantee = world.make_guarantee()
	pay(world, bid, bank_guarantee=guarantee.name)
	guarantee.reload()
	guarantee.cancel()
	with world.acting_as("manager"):
		doc = reloaded(frappe, bid)
		doc.bond_due_back = None
		doc.save()
	amended = amend(frappe, guarantee, end_date=add_days(today(), 1), bank_guarantee_number="BG early")
	assert amended.docstatus == 1
	assert reloaded(frappe, bid).bond_status == "To Be Paid"


# ------------------------------------------------------------------------------- currencies, companies


def foreign_account(world, frappe, like: str):
	account = frappe.get_doc("Account", like)
	return world.insert(
		"Account",
		account_name=f"{account.account_name} USD",
		parent_account=account.parent_account,
		company=account.company,
		account_type=account.account_type,
		account_currency="USD",
		is_group=0,
	).name


@pytest.fixture
def abroad(world):
	project = world.make_active_project(company=world.other_company, currency="USD", conversion_rate=7.1)
	project.append("team", {"user": email("finance"), "project_role": "Finance", "active": 1})
	project.save()
	return project


def test_a_bond_in_the_currency_of_the_project(world, frappe, abroad):
	bid = world.make_bid(abroad, bond_amount=10_000, bond_due_back="2040-06-30")
	assert (bid.bond_currency, bid.bond_conversion_rate, bid.base_bond_amount) == ("USD", 7.1, 71_000)
	company = frappe.get_doc("Company", world.other_company)
	cash = foreign_account(world, frappe, company.default_cash_account)
	values = {
		"company": company.name,
		"paid_from": cash,
		"source_exchange_rate": 7.2,
		"target_exchange_rate": 1,
	}
	little = world.make_payment(amount=9_999, received_amount=9_999 * 7.2, **values)
	with pytest.raises(exceptions.BondError, match=r"found 9,999.00, expected at least 10,000.00"):
		pay(world, bid, payment_entry=little.name)
	payment = world.make_payment(amount=10_000, received_amount=72_000, **values)
	pay(world, bid, payment_entry=payment.name)
	bid = reloaded(frappe, bid)
	assert bid.base_bond_paid == 72_000
	assert ledger(frappe, payment) == {cash: -72_000, company.default_receivable_account: 72_000}


def test_a_foreign_bond_from_an_account_in_company_currency(world, frappe, abroad):
	"""The bank has another rate than the project: that of the bond is entered."""
	bid = world.make_bid(abroad, bond_amount=10_000, bond_due_back="2040-06-30")
	payment = world.make_payment(amount=70_500, company=world.other_company)
	with pytest.raises(exceptions.BondError, match=r"found 70,500.00, expected at least 71,000.00"):
		pay(world, bid, payment_entry=payment.name)
	with world.acting_as("manager"):
		doc = reloaded(frappe, bid)
		doc.bond_conversion_rate = 7.05
		doc.save()
	pay(world, bid, payment_entry=payment.name)
	assert reloaded(frappe, bid).base_bond_paid == 70_500


@pytest.mark.clause("R9.5")
def test_a_bond_that_comes_back_at_another_rate_came_back_as_our_account_has_it(world, frappe, abroad):
	"""The tenderer owes what it was paid, at the rate of that day; what reached us is worth less by now."""
	bid = world.make_bid(abroad, bond_amount=10_000, bond_due_back="2040-06-30")
	company = frappe.get_doc("Company", world.other_company)
	debtors = foreign_account(world, frappe, company.default_receivable_account)
	customer = world.insert(
		"Customer",
		customer_name="Presales Test Town",
		customer_group=world.leaf_of("Customer Group"),
		territory=world.territory,
		# A real ERPNext keeps a party to the currency of its account; the stand-in has no such table.
		accounts=[{"company": company.name, "account": debtors}],
		default_currency="USD",
	).name
	with world.acting_as("manager"):
		bid.tenderer = customer
		bid.save()
	values = {"company": company.name, "party": customer}
	payment = world.make_payment(
		amount=72_000, received_amount=10_000, paid_to=debtors, target_exchange_rate=7.2, **values
	)
	pay(world, bid, payment_entry=payment.name)
	assert reloaded(frappe, bid).base_bond_paid == 72_000
	assert ledger(frappe, payment) == {company.default_cash_account: -72_000, debtors: 72_000}
	back = world.make_payment(
		"Receive",
		amount=10_000,
		received_amount=70_000,
		paid_from=debtors,
		source_exchange_rate=7.2,
		**values,
	)
	give_back(world, bid, payment_entry=back.name)
	bid = reloaded(frappe, bid)
	assert (bid.bond_status, bid.base_bond_returned) == ("Returned", 70_000)
	assert ledger(frappe, back) == {
		company.default_cash_account: 70_000,
		debtors: -72_000,
		company.exchange_gain_loss_account: 2_000,
	}
	back.reload()
	back.cancel()
	assert (reloaded(frappe, bid).bond_status, ledger(frappe, back)) == ("Paid", {})


def test_a_bond_in_the_currency_of_the_company(world, frappe, abroad):
	bid = world.make_bid(abroad, bond_currency="CNY", bond_conversion_rate=9, **BOND)
	assert (bid.bond_conversion_rate, bid.base_bond_amount) == (1, 20_000)
	with pytest.raises(exceptions.CompanyMismatchError):
		pay(world, bid, payment_entry=world.make_payment().name)
	pay(world, bid, payment_entry=world.make_payment(company=world.other_company).name)
	with world.acting_as("manager"), pytest.raises(exceptions.BidError):
		api.conclude_bid(bid.name, "Won")


def test_a_bond_is_worth_something_in_company_currency(world, abroad):
	"""A payment in company currency would be enough however small it is."""
	with pytest.raises(exceptions.OutOfRangeError, match="Bond Exchange Rate"):
		world.make_bid(abroad, bond_amount=10_000, bond_conversion_rate=1e-9)


def test_a_third_currency_is_refused(world, frappe, project):
	with pytest.raises(exceptions.BondError, match="Bond Currency: found USD, expected CNY"):
		world.make_bid(project, bond_currency="USD", **BOND)


# ------------------------------------------------------------------------------- closing and reminders


@pytest.mark.clause("R9.5")
def test_a_project_with_a_bond_that_is_out_is_not_closed(world, frappe, project, paid):
	frappe.db.set_single_value("Presales Settings", "require_evaluation_to_close", 0)
	project.reload()
	project.append("lost_reasons", {"lost_reason": world.lost_reason})
	project.save()
	world.apply("director", project, "Declare Lost")
	with pytest.raises(exceptions.LifecycleError, match=f"bond that is out .*{paid.name}, due back on"):
		world.apply("director", project, "Close")
	project.reload()
	back = world.make_payment("Receive")
	give_back(world, paid, payment_entry=back.name)
	world.apply("director", project, "Close")
	assert project.status == "Closed"
	with world.acting_as("manager"), pytest.raises(exceptions.LifecycleError, match="closed"):
		reloaded(frappe, paid).save()
	# Books are corrected after all: the bond is out again and is settled, under the closed project.
	back.cancel()
	assert reloaded(frappe, paid).bond_status == "Paid"
	give_back(world, paid, payment_entry=world.make_payment("Receive").name)
	assert reloaded(frappe, paid).bond_status == "Returned"


@pytest.mark.clause("R9.5")
@pytest.mark.parametrize("status", ["Active", "Lost", "Abandoned", "Closed"])
def test_a_bond_is_reminded_of_until_it_is_back(world, frappe, project, paid, status):
	"""Also when the result is known and the project has ended."""
	with world.acting_as("manager"):
		api.conclude_bid(paid.name, "Withdrawn", "Too dear")
	frappe.db.set_value("Presales Project", project.name, "status", status)
	for days, told, word in (
		(3, {email("manager")}, "due on"),
		(-1, {email("manager")}, "overdue since"),
		(-3, {email("manager"), *ABOVE}, "escalated"),
	):
		due(frappe, paid, "bond_due_back", days)
		sent = run(frappe)
		assert set(sent) == told
		(subject,) = sent[email("manager")]
		assert "Bond of bid Parking guidance for forty car parks due back" in subject
		assert word in subject
		assert run(frappe) == {}
	assert linked(frappe, email("director")) >= {(BID, paid.name)}
	give_back(world, paid, payment_entry=world.make_payment("Receive").name)
	due(frappe, paid, "bond_due_back", -30)
	assert run(frappe) == {}


@pytest.mark.clause("R9.5")
@pytest.mark.parametrize(
	("fieldname", "words", "overdue"),
	[
		("questions_until", "Questions on tender", False),
		("site_visit", "Site visit for tender", False),
		("submission_deadline", "Submission of bid", True),
		("opening", "Opening of bid", True),
	],
)
def test_dates_of_a_tender_are_reminded_of(world, frappe, project, fieldname, words, overdue):
	from frappe.utils import add_to_date, now_datetime

	bid = world.make_bid(project, submission_deadline=None, opening=None)
	world.delegate("manager", "other_manager")

	def at(days):
		moment = add_to_date(now_datetime(), days=days).replace(hour=23, minute=30)
		frappe.db.set_value(BID, bid.name, fieldname, moment, update_modified=False)

	at(4)
	assert run(frappe) == {}
	at(3)
	sent = run(frappe)
	assert set(sent) == {email("manager"), email("other_manager")}
	assert words in sent[email("manager")][0]
	assert "due on" in sent[email("manager")][0]
	at(0)
	assert run(frappe) == {}, "told already"
	at(-3)
	sent = run(frappe)
	assert set(sent) == ({email("manager"), email("other_manager"), *ABOVE} if overdue else set())
	assert run(frappe) == {}
	frappe.db.set_value(BID, bid.name, {"status": "Opened", "opening_reminder_level": 0})
	at(0)
	assert run(frappe) == {}, "opened"


def test_several_dates_of_one_bid_are_told_each(world, frappe, project):
	from frappe.utils import add_days, today

	bid = world.make_bid(
		project,
		questions_until=f"{today()} 23:00:00",
		site_visit=f"{add_days(today(), 1)} 09:00:00",
	)
	assert len(run(frappe)[email("manager")]) == 2
	with world.acting_as("manager"):
		doc = reloaded(frappe, bid)
		doc.site_visit = f"{add_days(today(), 2)} 09:00:00"
		doc.save()
	(subject,) = run(frappe)[email("manager")]
	assert "Site visit" in subject


@pytest.mark.parametrize("status", ["Lost", "Closed"])
def test_dates_of_a_tender_end_with_the_project(world, frappe, project, bid, status):
	due(frappe, bid, "submission_deadline", 0)
	frappe.db.set_value("Presales Project", project.name, "status", status)
	assert run(frappe) == {}
