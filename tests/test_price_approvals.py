"""Who may give which price, and the approval of one beyond the limits (R1.6, R5.8, R7.8)."""

import pytest

from tests.test_quotations import make_order, next_version, switch_gates_off
from tests.world import email

APPROVAL = "Presales Price Approval"
PRICE_LIST = "Presales Test Prices"
BOX = "Presales Test Box"


@pytest.fixture
def project(world, frappe):
	"""The list price is 2000; the manager may give 10 percent, leaders 30, with margins of 20 and 5 percent."""
	switch_gates_off(frappe)
	authorize(frappe)
	world.insert("Price List", price_list_name=PRICE_LIST, currency="CNY", selling=1, enabled=1)
	world.insert(
		"Item Price",
		item_code=world.item,
		price_list=PRICE_LIST,
		price_list_rate=2000,
		uom="Nos",
		valid_from="2026-01-01",
	)
	return world.make_active_project()


def authorize(frappe, *rows, **values):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"price_authorities": [], **values})
	for role, discount, margin, *company in rows or (
		("Presales Manager", 10, 20),
		("Presales Director", 20, 10),
		("Presales Leader", 30, 5),
	):
		settings.append(
			"price_authorities",
			{
				"role": role,
				"max_discount_percent": discount,
				"min_margin_percent": margin,
				"only_for_company": company[0] if company else None,
			},
		)
	settings.save()


def quote(world, project, rate, person="manager", **values):
	values = {"selling_price_list": PRICE_LIST, **values}
	return world.make_quotation(project, person, rate=rate, **values)


def submit(world, doc, person="manager"):
	with world.acting_as(person):
		doc.submit()


def ask(world, frappe, doc, person="manager", reason="The customer has an offer at this price"):
	from presales_mgmt.api import request_price_approval

	with world.acting_as(person):
		return frappe.get_doc(APPROVAL, request_price_approval(doc.doctype, doc.name, reason))


def approve(world, approval, person="leader", remarks=None):
	from presales_mgmt.api import approve_price

	with world.acting_as(person):
		approve_price(approval.name, remarks)
	approval.reload()
	return approval


def refused(message="lower than you may give"):
	from presales_mgmt.exceptions import PriceAuthorityError

	return pytest.raises(PriceAuthorityError, match=message)


def approved_estimate(world, frappe, project, **values):
	estimate = world.estimate(project, **values)
	world.approve_estimate(project, estimate)
	return estimate


# ------------------------------------------------------------------------------- limits


@pytest.mark.clause("R5.8", "R7.8")
def test_a_discount_needs_the_authority_of_the_role(world, frappe, project):
	submit(world, quote(world, project, 1800))
	beyond = quote(world, project, 1790)
	with refused("It exceeds: Discount"):
		submit(world, beyond)
	with world.acting_as("director"):
		beyond.reload()
		beyond.submit()
	assert beyond.docstatus == 1


def test_without_authorities_nothing_is_limited(world, frappe, project):
	authorize(frappe)
	frappe.get_doc("Presales Settings").update({"price_authorities": []}).save()
	submit(world, quote(world, project, 1))


def test_discounts_on_the_total_count_as_well(world, frappe, project):
	doc = quote(world, project, 1900, apply_discount_on="Net Total", additional_discount_percentage=6)
	with refused():
		submit(world, doc)
	allowed = quote(world, project, 1900, apply_discount_on="Net Total", additional_discount_percentage=5)
	submit(world, allowed)
	assert allowed.net_total == 1_083_000


def test_who_has_no_authority_sells_at_the_list_price(world, frappe, project):
	submit(world, quote(world, project, 2000), "clerk")
	with refused():
		submit(world, quote(world, project, 1999), "clerk")


def test_a_company_has_limits_of_its_own(world, frappe, project):
	authorize(
		frappe,
		("Presales Manager", 10, 0),
		("Presales Manager", 2, 0, world.company),
	)
	with refused():
		submit(world, quote(world, project, 1900))
	other = world.make_active_project(company=world.other_company)
	submit(world, quote(world, other, 1900))


def test_a_document_without_a_project_has_no_limits(world, frappe, project):
	doc = quote(world, project, 1, presales_project=None)
	submit(world, doc)
	assert doc.docstatus == 1


# ------------------------------------------------------------------------------- margin


@pytest.mark.clause("R1.6", "R5.8")
def test_margin_counts_with_the_risk_reserve(world, frappe, project):
	approved_estimate(
		world, frappe, project, risk_reserve=360_000, reserve_reason="New supplier"
	)  # 960,000 in all
	enough = quote(world, project, 2000)  # 1,200,000: 20 percent are left
	submit(world, enough)
	assert enough.presales_cost_estimate
	with refused("It exceeds: Margin") as refusal:
		submit(world, quote(world, project, 1990))
	assert "960" not in str(refusal.value)


def test_below_the_floor_nobody_sells_alone(world, frappe, project):
	authorize(frappe, ("Presales Manager", 50, 0), ("Presales Leader", 50, 0), margin_floor=15)
	approved_estimate(world, frappe, project, risk_reserve=480_000, reserve_reason="New supplier")
	doc = quote(world, project, 2000)  # 10 percent are left
	with refused("It exceeds: Margin Floor"):
		submit(world, doc)
	doc.reload()
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	assert doc.docstatus == 1


