"""Changes of what the customer has confirmed: asked for with their effect, decided by somebody else, carried out."""

import pytest

from presales_mgmt import api
from presales_mgmt.exceptions import (
	ChangeRequestError,
	DateOrderError,
	DuplicateEntryError,
	LifecycleError,
	MarkupError,
	OutOfRangeError,
	RequirementError,
	SelfApprovalError,
	WrongTypeError,
)
from tests.test_requirements import answer, ask, notices, todos
from tests.world import email

CHANGE = "Presales Change Request"


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def requirement(world, project):
	return world.confirmed_requirement(project)


@pytest.fixture
def change(world, requirement):
	return world.request_change(requirement)


def approve(world, change, person="director", remarks=None):
	with world.acting_as(person):
		api.approve_change_request(change.name, remarks)
	return change.reload()


def reject(world, change, person="director", reason="Too late"):
	with world.acting_as(person):
		api.reject_change_request(change.name, reason)
	return change.reload()


# ------------------------------------------------------------------------------------------- asked for


@pytest.mark.clause("R6.3", "R9.6")
def test_a_change_says_what_why_who_and_what_it_costs(world, frappe, project, change):
	assert (change.presales_project, change.status, change.from_version) == (project.name, "Requested", 1)
	assert [(row.changed_field, row.old_value, row.new_value) for row in change.changes] == [
		("Quantity", "600", "800")
	]
	assert (change.reason, change.customer_person) == ("A second deck is built.", "Director Zhang")
	assert (change.effect_days, change.cost_effect, change.price_effect) == (10, 200_000, 300_000)
	assert (change.requested_by, change.requirement_title) == (email("manager"), "Sensor for every bay")
	assert todos(frappe, change) == {email("director")}


@pytest.mark.parametrize("person", ["engineer", "planner", "director"])
def test_who_works_on_the_project_asks(world, frappe, requirement, person):
	assert world.request_change(requirement, person).requested_by == email(person)


@pytest.mark.parametrize(
	"person", ["supervisor", "archivist", "leader", "other_director", "other_manager", "expert2", "clerk"]
)
def test_others_do_not_ask(world, frappe, requirement, person):
	with pytest.raises(frappe.PermissionError):
		world.draft_change(requirement, person)


def test_a_draft_is_not_decided_on_whatever_was_sent(world, frappe, requirement):
	draft = world.draft_change(
		requirement,
		status="Approved",
		decided_by=email("leader"),
		decided_on="2026-05-05 10:00:00",
		requested_by=email("engineer"),
		from_version=9,
		currency="USD",
		conversion_rate=7,
		base_cost_effect=1,
		changes=[{"changed_field": "Title", "old_value": "A", "new_value": "B"}],
	).reload()
	assert (draft.status, draft.decided_by, draft.requested_by, draft.from_version) == (
		"Draft",
		None,
		None,
		1,
	)
	assert (draft.currency, draft.conversion_rate, draft.base_cost_effect) == ("CNY", 1, 200_000)
	assert [row.changed_field for row in draft.changes] == ["Quantity"]


def test_what_it_does_not_speak_of_stays(world, frappe, requirement):
	draft = world.draft_change(requirement, new_quantity=None, new_place="Market")
	assert [row.changed_field for row in draft.changes] == ["Place"]
	assert (draft.new_title, draft.new_quantity) == ("Sensor for every bay", 600)


def test_a_field_that_is_emptied_is_to_be_empty(world, frappe, requirement):
	draft = world.draft_change(requirement, new_place="", new_due_date="", new_quantity=0, new_uom="")
	assert [(row.changed_field, row.new_value) for row in draft.changes] == [
		("Due Date", ""),
		("Place", ""),
		("Quantity", ""),
		("UOM", ""),
	]
	with world.acting_as("manager"):
		draft.new_device = None
		draft.save()
		draft.submit()
	approve(world, draft)
	requirement.reload()
	assert (requirement.place, requirement.due_date, requirement.quantity, requirement.uom) == (
		"",
		None,
		0,
		"",
	)
	assert not requirement.device


def test_a_change_of_nothing_is_refused(world, frappe, requirement):
	draft = world.draft_change(requirement, new_quantity=600)
	with world.acting_as("manager"), pytest.raises(ChangeRequestError, match="changes nothing"):
		draft.submit()


