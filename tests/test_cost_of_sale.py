"""What a sale costs: hours, purchases and journal lines, in the ledger as in ERPNext; cancelling and amending."""

import pytest

from presales_mgmt import api, cost_of_sale, exceptions
from tests.costs import Costs
from tests.world import OTHER_COMPANY, email

ENTRY = "Presales Cost Entry"
PROJECT = "Presales Project"


@pytest.fixture
def costs(world, frappe):
	"""No approved request is asked for here; test_purchase_requests does."""
	settings = frappe.get_doc("Presales Settings")
	settings.purchase_gate = "Off"
	settings.save()
	return Costs(world)


@pytest.fixture
def project(world, costs):
	return costs.on_team(world.make_project())


def entries(frappe, project):
	return frappe.get_all(
		ENTRY,
		filters={"presales_project": project.name},
		fields=[
			"kind",
			"activity",
			"base_amount",
			"hours",
			"amount",
			"currency",
			"stage",
			"posting_date",
			"source_doctype",
			"source_name",
			"employee",
			"user",
			"company",
		],
		order_by="source_doctype asc, base_amount asc",
	)


def figures(project):
	project.reload()
	return (
		project.base_cost_of_sale,
		project.base_purchase_cost,
		project.base_commitments,
		project.cost_of_sale_hours,
	)


def booked(frappe, doc):
	"""Debit less credit of expense accounts that ERPNext has booked of a document; None where it keeps no ledger."""
	rows = frappe.get_all(
		"GL Entry",
		filters={"voucher_type": doc.doctype, "voucher_no": doc.name, "is_cancelled": 0},
		fields=["account", "debit", "credit"],
		order_by="name asc",
	)
	if not rows:
		return None
	expenses = frappe.get_all(
		"Account",
		filters={"name": ["in", [row.account for row in rows]], "root_type": "Expense"},
		pluck="name",
		order_by="name asc",
	)
	return sum(row.debit - row.credit for row in rows if row.account in expenses)


# ------------------------------------------------------------------------------------------------ hours


@pytest.mark.clause("R7.1", "R9.6")
def test_hours_cost_the_project_what_the_timesheet_says(world, frappe, costs, project):
	timesheet = costs.hours(project, 8)
	row = timesheet.time_logs[0]
	assert row.base_costing_amount == 800
	[entry] = entries(frappe, project)
	assert (entry.kind, entry.activity, entry.hours, entry.base_amount) == ("Labour", costs.activity, 8, 800)
	assert (entry.employee, entry.user, entry.company) == (costs.employee, costs.surveyor, world.company)
	assert str(entry.posting_date) == costs.day
	assert figures(project) == (800, 0, 0, 8)
	assert timesheet.base_total_costing_amount == project.base_cost_of_sale


@pytest.mark.clause("R7.1")
@pytest.mark.parametrize("party", ["Lead", None])
def test_hours_are_logged_before_there_is_a_customer(world, frappe, costs, party):
	"""erpnext 58296: whose customer is not known yet cannot be billed, and costs all the same."""
	values = {"party_type": None, "party": None}
	if party:
		lead = world.insert("Lead", first_name="Zhang", company_name="Presales Test Prospect", status="Lead")
		values = {"party_type": "Lead", "party": lead.name}
	project = costs.on_team(world.make_project(**values))
	timesheet = costs.hours(project, 2)
	assert not timesheet.customer
	assert not timesheet.total_billable_amount
	assert figures(project) == (200, 0, 0, 2)


def test_billable_hours_cost_the_same(world, frappe, costs, project):
	costs.hours(project, 2, is_billable=1)
	assert figures(project)[0] == 200


def test_a_timesheet_that_is_cancelled_and_amended_leaves_what_is_right(world, frappe, costs, project):
	timesheet = costs.hours(project, 8)
	timesheet = costs.cancel(timesheet)
	assert entries(frappe, project) == []
	assert figures(project) == (0, 0, 0, 0)
	amended = costs.amend(timesheet)
	assert amended.time_logs[0].presales_project == project.name
	amended.time_logs[0].hours = 3
	amended.time_logs[0].to_time = None
	with world.acting_as(costs.bookkeeper):
		amended.save()
	costs.submit(amended)
	assert figures(project) == (300, 0, 0, 3)


