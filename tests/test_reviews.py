"""Reviews: template, reviewers, opinions, outcome, and what an approval stands for (R1.4, R7.5, R7.7, R8.6, R9.9)."""

import contextlib

import pytest

from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def free(frappe, project):
	"""Reviews follow no template: the requester states the criteria."""
	frappe.get_doc("Presales Settings").update({"reviews_follow_templates": 0}).save()


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



# ------------------------------------------------------------------------------- who sees opinions


# person -> whether they see the opinion of "expert" on a review by expert, engineer, finance and legal, when
# expert and engineer have decided, finance has declared a conflict of interest, and legal has done nothing.
SIGHT = {
	"expert": True,
	"engineer": True,
	"finance": False,
	"legal": False,
	"manager": False,
	"director": False,
	"planner": False,
	"supervisor": False,
	"archivist": False,
	"leader": False,
	"other_director": False,
	"expert2": False,
	"clerk": False,
}


@pytest.fixture
def shared_review(world, project):
	review = world.request_review(project, "Safety", reviewers=("expert", "engineer", "finance", "legal"))
	opinions = {"expert": world.give_opinion("expert", review, decision="Approve with Conditions")}
	opinions["engineer"] = world.give_opinion("engineer", review)
	opinions["finance"] = world.declare_conflict("finance", review)
	return review, opinions


def sees(world, frappe, person, opinion) -> bool:
	"""Whether `person` sees an opinion; list, document and rows must say the same."""
	with world.acting_as(person):
		allowed = frappe.has_permission("Presales Review Opinion", "read", doc=opinion.name)
		try:
			assert (opinion.name in frappe.get_list("Presales Review Opinion", pluck="name", limit_page_length=0)) is allowed, person
		except frappe.PermissionError:  # no role for the DocType at all
			assert not allowed
		for child in ("Presales Review Score", "Presales Review Condition"):
			if not frappe.get_all(child, filters={"parent": opinion.name}):
				continue
			try:
				rows = frappe.client.get_list(
					child, filters={"parent": opinion.name}, parent="Presales Review Opinion"
				)
			except frappe.PermissionError:
				rows = []
			assert bool(rows) is allowed, (person, child)
		return allowed


@pytest.mark.clause("R1.4", "R7.5")
@pytest.mark.parametrize("person", SIGHT)
def test_each_decides_alone_and_sees_the_others_opinions_only_after(world, frappe, shared_review, person):
	review, opinions = shared_review
	assert sees(world, frappe, person, opinions["expert"]) is SIGHT[person]
	# What is not given yet is its writer's alone.
	waiting = frappe.get_last_doc(
		"Presales Review Opinion", {"review": review.name, "reviewer": email("legal")}
	)
	assert sees(world, frappe, person, waiting) is (person == "legal")
	# That and why somebody has a conflict of interest is told to who has decided, too.
	declared = SIGHT[person] or person == "finance"
	assert sees(world, frappe, person, opinions["finance"]) is declared
	with world.acting_as(person):
		for ptype in ("write", "submit"):
			may = frappe.has_permission("Presales Review Opinion", ptype, doc=waiting.name)
			assert may is (person == "legal"), ptype


@pytest.mark.parametrize("person", SIGHT)
def test_opinions_are_shown_to_all_who_see_the_project_after_the_conclusion(
	world, frappe, shared_review, person
):
	review, opinions = shared_review
	with world.acting_as("manager"):
		review.reload()
		assert not any(row.score for row in review.reviewers)
	world.give_opinion("legal", review)
	outside = person in ("other_director", "expert2", "clerk")
	for opinion in opinions.values():
		assert sees(world, frappe, person, opinion) is not outside
