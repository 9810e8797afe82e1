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


@pytest.mark.clause("R1.4", "R7.5")
def test_a_review_is_concluded_by_its_last_required_opinion(world, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "engineer"))
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


def test_an_optional_reviewer_is_not_waited_for(world, frappe, project):
	from presales_mgmt.exceptions import ReviewError

	review = world.draft_review(project, "Safety", reviewers=("expert", "engineer"))
	review.reviewers[1].required = 0
	with world.acting_as("manager"):
		review.submit()
	world.give_opinion("expert", review)
	review.reload()
	assert review.status == "Approved"
	with pytest.raises(ReviewError, match="takes no more opinions"):
		world.give_opinion("engineer", review)
	# Nothing waits for the other any more.
	assert not frappe.db.exists(
		"ToDo",
		{
			"allocated_to": email("engineer"),
			"status": "Open",
			"reference_type": "Presales Review Opinion",
		},
	)


def test_who_decides_while_another_concludes_comes_too_late(world, frappe, project, monkeypatch):
	"""Each has read the review as running; the second gets the lock when the first has concluded it."""
	from presales_mgmt.exceptions import ReviewError
	from presales_mgmt.presales_mgmt.doctype.presales_review_opinion.presales_review_opinion import (
		PresalesReviewOpinion,
	)

	review = world.draft_review(project, "Safety", reviewers=("expert", "engineer"))
	review.reviewers[1].required = 0
	with world.acting_as("manager"):
		review.submit()
	world.give_opinion("expert", review)
	monkeypatch.setattr(PresalesReviewOpinion, "validate_review", lambda opinion: None)
	with pytest.raises(ReviewError, match="is not running"):
		world.give_opinion("engineer", review, decision="Reject")
	review.reload()
	assert (review.status, review.reviewers[1].decision) == ("Approved", None)


def test_criteria_are_weighted(world, frappe, project):
	review = world.request_review(project, "Bid Decision")
	with world.acting_as("expert"):
		opinion = frappe.get_last_doc("Presales Review Opinion", {"review": review.name})
		for row, score in zip(opinion.scores, (90, 50, 60), strict=True):
			row.score = score
		opinion.update({"decision": "Approve", "conflict_of_interest": "None", "score": 100})
		opinion.submit()
	assert opinion.score == 69


def test_weights_must_add_up(world, project, free):
	from presales_mgmt.exceptions import OutOfRangeError

	with pytest.raises(OutOfRangeError, match="found 90, expected weights that add up to 100"):
		world.request_review(
			project, "Safety", criteria=[{"criterion": "A", "weight": 50}, {"criterion": "B", "weight": 40}]
		)


def test_nobody_reviews_what_they_requested(world, project):
	from presales_mgmt.exceptions import ReviewError

	with pytest.raises(ReviewError, match="cannot be its reviewer"):
		world.request_review(project, "Solution", requester="engineer", reviewers=("engineer",))


def test_who_submits_anothers_review_counts_as_requester(world, project):
	from presales_mgmt.exceptions import ReviewError

	review = world.draft_review(project, "Safety", reviewers=("engineer",))
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
	("kind", "values", "message"),
	[
		("Safety", {"decision": ""}, "Decision: found nothing"),
		("Safety", {"conflict_of_interest": ""}, "Conflict of Interest: found nothing"),
		(
			"Safety",
			{"conflict_of_interest": "Declared", "conflict_details": " "},
			"What the Conflict Is: found nothing",
		),
		("Safety", {"decision": "Approve with Conditions", "rectifications": []}, "Rectification: found"),
		(
			"Safety",
			{"decision": "Approve with Conditions", "rectifications": [{"item": "  "}]},
			"row 1, What Has to Be Done: found nothing",
		),
		("Safety", {"decision": "Approve", "rectifications": [{"item": "A"}]}, "no rows with the decision"),
		("Safety", {"decision": "Reject", "rectifications": [{"item": "A"}]}, "no rows with the decision"),
		("Initiation", {"strategy_advice": ""}, "Strategy Advice: found nothing"),
		("Initiation", {"decision": "Reject", "rejection_ground": ""}, "a small chance to win is none"),
		("Initiation", {"decision": "Reject", "rejection_ground": "Other"}, "Opinion: found nothing"),
	],
)
def test_an_opinion_must_be_complete(world, project, kind, values, message):
	from presales_mgmt.exceptions import PresalesError

	review = world.request_review(project, kind)
	with pytest.raises(PresalesError) as refusal:
		world.give_opinion("expert", review, **values)
	assert message in str(refusal.value)


@pytest.mark.parametrize("score", [101, -1])
def test_a_score_lies_between_0_and_100(world, project, free, score):
	from presales_mgmt.exceptions import OutOfRangeError

	for criteria in ([], [{"criterion": "Fit", "weight": 100}]):
		review = world.request_review(project, "Safety", criteria=criteria)
		with pytest.raises(OutOfRangeError, match="Score"):
			world.give_opinion("expert", review, score=score)


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


