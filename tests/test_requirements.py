"""Requirements of the customer: captured, analysed, asked of R&D, confirmed by a document, and counted."""

import json

import pytest

from presales_mgmt import api
from presales_mgmt.exceptions import (
	CompanyMismatchError,
	DateOrderError,
	LifecycleError,
	MarkupError,
	OutOfRangeError,
	RequirementError,
	SelfApprovalError,
	TeamError,
	UserError,
	WrongTypeError,
)
from tests.world import email

REQUIREMENT = "Presales Requirement"
OUTSIDERS = ("other_director", "other_manager", "expert2", "clerk")


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def requirement(world, project):
	return world.capture(project)


@pytest.fixture
def analysed(world, requirement):
	return world.analyse_requirement(requirement)


def todos(frappe, doc):
	return set(
		frappe.get_all(
			"ToDo",
			filters={"reference_type": doc.doctype, "reference_name": doc.name, "status": "Open"},
			pluck="allocated_to",
			order_by="name asc",
		)
	)


def notices(frappe, doc):
	return set(
		frappe.get_all(
			"Notification Log",
			filters={"document_type": doc.doctype, "document_name": doc.name},
			pluck="for_user",
			order_by="name asc",
		)
	)


def save(world, frappe, doc, person, **values):
	with world.acting_as(person):
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.update(values)
		doc.save()
	return doc


def ask(world, requirement, person="manager", **values):
	"""A request to R&D, that is to `expert`, who is not on the team."""
	from frappe.utils import add_days, today

	arguments = {
		"question": "Can the sensor stand 40 degrees below zero?",
		"due_date": add_days(today(), 7),
		"asked_of": email("expert"),
		**values,
	}
	with world.acting_as(person):
		api.request_development(requirement.name, **arguments)
	return requirement.reload()


def answer(world, requirement, person="expert", **values):
	arguments = {"answer": "Feasible", "text": "With another housing.", "effort": 12.5, **values}
	with world.acting_as(person):
		api.answer_development(requirement.name, **arguments)
	return requirement.reload()


# ------------------------------------------------------------------------------------------- captured


@pytest.mark.clause("R1.1", "R5.2", "R8.3")
@pytest.mark.parametrize("person", ["manager", "engineer", "planner", "director"])
def test_captured_with_device_function_place_priority_and_date(world, frappe, project, person):
	from frappe.utils import getdate

	visit = world.record_activity(project, "Visit")
	doc = world.capture(project, person, source_doctype="Presales Activity", source_record=visit.name)
	doc.reload()
	assert (doc.status, doc.requirement_version, doc.owner) == ("Captured", 1, email(person))
	assert (doc.device, doc.wanted_function, doc.place, doc.quantity, doc.uom) == (
		"Ultrasonic sensor",
		"Tells whether a bay is free",
		"Car park at the station",
		600,
		"Nos",
	)
	assert (doc.priority, doc.due_date) == ("Must Have", getdate("2026-12-31"))
	assert (doc.source, doc.source_record) == ("Customer Visit", visit.name)


@pytest.mark.parametrize("person", ["supervisor", "archivist", "leader", *OUTSIDERS])
def test_who_does_not_capture(world, frappe, project, person):
	with pytest.raises(frappe.PermissionError):
		world.capture(project, person)


def test_a_new_one_has_come_nowhere_yet(world, frappe, project):
	doc = world.capture(
		project,
		status="Confirmed",
		requirement_version=7,
		confirmed_by="Nobody",
		analysed_by=email("engineer"),
		development_status="Answered",
		development_answer="Feasible",
		development_effort=3,
	).reload()
	assert (doc.status, doc.requirement_version, doc.confirmed_by, doc.analysed_by) == (
		"Captured",
		1,
		None,
		None,
	)
	assert (doc.development_status, doc.development_answer, doc.development_effort) == (None, None, 0)


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"quantity": -1}, OutOfRangeError),
		({"quantity": "many"}, WrongTypeError),
		({"title": "<b>Sensor</b>"}, MarkupError),
		({"due_date": "soon"}, WrongTypeError),
		({"source_doctype": "Presales Activity"}, RequirementError),
		({"source_doctype": "Presales Activity", "source_record": "no-such"}, Exception),
	],
)
def test_refused_input(world, frappe, project, values, error):
	with pytest.raises(error):
		world.capture(project, **values)


