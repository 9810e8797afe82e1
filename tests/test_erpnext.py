"""ERPNext's Opportunity, Quotation and Sales Order, with and without a presales project."""

import json

import pytest

from tests.world import email


@pytest.fixture
def negotiating(world):
	"""A project in Contract Negotiation, where quotations may be submitted."""
	project = world.make_active_project()
	world.advance_to(project, "Contract Negotiation")
	return project


@pytest.fixture
def signing(world, negotiating):
	world.satisfy(negotiating, "Contract Negotiation")
	world.move(negotiating, "Contract Signing")
	return negotiating


def settings_for(world, frappe, **values):
	settings = frappe.get_doc("Presales Settings")
	settings.append(
		"companies",
		{"company": world.company, "quotation_gate": "Stop", "sales_order_gate": "Stop", **values},
	)
	settings.save()


# ------------------------------------------------------------------------------- opportunity


def test_a_project_takes_over_what_the_opportunity_knows(world):
	from presales_mgmt.overrides.project_link import make_presales_project

	opportunity = world.make_opportunity(
		expected_closing="2026-06-30", competitors=[{"competitor": world.competitor}], title="Parking, north"
	)
	with world.acting_as("manager"):
		project = make_presales_project(opportunity.name)
	assert project.project_title == "Parking, north"
	assert (project.party_type, project.party) == ("Customer", world.customer)
	assert (project.company, project.currency) == (world.company, "CNY")
	assert str(project.expected_close_date) == "2026-06-30"
	assert project.manager == email("manager")
	assert project.presales_process == "Nine-Stage Presales"
	assert [row.competitor for row in project.competitors] == [world.competitor]
	# ERPNext's default of 100 is no forecast.
	assert not project.probability
	assert not project.status or project.status == "Draft"


def test_an_opportunity_has_one_project(world):
	from presales_mgmt.exceptions import DuplicateEntryError
	from presales_mgmt.overrides.project_link import make_presales_project

	opportunity = world.make_opportunity()
	first = world.make_project(opportunity=opportunity.name)
	with world.acting_as("manager"), pytest.raises(DuplicateEntryError, match=first.name):
		make_presales_project(opportunity.name)
	with pytest.raises(DuplicateEntryError, match=first.name):
		world.make_project(opportunity=opportunity.name)


def test_a_double_click_makes_one_project(world, frappe):
	"""Two forms opened from one opportunity: the second save is refused."""
	from presales_mgmt.exceptions import DuplicateEntryError
	from presales_mgmt.overrides.project_link import make_presales_project

	opportunity = world.make_opportunity()
	with world.acting_as("manager"):
		first, second = make_presales_project(opportunity.name), make_presales_project(opportunity.name)
		first.insert()
		with pytest.raises(DuplicateEntryError):
			second.insert()
	assert frappe.db.count("Presales Project", {"opportunity": opportunity.name}) == 1


def test_a_draft_project_that_is_deleted_frees_its_opportunity(world, frappe):
	opportunity = world.make_opportunity()
	project = world.make_project(opportunity=opportunity.name)
	with world.acting_as("director"):
		frappe.delete_doc("Presales Project", project.name)
	assert not frappe.db.get_value("Opportunity", opportunity.name, "presales_project")
	world.make_project(opportunity=opportunity.name)


def test_who_may_not_read_the_opportunity_makes_no_project_of_it(world, frappe):
	from presales_mgmt.overrides.project_link import make_presales_project

	opportunity = world.make_opportunity()
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		make_presales_project(opportunity.name)


def test_the_project_of_an_opportunity_cannot_be_exchanged(world):
	from presales_mgmt.exceptions import DuplicateEntryError

	opportunity, other = world.make_opportunity(), world.make_opportunity()
	project = world.make_project(opportunity=other.name)
	opportunity.presales_project = project.name
	with world.acting_as("manager"), pytest.raises(DuplicateEntryError, match=other.name):
		opportunity.save()