def test_the_larger_discount_counts(world, frappe, project):
	estimate = approved_estimate(
		world,
		frappe,
		project,
		lines=[
			{
				"cost_kind": "Equipment",
				"item_code": world.item,
				"qty": 600,
				"unit_cost": 10,
				"selling_price": 2500,
			}
		],
	)
	doc = quote(world, project, 2000)  # none on the list, 20 percent on the estimate
	approval = ask(world, frappe, doc)
	assert (approval.discount_percent, approval.reference_total) == (20, 1_500_000)
	assert approval.cost_estimate == estimate.name


def test_both_currencies(world, frappe, project):
	other = world.make_active_project(company=world.other_company, currency="USD", conversion_rate=7)
	approved_estimate(
		world,
		frappe,
		other,
		lines=[
			{
				"cost_kind": "Equipment",
				"item_code": world.item,
				"qty": 600,
				"unit_cost": 1400,
				"selling_price": 300,
			}
		],
	)
	doc = world.make_quotation(other, rate=250, currency="USD", conversion_rate=7)
	approval = ask(world, frappe, doc)
	assert (approval.currency, approval.net_total, approval.base_net_total) == ("USD", 150_000, 1_050_000)
	assert (approval.reference_total, approval.discount_percent) == (180_000, 16.67)
	assert (approval.base_cost, approval.base_margin, approval.margin_percent) == (840_000, 210_000, 20)
	assert approval.limits_exceeded == "Discount"


# ------------------------------------------------------------------------------- approval


@pytest.mark.clause("R5.8", "R7.8")
def test_a_price_is_approved_and_the_offer_goes_out(world, frappe, project):
	doc = quote(world, project, 1500)
	approval = ask(world, frappe, doc)
	assert (approval.status, approval.requested_by) == ("Requested", email("manager"))
	assert (approval.net_total, approval.reference_total, approval.discount_percent) == (
		900_000,
		1_200_000,
		25,
	)
	assert todos(frappe, approval) == {email("leader")}
	with refused():
		submit(world, doc)
	doc.reload()
	approve(world, approval, remarks="A reference")
	assert (approval.status, approval.decided_by) == ("Approved", email("leader"))
	assert not todos(frappe, approval)
	submit(world, doc)
	assert (doc.docstatus, doc.presales_version) == (1, 1)


def todos(frappe, approval):
	return set(
		frappe.get_all(
			"ToDo",
			filters={"reference_type": APPROVAL, "reference_name": approval.name, "status": "Open"},
			pluck="allocated_to",
			order_by="name asc",
		)
	)


@pytest.mark.parametrize("stored", [True, False])
def test_an_early_approval_lets_no_changed_document_through(world, frappe, project, stored):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	with world.acting_as("manager"):
		doc.items[0].rate = 1400
		if stored:
			doc.save()
		with refused("has changed since its price was approved"):
			doc.submit()


def test_nor_one_with_other_terms_or_another_estimate(world, frappe, project):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	with world.acting_as("manager"):
		doc.valid_till = "2027-12-31"
		with refused("has changed since"):
			doc.submit()
	doc.reload()
	approved_estimate(
		world, frappe, project, lines=[{"cost_kind": "Other", "description": "x", "qty": 1, "unit_cost": 1}]
	)
	with refused("has changed since"):
		submit(world, doc)


def test_the_approval_is_of_one_document(world, frappe, project):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	with refused("Ask for approval"):
		submit(world, quote(world, project, 1500))
	submit(world, doc)
	again = next_version(world, frappe, doc, submit=False, selling_price_list=PRICE_LIST)
	with refused("Ask for approval"):
		submit(world, again)


@pytest.mark.clause("R7.8")
@pytest.mark.parametrize("person", ["manager", "director"])
def test_nobody_approves_their_own_price(world, frappe, project, person):
	from presales_mgmt.exceptions import SelfApprovalError

	authorize(frappe, ("Presales Manager", 90, 0), ("Presales Director", 90, 0), ("Presales Leader", 90, 0))
	authorize(frappe, ("Presales Manager", 10, 0), ("Presales Director", 90, 0), ("Presales Leader", 90, 0))
	approval = ask(world, frappe, quote(world, project, 1500))
	with pytest.raises(SelfApprovalError):
		approve(world, approval, person)


def test_who_made_the_offer_does_not_approve_it_either(world, frappe, project):
	from presales_mgmt.exceptions import SelfApprovalError

	frappe.get_doc("User", email("leader")).add_roles("Sales User")
	doc = quote(world, project, 1500, person="leader")
	approval = ask(world, frappe, doc)
	assert todos(frappe, approval) == set()
	with pytest.raises(SelfApprovalError):
		approve(world, approval)


def test_nor_who_changed_it_last(world, frappe, project):
	from presales_mgmt.exceptions import SelfApprovalError

	frappe.get_doc("User", email("leader")).add_roles("Sales User")
	doc = quote(world, project, 1900)
	with world.acting_as("leader"):
		doc.items[0].rate = 1500
		doc.save()
	approval = ask(world, frappe, doc)
	with pytest.raises(SelfApprovalError):
		approve(world, approval)


def test_a_delegate_of_who_asked_does_not_approve(world, frappe, project):
	from presales_mgmt.exceptions import SelfApprovalError

	approval = ask(world, frappe, quote(world, project, 1500))
	world.delegate("manager", "leader")
	with pytest.raises(SelfApprovalError):
		approve(world, approval)


