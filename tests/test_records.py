"""Meetings, documents and evaluations: what their users would lose if it broke."""

import pytest

from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project()


# ------------------------------------------------------------------------------- meetings


@pytest.mark.clause("R9.14")
def test_actions_become_todos_and_go_with_the_meeting(world, frappe, project):
	meeting = world.hold_meeting(
		project,
		"Crisis",
		actions=[
			{
				"action": "Ask for <5 days more",
				"responsible": email("manager"),
				"due_date": "2026-03-25",
				"priority": "High",
			},
			{"action": "Survey the site", "responsible": email("engineer"), "due_date": "2026-03-30"},
		],
	)
	todos = [frappe.get_doc("ToDo", row.todo) for row in meeting.actions]
	assert [(todo.allocated_to, str(todo.date), todo.priority) for todo in todos] == [
		(email("manager"), "2026-03-25", "High"),
		(email("engineer"), "2026-03-30", "Medium"),
	]
	assert {(todo.reference_type, todo.reference_name) for todo in todos} == {(meeting.doctype, meeting.name)}
	todos[0].status = "Closed"
	todos[0].save()
	meeting.reload()
	with world.acting_as("director"):
		meeting.cancel()
	assert [frappe.db.get_value("ToDo", todo.name, "status") for todo in todos] == ["Closed", "Cancelled"]


# ------------------------------------------------------------------------------- archive


@pytest.mark.clause("R9.13")
def test_only_the_document_controller_files(world, frappe, project):
	with world.acting_as("manager"):
		document = world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Solution",
			title="Solution",
			content="<p>x</p>",
		)
		with pytest.raises(frappe.PermissionError):
			document.submit()
	document.reload()
	with world.acting_as("archivist"):
		document.submit()
	assert (document.status, document.archived_by) == ("Archived", email("archivist"))
	document.title = "Changed afterwards"
	with world.acting_as("archivist"), pytest.raises(frappe.ValidationError):
		document.save()


def test_nothing_empty_is_filed(world, project):
	from presales_mgmt.exceptions import PresalesError

	with pytest.raises(PresalesError, match="nothing to archive"):
		world.archive(project, "Solution", content=None)
	world.archive(project, "Solution", content=None, paper_location="Cabinet 3")


def test_a_document_supersedes_only_its_like(world, project):
	from presales_mgmt.exceptions import PresalesError

	report = world.archive(project, "Research Report")
	with pytest.raises(PresalesError, match="same project and type"):
		world.archive(project, "Solution", supersedes=report.name)


@pytest.mark.clause("R9.13")
def test_withdrawing_a_version_brings_back_the_one_before(world, project):
	first = world.archive(project, "Solution")
	second = world.archive(project, "Solution", supersedes=first.name)
	with world.acting_as("archivist"):
		second.cancel()
	first.reload()
	assert (first.status, second.status) == ("Archived", "Withdrawn")


# ------------------------------------------------------------------------------- evaluation


@pytest.fixture
def finished(world, frappe, project):
	with world.acting_as("director"):
		project.outcome_reason = "The customer gave up the plan"
		project.save()
	return world.apply("director", project, "Abandon")


@pytest.mark.clause("R4.2", "R4.5", "R9.15")
def test_an_evaluation_hands_its_report_to_the_archive(world, frappe, finished):
	evaluation = world.evaluate(finished, problems="Late <start & hurry")
	assert (evaluation.evaluator, evaluation.result, evaluation.total_score) == (
		email("supervisor"),
		"Abandoned",
		81,
	)
	assert evaluation.members[0].project_role == "Engineer"
	report = frappe.get_doc("Presales Document", evaluation.archived_document)
	assert (report.docstatus, report.document_type) == (0, "Project Evaluation Report")
	assert "Survey the site before the tender" in report.content
	assert "81" in report.content
	with world.acting_as("supervisor"):
		evaluation.cancel()
	assert not frappe.db.exists("Presales Document", report.name)


def test_an_archived_report_is_withdrawn_with_its_evaluation(world, frappe, finished):
	evaluation = world.evaluate(finished)
	report = frappe.get_doc("Presales Document", evaluation.archived_document)
	with world.acting_as("archivist"):
		report.submit()
	evaluation.reload()
	with world.acting_as("supervisor"):
		evaluation.cancel()
	report.reload()
	assert report.status == "Withdrawn"


