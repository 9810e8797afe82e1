"""The handover of a won project: the package, its rounds, the ERPNext project, responsibility, cancelled orders."""

import json

import pytest

from presales_mgmt import api, exceptions
from tests.test_gates import make_process, only_finding
from tests.test_reminders import due, quiet, run  # noqa: F401 (a fixture for all tests here)
from tests.world import email

HANDOVER = "Presales Handover"
PROJECT = "Presales Project"


@pytest.fixture
def project(world, frappe):
	"""A won project with what is handed over."""
	return world.make_won_project()


@pytest.fixture
def handover(world, project):
	return world.make_handover(project)


@pytest.fixture
def offered(world, handover):
	return world.offer(handover)


@pytest.fixture
def accepted(world, offered):
	return world.accept_handover(offered)


@pytest.fixture
def template(world, frappe):
	"""A Project Template with one task, and a company with holidays, without which ERPNext plans no task."""
	task = world.insert("Task", subject="Survey of the car parks", is_template=1, start=2, duration=3)
	template = frappe.get_doc({"doctype": "Project Template", "tasks": [{"task": task.name}]})
	template.insert(set_name="Presales Test Delivery")
	holidays = world.insert(
		"Holiday List",
		holiday_list_name="Presales Test Holidays",
		from_date="2026-01-01",
		to_date="2026-12-31",
		holidays=[{"holiday_date": "2026-10-01", "description": "National Day"}],
	)
	frappe.db.set_value("Company", world.company, "default_holiday_list", holidays.name)
	frappe.clear_document_cache("Company", world.company)
	return template


def cancel(world, frappe, order, person="manager"):
	order = frappe.get_doc("Sales Order", order if isinstance(order, str) else order.name)
	with world.acting_as(person):
		order.cancel()
	return order


def amend(world, frappe, order, person="manager"):
	order = frappe.get_doc("Sales Order", order)
	with world.acting_as(person):
		copy = frappe.copy_doc(order)
		copy.update({"amended_from": order.name, "docstatus": 0})
		copy.insert()
		copy.submit()
	return copy


# ------------------------------------------------------------------------------------------ the package


@pytest.mark.clause("R1.8", "R5.12", "R6.4")
def test_the_package_takes_over_what_the_project_has(world, frappe, project, handover):
	assert (handover.goal, handover.scope) == (project.goal, project.scope)
	assert (handover.sales_order, handover.quotation) == (project.sales_order, project.quotation)
	assert handover.cost_estimate == project.cost_estimate
	solution = frappe.db.get_value("Presales Solution", {"presales_project": project.name})
	assert handover.solution == solution
	(requirement,) = handover.requirements
	assert (requirement.title, requirement.priority) == ("Sensor for every bay", "Must Have")
	(risk,) = handover.risks
	assert (risk.risk_title, risk.current_level, risk.response_plan, risk.risk_owner) == (
		"Sensors fail in the cold",
		"Medium",
		"Heated sensors",
		email("engineer"),
	)
	assert "Director Zhang" in [row.contact_name for row in handover.contacts]
	archived = frappe.db.count(
		"Presales Document", {"presales_project": project.name, "docstatus": 1, "status": "Archived"}
	)
	assert len(handover.documents) == archived > 0
	assert str(handover.expected_end_date) == "2026-09-30"
	project.reload()
	assert (project.handover, project.handover_status) == (handover.name, "Draft")
	assert project.responsible == email("manager")


@pytest.mark.clause("R1.8", "R9.6")
def test_the_budget_is_what_the_estimate_costs_by_kind(world, frappe, handover):
	assert {row.cost_kind: row.amount for row in handover.budget if row.amount} == {
		"Equipment": 400_000,
		"Installation": 200_000,
	}
	assert handover.base_budget_total == 600_000
	with world.acting_as("manager"):
		handover.budget[0].amount = 1
		handover.base_budget_total = 5
		handover.save()
	assert (handover.budget[0].amount, handover.base_budget_total) == (400_000, 600_000)


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", ["engineer", "archivist"])
def test_the_budget_is_not_for_everybody_on_the_team(world, frappe, handover, person):
	with world.acting_as(person):
		seen = frappe.client.get(HANDOVER, handover.name)
		assert not seen.get("budget")
		assert not seen.get("base_budget_total")
		rows = frappe.client.get_list(
			"Presales Handover Budget",
			fields=["name", "amount"],
			filters={"parent": handover.name},
			parent=HANDOVER,
		)
		assert not any(row.get("amount") for row in rows)