def test_an_approver_needs_the_authority_and_sees_the_project(world, frappe, project):
	approval = ask(world, frappe, quote(world, project, 1300))
	with refused("roles of .* do not allow the price"):
		approve(world, approval)
	with pytest.raises(frappe.PermissionError):
		approve(world, approval, "other_director")
	with refused("roles of"):
		approve(world, approval, "supervisor")


def test_a_price_is_rejected_with_a_reason_and_asked_for_again(world, frappe, project):
	from presales_mgmt.api import reject_price

	doc = quote(world, project, 1500)
	approval = ask(world, frappe, doc)
	with world.acting_as("leader"):
		with refused("expected a reason"):
			reject_price(approval.name, " ")
		reject_price(approval.name, "Too low")
		with refused("expected Requested"):
			reject_price(approval.name, "Too low")
	approval.reload()
	assert (approval.status, approval.decision_remarks) == ("Rejected", "Too low")
	with refused():
		submit(world, doc)
	doc.reload()
	second = ask(world, frappe, doc)
	third = ask(world, frappe, doc)
	second.reload()
	assert (second.status, third.status) == ("Withdrawn", "Requested")


def test_a_changed_draft_is_not_approved(world, frappe, project):
	doc = quote(world, project, 1500)
	approval = ask(world, frappe, doc)
	with world.acting_as("manager"):
		doc.items[0].rate = 1400
		doc.save()
	with refused("no longer what the approval"):
		approve(world, approval)


def test_a_request_is_withdrawn_by_who_asked(world, frappe, project):
	from presales_mgmt.api import withdraw_price_request

	approval = ask(world, frappe, quote(world, project, 1500))
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		withdraw_price_request(approval.name)
	with world.acting_as("manager"):
		withdraw_price_request(approval.name)
		with refused("expected Requested"):
			withdraw_price_request(approval.name)
	assert not todos(frappe, approval)


def test_what_is_asked_for_needs_a_draft_a_reason_and_a_limit(world, frappe, project):
	from presales_mgmt.api import request_price_approval

	doc = quote(world, project, 1500)
	with refused("Say why"):
		ask(world, frappe, doc, reason=" ")
	with refused("without approval"):
		ask(world, frappe, quote(world, project, 1900))
	with refused("Document Type"):
		request_price_approval("Presales Project", project.name, "x")
	with pytest.raises(frappe.PermissionError):
		ask(world, frappe, doc, "engineer")


def test_figures_and_decisions_are_written_by_nobody(world, frappe, project):
	approval = ask(world, frappe, quote(world, project, 1500))
	with refused("no change by hand"):
		approval.status = "Approved"
		approval.save()
	with refused("asked for from the quotation"):
		world.insert(
			APPROVAL,
			presales_project=project.name,
			reference_doctype="Quotation",
			reference_name=approval.reference_name,
			reason="x",
			status="Approved",
		)
	with world.acting_as("leader"):
		assert not frappe.has_permission(APPROVAL, "write", doc=approval.name)
		assert not frappe.has_permission(APPROVAL, "delete", doc=approval.name)


@pytest.mark.clause("R1.9")
def test_cost_and_margin_are_not_for_who_only_sells(world, frappe, project):
	from presales_mgmt.api import get_price_status

	approved_estimate(world, frappe, project)
	with world.acting_as("manager"):
		doc = quote(world, project, 1500)
	approval = ask(world, frappe, doc, "clerk")
	with world.acting_as("clerk"):
		assert not frappe.has_permission(APPROVAL, "read", doc=approval.name)
		status = get_price_status("Quotation", doc.name)
	assert status["limits"] == ["Discount"]
	assert set(status["request"]) == {
		"name",
		"status",
		"requested_by",
		"decided_by",
		"decision_remarks",
		"holds",
	}
	fields = {df.fieldname for df in frappe.get_meta("Quotation").fields}
	assert not any(
		"margin" in field or "_cost" in field
		for field in fields
		if field.startswith("presales_") and field != "presales_cost_estimate"
	)


def test_a_draft_that_was_asked_about_can_be_deleted(world, frappe, project):
	doc = quote(world, project, 1500)
	approval = ask(world, frappe, doc)
	with world.acting_as("manager"):
		frappe.delete_doc("Quotation", doc.name)
	with refused("no longer what"):
		approve(world, approval)


def test_a_fingerprint_is_the_same_in_memory_and_as_stored(world, frappe, project):
	from presales_mgmt.reviewed_version import fingerprint_of, fingerprints

	doc = quote(world, project, 1500, competitors=[{"competitor": world.competitor}])
	stored = fingerprints("Quotation", [doc.name])[doc.name]
	assert fingerprint_of(doc) == stored == fingerprint_of(frappe.get_doc("Quotation", doc.name))


def test_cancelling_and_amending_needs_a_new_approval(world, frappe, project):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	with world.acting_as("manager"):
		doc.cancel()
		amended = frappe.copy_doc(doc)
		amended.update({"amended_from": doc.name, "docstatus": 0})
		amended.insert()
		with refused("Ask for approval"):
			amended.submit()


# ------------------------------------------------------------------------------- orders