def test_a_client_that_cancels_without_the_project_frees_it_all_the_same(world, frappe, costs, project):
	request = costs.material_request(project)
	assert figures(project)[2] == 1000
	with world.acting_as(costs.surveyor):
		request.items[0].presales_project = None
		request.cancel()
	assert figures(project)[2] == 0
	assert (
		frappe.db.get_value("Material Request Item", request.items[0].name, "presales_project")
		== project.name
	)


@pytest.mark.clause("R1.9")
def test_who_logs_hours_sees_the_project_and_is_part_of_it(world, frappe, costs, project):
	other = world.make_project(project_title="Another deal")
	with pytest.raises(frappe.PermissionError):
		costs.draft_hours(other)
	stranger = costs.make_employee("Stranger", email("expert"))
	with pytest.raises(exceptions.CostOfSaleError, match="on its team"):
		costs.draft_hours(project, employee=stranger)
	# The bookkeeper enters hours on nobody's project, but submits those of others.
	with pytest.raises(frappe.PermissionError):
		costs.draft_hours(project, person=costs.bookkeeper)
	costs.hours(project, 1)
	assert figures(project)[0] == 100


@pytest.mark.clause("R1.9")
def test_hours_do_not_become_those_of_an_outsider(world, frappe, costs, project):
	outsider = costs.make_employee("Outsider", costs.bookkeeper)
	nobody = costs.make_employee("Without User")
	draft = costs.draft_hours(project)
	with world.acting_as(costs.surveyor):
		draft.employee = outsider
		with pytest.raises(exceptions.CostOfSaleError, match="on its team"):
			draft.save()
	# Nor does somebody who does not see the project say whose they are.
	with world.acting_as(costs.bookkeeper):
		draft = frappe.get_doc("Timesheet", draft.name)
		draft.employee = nobody
		with pytest.raises(frappe.PermissionError):
			draft.save()
		draft.reload()
		draft.note = "Checked"
		draft.save()


@pytest.mark.clause("R1.9")
def test_an_amended_timesheet_is_one_of_the_same_employee(world, frappe, costs, project):
	outsider = costs.make_employee("Outsider", costs.bookkeeper)
	nobody = costs.make_employee("Without User")
	cancelled = costs.cancel(costs.hours(project))
	for employee in (outsider, nobody):
		with pytest.raises(frappe.PermissionError):
			costs.draft_hours(
				project,
				50,
				person=costs.bookkeeper,
				employee=employee,
				values={"amended_from": cancelled.name},
			)
	with pytest.raises(exceptions.CostOfSaleError, match="on its team"):
		costs.draft_hours(project, 50, employee=outsider, values={"amended_from": cancelled.name})
	assert costs.amend(cancelled).time_logs[0].presales_project == project.name


@pytest.mark.clause("R1.9")
def test_an_invoice_follows_another_one_as_a_return_only(world, frappe, costs, project):
	invoice = costs.invoice(project, 5, 100)
	with pytest.raises(frappe.PermissionError):
		costs.draft_invoice(project, 5, 100, person=costs.bookkeeper, return_against=invoice.name)
	order = costs.order(costs.material_request(project))
	with world.acting_as(costs.bookkeeper):
		copy = frappe.copy_doc(order)
		copy.update({"return_against": order.name, "reversal_of": order.name})
		copy.items[0].update({"material_request": None, "material_request_item": None})
		with pytest.raises(frappe.PermissionError):
			copy.insert()
	# And what was not cancelled is not amended.
	draft = costs.draft_invoice(None, 5, 100, person=costs.bookkeeper)
	draft.amended_from = invoice.name
	draft.items[0].presales_project = project.name
	with world.acting_as(costs.bookkeeper), pytest.raises(frappe.PermissionError):
		draft.save()