@pytest.mark.clause("R6.3")
def test_one_open_change_for_each_requirement(world, frappe, project, requirement, change):
	with pytest.raises(DuplicateEntryError, match=change.name):
		world.draft_change(requirement)
	other = world.confirmed_requirement(project, title="Signs")
	world.request_change(other)
	reject(world, change)
	world.draft_change(requirement)
	with pytest.raises(DuplicateEntryError):
		world.draft_change(requirement)


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"reason": None}, "MandatoryError"),
		({"customer_person": None}, "MandatoryError"),
		({"asked_on": "2040-01-01"}, DateOrderError),
		({"new_quantity": -1}, OutOfRangeError),
		({"new_title": "<b>A</b>"}, MarkupError),
		({"new_kind": "Wish"}, "ValidationError"),
		({"cost_effect": "a lot"}, WrongTypeError),
		({"price_effect": 10**13}, OutOfRangeError),
		({"effect_days": 1.5}, WrongTypeError),
	],
)
def test_refused_input(world, frappe, requirement, values, error):
	with pytest.raises(getattr(frappe, error) if isinstance(error, str) else error):
		world.draft_change(requirement, **values)


@pytest.mark.parametrize(("name", "error"), [("PSQ-none", "LinkValidationError"), (None, "MandatoryError")])
def test_a_change_is_of_a_requirement(world, frappe, name, error):
	with world.acting_as("manager"), pytest.raises(getattr(frappe, error), match="Requirement"):
		world.insert(CHANGE, requirement=name, reason="Why", customer_person="Zhang")


@pytest.mark.parametrize("status", ["Captured", "Analysed", "Rejected", "Withdrawn"])
def test_what_is_not_confirmed_needs_no_change_request(world, frappe, project, status):
	doc = world.capture(project)
	frappe.db.set_value(doc.doctype, doc.name, "status", status)
	with pytest.raises(ChangeRequestError, match="that the customer has confirmed"):
		world.draft_change(doc)


def test_requirement_and_project_belong_together(world, frappe, requirement):
	other = world.make_active_project(project_title="Another deal")
	with pytest.raises(ChangeRequestError, match="a record of project"):
		world.draft_change(requirement, presales_project=other.name)


@pytest.mark.clause("R6.3")
def test_the_customer_asks_by_an_archived_document(world, frappe, project, requirement):
	other = world.make_active_project(project_title="Another deal")
	for document in (None, world.archive(other, "Correspondence").name):
		draft = world.draft_change(requirement)
		with world.acting_as("manager"):
			draft.customer_document = document
			with pytest.raises(RequirementError, match="an archived document of project"):
				draft.submit()
			frappe.delete_doc(CHANGE, draft.name)


def test_what_was_asked_for_is_not_put_in_other_words(world, frappe, change):
	with world.acting_as("manager"):
		doc = frappe.get_doc(CHANGE, change.name)
		doc.new_quantity = 900
		with pytest.raises(frappe.UpdateAfterSubmitError):
			doc.save()


def test_nothing_is_changed_in_a_closed_project(world, frappe, project, change):
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with pytest.raises(LifecycleError):
		approve(world, change)
	with world.acting_as("manager"), pytest.raises(LifecycleError):
		change.cancel()


# ------------------------------------------------------------------------------------------- two currencies


@pytest.mark.clause("R6.3")
def test_effects_in_the_currency_of_the_project_and_of_the_company(world, frappe):
	project = world.make_active_project(currency="USD", conversion_rate=7.125)
	change = world.request_change(
		world.confirmed_requirement(project), cost_effect=-1000.5, price_effect=2000
	)
	assert (change.company, change.currency, change.conversion_rate) == (world.company, "USD", 7.125)
	assert (change.cost_effect, change.base_cost_effect) == (-1000.5, -7128.56)
	assert (change.price_effect, change.base_price_effect) == (2000, 14250)
	frappe.db.set_value("Presales Project", project.name, "conversion_rate", 8)
	approve(world, change)
	assert change.base_price_effect == 14250, "at the rate at which it was asked for"


def test_the_other_company_has_its_own(world, frappe):
	project = world.make_active_project(company=world.other_company)
	assert world.request_change(world.confirmed_requirement(project)).company == world.other_company


# ------------------------------------------------------------------------------------------- decided


