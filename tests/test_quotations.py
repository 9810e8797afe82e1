"""Versions of an offer, the offer that follows from the cost estimate, and what may be ordered (R1.6, R5.8, R7.8)."""

import pytest

from tests.world import email

FIELDS = ["presales_version", "presales_version_status"]


@pytest.fixture
def project(world, frappe):
	switch_gates_off(frappe)
	return world.make_active_project()


def switch_gates_off(frappe):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"quotation_gate": "Off", "sales_order_gate": "Off"})
	settings.save()


def versions(frappe, *quotations):
	return [tuple(frappe.db.get_value("Quotation", each.name, FIELDS)) for each in quotations]


def current_of(project):
	project.reload()
	return project.quotation, project.base_quoted_amount


def next_version(world, frappe, quotation, person="manager", rate=None, submit=True, **values):
	from presales_mgmt.quotations import make_next_version

	with world.acting_as(person):
		doc = make_next_version(quotation.name)
		doc.update({"transaction_date": "2026-04-25", **values})
		if rate:
			doc.items[0].rate = rate
		doc.insert()
		if submit:
			doc.submit()
	return doc


def make_order(world, quotation, person="manager", **values):
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	with world.acting_as(person):
		order = make_sales_order(quotation.name)
		order.update({"transaction_date": "2026-05-11", "delivery_date": "2026-09-30", **values})
		for row in order.items:
			row.delivery_date = "2026-09-30"
		return order


# ------------------------------------------------------------------------------- versions


@pytest.mark.clause("R1.6", "R7.8")
def test_three_versions_of_which_the_last_stands(world, frappe, project):
	first = world.submit_quotation(project)
	assert (first.presales_version, first.presales_version_status) == (1, "Current")
	second = next_version(world, frappe, first, rate=1900)
	third = next_version(world, frappe, second, rate=1800)
	assert versions(frappe, first, second, third) == [
		(1, "Superseded"),
		(2, "Superseded"),
		(3, "Current"),
	]
	assert current_of(project) == (third.name, 1_080_000)


def test_a_new_version_says_what_the_one_before_said(world, frappe):
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation

	switch_gates_off(frappe)
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	with world.acting_as("manager"):
		first = make_quotation(opportunity.name)
		first.update({"valid_till": "2026-12-31", "presales_installation_days": 140})
		first.insert()
		first.submit()
	doc = next_version(world, frappe, first, submit=False)
	assert (doc.docstatus, doc.status, doc.amended_from) == (0, "Draft", None)
	assert (doc.presales_project, doc.opportunity) == (project.name, opportunity.name)
	assert doc.presales_installation_days == 140
	assert str(doc.valid_till) == "2026-12-31"
	assert [(row.item_code, row.qty, row.rate, row.prevdoc_docname) for row in doc.items] == [
		(world.item, 600, 2000, opportunity.name)
	]
	assert (doc.presales_version, doc.presales_version_status) == (0, None)


def test_a_validity_that_has_passed_is_not_carried_on(world, frappe, project):
	from presales_mgmt.quotations import make_next_version

	first = world.submit_quotation(project)
	first.db_set("valid_till", "2026-04-30")
	with world.acting_as("manager"):
		assert make_next_version(first.name).valid_till is None


def test_a_version_is_made_by_whom_quotations_are_made(world, frappe, project):
	from presales_mgmt.exceptions import VersionError
	from presales_mgmt.quotations import make_next_version

	first = world.submit_quotation(project)
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		make_next_version(first.name)
	draft = world.make_quotation(project)
	with world.acting_as("manager"):
		with pytest.raises(VersionError, match="found Draft, expected a quotation that was submitted"):
			make_next_version(draft.name)
		first.reload()
		first.cancel()
		with pytest.raises(VersionError):
			make_next_version(first.name)