@pytest.mark.parametrize("fieldname", ["title", "kind", "source"])
def test_what_is_needed(world, frappe, project, fieldname):
	with pytest.raises(frappe.MandatoryError):
		world.capture(project, **{fieldname: None})


def test_the_source_is_a_record_of_the_project(world, frappe, project):
	other = world.make_active_project(project_title="Another deal")
	visit = world.record_activity(other, "Visit")
	with pytest.raises(RequirementError, match="a record of project"):
		world.capture(project, source_doctype="Presales Activity", source_record=visit.name)


def test_nothing_is_captured_for_a_closed_project(world, frappe, project):
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with pytest.raises(LifecycleError):
		world.capture(project)


@pytest.mark.parametrize("person", OUTSIDERS)
def test_outsiders_see_and_do_nothing(world, frappe, project, requirement, person):
	with world.acting_as(person):
		with pytest.raises(frappe.PermissionError):
			frappe.client.get(REQUIREMENT, requirement.name)
		for act in (
			lambda: api.get_requirement_summary(project.name),
			lambda: api.analyse_requirement(requirement.name, "Buy it", "Feasible"),
			lambda: api.request_development(requirement.name, "?", "2040-01-01", email("expert")),
			lambda: api.answer_development(requirement.name, "Feasible", "Yes", 1),
			lambda: api.withdraw_development(requirement.name),
			lambda: api.confirm_requirements([requirement.name], "Zhang", "2026-04-02", "PSD"),
			lambda: api.reject_requirement(requirement.name, "No"),
			lambda: api.withdraw_requirement(requirement.name, "No"),
		):
			with pytest.raises(frappe.PermissionError):
				act()


# ------------------------------------------------------------------------------------------- analysed


@pytest.mark.clause("R1.2", "R8.3")
@pytest.mark.parametrize("person", ["engineer", "planner"])
def test_analysed_by_technical_staff_with_a_recommendation(world, frappe, requirement, person):
	world.analyse_requirement(requirement, person, "Feasible with Changes")
	assert (requirement.status, requirement.analysed_by, requirement.feasibility) == (
		"Analysed",
		email(person),
		"Feasible with Changes",
	)
	assert "by bus" in requirement.recommendation
	assert requirement.analysed_on


@pytest.mark.parametrize("person", ["manager", "director", "supervisor", "leader", "archivist"])
def test_others_do_not_analyse(world, frappe, requirement, person):
	with pytest.raises(frappe.PermissionError):
		world.analyse_requirement(requirement, person)


def test_an_analysis_says_something(world, frappe, requirement):
	with world.acting_as("engineer"):
		with pytest.raises(RequirementError, match="a recommendation"):
			api.analyse_requirement(requirement.name, "<p> </p>", "Feasible")
		with pytest.raises(RequirementError, match="Feasibility: found Perhaps"):
			api.analyse_requirement(requirement.name, "Buy it", "Perhaps")


@pytest.mark.clause("R1.2")
@pytest.mark.parametrize(
	("values", "status"),
	[
		({"place": "Car park at the market"}, "Captured"),
		({"description": "<p>Blue.</p>"}, "Captured"),
		({"quantity": 601}, "Captured"),
		({"priority": "Could Have"}, "Analysed"),
		({"due_date": "2027-01-31"}, "Analysed"),
		({"source": "Meeting"}, "Analysed"),
	],
)
def test_what_is_put_in_other_words_is_analysed_again(world, frappe, analysed, values, status):
	assert save(world, frappe, analysed, "manager", **values).reload().status == status


@pytest.mark.parametrize(
	("fieldname", "value"),
	[
		("status", "Confirmed"),
		("requirement_version", 2),
		("recommendation", "<p>Nothing</p>"),
		("analysed_by", email("manager")),
		("confirmed_by", "Director Zhang"),
		("development_answer", "Feasible"),
		("development_effort", 1),
	],
)
def test_saving_the_form_changes_no_state(world, frappe, analysed, fieldname, value):
	with pytest.raises(RequirementError):
		save(world, frappe, analysed, "manager", **{fieldname: value})


# ------------------------------------------------------------------------------------------- R&D


