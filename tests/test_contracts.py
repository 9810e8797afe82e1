"""The contract of a deal: what it states, how it is reviewed, and what an order makes of it."""

import pytest

from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project(presales_process=make_process(world).name)


def make_process(world, **requirement):
	"""A process whose first stage allows everything, and whose second has the reviews of the contract."""
	reviews = [
		{
			"stage": "Contract Signing",
			"kind": "Review",
			"review_kind": kind,
			"title": f"{kind} review of the contract",
			"mandatory": 1,
			"needed_before": "Contract",
			**requirement,
		}
		for kind in ("Contract", "Legal")
	]
	return world.insert(
		"Presales Process",
		process_name="Contract Test Process",
		stages=[
			{
				"stage": "Contract Negotiation",
				"stage_type": "Open",
				"probability": 60,
				"allows_quotation": 1,
				"allows_sales_order": 1,
			},
			{"stage": "Contract Signing", "stage_type": "Open", "probability": 80},
			{"stage": "Project Kickoff", "stage_type": "Won", "probability": 100},
		],
		requirements=reviews,
	)


def draft_contract(world, project, person="director", quotation=None, **values):
	"""A complete contract, made from the quotation as the form does it."""
	from presales_mgmt.contracts import make_contract

	quotation = quotation or world.submit_quotation(project).name
	with world.acting_as(person):
		contract = make_contract(quotation)
		contract.update(
			{
				"contract_terms": "<p>The parties agree on parking guidance.</p>",
				"start_date": "2026-05-01",
				"end_date": "2027-04-30",
				"presales_goal": "Cars find a space within two minutes",
				"presales_scope": "Forty car parks",
				"presales_implementation_start": "2026-06-01",
				"presales_delivery_date": "2026-09-30",
				"presales_quality_standard": "99 of 100 cars are counted",
				"presales_service_guarantee": "Two years, on site within a day",
				"presales_payment_terms": "30 % in advance, 70 % after acceptance",
				**values,
			}
		)
		contract.insert()
	return contract


def review_contract(world, project, contract):
	for kind in ("Contract", "Legal"):
		world.review_record(project, kind, contract)


def submit(world, doc, person="director"):
	with world.acting_as(person):
		doc.submit()
	return doc


def submit_contract(world, project, **values):
	contract = draft_contract(world, project, **values)
	review_contract(world, project, contract)
	return submit(world, contract)


def sign(world, contract, person="director"):
	with world.acting_as(person):
		contract.reload()
		contract.update({"is_signed": 1, "signee": "The mayor", "signed_on": "2026-05-05 10:00:00"})
		contract.save()
	return contract


def set_mode(frappe, **modes):
	settings = frappe.get_doc("Presales Settings")
	settings.update(modes)
	settings.save()


def amend(frappe, doc):
	"""An unsaved amendment of a cancelled document, as the form makes it."""
	amended = frappe.copy_doc(doc)
	amended.update({"docstatus": 0, "amended_from": doc.name})
	return amended


def refusal_of(world, doc, person="director") -> str:
	from presales_mgmt.exceptions import GateError

	with world.acting_as(person), pytest.raises(GateError) as refusal:
		doc.submit()
	doc.reload()
	assert doc.docstatus == 0
	return str(refusal.value)