def test_number_and_status_are_not_written_by_hand(world, frappe, project):
	draft = world.make_quotation(project, presales_version=9, presales_version_status="Current")
	assert (draft.presales_version, draft.presales_version_status) == (0, None)
	with world.acting_as("manager"):
		draft.presales_version = 7
		draft.submit()
	assert draft.presales_version == 1
	with world.acting_as("manager"):
		draft.presales_version = 7
		with pytest.raises(frappe.UpdateAfterSubmitError):
			draft.save()
		draft.reload()
		draft.update({"presales_version": 5, "presales_version_status": "Superseded"})
		draft.cancel()
	assert versions(frappe, draft) == [(1, "Withdrawn")]


def test_cancelling_the_current_version_brings_back_the_one_before(world, frappe, project):
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first, rate=1900)
	third = next_version(world, frappe, second, rate=1800)
	with world.acting_as("manager"):
		second.reload()
		second.cancel()
		assert versions(frappe, first, second, third) == [
			(1, "Superseded"),
			(2, "Withdrawn"),
			(3, "Current"),
		]
		third.reload()
		third.cancel()
	assert versions(frappe, first, third) == [(1, "Current"), (3, "Withdrawn")]
	assert current_of(project) == (first.name, 1_200_000)
	with world.acting_as("manager"):
		first.reload()
		first.cancel()
	assert current_of(project) == (None, 0)


def test_an_amended_version_is_the_next_one(world, frappe, project):
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first, rate=1900)
	with world.acting_as("manager"):
		second.reload()
		second.cancel()
		amended = frappe.copy_doc(second)
		amended.update({"amended_from": second.name, "docstatus": 0})
		amended.insert()
		assert versions(frappe, first, amended) == [(1, "Current"), (0, None)]
		amended.submit()
	assert versions(frappe, first, second, amended) == [
		(1, "Superseded"),
		(2, "Withdrawn"),
		(3, "Current"),
	]
	assert current_of(project) == (amended.name, 1_140_000)


def test_who_submits_first_comes_first(world, frappe, project):
	older, newer = world.make_quotation(project), world.make_quotation(project, rate=1900)
	with world.acting_as("manager"):
		newer.submit()
		older.submit()
	assert versions(frappe, newer, older) == [(1, "Superseded"), (2, "Current")]


@pytest.mark.clause("R7.8")
def test_each_bidding_customer_has_a_current_version(world, frappe, project):
	other = world.other_customer("Presales Test Second Bidder")
	own = world.submit_quotation(project)
	theirs = world.submit_quotation(project, party_name=other, rate=2100, transaction_date="2026-05-01")
	assert versions(frappe, own, theirs) == [(1, "Current"), (1, "Current")]
	assert current_of(project) == (own.name, 1_200_000)
	with world.acting_as("manager"):
		own.reload()
		own.cancel()
	assert current_of(project) == (theirs.name, 1_260_000)
	again = next_version(world, frappe, theirs, rate=2050)
	assert versions(frappe, theirs, again) == [(1, "Superseded"), (2, "Current")]
	assert current_of(project) == (again.name, 1_230_000)


def test_projects_and_companies_do_not_mix(world, frappe, project):
	other = world.make_active_project(company=world.other_company)
	first = world.submit_quotation(project)
	theirs = world.submit_quotation(other, rate=280, currency="USD", conversion_rate=7.1)
	assert versions(frappe, first, theirs) == [(1, "Current"), (1, "Current")]
	assert current_of(project) == (first.name, 1_200_000)
	other.reload()
	assert other.base_quoted_amount == theirs.base_net_total == pytest.approx(280 * 600 * 7.1)


def test_quotations_from_before_get_numbers(world, frappe, project):
	from presales_mgmt.patches.number_quotation_versions import execute

	made = [world.submit_quotation(project, transaction_date=f"2026-04-0{day}") for day in (1, 2, 3)]
	with world.acting_as("manager"):
		made[1].reload()
		made[1].cancel()
	frappe.db.set_value(
		"Quotation",
		{"presales_project": project.name},
		{"presales_version": 0, "presales_version_status": None},
	)
	for _time in range(2):
		execute()
		assert versions(frappe, *made) == [(1, "Superseded"), (2, "Withdrawn"), (3, "Current")]