@pytest.mark.clause("R1.8")
def test_filling_again_overwrites_nothing_that_was_written(world, frappe, project, handover):
	with world.acting_as("manager"):
		handover.goal = "A city that finds its parking"
		handover.contacts[0].phone = "021 5550199"
		handover.risks[0].remarks = "Ask the maker"
		handover.requirements = []
		handover.save()
	world.archive(project, "Contract")
	world.capture(project, title="Not confirmed")
	with world.acting_as("manager"):
		api.fill_handover(handover.name)
	handover.reload()
	assert handover.goal == "A city that finds its parking"
	assert handover.contacts[0].phone == "021 5550199"
	assert handover.risks[0].remarks == "Ask the maker"
	assert [row.title for row in handover.requirements] == ["Sensor for every bay"]
	assert "Contract" in [row.document_type for row in handover.documents]
	assert len(handover.promises) == len(handover.open_points) == 1


@pytest.mark.clause("R1.8")
def test_contacts_bring_what_erpnext_knows_of_them(world, frappe, project):
	for first_name, last_name, phone in (("Director", "Zhang", "139"), ("Somebody", "Else", "138")):
		world.insert(
			"Contact",
			first_name=first_name,
			last_name=last_name,
			email_ids=[{"email_id": f"{last_name.lower()}@city.example.com", "is_primary": 1}],
			phone_nos=[{"phone": f"{phone}0000000", "is_primary_mobile_no": 1}],
			links=[{"link_doctype": "Customer", "link_name": world.customer}],
		)
	handover = world.make_handover(project)
	(contact,) = [row for row in handover.contacts if row.contact_name == "Director Zhang"]
	# What the project says goes before what ERPNext says.
	assert (contact.phone, contact.email) == ("021 5550100", "zhang@city.example.com")
	assert contact.contact
	assert "Somebody Else" not in [row.contact_name for row in handover.contacts]


@pytest.mark.clause("R1.8")
def test_the_contract_of_the_project_is_handed_over(world, frappe, project, is_sandbox):
	if not frappe.get_meta("Contract").has_field("presales_project"):
		if not is_sandbox:
			pytest.skip("contracts name no presales project here")
		from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

		field = {"fieldname": "presales_project", "fieldtype": "Link", "options": PROJECT, "label": PROJECT}
		create_custom_fields({"Contract": [{**field, "insert_after": "party_name"}]})
	contract = frappe.get_doc(
		{
			"doctype": "Contract",
			"party_type": "Customer",
			"party_name": world.customer,
			"presales_project": project.name,
			"start_date": "2026-06-01",
			"end_date": "2027-05-31",
			"contract_terms": "<p>As agreed.</p>",
		}
	)
	contract.insert()
	settings = frappe.get_doc("Presales Settings")
	settings.contract_gate = "Off"
	settings.save()
	contract.submit()
	handover = world.make_handover(project, omissions=[])
	assert handover.contract == contract.name
	assert (str(handover.expected_start_date), str(handover.expected_end_date)) == (
		"2026-06-01",
		"2027-05-31",
	)
	world.offer(handover)
	contract.reload()
	contract.cancel()


@pytest.mark.clause("R1.8")
def test_filling_asks_no_more_for_a_larger_project(
	world, frappe, project, handover, count_queries, is_sandbox
):
	from presales_mgmt import package

	def measured():
		with count_queries() as counter:
			found = package.collect(project.name)
		return counter.count, sum(len(rows) for rows in found.values() if isinstance(rows, list))

	few, small = measured()
	for number in range(3):
		world.confirmed_requirement(project, title=f"Requirement {number}")
	many, large = measured()
	assert large >= small + 3
	assert many == few <= (12 if is_sandbox else 14)


@pytest.mark.clause("R1.8", "R6.4")
def test_what_is_missing_is_named_and_holds_the_offer_back(world, frappe, project):
	handover = world.make_handover(project, promises=[], open_points=[], omissions=[])
	with world.acting_as("manager"):
		handover.goal = None
		handover.risks = []
		handover.append("omissions", {"part": "Risks", "reason": "We see none"})
		handover.append("omissions", {"part": "Promises", "reason": "None was made"})
		handover.save()
		assert api.get_handover_gaps(handover.name) == ["Goal", "Risks", "Contract", "Open Points"]
		with pytest.raises(exceptions.HandoverError, match="Missing: Goal; Risks; Contract; Open Points"):
			api.offer_handover(handover.name)
	assert frappe.db.get_value(HANDOVER, handover.name, "status") == "Draft"


@pytest.mark.clause("R1.8")
def test_a_package_that_is_out_of_date_is_not_offered(world, frappe, project, handover):
	world.confirmed_requirement(project, title="A second deck")
	newer = world.estimate(project)
	with world.acting_as("manager"):
		gaps = api.get_handover_gaps(handover.name)
	assert any(gap.startswith("Requirements without PSQ") for gap in gaps), gaps
	assert any(newer.name in gap for gap in gaps), gaps


