"""Acceptance, billing and payment of a won deal, read from ERPNext: figures, currencies, cancelling, who sees them."""

import pytest

from presales_mgmt import api, progress


@pytest.fixture
def project(world):
	return world.make_won_project()


def progress_of(project) -> dict:
	return progress.get_progress([project.name])[project.name]


def figures_of(project) -> dict:
	(order,) = progress_of(project)["orders"]
	return order


def invoice_of(frappe, order: str, portion=None, **values):
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	invoice = make_sales_invoice(order)
	invoice.update(values)
	if portion:
		for row in invoice.items:
			row.qty = portion
	invoice.insert()
	invoice.submit()
	return invoice


def pay(frappe, doctype: str, name: str, amount=None):
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	payment = get_payment_entry(doctype, name, party_amount=amount)
	payment.update({"reference_no": "1", "reference_date": frappe.utils.today()})
	payment.insert()
	payment.submit()
	return payment


def give_credit(frappe, invoice, qty):
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	note = make_sales_return(invoice.name)
	for row in note.items:
		row.qty = -qty
	note.insert()
	note.submit()
	return note


@pytest.mark.clause("R6.4", "R9.4", "R9.6")
def test_billing_and_payment_follow_erpnext_s_documents(world, frappe, project):
	order = frappe.get_doc("Sales Order", project.sales_order)
	found = figures_of(project)
	assert (found["name"], found["ordered"], found["invoiced"], found["received"]) == (
		order.name,
		order.rounded_total or order.grand_total,
		0,
		0,
	)
	invoice = invoice_of(frappe, order.name, portion=300)
	total = invoice.rounded_total or invoice.grand_total
	found = figures_of(project)
	assert (found["invoiced"], found["outstanding"], found["received"]) == (total, total, 0)
	assert found["billed_percent"] == frappe.db.get_value("Sales Order", order.name, "per_billed") == 50
	payment = pay(frappe, "Sales Invoice", invoice.name, amount=100_000)
	found = figures_of(project)
	invoice.reload()
	assert found["outstanding"] == invoice.outstanding_amount == total - 100_000
	assert (found["settled"], found["received"], found["advance"]) == (100_000, 100_000, 0)

	payment.cancel()
	assert figures_of(project)["received"] == 0
	invoice.reload()
	invoice.cancel()
	found = figures_of(project)
	assert (found["invoiced"], found["outstanding"], found["invoices"], found["billed_percent"]) == (
		0,
		0,
		0,
		0,
	)


@pytest.mark.clause("R6.4")
def test_a_credit_note_is_taken_off(world, frappe, project):
	invoice = invoice_of(frappe, project.sales_order, portion=300)
	note = give_credit(frappe, invoice, 100)
	found = figures_of(project)
	credited = -(note.rounded_total or note.grand_total)
	assert found["credited"] == credited == 200_000
	assert found["invoiced"] == (invoice.rounded_total or invoice.grand_total) - credited
	assert found["outstanding"] == found["invoiced"]
	assert found["received"] == 0
	note.reload()
	note.cancel()
	assert figures_of(project)["credited"] == 0


@pytest.mark.clause("R9.4")
def test_an_advance_is_received_and_counted_once(world, frappe, project):
	payment = pay(frappe, "Sales Order", project.sales_order, amount=120_000)
	found = figures_of(project)
	assert (found["advance"], found["received"], found["advance_paid"]) == (120_000, 120_000, 120_000)
	invoice = invoice_of(frappe, project.sales_order)
	found = figures_of(project)
	assert found["received"] == 120_000
	assert found["outstanding"] == frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount")
	frappe.get_doc("Payment Entry", payment.name).cancel()
	assert figures_of(project)["received"] == 0


