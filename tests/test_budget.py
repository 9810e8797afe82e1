"""The budget of a sale: where it comes from, who changes it, and what goes beyond it (R9.6, R6.3)."""

import pytest

from presales_mgmt import exceptions
from tests.costs import Costs
from tests.world import email

PROJECT = "Presales Project"


@pytest.fixture
def costs(world, frappe):
	settings = frappe.get_doc("Presales Settings")
	settings.purchase_gate = "Off"
	settings.save()
	return Costs(world)


@pytest.fixture
def project(world, costs):
	"""With a budget of 1,000."""
	project = costs.on_team(world.make_project())
	set_budget(world, project, 1000)
	return project


def set_budget(world, project, amount, person="director"):
	with world.acting_as(person):
		project.reload()
		project.presales_budget = amount
		project.save()


def spent(project):
	project.reload()
	return project.base_cost_of_sale + project.base_commitments


def warned(frappe, project):
	return sorted(
		frappe.get_all(
			"Notification Log",
			filters={"document_name": project.name, "subject": ["like", "%nearly spent%"]},
			pluck="for_user",
			order_by="for_user asc",
		)
	)


@pytest.mark.clause("R9.6", "R6.1")
def test_the_budget_comes_with_the_approved_application(world, frappe):
	project = world.make_project()
	application = world.apply_for_initiation(project)
	assert not project.presales_budget
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert project.presales_budget == application.cost_of_sale == 100_000


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize(
	("person", "may"), [("director", True), ("manager", False), ("planner", False), ("leader", False)]
)
def test_the_director_alone_changes_the_budget(world, frappe, project, person, may):
	if not may:
		with pytest.raises(exceptions.LifecycleError, match="director"):
			set_budget(world, project, 2000, person)
		return
	set_budget(world, project, 2000, person)
	assert project.presales_budget == 2000
	# Who changed it when is kept by Frappe.
	assert frappe.get_meta(PROJECT).track_changes


@pytest.mark.clause("R6.3", "R9.6")
def test_every_kind_of_document_is_held_back_beyond_the_budget(world, frappe, costs, project):
	costs.hours(project, 9)
	assert spent(project) == 900
	beyond = (
		costs.draft_hours(project, 2, day="2026-03-21"),
		costs.draft_invoice(project, 1, 101),
		costs.draft_journal(project, 101),
		costs.draft_material_request(project, 1, 101),
	)
	for doc in beyond:
		with pytest.raises(exceptions.BudgetError, match="beyond its budget"):
			costs.submit(doc)


@pytest.mark.clause("R6.3")
def test_up_to_the_budget_everything_passes(world, frappe, costs, project):
	costs.hours(project, 4)
	costs.invoice(project, 1, 300)
	costs.journal(project, 200)
	costs.material_request(project, 1, 100)
	assert spent(project) == 1000


@pytest.mark.clause("R6.3", "R1.9")
def test_who_may_not_see_costs_is_not_told_the_figures(world, frappe, costs, project):
	draft = costs.draft_journal(project, 1001)
	with pytest.raises(exceptions.BudgetError) as told:
		costs.submit(draft)
	assert "1,001" not in str(told.value)


def test_administrator_is_told_found_and_expected(world, frappe, costs, project):
	draft = costs.draft_journal(project, 1001)
	with pytest.raises(exceptions.BudgetError, match=r"1,001\.00.*1,000\.00"):
		costs.submit(draft, person="Administrator")


def test_an_order_is_measured_with_its_request_taken_off(world, frappe, costs, project):
	"""ERPNext changes the request while it submits the order; what there was before must not be lost with it."""
	request = costs.material_request(project, 10, 90)
	dearer = costs.draft_order(request, rate=101)
	with pytest.raises(exceptions.BudgetError):
		costs.submit(dearer)


def test_what_adds_nothing_passes_although_the_budget_was_cut(world, frappe, costs, project):
	order = costs.order(costs.material_request(project, 10, 90), rate=90)
	set_budget(world, project, 500)
	costs.bill(order)
	assert spent(project) == 900
	with pytest.raises(exceptions.BudgetError):
		costs.journal(project, 1)


def test_cancelling_frees(world, frappe, costs, project):
	first = costs.hours(project, 9)
	costs.cancel(first)
	costs.journal(project, 1000)
	assert spent(project) == 1000


def test_without_a_budget_there_is_no_limit(world, frappe, costs, project):
	set_budget(world, project, 0)
	costs.journal(project, 10**6)
	assert spent(project) == 10**6


@pytest.mark.clause("R6.3")
def test_warn_lets_pass_with_a_message_and_off_says_nothing(world, frappe, costs, project):
	settings = frappe.get_doc("Presales Settings")
	for mode in ("Warn", "Off"):
		settings.budget_check = mode
		settings.save()
		frappe.clear_messages()
		costs.journal(project, 2000)
		assert ("beyond its budget" in str(frappe.get_message_log())) == (mode == "Warn")


@pytest.mark.clause("R6.3")
def test_a_company_has_thresholds_of_its_own(world, frappe, costs, project):
	settings = frappe.get_doc("Presales Settings")
	settings.append(
		"companies", {"company": world.company, "purchase_gate": "Off", "budget_stop_percent": 120}
	)
	settings.save()
	costs.journal(project, 1200)
	with pytest.raises(exceptions.BudgetError):
		costs.journal(project, 1)


@pytest.mark.parametrize(("warn", "stop"), [(90, 80), (0, 0), (80, -1)])
def test_thresholds_make_sense(frappe, warn, stop):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"budget_warn_percent": warn, "budget_stop_percent": stop})
	with pytest.raises(exceptions.OutOfRangeError):
		settings.save()


@pytest.mark.clause("R9.6")
def test_director_and_manager_are_warned_once(world, frappe, costs, project):
	costs.hours(project, 7)
	assert warned(frappe, project) == []
	journal = costs.journal(project, 100)
	people = sorted([email("director"), email("manager")])
	assert warned(frappe, project) == people
	costs.journal(project, 50)
	assert warned(frappe, project) == people
	# When it has fallen below and reaches the threshold again, they are told again.
	costs.cancel(journal)
	costs.journal(project, 100)
	assert warned(frappe, project) == sorted(people * 2)


@pytest.mark.clause("R8.8", "R9.6")
def test_what_was_approved_outside_the_plan_raises_what_may_be_spent(world, frappe, costs, project):
	costs.journal(project, 1000)
	draft = costs.draft_invoice(project, 1, 400)
	costs.approved(project, 400, request_kind="Within Plan")
	with pytest.raises(exceptions.BudgetError):
		costs.submit(draft)
	costs.approved(project, 400, request_kind="Outside Plan", reason="The customer asks for a test")
	costs.submit(draft)
	with pytest.raises(exceptions.BudgetError):
		costs.journal(project, 1)


@pytest.mark.clause("R6.3")
def test_an_order_is_opened_again_within_the_budget_only(world, frappe, costs, project):
	from erpnext.buying.doctype.purchase_order.purchase_order import update_status

	order = costs.order(costs.material_request(project, 10, 90), rate=90)
	with world.acting_as(costs.bookkeeper):
		update_status("Closed", order.name)
		costs.journal(project, 200)
		with pytest.raises(exceptions.BudgetError, match=f"{order.name} takes"):
			update_status("Submitted", order.name)