def test_queries_of_a_submission_do_not_grow_with_the_versions(world, frappe, project, count_queries):
	from presales_mgmt.overrides.common import read_project_of
	from presales_mgmt.quotations import release, settle_submitted

	def cost():
		draft = world.make_quotation(project)
		with count_queries() as counted:
			read_project_of(draft, for_update=True)
			release(draft)
			settle_submitted(draft)
		return counted.count

	world.submit_quotation(project)
	few = cost()
	for _number in range(4):
		world.submit_quotation(project)
	assert cost() == few


def test_who_listens_for_the_offer_of_a_project_is_told(world, frappe, project, monkeypatch):
	world.insert(
		"Notification",
		name="Offer of a project",
		document_type="Presales Project",
		event="Value Change",
		value_changed="base_quoted_amount",
		channel="System Notification",
		enabled=1,
		subject="Offer: {{ doc.base_quoted_amount }}",
		message="of {{ doc.team | length }}",
		recipients=[{"receiver_by_document_field": "manager"}],
	)
	jobs = []
	monkeypatch.setattr(
		frappe, "enqueue_doc", lambda doctype, name, method, **values: jobs.append((method, values))
	)
	quotation = world.submit_quotation(project)
	((method, values),) = jobs
	assert values.pop("enqueue_after_commit")
	assert values.pop("queue") == "short"
	getattr(frappe.get_doc("Presales Project", project.name), method)(**values)

	subjects = frappe.get_all(
		"Notification Log",
		filters={"document_name": project.name, "for_user": email("manager")},
		pluck="subject",
		order_by="creation asc",
	)
	assert [subject for subject in subjects if subject.startswith("Offer: ")] == [
		f"Offer: {quotation.base_net_total}"
	]


def test_a_program_that_submits_past_all_checks_does_not_fail(world, frappe, project):
	draft = world.make_quotation(project)
	draft.flags.ignore_validate = True
	draft.submit()
	assert current_of(project) == (draft.name, draft.base_net_total)


# ------------------------------------------------------------------------------- lost versions


def lose(world, quotation, person="manager"):
	with world.acting_as(person):
		quotation.reload()
		quotation.declare_enquiry_lost([{"lost_reason": world.lost_reason}], [], "Too expensive")


def test_a_superseded_version_is_no_standing_offer(world, frappe):
	switch_gates_off(frappe)
	opportunity = world.make_opportunity(items=[])
	project = world.make_active_project(opportunity=opportunity.name)
	first = world.submit_quotation(project, opportunity=opportunity.name)
	second = next_version(world, frappe, first, rate=1900)
	lose(world, second)
	assert versions(frappe, first, second) == [(1, "Lost"), (2, "Lost")]
	project.reload()
	assert (project.status, project.quotation) == ("Lost", None)
	opportunity.reload()
	assert opportunity.status == "Lost"
	assert frappe.db.get_value("Quotation", first.name, "status") == "Lost"


def test_losing_a_superseded_version_loses_nothing_else(world, frappe, project):
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first, rate=1900)
	lose(world, first)
	assert versions(frappe, first, second) == [(1, "Lost"), (2, "Current")]
	project.reload()
	assert (project.status, project.quotation) == ("Active", second.name)


def test_a_lost_version_does_not_lose_the_project_again(world, frappe, project):
	quotation = world.submit_quotation(project)
	lose(world, quotation)
	project.reload()
	assert project.status == "Lost"
	with world.acting_as("director"):
		project.outcome_reason = "The winner withdrew"
		project.save()
	world.apply("director", project, "Reopen")
	with world.acting_as("manager"):
		quotation.reload()
		quotation.group_same_items = 1
		quotation.save()
	project.reload()
	assert project.status == "Active"
	again = next_version(world, frappe, quotation)
	assert versions(frappe, quotation, again) == [(1, "Lost"), (2, "Current")]


# ------------------------------------------------------------------------------- orders