@pytest.mark.clause("R8.4")
def test_a_new_need_goes_to_a_person_in_r_and_d(world, frappe, project, analysed):
	ask(world, analysed)
	assert (analysed.development_status, analysed.needs_development) == ("Requested", 1)
	assert (analysed.development_asked_of, analysed.development_requested_by) == (
		email("expert"),
		email("manager"),
	)
	assert todos(frappe, analysed) == {email("expert")}
	project.reload()
	assert ("Reviewer", 1) in [
		(row.project_role, row.active) for row in project.team if row.user == email("expert")
	]
	with pytest.raises(RequirementError, match="an answer of R&D"):
		world.confirm_requirement(project, analysed)
	answer(world, analysed)
	assert (
		analysed.development_status,
		analysed.development_answer,
		analysed.development_effort,
		analysed.development_answered_by,
	) == ("Answered", "Feasible", 12.5, email("expert"))
	assert analysed.status == "Analysed"
	assert todos(frappe, analysed) == set()
	assert notices(frappe, analysed) == {email("manager")}, "who asked is told"
	assert world.confirm_requirement(project, analysed).status == "Confirmed"


@pytest.mark.clause("R8.4")
def test_the_flag_alone_holds_the_confirmation_back(world, frappe, project):
	doc = world.analyse_requirement(world.capture(project, needs_development=1))
	with pytest.raises(RequirementError, match="R&D Request: found nothing"):
		world.confirm_requirement(project, doc)
	save(world, frappe, doc, "engineer", needs_development=0)
	assert world.confirm_requirement(project, doc).status == "Confirmed"


@pytest.mark.clause("R8.4")
def test_what_cannot_be_made_is_not_promised(world, frappe, project, analysed):
	answer(world, ask(world, analysed), answer="Not Feasible", text="Batteries freeze.", effort=0)
	with pytest.raises(RequirementError, match="something that can be made"):
		world.confirm_requirement(project, analysed)
	answer(world, ask(world, analysed), answer="Feasible with Changes", text="Heated.")
	assert world.confirm_requirement(project, analysed).status == "Confirmed"


def test_the_flag_is_settled_by_the_request(world, frappe, analysed):
	ask(world, analysed)
	with pytest.raises(RequirementError, match="Needs Custom Development"):
		save(world, frappe, analysed, "manager", needs_development=0)


@pytest.mark.parametrize("person", ["engineer", "planner", "director"])
def test_technical_staff_ask_too(world, frappe, requirement, person):
	assert ask(world, requirement, person).development_requested_by == email(person)


@pytest.mark.parametrize("person", ["supervisor", "archivist", "leader"])
def test_others_do_not_ask(world, frappe, requirement, person):
	with pytest.raises(frappe.PermissionError):
		ask(world, requirement, person)


@pytest.mark.parametrize("person", ["manager", "engineer", "director", "leader"])
def test_only_who_was_asked_answers(world, frappe, requirement, person):
	ask(world, requirement)
	with pytest.raises(frappe.PermissionError):
		answer(world, requirement, person)


@pytest.mark.clause("R8.4")
def test_a_delegate_answers(world, frappe, requirement):
	ask(world, requirement)
	world.delegate("expert", "researcher")
	assert answer(world, requirement, "researcher").development_answered_by == email("researcher")


def test_who_asked_does_not_answer_for_another(world, frappe, requirement):
	ask(world, requirement, "engineer")
	world.delegate("expert", "engineer")
	with pytest.raises(SelfApprovalError):
		answer(world, requirement, "engineer")


def test_who_is_asked_reads_and_answers_and_writes_nothing_else(world, frappe, project, requirement):
	ask(world, requirement)
	with world.acting_as("expert"):
		assert frappe.client.get(REQUIREMENT, requirement.name)["title"]
	with pytest.raises(frappe.PermissionError):
		save(world, frappe, requirement, "expert", title="Mine")
	with pytest.raises(frappe.PermissionError):
		world.analyse_requirement(requirement, "expert")
	with pytest.raises(frappe.PermissionError):
		world.capture(project, "expert")


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"asked_of": email("manager")}, UserError),
		({"asked_of": email("nobody")}, UserError),
		({"asked_of": "Guest"}, UserError),
		({"asked_of": None}, UserError),
		({"question": " "}, RequirementError),
		({"due_date": "2020-01-01"}, DateOrderError),
		({"due_date": "soon"}, RequirementError),
		({"due_date": ""}, RequirementError),
		({"department": "No Such Department"}, RequirementError),
	],
)
def test_a_request_that_is_refused(world, frappe, requirement, values, error):
	with pytest.raises(error):
		ask(world, requirement, **values)
	assert not requirement.reload().development_status


