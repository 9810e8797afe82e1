"""Guidance from above: two levels, supervisors and leaders, with an answer by a date and key points to watch."""

import pytest

from presales_mgmt import api
from presales_mgmt.exceptions import (
	DateOrderError,
	DuplicateEntryError,
	GuidanceError,
	LifecycleError,
	SelfApprovalError,
	TeamError,
)
from tests.world import email

NOTE = "Presales Guidance Note"
ANSWER = "<p>The finance office decides in June.</p>"


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def note(world, project):
	return world.guide(project)


def todos(frappe, doc):
	return set(
		frappe.get_all(
			"ToDo",
			filters={"reference_type": NOTE, "reference_name": doc.name, "status": "Open"},
			pluck="allocated_to",
			order_by="name asc",
		)
	)


def notices(frappe, doc):
	return set(
		frappe.get_all(
			"Notification Log",
			filters={"document_type": NOTE, "document_name": doc.name},
			pluck="for_user",
			order_by="name asc",
		)
	)


def answered(world, note, person="manager"):
	with world.acting_as(person):
		api.answer_guidance(note.name, ANSWER)
	return note.reload()


# ------------------------------------------------------------------------------------------------ given


@pytest.mark.clause("R9.1", "R9.8")
@pytest.mark.parametrize(
	("person", "given_as"), [("supervisor", "Company Supervisor"), ("leader", "Presales Leader")]
)
def test_supervisors_and_leaders_guide(world, frappe, project, person, given_as):
	note = world.guide(project, person)
	assert (note.given_by, note.given_as, note.status) == (email(person), given_as, "Open")
	assert note.addressed_to == email("manager"), "the manager, where nobody is named"
	assert todos(frappe, note) == {email("manager")}


@pytest.mark.clause("R9.8")
@pytest.mark.parametrize("project_role", ["Department Supervisor", "Director Supervisor"])
def test_every_kind_of_supervisor_guides(world, frappe, project_role):
	project = world.make_active_project(
		supervisors=[
			{"user": email("supervisor"), "project_role": project_role, "active": 1},
			{"user": email("other_director"), "project_role": "Company Supervisor", "active": 1},
		]
	)
	assert world.guide(project).given_as == project_role
	assert world.guide(project, "other_director").given_as == "Company Supervisor"


@pytest.mark.clause("R9.1")
@pytest.mark.parametrize(
	"person", ["director", "manager", "engineer", "other_director", "other_manager", "clerk"]
)
def test_nobody_else_guides(world, frappe, project, person):
	"""The director is whom guidance is for: it comes from the level above."""
	with pytest.raises(frappe.PermissionError):
		world.guide(project, person, addressed_to=email("planner"))


@pytest.mark.clause("R9.1")
def test_leaders_see_and_guide_a_project_that_they_are_no_part_of(world, frappe):
	"""Company-level above channel and ordinary projects: none is hidden from a leader."""
	project = world.make_active_project(project_title="Company-level deal")
	note = world.guide(project)
	with world.acting_as("leader"):
		assert note.name in frappe.get_list(NOTE, pluck="name", order_by="name asc")
		assert frappe.client.get(NOTE, note.name)["guidance"]
	assert world.guide(project, "leader").given_as == "Presales Leader"


def test_outsiders_see_no_guidance(world, frappe, note):
	for person in ("other_director", "other_manager"):
		with world.acting_as(person):
			assert frappe.get_list(NOTE, order_by="name asc") == []
			with pytest.raises(frappe.PermissionError):
				frappe.client.get(NOTE, note.name)
			for act in (
				lambda: api.answer_guidance(note.name, ANSWER),
				lambda: api.close_guidance(note.name),
				lambda: api.reopen_guidance(note.name, "Why"),
			):
				with pytest.raises(frappe.PermissionError):
					act()