def ordered(world, quotation, rate=None, person="manager"):
	order = make_order(world, quotation, person)
	with world.acting_as(person):
		if rate:
			order.items[0].rate = rate
		order.insert()
	return order


def test_an_order_at_the_quoted_price_needs_nothing(world, frappe, project):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	order = ordered(world, doc)
	with world.acting_as("manager"):
		order.items[0].qty = 100
		order.save()
	submit(world, order)
	assert order.docstatus == 1


@pytest.mark.clause("R7.8")
def test_an_order_does_not_undercut_what_was_quoted(world, frappe, project):
	doc = quote(world, project, 1800)
	submit(world, doc)
	order = ordered(world, doc, rate=1600)
	with refused():
		submit(world, order)
	order.reload()
	approval = ask(world, frappe, order)
	assert (approval.discount_percent, approval.net_total) == (20, 960_000)
	approve(world, approval)
	submit(world, order)
	project.reload()
	assert project.base_won_amount == 960_000


def test_an_order_without_a_quotation_is_measured_by_the_list(world, frappe, project):
	order = world.make_order(project, selling_price_list=PRICE_LIST)
	submit(world, order)
	cheap = world.make_order(
		project,
		selling_price_list=PRICE_LIST,
		items=[{"item_code": world.item, "qty": 600, "rate": 1700, "uom": "Nos"}],
	)
	with refused():
		submit(world, cheap)


def test_update_items_does_not_undercut_either(world, frappe, project, is_sandbox):
	doc = quote(world, project, 1900)
	submit(world, doc)
	order = ordered(world, doc)
	submit(world, order)
	with refused():
		update_rate(world, frappe, order, 1500, is_sandbox)


def test_update_items_within_the_limits(world, frappe, project, is_sandbox):
	doc = quote(world, project, 1900)
	submit(world, doc)
	order = ordered(world, doc)
	submit(world, order)
	update_rate(world, frappe, order, 1850, is_sandbox)
	project.reload()
	assert project.base_won_amount == 600 * 1850


def test_update_items_of_a_quotation_is_held_to_the_limits(world, frappe, project, is_sandbox):
	doc = quote(world, project, 1900)
	submit(world, doc)
	update_rate(world, frappe, doc, 1850, is_sandbox)
	project.reload()
	assert project.base_quoted_amount == 600 * 1850
	with refused():
		update_rate(world, frappe, doc, 1500, is_sandbox)


def test_update_items_within_what_was_approved(world, frappe, project, is_sandbox):
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	update_rate(world, frappe, doc, 1600, is_sandbox)
	with refused("has changed since its price was approved"):
		update_rate(world, frappe, doc, 1400, is_sandbox)


def update_rate(world, frappe, doc, rate, is_sandbox):
	"""As ERPNext's "Update Items" does it: rows first, then quotation or order."""
	import json

	with world.acting_as("manager"):
		doc.reload()
		row = doc.items[0]
		if is_sandbox:
			row.db_set({"rate": rate})
			doc.reload()
			doc.items[0].rate = rate
			doc.calculate_taxes_and_totals()
			doc.flags.ignore_validate_update_after_submit = True
			doc.save()
			return
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		item = {
			"docname": row.name,
			"item_code": row.item_code,
			"qty": row.qty,
			"rate": rate,
			"uom": row.uom,
			"conversion_factor": row.conversion_factor,
		}
		if doc.doctype == "Sales Order":
			item["delivery_date"] = str(row.delivery_date)
		update_child_qty_rate(doc.doctype, json.dumps([item]), doc.name)


def test_queries_of_a_price_do_not_grow_with_the_rows(world, frappe, project, count_queries):
	from presales_mgmt.pricing import check_price

	approved_estimate(world, frappe, project)

	def cost(rows):
		doc = quote(
			world,
			project,
			2000,
			items=[{"item_code": world.item, "qty": 1, "rate": 2000, "uom": "Nos"} for _row in range(rows)],
		)
		with world.acting_as("manager"), count_queries() as counted:
			check_price(doc)
		return counted.count

	cost(1)  # reads what is kept
	assert cost(1) == cost(7)


# ------------------------------------------------------------------------------- ways around the limits


@pytest.mark.clause("R5.8", "R7.8")
def test_a_rate_that_is_entered_makes_no_margin(world, frappe, project):
	"""At 7, a fifth of the price is lost; at 100 it would be a splendid deal."""
	other = world.make_active_project(company=world.other_company, currency="USD", conversion_rate=7)
	line = {"cost_kind": "Equipment", "item_code": world.item, "qty": 600, "unit_cost": 1400}
	approved_estimate(world, frappe, other, lines=[{**line, "selling_price": 300}])
	doc = world.make_quotation(other, rate=170, currency="USD", conversion_rate=100)
	with refused("It exceeds: Discount, Margin"):
		submit(world, doc)
	doc.reload()
	approval = ask(world, frappe, doc)
	assert (approval.conversion_rate, approval.base_net_total) == (7, 714_000)
	assert (approval.discount_percent, approval.base_margin) == (43.33, -126_000)


def test_in_a_currency_that_nobody_has_stated_another_person_approves(world, frappe, project):
	approved_estimate(world, frappe, project)
	doc = world.make_quotation(project, rate=2000, currency="USD", conversion_rate=100)
	with refused("It exceeds: Exchange Rate"):
		submit(world, doc)
	doc.reload()
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	assert doc.docstatus == 1