@pytest.mark.parametrize(
	"values", [{"answer": "Perhaps"}, {"text": " "}, {"effort": -1}, {"effort": float("nan")}]
)
def test_an_answer_that_is_refused(world, frappe, requirement, values):
	ask(world, requirement)
	with pytest.raises(RequirementError):
		answer(world, requirement, **values)


def test_nobody_answers_what_is_not_asked(world, frappe, requirement):
	ask(world, requirement)
	answer(world, requirement)
	with pytest.raises(RequirementError, match="R&D Request: found Answered, expected Requested"):
		answer(world, requirement)


def test_asking_again_takes_the_place_of_the_request_before(world, frappe, requirement):
	answer(world, ask(world, requirement))
	ask(world, requirement, asked_of=email("researcher"))
	assert (requirement.development_answer, requirement.development_effort) == (None, 0)
	assert todos(frappe, requirement) == {email("researcher")}
	with pytest.raises(frappe.PermissionError):
		answer(world, requirement, "expert")


def test_a_request_is_taken_back(world, frappe, project, analysed):
	ask(world, analysed, "engineer")
	for person in ("planner", "expert"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			api.withdraw_development(analysed.name)
	with world.acting_as("engineer"):
		api.withdraw_development(analysed.name)
		with pytest.raises(RequirementError):
			api.withdraw_development(analysed.name)
	assert (analysed.reload().development_status, analysed.needs_development) == ("Withdrawn", 0)
	assert todos(frappe, analysed) == set()
	assert world.confirm_requirement(project, analysed).status == "Confirmed"


# ------------------------------------------------------------------------------- R&D: a department


@pytest.fixture
def department(world, frappe):
	"""A department with `engineer`, who is on the team, and `expert`, who is not."""
	return world.make_department("Presales Test R&D", "engineer", "expert")


@pytest.mark.clause("R8.4", "R1.9")
def test_of_a_department_those_on_the_team_are_asked(world, frappe, project, requirement, department):
	ask(world, requirement, asked_of=None, department=department)
	assert todos(frappe, requirement) == {email("engineer")}
	with world.acting_as("expert"), pytest.raises(frappe.PermissionError):
		frappe.client.get(REQUIREMENT, requirement.name)
	with pytest.raises(frappe.PermissionError):
		answer(world, requirement, "expert")
	assert answer(world, requirement, "engineer").development_answered_by == email("engineer")


def test_a_department_without_anybody_on_the_team(world, frappe, requirement, department):
	with pytest.raises(TeamError, match="somebody is on the team"):
		ask(world, requirement, "engineer", asked_of=None, department=department)


def test_a_person_of_a_department_is_asked_alone(world, frappe, requirement, department):
	ask(world, requirement, department=department)
	assert todos(frappe, requirement) == {email("expert")}
	with pytest.raises(frappe.PermissionError):
		answer(world, requirement, "engineer")


def test_a_department_of_another_company(world, frappe, requirement):
	name = world.insert("Department", department_name="Presales Far R&D", company=world.other_company).name
	with pytest.raises(CompanyMismatchError):
		ask(world, requirement, department=name)


# ------------------------------------------------------------------------------------------- confirmed


@pytest.mark.clause("R8.5")
@pytest.mark.parametrize("person", ["manager", "director"])
def test_confirmed_by_the_customer_who_when_and_by_which_document(world, frappe, project, analysed, person):
	from frappe.utils import getdate

	document = world.archive(project, "Requirement Specification")
	world.confirm_requirement(project, analysed, person, document.name)
	assert (analysed.status, analysed.confirmed_by, analysed.confirmed_on) == (
		"Confirmed",
		"Director Zhang",
		getdate("2026-04-02"),
	)
	assert (analysed.confirmation_document, analysed.confirmation_recorded_by) == (
		document.name,
		email(person),
	)


@pytest.mark.parametrize("person", ["engineer", "planner", "supervisor", "leader", "archivist"])
def test_others_record_no_confirmation(world, frappe, project, analysed, person):
	with pytest.raises(frappe.PermissionError):
		world.confirm_requirement(project, analysed, person)


def test_nothing_is_confirmed_before_it_is_analysed(world, frappe, project, requirement):
	with pytest.raises(RequirementError, match="found Captured, expected Analysed"):
		world.confirm_requirement(project, requirement)


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"customer_person": " "}, RequirementError),
		({"customer_person": "<b>Zhang</b>"}, MarkupError),
		({"confirmed_on": "2040-01-01"}, DateOrderError),
		({"confirmed_on": "yesterday or so"}, RequirementError),
		({"confirmed_on": ""}, RequirementError),
	],
)
def test_a_confirmation_that_is_refused(world, frappe, project, analysed, values, error):
	with pytest.raises(error):
		world.confirm_requirement(project, analysed, **values)


