"""How quotation, contract and order of a deal differ (R1.6, R1.7, R5.10, R8.6)."""

import pytest

from presales_mgmt import differences
from presales_mgmt.rules.difference import compare


@pytest.fixture
def active_project(world):
	return world.make_active_project()


def shown(before, after) -> list[tuple]:
	documents = differences.read_documents([(before.doctype, before.name), (after.doctype, after.name)])
	return [
		(row["what"], row["label"], row["detail"], row["before"], row["after"], row["kind"])
		for row in differences.show(
			documents[before.doctype, before.name], documents[after.doctype, after.name]
		)
	]


class TestReading:
	def test_an_order_made_as_offered_does_not_differ(self, frappe, world, active_project):
		quotation = world.make_quotation(active_project)
		assert shown(quotation, world.make_order(active_project)) == []

	def test_what_differs_is_shown(self, frappe, world, active_project):
		before = world.make_quotation(
			active_project, terms="<p>Two years of <b>warranty</b>.</p><p>Chinese&nbsp;law.</p>"
		)
		after = world.make_quotation(
			active_project,
			valid_till="2026-11-30",
			terms="<div>One year of warranty.</div>Chinese law.",
			items=[{"item_code": world.item, "qty": 500, "rate": 1900, "uom": "Nos"}],
		)
		money = frappe.utils.fmt_money
		assert shown(before, after) == [
			(
				"Amount",
				"Net Total",
				"",
				money(1_200_000, currency="CNY"),
				money(950_000, currency="CNY"),
				"Changed",
			),
			(
				"Amount",
				"Grand Total",
				"",
				money(1_200_000, currency="CNY"),
				money(950_000, currency="CNY"),
				"Changed",
			),
			("Quantity", world.item, "Quantity", "600 Nos", "500 Nos", "Changed"),
			(
				"Price",
				world.item,
				"Rate",
				money(2000, currency="CNY"),
				money(1900, currency="CNY"),
				"Changed",
			),
			(
				"Date",
				"Valid Until",
				"",
				frappe.utils.formatdate("2026-12-31"),
				frappe.utils.formatdate("2026-11-30"),
				"Changed",
			),
			("Terms", "", "", "Two years of warranty.", "One year of warranty.", "Changed"),
		]

	@pytest.mark.clause("R5.10", "R8.6")
	def test_payment_is_compared_as_agreed(self, frappe, world, active_project):
		"""ERPNext's one line for what nobody has agreed on is none; dates that follow from a term are not compared."""
		for term in ("Presales Test Advance", "Presales Test Acceptance"):
			world.insert(
				"Payment Term",
				payment_term_name=term,
				invoice_portion=50,
				due_date_based_on="Day(s) after invoice date",
			)

		def schedule(advance, month="06"):
			terms = (("Presales Test Advance", advance), ("Presales Test Acceptance", 100 - advance))
			return [
				{"payment_term": term, "invoice_portion": portion, "due_date": f"2026-{month}-{day}"}
				for day, (term, portion) in zip(("10", "20"), terms, strict=True)
			]

		nothing_agreed = world.make_quotation(active_project)
		before = world.make_quotation(active_project, payment_schedule=schedule(30))
		later = world.make_quotation(active_project, payment_schedule=schedule(30, "08"))
		after = world.make_quotation(active_project, payment_schedule=schedule(50))
		assert shown(before, later) == []
		assert shown(before, after) == [
			(
				"Payment",
				"Payment 1",
				"",
				"Presales Test Advance, 30 %",
				"Presales Test Advance, 50 %",
				"Changed",
			),
			(
				"Payment",
				"Payment 2",
				"",
				"Presales Test Acceptance, 70 %",
				"Presales Test Acceptance, 50 %",
				"Changed",
			),
		]
		assert [row[-1] for row in shown(nothing_agreed, before)] == ["Added", "Added"]

	def test_the_document_in_memory_reads_like_the_stored_one(self, frappe, world, active_project):
		quotation = frappe.get_doc("Quotation", world.make_quotation(active_project).name)
		stored = differences.read_documents([("Quotation", quotation.name)])["Quotation", quotation.name]
		assert compare(differences.read_document(quotation), stored, differences.rounding) == []

	def test_queries_do_not_depend_on_how_many_documents(self, frappe, world, active_project, count_queries):
		quotations = [world.make_quotation(active_project) for _each in range(3)]
		differences.read_documents([("Quotation", quotations[0].name)])
		with count_queries() as queries:
			differences.read_documents([("Quotation", each.name) for each in quotations])
		assert queries.count == 3