@pytest.mark.clause("R1.8")
def test_a_package_with_what_was_withdrawn_is_not_offered(world, frappe, project, handover):
	solution = frappe.get_doc("Presales Solution", handover.solution)
	with world.acting_as("director"):
		solution.cancel()
	with world.acting_as("manager"):
		assert api.get_handover_gaps(handover.name) == [f"Solution: {solution.name} does not stand any more"]


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"delivery_manager": "manager"}, "TeamError"),
		({"delivery_manager": "director"}, "TeamError"),
		({"delivery_manager": "clerk"}, "TeamError"),
		(
			{"omissions": [{"part": "Risks", "reason": "a"}, {"part": "Risks", "reason": "b"}]},
			"DuplicateEntryError",
		),
		({"expected_start_date": "2026-10-01", "expected_end_date": "2026-09-01"}, "DateOrderError"),
	],
)
def test_what_contradicts_itself_is_refused(world, frappe, project, values, error):
	if "delivery_manager" in values:
		values = {"delivery_manager": email(values["delivery_manager"])}
	with pytest.raises(getattr(exceptions, error)):
		world.make_handover(project, **values)


def test_records_of_another_project_are_refused(world, frappe, project, handover):
	other = world.make_active_project()
	requirement = world.confirmed_requirement(other)
	document = world.archive(other, "Contract")
	for table, row in (
		("requirements", {"requirement": requirement.name}),
		("documents", {"document": document.name}),
		("promises", {"promise": "x", "source_document": document.name}),
	):
		doc = frappe.get_doc(HANDOVER, handover.name)
		doc.append(table, row)
		with world.acting_as("manager"), pytest.raises(exceptions.ProjectMismatchError):
			doc.save()


def test_a_project_has_one_handover(world, frappe, project, handover):
	with pytest.raises(exceptions.DuplicateEntryError, match=handover.name):
		world.make_handover(project)


def test_a_project_that_is_not_under_way_is_not_handed_over(world, frappe):
	project = world.make_project()
	with pytest.raises(exceptions.LifecycleError):
		world.make_handover(project)


@pytest.mark.clause("R1.8")
def test_what_is_not_won_is_prepared_but_not_offered(world, frappe, project, handover):
	cancel(world, frappe, project.sales_order)
	with world.acting_as("manager"), pytest.raises(exceptions.LifecycleError, match="expected Won"):
		api.offer_handover(handover.name)
	handover.reload()
	assert (handover.status, handover.sales_order) == ("Draft", None)