def test_projects_are_made_by_rule_from_an_amount_on(world, frappe):
	settings_for(world, frappe, auto_create_project=1, auto_create_from_amount=1_000_000)
	small = world.make_opportunity(
		opportunity_amount=1000, items=[{"item_code": world.item, "qty": 1, "rate": 1000, "uom": "Nos"}]
	)
	assert not small.presales_project
	# A clerk has no right to create projects; the rule does it for the owner of the opportunity.
	large = world.make_opportunity("clerk", opportunity_owner=email("manager"))
	project = frappe.get_doc("Presales Project", large.presales_project)
	assert (project.status, project.manager, project.opportunity) == ("Draft", email("manager"), large.name)
	large.reload()
	assert large.presales_project == project.name


def test_a_copy_of_an_opportunity_does_not_take_the_project_with_it(world, frappe):
	opportunity = world.make_opportunity()
	world.make_project(opportunity=opportunity.name)
	opportunity.reload()
	with world.acting_as("manager"):
		copy = frappe.copy_doc(opportunity).insert()
	assert not copy.presales_project


def test_without_the_rule_nothing_is_made(world, frappe):
	opportunity = world.make_opportunity()
	assert not opportunity.presales_project
	assert not frappe.db.exists("Presales Project", {"opportunity": opportunity.name})


def test_a_stale_form_does_not_remove_the_project(world, frappe):
	opportunity = world.make_opportunity()
	with world.acting_as("manager"):
		open_form = frappe.get_doc("Opportunity", opportunity.name)
	project = world.make_project(opportunity=opportunity.name)
	open_form.title = "Saved from an older form"
	with world.acting_as("manager"):
		open_form.save()
	assert frappe.db.get_value("Opportunity", opportunity.name, "presales_project") == project.name


def test_a_project_stays_with_its_opportunity(world):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_project(opportunity=world.make_opportunity().name)
	for opportunity in (None, world.make_opportunity().name):
		project.reload()
		project.opportunity = opportunity
		with world.acting_as("manager"), pytest.raises(LifecycleError, match="Opportunity: found"):
			project.save()


def test_a_project_made_first_is_linked_later(world, frappe):
	project, opportunity = world.make_project(), world.make_opportunity()
	project.opportunity = opportunity.name
	with world.acting_as("manager"):
		project.save()
	assert frappe.db.get_value("Opportunity", opportunity.name, "presales_project") == project.name


def test_a_lost_opportunity_makes_no_project(world):
	from presales_mgmt.exceptions import LifecycleError

	opportunity = world.make_opportunity()
	with world.acting_as("manager"):
		opportunity.declare_enquiry_lost(lost(world), [])
	with pytest.raises(LifecycleError, match="neither lost nor closed"):
		world.make_project(opportunity=opportunity.name)


def test_the_rule_does_not_keep_an_opportunity_from_being_entered(world, frappe):
	settings_for(world, frappe, auto_create_project=1)
	opportunity = world.make_opportunity(transaction_date="2026-03-02", expected_closing="2026-01-02")
	assert opportunity.name
	assert not opportunity.presales_project
	assert any("2026" in str(message) for message in frappe.get_message_log())


# ------------------------------------------------------------------------------- quotation


@pytest.mark.clause("R1.6", "R5.8")
def test_a_quotation_waits_for_its_stage(world, frappe):
	from presales_mgmt.exceptions import GateError

	project = world.make_active_project()
	quotation = world.make_quotation(project)
	with world.acting_as("manager"), pytest.raises(GateError) as refusal:
		quotation.submit()
	assert "Contract Negotiation" in str(refusal.value)
	assert {finding.requirement.stage for finding in refusal.value.findings} == {
		"Opportunity Capture",
		"Opportunity Assessment",
		"Solution Design",
		"Solution Review",
		"Bid Preparation",
		"Bid Review",
	}
	assert frappe.db.get_value("Quotation", quotation.name, "docstatus") == 0


def test_who_may_not_see_the_project_is_not_told_what_it_lacks(world):
	"""The order desk makes a quotation from the opportunity, without being on the team."""
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation

	from presales_mgmt.exceptions import GateError

	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	with world.acting_as("clerk"):
		quotation = make_quotation(opportunity.name)
		quotation.valid_till = "2027-12-31"
		quotation.insert()
		assert quotation.presales_project == project.name
		with pytest.raises(GateError) as refusal:
			quotation.submit()
	assert "Contract Negotiation" in str(refusal.value)
	assert "Research report" not in str(refusal.value)
	assert not refusal.value.findings