@pytest.mark.clause("R8.5")
def test_the_document_is_an_archived_one_of_the_project(world, frappe, project, analysed):
	other = world.make_active_project(project_title="Another deal")
	elsewhere = world.archive(other, "Requirement Specification").name
	with world.acting_as("manager"):
		draft = world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Requirement Specification",
			title="Not yet archived",
		).name
	for document in (elsewhere, draft, "no-such-document"):
		with pytest.raises(RequirementError, match="an archived document of project"):
			world.confirm_requirement(project, analysed, document=document)


def test_one_document_confirms_all_or_none(world, frappe, project):
	document = world.archive(project, "Requirement Specification").name
	first, second = (world.analyse_requirement(world.capture(project, title=title)) for title in "AB")
	third = world.capture(project, title="C")
	arguments = {"customer_person": "Zhang", "confirmed_on": "2026-04-02", "document": document}
	with world.acting_as("manager"):
		frappe.db.savepoint("request")
		with pytest.raises(RequirementError):
			api.confirm_requirements([first.name, third.name], **arguments)
		frappe.db.rollback(save_point="request")
		assert first.reload().status == "Analysed"
		api.confirm_requirements(json.dumps([first.name, second.name, first.name]), **arguments)
	assert {first.reload().status, second.reload().status} == {"Confirmed"}


@pytest.mark.parametrize(
	("names", "error", "message"),
	[
		("[]", RequirementError, "Name the requirements"),
		("{}", WrongTypeError, "expected a list of names"),
		("7", WrongTypeError, "found 7, expected a list of names"),
		('[{"status": "Analysed"}]', WrongTypeError, "expected a list of names"),
	],
)
def test_what_is_confirmed_is_named(world, frappe, project, names, error, message):
	with world.acting_as("manager"), pytest.raises(error, match=message):
		api.confirm_requirements(names, "Zhang", "2026-04-02", "PSD")


@pytest.mark.clause("R6.3")
@pytest.mark.parametrize(
	"values",
	[
		{"title": "Other"},
		{"quantity": 800},
		{"priority": "Could Have"},
		{"due_date": "2027-01-31"},
		{"description": "<p>Blue.</p>"},
		{"source": "Meeting"},
		{"needs_development": 1},
		{"status": "Captured"},
	],
)
def test_what_is_confirmed_stays_as_it_is(world, frappe, project, analysed, values):
	world.confirm_requirement(project, analysed)
	for person in ("manager", "director"):
		with pytest.raises(RequirementError):
			save(world, frappe, analysed, person, **values)
	with pytest.raises(RequirementError):
		world.analyse_requirement(analysed)


@pytest.mark.clause("R8.5")
def test_a_withdrawn_document_confirms_nothing(world, frappe, project, analysed):
	document = world.archive(project, "Requirement Specification")
	world.confirm_requirement(project, analysed, document=document.name)
	with world.acting_as("archivist"):
		document.reload().cancel()
	analysed.reload()
	assert (analysed.status, analysed.confirmed_by, analysed.confirmation_document) == (
		"Analysed",
		None,
		None,
	)
	assert world.confirm_requirement(project, analysed).status == "Confirmed"


def test_a_superseded_document_confirms_still(world, frappe, project, analysed):
	document = world.archive(project, "Requirement Specification")
	world.confirm_requirement(project, analysed, document=document.name)
	world.archive(project, "Requirement Specification", supersedes=document.name)
	assert analysed.reload().status == "Confirmed"


# ------------------------------------------------------------------------------------------- dropped


@pytest.mark.parametrize("person", ["manager", "director"])
def test_rejected_with_a_reason(world, frappe, analysed, person):
	ask(world, analysed)
	with world.acting_as(person):
		with pytest.raises(RequirementError, match="a reason"):
			api.reject_requirement(analysed.name, " ")
		api.reject_requirement(analysed.name, "Out of scope")
	analysed.reload()
	assert (analysed.status, analysed.settled_reason, analysed.settled_by) == (
		"Rejected",
		"Out of scope",
		email(person),
	)
	assert analysed.development_status == "Withdrawn"
	assert todos(frappe, analysed) == set()
	with pytest.raises(RequirementError):
		save(world, frappe, analysed, "manager", title="Again")
	with pytest.raises(RequirementError):
		ask(world, analysed)
	with world.acting_as(person), pytest.raises(RequirementError):
		api.withdraw_requirement(analysed.name, "Again")