@pytest.mark.clause("R6.3", "R9.6")
@pytest.mark.parametrize("person", ["director", "leader"])
def test_an_approved_change_is_the_next_version(world, frappe, requirement, change, person):
	from frappe.utils import getdate

	before = requirement.confirmation_document
	approve(world, change, person, "Within the budget")
	assert (change.status, change.decided_by, change.decision_remarks) == (
		"Approved",
		email(person),
		"Within the budget",
	)
	requirement.reload()
	assert (requirement.status, requirement.requirement_version, requirement.quantity) == (
		"Confirmed",
		2,
		800,
	)
	assert requirement.title == "Sensor for every bay"
	assert requirement.confirmation_document == change.customer_document != before
	assert requirement.confirmed_on == getdate("2026-05-04")
	assert requirement.confirmation_recorded_by == email(person)
	assert todos(frappe, change) == set()
	assert notices(frappe, change) == {email("manager")}, "who asked is told"


@pytest.mark.clause("R6.3")
def test_the_requests_are_the_history_of_a_requirement(world, frappe, requirement, change):
	approve(world, change)
	approve(world, world.request_change(requirement, new_quantity=900, new_place="Market"))
	history = [
		(doc.from_version, [(row.changed_field, row.old_value, row.new_value) for row in doc.changes])
		for doc in (
			frappe.get_doc(CHANGE, name)
			for name in frappe.get_all(
				CHANGE, filters={"requirement": requirement.name}, pluck="name", order_by="from_version asc"
			)
		)
	]
	assert history == [
		(1, [("Quantity", "600", "800")]),
		(2, [("Place", "Car park at the station", "Market"), ("Quantity", "800", "900")]),
	]
	assert requirement.reload().requirement_version == 3


@pytest.mark.parametrize("person", ["director", "leader"])
def test_a_rejected_change_leaves_all_as_it_was(world, frappe, requirement, change, person):
	with world.acting_as(person), pytest.raises(ChangeRequestError, match="a reason"):
		api.reject_change_request(change.name, " ")
	with world.acting_as(person), pytest.raises(MarkupError):
		api.reject_change_request(change.name, "<script>alert(1)</script>")
	reject(world, change, person)
	assert (change.status, change.decision_remarks) == ("Rejected", "Too late")
	requirement.reload()
	assert (requirement.status, requirement.requirement_version, requirement.quantity) == (
		"Confirmed",
		1,
		600,
	)


@pytest.mark.parametrize("person", ["manager", "engineer", "planner", "supervisor", "archivist"])
def test_others_do_not_decide(world, frappe, change, person):
	for act in (approve, reject):
		with pytest.raises(frappe.PermissionError):
			act(world, change, person)