def test_nobody_attaches_a_document_to_a_project_that_they_do_not_see(world, frappe):
	project = world.make_active_project()
	with pytest.raises(frappe.PermissionError):
		world.make_quotation(project, person="clerk")
	with pytest.raises(frappe.PermissionError):
		world.make_order(project, person="clerk")


def test_nobody_takes_a_document_out_of_a_project_that_they_may_not_change(world, frappe):
	project = world.make_active_project()
	quotation = world.make_quotation(project)
	quotation.presales_project = None
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		quotation.save()
	quotation.reload()
	quotation.presales_project = None
	with world.acting_as("manager"):
		quotation.save()
	assert not quotation.presales_project


def test_a_quotation_names_the_project_of_its_opportunity(world):
	from presales_mgmt.exceptions import ProjectMismatchError

	opportunity = world.make_opportunity()
	world.make_active_project(opportunity=opportunity.name)
	other = world.make_active_project()
	with pytest.raises(ProjectMismatchError):
		world.make_quotation(other, opportunity=opportunity.name)


def test_a_quotation_of_a_draft_project_is_refused(world):
	from presales_mgmt.exceptions import GateError

	quotation = world.make_quotation(world.make_project())
	with world.acting_as("manager"), pytest.raises(GateError, match="Draft"):
		quotation.submit()


@pytest.mark.parametrize("mode", ["Warn", "Off"])
def test_a_company_may_soften_or_switch_off_the_gate(world, frappe, mode):
	settings_for(world, frappe, quotation_gate=mode)
	project = world.make_active_project()
	frappe.clear_messages()
	quotation = world.submit_quotation(project)
	assert quotation.docstatus == 1
	warned = any("Contract Negotiation" in str(message) for message in frappe.get_message_log())
	assert warned is (mode == "Warn")


def test_the_latest_submitted_quotation_is_the_current_one(world, negotiating):
	first = world.submit_quotation(negotiating)
	second = world.submit_quotation(negotiating, rate=1900, transaction_date="2026-04-25")
	negotiating.reload()
	assert (negotiating.quotation, negotiating.base_quoted_amount) == (second.name, 1_140_000)
	with world.acting_as("manager"):
		second.cancel()
	negotiating.reload()
	assert (negotiating.quotation, negotiating.base_quoted_amount) == (first.name, 1_200_000)
	with world.acting_as("manager"):
		first.reload()
		first.cancel()
	negotiating.reload()
	assert (negotiating.quotation, negotiating.base_quoted_amount) == (None, 0)


def test_an_amended_quotation_takes_the_place_of_the_cancelled_one(world, frappe, negotiating):
	quotation = world.submit_quotation(negotiating)
	with world.acting_as("manager"):
		quotation.cancel()
		amended = frappe.copy_doc(quotation)
		amended.update({"amended_from": quotation.name, "docstatus": 0})
		amended.items[0].rate = 1800
		amended.insert()
		assert amended.presales_project == negotiating.name
		amended.submit()
	negotiating.reload()
	assert (negotiating.quotation, negotiating.base_quoted_amount) == (amended.name, 1_080_000)


def test_mapping_carries_the_project_from_opportunity_to_order(world, frappe):
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	world.advance_to(project, "Contract Negotiation")
	with world.acting_as("manager"):
		quotation = make_quotation(opportunity.name)
		quotation.valid_till = "2026-12-31"
		quotation.insert()
		assert quotation.presales_project == project.name
		quotation.submit()
	opportunity.reload()
	assert opportunity.status == "Quotation"
	world.hand_in_bid(project)
	world.negotiate(project, outcome="Agreed")
	world.review(project, "Contract")
	world.review(project, "Legal", reviewers=("legal",))
	world.move(project, "Contract Signing")
	with world.acting_as("manager"):
		order = make_sales_order(quotation.name)
		order.transaction_date = "2026-05-11"
		order.delivery_date = "2026-09-30"
		for row in order.items:
			row.delivery_date = "2026-09-30"
		order.insert()
		assert order.presales_project == project.name
		order.submit()
	project.reload()
	assert (project.status, project.sales_order) == ("Won", order.name)
	opportunity.reload()
	assert opportunity.status == "Converted"
	with world.acting_as("manager"):
		order.reload()
		order.cancel()
	project.reload()
	assert (project.status, project.sales_order) == ("Active", None)