def test_an_approval_needs_a_score(world, project, free):
	from presales_mgmt.exceptions import ReviewError

	for criteria in ([], [{"criterion": "Fit", "weight": 100}]):
		review = world.request_review(project, "Safety", criteria=criteria)
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


# ------------------------------------------------------------------------------- templates


def make_template(world, kind="Safety", **values):
	return world.insert(
		"Presales Review Template",
		**{
			"template_name": f"{kind} of the company",
			"review_kind": kind,
			"criteria": [{"criterion": "Sound", "weight": 100}],
			**values,
		},
	)


@pytest.mark.clause("R1.4", "R3.3", "R5.11", "R7.5", "R7.7", "R8.6", "R9.9")
def test_a_default_template_is_shipped_for_every_kind(frappe, world):
	kinds = frappe.get_meta("Presales Review").get_field("review_kind").options.split("\n")
	for kind in kinds:
		name = frappe.db.get_value(
			"Presales Review Template",
			{"review_kind": kind, "is_default": 1, "enabled": 1, "only_for_company": ["is", "not set"]},
		)
		template = frappe.get_doc("Presales Review Template", name)
		assert sum(row.weight for row in template.criteria) == 100
		template.save()
	by_kind = {
		row.review_kind: row.needs_reviewed_record
		for row in frappe.get_all(
			"Presales Review Template",
			fields=["review_kind", "needs_reviewed_record"],
			order_by="name asc",
		)
	}
	assert [kind for kind in kinds if by_kind[kind]] == ["Solution", "Bid"]


@pytest.mark.clause("R9.9")
def test_no_chance_criterion_has_a_minimum(frappe, world):
	"""A project with small chances is initiated too."""
	rows = frappe.get_all(
		"Presales Review Criterion",
		filters={"parenttype": "Presales Review Template", "criterion": ["like", "%chance%"]},
		fields=["criterion", "minimum_score"],
		order_by="criterion asc",
	)
	assert len(rows) == 2
	assert not any(row.minimum_score for row in rows)


@pytest.mark.clause("R8.6")
def test_a_contract_is_reviewed_for_four_qualities(world, project):
	review = world.request_review(project, "Contract")
	qualities = [row.criterion.split(":")[0] for row in review.criteria]
	assert qualities == ["Complete", "Consistent", "Valid", "Reasonable"]
	assert review.template == "Contract Review"


@pytest.mark.clause("R9.9")
def test_a_requester_does_not_weaken_the_template(world, frappe, project):
	review = world.draft_review(
		project,
		"Initiation",
		requester="planner",
		reviewers=("leader", "finance", "expert"),
		pass_score=1,
		quorum=1,
		one_veto_rejects=0,
		criteria=[{"criterion": "Anything", "weight": 100}],
		participants=[{"participant_role": "Presales Engineer", "number": 1}],
	)
	expected = (60, 3, 1, 4, 3)

	def rules(review):
		return (
			review.pass_score,
			review.quorum,
			review.one_veto_rejects,
			len(review.criteria),
			len(review.participants),
		)

	assert rules(review) == expected
	review.update({"pass_score": 0, "quorum": 1, "one_veto_rejects": 0, "participants": []})
	review.criteria[1].minimum_score = 0
	with world.acting_as("planner"):
		review.submit()
	review.reload()
	assert rules(review) == expected
	assert review.criteria[1].minimum_score == 40
	for values in ({"pass_score": 1}, {"quorum": 1}, {"criteria": []}, {"template": None}):
		review.reload()
		review.update(values)
		with world.acting_as("planner"), contextlib.suppress(frappe.ValidationError):
			review.save()
		review.reload()
		assert rules(review) == expected


def test_saving_again_leaves_the_rows_of_the_template_alone(world, project):
	review = world.draft_review(project, "Contract")
	rows = [row.name for row in review.criteria]
	with world.acting_as("manager"):
		review.summary = "Second draft"
		review.save()
	assert [row.name for row in review.criteria] == rows


def test_a_review_follows_its_kind(world, project):
	review = world.draft_review(project, "Contract")
	with world.acting_as("manager"):
		review.review_kind = "Safety"
		review.save()
	assert review.template == "Safety Review"
	assert review.criteria[0].criterion == "Hazards are known"


def test_the_companys_own_template_comes_before_the_general_one(world, project):
	make_template(world, template_name="Elsewhere", is_default=1, only_for_company=world.other_company)
	assert world.draft_review(project, "Safety").template == "Safety Review"
	make_template(world, is_default=1, only_for_company=world.company, due_days=0)
	review = world.request_review(project, "Safety")
	assert (review.template, review.due_date) == ("Safety of the company", None)


def test_a_template_is_named(world, project):
	make_template(world, quorum=1, pass_score=90)
	review = world.request_review(project, "Safety", template="Safety of the company")
	assert (review.pass_score, [row.criterion for row in review.criteria]) == (90, ["Sound"])