@pytest.mark.clause("R1.9")
def test_a_reversal_takes_back_what_was_booked(world, frappe, costs, project):
	journal = costs.journal(project, 500)
	reverses = {"person": costs.bookkeeper, "reversal_of": journal.name}
	for amount in (500, -501):
		with pytest.raises(frappe.PermissionError):
			costs.draft_journal(project, amount, **reverses)
	other = frappe.get_all(
		"Account",
		filters={
			"company": world.company,
			"root_type": "Expense",
			"is_group": 0,
			"name": ["!=", costs.expense_account()],
			"account_type": ["in", ["", "Expense Account", "Indirect Expense"]],
		},
		pluck="name",
		order_by="name asc",
		limit=1,
	)
	if other:
		with pytest.raises(frappe.PermissionError):
			costs.draft_journal(project, -500, account=other[0], **reverses)
	draft = costs.draft_journal(project, -500, **reverses)
	with world.acting_as(costs.bookkeeper):
		draft.accounts[0].credit_in_account_currency *= 9
		draft.accounts[1].debit_in_account_currency *= 9
		with pytest.raises(frappe.PermissionError):
			draft.save()
		draft.reload()
		for row in list(draft.accounts):
			draft.append("accounts", {**row.as_dict(), "name": None})
		with pytest.raises(frappe.PermissionError):
			draft.save()
	costs.submit(draft)
	assert figures(project)[0] == 0
	assert costs.draft_journal(project, -100, **reverses).name


def test_no_other_company_and_no_closed_project(world, frappe, costs, project):
	abroad = costs.on_team(world.make_project(company=OTHER_COMPANY))
	with pytest.raises(exceptions.CompanyMismatchError, match=OTHER_COMPANY):
		costs.draft_hours(abroad)
	draft = costs.draft_hours(project)
	frappe.db.set_value(PROJECT, project.name, "status", "Closed")
	with pytest.raises(exceptions.LifecycleError, match="not closed"):
		costs.draft_hours(project, day="2026-03-21")
	with pytest.raises(exceptions.LifecycleError, match="not closed"):
		costs.submit(draft)


def test_cancelling_frees_a_closed_project(world, frappe, costs, project):
	timesheet = costs.hours(project)
	frappe.db.set_value(PROJECT, project.name, "status", "Closed")
	costs.cancel(timesheet)
	assert figures(project) == (0, 0, 0, 0)


# --------------------------------------------------------------------------------------------- purchases


@pytest.mark.clause("R7.1", "R8.8")
def test_the_project_goes_from_request_to_order_to_invoice(world, frappe, costs, project):
	request = costs.material_request(project, 10, 100)
	assert figures(project) == (0, 0, 1000, 0)
	order = costs.order(request, rate=110)
	assert order.items[0].presales_project == project.name
	assert figures(project) == (0, 0, 1100, 0)
	bill = costs.bill(order)
	assert bill.items[0].presales_project == project.name
	assert figures(project) == (1100, 1100, 0, 0)
	[entry] = entries(frappe, project)
	assert (entry.kind, entry.source_name, entry.base_amount) == ("Purchase", bill.name, 1100)
	assert entry.activity == bill.items[0].item_group
	assert bill.base_net_total == 1100
	assert booked(frappe, bill) in (None, 1100)

	bill = costs.cancel(bill)
	assert figures(project) == (0, 0, 1100, 0)
	order = costs.cancel(frappe.get_doc("Purchase Order", order.name))
	assert figures(project) == (0, 0, 1000, 0)
	request = costs.cancel(frappe.get_doc("Material Request", request.name))
	assert figures(project) == (0, 0, 0, 0)
	amended = costs.submit(costs.amend(request))
	assert amended.items[0].presales_project == project.name
	assert figures(project) == (0, 0, 1000, 0)