@pytest.mark.clause("R7.8")
def test_a_superseded_version_is_not_ordered(world, frappe, project):
	from presales_mgmt.exceptions import SupersededQuotationError

	first = world.submit_quotation(project)
	order = make_order(world, first)
	with world.acting_as("manager"):
		order.insert()
	second = next_version(world, frappe, first, rate=1900)
	message = rf"{first.name} \(version 1\) is Superseded .* current version is {second.name}"
	with world.acting_as("manager"):
		with pytest.raises(SupersededQuotationError, match=message):
			order.submit()
		with pytest.raises(SupersededQuotationError, match=message):
			make_order(world, first).insert()
		frappe.get_doc("Sales Order", order.name).delete()
		good = make_order(world, second)
		good.insert()
		good.submit()
	project.reload()
	assert (project.status, project.base_won_amount) == ("Won", 1_140_000)


def test_nor_by_an_order_that_names_no_project(world, frappe, project):
	from presales_mgmt.exceptions import SupersededQuotationError

	first = world.submit_quotation(project)
	next_version(world, frappe, first, rate=1900)
	order = make_order(world, first)
	order.presales_project = None
	with world.acting_as("manager"):
		order.insert()
		with pytest.raises(SupersededQuotationError, match="version 1"):
			order.submit()


@pytest.mark.clause("R1.7", "R7.8")
def test_nor_is_the_current_one_past_its_project(world, frappe, project):
	from presales_mgmt.exceptions import ProjectMismatchError

	quotation = world.submit_quotation(project)
	order, good = (make_order(world, quotation) for _number in range(2))
	order.presales_project = None
	with world.acting_as("manager"):
		good.insert()
		order.insert()
		frappe.db.savepoint("before_refusal")
		with pytest.raises(
			ProjectMismatchError, match=f"{quotation.name} of presales project {project.name}"
		):
			order.submit()
		frappe.db.rollback(save_point="before_refusal")
		good.submit()
	project.reload()
	assert (project.status, project.sales_order) == ("Won", good.name)


def test_an_order_from_before_the_project_hinders_no_later_one(world, frappe, project):
	quotation = world.submit_quotation(project)
	old, new = (make_order(world, quotation) for _number in range(2))
	with world.acting_as("manager"):
		for order in (old, new):
			order.items[0].qty = 300
			order.insert()
		old.submit()
		frappe.db.set_value("Sales Order", old.name, "presales_project", None)
		new.submit()
	project.reload()
	assert project.sales_order == new.name


def test_an_offer_to_nobody_elses_lead_is_a_version_of_the_customers(world, frappe):
	"""A lead that has become a customer is the same bidder."""
	from presales_mgmt.exceptions import SupersededQuotationError

	switch_gates_off(frappe)
	lead = world.insert("Lead", first_name="Wen", company_name="Wen Parks", company=world.company).name
	project = world.make_active_project(party_type="Lead", party=lead)
	first = world.submit_quotation(project, quotation_to="Lead", party_name=lead, rate=1500)
	assert current_of(project) == (first.name, 900_000)
	customer = world.other_customer("Wen Parks")
	frappe.db.set_value("Customer", customer, "lead_name", lead)
	with world.acting_as("manager"):
		order = make_order(world, first)
	second = world.submit_quotation(project, party_name=customer, rate=2000)

	assert versions(frappe, first, second) == [(1, "Superseded"), (2, "Current")]
	assert current_of(project) == (second.name, 1_200_000)
	order.customer = customer
	with world.acting_as("manager"), pytest.raises(SupersededQuotationError, match=second.name):
		order.insert()


def test_the_offer_follows_the_party_of_the_project(world, frappe, project):
	ours = world.submit_quotation(project)
	other = world.other_customer("Second Bidder")
	theirs = world.submit_quotation(project, party_name=other, rate=1900)
	assert current_of(project) == (ours.name, 1_200_000)
	with world.acting_as("director"):
		project.party = other
		project.save()
	assert current_of(project) == (theirs.name, 1_140_000)


def test_of_customers_that_become_one_the_later_offer_stands(world, frappe, project):
	first = world.submit_quotation(project)
	other = world.other_customer("The Same Customer Twice")
	second = world.submit_quotation(project, party_name=other, rate=1900, transaction_date="2026-04-21")
	assert versions(frappe, first, second) == [(1, "Current"), (1, "Current")]
	frappe.rename_doc("Customer", other, world.customer, merge=True)
	assert versions(frappe, first, second) == [(1, "Superseded"), (1, "Current")]
	assert current_of(project) == (second.name, 1_140_000)