@pytest.mark.parametrize(
	"values",
	[{"kind": "Bid"}, {"enabled": 0}, {"only_for_company": "Presales Other Ltd"}],
)
def test_a_template_that_is_not_for_the_review_is_refused(world, project, values):
	from presales_mgmt.exceptions import ReviewError

	name = make_template(world, **values).name
	with pytest.raises(ReviewError, match="expected an enabled template of kind Safety"):
		world.draft_review(project, "Safety", template=name)


def test_without_a_template_the_requester_states_the_criteria(world, frappe, project):
	frappe.db.set_value("Presales Review Template", "Safety Review", "enabled", 0)
	frappe.clear_document_cache("Presales Review Template", "Safety Review")
	review = world.request_review(
		project, "Safety", criteria=[{"criterion": "Sound", "weight": 100}], one_veto_rejects=0
	)
	assert not review.template
	assert [row.criterion for row in review.criteria] == ["Sound"]
	assert review.one_veto_rejects, "who asks does not decide that a rejection may be outvoted"


def test_the_due_date_comes_from_the_template(world, frappe, project):
	from frappe.utils import add_days, getdate, today

	review = world.request_review(project, "Contract")
	assert getdate(review.due_date) == getdate(add_days(today(), 5))
	assert str(world.request_review(project, "Contract", due_date="2030-01-02").due_date) == "2030-01-02"


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		({"criteria": [{"criterion": "A", "weight": 90}]}, "OutOfRangeError", "add up to 100"),
		(
			{"criteria": [{"criterion": "A", "weight": 50}, {"criterion": "A", "weight": 50}]},
			"DuplicateEntryError",
			"not yet in row 1",
		),
		(
			{"criteria": [{"criterion": "A", "weight": 100, "minimum_score": 101}]},
			"OutOfRangeError",
			"row 1, Minimum Score: found 101",
		),
		({"pass_score": 101}, "OutOfRangeError", "Pass Score: found 101"),
		({"quorum": 0}, "OutOfRangeError", "Quorum: found 0"),
		({"participants": [{"number": 1}]}, "ReviewTemplateError", "a role, a department or both"),
		(
			{"participants": [{"participant_role": "Presales Leader", "number": 0}]},
			"OutOfRangeError",
			"row 1, Number: found 0",
		),
		(
			{"participants": [{"participant_role": "Presales Leader"}] * 2},
			"DuplicateEntryError",
			"not yet in row 1",
		),
		(
			{"is_default": 1},
			"DuplicateEntryError",
			"found Safety Review, expected one default of kind Safety",
		),
	],
)
def test_a_template_does_not_contradict_itself(world, values, error, message):
	from presales_mgmt import exceptions

	with pytest.raises(getattr(exceptions, error)) as refusal:
		make_template(world, **values)
	assert message in str(refusal.value)


def test_a_department_of_another_company_takes_no_part(world, frappe):
	from presales_mgmt.exceptions import CompanyMismatchError

	department = world.insert("Department", department_name="Presales R&D", company=world.other_company)
	with pytest.raises(CompanyMismatchError, match="a record of company"):
		make_template(
			world,
			only_for_company=world.company,
			participants=[{"department": department.name, "number": 1}],
		)


def test_one_default_for_each_company(world):
	from presales_mgmt.exceptions import DuplicateEntryError

	make_template(world, is_default=1, only_for_company=world.company)
	make_template(world, template_name="Second", is_default=1, enabled=0, only_for_company=world.company)
	with pytest.raises(DuplicateEntryError, match="for Presales Test Ltd"):
		make_template(world, template_name="Third", is_default=1, only_for_company=world.company)


@pytest.mark.parametrize(("person", "may"), [("director", True), ("leader", True), ("manager", False)])
def test_who_edits_templates(world, frappe, person, may):
	template = frappe.get_doc("Presales Review Template", "Safety Review")
	template.pass_score = 70
	with world.acting_as(person):
		if may:
			template.save()
		else:
			with pytest.raises(frappe.PermissionError):
				template.save()


def test_shipped_templates_are_never_overwritten(world, frappe):
	from presales_mgmt.setup.install import make_review_templates

	template = frappe.get_doc("Presales Review Template", "Safety Review")
	template.update({"pass_score": 75, "enabled": 0}).save()
	frappe.delete_doc("Presales Review Template", "Legal Review")
	make_template(world, "Legal", is_default=1)
	make_review_templates()
	template.reload()
	assert (template.pass_score, template.enabled) == (75, 0)
	# The company's own default stays the only one.
	assert not frappe.db.get_value("Presales Review Template", "Legal Review", "is_default")