def test_half_a_request_is_ordered_and_half_an_order_is_billed(world, frappe, costs, project):
	request = costs.material_request(project, 10, 100)
	order = costs.draft_order(request, rate=100)
	with world.acting_as(costs.bookkeeper):
		order.items[0].qty = 4
		order.save()
	order = costs.submit(order)
	assert figures(project) == (0, 0, 1000, 0)
	bill = costs.draft_bill(order)
	with world.acting_as(costs.bookkeeper):
		bill.items[0].qty = 1
		bill.save()
	costs.submit(bill)
	assert figures(project) == (100, 100, 900, 0)


def test_what_is_stopped_or_closed_commits_to_nothing(world, frappe, costs, project):
	from erpnext.buying.doctype.purchase_order.purchase_order import update_status as update_order
	from erpnext.stock.doctype.material_request.material_request import update_status

	request = costs.material_request(project, 10, 100)
	with world.acting_as(costs.surveyor):
		update_status(request.name, "Stopped")
	assert figures(project)[2] == 0
	with world.acting_as(costs.surveyor):
		update_status(request.name, "Submitted")
	assert figures(project)[2] == 1000
	order = costs.order(frappe.get_doc("Material Request", request.name))
	with world.acting_as(costs.bookkeeper):
		update_order("Closed", order.name)
	assert figures(project)[2] == 0


def test_orders_and_invoices_that_are_amended_keep_the_project(world, frappe, costs, project):
	order = costs.order(costs.material_request(project))
	amended = costs.amend(costs.cancel(order))
	assert amended.items[0].presales_project == project.name
	order = costs.submit(amended)
	assert figures(project)[2] == 1000
	bill = costs.cancel(costs.bill(order))
	assert figures(project) == (0, 0, 1000, 0)
	bill = costs.submit(costs.amend(bill))
	assert figures(project) == (1000, 1000, 0, 0)


def test_a_row_belongs_to_the_project_that_it_is_made_for(world, frappe, costs, project):
	other = costs.on_team(world.make_project(project_title="Another deal"))
	order = costs.draft_order(costs.material_request(project))
	order.items[0].presales_project = other.name
	with pytest.raises(exceptions.ProjectMismatchError, match=project.name):
		order.save()


def test_who_does_not_see_a_project_buys_nothing_for_it(world, frappe, costs, project):
	with pytest.raises(frappe.PermissionError):
		costs.draft_invoice(project, person=costs.bookkeeper)
	draft = costs.draft_invoice(None, person=costs.bookkeeper)
	assert draft.name


@pytest.mark.clause("R7.1")
def test_an_invoice_in_dollars_costs_the_company_yuan(world, frappe, costs, project):
	payable = world.insert(
		"Account",
		account_name="Presales Test Payable USD",
		parent_account=frappe.db.get_value(
			"Account",
			frappe.db.get_value("Company", world.company, "default_payable_account"),
			"parent_account",
		),
		company=world.company,
		account_type="Payable",
		account_currency="USD",
	)
	supplier = world.insert("Supplier", supplier_name="Presales Test Inc of Ohio", default_currency="USD")
	invoice = costs.invoice(
		project,
		2,
		100,
		supplier=supplier.name,
		currency="USD",
		conversion_rate=7.1,
		credit_to=payable.name,
	)
	[entry] = entries(frappe, project)
	assert (entry.currency, entry.amount, entry.base_amount) == ("USD", 200, 1420)
	assert invoice.base_net_total == 1420
	assert booked(frappe, invoice) in (None, 1420)
	assert figures(project) == (1420, 1420, 0, 0)


def test_what_is_returned_costs_nothing(world, frappe, costs, project):
	invoice = costs.invoice(project, 5, 100)
	row = {"purchase_invoice_item": invoice.items[0].name}
	with world.acting_as(costs.bookkeeper):
		back = frappe.copy_doc(invoice)
		back.update({"is_return": 1, "return_against": invoice.name})
		back.items[0].update({"qty": -2, **row})
		back.set("payment_schedule", [])
		back.insert()
	assert back.items[0].presales_project == project.name
	costs.submit(back)
	assert figures(project)[:2] == (300, 300)
	assert sorted(entry.base_amount for entry in entries(frappe, project)) == [-200, 500]


