"""Requests for purchase: who asks, who decides, and that what is bought is covered by them (R8.8)."""

import pytest

from presales_mgmt import api, exceptions
from tests.costs import Costs
from tests.world import OTHER_COMPANY, email

REQUEST = "Presales Purchase Request"


@pytest.fixture
def costs(world):
	return Costs(world)


@pytest.fixture
def project(world, costs):
	return costs.on_team(world.make_project())


def todos(frappe, request):
	return frappe.get_all(
		"ToDo",
		filters={"reference_type": REQUEST, "reference_name": request.name, "status": "Open"},
		pluck="allocated_to",
		order_by="creation asc",
	)


def commitments(project):
	project.reload()
	return project.base_commitments


# --------------------------------------------------------------------------------------------- asking


@pytest.mark.clause("R8.8")
def test_a_request_is_asked_for_decided_on_and_stands(world, frappe, costs, project):
	request = costs.ask(project, 1000, person=costs.surveyor)
	assert (request.status, request.requested_by) == ("Requested", costs.surveyor)
	assert todos(frappe, request) == [email("director")]
	with world.acting_as("director"):
		api.approve_purchase_request(request.name, "Needed for the demo")
	request.reload()
	assert (request.status, request.decided_by) == ("Approved", email("director"))
	assert request.decision_remarks == "Needed for the demo"
	assert todos(frappe, request) == []
	assert frappe.db.exists("Notification Log", {"for_user": costs.surveyor, "document_name": request.name})
	with world.acting_as("leader"), pytest.raises(exceptions.PurchaseRequestError, match="Approved"):
		api.reject_purchase_request(request.name, "Too late")
	with world.acting_as("manager"), pytest.raises(exceptions.PurchaseRequestError, match="stands"):
		request.cancel()


@pytest.mark.clause("R8.8")
def test_outside_the_plan_a_reason_is_needed(world, frappe, costs, project):
	with pytest.raises(exceptions.PurchaseRequestError, match="Reason: found nothing"):
		costs.draft_request(project, request_kind="Outside Plan", reason="  ")
	request = costs.draft_request(project, request_kind="Outside Plan", reason="The customer asks for a test")
	assert request.name


@pytest.mark.clause("R8.8")
def test_who_asks_does_not_decide(world, frappe, costs, project):
	request = costs.ask(project, person="director")
	assert todos(frappe, request) == []
	with world.acting_as("director"), pytest.raises(exceptions.SelfApprovalError):
		api.approve_purchase_request(request.name)
	with world.acting_as("manager"), pytest.raises(frappe.PermissionError):
		api.approve_purchase_request(request.name)
	with world.acting_as("leader"):
		api.approve_purchase_request(request.name)
	request.reload()
	assert request.decided_by == email("leader")


@pytest.mark.clause("R8.8")
def test_nobody_decides_through_a_delegate(world, frappe, costs, project):
	request = costs.ask(project, person="manager")
	with world.acting_as("director"):
		world.insert(
			"Presales Delegation",
			delegator=email("director"),
			delegate=email("manager"),
			from_date="2020-01-01",
			to_date="2040-01-01",
			reason="Away",
		)
	with world.acting_as("manager"), pytest.raises(exceptions.SelfApprovalError):
		api.approve_purchase_request(request.name)


def test_a_request_is_rejected_with_a_reason_or_withdrawn(world, frappe, costs, project):
	request = costs.ask(project)
	with world.acting_as("director"):
		with pytest.raises(exceptions.PurchaseRequestError, match="a reason"):
			api.reject_purchase_request(request.name, " ")
		api.reject_purchase_request(request.name, "We have one in store")
	request.reload()
	assert (request.status, request.decision_remarks) == ("Rejected", "We have one in store")
	second = costs.ask(project, person=costs.surveyor)
	with world.acting_as("planner"), pytest.raises(frappe.PermissionError):
		frappe.get_doc(REQUEST, second.name).cancel()
	with world.acting_as(costs.surveyor):
		second.cancel()
	assert (second.reload().status, todos(frappe, second)) == ("Withdrawn", [])
	with world.acting_as(costs.surveyor), pytest.raises(exceptions.PurchaseRequestError, match="deleted"):
		second.delete()