# ------------------------------------------------------------------------------- who takes part


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize(
	("reviewers", "missing"),
	[
		(("leader", "expert", "expert2"), "1 with the role Presales Finance Reviewer"),
		(("finance", "expert", "expert2"), "1 with the role Presales Leader"),
		(("leader", "finance", "legal"), "1 with the role Presales Engineer"),
		(("supervisor",), "Presales Leader, 1 with the role Presales Finance Reviewer, 1 with the role"),
	],
)
def test_who_must_take_part_is_asked(world, project, reviewers, missing):
	from presales_mgmt.exceptions import ParticipantMissingError

	review = world.draft_review(project, "Initiation", requester="planner", reviewers=reviewers)
	with world.acting_as("planner"), pytest.raises(ParticipantMissingError, match=missing):
		review.submit()


@pytest.mark.clause("R5.11")
def test_a_legal_review_needs_a_legal_reviewer(world, project):
	from presales_mgmt.exceptions import ParticipantMissingError

	review = world.draft_review(project, "Legal", reviewers=("expert",))
	with world.acting_as("manager"), pytest.raises(ParticipantMissingError, match="Presales Legal Reviewer"):
		review.submit()
	assert world.review(project, "Legal", reviewers=("legal",)).status == "Approved"


def test_enough_reviewers_for_the_quorum_are_asked(world, project):
	from presales_mgmt.exceptions import ParticipantMissingError

	review = world.draft_review(
		project,
		"Solution",
		reviewed_doctype="Presales Document",
		reviewed_document=world.latest_document(project, "Solution"),
	)
	expected = "found 1, expected at least 2, the quorum"
	with world.acting_as("manager"), pytest.raises(ParticipantMissingError, match=expected):
		review.submit()


def make_department(world, *people):
	department = world.insert("Department", department_name="Presales R&D", company=world.company)
	for number, person in enumerate(people):
		world.insert(
			"Employee",
			first_name=person,
			company=world.company,
			gender=world.insert("Gender", gender=f"Presales {number}").name,
			date_of_birth="1990-01-01",
			date_of_joining="2020-01-01",
			department=department.name,
			user_id=email(person),
			create_user_permission=0,
		)
	return department.name


@pytest.mark.clause("R9.9")
def test_departments_take_part(world, frappe, project):
	from presales_mgmt.exceptions import ParticipantMissingError

	department = make_department(world, "engineer")
	make_template(world, participants=[{"department": department, "number": 1}], quorum=1)
	template = "Safety of the company"
	review = world.draft_review(project, "Safety", reviewers=("legal",), template=template)
	with (
		world.acting_as("manager"),
		pytest.raises(ParticipantMissingError, match=f"1 of department {department}"),
	):
		review.submit()
	# The department of an employee is known ...
	review = world.draft_review(project, "Safety", reviewers=("engineer",), template=template)
	assert review.reviewers[0].department == department
	with world.acting_as("manager"):
		review.submit()
	# ... and may be stated.
	review = world.draft_review(project, "Safety", reviewers=("legal",), template=template)
	review.reviewers[0].department = department
	with world.acting_as("manager"):
		review.submit()
	assert review.status == "In Review"


def test_asking_reviewers_takes_as_many_queries_for_ten_as_for_two(world, project, count_queries):
	"""But for the opinions that are made, one for each reviewer."""
	from presales_mgmt.reviewing import get_reviewers, set_departments

	review = world.draft_review(project, "Contract", reviewers=("expert", "engineer", "legal", "finance"))
	for row in review.reviewers:
		row.department = None
	with count_queries() as counted:
		get_reviewers(review.reviewers)
		set_departments(review.reviewers)
	assert counted.count == 3


# ------------------------------------------------------------------------------- conflict of interest