class TestMaking:
	@pytest.mark.clause("R1.7")
	def test_a_contract_is_made_from_the_current_quotation(self, world, frappe, project):
		quotation = world.submit_quotation(project, payment_terms_template=None, terms="<p>Two years.</p>")
		from presales_mgmt.contracts import make_contract

		with world.acting_as("director"):
			contract = make_contract(quotation.name)
		assert contract.is_new()
		assert (contract.party_type, contract.party_name) == ("Customer", world.customer)
		assert contract.presales_project == project.name
		assert contract.presales_quotation == contract.document_name == quotation.name
		assert (contract.presales_amount, contract.presales_currency) == (1_200_000, "CNY")
		assert contract.contract_terms == "<p>Two years.</p>"

	def test_a_lead_that_has_become_a_customer_is_the_party(self, world, frappe, project):
		from presales_mgmt.contracts import make_contract

		lead = world.insert("Lead", first_name="Presales Test Lead", company_name="Presales Test Lead Ltd")
		quotation = world.submit_quotation(project, quotation_to="Lead", party_name=lead.name)
		with world.acting_as("director"):
			assert make_contract(quotation.name).party_name is None
		frappe.db.set_value("Customer", world.customer, "lead_name", lead.name)
		with world.acting_as("director"):
			assert make_contract(quotation.name).party_name == world.customer

	def test_only_from_the_current_one(self, world, frappe, project):
		from presales_mgmt.contracts import make_contract
		from presales_mgmt.exceptions import ContractError

		older = world.submit_quotation(project)
		world.submit_quotation(project, transaction_date="2026-04-21")
		with world.acting_as("director"), pytest.raises(ContractError):
			make_contract(older.name)

	def test_needs_the_right_to_create_contracts(self, world, frappe, project):
		"""ERPNext gives it to the Sales Manager; a Sales User has none."""
		from presales_mgmt.contracts import make_contract

		quotation = world.submit_quotation(project)
		with world.acting_as("manager"), pytest.raises(frappe.PermissionError):
			make_contract(quotation.name)

	def test_who_does_not_see_the_project_takes_it_over_from_its_quotation_only(self, world, frappe, project):
		quotation = world.submit_quotation(project)
		contract = draft_contract(world, project, person="clerk", quotation=quotation.name)
		assert contract.presales_project == project.name
		with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
			world.insert(
				"Contract",
				party_type="Customer",
				party_name=world.customer,
				contract_terms="<p>Without an offer.</p>",
				presales_project=project.name,
			)

	def test_a_quotation_of_another_project_is_refused(self, world, frappe, project):
		from presales_mgmt.exceptions import ProjectMismatchError

		other = world.make_active_project(presales_process="Contract Test Process")
		theirs = world.submit_quotation(other)
		contract = draft_contract(world, project)
		contract.presales_quotation = theirs.name
		with world.acting_as("director"), pytest.raises(ProjectMismatchError):
			contract.save()

	def test_only_a_leading_member_takes_it_out_of_its_project(self, world, frappe, project):
		contract = draft_contract(world, project)
		contract.presales_project = None
		with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
			contract.save()
		contract.reload()
		contract.presales_project = None
		with world.acting_as("director"):
			contract.save()
		assert not contract.presales_project

	def test_dates_in_order(self, world, frappe, project):
		from presales_mgmt.exceptions import DateOrderError

		with pytest.raises(DateOrderError):
			draft_contract(world, project, presales_delivery_date="2026-05-31")

	def test_a_contract_without_a_project_costs_nothing(self, world, frappe, count_queries):
		from presales_mgmt.overrides import contract as events

		contract = world.insert(
			"Contract",
			party_type="Customer",
			party_name=world.customer,
			contract_terms="<p>Something else.</p>",
		)
		with count_queries() as queries:
			for event in ("validate", "before_submit", "on_submit", "before_cancel", "on_cancel"):
				getattr(events, event)(contract)
		assert queries.count == 0
		contract.submit()