def test_without_its_list_price_a_row_hides_no_discount(world, frappe, project):
	doc = quote(world, project, 1000)
	with world.acting_as("manager"):
		doc.items[0].price_list_rate = 0
		doc.save()
		with refused("It exceeds: Discount"):
			doc.submit()


def test_a_price_of_another_customer_date_or_unit_is_not_asked_of_this_one(world, frappe, project):
	common = {"item_code": world.item, "price_list": PRICE_LIST, "uom": "Nos"}
	world.insert(
		"Item Price", **common, price_list_rate=1000, valid_from="2000-01-01", valid_upto="2000-12-31"
	)
	approval = ask(world, frappe, quote(world, project, 1500))
	assert approval.reference_total == 1_200_000


def test_a_charge_below_zero_is_a_discount(world, frappe, project):
	accounts = frappe.get_all(
		"Account",
		filters={"company": project.company, "root_type": "Liability", "is_group": 0, "account_type": "Tax"},
		pluck="name",
		order_by="name asc",
	)
	doc = quote(
		world,
		project,
		2000,
		taxes=[
			{
				"charge_type": "Actual",
				"account_head": accounts[0],
				"description": "Rebate",
				"tax_amount": -600_000,
			}
		],
	)
	with refused("It exceeds: Discount"):
		submit(world, doc)


def other_row(world, **values):
	return {"item_code": world.item, "qty": 600, "uom": "Nos", "delivery_date": "2026-09-30", **values}


def test_what_an_order_has_beyond_its_quotation_is_measured(world, frappe, project):
	doc = quote(world, project, 2000)
	submit(world, doc)
	order = make_order(world, doc, "manager")
	with world.acting_as("manager"):
		order.append("items", other_row(world, rate=1))
		order.insert()
		with refused():
			order.submit()


def test_an_order_at_the_price_of_another_deal_is_measured_by_the_list(world, frappe, project):
	other = world.make_active_project()
	cheap = quote(world, other, 1500)
	approve(world, ask(world, frappe, cheap))
	submit(world, cheap)
	cheap.reload()
	doc = quote(world, project, 2000)
	submit(world, doc)
	order = make_order(world, doc, "manager")
	with world.acting_as("manager"):
		order.items[0].update({"quotation_item": cheap.items[0].name, "rate": 1500})
		order.insert()
		with refused():
			order.submit()


def test_an_alternative_is_no_price_that_was_allowed(world, frappe, project):
	doc = quote(
		world,
		project,
		2000,
		items=[
			{"item_code": world.item, "qty": 600, "rate": 2000, "uom": "Nos"},
			{"item_code": world.item, "qty": 600, "rate": 1, "uom": "Nos", "is_alternative": 1},
		],
	)
	submit(world, doc)
	doc.reload()
	order = make_order(world, doc, "manager")
	with world.acting_as("manager"):
		order.items[0].update({"quotation_item": doc.items[1].name, "rate": 1})
		order.insert()
		with refused():
			order.submit()


def test_the_figure_of_the_price_in_another_currency_is_no_lower_price(world, frappe, project):
	other = world.make_active_project(currency="USD", conversion_rate=7)
	doc = world.make_quotation(other, rate=300, currency="USD", conversion_rate=7)
	submit(world, doc)
	order = make_order(world, doc, "manager")
	with world.acting_as("manager"):
		order.update({"currency": "CNY", "conversion_rate": 1})
		order.items[0].rate = 300
		order.insert()
		with refused():
			order.submit()


def make_item(world, code, price=None, price_list=PRICE_LIST, **values):
	"""An item of which the list price, if any, is `price` in `price_list`."""
	world.insert(
		"Item",
		**{
			"item_code": code,
			"item_name": code,
			"item_group": world.leaf_of("Item Group"),
			"stock_uom": "Nos",
			"is_stock_item": 0,
			**values,
		},
	)
	if price:
		add_price(world, code, price, price_list)
	return code


def add_price(world, item, price, price_list=PRICE_LIST, **values):
	values = {"uom": "Nos", "valid_from": "2026-01-01", **values}
	world.insert("Item Price", item_code=item, price_list=price_list, price_list_rate=price, **values)


def units(world, of_box):
	"""Units of an item of which a box has `of_box`."""
	import frappe

	if not frappe.db.exists("UOM", BOX):
		world.insert("UOM", uom_name=BOX)
	return [{"uom": "Nos", "conversion_factor": 1}, {"uom": BOX, "conversion_factor": of_box}]


def sell_including_tax(doc, rows, discount, net, freight=0):
	"""`doc` as ERPNext calculates prices that include 13 percent, with a discount on the grand total and freight.

	The stand-in for ERPNext knows no taxes that are included.
	"""
	before = round(rows / 1.13, 2)
	doc.append(
		"taxes",
		{
			"charge_type": "On Net Total",
			"rate": 13,
			"included_in_print_rate": 1,
			"tax_amount": rows - before,
			"tax_amount_after_discount_amount": round(net * 0.13, 2),
		},
	)
	if freight:
		doc.append(
			"taxes",
			{"charge_type": "Actual", "tax_amount": freight, "tax_amount_after_discount_amount": freight},
		)
	doc.update(
		{
			"total": rows,
			"net_total": net,
			"apply_discount_on": "Grand Total",
			"discount_amount": discount,
			"grand_total": rows + freight - discount,
		}
	)