# ------------------------------------------------------------------------------------------------ journal


@pytest.mark.clause("R7.1")
def test_journal_lines_of_expense_accounts_cost_the_project(world, frappe, costs, project):
	journal = costs.journal(project, 500)
	[entry] = entries(frappe, project)
	assert (entry.kind, entry.activity, entry.base_amount) == ("Journal", costs.expense_account(), 500)
	assert booked(frappe, journal) in (None, 500)
	assert figures(project) == (500, 0, 0, 0)
	journal = costs.cancel(journal)
	assert figures(project) == (0, 0, 0, 0)
	costs.submit(costs.amend(journal))
	assert figures(project) == (500, 0, 0, 0)


def test_a_bond_on_an_asset_account_is_no_cost(world, frappe, costs, project):
	account = frappe.db.get_value("Company", world.company, "default_cash_account")
	other = frappe.get_all(
		"Account",
		filters={
			"company": world.company,
			"root_type": "Asset",
			"is_group": 0,
			"account_type": ["in", ["", "Cash", "Bank"]],
			"name": ["!=", account],
		},
		pluck="name",
		order_by="name asc",
		limit=1,
	)
	costs.journal(project, 20_000, account=other[0] if other else account)
	assert entries(frappe, project) == []
	assert figures(project) == (0, 0, 0, 0)


# ------------------------------------------------------------------------------------------------ expenses


@pytest.mark.clause("R7.1")
def test_an_expense_claim_costs_what_was_sanctioned(world, frappe, costs, project):
	"""HRMS is not there: a document with the fields that it has."""
	claim = frappe._dict(
		doctype="Expense Claim",
		name="HR-EXP-TEST",
		company=world.company,
		posting_date=costs.day,
		employee=costs.employee,
		approval_status="Approved",
		flags=frappe._dict(),
		expenses=[
			frappe._dict(
				name="row-1",
				presales_project=project.name,
				expense_type="Travel",
				amount=400,
				sanctioned_amount=350,
			),
			frappe._dict(name="row-2", expense_type="Food", amount=100, sanctioned_amount=100),
		],
	)
	cost_of_sale.prepare(claim)
	cost_of_sale.book(claim)
	[entry] = entries(frappe, project)
	assert (entry.kind, entry.activity, entry.base_amount) == ("Expense", "Travel", 350)
	assert (entry.employee, entry.currency) == (costs.employee, "CNY")
	cost_of_sale.unbook(claim)
	assert figures(project) == (0, 0, 0, 0)


@pytest.mark.parametrize(
	("doctype", "followed_by"),
	[
		("Timesheet", {"on_update_after_submit": "rebook"}),
		("Purchase Invoice", {"on_update_after_submit": "rebook"}),
		("Journal Entry", {"on_update_after_submit": "rebook"}),
		("Expense Claim", {"on_update_after_submit": "rebook"}),
		("Material Request", {"on_change": "follow"}),
		# Both when it is saved afterwards and when ERPNext writes into it.
		("Purchase Order", {"on_change": "follow", "on_update_after_submit": "recheck"}),
	],
)
def test_every_event_is_there(frappe, doctype, followed_by):
	events = {
		event: paths
		for event, paths in frappe.get_hooks("doc_events")[doctype].items()
		if any(path.startswith("presales_mgmt.") for path in paths)
	}
	same = ("validate", "before_submit", "on_submit", "before_cancel", "on_cancel")
	expected = {**{event: event for event in same}, **followed_by}
	assert set(events) == set(expected)
	for event, function in expected.items():
		path = f"presales_mgmt.overrides.cost_rows.{function}"
		assert path in events[event]
		assert callable(frappe.get_attr(path))


# ----------------------------------------------------------------------------------------------- the ledger