def test_who_declares_a_conflict_of_interest_does_not_decide(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert", "legal"))
	declared = world.give_opinion(
		"expert",
		review,
		decision="Reject",
		score=0,
		conflict_of_interest="Declared",
		conflict_details="Married to the customer's buyer",
	)
	assert (declared.decision, declared.score) == (None, 0)
	review.reload()
	assert [row.recused for row in review.reviewers] == [1, 0]
	assert review.status == "In Review"
	world.give_opinion("legal", review, score=90)
	review.reload()
	assert (review.status, review.average_score) == ("Approved", 90)
	assert "conflict of interest and do not count: 1" in review.result_explanation
	assert [row.decision for row in review.reviewers] == [None, "Approve"]


def test_the_last_one_to_declare_a_conflict_concludes_the_review(world, project):
	review = world.request_review(project, "Contract", reviewers=("expert", "legal"))
	world.give_opinion("legal", review)
	world.declare_conflict("expert", review)
	review.reload()
	assert review.status == "Approved"


@pytest.mark.clause("R9.9")
def test_a_review_waits_for_a_substitute(world, frappe, project):
	from presales_mgmt.api import add_reviewer

	review = world.request_review(project, "Initiation", requester="planner")
	world.declare_conflict("finance", review)
	asked = {"reference_type": "Presales Review", "reference_name": review.name, "status": "Open"}
	assert frappe.get_all("ToDo", asked, pluck="allocated_to") == [email("planner")]
	world.give_opinion("leader", review)
	world.give_opinion("expert", review)
	review.reload()
	assert review.status == "In Review"
	assert frappe.db.count("ToDo", asked) == 1

	# Somebody else, but not of finance: there is a quorum now, and still nobody of finance.
	with world.acting_as("planner"):
		add_reviewer(review.name, email("legal"))
	world.give_opinion("legal", review)
	review.reload()
	assert review.status == "In Review"

	with world.acting_as("director"):
		add_reviewer(review.name, email("finance2"))
	with world.acting_as(email("finance2")):
		assert frappe.has_permission("Presales Project", "read", doc=project.name)
	world.give_opinion(email("finance2"), review)
	review.reload()
	assert (review.status, review.strategy_advice) == ("Approved", "Compete")
	assert not frappe.db.exists("ToDo", asked)


@pytest.mark.parametrize(
	("person", "reviewer", "error", "message"),
	[
		("engineer", "legal", "PermissionError", "may add reviewers"),
		("leader", "legal", "PermissionError", "may add reviewers"),
		("other_manager", "legal", "PermissionError", None),
		("manager", "expert", "DuplicateEntryError", "not yet in row 1"),
		("manager", "manager", "ReviewError", "Nobody adds themselves"),
		("director", "director", "ReviewError", "Nobody adds themselves"),
		("director", "manager", "ReviewError", "requested the review"),
		("manager", "engineer", "ReviewError", "cannot review it"),
		("manager", "clerk", "ReviewError", "none of the presales roles"),
		("manager", "nobody@example.com", "ReviewError", "expected an existing User"),
	],
)
def test_reviewers_are_added_as_they_are_asked(world, frappe, project, person, reviewer, error, message):
	from presales_mgmt import exceptions
	from presales_mgmt.api import add_reviewer

	document = world.archive(project, "Solution", author="engineer")
	review = world.request_review(
		project, "Safety", reviewed_doctype="Presales Document", reviewed_document=document.name
	)
	reviewer = reviewer if "@" in reviewer else email(reviewer)
	exception = getattr(exceptions, error, None) or getattr(frappe, error)
	with world.acting_as(person), pytest.raises(exception, match=message):
		add_reviewer(review.name, reviewer)
	review.reload()
	assert len(review.reviewers) == 1


def test_nobody_is_added_to_a_review_that_is_over(world, project):
	from presales_mgmt.api import add_reviewer
	from presales_mgmt.exceptions import ReviewError

	review = world.review(project, "Safety")
	draft = world.draft_review(project, "Safety")
	for doc in (review, draft):
		with world.acting_as("manager"), pytest.raises(ReviewError, match="is not running"):
			add_reviewer(doc.name, email("legal"))


# ------------------------------------------------------------------------------- nobody reviews their own


@pytest.mark.parametrize(("author", "responsible"), [("engineer", "manager"), ("manager", "engineer")])
def test_nobody_reviews_what_they_wrote_or_answer_for(world, project, author, responsible):
	from presales_mgmt.exceptions import ReviewError

	document = world.archive(project, "Solution", author=author, responsible=email(responsible))
	with pytest.raises(ReviewError, match=f"{email('engineer')} wrote {document.name} or answers for it"):
		world.draft_review(
			project,
			"Solution",
			requester="director",
			reviewers=("expert", "engineer"),
			reviewed_doctype="Presales Document",
			reviewed_document=document.name,
		)


# ------------------------------------------------------------------------------- outcome


def test_the_result_says_what_decided(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "legal"))
	for person, scores in (("expert", (100, 30, 100, 100)), ("legal", (100, 45, 100, 100))):
		with world.acting_as(person):
			opinion = frappe.get_last_doc(
				"Presales Review Opinion", {"review": review.name, "reviewer": email(person)}
			)
			for row, score in zip(opinion.scores, scores, strict=True):
				row.score = score
			opinion.update({"decision": "Approve", "conflict_of_interest": "None"})
			opinion.submit()
	review.reload()
	assert (review.status, review.average_score) == ("Sent Back", 81.25)
	assert review.result_explanation == "Can be implemented: average 37.5, below the minimum score 40."