@pytest.mark.parametrize("person", ["engineer", "planner", "leader"])
def test_others_do_not_reject(world, frappe, requirement, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.reject_requirement(requirement.name, "No")


def test_withdrawn_by_who_captured_it(world, frappe, project):
	doc = world.capture(project, "engineer")
	with world.acting_as("planner"), pytest.raises(frappe.PermissionError):
		api.withdraw_requirement(doc.name, "Twice")
	with world.acting_as("engineer"):
		api.withdraw_requirement(doc.name, "Captured twice")
	assert doc.reload().status == "Withdrawn"


def test_what_is_confirmed_is_dropped_by_a_change_request_only(world, frappe, project, analysed):
	world.confirm_requirement(project, analysed)
	with world.acting_as("manager"):
		for act in (api.reject_requirement, api.withdraw_requirement):
			with pytest.raises(RequirementError, match="found Confirmed"):
				act(analysed.name, "No longer")


def test_nobody_deletes_a_requirement(world, frappe, requirement):
	for person in ("manager", "director", "engineer", "leader"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			frappe.client.delete(REQUIREMENT, requirement.name)


# ------------------------------------------------------------------------------------------- counted


@pytest.mark.clause("R5.2")
def test_the_summary_counts_what_is_open(world, frappe, project, analysed):
	world.confirmed_requirement(project, title="Signs")
	world.capture(project, title="App", priority="Could Have", due_date="2026-01-01")
	ask(world, analysed)
	with world.acting_as("supervisor"):
		summary = api.get_requirement_summary(project.name)
	assert summary["by_status"] == {
		"Captured": 1,
		"Analysed": 1,
		"Confirmed": 1,
		"Rejected": 0,
		"Withdrawn": 0,
	}
	assert (summary["total"], summary["open"], summary["must_have_open"]) == (3, 2, 1)
	assert (summary["overdue"], summary["development_requested"], summary["changes_requested"]) == (1, 1, 0)
	assert summary["by_priority"]["Could Have"]["Captured"] == 1


def test_the_summary_of_another_project_is_its_own(world, frappe, requirement):
	other = world.make_active_project(project_title="Another deal")
	with world.acting_as("manager"):
		assert api.get_requirement_summary(other.name)["total"] == 0


def test_the_summary_takes_as_many_queries_however_many_there_are(world, frappe, project, count_queries):
	from presales_mgmt.requirements import get_summary

	counts = []
	for number in (1, 10):
		for index in range(number):
			world.capture(project, title=f"Requirement {number} {index}")
		with count_queries() as counted:
			get_summary(project.name)
		counts.append(counted.count)
	assert counts == [2, 2]


def test_capturing_and_saving_stay_within_the_budget(world, frappe, project, count_queries):
	world.capture(project)
	with count_queries() as counted:
		requirement = world.capture(project, title="Signs")
	assert counted.count <= 20
	with world.acting_as("manager"):
		requirement.place = "Market"
		with count_queries() as counted:
			requirement.save()
	assert counted.count <= 20


@pytest.mark.clause("R5.2", "R8.5")
def test_gates_ask_for_confirmed_requirements(world, frappe, project, requirement):
	"""At least one is confirmed, and none is still captured: with the means that every process has."""
	from presales_mgmt.gates.checkers import Ask, check_records
	from presales_mgmt.gates.rules import Requirement

	def answers():
		asks = [
			Ask(
				project.name,
				Requirement(
					code=code,
					stage="Solution Design",
					kind="Record",
					title=code,
					condition={
						"reference_doctype": REQUIREMENT,
						"reference_filters": json.dumps([["status", "=", status]]),
						"min_count": number,
						"count_rule": rule,
					},
				),
			)
			for code, status, number, rule in (
				("confirmed", "Confirmed", 1, "At Least"),
				("captured", "Captured", 0, "At Most"),
			)
		]
		return [answer.satisfied for answer in check_records(asks)]

	assert answers() == [False, False]
	world.confirm_requirement(project, world.analyse_requirement(requirement))
	assert answers() == [True, True]
	world.capture(project, title="Signs")
	assert answers() == [True, False]