@pytest.mark.clause("R9.15")
@pytest.mark.parametrize("person", ["director", "manager", "engineer", "planner"])
def test_the_team_does_not_evaluate_itself(world, frappe, finished, person):
	with pytest.raises(frappe.PermissionError):
		world.evaluate(finished, person=person)


def test_a_supervisor_who_also_led_does_not_evaluate(world, frappe):
	from presales_mgmt.exceptions import SelfApprovalError

	world.make_user("hybrid", "Presales Director", "Presales Supervisor")
	hybrid = email("hybrid")
	project = world.make_project(
		director=hybrid,
		supervisors=[
			{"user": hybrid, "project_role": "Director Supervisor", "active": 1},
			{"user": email("supervisor"), "project_role": "Department Supervisor", "active": 1},
		],
	)
	world.apply_for_initiation(project, person="manager")
	world.review_initiation(project, requester="manager")
	world.apply("leader", project, "Approve Initiation")
	frappe.db.set_value("Presales Project", project.name, "status", "Abandoned")
	with pytest.raises(SelfApprovalError):
		world.evaluate(project, person=hybrid)


def test_a_running_project_is_not_evaluated(world, project):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match="cannot be evaluated yet"):
		world.evaluate(project)


def test_only_members_are_evaluated(world, finished):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match=r"Row 1.*not a member"):
		world.evaluate(finished, members=[{"user": email("clerk"), "score": 50}])


def test_a_closed_project_is_closed_for_good(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_active_project()
	activity = world.record_activity(project, "Visit")
	document = world.archive(project, "Solution")
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	activity.subject = "Changed afterwards"
	with world.acting_as("manager"):
		with pytest.raises(LifecycleError, match="is closed"):
			activity.save()
		with pytest.raises(LifecycleError, match="is closed"):
			frappe.delete_doc("Presales Activity", activity.name)
	with world.acting_as("archivist"), pytest.raises(LifecycleError, match="is closed"):
		document.cancel()
	project.reload()
	project.goal = "Changed afterwards"
	with world.acting_as("director"), pytest.raises(LifecycleError, match="is closed"):
		project.save()


def test_an_evaluation_report_is_filed_as_it_was_handed_in(world, frappe, finished):
	from presales_mgmt.exceptions import PresalesError

	report = frappe.get_doc("Presales Document", world.evaluate(finished).archived_document)
	report.content = "<p>All fine</p>"
	with world.acting_as("engineer"), pytest.raises(PresalesError, match="as the evaluation made it"):
		report.save()


def test_a_file_of_the_server_is_no_document(world, frappe, project):
	from presales_mgmt.exceptions import PresalesError

	for file in ("/private/files/../../site_config.json", "/private/files/not-there.pdf"):
		with pytest.raises(PresalesError):
			world.archive(project, "Solution", file=file)


@pytest.mark.clause("R9.14")
def test_what_lies_ahead_has_not_happened(world, frappe, project):
	from presales_mgmt.exceptions import DateOrderError

	ahead = str(frappe.utils.add_to_date(frappe.utils.now_datetime(), days=2))
	with pytest.raises(DateOrderError, match="a time in the past"):
		world.record_activity(project, "Visit", starts_on=ahead, ends_on=None)
	with pytest.raises(DateOrderError, match="a time in the past"):
		world.hold_meeting(project, "Kickoff", starts_on=ahead, ends_on=None)
	world.record_activity(project, "Visit", starts_on=ahead, ends_on=None, status="Planned")


def test_scripts_are_taken_out_of_minutes_even_when_submitted_at_once(world, project):
	meeting = world.hold_meeting(
		project, "Periodic", minutes="<p>Agreed</p><script>alert(1)</script><img src=x onerror=alert(1)>"
	)
	meeting.reload()
	assert "Agreed" in meeting.minutes
	assert "<script" not in meeting.minutes
	assert "onerror" not in meeting.minutes


def test_tasks_go_to_people_of_the_project(world, project):
	from presales_mgmt.exceptions import TeamError

	action = {"action": "Survey the site", "responsible": email("other_manager"), "due_date": "2026-03-30"}
	with pytest.raises(TeamError, match="Actions, row 1, Responsible"):
		world.hold_meeting(project, "Periodic", actions=[action])