def test_who_gives_it_is_not_taken_from_the_request(world, frappe, project):
	note = world.guide(
		project,
		given_by=email("leader"),
		given_as="Presales Leader",
		status="Closed",
		answer=ANSWER,
		answered_by=email("manager"),
	)
	assert (note.given_by, note.given_as, note.status, note.answer, note.answered_by) == (
		email("supervisor"),
		"Company Supervisor",
		"Open",
		None,
		None,
	)


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"addressed_to": email("other_manager")}, TeamError),
		({"addressed_to": email("supervisor")}, TeamError),
		({"answer_due": "2020-01-01"}, DateOrderError),
		({"key_points": [{"key_point": "A"}, {"key_point": "A"}]}, DuplicateEntryError),
	],
)
def test_refused_input(world, frappe, project, values, error):
	with pytest.raises(error):
		world.guide(project, **values)


def test_an_answer_needs_a_date(world, frappe, project):
	with pytest.raises(frappe.MandatoryError):
		world.guide(project, answer_due=None)


def test_guidance_without_an_answer_is_a_notice(world, frappe, project):
	note = world.guide(project, needs_answer=0)
	assert (note.answer_due, todos(frappe, note)) == (None, set())
	assert notices(frappe, note) == {email("manager")}
	with world.acting_as("supervisor"):
		api.close_guidance(note.name)
	assert note.reload().status == "Closed"


def test_nothing_is_given_to_a_closed_project(world, frappe, project):
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with pytest.raises(LifecycleError):
		world.guide(project)


# ------------------------------------------------------------------------------------------------ answered


@pytest.mark.clause("R9.1", "R9.11")
@pytest.mark.parametrize("person", ["manager", "director"])
def test_answered_and_closed(world, frappe, note, person):
	answered(world, note, person)
	assert (note.status, note.answered_by, note.answer) == ("Answered", email(person), ANSWER)
	assert todos(frappe, note) == set()
	assert notices(frappe, note) == {email("supervisor")}, "who asked is told"
	with world.acting_as("leader"):
		api.close_guidance(note.name)
	assert note.reload().status == "Closed"


def test_the_addressee_answers(world, frappe, project):
	note = world.guide(project, addressed_to=email("engineer"))
	assert todos(frappe, note) == {email("engineer")}
	assert answered(world, note, "engineer").status == "Answered"