class TestAmounts:
	def test_in_the_currency_of_the_quotation_and_of_the_company(self, world, frappe, project):
		quotation = world.submit_quotation(project, currency="USD", conversion_rate=7.25, rate=300)
		contract = draft_contract(world, project, quotation=quotation.name)
		assert contract.presales_company == project.company
		assert (contract.presales_currency, contract.presales_amount) == ("USD", 180_000)
		assert contract.presales_base_amount == quotation.base_net_total == 1_305_000
		review_contract(world, project, contract)
		submit(world, contract)
		project.reload()
		assert (project.contract, project.base_contract_amount) == (contract.name, 1_305_000)

	def test_the_rate_follows_from_the_quotation(self, world, frappe, project):
		quotation = world.submit_quotation(project, currency="USD", conversion_rate=7.25, rate=300)
		contract = draft_contract(
			world, project, quotation=quotation.name, presales_conversion_rate=0, presales_amount=100
		)
		assert (contract.presales_conversion_rate, contract.presales_base_amount) == (7.25, 725)

	def test_a_currency_without_a_rate_is_refused(self, world, frappe, project):
		from presales_mgmt.exceptions import OutOfRangeError

		with pytest.raises(OutOfRangeError):
			draft_contract(world, project, presales_currency="EUR", presales_conversion_rate=0)

	def test_the_amount_in_company_currency_is_nobodys_to_write(self, world, frappe, project):
		contract = draft_contract(world, project, presales_base_amount=1)
		assert contract.presales_base_amount == 1_200_000

	def test_a_second_company_has_its_own_contracts(self, world, frappe):
		process = make_process(world)
		project = world.make_active_project(presales_process=process.name, company=world.other_company)
		contract = submit_contract(world, project)
		assert contract.presales_company == world.other_company
		project.reload()
		assert project.contract == contract.name

	def test_who_is_kept_to_a_company_reads_its_contracts_only(self, world, frappe, project):
		ours = draft_contract(world, project)
		other = world.make_active_project(
			presales_process="Contract Test Process", company=world.other_company
		)
		theirs = draft_contract(world, other)
		frappe.permissions.add_user_permission("Company", world.company, email("clerk"))
		with world.acting_as("clerk"):
			assert frappe.has_permission("Contract", "read", doc=ours.name)
			assert not frappe.has_permission("Contract", "read", doc=theirs.name)
			names = frappe.get_list("Contract", pluck="name", order_by="name asc", limit_page_length=0)
		assert ours.name in names
		assert theirs.name not in names

	def test_each_company_has_its_own_gate(self, world, frappe, project):
		settings = frappe.get_doc("Presales Settings")
		settings.append("companies", {"company": world.company, "contract_gate": "Off"})
		settings.save()
		contract = draft_contract(world, project)
		submit(world, contract)
		process = frappe.get_doc("Presales Process", "Contract Test Process")
		other = world.make_active_project(presales_process=process.name, company=world.other_company)
		refusal_of(world, draft_contract(world, other))