@pytest.fixture
def open_project(world):
	"""A project whose process lets everything be submitted at once."""
	stages = [
		{
			"stage": "Contract Negotiation",
			"stage_type": "Open",
			"probability": 60,
			"allows_quotation": 1,
			"allows_sales_order": 1,
		},
		{"stage": "Project Kickoff", "stage_type": "Won", "probability": 100},
	]
	process = world.insert("Presales Process", process_name="Difference Test Process", stages=stages)
	return world.make_active_project(presales_process=process.name)


def make_contract(world, project, **values):
	from presales_mgmt.contracts import make_contract

	with world.acting_as("director"):
		contract = make_contract(world.submit_quotation(project).name)
		contract.update(
			{
				"contract_terms": "<p>The parties agree.</p>",
				"presales_goal": "Guidance",
				"presales_scope": "Forty car parks",
				"presales_implementation_start": "2026-06-01",
				"presales_delivery_date": "2026-09-30",
				"presales_quality_standard": "99 of 100 cars",
				"presales_service_guarantee": "Two years",
				"presales_payment_terms": "30 % in advance",
				**values,
			}
		)
		contract.insert()
		contract.submit()
	return contract


def set_mode(frappe, mode: str, **values):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"order_difference": mode, **values})
	settings.save()


def submit(world, order, person="manager"):
	with world.acting_as(person):
		order.submit()


class TestOrder:
	@pytest.mark.clause("R8.6")
	def test_what_differs_is_said_when_the_order_is_submitted(self, world, frappe, open_project):
		contract = make_contract(world, open_project)
		order = world.make_order(
			open_project,
			delivery_date="2026-10-31",
			items=[{"item_code": world.item, "qty": 500, "rate": 2000, "uom": "Nos"}],
		)
		frappe.clear_messages()
		submit(world, order, "director")
		said = str(frappe.message_log)
		assert f"differs from Contract {contract.name}" in said
		assert f"differs from Quotation {contract.presales_quotation}" in said
		assert "600 Nos → 500 Nos" in said
		assert frappe.utils.formatdate("2026-10-31") in said
		assert order.docstatus == 1

	def test_nothing_is_said_when_nothing_differs(self, world, frappe, open_project):
		make_contract(world, open_project)
		order = world.make_order(open_project)
		frappe.clear_messages()
		submit(world, order)
		assert "differs" not in str(frappe.message_log)

	@pytest.mark.clause("R8.6")
	def test_stop_and_off(self, world, frappe, open_project):
		from presales_mgmt.exceptions import GateError

		set_mode(frappe, "Stop")
		world.submit_quotation(open_project)
		order = world.make_order(
			open_project, items=[{"item_code": world.item, "qty": 600, "rate": 1999, "uom": "Nos"}]
		)
		with pytest.raises(GateError) as refusal:
			submit(world, order)
		assert "Rate" in str(refusal.value)
		order.reload()
		set_mode(frappe, "Off")
		frappe.clear_messages()
		submit(world, order)
		assert "differs" not in str(frappe.message_log)

	def test_each_company_has_its_own_setting(self, world, frappe, open_project):
		settings = frappe.get_doc("Presales Settings")
		settings.order_difference = "Stop"
		settings.append("companies", {"company": world.company, "order_difference": "Off"})
		settings.save()
		world.submit_quotation(open_project)
		submit(world, world.make_order(open_project, delivery_date="2026-12-01"))

	def test_an_order_made_from_an_offer_is_compared_with_that(self, world, frappe, open_project):
		from erpnext.selling.doctype.quotation.quotation import make_sales_order

		offer = world.submit_quotation(open_project)
		other = world.other_customer("Presales Test Second Bidder")
		world.submit_quotation(open_project, rate=1800, transaction_date="2026-04-21", party_name=other)
		set_mode(frappe, "Stop")
		with world.acting_as("manager"):
			order = make_sales_order(offer.name)
			order.transaction_date = "2026-05-11"
			order.delivery_date = "2026-09-30"
			for row in order.items:
				row.delivery_date = "2026-09-30"
			order.insert()
		submit(world, order)

	def test_who_may_not_read_the_contract_is_not_told_what_it_says(self, world, frappe, open_project):
		"""A Sales User has no right to ERPNext's contracts."""
		contract = make_contract(world, open_project)
		order = world.make_order(open_project, delivery_date="2026-10-31")
		frappe.clear_messages()
		submit(world, order, "manager")
		said = str(frappe.message_log)
		assert f"differs from Contract {contract.name}" in said
		assert frappe.utils.formatdate("2026-10-31") not in said

	def test_a_foreign_currency_is_compared_as_it_is(self, world, frappe, open_project):
		world.submit_quotation(open_project, currency="USD", conversion_rate=7.25, rate=300)
		items = [{"item_code": world.item, "qty": 600, "rate": 300, "uom": "Nos"}]
		set_mode(frappe, "Stop")
		submit(
			world,
			world.make_order(open_project, currency="USD", conversion_rate=7.3, items=items),
		)