@pytest.mark.clause("R7.1")
def test_the_stage_is_that_of_the_day(world, frappe, costs):
	project = costs.on_team(world.make_active_project())
	log = frappe.get_last_doc("Presales Stage Log", {"presales_project": project.name, "move_type": "Start"})
	log.db_set("moved_on", "2026-03-10 12:00:00")
	costs.hours(project, 1, day="2026-03-09")
	costs.hours(project, 1, day="2026-03-11")
	found = {str(entry.posting_date): entry.stage for entry in entries(frappe, project)}
	assert found == {"2026-03-09": None, "2026-03-11": project.stage}
	with world.acting_as("director"):
		summary = api.get_cost_of_sale(project.name)
	assert [(row["kind"], row["stage"], row["hours"], row["base_amount"]) for row in summary["rows"]] == [
		("Labour", None, 1, 100),
		("Labour", project.stage, 1, 100),
	]
	assert (summary["currency"], summary["cost"], summary["hours"]) == ("CNY", 200, 2)


@pytest.mark.clause("R7.1")
def test_the_ledger_is_what_the_documents_say_and_can_be_made_anew(world, frappe, costs, project):
	costs.hours(project, 8)
	invoice = costs.invoice(project, 3, 100)
	journal = costs.journal(project, 500)
	costs.material_request(project, 1, 70)
	before = entries(frappe, project)
	expected = (1600, 300, 70, 8)
	assert figures(project) == expected
	assert sum(row.base_amount for row in before) == 800 + invoice.base_net_total + journal.total_debit
	frappe.db.delete(ENTRY, {"presales_project": project.name, "kind": "Labour"})
	frappe.db.set_value(PROJECT, project.name, "base_cost_of_sale", 1)
	for _again in range(2):
		with world.acting_as("director"):
			api.rebuild_cost_of_sale(project.name)
		assert entries(frappe, project) == before
		assert figures(project) == expected


def test_what_is_changed_after_submission_is_written_anew(world, frappe, costs, project):
	invoice = costs.invoice(project, 1, 100)
	frappe.db.set_value(ENTRY, {"source_name": invoice.name}, "base_amount", 1)
	with world.acting_as(costs.bookkeeper):
		invoice.reload()
		invoice.save()
	assert [entry.base_amount for entry in entries(frappe, project)] == [100]
	assert figures(project)[:2] == (100, 100)
	invoice.items[0].presales_project = None
	with world.acting_as(costs.bookkeeper), pytest.raises(frappe.UpdateAfterSubmitError):
		invoice.save()


@pytest.fixture
def reposting(frappe):
	"""ERPNext lets dimensions of submitted invoices be changed where it reposts the ledger for them."""
	name = "Purchase Invoice Item-presales_project"
	frappe.db.set_value("Custom Field", name, "allow_on_submit", 1)
	frappe.clear_cache(doctype="Purchase Invoice Item")
	yield
	frappe.db.set_value("Custom Field", name, "allow_on_submit", 0)
	frappe.clear_cache(doctype="Purchase Invoice Item")


def change_project(world, frappe, costs, invoice, project, person=None):
	frappe.db.savepoint("change_project")
	try:
		with world.acting_as(person or costs.bookkeeper):
			invoice.reload()
			invoice.items[0].presales_project = project
			invoice.save()
	except Exception:
		frappe.db.rollback(save_point="change_project")
		raise


@pytest.mark.clause("R7.1", "R8.8")
def test_a_row_that_changes_its_project_afterwards_is_checked_as_before(
	world, frappe, costs, project, reposting
):
	other = world.make_project(project_title="Another deal")
	abroad = world.make_project(company=OTHER_COMPANY, project_title="The other's deal")
	invoice = costs.invoice(project, 1, 100)
	with pytest.raises(frappe.PermissionError):
		change_project(world, frappe, costs, invoice, other.name)
	with pytest.raises(exceptions.CompanyMismatchError):
		change_project(world, frappe, costs, invoice, abroad.name, "Administrator")
	change_project(world, frappe, costs, invoice, other.name, "Administrator")
	assert (figures(project)[:2], figures(other)[:2]) == ((0, 0), (100, 100))
	change_project(world, frappe, costs, invoice, None)
	assert (figures(other)[:2], entries(frappe, other)) == ((0, 0), [])
	bill = costs.bill(costs.order(costs.material_request(project, 1, 100)))
	with pytest.raises(exceptions.ProjectMismatchError):
		change_project(world, frappe, costs, bill, None)
	assert figures(project)[:2] == (100, 100)