@pytest.mark.parametrize(
	("decisions", "veto", "status", "explanation"),
	[
		(("Approve", "Approve", "Reject"), 1, "Rejected", "1 of 3 reviewers rejected, and one rejection"),
		(("Approve", "Approve", "Send Back"), 1, "Sent Back", "1 of 3 reviewers sent it back"),
		(("Approve", "Approve", "Reject"), 0, "Approved", "2 of 3 reviewers approved. Average 80"),
		(("Approve", "Reject", "Reject"), 0, "Rejected", "2 of 3 reviewers rejected: at least half."),
		(("Approve", "Send Back", "Reject"), 0, "Sent Back", "2 of 3 reviewers rejected or sent back"),
		(("Approve", "Approve with Conditions", "Reject"), 0, "Approved with Conditions", "1 of 3 reviewers"),
	],
)
def test_what_is_stored_is_what_the_opinions_come_to(
	world, frappe, project, decisions, veto, status, explanation
):
	from presales_mgmt.api import get_review_computation

	make_template(world, one_veto_rejects=veto, quorum=3)
	people = ("expert", "engineer", "legal")
	review = world.request_review(project, "Safety", reviewers=people, template="Safety of the company")
	for person, decision in zip(people, decisions, strict=True):
		world.give_opinion(person, review, decision)
	review.reload()
	assert review.status == status
	assert explanation in review.result_explanation
	with world.acting_as("supervisor"):
		computed = get_review_computation(review.name)
	assert computed["as_stored"]
	assert (computed["status"], computed["average_score"], computed["explanation"]) == (
		review.status,
		review.average_score,
		review.result_explanation,
	)
	assert computed["criteria"] == [{"criterion": "Sound", "weight": 100, "minimum_score": 0, "average": 80}]

	# Whoever writes to the database by hand is found out.
	frappe.db.set_value(
		"Presales Review", review.name, "status", "Approved" if status == "Rejected" else "Rejected"
	)
	with world.acting_as("supervisor"):
		assert not get_review_computation(review.name)["as_stored"]


def test_an_average_below_the_pass_score_sends_back(world, project):
	review = world.review(project, "Contract", score=59)
	assert review.status == "Sent Back"
	assert review.result_explanation == "Average 59, below the pass score 60."


def test_only_a_concluded_review_is_computed_and_only_for_those_who_see_it(world, frappe, project):
	from presales_mgmt.api import get_review_computation
	from presales_mgmt.exceptions import ReviewError

	review = world.request_review(project, "Contract")
	with world.acting_as("manager"), pytest.raises(ReviewError, match="is not concluded"):
		get_review_computation(review.name)
	world.give_opinion("expert", review)
	with world.acting_as("other_manager"), pytest.raises(frappe.PermissionError):
		get_review_computation(review.name)


def test_a_result_is_not_smuggled_in_with_the_request(world, project):
	review = world.draft_review(
		project,
		"Contract",
		result_explanation="Perfect",
		strategy_advice="Compete",
		reviewed_version="0" * 64,
	)
	with world.acting_as("manager"):
		review.update({"result_explanation": "Perfect", "reviewed_version": "0" * 64})
		review.reviewers[0].recused = 1
		review.submit()
	review.reload()
	assert (review.result_explanation, review.strategy_advice, review.reviewed_version) == (None, None, None)
	assert not review.reviewers[0].recused


@pytest.mark.clause("R9.9")
def test_the_advice_of_most_prevails(world, project):
	review = world.request_review(project, "Initiation", requester="planner")
	for person, advice in (("leader", "Follow"), ("finance", "Avoid"), ("expert", "Follow")):
		world.give_opinion(person, review, strategy_advice=advice)
	review.reload()
	assert review.strategy_advice == "Follow"

	review = world.request_review(project, "Initiation", requester="planner")
	for person, advice in (("leader", "Follow"), ("finance", "Avoid"), ("expert", "Compete")):
		world.give_opinion(person, review, strategy_advice=advice)
	review.reload()
	assert review.strategy_advice is None
	assert "the leader who approves decides" in review.result_explanation


@pytest.mark.clause("R9.9")
def test_small_chances_are_no_ground_for_refusal(world, frappe, project):
	grounds = frappe.get_meta("Presales Review Opinion").get_field("rejection_ground").options
	assert "chance" not in grounds.lower()
	review = world.request_review(project, "Initiation", requester="planner")
	for person in ("leader", "finance", "expert"):
		with world.acting_as(person) as user:
			opinion = frappe.get_last_doc(
				"Presales Review Opinion", {"review": review.name, "reviewer": user}
			)
			for row in opinion.scores:
				row.score = 0 if "Chance" in row.criterion else 80
			opinion.update(
				{"decision": "Approve", "conflict_of_interest": "None", "strategy_advice": "Follow"}
			)
			opinion.submit()
	review.reload()
	assert (review.status, review.average_score) == ("Approved", 64)