@pytest.mark.parametrize("person", ["planner", "engineer", "supervisor", "leader"])
def test_only_director_and_manager_offer(world, frappe, handover, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.offer_handover(handover.name)


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", ["other_manager", "other_director", "clerk", "delivery2", "delivery"])
def test_outsiders_do_nothing_with_a_handover(world, frappe, project, handover, person):
	"""The delivery manager is one of them until it is offered."""
	with world.acting_as(person):
		for call in (
			lambda: api.get_handover_gaps(handover.name),
			lambda: api.fill_handover(handover.name),
			lambda: api.offer_handover(handover.name),
			lambda: api.accept_handover(handover.name),
			lambda: api.send_back_handover(handover.name, ["x"]),
			lambda: api.withdraw_handover(handover.name, "x"),
			lambda: api.complete_handover_point(handover.name, handover.open_points[0].name),
			lambda: api.make_handover_project(handover.name),
			lambda: api.get_delivery_progress(project.name),
		):
			with pytest.raises(frappe.PermissionError):
				call()


# ------------------------------------------------------------------------------------------------ rounds


@pytest.mark.clause("R1.8", "R1.9")
def test_an_offer_opens_the_project_to_the_delivery_manager(world, frappe, project, offered):
	assert (offered.status, offered.round_number, offered.offered_by) == ("Offered", 1, email("manager"))
	assert frappe.utils.date_diff(offered.answer_due, frappe.utils.today()) == 5
	with world.acting_as("delivery"):
		for doctype, name in (
			(PROJECT, project.name),
			(HANDOVER, offered.name),
			("Presales Requirement", offered.requirements[0].requirement),
			("Presales Risk", offered.risks[0].risk),
			("Presales Solution", offered.solution),
			("Presales Document", offered.documents[0].document),
		):
			frappe.get_doc(doctype, name).check_permission("read")
			assert name in frappe.get_list(doctype, pluck="name", limit_page_length=0)
		seen = frappe.client.get(HANDOVER, offered.name)
		assert [row["amount"] for row in seen["budget"]] == [400_000, 200_000]
		# What it is sold for, and with which margin, is no matter of delivery.
		assert not frappe.has_permission("Presales Cost Estimate", doc=offered.cost_estimate)
		assert not frappe.has_permission(PROJECT, "write", doc=project.name)
		assert not frappe.has_permission(HANDOVER, "write", doc=offered.name)
	todo = frappe.get_all(
		"ToDo", filters={"reference_name": offered.name, "status": "Open"}, pluck="allocated_to"
	)
	assert todo == [email("delivery")]


@pytest.mark.clause("R1.8")
@pytest.mark.parametrize(
	"values",
	[
		{"goal": "Another"},
		{"delivery_manager": email("delivery2")},
		{"status": "Accepted"},
		{"answer_due": "2040-01-01"},
	],
)
def test_what_is_offered_stays_as_it_is(world, frappe, offered, values):
	offered.update(values)
	with world.acting_as("manager"), pytest.raises(exceptions.HandoverError, match="no change by hand"):
		offered.save()


@pytest.mark.clause("R1.8")
def test_the_rows_of_what_is_offered_stay_as_they_are(world, frappe, offered):
	for change in (
		lambda doc: doc.promises[0].update({"promise": "Less"}),
		lambda doc: doc.set("open_points", []),
		lambda doc: doc.append("reasons", {"reason": "x"}),
		lambda doc: doc.rounds[0].update({"outcome": "Accepted"}),
	):
		doc = frappe.get_doc(HANDOVER, offered.name)
		change(doc)
		with world.acting_as("manager"), pytest.raises(exceptions.HandoverError, match="cannot be changed"):
			doc.save()


@pytest.mark.clause("R1.8", "R1.10", "R6.4")
def test_a_handover_is_refused_mended_and_accepted(world, frappe, project, offered):
	handover = world.send_handover_back(offered, "The drawings are missing", "Who is on duty at night?")
	assert (handover.status, handover.decided_by) == ("Sent Back", email("delivery"))
	assert [(row.round_number, row.reason, row.done) for row in handover.reasons] == [
		(1, "The drawings are missing", 0),
		(1, "Who is on duty at night?", 0),
	]
	project.reload()
	assert (project.responsible, project.handover_status) == (email("manager"), "Sent Back")

	with world.acting_as("manager"):
		handover.reasons[0].update({"answer": "Archived", "done": 1})
		handover.reasons[1].done = 1
		handover.save()
		with pytest.raises(exceptions.HandoverError, match=r"rows 2"):
			api.offer_handover(handover.name)
		handover.reload()
		handover.reasons[1].answer = "The guard house"
		handover.save()
	assert handover.reasons[0].done_by == email("manager")
	for change in ({"reason": "Nothing"}, {"round_number": 9}):
		doc = frappe.get_doc(HANDOVER, handover.name)
		doc.reasons[0].update(change)
		with world.acting_as("manager"), pytest.raises(exceptions.HandoverError):
			doc.save()

	handover = world.offer(handover, person="director")
	handover = world.accept_handover(handover, remarks="Complete")
	assert (handover.status, handover.round_number) == ("Accepted", 2)
	assert [(row.round_number, row.outcome, row.answered_by, row.remarks) for row in handover.rounds] == [
		(1, "Sent Back", email("delivery"), None),
		(2, "Accepted", email("delivery"), "Complete"),
	]
	assert not frappe.get_all(
		"ToDo", filters={"reference_name": handover.name, "status": "Open", "allocated_to": email("delivery")}
	)


@pytest.mark.clause("R1.8")
@pytest.mark.parametrize("person", ["manager", "director", "planner", "leader", "delivery2"])
def test_nobody_answers_but_the_delivery_manager(world, frappe, offered, person):
	for call in (
		lambda: api.accept_handover(offered.name),
		lambda: api.send_back_handover(offered.name, ["x"]),
	):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			call()


@pytest.mark.clause("R1.8")
def test_a_delegate_answers_but_not_who_offered(world, frappe, offered):
	delegation = world.delegate("delivery", "manager")
	with world.acting_as("manager"), pytest.raises(exceptions.SelfApprovalError):
		api.accept_handover(offered.name)
	with world.acting_as("delivery"):
		delegation.enabled = 0
		delegation.save()
	world.delegate("delivery", "delivery2")
	handover = world.accept_handover(offered, person="delivery2")
	assert handover.decided_by == email("delivery2")
	assert frappe.db.get_value(PROJECT, handover.presales_project, "responsible") == email("delivery")


@pytest.mark.clause("R1.8")
def test_an_answer_needs_an_offer_and_a_refusal_a_reason(world, frappe, handover, project):
	world.join_team(project, "delivery", "Delivery Manager")
	with world.acting_as("delivery"):
		for call in (
			lambda: api.accept_handover(handover.name),
			lambda: api.send_back_handover(handover.name, ["x"]),
		):
			with pytest.raises(exceptions.HandoverError, match="expected Offered"):
				call()
	world.offer(handover)
	with world.acting_as("delivery"), pytest.raises(exceptions.HandoverError, match="at least one reason"):
		api.send_back_handover(handover.name, [" "])


@pytest.mark.clause("R1.8", "R1.9")
def test_an_offer_is_withdrawn_and_made_to_another(world, frappe, project, offered):
	with world.acting_as("manager"):
		with pytest.raises(exceptions.HandoverError, match="a reason"):
			api.withdraw_handover(offered.name, " ")
		api.withdraw_handover(offered.name, "Delivered by another team")
		assert not frappe.has_permission(PROJECT, doc=project.name, user=email("delivery"))
		offered.reload()
		assert (offered.status, offered.decision_remarks) == ("Withdrawn", "Delivered by another team")
		offered.delivery_manager = email("delivery2")
		offered.save()
		api.offer_handover(offered.name)
	assert frappe.has_permission(PROJECT, doc=project.name, user=email("delivery2"))
	with world.acting_as("delivery"), pytest.raises(frappe.PermissionError):
		api.accept_handover(offered.name)
	handover = world.accept_handover(offered, person="delivery2")
	assert [row.offered_to for row in handover.rounds] == [email("delivery"), email("delivery2")]


def test_the_delivery_manager_keeps_the_place_on_the_team(world, frappe, project, offered):
	with world.acting_as("director"):
		project.reload()
		project.team = [row for row in project.team if row.user != email("delivery")]
		project.save()
	assert frappe.has_permission(PROJECT, doc=project.name, user=email("delivery"))


def test_what_was_offered_is_not_deleted_a_draft_is(world, frappe, project, handover):
	with world.acting_as("manager"):
		frappe.delete_doc(HANDOVER, handover.name)
	project.reload()
	assert (project.handover, project.handover_status, project.delivery_manager) == (None, None, None)
	handover = world.offer(world.make_handover(project))
	with world.acting_as("manager"), pytest.raises(exceptions.HandoverError, match="offered already"):
		frappe.delete_doc(HANDOVER, handover.name)


# ------------------------------------------------------------------------------------- the ERPNext project


@pytest.mark.clause("R1.8", "R6.3", "R5.12")
def test_acceptance_makes_the_erpnext_project(world, frappe, project, template):
	handover = world.make_handover(project, project_template=template.name)
	world.accept_handover(world.offer(handover))
	made = frappe.get_doc("Project", handover.erpnext_project)
	assert (made.presales_project, made.sales_order, made.customer, made.company) == (
		project.name,
		project.sales_order,
		world.customer,
		world.company,
	)
	assert (made.project_name, made.estimated_costing) == (project.project_title, 600_000)
	assert (str(made.expected_start_date), str(made.expected_end_date)) == ("2026-05-11", "2026-09-30")
	users = {row.user for row in made.users}
	assert {email("delivery"), email("manager"), email("engineer")} <= users
	assert email("supervisor") not in users
	assert frappe.get_all("Task", filters={"project": made.name}, pluck="subject") == [
		"Survey of the car parks"
	]
	assert frappe.db.get_value("Sales Order", project.sales_order, "project") == made.name


@pytest.mark.clause("R1.8")
def test_the_budget_of_a_deal_in_foreign_currency_is_in_company_currency(world, frappe):
	project = world.make_won_project(currency="USD", conversion_rate=7.1)
	assert frappe.db.get_value("Sales Order", project.sales_order, "currency") == "USD"
	handover = world.accept_handover(world.offer(world.make_handover(project)))
	total = frappe.db.get_value("Presales Cost Estimate", handover.cost_estimate, "total_cost")
	assert handover.base_budget_total == total == 600_000
	assert frappe.db.get_value("Project", handover.erpnext_project, "estimated_costing") == total


@pytest.mark.clause("R1.8")
def test_a_deal_of_another_company_gets_its_project_there(world, frappe, project, accepted):
	other = world.make_won_project(company=world.other_company, project_title="Another city")
	handover = world.make_handover(other)
	handover.sales_order = project.sales_order
	with world.acting_as("manager"), pytest.raises(exceptions.ProjectMismatchError):
		handover.save()
	handover = world.accept_handover(world.offer(handover.reload()))
	assert handover.erpnext_project != accepted.erpnext_project
	assert frappe.db.get_value("Project", handover.erpnext_project, "company") == world.other_company


@pytest.mark.clause("R1.10")
def test_projects_from_before_there_were_handovers_have_somebody_who_answers(world, frappe, project):
	from presales_mgmt.patches import make_roles, set_responsible

	frappe.db.set_value(PROJECT, project.name, "responsible", None)
	set_responsible.execute()
	assert frappe.db.get_value(PROJECT, project.name, "responsible") == project.manager
	roles = frappe.db.count("Role")
	make_roles.execute()
	assert frappe.db.count("Role") == roles


@pytest.mark.clause("R1.10")
def test_the_manager_answers_until_acceptance_and_the_delivery_manager_after_it(
	world, frappe, project, offered
):
	project.reload()
	assert project.responsible == email("manager")
	with world.acting_as("director"):
		project.manager = email("other_manager")
		project.save()
	assert project.responsible == email("other_manager")
	handover = world.accept_handover(offered)
	project.reload()
	assert (
		project.responsible,
		project.delivery_manager,
		project.handover_status,
		project.erpnext_project,
	) == (
		email("delivery"),
		email("delivery"),
		"Accepted",
		handover.erpnext_project,
	)
	assert str(project.handed_over_on) == frappe.utils.today()
	with world.acting_as("director"):
		project.manager = email("manager")
		project.responsible = email("director")
		project.save()
	assert project.responsible == email("delivery")


@pytest.mark.parametrize(
	"values",
	[
		{"handover_status": "Accepted"},
		{"delivery_manager": email("manager")},
		{"handed_over_on": "2026-01-01"},
	],
)
def test_nobody_writes_the_handover_into_a_project_by_hand(world, frappe, project, values):
	project.update(values)
	with world.acting_as("director"), pytest.raises(exceptions.LifecycleError, match="no change by hand"):
		project.save()


def test_a_project_of_the_same_name_is_no_obstacle(world, frappe, project, offered):
	world.insert("Project", project_name=project.project_title, company=world.other_company)
	handover = world.accept_handover(offered)
	name = frappe.db.get_value("Project", handover.erpnext_project, "project_name")
	assert name == f"{project.project_title} ({project.name})"


@pytest.mark.clause("R1.8")
def test_a_project_made_by_erpnext_s_button_is_taken(world, frappe, project, offered):
	from erpnext.selling.doctype.sales_order.sales_order import make_project

	made = make_project(project.sales_order).insert()
	assert made.estimated_costing == 1_200_000
	handover = world.accept_handover(offered)
	assert handover.erpnext_project == made.name
	made.reload()
	assert (made.presales_project, made.estimated_costing) == (project.name, 600_000)
	assert frappe.db.count("Project", {"presales_project": project.name}) == 1


def test_a_project_of_another_deal_is_not_taken(world, frappe, project, offered):
	from erpnext.selling.doctype.sales_order.sales_order import make_project

	made = make_project(project.sales_order).insert()
	frappe.db.set_value("Project", made.name, "presales_project", world.make_project().name)
	with (
		world.acting_as("delivery"),
		pytest.raises(exceptions.HandoverError, match="belongs to presales project"),
	):
		api.accept_handover(offered.name)


@pytest.mark.clause("R1.8")
def test_nothing_is_accepted_when_the_project_cannot_be_made(world, frappe, project, template):
	"""ERPNext plans no tasks for a company without holidays."""
	frappe.db.set_value("Company", world.company, "default_holiday_list", None)
	frappe.clear_document_cache("Company", world.company)
	handover = world.offer(world.make_handover(project, project_template=template.name))
	with world.acting_as("delivery"), pytest.raises(exceptions.HandoverError, match="Holiday List"):
		api.accept_handover(handover.name)
	assert not frappe.db.exists("Project", {"presales_project": project.name})
	handover.reload()
	assert (handover.status, handover.erpnext_project, handover.rounds[-1].outcome or None) == (
		"Offered",
		None,
		None,
	)
	assert frappe.db.get_value(PROJECT, project.name, "responsible") == email("manager")


def test_who_may_make_no_project_accepts_nothing(world, frappe, project, offered):
	frappe.db.delete("Has Role", {"parent": email("delivery"), "role": "Projects User"})
	frappe.clear_cache(user=email("delivery"))
	with world.acting_as("delivery"), pytest.raises(frappe.PermissionError, match="may not make or change"):
		api.accept_handover(offered.name)
	assert frappe.db.get_value(HANDOVER, offered.name, "status") == "Offered"


def test_a_handover_is_accepted_once(world, frappe, accepted):
	with world.acting_as("delivery"), pytest.raises(exceptions.HandoverError, match="expected Offered"):
		api.accept_handover(accepted.name)
	assert frappe.db.count("Project", {"presales_project": accepted.presales_project}) == 1


def test_nobody_writes_a_presales_project_into_an_erpnext_project(world, frappe, project, accepted):
	with world.acting_as("delivery2"):
		made = world.insert(
			"Project", project_name="Mine", company=world.company, presales_project=project.name
		)
		assert not made.presales_project
		made = frappe.get_doc("Project", accepted.erpnext_project)
		made.presales_project = None
		made.save()
	assert made.presales_project == project.name


def test_an_erpnext_project_without_presales_costs_nothing(world, frappe, count_queries):
	from presales_mgmt.overrides import project as override

	doc = world.insert("Project", project_name="Other", company=world.company)
	with count_queries() as counter:
		override.validate(doc)
		override.on_trash(doc)
	assert counter.count == 0


@pytest.mark.clause("R6.3")
def test_an_erpnext_project_that_is_deleted_leaves_no_link_and_is_made_again(
	world, frappe, project, accepted
):
	with world.acting_as("delivery"):
		with pytest.raises(exceptions.HandoverError, match="none, or one that is cancelled"):
			api.make_handover_project(accepted.name)
		frappe.delete_doc("Project", accepted.erpnext_project)
	accepted.reload()
	project.reload()
	assert (accepted.erpnext_project, project.erpnext_project, accepted.status) == (None, None, "Accepted")
	assert project.responsible == email("delivery")
	with world.acting_as("manager"), pytest.raises(frappe.PermissionError):
		api.make_handover_project(accepted.name)
	with world.acting_as("delivery"):
		name = api.make_handover_project(accepted.name)
	project.reload()
	assert project.erpnext_project == name
	assert frappe.db.get_value("Sales Order", project.sales_order, "project") == name


def test_an_erpnext_project_that_is_cancelled_can_be_replaced(world, frappe, project, accepted):
	first = accepted.erpnext_project
	with world.acting_as("delivery"):
		made = frappe.get_doc("Project", first)
		made.status = "Cancelled"
		made.save()
		name = api.make_handover_project(accepted.name)
	assert name != first
	assert frappe.db.get_value(PROJECT, project.name, "erpnext_project") == name


@pytest.mark.clause("R5.13")
def test_the_kickoff_meeting_is_prepared(world, frappe, project, accepted):
	from presales_mgmt.delivery import make_kickoff_meeting

	with world.acting_as("delivery"):
		meeting = make_kickoff_meeting(accepted.name)
		assert (meeting.meeting_type, meeting.chair) == ("Kickoff", email("delivery"))
		assert {email("delivery"), email("manager"), email("engineer")} <= {
			row.user for row in meeting.attendees
		}
		assert "Director Zhang" in meeting.agenda
		assert project.goal in meeting.agenda
		meeting.starts_on = "2026-06-01 09:00:00"
		meeting.insert()
	with world.acting_as("delivery2"), pytest.raises(frappe.PermissionError):
		make_kickoff_meeting(accepted.name)


@pytest.mark.clause("R1.8")
def test_open_points_are_done_after_acceptance(world, frappe, accepted):
	point = accepted.open_points[0].name
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		api.complete_handover_point(accepted.name, point)
	with world.acting_as("delivery"), pytest.raises(frappe.DoesNotExistError):
		api.complete_handover_point(accepted.name, "none")
	with world.acting_as("manager"):
		api.complete_handover_point(accepted.name, point)
	accepted.reload()
	assert (accepted.open_points[0].done, accepted.open_points[0].done_by) == (1, email("manager"))
	assert accepted.status == "Accepted"


@pytest.mark.clause("R1.8")
def test_another_delivery_manager_is_named(world, frappe, project, accepted):
	other = email("delivery2")
	with world.acting_as("manager"), pytest.raises(frappe.PermissionError):
		api.change_delivery_manager(accepted.name, other, "On leave")
	with world.acting_as("director"):
		for person, reason, error in (
			(email("delivery"), "x", exceptions.HandoverError),
			(other, " ", exceptions.HandoverError),
			(email("manager"), "x", exceptions.TeamError),
		):
			with pytest.raises(error):
				api.change_delivery_manager(accepted.name, person, reason)
	with world.acting_as("delivery"):
		api.change_delivery_manager(accepted.name, other, "On leave")
		assert not frappe.has_permission(PROJECT, doc=project.name)
	project.reload()
	assert (project.responsible, project.delivery_manager) == (other, other)
	with world.acting_as("delivery2"):
		frappe.get_doc(HANDOVER, accepted.name).check_permission("read")


# ---------------------------------------------------------------------------------------- cancelled orders


@pytest.mark.clause("R1.8")
def test_an_offer_ends_with_the_order(world, frappe, project, offered):
	cancel(world, frappe, offered.sales_order, person="manager")
	offered.reload()
	project.reload()
	assert project.status == "Active"
	assert (offered.status, offered.sales_order) == ("Withdrawn", None)
	assert offered.decision_remarks == f"{offered.cancelled_order} was cancelled."
	assert not frappe.has_permission(PROJECT, doc=project.name, user=email("delivery"))
	order = amend(world, frappe, offered.cancelled_order)
	with world.acting_as("manager"):
		api.fill_handover(offered.name)
	offered.reload()
	assert offered.sales_order == order.name
	world.accept_handover(world.offer(offered))


@pytest.mark.clause("R1.8", "R1.10")
def test_an_accepted_handover_is_revoked_with_the_order_and_made_anew(world, frappe, project, accepted):
	order, erpnext_project = accepted.sales_order, accepted.erpnext_project
	# Whoever cancels an order need not see the project.
	cancel(world, frappe, order, person="clerk")
	accepted.reload()
	project.reload()
	assert (accepted.status, accepted.cancelled_order, accepted.sales_order) == ("Revoked", order, None)
	assert accepted.rounds[-1].outcome == "Revoked"
	assert (project.status, project.handover_status, project.responsible, project.handed_over_on) == (
		"Active",
		"Revoked",
		email("manager"),
		None,
	)
	amended = amend(world, frappe, order)
	project.reload()
	assert (project.status, project.handover_status) == ("Won", "Revoked")
	with world.acting_as("manager"):
		copy = frappe.copy_doc(frappe.get_doc(HANDOVER, accepted.name))
		copy.insert()
	assert (copy.status, copy.round_number, copy.sales_order, copy.rounds) == ("Draft", 0, amended.name, [])
	assert [row.promise for row in copy.promises] == ["Training of ten people"]
	again = world.accept_handover(world.offer(copy))
	assert again.erpnext_project == erpnext_project, "no second project for the same deal"
	assert frappe.db.get_value("Project", erpnext_project, "sales_order") == amended.name
	project.reload()
	assert (project.handover, project.responsible) == (again.name, email("delivery"))
	# Nothing of ours keeps ERPNext from deleting what is cancelled, once its own links are gone.
	linked_by = frappe.get_all(HANDOVER, filters={"sales_order": order}, pluck="name")
	assert linked_by == []


@pytest.mark.clause("R1.8")
def test_a_handover_moves_on_to_the_order_that_stands(world, frappe, project, accepted):
	first = accepted.sales_order
	second = world.submit_order(project, transaction_date="2026-06-01")
	assert frappe.db.get_value("Sales Order", second.name, "project") == accepted.erpnext_project
	cancel(world, frappe, first)
	accepted.reload()
	assert (accepted.status, accepted.sales_order, accepted.cancelled_order) == (
		"Accepted",
		second.name,
		first,
	)
	assert frappe.db.get_value("Project", accepted.erpnext_project, "sales_order") == second.name
	assert frappe.db.get_value(PROJECT, project.name, "responsible") == email("delivery")


def test_an_order_of_a_closed_project_is_cancelled(world, frappe, project, accepted):
	frappe.db.set_value(PROJECT, project.name, "status", "Closed")
	cancel(world, frappe, accepted.sales_order)
	accepted.reload()
	assert accepted.status == "Revoked"


def test_an_order_without_handover_asks_nothing_more(world, frappe, project, count_queries):
	from presales_mgmt import handover

	assert not project.handover
	called = []
	original, handover.follow_orders = handover.follow_orders, lambda *arguments: called.append(arguments)
	try:
		cancel(world, frappe, project.sales_order)
	finally:
		handover.follow_orders = original
	assert called == []


# ------------------------------------------------------------------------------------- closing, gates, reminders


def close(world, frappe, project):
	project.reload()
	project.closing_override_reason = "Tested elsewhere"
	with world.acting_as("director"):
		project.save()
	return world.apply("director", project, "Close")


@pytest.fixture
def closable(world, frappe, project):
	settings = frappe.get_doc("Presales Settings")
	settings.require_evaluation_to_close = 0
	settings.save()
	return project


def test_a_project_is_not_closed_while_its_handover_waits(world, frappe, closable):
	handover = world.offer(world.make_handover(closable))
	with pytest.raises(exceptions.LifecycleError, match="waits for an answer"):
		close(world, frappe, closable)
	world.accept_handover(handover)
	assert close(world, frappe, closable).status == "Closed"


def test_closing_needs_a_handover_where_the_settings_say_so(world, frappe, closable):
	settings = frappe.get_doc("Presales Settings")
	settings.require_handover_to_close = 1
	settings.save()
	with pytest.raises(exceptions.GateError, match="no handover"):
		close(world, frappe, closable)
	handover = world.make_handover(closable)
	with pytest.raises(exceptions.GateError, match=f"{handover.name} .Draft."):
		close(world, frappe, closable)
	world.accept_handover(world.offer(handover))
	assert close(world, frappe, closable).status == "Closed"


def test_a_project_may_be_closed_without_a_handover(world, frappe, closable):
	assert close(world, frappe, closable).status == "Closed"


@pytest.mark.clause("R1.8")
def test_a_gate_asks_for_an_accepted_handover(world, frappe):
	process = make_process(
		world,
		{
			"kind": "Record",
			"reference_doctype": HANDOVER,
			"reference_filters": json.dumps([["status", "=", "Accepted"]]),
		},
	)
	project = world.make_won_project(presales_process=process.name)
	handover = world.offer(world.make_handover(project))
	assert not only_finding(project).satisfied
	world.accept_handover(handover)
	assert only_finding(project).satisfied


@pytest.mark.clause("R1.8")
def test_a_late_answer_is_asked_for_and_told_further_up(world, frappe, project, offered):
	run(frappe)
	due(frappe, offered, "answer_due", 1)
	assert set(run(frappe)) == {email("delivery")}
	due(frappe, offered, "answer_due", -10)
	sent = run(frappe)
	assert set(sent) == {email("delivery"), email("director"), email("supervisor")}
	assert "Answer to the handover of City parking guidance" in sent[email("delivery")][0]
	assert run(frappe) == {}
	world.accept_handover(offered)
	due(frappe, offered, "answer_due", -20)
	assert run(frappe) == {}
