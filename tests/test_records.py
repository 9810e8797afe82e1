"""Reviews, meetings, documents and evaluations: what their users would lose if it broke."""

import contextlib

import pytest

from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project()


# ------------------------------------------------------------------------------- reviews


def test_a_review_is_concluded_by_its_last_required_opinion(world, project):
	review = world.request_review(
		project,
		"Solution",
		reviewers=("expert", "engineer"),
		criteria=[{"criterion": "Fit to the need", "weight": 60}, {"criterion": "Cost", "weight": 40}],
	)
	assert review.status == "In Review"
	world.give_opinion("expert", review, score=90)
	review.reload()
	assert review.status == "In Review"
	opinion = world.give_opinion("engineer", review, decision="Approve with Conditions", score=70)
	assert opinion.score == 70
	review.reload()
	assert (review.status, review.average_score) == ("Approved with Conditions", 80)
	assert {row.reviewer: row.score for row in review.reviewers} == {
		email("expert"): 90,
		email("engineer"): 70,
	}
	assert review.concluded_on


def test_an_optional_reviewer_is_not_waited_for(world, project):
	from presales_mgmt.exceptions import ReviewError

	with world.acting_as("manager"):
		review = world.insert(
			"Presales Review",
			presales_project=project.name,
			review_kind="Solution",
			subject="Solution",
			reviewers=[
				{"reviewer": email("expert"), "required": 1},
				{"reviewer": email("engineer"), "required": 0},
			],
		)
		review.submit()
	world.give_opinion("expert", review)
	review.reload()
	assert review.status == "Approved"
	with pytest.raises(ReviewError, match="takes no more opinions"):
		world.give_opinion("engineer", review)


def test_criteria_are_weighted(world, project):
	review = world.request_review(
		project,
		"Solution",
		criteria=[{"criterion": "Fit to the need", "weight": 75}, {"criterion": "Cost", "weight": 25}],
	)
	import frappe

	with world.acting_as("expert"):
		opinion = frappe.get_last_doc("Presales Review Opinion", {"review": review.name})
		opinion.scores[0].score, opinion.scores[1].score = 80, 40
		opinion.decision = "Approve"
		opinion.submit()
	assert opinion.score == 70


def test_weights_must_add_up(world, project):
	from presales_mgmt.exceptions import OutOfRangeError

	with pytest.raises(OutOfRangeError, match="found 90, expected weights that add up to 100"):
		world.request_review(
			project, "Solution", criteria=[{"criterion": "A", "weight": 50}, {"criterion": "B", "weight": 40}]
		)


def test_nobody_reviews_what_they_requested(world, project):
	from presales_mgmt.exceptions import ReviewError

	with pytest.raises(ReviewError, match="cannot be its reviewer"):
		world.request_review(project, "Solution", requester="engineer", reviewers=("engineer",))


def test_who_submits_anothers_review_counts_as_requester(world, project):
	from presales_mgmt.exceptions import ReviewError

	with world.acting_as("manager"):
		review = world.insert(
			"Presales Review",
			presales_project=project.name,
			review_kind="Solution",
			subject="Solution",
			reviewers=[{"reviewer": email("engineer"), "required": 1}],
		)
	with world.acting_as("engineer"), pytest.raises(ReviewError, match="cannot be its reviewer"):
		review.submit()


def test_a_requester_is_not_invented(world, project):
	with world.acting_as("manager"):
		review = world.insert(
			"Presales Review",
			presales_project=project.name,
			review_kind="Solution",
			subject="Solution",
			requested_by=email("leader"),
			status="Approved",
			average_score=100,
			reviewers=[{"reviewer": email("expert"), "required": 1, "decision": "Approve", "score": 100}],
		)
	assert (review.requested_by, review.status, review.average_score) == (email("manager"), "Draft", 0)
	assert (review.reviewers[0].decision, review.reviewers[0].score) == (None, 0)


def test_the_outcome_is_not_written_by_hand(world, frappe, project):
	review = world.request_review(project, "Solution")
	for values in ({"status": "Approved"}, {"average_score": 100}, {"concluded_on": "2026-05-01 00:00:00"}):
		review.reload()
		review.update(values)
		with world.acting_as("manager"), contextlib.suppress(frappe.ValidationError):
			review.save()
		review.reload()
		assert (review.status, review.average_score, review.concluded_on) == ("In Review", 0, None)