class TestGate:
	@pytest.mark.clause("R1.7", "R5.10")
	@pytest.mark.parametrize(
		("fieldname", "said"),
		[
			("presales_goal", "Goal (R5.10)"),
			("presales_scope", "Scope (R5.10)"),
			("presales_delivery_date", "Delivery Date (R5.10)"),
			("presales_payment_terms", "Payment Terms (R5.10)"),
			("presales_amount", "Contract Amount (R5.10)"),
			("presales_implementation_start", "Implementation Starts On (R1.7)"),
			("presales_quality_standard", "Quality Standard (R1.7)"),
			("presales_service_guarantee", "Service Guarantee (R1.7)"),
			("presales_quotation", "Quotation (R1.7)"),
		],
	)
	def test_what_a_contract_must_state(self, world, frappe, project, fieldname, said):
		contract = draft_contract(world, project, **{fieldname: None})
		review_contract(world, project, contract)
		assert f"it does not state {said}" in refusal_of(world, contract)

	@pytest.mark.clause("R1.7")
	def test_the_quotation_must_be_the_current_one(self, world, frappe, project):
		contract = draft_contract(world, project)
		review_contract(world, project, contract)
		newer = world.submit_quotation(project, transaction_date="2026-04-21")
		assert newer.name in refusal_of(world, contract)

	@pytest.mark.clause("R5.11", "R8.6")
	def test_no_contract_without_its_reviews(self, world, frappe, project):
		"""The stage of the reviews lies ahead; what is needed before a contract is needed all the same."""
		assert project.stage == "Contract Negotiation"
		contract = draft_contract(world, project)
		message = refusal_of(world, contract)
		assert "Contract review of the contract" in message
		assert "Legal review of the contract" in message
		world.review_record(project, "Contract", contract)
		message = refusal_of(world, contract)
		assert "Contract review of the contract" not in message
		assert "Legal review of the contract" in message
		world.review_record(project, "Legal", contract)
		submit(world, contract)

	@pytest.mark.clause("R8.6")
	def test_a_changed_contract_needs_new_reviews(self, world, frappe, project):
		contract = draft_contract(world, project)
		review_contract(world, project, contract)
		with world.acting_as("director"):
			contract.presales_delivery_date = "2026-10-31"
			contract.save()
		assert "has changed since the review" in refusal_of(world, contract)
		review_contract(world, project, contract)
		submit(world, contract)

	@pytest.mark.clause("R8.6")
	def test_what_is_changed_in_the_act_of_submitting_is_not_what_was_reviewed(self, world, frappe, project):
		contract = draft_contract(world, project)
		review_contract(world, project, contract)
		contract.presales_amount = 1
		assert "has changed since the review" in refusal_of(world, contract)

	@pytest.mark.clause("R8.6")
	def test_a_review_of_something_else_is_none_of_the_contract(self, world, frappe, project):
		world.review(project, "Contract")
		world.review(project, "Legal")
		contract = draft_contract(world, project)
		assert f"it is not of contract {contract.name}" in refusal_of(world, contract)

	@pytest.mark.clause("R8.6")
	def test_a_review_of_another_contract_is_none_of_this_one(self, world, frappe, project):
		first = submit_contract(world, project)
		second = draft_contract(world, project, quotation=first.presales_quotation)
		assert f"no review of {second.name}" in refusal_of(world, second)

	@pytest.mark.clause("R3.6", "R5.11")
	def test_what_legal_sends_back_holds_the_contract(self, world, frappe, project):
		from presales_mgmt.api import complete_rectification, verify_rectification

		contract = draft_contract(world, project)
		world.review_record(project, "Contract", contract)
		review = world.request_review(
			project, "Legal", reviewed_doctype="Contract", reviewed_document=contract.name
		)
		world.give_opinion(
			"legal",
			review,
			"Send Back",
			40,
			rectifications=[{"item": "State what counts as acceptance", "responsible": email("manager")}],
		)
		(name,) = frappe.get_all("Presales Rectification", {"review": review.name}, pluck="name")
		assert name in refusal_of(world, contract)
		with world.acting_as("director"):
			contract.contract_terms += "<p>Accepted is what has run for thirty days.</p>"
			contract.save()
		with world.acting_as("manager"):
			complete_rectification(name, "Acceptance is stated")
		assert name in refusal_of(world, contract)
		with world.acting_as("legal"):
			verify_rectification(name, True, "Read")
		message = refusal_of(world, contract)
		assert name not in message
		assert "Legal review of the contract" in message
		review_contract(world, project, contract)
		submit(world, contract)

	@pytest.mark.clause("R8.6")
	def test_signing_and_fulfilling_need_no_new_review(self, world, frappe, project):
		from presales_mgmt.gates.evaluation import evaluate

		contract = submit_contract(
			world,
			project,
			requires_fulfilment=1,
			fulfilment_terms=[{"requirement": "Acceptance report"}],
		)
		sign(world, contract)
		with world.acting_as("director"):
			contract.fulfilment_terms[0].update({"fulfilled": 1, "notes": "Accepted"})
			contract.save()
		findings = evaluate([project.name], {project.name: ["Contract Signing"]})[project.name]
		assert [finding.satisfied for finding in findings] == [True, True]

	def test_a_project_that_is_not_open_has_no_contract_submitted(self, world, frappe, project):
		contract = draft_contract(world, project)
		review_contract(world, project, contract)
		with world.acting_as("director"):
			project.reload()
			project.outcome_reason = "The budget is not there yet"
			project.save()
		world.apply("director", project, "Put on Hold")
		assert "status of presales project" in refusal_of(world, contract)

	def test_warn_lets_it_pass_with_a_message(self, world, frappe, project):
		set_mode(frappe, contract_gate="Warn")
		contract = draft_contract(world, project, presales_goal=None)
		frappe.clear_messages()
		submit(world, contract)
		said = str(frappe.message_log)
		assert "does not state" in said
		assert "Legal review of the contract" in said

	def test_who_does_not_see_the_project_is_not_told_what_it_lacks(self, world, frappe, project):
		contract = draft_contract(world, project)
		assert "review of the contract" not in refusal_of(world, contract, person="clerk")