@pytest.mark.parametrize("person", ["planner", "archivist", "leader"])
def test_others_do_not_answer(world, frappe, note, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.answer_guidance(note.name, ANSWER)


def test_who_asks_does_not_answer(world, frappe):
	"""A leader may lead a project; that must not make both sides one."""
	both = world.make_user("both", "Presales Director", "Presales Leader")
	project = world.make_project(director=both)
	world.apply_for_initiation(project, person=both)
	world.review_initiation(project, requester="manager")
	world.apply("leader", project, "Approve Initiation")
	note = world.guide(project, both)
	with world.acting_as(both), pytest.raises(SelfApprovalError):
		api.answer_guidance(note.name, ANSWER)
	note = world.guide(project)
	answered(world, note, both)
	with world.acting_as(both), pytest.raises(SelfApprovalError):
		api.close_guidance(note.name)


def test_an_answer_says_something(world, frappe, note):
	with world.acting_as("manager"), pytest.raises(GuidanceError, match="an answer"):
		api.answer_guidance(note.name, "<p> </p>")


def test_an_unanswered_note_is_not_closed(world, frappe, note):
	with world.acting_as("supervisor"), pytest.raises(GuidanceError, match="expected Answered"):
		api.close_guidance(note.name)


@pytest.mark.parametrize("person", ["manager", "director", "engineer"])
def test_the_team_neither_closes_nor_reopens(world, frappe, note, person):
	answered(world, note)
	with world.acting_as(person):
		with pytest.raises(frappe.PermissionError):
			api.close_guidance(note.name)
		with pytest.raises(frappe.PermissionError):
			api.reopen_guidance(note.name, "Why")


@pytest.mark.clause("R9.11")
def test_opened_again_with_a_reason_and_a_date_to_come(world, frappe, note):
	from frappe.utils import add_days, getdate, today

	answered(world, note)
	frappe.db.set_value(
		NOTE,
		note.name,
		{
			"given_on": add_days(today(), -20),
			"answer_due": add_days(today(), -15),
			"reminder_level": 3,
		},
	)
	with world.acting_as("leader"):
		with pytest.raises(GuidanceError, match="a reason"):
			api.reopen_guidance(note.name, "<p></p>")
		api.reopen_guidance(note.name, "Their budget was cut.")
	note.reload()
	assert (note.status, note.reminder_level, note.answer) == ("Open", 0, ANSWER)
	assert note.answer_due == getdate(add_days(today(), 5)), "as many days as the first time"
	assert todos(frappe, note) == {email("manager")}
	comments = frappe.get_all(
		"Comment", filters={"reference_doctype": NOTE, "reference_name": note.name}, pluck="content"
	)
	assert any("Their budget was cut." in (content or "") for content in comments)
	answered(world, note)


# ------------------------------------------------------------------------------------------------ changed


@pytest.mark.clause("R9.11")
def test_supervisors_follow_key_points_up(world, frappe, note):
	answered(world, note)
	with world.acting_as("leader"):
		doc = frappe.get_doc(NOTE, note.name)
		doc.key_points[0].update({"state": "Concern", "remarks": "They did not receive us."})
		doc.append("key_points", {"key_point": "Budget", "state": "Watching"})
		doc.save()
	assert [row.state for row in note.reload().key_points] == ["Concern", "Watching"]


@pytest.mark.parametrize(
	"change",
	[
		lambda doc: doc.set("guidance", "<p>I never said that.</p>"),
		lambda doc: doc.set("subject", "Other"),
		lambda doc: doc.set("addressed_to", email("engineer")),
		lambda doc: doc.set("answer_due", "2030-01-01"),
		lambda doc: doc.set("key_points", []),
		lambda doc: doc.key_points[0].update({"key_point": "Other"}),
		lambda doc: doc.key_points[0].update({"watch_until": "2030-01-01"}),
	],
)
def test_guidance_stands_as_it_was_answered(world, frappe, note, change):
	answered(world, note)
	with world.acting_as("supervisor"):
		doc = frappe.get_doc(NOTE, note.name)
		change(doc)
		with pytest.raises(GuidanceError):
			doc.save()


def test_until_then_who_gave_it_words_it_anew(world, frappe, note):
	with world.acting_as("supervisor"):
		doc = frappe.get_doc(NOTE, note.name)
		doc.update({"guidance": "<p>Find out who decides.</p>", "addressed_to": email("engineer")})
		doc.save()
	assert todos(frappe, note) == {email("engineer")}
	with world.acting_as("leader"):
		doc = frappe.get_doc(NOTE, note.name)
		doc.guidance = "<p>No, leave it.</p>"
		with pytest.raises(GuidanceError):
			doc.save()


@pytest.mark.parametrize(
	("fieldname", "value"),
	[
		("status", "Closed"),
		("answer", ANSWER),
		("given_by", email("leader")),
		("given_as", "Presales Leader"),
	],
)
def test_saving_the_form_changes_no_state(world, frappe, note, fieldname, value):
	with world.acting_as("supervisor"):
		doc = frappe.get_doc(NOTE, note.name)
		doc.set(fieldname, value)
		with pytest.raises(GuidanceError):
			doc.save()


def test_the_director_does_not_edit_guidance(world, frappe, note):
	with world.acting_as("director"):
		doc = frappe.get_doc(NOTE, note.name)
		doc.key_points[0].state = "In Order"
		with pytest.raises(frappe.PermissionError):
			doc.save()


def test_a_closed_note_stays_as_it_is(world, frappe, note):
	answered(world, note)
	with world.acting_as("supervisor"):
		api.close_guidance(note.name)
		doc = frappe.get_doc(NOTE, note.name)
		doc.key_points[0].state = "In Order"
		with pytest.raises(GuidanceError):
			doc.save()