def test_conditions_become_rectifications(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert", "legal", "engineer"))
	world.give_opinion(
		"expert",
		review,
		decision="Approve with Conditions",
		rectifications=[
			{"item": "Limit the liability", "responsible": email("planner"), "due_date": "2030-01-02"},
			{"item": "State the acceptance"},
		],
	)
	world.declare_conflict("legal", review)
	assert not frappe.db.exists("Presales Rectification", {"review": review.name})
	world.give_opinion("engineer", review)
	rows = frappe.get_all(
		"Presales Rectification",
		filters={"review": review.name},
		fields=["item", "responsible", "raised_by", "status"],
		order_by="item asc",
	)
	assert [tuple(row.values()) for row in rows] == [
		("Limit the liability", email("planner"), email("expert"), "Open"),
		("State the acceptance", email("manager"), email("expert"), "Open"),
	]


def test_the_conclusion_reads_what_others_have_just_said(world, frappe, project, count_queries):
	"""Of two who decide at once the second has begun to read before the first has written: plain reads miss it."""
	review = world.request_review(project, "Safety", reviewers=("expert", "engineer"))
	world.give_opinion("expert", review, decision="Approve with Conditions")
	with count_queries() as counted:
		world.give_opinion("engineer", review)
	assert frappe.db.count("Presales Rectification", {"review": review.name}) == 1
	for table in ("Presales Review Score", "Presales Review Condition"):
		reads = [query for query in counted.queries if query.startswith("SELECT") and f"tab{table}" in query]
		assert "FOR UPDATE" in reads[-1], table


def test_an_approval_makes_no_rectifications(world, frappe, project):
	review = world.review(project, "Contract")
	assert not frappe.db.exists("Presales Rectification", {"review": review.name})


# ------------------------------------------------------------------------------- the reviewed version


@pytest.fixture
def solution_gate(world):
	"""A project whose first gate asks for a solution review; (project, its finding)."""
	world.insert(
		"Presales Process",
		process_name="Reviewed",
		stages=[{"stage": "Solution Design"}, {"stage": "Solution Review"}],
		requirements=[
			{
				"stage": "Solution Design",
				"kind": "Review",
				"title": "Solution is approved",
				"review_kind": "Solution",
				"mandatory": 1,
			}
		],
	)
	project = world.make_active_project(presales_process="Reviewed")

	def finding():
		from presales_mgmt.gates.evaluation import evaluate

		return evaluate([project.name])[project.name][0].answer

	return project, finding


@pytest.mark.clause("R7.5", "R7.7")
@pytest.mark.parametrize("kind", ["Solution", "Bid"])
def test_a_review_of_a_solution_or_bid_names_what_is_reviewed(world, project, kind):
	from presales_mgmt.exceptions import ReviewedRecordError

	review = world.draft_review(project, kind, reviewers=("expert", "expert2"))
	with world.acting_as("manager"), pytest.raises(ReviewedRecordError, match="the record that is reviewed"):
		review.submit()


def test_what_is_reviewed_belongs_to_the_project(world, project):
	from presales_mgmt.exceptions import ReviewedRecordError

	other = world.make_project()
	for doctype, name in (
		("Presales Document", world.archive(other, "Solution").name),
		("Presales Project", other.name),
		("Customer", world.customer),
	):
		with pytest.raises(ReviewedRecordError, match=f"a record of project {project.name}"):
			world.draft_review(project, "Safety", reviewed_doctype=doctype, reviewed_document=name)


def test_a_document_is_archived_before_it_is_reviewed(world, frappe, project):
	from presales_mgmt.exceptions import ReviewedRecordError

	with world.acting_as("engineer"):
		draft = world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Solution",
			title="Solution",
			content="<p>Draft</p>",
		)
	values = {"reviewed_doctype": "Presales Document", "reviewed_document": draft.name}
	with pytest.raises(ReviewedRecordError, match="a document that is archived"):
		world.request_review(project, "Solution", **values)
	with world.acting_as("archivist"):
		draft.submit()
	review = world.request_review(project, "Solution", **values)
	assert len(review.reviewed_version) == 64
	with world.acting_as("archivist"):
		draft.cancel()
	with pytest.raises(frappe.CancelledLinkError):
		world.request_review(project, "Solution", **values)


@pytest.mark.clause("R1.4", "R7.5")
def test_a_solution_that_is_superseded_needs_a_new_review(world, solution_gate):
	project, finding = solution_gate
	document = world.archive(project, "Solution", author="engineer")
	review = world.review(project, "Solution")
	assert finding().satisfied
	world.archive(project, "Solution", author="engineer", supersedes=document.name, document_version="2.0")
	assert not finding().satisfied
	assert finding().found == (
		f"{review.name}: Approved, but Presales Document {document.name} was superseded"
	)
	world.review(project, "Solution")
	assert finding().satisfied


def test_a_solution_that_is_withdrawn_needs_a_new_review(world, solution_gate):
	project, finding = solution_gate
	document = world.archive(project, "Solution", author="engineer")
	world.review(project, "Solution")
	with world.acting_as("archivist"):
		document.cancel()
	assert not finding().satisfied
	assert finding().found.endswith(f"{document.name} was withdrawn")