@pytest.mark.clause("R9.4")
def test_two_currencies_do_not_mix(world, frappe):
	project = world.make_won_project(currency="USD", conversion_rate=7.1, expected_amount=1_200_000)
	second = world.submit_order(
		project,
		transaction_date="2026-06-01",
		items=[{"item_code": world.item, "qty": 10, "rate": 2000, "uom": "Nos"}],
	)
	first = frappe.get_doc("Sales Order", project.sales_order)
	assert (first.currency, second.currency) == ("USD", "CNY")
	# First the payment: ERPNext bills in another currency only whose account is known to be kept in this one.
	pay(frappe, "Sales Order", second.name, amount=5000)
	invoice = invoice_of(frappe, first.name, portion=300, conversion_rate=7.2)

	found = progress_of(project)
	in_usd, in_cny = found["orders"]
	assert (in_usd["name"], in_usd["currency"], in_cny["currency"]) == (first.name, "USD", "CNY")
	assert in_usd["ordered"] == 1_200_000
	assert in_usd["base_ordered"] == first.base_rounded_total or first.base_grand_total
	assert in_usd["invoiced"] == 600_000
	base_invoiced = invoice.base_rounded_total or invoice.base_grand_total
	assert in_usd["base_invoiced"] == base_invoiced == 4_320_000
	assert in_usd["outstanding"] == 600_000
	assert in_usd["base_outstanding"] == 4_320_000
	assert (in_cny["ordered"], in_cny["base_ordered"], in_cny["received"]) == (20_000, 20_000, 5000)
	assert found["company_currency"] == "CNY"
	assert found["totals"]["base_ordered"] == in_usd["base_ordered"] + 20_000
	assert found["totals"]["base_received"] == 5000
	assert not {key for key in found["totals"] if not key.startswith("base_")}


@pytest.mark.clause("R6.4")
def test_a_cancelled_order_counts_no_more(world, frappe, project):
	order = frappe.get_doc("Sales Order", project.sales_order)
	order.cancel()
	found = progress_of(project)
	assert found["orders"] == []
	assert not any(found["totals"].values())


@pytest.mark.clause("R6.3", "R6.4")
def test_the_erpnext_project_tells_how_far_the_work_is(world, frappe, project):
	handover = world.accept_handover(world.offer(world.make_handover(project)))
	(found,) = progress_of(project)["erpnext_projects"]
	assert (found["name"], found["status"], found["percent_complete"]) == (
		handover.erpnext_project,
		"Open",
		0,
	)
	with world.acting_as("delivery"):
		frappe.get_doc(
			{
				"doctype": "Task",
				"subject": "Mount the sensors",
				"project": handover.erpnext_project,
				"status": "Completed",
				"completed_on": frappe.utils.today(),
			}
		).insert()
	(found,) = progress_of(project)["erpnext_projects"]
	assert (found["status"], found["percent_complete"]) == ("Completed", 100)


@pytest.mark.clause("R1.9")
def test_who_sees_the_project_sees_its_progress(world, frappe, project):
	for person in ("manager", "engineer", "supervisor", "leader"):
		with world.acting_as(person):
			assert api.get_delivery_progress(project.name)["orders"]
	for person in ("other_manager", "clerk", "delivery"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			api.get_delivery_progress(project.name)


def test_orders_of_others_are_not_mixed_in(world, frappe, project):
	other = world.make_won_project(project_title="Another city", company=world.other_company)
	invoice_of(frappe, other.sales_order)
	found = progress.get_progress([project.name, other.name])
	assert found[project.name]["totals"]["base_invoiced"] == 0
	assert found[other.name]["totals"]["base_invoiced"] == 1_200_000


@pytest.mark.clause("R9.4")
def test_the_number_of_queries_does_not_grow(world, frappe, project, count_queries):
	invoice = invoice_of(frappe, project.sales_order, portion=100)
	pay(frappe, "Sales Invoice", invoice.name, amount=1000)
	progress.get_progress([project.name])
	with count_queries() as one:
		progress.get_progress([project.name])
	other = world.make_won_project(project_title="Another city")
	invoice_of(frappe, other.sales_order)
	with count_queries() as two:
		progress.get_progress([project.name, other.name])
	with count_queries() as none:
		assert progress.get_progress([]) == {}
	assert one.count == two.count <= 6
	assert none.count <= 6