@pytest.mark.parametrize(
	("discount", "net", "freight", "percent"),
	[(0, 100, 0, 0), (11.3, 90, 0, 10), (13.3, 88.23, 20, 11.77), (113, 0, 0, 100), (0, 100, 20, 0)],
)
def test_a_discount_on_the_grand_total_is_measured_before_tax_and_freight(
	world, frappe, project, discount, net, freight, percent
):
	from presales_mgmt.pricing import measure

	row = {"item_code": make_item(world, "Lamp"), "qty": 1, "rate": 113, "uom": "Nos"}
	doc = quote(world, project, 113, items=[row])
	sell_including_tax(doc, 113, discount, net, freight)
	assert measure(doc).discount_percent == percent


# ------------------------------------------------------------------------------- more than was quoted


def ordered_more(world, quotation, row=0, person="manager", **values):
	"""An order from `quotation` of which a row has other values."""
	order = make_order(world, quotation, person)
	with world.acting_as(person):
		order.items[row].update(values)
		order.insert()
	return order


def allow_more(frappe):
	"""Recent versions of ERPNext refuse more than was quoted, unless the company allows it."""
	settings = frappe.get_doc("Stock Settings")
	settings.over_delivery_receipt_allowance = 1000
	settings.save()


@pytest.fixture
def with_a_free_lamp(world, project):
	"""A submitted quotation with a lamp thrown in that costs 1000 on the list."""
	lamp = make_item(world, "Lamp", 1000, uoms=units(world, 1000))
	doc = quote(
		world,
		project,
		2000,
		items=[
			{"item_code": world.item, "qty": 600, "rate": 2000, "uom": "Nos"},
			{"item_code": lamp, "qty": 1, "rate": 0, "discount_percentage": 100, "uom": "Nos"},
		],
	)
	submit(world, doc)
	return doc


def test_what_was_quoted_free_is_not_ordered_in_any_quantity(world, frappe, with_a_free_lamp):
	order = ordered_more(world, with_a_free_lamp, 1, qty=1001)
	approval = ask(world, frappe, order)
	# 1000 lamps at 1000 beside the 1,201,000 that were quoted, of which 1,200,000 were asked.
	assert (approval.reference_total, approval.discount_percent) == (2_201_000, 45.48)
	with refused():
		submit(world, order)


def test_what_was_quoted_free_is_ordered_as_often_as_quoted(world, frappe, with_a_free_lamp):
	submit(world, ordered_more(world, with_a_free_lamp))


def test_not_by_several_rows_either(world, frappe, with_a_free_lamp):
	order = make_order(world, with_a_free_lamp, "manager")
	with world.acting_as("manager"):
		for _turn in range(5):
			order.append("items", {**lamp_of(order), "qty": 200})
		order.insert()
		with refused():
			order.submit()


def lamp_of(order):
	names = ("item_code", "uom", "rate", "discount_percentage", "quotation_item", "prevdoc_docname")
	return {**{name: order.items[1].get(name) for name in names}, "delivery_date": "2026-09-30"}


def test_nor_by_several_orders(world, frappe, with_a_free_lamp):
	first = make_order(world, with_a_free_lamp, "manager")
	free = lamp_of(first)
	with world.acting_as("manager"):
		first.items[0].qty = 300
		first.insert()
	submit(world, first)
	second = make_order(world, with_a_free_lamp, "manager")
	with world.acting_as("manager"):
		second.append("items", {**free, "qty": 1000})
		second.insert()
		with refused():
			second.submit()


def test_nor_in_another_unit(world, frappe, with_a_free_lamp, is_sandbox):
	if not is_sandbox:
		pytest.skip("ERPNext takes no other unit than was quoted")
	box = {"uom": BOX, "qty": 1, "conversion_factor": 1000}
	with refused():
		submit(world, ordered_more(world, with_a_free_lamp, 1, **box))


def test_more_at_the_list_price_or_within_the_limits_needs_nothing(world, frappe, project):
	allow_more(frappe)
	doc = quote(world, project, 1800)
	submit(world, doc)
	submit(world, ordered_more(world, doc, qty=900))
	assert doc.docstatus == 1


def test_more_at_an_approved_price_is_asked_for_again(world, frappe, project):
	allow_more(frappe)
	doc = quote(world, project, 1500)
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	order = ordered_more(world, doc, qty=1200)
	with refused():
		submit(world, order)
	order.reload()
	approval = ask(world, frappe, order)
	assert (approval.reference_total, approval.discount_percent) == (2_400_000, 25)
	approve(world, approval)
	submit(world, order)


def test_more_of_what_has_no_list_price_is_measured_by_what_was_quoted(world, frappe, project):
	allow_more(frappe)
	doc = quote(
		world,
		project,
		100,
		items=[{"item_code": make_item(world, "Lamp"), "qty": 10, "rate": 100, "uom": "Nos"}],
	)
	submit(world, doc)
	more = ordered_more(world, doc, qty=11)
	again = make_order(world, doc, "manager")
	again.update({"apply_discount_on": "Net Total", "additional_discount_percentage": 20})
	submit(world, more)
	with world.acting_as("manager"):
		again.insert()
		with refused():
			again.submit()