def test_foreign_currency_is_kept_beside_company_currency(world, negotiating):
	quotation = world.make_quotation(negotiating, rate=280, currency="USD", conversion_rate=7.1)
	with world.acting_as("manager"):
		quotation.submit()
	negotiating.reload()
	assert negotiating.base_quoted_amount == quotation.base_net_total == pytest.approx(280 * 600 * 7.1)


# ------------------------------------------------------------------------------- sales order


@pytest.mark.clause("R1.7", "R7.8")
def test_an_order_waits_for_its_stage(world, negotiating):
	from presales_mgmt.exceptions import GateError

	order = world.make_order(negotiating)
	with world.acting_as("manager"), pytest.raises(GateError, match="Contract Signing"):
		order.submit()
	negotiating.reload()
	assert negotiating.status == "Active"


def test_an_order_wins_the_project_and_its_cancellation_reopens_it(world, frappe, signing):
	order = world.submit_order(signing)
	signing.reload()
	assert (signing.status, signing.sales_order, signing.base_won_amount) == ("Won", order.name, 1_200_000)
	assert str(signing.won_on) == "2026-05-11"
	world.archive(signing, "Contract")
	world.move(signing, "Project Kickoff")

	with world.acting_as("manager"):
		order.cancel()
	signing.reload()
	assert (signing.status, signing.sales_order, signing.base_won_amount, signing.won_on) == (
		"Active",
		None,
		0,
		None,
	)
	assert signing.stage == "Contract Signing"
	log = frappe.get_last_doc("Presales Stage Log", {"presales_project": signing.name, "move_type": "Back"})
	assert order.name in log.reason


def test_several_orders_add_up_and_the_project_stays_won_while_one_stands(world, signing):
	first = world.submit_order(signing)
	second = world.submit_order(
		signing,
		items=[{"item_code": world.item, "qty": 10, "rate": 2000, "uom": "Nos"}],
		transaction_date="2026-05-20",
	)
	signing.reload()
	assert signing.base_won_amount == 1_220_000
	with world.acting_as("manager"):
		first.cancel()
	signing.reload()
	assert (signing.status, signing.sales_order, signing.base_won_amount) == ("Won", second.name, 20_000)
	assert str(signing.won_on) == "2026-05-20"


def test_an_amended_order_wins_again(world, frappe, signing):
	order = world.submit_order(signing)
	with world.acting_as("manager"):
		order.cancel()
		amended = frappe.copy_doc(order)
		amended.update({"amended_from": order.name, "docstatus": 0})
		amended.insert()
		amended.submit()
	signing.reload()
	assert (signing.status, signing.sales_order) == ("Won", amended.name)


def test_a_win_is_not_declared_by_hand(world, frappe, signing):
	signing.status = "Won"
	with world.acting_as("director"), pytest.raises(frappe.ValidationError):
		signing.save()


def test_update_items_changes_the_won_amount(world, is_sandbox, signing):
	order = world.submit_order(signing)
	row = order.items[0]
	with world.acting_as("manager"):
		if is_sandbox:
			# The stand-in has no such dialog; this is what ERPNext's does in the end.
			order.base_net_total = 600_000
			order.flags.ignore_validate_update_after_submit = True
			order.save()
		else:
			from erpnext.controllers.accounts_controller import update_child_qty_rate

			items = [
				{"docname": row.name, "item_code": row.item_code, "qty": 300, "rate": 2000, "uom": "Nos"}
			]
			update_child_qty_rate("Sales Order", json.dumps(items), order.name)
	signing.reload()
	assert signing.base_won_amount == 600_000


def test_a_project_goes_back_to_where_it_was_before_the_win(world, frappe):
	settings_for(world, frappe, sales_order_gate="Off")
	draft = world.make_project()
	order = world.submit_order(draft)
	draft.reload()
	assert (draft.status, draft.decided_on is not None, draft.probability) == ("Won", True, 100)
	with world.acting_as("manager"):
		order.cancel()
	draft.reload()
	assert (draft.status, draft.stage, draft.decided_on) == ("Draft", None, None)


# ------------------------------------------------------------------------------- another company