@pytest.mark.parametrize("person", ["other_director", "other_manager", "expert2", "clerk"])
def test_outsiders_see_and_do_nothing(world, frappe, change, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		frappe.client.get(CHANGE, change.name)
	for act in (approve, reject):
		with pytest.raises(frappe.PermissionError):
			act(world, change, person)


@pytest.mark.clause("R6.3")
def test_nobody_decides_on_the_own_request(world, frappe, requirement):
	change = world.request_change(requirement, "director")
	assert todos(frappe, change) == set(), "a leader has to decide"
	for act in (approve, reject):
		with pytest.raises(SelfApprovalError):
			act(world, change, "director")
	assert approve(world, change, "leader").status == "Approved"


def test_who_drafted_it_does_not_decide_either(world, frappe, requirement):
	change = world.draft_change(requirement, "director")
	with world.acting_as("manager"):
		change = frappe.get_doc(CHANGE, change.name)
		change.submit()
	with pytest.raises(SelfApprovalError):
		approve(world, change, "director")


def test_nor_who_acts_for_who_asked(world, frappe, requirement, change):
	world.delegate("manager", "leader")
	with pytest.raises(SelfApprovalError):
		approve(world, change, "leader")


def test_nor_for_whom_the_request_was_made(world, frappe, requirement, change):
	"""The manager acts for the director: the request may be the director's own."""
	world.delegate("director", "manager")
	with pytest.raises(SelfApprovalError):
		approve(world, change, "director")
	with pytest.raises(SelfApprovalError):
		approve(world, change, "manager")


@pytest.mark.clause("R4.1")
def test_the_directors_delegate_decides(world, frappe, change):
	world.delegate("director", "planner")
	assert approve(world, change, "planner").decided_by == email("planner")


@pytest.mark.parametrize("first", [approve, reject])
def test_what_is_decided_stands(world, frappe, requirement, change, first):
	first(world, change)
	for act in (approve, reject):
		with pytest.raises(ChangeRequestError, match="expected Requested"):
			act(world, change, "leader")
	with world.acting_as("manager"), pytest.raises(ChangeRequestError, match="stands"):
		change.cancel()
	assert requirement.reload().requirement_version == (2 if first is approve else 1)


def test_a_draft_is_not_decided_on(world, frappe, requirement):
	draft = world.draft_change(requirement)
	with pytest.raises(ChangeRequestError, match="found Draft"):
		approve(world, draft)


@pytest.mark.clause("R8.4")
def test_r_and_d_is_asked_about_a_change(world, frappe, project, requirement):
	with pytest.raises(RequirementError, match="found Confirmed"):
		ask(world, requirement)
	change = world.request_change(requirement)
	ask(world, requirement)
	with pytest.raises(RequirementError, match="an answer of R&D"):
		approve(world, change)
	answer(world, requirement)
	assert requirement.reload().status == "Confirmed"
	assert approve(world, change).status == "Approved"


@pytest.mark.clause("R6.3")
def test_a_requirement_that_the_customer_no_longer_has(world, frappe, requirement):
	change = world.request_change(requirement, change_type="Withdrawal", new_quantity=None)
	assert change.changes == []
	approve(world, change)
	requirement.reload()
	assert (requirement.status, requirement.requirement_version, requirement.settled_reason) == (
		"Withdrawn",
		2,
		"A second deck is built.",
	)
	assert requirement.quantity == 600
	with pytest.raises(ChangeRequestError):
		world.draft_change(requirement)


def test_what_is_approved_is_what_was_asked_for(world, frappe, requirement, change):
	frappe.db.set_value(requirement.doctype, requirement.name, "quantity", 700)
	with pytest.raises(ChangeRequestError, match="no longer as it was"):
		approve(world, change)


# ------------------------------------------------------------------------------------------- withdrawn


@pytest.mark.clause("R6.3")
@pytest.mark.parametrize("person", ["engineer", "manager", "director"])
def test_withdrawn_by_who_asked_or_leads_the_project(world, frappe, requirement, person):
	change = world.request_change(requirement, "engineer")
	with world.acting_as("planner"), pytest.raises(frappe.PermissionError):
		frappe.get_doc(CHANGE, change.name).cancel()
	with world.acting_as(person):
		frappe.get_doc(CHANGE, change.name).cancel()
	assert (change.reload().status, todos(frappe, change)) == ("Withdrawn", set())
	with pytest.raises(ChangeRequestError):
		approve(world, change)
	with world.acting_as("engineer"), pytest.raises(ChangeRequestError, match="history"):
		frappe.delete_doc(CHANGE, change.name)
	assert requirement.reload().requirement_version == 1


def test_a_withdrawn_one_is_amended(world, frappe, requirement, change):
	with world.acting_as("manager"):
		change.cancel()
		amended = frappe.copy_doc(change.reload())
		amended.update({"amended_from": change.name, "docstatus": 0})
		amended.new_quantity = 900
		amended.insert()
		amended.submit()
	approve(world, amended)
	assert requirement.reload().quantity == 900


@pytest.mark.clause("R8.5")
def test_the_customers_document_is_withdrawn(world, frappe, requirement, change):
	with world.acting_as("archivist"):
		frappe.get_doc("Presales Document", change.customer_document).cancel()
	assert change.reload().docstatus == 1
	with pytest.raises(RequirementError, match="an archived document"):
		approve(world, change)


def test_the_document_of_an_approved_change_is_withdrawn(world, frappe, requirement, change):
	approve(world, change)
	with world.acting_as("archivist"):
		frappe.get_doc("Presales Document", change.customer_document).cancel()
	requirement.reload()
	assert (requirement.status, requirement.requirement_version, requirement.quantity) == ("Analysed", 2, 800)
	assert change.reload().status == "Approved"


# ------------------------------------------------------------------------------------------- what it costs


def test_the_summary_counts_changes_that_wait(world, frappe, project, requirement, change):
	with world.acting_as("manager"):
		assert api.get_requirement_summary(project.name)["changes_requested"] == 1
	approve(world, change)
	with world.acting_as("manager"):
		assert api.get_requirement_summary(project.name)["changes_requested"] == 0


def test_a_review_of_what_was_changed_speaks_for_it_no_more(world, frappe, project, requirement, change):
	review = world.review_record(project, "Safety", requirement)
	with world.acting_as("manager"):
		assert api.get_reviewed_record_fault(review.name) is None
	approve(world, change)
	with world.acting_as("manager"):
		assert "has changed since the review" in api.get_reviewed_record_fault(review.name)