def test_a_price_of_less_than_a_cent_is_compared_by_the_amount(world, frappe, project):
	screw = make_item(world, "Screw", 0.02)
	doc = quote(world, project, 1, items=[{"item_code": screw, "qty": 1_000_000, "rate": 0.02, "uom": "Nos"}])
	submit(world, doc)
	with refused():
		submit(world, ordered_more(world, doc, rate=0.01))


def test_a_part_of_an_approved_price_is_not_lower_by_rounding(world, frappe, project):
	values = {"apply_discount_on": "Net Total", "additional_discount_percentage": 23.33}
	items = [{"item_code": world.item, "qty": 7, "rate": 1999.99, "uom": "Nos"} for _row in range(3)]
	doc = quote(world, project, 1, items=items, **values)
	approve(world, ask(world, frappe, doc))
	submit(world, doc)
	order = make_order(world, doc, "manager")
	with world.acting_as("manager"):
		for row, qty in zip(order.items, (1, 2, 4), strict=True):
			row.qty = qty
		order.insert()
	submit(world, order)
	assert order.docstatus == 1


def test_an_update_beyond_what_was_quoted_is_measured(world, frappe, with_a_free_lamp, is_sandbox):
	if not is_sandbox:
		pytest.skip("the rows are left here as ERPNext's function leaves them")
	order = ordered_more(world, with_a_free_lamp)
	submit(world, order)
	with world.acting_as("manager"):
		order.reload()
		order.items[1].db_set({"qty": 1000, "stock_qty": 1000})
		order.reload()
		order.calculate_taxes_and_totals()
		order.flags.ignore_validate_update_after_submit = True
		with refused():
			order.save()


def test_what_goes_beyond_is_not_covered_by_what_is_not_ordered(world, frappe, with_a_free_lamp):
	"""100 lamps are eight percent of the deal, and all of this order."""
	order = make_order(world, with_a_free_lamp, "manager")
	with world.acting_as("manager"):
		order.items[0].qty = 1
		order.items[1].qty = 101
		order.insert()
		with refused():
			order.submit()


def test_a_row_below_zero_that_was_not_quoted_is_a_discount(world, frappe, project):
	settings = frappe.get_doc("Selling Settings")
	settings.allow_negative_rates_for_items = 1
	settings.save()
	doc = quote(world, project, 2000)
	submit(world, doc)
	order = make_order(world, doc, "manager")
	rebate = make_item(world, "Rebate")
	with world.acting_as("manager"):
		order.append("items", other_row(world, item_code=rebate, qty=1, rate=-600_000))
		order.insert()
	approval = ask(world, frappe, order)
	assert (approval.reference_total, approval.discount_percent) == (1_200_000, 50)


# ------------------------------------------------------------------------------- units


@pytest.mark.parametrize(
	("costed", "offered", "percent"),
	[
		(("Nos", 1000, 15), (BOX, 10, 1500), 0),
		(("Nos", 1000, 15), (BOX, 10, 15), 99),
		((BOX, 10, 1500), ("Nos", 1000, 15), 0),
		((BOX, 10, 1500), ("Nos", 1000, 12), 20),
		((BOX, 10, 1500), (BOX, 5, 1500), 0),
		((None, 1000, 15), (BOX, 5, 1200), 20),
	],
)
def test_estimate_and_offer_may_have_other_units(world, frappe, project, costed, offered, percent):
	from presales_mgmt.pricing import measure

	lamp = make_item(world, "Lamp", uoms=units(world, 100))
	line = dict(zip(("uom", "qty", "selling_price"), costed, strict=True))
	estimate = world.estimate(
		project, lines=[{"cost_kind": "Equipment", "item_code": lamp, "unit_cost": 1, **line}]
	)
	row = dict(zip(("uom", "qty", "rate"), offered, strict=True))
	doc = quote(world, project, 1, presales_cost_estimate=estimate.name, items=[{"item_code": lamp, **row}])
	assert measure(doc).discount_percent == percent


def test_units_are_those_of_the_template_unless_a_variant_has_its_own(world, frappe, project):
	from presales_mgmt.pricing import measure

	template = make_item(world, "Lamp", uoms=units(world, 100))
	red, blue = make_item(world, "Red Lamp"), make_item(world, "Blue Lamp", uoms=units(world, 10))
	for variant in (red, blue):
		frappe.db.set_value("Item", variant, "variant_of", template)
	line = {"cost_kind": "Equipment", "uom": BOX, "qty": 1, "unit_cost": 1, "selling_price": 1000}
	estimate = world.estimate(project, lines=[{**line, "item_code": item} for item in (red, blue)])
	doc = quote(
		world,
		project,
		1,
		presales_cost_estimate=estimate.name,
		items=[{"item_code": item, "qty": 10, "rate": 1, "uom": "Nos"} for item in (red, blue)],
	)
	assert measure(doc).reference == 100 + 1000


def test_units_are_asked_for_only_where_they_differ(world, frappe, project, count_queries):
	from presales_mgmt.pricing import measure

	lamp = make_item(world, "Lamp", uoms=units(world, 100))

	def cost(uom):
		line = {"cost_kind": "Equipment", "item_code": lamp, "qty": 1, "unit_cost": 1, "selling_price": 9}
		estimate = world.estimate(project, lines=[{**line, "uom": uom}, {**line, "uom": uom}])
		doc = quote(
			world,
			project,
			9,
			presales_cost_estimate=estimate.name,
			items=[{"item_code": lamp, "qty": 1, "rate": 9, "uom": "Nos"}],
		)
		with count_queries() as counted:
			measure(doc)
		return counted.count

	cost("Nos")  # reads what is kept
	assert cost("Nos") + 1 == cost(BOX)