def test_outsiders_neither_see_nor_decide(world, frappe, costs, project):
	request = costs.ask(project)
	for person in ("other_director", "clerk"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			api.approve_purchase_request(request.name)
	with pytest.raises(frappe.PermissionError):
		costs.draft_request(project, person="other_manager")


@pytest.mark.parametrize(
	("row", "exception"),
	[
		({"qty": 0, "rate": 1, "description": "Kit"}, exceptions.OutOfRangeError),
		({"qty": -1, "rate": 1, "description": "Kit"}, exceptions.OutOfRangeError),
		({"qty": 1, "rate": -1, "description": "Kit"}, exceptions.OutOfRangeError),
		({"qty": 1, "rate": 1}, exceptions.PurchaseRequestError),
		({"qty": 1, "rate": 1, "description": "<b>Kit</b>"}, exceptions.MarkupError),
		({"qty": 10**6, "rate": 10**9, "description": "Kit"}, exceptions.OutOfRangeError),
	],
)
def test_rows_make_sense(world, costs, project, row, exception):
	with pytest.raises(exception):
		costs.draft_request(project, items=[row])


def test_the_status_and_the_decision_are_not_written_by_hand(world, frappe, costs, project):
	draft = costs.draft_request(project, status="Approved", decided_by=email("director"))
	assert (draft.status, draft.decided_by) == ("Draft", None)
	request = costs.ask(project)
	request.status = "Approved"
	with world.acting_as("manager"), pytest.raises(frappe.ValidationError):
		request.save()


@pytest.mark.clause("R8.8")
def test_amounts_are_in_both_currencies(world, costs):
	abroad = costs.on_team(world.make_project(currency="USD", conversion_rate=7.1))
	request = costs.draft_request(
		abroad,
		items=[{"description": "Kit", "qty": 3, "rate": 33.33}, {"description": "Freight", "rate": 10}],
	)
	assert [(row.amount, row.base_amount) for row in request.items] == [(99.99, 709.93), (10, 71)]
	assert (request.currency, request.total, request.base_total) == ("USD", 109.99, 780.93)


def test_the_document_is_one_of_the_project(world, costs, project):
	other = world.make_project(project_title="Another deal")
	document = world.archive(other, "Correspondence")
	with pytest.raises(exceptions.PurchaseRequestError, match=project.name):
		costs.draft_request(project, document=document.name)


# --------------------------------------------------------------------------------------------- buying


@pytest.mark.clause("R8.8")
def test_what_is_bought_is_covered_by_approved_requests(world, frappe, costs, project):
	draft = costs.draft_material_request(project, 10, 100)
	with pytest.raises(exceptions.PurchaseRequestError, match="buys more"):
		costs.submit(draft)
	costs.ask(project, 1000)
	with pytest.raises(exceptions.PurchaseRequestError):
		costs.submit(draft)
	costs.approved(project, 1000)
	request = costs.submit(draft)
	assert commitments(project) == 1000
	# The order takes the place of the request, and the invoice that of the order.
	with pytest.raises(exceptions.PurchaseRequestError):
		costs.order(request, rate=100.01)
	order = costs.order(request, rate=100)
	costs.bill(order)
	with pytest.raises(exceptions.PurchaseRequestError):
		costs.invoice(project, 1, 1)
	costs.approved(project, 1)
	costs.invoice(project, 1, 1)
	project.reload()
	assert (project.base_purchase_cost, project.base_commitments) == (1001, 0)


@pytest.mark.clause("R8.8", "R1.9")
def test_who_buys_is_told_the_figures_only_if_costs_are_his_to_see(world, frappe, costs, project):
	draft = costs.draft_material_request(project, 10, 100)
	with pytest.raises(exceptions.PurchaseRequestError) as told:
		costs.submit(draft)
	assert "1,000" not in str(told.value)
	with pytest.raises(exceptions.PurchaseRequestError, match=r"1,000\.00"):
		costs.submit(draft, person="Administrator")


@pytest.mark.clause("R8.8")
@pytest.mark.parametrize("mode", ["Warn", "Off"])
def test_each_company_decides_how_strictly_it_is_taken(world, frappe, costs, project, mode):
	settings = frappe.get_doc("Presales Settings")
	settings.append("companies", {"company": world.company, "purchase_gate": mode})
	settings.save()
	frappe.clear_messages()
	costs.material_request(project, 10, 100)
	assert commitments(project) == 1000
	assert ("buys more" in str(frappe.get_message_log())) == (mode == "Warn")


def test_hours_and_journal_lines_need_no_request(world, costs, project):
	costs.hours(project, 1)
	costs.journal(project, 50)
	project.reload()
	assert project.base_cost_of_sale == 150


@pytest.mark.clause("R8.8")
def test_a_material_request_is_made_from_an_approved_request(world, frappe, costs, project):
	request = costs.draft_request(
		project,
		person=costs.surveyor,
		items=[
			{"item_code": world.item, "qty": 4, "rate": 25},
			{"description": "A day with the crane", "qty": 1, "rate": 900},
		],
	)
	with world.acting_as(costs.surveyor):
		request.submit()
		with pytest.raises(exceptions.PurchaseRequestError, match="expected Approved"):
			api.make_material_request(request.name)
	with world.acting_as("director"):
		api.approve_purchase_request(request.name)
		with pytest.raises(frappe.PermissionError):
			api.make_material_request(request.name)
	with world.acting_as(costs.surveyor):
		made = frappe.get_doc(api.make_material_request(request.name))
		made.insert()
	[row] = made.items
	assert (row.qty, row.rate) == (4, 25)
	assert (row.presales_project, row.presales_purchase_request) == (project.name, request.name)
	made = costs.submit(made)
	order = costs.order(made, rate=25)
	assert order.items[0].presales_purchase_request == request.name
	assert costs.bill(order).items[0].presales_purchase_request == request.name
	project.reload()
	assert (project.base_purchase_cost, project.base_commitments) == (100, 0)


@pytest.mark.clause("R8.8")
def test_a_row_names_an_approved_request_of_its_project(world, frappe, costs, project):
	other = costs.on_team(world.make_project(project_title="Another deal"))
	waiting, foreign = costs.ask(project), costs.approved(other)
	for name in (waiting.name, foreign.name):
		with pytest.raises(exceptions.PurchaseRequestError, match="an approved request of project"):
			costs.draft_material_request(project, presales_purchase_request=name)


def test_requests_of_one_project_cover_no_other(world, frappe, costs, project):
	other = costs.on_team(world.make_project(company=OTHER_COMPANY, project_title="The other's deal"))
	costs.approved(other, 5000)
	with pytest.raises(exceptions.PurchaseRequestError):
		costs.material_request(project, 1, 1)


# -------------------------------------------------------------------------------------- ways around it


@pytest.mark.clause("R8.8")
def test_an_order_of_the_projects_request_does_not_leave_the_project(world, frappe, costs, project):
	costs.approved(project, 1000)
	request = costs.material_request(project, 10, 100)
	order = costs.draft_order(request, rate=500)
	with world.acting_as(costs.bookkeeper):
		order.items[0].presales_project = None
		order.save()
	with pytest.raises(exceptions.ProjectMismatchError, match="must name its presales project"):
		costs.submit(order)
	assert commitments(project) == 1000


@pytest.mark.clause("R8.8")
def test_nor_does_the_bill_of_its_order(world, frappe, costs, project):
	costs.approved(project, 1000)
	bill = costs.draft_bill(costs.order(costs.material_request(project, 10, 100)))
	with world.acting_as(costs.bookkeeper):
		bill.items[0].presales_project = None
		bill.save()
	with pytest.raises(exceptions.ProjectMismatchError, match="must name its presales project"):
		costs.submit(bill)


def update_items(world, frappe, order, is_sandbox, *changes):
	"""As ERPNext's "Update Items" does it: rows first, then the order. `changes` are those of the first rows."""
	import json

	frappe.db.savepoint("update_items")
	try:
		order.reload()
		if not is_sandbox:
			from erpnext.controllers.accounts_controller import update_child_qty_rate

			values = [
				{
					"docname": row.name,
					**{key: row.get(key) for key in ("item_code", "qty", "rate", "uom", "conversion_factor")},
					"schedule_date": str(row.schedule_date),
					**change,
				}
				for row, change in zip(order.items, changes, strict=True)
			]
			update_child_qty_rate(order.doctype, json.dumps(values), order.name)
			return
		for row, change in zip(order.items, changes, strict=True):
			row.db_set({**change, "stock_qty": change.get("qty", row.qty)})
		order.reload()
		order.calculate_taxes_and_totals()
		for row in order.items:
			row.db_update()  # ERPNext has written its amounts before it saves the order
		order.flags.ignore_validate_update_after_submit = True
		order.save()
		order._update_requests()
	except Exception:
		frappe.db.rollback(save_point="update_items")
		raise


@pytest.mark.clause("R8.8")
def test_update_items_buys_no_more_than_was_approved(world, frappe, costs, project, is_sandbox):
	costs.approved(project, 1000)
	request = costs.material_request(project, 10, 100)
	order = costs.draft_order(request)
	with world.acting_as(costs.bookkeeper):
		order.items[0].qty = 5
		order.save()
	order = costs.submit(order)
	assert commitments(project) == 1000
	update_items(world, frappe, order, is_sandbox, {"qty": 10})  # the rest of the request
	assert commitments(project) == 1000
	with pytest.raises(exceptions.PurchaseRequestError, match="buys more"):
		update_items(world, frappe, order, is_sandbox, {"qty": 11})
	assert commitments(project) == 1000


def two_rows(world, costs, project, rates, **values):
	"""A submitted order with a row for the project and one for nobody."""
	with world.acting_as("Administrator"):
		order = world.insert(
			"Purchase Order",
			**{
				"supplier": costs.supplier,
				"company": world.company,
				"currency": "CNY",
				"transaction_date": costs.day,
				"schedule_date": "2040-01-01",
				"items": [
					{**costs.row(owner, 1, rate), "schedule_date": "2040-01-01"}
					for owner, rate in zip((project, None), rates, strict=True)
				],
				**values,
			},
		)
	return costs.submit(order, "Administrator")


@pytest.mark.clause("R8.8")
def test_update_items_moves_no_amount_to_the_project(world, frappe, costs, project, is_sandbox):
	"""The total of the order stays what it was."""
	costs.approved(project, 1000)
	order = two_rows(world, costs, project, (1000, 500_000))
	with pytest.raises(exceptions.PurchaseRequestError, match="buys more"):
		update_items(world, frappe, order, is_sandbox, {"rate": 500_000}, {"rate": 1000})
	assert commitments(project) == 1000
	update_items(world, frappe, order, is_sandbox, {"rate": 400}, {"rate": 500_600})
	assert commitments(project) == 400


def test_an_order_from_before_requests_were_asked_for_is_saved_all_the_same(
	world, frappe, costs, project, is_sandbox
):
	settings = frappe.get_doc("Presales Settings")
	settings.purchase_gate = "Off"
	settings.save()
	order = two_rows(world, costs, project, (1000, 10))
	settings.purchase_gate = "Stop"
	settings.save()
	with world.acting_as(costs.bookkeeper):
		order.save()
	update_items(world, frappe, order, is_sandbox, {"rate": 1000}, {"rate": 20})
	assert commitments(project) == 1000


def change_status(world, frappe, costs, doc, status, person=None):
	"""As the desk closes and reopens; what is refused leaves nothing behind."""
	from erpnext.buying.doctype.purchase_order.purchase_order import update_status as update_order
	from erpnext.stock.doctype.material_request.material_request import update_status as update_request

	frappe.db.savepoint("change_status")
	try:
		with world.acting_as(person or costs.bookkeeper):
			if doc.doctype == "Purchase Order":
				update_order(status, doc.name)
			else:
				update_request(doc.name, status)
	except Exception:
		frappe.db.rollback(save_point="change_status")
		raise


@pytest.mark.clause("R8.8")
def test_an_order_that_was_replaced_is_not_opened_again(world, frappe, costs, project):
	costs.approved(project, 1000)
	first = two_rows(world, costs, project, (1000, 10))
	change_status(world, frappe, costs, first, "Closed")
	second = two_rows(world, costs, project, (1000, 10))
	assert commitments(project) == 1000
	with pytest.raises(exceptions.PurchaseRequestError, match=f"{first.name} buys more"):
		change_status(world, frappe, costs, first, "Submitted")
	assert commitments(project) == 1000
	change_status(world, frappe, costs, second, "Closed")
	change_status(world, frappe, costs, first, "Submitted")
	assert commitments(project) == 1000


@pytest.mark.clause("R8.8")
def test_one_object_that_is_closed_and_opened_again_is_checked_too(world, frappe, costs, project):
	costs.approved(project, 1000)
	first = two_rows(world, costs, project, (1000, 10))
	with world.acting_as(costs.bookkeeper):
		first.update_status("Closed")
		two_rows(world, costs, project, (1000, 10))
		with pytest.raises(exceptions.PurchaseRequestError):
			first.update_status("Submitted")


@pytest.mark.clause("R8.8")
def test_nor_is_a_request_that_was_stopped(world, frappe, costs, project):
	costs.approved(project, 1000)
	request = costs.material_request(project, 10, 100)
	change_status(world, frappe, costs, request, "Stopped", costs.surveyor)
	costs.material_request(project, 10, 100)
	with pytest.raises(exceptions.PurchaseRequestError, match=f"{request.name} buys more"):
		change_status(world, frappe, costs, request, "Submitted", costs.surveyor)
	assert commitments(project) == 1000


def test_what_adds_nothing_is_opened_again_without_a_word(world, frappe, costs, project):
	"""Nothing is approved any more, and nothing of the order is left to be billed."""
	approved = costs.approved(project, 1000)
	order = costs.order(costs.material_request(project, 10, 100))
	costs.bill(order)
	change_status(world, frappe, costs, order, "Closed")
	approved.db_set("status", "Rejected")
	frappe.clear_messages()
	change_status(world, frappe, costs, order, "Submitted")
	assert not frappe.get_message_log()


@pytest.mark.clause("R8.8")
def test_closing_and_cancelling_are_never_refused(world, frappe, costs, project):
	"""Although a dearer request opens again when its order is cancelled, and an order with its invoice."""
	approved = costs.approved(project, 1000)
	bill = costs.bill(costs.order(costs.material_request(project, 10, 100), rate=90))
	approved.db_set("status", "Rejected")
	order = bill.items[0].purchase_order
	costs.cancel(bill)
	assert commitments(project) == 900
	order = frappe.get_doc("Purchase Order", order)
	change_status(world, frappe, costs, order, "Closed")
	assert commitments(project) == 0
	with pytest.raises(exceptions.PurchaseRequestError):
		change_status(world, frappe, costs, order, "Submitted")
	approved.db_set("status", "Approved")
	change_status(world, frappe, costs, order, "Submitted")
	approved.db_set("status", "Rejected")
	costs.cancel(frappe.get_doc("Purchase Order", order.name))
	assert commitments(project) == 1000


@pytest.mark.parametrize("kind", ["Material Transfer", "Material Issue"])
def test_goods_from_ones_own_stock_are_not_bought(world, frappe, costs, project, kind):
	request = costs.draft_material_request(project, 10, 100)
	with world.acting_as(costs.surveyor):
		request.material_request_type = kind
		request.save()
	costs.submit(request)
	assert commitments(project) == 0


@pytest.mark.clause("R8.8")
def test_a_fixed_asset_is_no_cost_and_uses_up_its_request_all_the_same(
	world, frappe, costs, project, is_sandbox
):
	if not is_sandbox:
		pytest.skip("a real ERPNext books an asset to a category with accounts of its own")
	costs.approved(project, 1000)
	bill = costs.draft_bill(costs.order(costs.material_request(project, 10, 100)))
	bill.items[0].db_set("is_fixed_asset", 1)
	bill = costs.submit(bill)
	project.reload()
	assert (project.base_cost_of_sale, project.base_commitments) == (0, 0)
	with pytest.raises(exceptions.PurchaseRequestError, match="buys more"):
		costs.material_request(project, 1, 1)
	costs.cancel(bill)
	project.reload()
	assert project.base_commitments == 1000
	# Nor is one bought without an order.
	draft = costs.draft_invoice(project, 1, 100)
	draft.items[0].db_set("is_fixed_asset", 1)
	with pytest.raises(exceptions.PurchaseRequestError, match="buys more"):
		costs.submit(draft)