class TestShowing:
	def test_the_documents_of_a_deal_are_compared(self, world, frappe, open_project):
		from presales_mgmt.api import get_document_differences

		contract = make_contract(world, open_project)
		order = world.make_order(open_project, delivery_date="2026-10-31", presales_contract=contract.name)
		quotation = contract.presales_quotation
		submit(world, order, "director")
		with world.acting_as("director"):
			for doctype, name in (
				("Presales Project", open_project.name),
				("Quotation", quotation),
				("Contract", contract.name),
				("Sales Order", order.name),
			):
				pairs = get_document_differences(doctype, name)
				assert [
					(pair["before"]["name"], pair["after"]["name"], len(pair["rows"])) for pair in pairs
				] == [
					(quotation, contract.name, 0),
					(contract.name, order.name, 1),
					(quotation, order.name, 0),
				]

	def test_only_what_the_user_may_read_is_compared(self, world, frappe, open_project):
		from presales_mgmt.api import get_document_differences

		contract = make_contract(world, open_project)
		order = world.submit_order(open_project)
		with world.acting_as("manager"):
			pairs = get_document_differences("Presales Project", open_project.name)
			assert [(pair["before"]["doctype"], pair["after"]["name"]) for pair in pairs] == [
				("Quotation", order.name)
			]
			with pytest.raises(frappe.PermissionError):
				get_document_differences("Contract", contract.name)
		with world.acting_as("other_manager"), pytest.raises(frappe.PermissionError):
			get_document_differences("Presales Project", open_project.name)
		with world.acting_as("engineer"):
			assert get_document_differences("Presales Project", open_project.name) == []

	def test_nothing_else_is_compared(self, world, frappe):
		from presales_mgmt.api import get_document_differences

		with pytest.raises(frappe.ValidationError):
			get_document_differences("User", "Administrator")

	def test_a_document_without_a_project_has_nothing_to_compare_with(self, world, frappe):
		from presales_mgmt.api import get_document_differences

		quotation = world.insert(
			"Quotation",
			quotation_to="Customer",
			party_name=world.customer,
			company=world.company,
			currency="CNY",
			order_type="Sales",
			items=[{"item_code": world.item, "qty": 1, "rate": 1, "uom": "Nos"}],
		)
		assert get_document_differences("Quotation", quotation.name) == []