def test_nobody_writes_the_ledger_or_the_figures_by_hand(world, frappe, costs, project):
	costs.hours(project, 1)
	entry = frappe.get_last_doc(ENTRY)
	for person in ("Administrator", "director"):
		with world.acting_as(person), pytest.raises((exceptions.CostOfSaleError, frappe.PermissionError)):
			frappe.get_doc(ENTRY, entry.name).save()
		with world.acting_as(person), pytest.raises((exceptions.CostOfSaleError, frappe.PermissionError)):
			world.insert(ENTRY, presales_project=project.name, base_amount=-5)
		with world.acting_as(person), pytest.raises((exceptions.CostOfSaleError, frappe.PermissionError)):
			frappe.delete_doc(ENTRY, entry.name)
	with world.acting_as("director"):
		project.reload()
		project.base_cost_of_sale = 0
		project.goal = "Another goal"
		project.save()
	assert figures(project)[0] == 100


def test_a_form_that_is_open_meanwhile_stays_good(world, frappe, costs, project):
	project.reload()
	costs.hours(project, 1)
	with world.acting_as("director"):
		project.goal = "Written while somebody logged hours"
		project.save()
	assert figures(project) == (100, 0, 0, 1)


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize(
	("person", "sees"),
	[
		("director", True),
		("manager", True),
		("leader", True),
		("supervisor", True),
		("engineer", False),
		("other_director", False),
		("clerk", False),
	],
)
def test_costs_are_seen_by_those_who_answer_for_them(world, frappe, costs, project, person, sees):
	costs.hours(project, 1)
	with world.acting_as(person):
		if sees:
			assert api.get_cost_of_sale(project.name)["cost"] == 100
			assert frappe.get_list(ENTRY, pluck="base_amount") == [100]
			return
		with pytest.raises(frappe.PermissionError):
			api.get_cost_of_sale(project.name)
		with pytest.raises(frappe.PermissionError):
			api.rebuild_cost_of_sale(project.name)
		if frappe.has_permission(ENTRY):
			assert frappe.get_list(ENTRY) == []


def test_a_document_without_a_project_costs_no_query(world, frappe, costs, project, count_queries):
	from presales_mgmt.overrides import cost_rows

	docs = (
		costs.draft_hours(None),
		costs.draft_material_request(None),
		costs.draft_invoice(None),
		frappe.new_doc("Journal Entry"),
	)
	events = ("validate", "before_submit", "on_submit", "before_cancel", "on_cancel", "rebook", "follow")
	with count_queries() as counted:
		for doc in docs:
			for event in events:
				getattr(cost_rows, event)(doc)
	assert counted.count == 0


def test_booking_takes_as_many_queries_for_one_row_as_for_twenty(
	world, frappe, costs, project, count_queries
):
	def rows(number):
		return [
			{
				"activity_type": costs.activity,
				"from_time": f"2026-04-{day + 1:02d} 09:00:00",
				"hours": 1,
				"presales_project": project.name,
			}
			for day in range(number)
		]

	counts = []
	# The first time Frappe reads what it then keeps.
	for number, month in ((1, "03"), (1, "04"), (20, "05")):
		with world.acting_as(costs.surveyor):
			timesheet = world.insert(
				"Timesheet",
				company=world.company,
				employee=costs.employee,
				time_logs=[
					{**row, "from_time": row["from_time"].replace("2026-04", f"2026-{month}")}
					for row in rows(number)
				],
			)
		timesheet.flags.presales_spent_before = None
		timesheet.docstatus = 1
		cost_of_sale.prepare(timesheet)
		with count_queries() as counted:
			cost_of_sale.book(timesheet)
		counts.append(counted.count)
	assert counts[1] == counts[2] <= 12