# ------------------------------------------------------------------------------- list prices that were not found


def offer_one(world, project, item, rate=1, **values):
	"""A quotation of ten of `item`, sent without their list price."""
	row = {"item_code": item, "qty": 10, "rate": rate, "uom": "Nos", "price_list_rate": 0}
	return quote(world, project, rate, **{"items": [row], **values})


def make_price_list(world, name, currency="CNY"):
	return world.insert("Price List", price_list_name=name, currency=currency, selling=1, enabled=1).name


def set_default_list(frappe, name):
	settings = frappe.get_doc("Selling Settings")
	settings.selling_price_list = name
	settings.save()


def test_a_variant_is_sold_at_the_list_price_of_its_template(world, frappe, project):
	make_item(world, "Lamp", 1000)
	red, blue = make_item(world, "Red Lamp"), make_item(world, "Blue Lamp", 500)
	for variant in (red, blue):
		frappe.db.set_value("Item", variant, "variant_of", "Lamp")
	with refused():
		submit(world, offer_one(world, project, red, 899))
	submit(world, offer_one(world, project, red, 900))
	submit(world, offer_one(world, project, blue, 450))


def test_templates_are_asked_for_only_where_a_price_is_missing(world, frappe, project, count_queries):
	from presales_mgmt.pricing import measure

	def cost(*items):
		rows = [{"item_code": item, "qty": 1, "rate": 1, "uom": "Nos"} for item in items]
		doc = quote(world, project, 1, items=rows)
		with count_queries() as counted:
			measure(doc)
		return counted.count

	bare = [make_item(world, f"Lamp {turn}") for turn in range(3)]
	cost(world.item)  # reads what is kept
	assert cost(world.item) + 1 == cost(world.item, bare[0]) == cost(*bare)


def test_a_price_list_without_the_price_hides_no_discount(world, frappe, project):
	empty = make_price_list(world, "Presales Empty Prices")
	set_default_list(frappe, PRICE_LIST)
	with refused():
		submit(world, quote(world, project, 1790, selling_price_list=empty))
	submit(world, quote(world, project, 1800, selling_price_list=empty))


def test_of_the_chosen_list_and_the_default_the_higher_price_counts(world, frappe, project):
	other = make_price_list(world, "Presales Other Prices")
	add_price(world, world.item, 1000, other)
	set_default_list(frappe, PRICE_LIST)
	with refused():
		submit(world, quote(world, project, 1000, selling_price_list=other))
	set_default_list(frappe, other)
	submit(world, quote(world, project, 1000, selling_price_list=other))


@pytest.mark.parametrize("of_group", [False, True])
def test_the_list_of_the_customer_or_of_its_group_is_its_default(world, frappe, project, of_group):
	other = make_price_list(world, "Presales Other Prices")
	add_price(world, world.item, 1000, other)
	set_default_list(frappe, PRICE_LIST)
	customer = frappe.get_doc("Customer", world.customer)
	owner = frappe.get_doc("Customer Group", customer.customer_group) if of_group else customer
	owner.default_price_list = other
	owner.save()
	submit(world, quote(world, project, 1000, selling_price_list=other))


def test_where_no_list_has_a_price_none_is_asked_for(world, frappe, project):
	submit(world, offer_one(world, project, make_item(world, "Lamp"), 1))


@pytest.mark.parametrize("rate", [7, None])
def test_a_list_in_a_third_currency_is_converted(world, frappe, project, rate, monkeypatch):
	"""By the Currency Exchange of the day; where ERPNext knows none, as the offer states it."""
	frappe.db.delete("Currency Exchange", {"from_currency": "USD", "to_currency": "CNY"})
	if not rate:
		monkeypatch.setattr("erpnext.setup.utils.get_exchange_rate", lambda *_args, **_kwargs: 0.0)
	else:
		world.insert(
			"Currency Exchange",
			date="2026-04-01",
			from_currency="USD",
			to_currency="CNY",
			exchange_rate=rate,
			for_selling=1,
		)
	lamp = make_item(world, "Lamp")
	add_price(world, lamp, 300, make_price_list(world, "Presales USD Prices", "USD"))
	values = {"selling_price_list": "Presales USD Prices", "plc_conversion_rate": 1 if rate else 7}
	with refused():
		submit(world, offer_one(world, project, lamp, 1880, **values))
	submit(world, offer_one(world, project, lamp, 1890, **values))


def test_a_price_that_was_quoted_for_no_quantity_is_measured_with_the_order(world, frappe, project):
	"""ERPNext lets prices of units be quoted without a quantity; of nothing there is no discount."""
	settings = frappe.get_doc("Selling Settings")
	settings.update({"allow_zero_qty_in_quotation": 1, "allow_zero_qty_in_sales_order": 1})
	settings.save()
	doc = quote(world, project, 1, items=[{"item_code": world.item, "qty": 0, "rate": 1, "uom": "Nos"}])
	submit(world, doc)
	with refused():
		submit(world, ordered_more(world, doc, qty=600))