@pytest.mark.clause("R1.4", "R7.5")
def test_what_is_changed_after_the_review_needs_a_new_review(world, frappe, solution_gate):
	from presales_mgmt.api import get_reviewed_record_fault

	project, finding = solution_gate
	with world.acting_as("manager"):
		activity = world.record_activity(project, "Demo")
	review = world.review_record(project, "Solution", activity)
	assert finding().satisfied
	activity.reload()
	activity.status = "Cancelled"  # where it stands in its life is no content
	with world.acting_as("manager"):
		activity.save()
	assert finding().satisfied
	activity.minutes = "<p>The customer wants signs, too.</p>"
	with world.acting_as("manager"):
		activity.save()
		assert not finding().satisfied
		assert finding().found.endswith(f"{activity.name} has changed since the review")
		assert get_reviewed_record_fault(review.name).endswith("has changed since the review")
		activity.minutes = None
		activity.save()
		assert finding().satisfied, "what is as it was is as it was reviewed"
		assert get_reviewed_record_fault(review.name) is None
		activity.delete(ignore_permissions=True, force=True)
	assert finding().found.endswith("no longer exists")


def test_rows_of_what_was_reviewed_count(world, frappe, project):
	from presales_mgmt.reviewed_version import fingerprints

	quotation = world.make_quotation(project, company=project.company)
	before = fingerprints("Quotation", [quotation.name])
	frappe.db.set_value("Quotation", quotation.name, "modified", "2030-01-01 00:00:00")
	assert fingerprints("Quotation", [quotation.name]) == before
	frappe.db.set_value("Quotation Item", quotation.items[0].name, "rate", 1)
	assert fingerprints("Quotation", [quotation.name]) != before
	assert fingerprints("Quotation", []) == {}


@pytest.mark.parametrize(
	("fieldname", "value"),
	[("letter_head", "Another"), ("customer_group", "Another"), ("status", "Expired"), ("in_words", "Two")],
)
def test_what_people_do_not_enter_is_no_content(world, frappe, project, fieldname, value):
	from presales_mgmt.reviewed_version import fingerprints

	quotation = world.make_quotation(project)
	before = fingerprints("Quotation", [quotation.name])
	frappe.db.set_value("Quotation", quotation.name, fieldname, value)
	assert fingerprints("Quotation", [quotation.name]) == before


def test_how_the_site_rounds_changes_no_fingerprint(world, frappe, project, monkeypatch):
	from presales_mgmt.reviewed_version import fingerprints

	quotation = world.make_quotation(project)
	frappe.db.set_value("Quotation Item", quotation.items[0].name, "rate", 1.0000005)
	found = set()
	for method in ("Banker's Rounding", "Commercial Rounding", "Banker's Rounding (legacy)"):
		monkeypatch.setattr(frappe, "get_system_settings", lambda _key, method=method: method)
		found.add(fingerprints("Quotation", [quotation.name])[quotation.name])
	assert len(found) == 1


def test_submitting_what_was_reviewed_as_a_draft_changes_nothing(world, frappe, project):
	from presales_mgmt.reviewed_version import fingerprints

	frappe.get_doc("Presales Settings").update({"quotation_gate": "Off"}).save()
	quotation = world.make_quotation(project)
	before = fingerprints("Quotation", [quotation.name])
	with world.acting_as("manager"):
		quotation.submit()
	assert fingerprints("Quotation", [quotation.name]) == before


def test_a_quotation_is_cancelled_although_it_was_reviewed(world, frappe, solution_gate):
	project, finding = solution_gate
	frappe.get_doc("Presales Settings").update({"quotation_gate": "Off"}).save()
	quotation = world.submit_quotation(project)
	world.review_record(project, "Solution", quotation)
	assert finding().satisfied
	with world.acting_as("manager"):
		quotation.reload()
		quotation.cancel()
	assert finding().found.endswith(f"{quotation.name} was cancelled")


def test_a_review_of_the_project_itself_freezes_nothing(world, project, solution_gate):
	project, finding = solution_gate
	review = world.review_record(project, "Solution", project)
	assert not review.reviewed_version
	with world.acting_as("manager"):
		project.reload()
		project.goal = "Win"
		project.save()
	assert finding().satisfied


def test_the_review_check_takes_as_many_queries_for_many_projects_as_for_one(
	world, frappe, count_queries, solution_gate
):
	from presales_mgmt.gates.evaluation import evaluate

	project, _finding = solution_gate
	others = [world.make_project(presales_process="Reviewed") for _number in range(4)]
	names = [project.name, *(other.name for other in others)]
	frappe.db.set_value(
		"Presales Project", {"name": ["in", names]}, {"status": "Active", "stage": "Solution Design"}
	)
	for reviewed in (project, *others):
		world.archive(reviewed, "Solution", author="engineer")
		world.review(reviewed, "Solution")
	evaluate(names)
	with count_queries() as one:
		evaluate(names[:1])
	with count_queries() as many:
		findings = evaluate(names)
	# Processes 2, projects 1, reviews 1, what was reviewed 1.
	assert one.count == many.count <= 5
	assert all(findings[name][0].satisfied for name in names)


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
			assert (
				opinion.name in frappe.get_list("Presales Review Opinion", pluck="name", limit_page_length=0)
			) is allowed, person
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