# ---------------------------------------------------------------------------------------- second company


@pytest.mark.clause("R7.1")
def test_each_company_has_its_own_costs_in_its_own_currency(world, frappe, costs, project):
	other = costs.on_team(world.make_project(company=OTHER_COMPANY, project_title="The other's deal"))
	employee = costs.make_employee("Other", company=OTHER_COMPANY)
	costs.hours(project, 2)
	costs.hours(other, 3, company=OTHER_COMPANY, employee=employee)
	costs.invoice(other, 1, 50, company=OTHER_COMPANY)
	costs.journal(other, 7, company=OTHER_COMPANY)
	assert figures(project) == (200, 0, 0, 2)
	assert figures(other) == (357, 50, 0, 3)
	assert {entry.company for entry in entries(frappe, other)} == {OTHER_COMPANY}


@pytest.fixture
def site_currency(frappe):
	currency = frappe.defaults.get_global_default("currency")
	if currency == "USD":
		pytest.skip("the site's own currency is that of the company")
	return currency


@pytest.fixture
def abroad(world, site_currency):
	"""A company whose currency is another one than the site's."""
	return world.insert(
		"Company",
		company_name="Presales Test Cost Inc",
		abbr="PTCI",
		default_currency="USD",
		country="China",
		create_chart_of_accounts_based_on="Standard Template",
		chart_of_accounts="Standard",
	).name


def test_hours_are_converted_for_a_company_with_another_currency_than_the_site(
	world, frappe, costs, site_currency, abroad
):
	world.insert(
		"Currency Exchange",
		date=costs.day,
		from_currency=site_currency,
		to_currency="USD",
		exchange_rate=0.15,
		for_buying=1,
		for_selling=1,
	)
	project = costs.on_team(world.make_project(company=abroad, currency="USD"))
	employee = costs.make_employee("Abroad", company=abroad)
	costs.hours(project, 4, company=abroad, employee=employee)
	assert figures(project) == (60, 0, 0, 4)


@pytest.fixture
def without_rates(monkeypatch):
	"""What ERPNext answers when neither it nor the service that it asks has a rate."""
	monkeypatch.setattr("erpnext.setup.utils.get_exchange_rate", lambda *args, **kwargs: 0.0)


def test_hours_without_an_exchange_rate_are_not_free(
	world, frappe, costs, site_currency, abroad, without_rates
):
	project = costs.on_team(world.make_project(company=abroad, currency="USD"))
	employee = costs.make_employee("Abroad", company=abroad)
	with pytest.raises(exceptions.ExchangeRateError, match=f"from {site_currency} to USD on .*2026"):
		costs.hours(project, 4, company=abroad, employee=employee)
	assert figures(project) == (0, 0, 0, 0)


def test_hours_are_converted_at_the_rate_of_the_project_where_there_is_no_other(
	world, frappe, costs, site_currency, abroad, without_rates
):
	project = costs.on_team(world.make_project(company=abroad, currency=site_currency, conversion_rate=0.14))
	frappe.clear_messages()
	costs.hours(project, 4, company=abroad, employee=costs.make_employee("Abroad", company=abroad))
	assert figures(project) == (56, 0, 0, 4)
	assert "expected a Currency Exchange" not in str(frappe.get_message_log())


def test_hours_that_cost_nothing_need_no_exchange_rate(world, frappe, costs, abroad, without_rates):
	frappe.db.set_value("Activity Type", costs.activity, "costing_rate", 0)
	project = costs.on_team(world.make_project(company=abroad, currency="USD"))
	costs.hours(project, 4, company=abroad, employee=costs.make_employee("Abroad", company=abroad))
	assert figures(project) == (0, 0, 0, 4)