@pytest.mark.parametrize("doctype", ["Quotation", "Sales Order"])
def test_update_items_is_asked_for_its_price_when_no_total_changes(
	world, frappe, project, is_sandbox, doctype
):
	from presales_mgmt.exceptions import PriceAuthorityError

	dear, cheap = (
		world.insert(
			"Item", item_code=code, item_group=world.leaf_of("Item Group"), stock_uom="Nos", is_stock_item=0
		)
		for code in ("Dear Thing", "Cheap Thing")
	)
	world.insert("Price List", price_list_name="Two Things", currency="CNY", selling=1, enabled=1)
	for item, rate in ((dear, 1000), (cheap, 10)):
		world.insert(
			"Item Price",
			item_code=item.name,
			price_list="Two Things",
			price_list_rate=rate,
			valid_from="2026-01-01",
		)
	settings = frappe.get_doc("Presales Settings")
	settings.append(
		"price_authorities", {"role": "Presales Leader", "max_discount_percent": 50, "min_margin_percent": 0}
	)
	settings.append(
		"price_authorities", {"role": "Presales Manager", "max_discount_percent": 10, "min_margin_percent": 0}
	)
	settings.save()
	rows = ((dear.name, 1, 1000), (cheap.name, 100, 10))
	doc = world.submit_quotation(
		project,
		selling_price_list="Two Things",
		items=[{"item_code": item, "qty": qty, "rate": rate, "uom": "Nos"} for item, qty, rate in rows],
	)
	if doctype == "Sales Order":
		doc = make_order(world, doc)
		with world.acting_as("manager"):
			doc.insert()
			doc.submit()
	# The total and the number of pieces stay, and 99 dear things are given away.
	with pytest.raises(PriceAuthorityError):
		update_items(world, doc, [(100, 10), (1, 1000)], is_sandbox)


def update_items(world, doc, values, is_sandbox):
	"""As ERPNext's "Update Items" does it: rows first, then quotation or order."""
	import json

	with world.acting_as("manager"):
		doc.reload()
		if is_sandbox:
			for row, (qty, rate) in zip(doc.items, values, strict=True):
				row.db_set({"qty": qty, "rate": rate})
			doc.reload()
			doc.calculate_taxes_and_totals()
			doc.flags.ignore_validate_update_after_submit = True
			doc.save()
			return
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		items = [
			{
				"docname": row.name,
				"item_code": row.item_code,
				"qty": qty,
				"rate": rate,
				"uom": row.uom,
				"conversion_factor": row.conversion_factor,
				"delivery_date": str(row.get("delivery_date") or ""),
			}
			for row, (qty, rate) in zip(doc.items, values, strict=True)
		]
		update_child_qty_rate(doc.doctype, json.dumps(items), doc.name)


def test_a_lost_version_is_not_ordered(world, frappe, project):
	from presales_mgmt.exceptions import SupersededQuotationError

	quotation = world.submit_quotation(project)
	lose(world, quotation)
	with (
		world.acting_as("manager"),
		pytest.raises(SupersededQuotationError, match=r"is Lost .* version is none"),
	):
		make_order(world, quotation).insert()


def test_an_order_that_stands_is_not_hurt_by_a_later_version(world, frappe, project):
	quotation = world.submit_quotation(project)
	order = make_order(world, quotation)
	with world.acting_as("manager"):
		order.insert()
		order.submit()
	next_version(world, frappe, quotation, rate=1900)
	with world.acting_as("manager"):
		order.reload()
		order.po_no = "PO-1"
		order.save()
		order.cancel()
	project.reload()
	assert project.status == "Active"


@pytest.mark.clause("R1.6")
def test_the_installation_time_goes_from_quotation_to_order(world, frappe, project):
	quotation = world.submit_quotation(project, presales_installation_days=140)
	assert make_order(world, quotation).presales_installation_days == 140


# ------------------------------------------------------------------------------- from the estimate