class TestCancelling:
	def test_the_project_falls_back_to_the_contract_before(self, world, frappe, project):
		first = submit_contract(world, project)
		second = draft_contract(world, project, quotation=first.presales_quotation, presales_amount=1_000_000)
		review_contract(world, project, second)
		submit(world, second)
		project.reload()
		assert (project.contract, project.base_contract_amount) == (second.name, 1_000_000)
		for contract, left, amount in ((second, first.name, 1_200_000), (first, None, 0)):
			with world.acting_as("director"):
				contract.reload()
				contract.cancel()
			project.reload()
			assert (project.contract, project.base_contract_amount) == (left, amount)

	@pytest.mark.clause("R8.6")
	def test_an_amended_contract_needs_new_reviews(self, world, frappe, project):
		contract = submit_contract(world, project)
		with world.acting_as("director"):
			contract.reload()
			contract.cancel()
			amended = amend(frappe, contract).insert()
		assert amended.presales_quotation == contract.presales_quotation
		reviews = frappe.get_all("Presales Review", {"reviewed_document": contract.name}, pluck="docstatus")
		assert reviews == [1, 1]
		refusal_of(world, amended)
		review_contract(world, project, amended)
		submit(world, amended)
		project.reload()
		assert project.contract == amended.name

	def test_a_client_cannot_change_it_in_the_act_of_cancelling(self, world, frappe, project):
		contract = submit_contract(world, project)
		with world.acting_as("director"):
			contract.reload()
			contract.update({"presales_project": None, "presales_amount": 1})
			contract.cancel()
		contract.reload()
		assert (contract.presales_project, contract.presales_amount) == (project.name, 1_200_000)
		project.reload()
		assert not project.contract

	def test_the_quotation_of_a_contract_is_not_cancelled(self, world, frappe, project):
		contract = submit_contract(world, project)
		quotation = frappe.get_doc("Quotation", contract.presales_quotation)
		with world.acting_as("manager"), pytest.raises(frappe.LinkExistsError) as refusal:
			quotation.cancel()
		assert contract.name in str(refusal.value)