@pytest.mark.parametrize("make", ["make_quotation", "make_order"])
def test_a_project_of_another_company_is_refused(world, negotiating, make):
	from presales_mgmt.exceptions import CompanyMismatchError

	with pytest.raises(CompanyMismatchError, match=world.company):
		getattr(world, make)(negotiating, company=world.other_company)


@pytest.mark.parametrize("make", ["make_quotation", "make_order"])
def test_a_draft_whose_project_has_changed_its_company_is_not_submitted(world, frappe, negotiating, make):
	from presales_mgmt.exceptions import CompanyMismatchError

	document = getattr(world, make)(negotiating)
	frappe.db.set_value("Presales Project", negotiating.name, "company", world.other_company)
	with world.acting_as("manager"), pytest.raises(CompanyMismatchError, match=world.company):
		document.submit()


def test_an_opportunity_of_another_company_makes_no_project_here(world):
	from presales_mgmt.exceptions import CompanyMismatchError

	opportunity = world.make_opportunity(company=world.other_company)
	with pytest.raises(CompanyMismatchError):
		world.make_project(opportunity=opportunity.name)


# ------------------------------------------------------------------------------- lost


def lost(world):
	return [{"lost_reason": world.lost_reason}]


def test_an_opportunity_declared_lost_takes_its_project_with_it(world):
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	opportunity.reload()
	with world.acting_as("manager"):
		opportunity.declare_enquiry_lost(lost(world), [{"competitor": world.competitor}], "Half our price")
	project.reload()
	assert (project.status, project.outcome_reason) == ("Lost", "Half our price")
	assert [row.lost_reason for row in project.lost_reasons] == [world.lost_reason]
	assert [row.competitor for row in project.competitors] == [world.competitor]
	assert project.stage == "Opportunity Capture"  # where it was lost, for the funnel


def test_an_opportunity_with_a_project_is_not_lost_without_a_reason(world, frappe):
	from presales_mgmt.exceptions import LossReasonMissingError

	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	opportunity.reload()
	opportunity.status = "Lost"
	with world.acting_as("manager"), pytest.raises(LossReasonMissingError):
		opportunity.save()
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Active"


def test_the_last_quotation_declared_lost_takes_the_project_with_it(world, negotiating):
	other = world.other_customer("Presales Test Second Bidder")
	first = world.submit_quotation(negotiating)
	second = world.submit_quotation(negotiating, rate=1900, party_name=other)
	with world.acting_as("manager"):
		second.declare_enquiry_lost(lost(world), [], "Too expensive")
	negotiating.reload()
	assert negotiating.status == "Active"
	with world.acting_as("manager"):
		first.reload()
		first.declare_enquiry_lost(lost(world), [], "Too expensive")
	negotiating.reload()
	assert (negotiating.status, negotiating.outcome_reason) == ("Lost", "Too expensive")
	assert [row.lost_reason for row in negotiating.lost_reasons] == [world.lost_reason]


def test_a_project_declared_lost_takes_quotation_and_opportunity_with_it(world, frappe):
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	world.advance_to(project, "Contract Negotiation")
	quotation = world.submit_quotation(project, opportunity=opportunity.name)
	project.reload()
	with world.acting_as("director"):
		project.append("lost_reasons", {"lost_reason": world.lost_reason})
		project.outcome_reason = "Half our price"
		project.save()
	world.apply("director", project, "Declare Lost")
	assert project.status == "Lost"
	quotation.reload()
	opportunity.reload()
	assert (quotation.status, opportunity.status) == ("Lost", "Lost")
	assert [row.lost_reason for row in opportunity.lost_reasons] == [world.lost_reason]
	assert opportunity.order_lost_reason == "Half our price"
	assert {row.competitor for row in opportunity.competitors} == {world.competitor}


def test_a_project_is_not_declared_lost_without_a_reason(world, frappe):
	from presales_mgmt.exceptions import LossReasonMissingError

	project = world.make_active_project()
	with pytest.raises(LossReasonMissingError):
		world.apply("director", project, "Declare Lost")
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Active"