def from_estimate(world, estimate, person="manager", **values):
	from presales_mgmt.offering import make_quotation

	with world.acting_as(person):
		doc = make_quotation(estimate.name)
		doc.update({"transaction_date": "2026-04-20", "valid_till": "2026-12-31", **values})
		doc.insert()
	return doc


def settings_for_free_lines(world, frappe, **values):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"free_line_item": world.item, **values})
	settings.save()


@pytest.mark.clause("R1.6", "R5.8")
def test_the_approved_estimate_becomes_a_quotation(world, frappe, project):
	settings_for_free_lines(world, frappe)
	estimate = world.estimate(project)
	world.approve_estimate(project, estimate)
	doc = from_estimate(world, estimate)
	assert (doc.quotation_to, doc.party_name, doc.company) == ("Customer", world.customer, world.company)
	assert (doc.presales_project, doc.presales_cost_estimate) == (project.name, estimate.name)
	assert [(row.item_code, row.item_name, row.qty, row.rate) for row in doc.items] == [
		(world.item, "Parking guidance sensor", 400, 1500),
		(world.item, "Cabling", 1, 200_000),
	]
	assert (doc.net_total, doc.base_net_total) == (800_000, 800_000)
	with world.acting_as("manager"):
		doc.submit()
	assert current_of(project) == (doc.name, 800_000)


def test_the_opportunity_is_carried_on(world, frappe):
	switch_gates_off(frappe)
	settings_for_free_lines(world, frappe)
	opportunity = world.make_opportunity()
	project = world.make_active_project(opportunity=opportunity.name)
	estimate = world.estimate(project)
	world.approve_estimate(project, estimate)
	doc = from_estimate(world, estimate)
	with world.acting_as("manager"):
		doc.submit()
	opportunity.reload()
	assert (doc.opportunity, opportunity.status) == (opportunity.name, "Quotation")


def test_prices_add_up_in_both_currencies(world, frappe):
	switch_gates_off(frappe)
	settings_for_free_lines(world, frappe)
	project = world.make_active_project(company=world.other_company, currency="USD", conversion_rate=7.1234)
	estimate = world.estimate(
		project,
		lines=[
			{
				"cost_kind": "Equipment",
				"item_code": world.item,
				"qty": 3,
				"unit_cost": 1,
				"selling_price": 33.33,
			},
			{
				"cost_kind": "Other",
				"description": "Training",
				"qty": 7,
				"unit_cost": 1,
				"selling_price": 11.11,
			},
			{"cost_kind": "Other", "description": "Paid for by the others", "qty": 1, "unit_cost": 9},
		],
	)
	world.approve_estimate(project, estimate)
	doc = from_estimate(world, estimate)
	assert (doc.currency, doc.conversion_rate, len(doc.items)) == ("USD", 7.1234, 2)
	assert doc.net_total == estimate.selling_total == 177.76
	assert doc.base_net_total == estimate.base_selling_total


def test_lines_without_an_item_need_one(world, frappe, project):
	from presales_mgmt.exceptions import CostingError
	from presales_mgmt.offering import make_quotation

	estimate = world.estimate(project)
	world.approve_estimate(project, estimate)
	with (
		world.acting_as("manager"),
		pytest.raises(CostingError, match=r"These lines have no item: 2\. Cabling\."),
	):
		make_quotation(estimate.name)
	settings = frappe.get_doc("Presales Settings")
	settings.append(
		"companies",
		{
			"company": world.company,
			"quotation_gate": "Off",
			"sales_order_gate": "Off",
			"free_line_item": world.item,
		},
	)
	settings.save()
	assert len(from_estimate(world, estimate).items) == 2


def test_an_estimate_without_prices_makes_no_offer(world, frappe, project):
	from presales_mgmt.exceptions import CostingError
	from presales_mgmt.offering import make_quotation

	estimate = world.estimate(
		project, lines=[{"cost_kind": "Other", "description": "x", "qty": 1, "unit_cost": 5}]
	)
	world.approve_estimate(project, estimate)
	with world.acting_as("manager"), pytest.raises(CostingError, match="expected prices to be offered"):
		make_quotation(estimate.name)