class TestOrder:
	def test_the_contract_must_be_of_the_same_project(self, world, frappe, project):
		from presales_mgmt.exceptions import ProjectMismatchError

		other = world.make_active_project(presales_process="Contract Test Process")
		contract = submit_contract(world, other)
		with pytest.raises(ProjectMismatchError):
			world.make_order(project, presales_contract=contract.name)

	def test_a_contract_that_has_gone_to_another_project_carries_no_order(self, world, frappe, project):
		from presales_mgmt.exceptions import ProjectMismatchError

		other = world.make_active_project(presales_process="Contract Test Process")
		for kind in ("Contract", "Legal"):
			world.review(project, kind)
		contract = draft_contract(world, project)
		order = world.make_order(project, presales_contract=contract.name)
		quotation = world.submit_quotation(other).name
		with world.acting_as("director"):
			contract.update(
				{"presales_project": other.name, "presales_quotation": quotation, "document_name": quotation}
			)
			contract.save()
		review_contract(world, other, contract)
		contract.reload()
		sign(world, submit(world, contract))
		for mode in ("Stop", "Off"):
			set_mode(frappe, order_needs_contract=mode)
			with world.acting_as("manager"), pytest.raises(ProjectMismatchError):
				frappe.get_doc("Sales Order", order.name).submit()

	def test_a_new_order_stands_on_the_contract_of_the_project(self, world, frappe, project):
		contract = submit_contract(world, project)
		order = world.make_order(project)
		assert order.presales_contract == contract.name
		with world.acting_as("manager"):
			order.presales_contract = None
			order.save()
		assert not order.presales_contract

	@pytest.mark.clause("R5.11", "R8.6")
	def test_what_is_needed_before_a_contract_is_needed_before_an_order(self, world, frappe, project):
		order = world.make_order(project)
		assert "Legal review of the contract" in refusal_of(world, order, person="manager")
		world.review(project, "Contract")
		world.review(project, "Legal")
		submit(world, order, person="manager")

	@pytest.mark.clause("R1.7")
	def test_an_order_needs_a_signed_contract_where_the_company_says_so(self, world, frappe, project):
		set_mode(frappe, order_needs_contract="Stop")
		contract = submit_contract(world, project)
		order = world.make_order(project)
		assert "a contract that is submitted and signed" in refusal_of(world, order, person="manager")
		with world.acting_as("manager"):
			order.presales_contract = contract.name
			order.save()
		assert "a contract that is submitted and signed" in refusal_of(world, order, person="manager")
		sign(world, contract)
		submit(world, order, person="manager")

	@pytest.mark.clause("R1.7")
	def test_an_order_that_is_older_than_the_contract_stands_on_it(self, world, frappe, project):
		quotation = world.submit_quotation(project).name
		world.review(project, "Contract")
		world.review(project, "Legal")
		order = world.make_order(project)
		assert not order.presales_contract
		set_mode(frappe, order_needs_contract="Stop")
		assert "a contract that is submitted and signed" in refusal_of(world, order, person="manager")
		contract = draft_contract(world, project, quotation=quotation)
		review_contract(world, project, contract)
		sign(world, submit(world, contract))
		order.reload()
		submit(world, order, person="manager")
		assert frappe.db.get_value("Sales Order", order.name, "presales_contract") == contract.name

	def test_warn_and_off(self, world, frappe, project):
		world.review(project, "Contract")
		world.review(project, "Legal")
		set_mode(frappe, order_needs_contract="Warn")
		frappe.clear_messages()
		submit(world, world.make_order(project), person="manager")
		assert "submitted and signed" in str(frappe.message_log)
		set_mode(frappe, order_needs_contract="Off")
		frappe.clear_messages()
		submit(world, world.make_order(project), person="manager")
		assert "submitted and signed" not in str(frappe.message_log)

	def test_a_contract_with_an_order_is_not_cancelled(self, world, frappe, project):
		from presales_mgmt.exceptions import ContractError

		contract = submit_contract(world, project)
		order = world.submit_order(project, presales_contract=contract.name)
		contract.reload()
		with world.acting_as("director"), pytest.raises(ContractError) as refusal:
			contract.cancel()
		assert f"sales order {order.name} stands on it" in str(refusal.value)
		project.reload()
		assert (project.contract, project.sales_order, project.status) == (contract.name, order.name, "Won")

	def test_contract_and_order_are_amended_one_after_the_other(self, world, frappe, project):
		contract = submit_contract(world, project)
		order = world.submit_order(project, presales_contract=contract.name)
		with world.acting_as("director"):
			order.reload()
			order.cancel()
			contract.reload()
			contract.cancel()
		project.reload()
		assert (project.contract, project.sales_order, project.status) == (None, None, "Active")
		with world.acting_as("director"):
			amended = amend(frappe, contract).insert()
		review_contract(world, project, amended)
		submit(world, amended)
		with world.acting_as("director"):
			order = amend(frappe, order)
			# The form does so by itself.
			order.presales_contract = amended.name
			order.insert()
			order.submit()
		assert order.presales_contract == amended.name
		project.reload()
		assert (project.contract, project.sales_order, project.status) == (amended.name, order.name, "Won")


class TestOverride:
	def test_what_the_director_has_overridden_is_not_asked_again(self, world, frappe, project):
		from presales_mgmt.api import move_to_stage

		process = frappe.get_doc("Presales Process", "Contract Test Process")
		process.requirements = process.requirements[:1]
		process.requirements[0].stage = "Contract Negotiation"
		process.process_name = "Overridden"
		copy = frappe.copy_doc(process)
		copy.insert()
		project = world.make_active_project(presales_process=copy.name)
		order = world.make_order(project)
		refusal_of(world, order, person="manager")
		with world.acting_as("director"):
			move_to_stage(project.name, "Contract Signing", override_reason="The customer's own form")
		submit(world, order, person="manager")


def test_the_project_shows_its_contracts(world, frappe, project):
	from frappe.desk.notifications import get_open_count

	submit_contract(world, project)
	with world.acting_as("director"):
		found = get_open_count("Presales Project", project.name, ["Contract"])["count"]
	counts = {row["doctype"]: row["count"] for row in found["external_links_found"]}
	assert counts["Contract"] == 1


def test_nobody_writes_the_contract_of_a_project_by_hand(world, frappe, project):
	from presales_mgmt.exceptions import LifecycleError

	contract = submit_contract(world, project)
	for values in ({"contract": None}, {"base_contract_amount": 1}):
		project.reload()
		project.update(values)
		with world.acting_as("director"), pytest.raises(LifecycleError):
			project.save()
	project.reload()
	assert project.contract == contract.name