def test_only_the_reviewer_writes_the_opinion(world, frappe, project):
	review = world.request_review(project, "Solution")
	opinion = frappe.get_last_doc("Presales Review Opinion", {"review": review.name})
	opinion.update({"decision": "Approve", "score": 100})
	for person in ("manager", "director", "leader", "engineer"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			opinion.submit()
		opinion.reload()
		opinion.update({"decision": "Approve", "score": 100})


def test_opinions_are_not_made_by_hand(world, frappe, project):
	from presales_mgmt.exceptions import ReviewError

	review = world.request_review(project, "Solution")
	opinion = {
		"review": review.name,
		"presales_project": project.name,
		"reviewer": email("engineer"),
		"decision": "Approve",
		"score": 100,
	}
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		world.insert("Presales Review Opinion", **opinion)
	with pytest.raises(ReviewError, match="made when its review is submitted"):
		world.insert("Presales Review Opinion", **opinion)


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"decision": ""}, "Decision: found nothing"),
		({"score": 101}, "Score (0-100): found 101"),
		({"score": -1}, "Score (0-100)"),
		({"decision": "Approve with Conditions", "conditions": "  "}, "Conditions: found"),
	],
)
def test_an_opinion_must_be_complete(world, frappe, project, values, message):
	from presales_mgmt.exceptions import PresalesError

	review = world.request_review(project, "Solution")
	opinion = frappe.get_last_doc("Presales Review Opinion", {"review": review.name})
	opinion.update({"decision": "Approve", "score": 80, **values})
	with world.acting_as("expert"), pytest.raises(PresalesError) as refusal:
		opinion.submit()
	assert message in str(refusal.value)


def test_a_review_is_cancelled_although_somebody_has_answered(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "engineer"))
	given = world.give_opinion("engineer", review)
	with world.acting_as("manager"):
		review.reload()
		review.cancel()
	assert review.status == "Cancelled"
	assert frappe.db.get_value("Presales Review Opinion", given.name, "docstatus") == 1
	# Who has not answered is not asked any more.
	assert not frappe.db.exists("Presales Review Opinion", {"review": review.name, "docstatus": 0})
	waiting = {"allocated_to": email("expert"), "status": "Open", "reference_type": "Presales Review Opinion"}
	assert not frappe.db.exists("ToDo", waiting)


def test_a_concluded_review_is_not_cancelled(world, project):
	"""Otherwise an approval before a rejection would count again."""
	from presales_mgmt.exceptions import ReviewError

	review = world.review(project, "Solution", decision="Reject")
	with world.acting_as("manager"), pytest.raises(ReviewError, match="is concluded and stands"):
		review.cancel()


def test_an_approval_needs_a_score(world, project):
	from presales_mgmt.exceptions import ReviewError

	review = world.request_review(project, "Solution")
	with pytest.raises(ReviewError, match="expected a score"):
		world.give_opinion("expert", review, score=0)


def test_reviewers_must_be_able_to_review(world, frappe, project):
	from presales_mgmt.exceptions import ReviewError

	with pytest.raises(ReviewError, match="none of the presales roles"):
		world.request_review(project, "Solution", reviewers=("clerk",))
	frappe.db.set_value("User", email("expert"), "enabled", 0)
	with pytest.raises(ReviewError, match="is disabled"):
		world.request_review(project, "Solution", reviewers=("expert",))


def test_a_given_opinion_is_not_taken_back(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "engineer"))
	opinion = world.give_opinion("expert", review)
	with world.acting_as("expert"), pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		opinion.cancel()


def test_reviewers_get_a_todo_that_their_opinion_closes(world, frappe, project):
	review = world.request_review(project, "Solution")
	todo = frappe.get_last_doc("ToDo", {"allocated_to": email("expert")})
	assert (todo.status, todo.reference_type) == ("Open", "Presales Review Opinion")
	world.give_opinion("expert", review)
	todo.reload()
	assert todo.status == "Closed"


def test_an_invited_expert_is_not_lost_when_somebody_saves_an_older_form(world, frappe, project):
	with world.acting_as("manager"):
		open_form = frappe.get_doc("Presales Project", project.name)
	world.request_review(project, "Solution", reviewers=("expert",))
	open_form.goal = "Win"
	with world.acting_as("manager"), pytest.raises(frappe.TimestampMismatchError):
		open_form.save()
	project.reload()
	assert (email("expert"), "Reviewer") in {(row.user, row.project_role) for row in project.team}


def test_an_expert_who_left_is_invited_again(world, frappe, project):
	world.review(project, "Solution", reviewers=("expert",))
	project.reload()
	with world.acting_as("manager"):
		for row in project.team:
			row.active = int(row.user != email("expert"))
		project.save()
	review = world.review(project, "Bid", reviewers=("expert",))
	assert review.status == "Approved"
	project.reload()
	with world.acting_as("manager"):
		project.save()
	assert [row.active for row in project.team if row.user == email("expert")] == [1]


# ------------------------------------------------------------------------------- meetings


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


@pytest.mark.parametrize("person", ["director", "manager", "engineer", "planner"])
def test_the_team_does_not_evaluate_itself(world, frappe, finished, person):
	with pytest.raises(frappe.PermissionError):
		world.evaluate(finished, person=person)


def test_a_supervisor_who_also_led_does_not_evaluate(world, frappe):
	from presales_mgmt.exceptions import SelfApprovalError

	world.make_user("hybrid", "Presales Director", "Presales Supervisor")
	hybrid = email("hybrid")
	project = world.make_active_project(
		director=email("director"),
		manager=hybrid,
		supervisors=[{"user": hybrid, "project_role": "Department Supervisor", "active": 1}],
	)
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