def test_a_lost_project_is_reopened_by_its_director_and_the_opportunity_with_it(world):
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	with world.acting_as("director"):
		project.append("lost_reasons", {"lost_reason": world.lost_reason})
		project.outcome_reason = "Half our price"
		project.save()
	world.apply("director", project, "Declare Lost")
	assert (project.probability, project.base_weighted_amount, project.stage_entered_on) == (0, 0, None)
	with world.acting_as("director"):
		project.outcome_reason = "The winner withdrew"
		project.save()
	world.apply("director", project, "Reopen")
	opportunity.reload()
	assert (project.status, project.stage, opportunity.status) == ("Active", "Opportunity Capture", "Open")
	assert (project.decided_on, project.probability) == (None, 10)
	assert project.stage_entered_on


def test_an_opportunity_that_is_reopened_takes_its_project_with_it(world):
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	opportunity.reload()
	with world.acting_as("manager"):
		opportunity.declare_enquiry_lost(lost(world), [], "Too <b>expensive</b>")
		project.reload()
		assert (project.status, project.outcome_reason) == ("Lost", "Too expensive")
		opportunity.reload()
		opportunity.update({"status": "Open", "lost_reasons": []})
		opportunity.save()
	project.reload()
	assert project.status == "Active"


def test_the_current_quotation_is_none_that_was_lost(world, negotiating):
	other = world.other_customer("Presales Test Second Bidder")
	first = world.submit_quotation(negotiating, party_name=other)
	second = world.submit_quotation(negotiating, rate=1900, transaction_date="2026-04-25")
	with world.acting_as("manager"):
		second.declare_enquiry_lost(lost(world), [], "Too expensive")
	negotiating.reload()
	assert (negotiating.status, negotiating.quotation) == ("Active", first.name)


def test_a_project_that_is_lost_while_it_is_evaluated_is_applied_for_anew(world, frappe):
	opportunity = world.make_opportunity()
	project = world.make_project(opportunity=opportunity.name)
	first = world.apply_for_initiation(project, person_months=60)
	opportunity.reload()
	with world.acting_as("manager"):
		opportunity.declare_enquiry_lost(lost(world), [])
	first.reload()
	assert (first.docstatus, first.result) == (2, "Withdrawn")
	assert opportunity.name in first.decision_reason

	with world.acting_as("manager"):
		opportunity.reload()
		opportunity.status = "Open"
		opportunity.save()
	project.reload()
	assert (project.status, project.initiation, project.project_class) == ("Draft", None, None)
	assert (project.applied_by, project.applied_on, project.is_large_project) == (None, None, 0)
	second = world.apply_for_initiation(project, amended_from=first.name)
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert (project.status, project.initiation) == ("Active", second.name)


# ------------------------------------------------------------------------------- without a project


def test_documents_without_a_project_behave_as_ever(world, frappe):
	opportunity = world.make_opportunity()
	with world.acting_as("manager"):
		quotation = world.insert(
			"Quotation",
			quotation_to="Customer",
			party_name=world.customer,
			company=world.company,
			currency="CNY",
			order_type="Sales",
			transaction_date="2026-04-20",
			items=[{"item_code": world.item, "qty": 1, "rate": 10, "uom": "Nos"}],
		)
		quotation.submit()
		quotation.cancel()
		opportunity.declare_enquiry_lost(lost(world), [])
	assert opportunity.status == "Lost"


@pytest.mark.parametrize("module", ["opportunity", "quotation", "sales_order"])
def test_hooks_without_a_project_send_no_query(world, frappe, count_queries, module):
	import importlib

	hooks = importlib.import_module(f"presales_mgmt.overrides.{module}")
	doc = world.make_opportunity()  # any document will do: it has no project
	frappe.get_cached_doc("Presales Settings")
	with count_queries() as counted:
		for event in ("validate", "after_insert", "before_submit", "on_submit", "on_cancel", "on_change"):
			if hasattr(hooks, event):
				getattr(hooks, event)(doc)
	assert counted.queries == []


def test_a_lost_project_that_was_won_after_all_is_lost_again_without_the_order(world, frappe):
	settings_for(world, frappe, sales_order_gate="Off")
	project = world.make_active_project()
	with world.acting_as("director"):
		project.append("lost_reasons", {"lost_reason": world.lost_reason})
		project.save()
	world.apply("director", project, "Declare Lost")
	order = world.submit_order(project)
	project.reload()
	assert (project.status, project.probability) == ("Won", 100)
	with world.acting_as("manager"):
		order.cancel()
	project.reload()
	assert (project.status, project.probability, project.decided_on is None) == ("Lost", 0, False)