def test_who_may_not_read_the_estimate_makes_no_offer_of_it(world, frappe, project):
	from presales_mgmt.offering import make_quotation

	estimate = world.estimate(project)
	world.approve_estimate(project, estimate)
	for person in ("clerk", "engineer", "planner", "other_manager"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			make_quotation(estimate.name)


@pytest.mark.clause("R5.8")
def test_an_unapproved_estimate_makes_no_offer_and_stops_one(world, frappe, project):
	from presales_mgmt.exceptions import EstimateNotApprovedError
	from presales_mgmt.offering import make_quotation

	draft = world.make_quotation(project)
	estimate = world.estimate(project)
	with world.acting_as("manager"):
		with pytest.raises(EstimateNotApprovedError, match=f"{estimate.name} is not the current one"):
			make_quotation(estimate.name)
		with pytest.raises(EstimateNotApprovedError):
			draft.submit()
	world.approve_estimate(project, estimate)
	draft.reload()
	with world.acting_as("manager"):
		draft.submit()
	assert draft.presales_cost_estimate == estimate.name


def test_an_outdated_estimate_stops_the_offer(world, frappe, project):
	from presales_mgmt.api import take_current_estimate
	from presales_mgmt.exceptions import EstimateNotApprovedError

	settings_for_free_lines(world, frappe)
	first = world.estimate(project)
	world.approve_estimate(project, first)
	doc = from_estimate(world, first)
	second = world.estimate(project)
	with world.acting_as("manager"):
		with pytest.raises(EstimateNotApprovedError, match=f"rests on .*{first.name}.* one is {second.name}"):
			doc.submit()
		with pytest.raises(EstimateNotApprovedError):
			take_current_estimate(doc.name)
	world.approve_estimate(project, second)
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		take_current_estimate(doc.name)
	with world.acting_as("manager"):
		assert take_current_estimate(doc.name) == second.name
		doc.reload()
		doc.submit()
	assert doc.docstatus == 1


def test_an_estimate_of_another_project_is_refused(world, frappe, project):
	from presales_mgmt.exceptions import ProjectMismatchError

	other = world.estimate(world.make_active_project())
	with pytest.raises(ProjectMismatchError, match="is not one of presales project"):
		world.make_quotation(project, presales_cost_estimate=other.name)


def test_whether_an_offer_needs_an_estimate_is_a_setting(world, frappe, project):
	from presales_mgmt.exceptions import EstimateNotApprovedError

	world.submit_quotation(project)
	settings_for_free_lines(world, frappe, quotation_estimate="Stop")
	with pytest.raises(EstimateNotApprovedError, match="has no cost estimate"):
		world.submit_quotation(project)
	settings = frappe.get_doc("Presales Settings")
	settings.append(
		"companies",
		{
			"company": world.company,
			"quotation_gate": "Off",
			"sales_order_gate": "Off",
			"quotation_estimate": "Off",
		},
	)
	settings.save()
	world.submit_quotation(project)


def test_an_estimate_on_which_an_offer_rests_can_be_withdrawn(world, frappe, project):
	settings_for_free_lines(world, frappe)
	estimate = world.estimate(project)
	world.approve_estimate(project, estimate)
	doc = from_estimate(world, estimate)
	with world.acting_as("manager"):
		doc.submit()
	with world.acting_as("finance"):
		estimate.reload()
		estimate.cancel()
	assert versions(frappe, doc) == [(1, "Current")]


# ------------------------------------------------------------------------------- to whom it was lost


LOSS = ["lost_to", "winning_price", "base_winning_price"]


def loss_of(frappe, project):
	return tuple(frappe.db.get_value("Presales Project", project.name, LOSS))


def loss_in_erpnext(frappe, opportunity):
	return tuple(
		frappe.db.get_value("Opportunity", opportunity.name, ["presales_lost_to", "presales_winning_price"])
	)


def declare_lost(world, project, **values):
	with world.acting_as("director"):
		project.reload()
		project.append("lost_reasons", {"lost_reason": world.lost_reason})
		project.update(values)
		project.save()
	world.apply("director", project, "Declare Lost")


@pytest.mark.clause("R7.6")
def test_a_lost_bid_tells_who_won(world, frappe, project):
	from presales_mgmt.api import conclude_bid, reopen_bid

	bid = world.open_bid(project, bidders=[{"competitor": world.competitor, "price": 1_100_000}])
	with world.acting_as("manager"):
		conclude_bid(bid.name, "Lost", reason="Price", winner=world.competitor)
	assert loss_of(frappe, project) == (world.competitor, 1_100_000, 1_100_000)
	with world.acting_as("director"):
		reopen_bid(bid.name, "A protest")
	assert loss_of(frappe, project) == (None, 0, 0)


@pytest.mark.clause("R9.15")
def test_a_loss_by_hand_goes_to_the_opportunity(world, frappe):
	switch_gates_off(frappe)
	opportunity = world.make_opportunity(currency="USD", conversion_rate=7, items=[])
	project = world.make_active_project(opportunity=opportunity.name, currency="USD", conversion_rate=7)
	world.submit_quotation(project, opportunity=opportunity.name)
	declare_lost(world, project, lost_to=world.competitor, winning_price=150_000)
	assert loss_of(frappe, project) == (world.competitor, 150_000, 1_050_000)
	assert loss_in_erpnext(frappe, opportunity) == (world.competitor, 150_000)
	project.reload()
	assert [(row.competitor, row.won, row.bid_price) for row in project.competitors] == [
		(world.competitor, 1, 150_000)
	]
	with world.acting_as("director"):
		project.outcome_reason = "The winner withdrew"
		project.save()
	world.apply("director", project, "Reopen")
	assert loss_of(frappe, project) == (None, 0, 0)
	assert loss_in_erpnext(frappe, opportunity) == (None, 0)
	assert not any(row.won for row in project.competitors)


def test_currencies_of_project_and_opportunity_differ(world, frappe):
	opportunity = world.make_opportunity(currency="USD", conversion_rate=7)
	project = world.make_active_project(opportunity=opportunity.name)
	declare_lost(world, project, lost_to=world.competitor, winning_price=1_050_000)
	assert loss_in_erpnext(frappe, opportunity) == (world.competitor, 150_000)


def test_an_opportunity_tells_who_won(world, frappe):
	opportunity = world.make_opportunity(currency="USD", conversion_rate=7)
	project = world.make_active_project(opportunity=opportunity.name)
	with world.acting_as("manager"):
		opportunity.reload()
		opportunity.update({"presales_lost_to": world.competitor, "presales_winning_price": 150_000})
		opportunity.declare_enquiry_lost([{"lost_reason": world.lost_reason}], [], "Price")
	assert loss_of(frappe, project) == (world.competitor, 1_050_000, 1_050_000)
	with world.acting_as("manager"):
		opportunity.reload()
		opportunity.update({"status": "Open", "lost_reasons": []})
		opportunity.save()
	assert loss_of(frappe, project) == (None, 0, 0)
	assert loss_in_erpnext(frappe, opportunity) == (None, 0)


def test_a_quotation_lost_to_one_competitor_tells_who_won(world, frappe):
	switch_gates_off(frappe)
	opportunity = world.make_opportunity(items=[])
	project = world.make_active_project(opportunity=opportunity.name)
	quotation = world.submit_quotation(project, opportunity=opportunity.name)
	with world.acting_as("manager"):
		quotation.declare_enquiry_lost(
			[{"lost_reason": world.lost_reason}], [{"competitor": world.competitor}], "Price"
		)
	assert loss_of(frappe, project)[0] == world.competitor
	assert loss_in_erpnext(frappe, opportunity) == (world.competitor, 0)


def test_a_won_deal_was_lost_to_nobody(world, frappe, project):
	declare_lost(world, project, lost_to=world.competitor, winning_price=5)
	order = world.submit_order(project)
	project.reload()
	assert (project.status, *loss_of(frappe, project)) == ("Won", None, 0, 0)
	with world.acting_as("manager"):
		order.cancel()
	project.reload()
	assert (project.status, *loss_of(frappe, project)) == ("Lost", world.competitor, 5, 5)