# ------------------------------------------------------------------------------------- reading it


def shares(frappe, contract):
	return {
		(row.user, row.read, row.write, row.submit, row.share)
		for row in frappe.get_all(
			"DocShare",
			filters={"share_doctype": "Contract", "share_name": contract.name},
			fields=["user", "read", "write", "submit", "share"],
			order_by="user asc",
		)
	}


@pytest.mark.clause("R3.6", "R5.11", "R8.6")
def test_legal_reads_the_contract_as_long_as_it_reviews_it(world, frappe, project):
	contract = draft_contract(world, project)
	with world.acting_as("legal"):
		assert not frappe.has_permission("Contract", "read", doc=contract.name)
	review = world.request_review(
		project, "Legal", "director", reviewed_doctype="Contract", reviewed_document=contract.name
	)
	with world.acting_as("legal"):
		frappe.get_doc("Contract", contract.name).check_permission("read")
		assert frappe.get_list("Contract", pluck="name", order_by="name asc") == [contract.name]
		assert not frappe.has_permission("Contract", "write", doc=contract.name)
		assert not frappe.has_permission("Contract", "submit", doc=contract.name)
		assert not frappe.has_permission("Contract", "share", doc=contract.name)
	for row in review.reviewers:
		world.give_opinion(row.reviewer, review)
	assert shares(frappe, contract) == set()
	with world.acting_as("legal"):
		assert not frappe.has_permission("Contract", "read", doc=contract.name)


def test_a_cancelled_review_shares_nothing_any_more(world, frappe, project):
	contract = draft_contract(world, project)
	values = {"reviewed_doctype": "Contract", "reviewed_document": contract.name}
	legal = world.request_review(project, "Legal", "director", **values)
	other = world.request_review(project, "Contract", "director", reviewers=["legal"], **values)
	with world.acting_as("director"):
		legal.reload()
		legal.cancel()
	assert (email("legal"), 1, 0, 0, 0) in shares(frappe, contract)  # the other one runs
	with world.acting_as("director"):
		other.reload()
		other.cancel()
	assert shares(frappe, contract) == set()


def test_a_share_that_somebody_has_given_stays(world, frappe, project):
	from frappe.share import add_docshare

	contract = draft_contract(world, project)
	add_docshare("Contract", contract.name, user=email("legal"))
	review = world.request_review(
		project, "Legal", "director", reviewed_doctype="Contract", reviewed_document=contract.name
	)
	with world.acting_as("director"):
		review.cancel()
	assert shares(frappe, contract) == {(email("legal"), 1, 0, 0, 0)}


def test_who_acts_for_a_reviewer_and_who_is_added_read_it_too(world, frappe, project):
	contract = draft_contract(world, project)
	world.delegate("legal", "expert2")
	review = world.request_review(
		project, "Legal", "director", reviewed_doctype="Contract", reviewed_document=contract.name
	)
	with world.acting_as("expert2"):
		frappe.get_doc("Contract", contract.name).check_permission("read")
	from presales_mgmt.api import add_reviewer

	with world.acting_as("director"):
		add_reviewer(review.name, email("expert"))
	with world.acting_as("expert"):
		frappe.get_doc("Contract", contract.name).check_permission("read")


@pytest.mark.clause("R1.9")
def test_who_may_not_read_a_contract_opens_it_to_nobody(world, frappe, project):
	contract = draft_contract(world, project)
	with world.acting_as("engineer"):
		assert not frappe.has_permission("Contract", "read", doc=contract.name)
	world.request_review(
		project, "Legal", "engineer", reviewed_doctype="Contract", reviewed_document=contract.name
	)
	assert shares(frappe, contract) == set()


def test_with_whom_it_is_shared_is_written_by_nobody(world, frappe, project):
	contract = draft_contract(world, project)
	review = world.draft_review(
		project, "Contract", "director", reviewed_doctype="Contract", reviewed_document=contract.name
	)
	with world.acting_as("director"):
		review.reviewers[0].shared_with = email("legal")
		review.save()
	assert not review.reviewers[0].shared_with
