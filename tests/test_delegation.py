"""Who acts for whom: in the place of the delegator, for a period, and never on both sides of a decision."""

import pytest

from presales_mgmt import api
from presales_mgmt.exceptions import (
	DateOrderError,
	DelegationError,
	DuplicateEntryError,
	GateError,
	OverrideError,
	ReviewError,
	SelfApprovalError,
)
from presales_mgmt.permissions.delegation import acting_for, delegates_of
from tests.world import email

DELEGATION = "Presales Delegation"
OPINION = "Presales Review Opinion"
PROJECT = "Presales Project"


@pytest.fixture
def project(world):
	return world.make_active_project()


def shift(frappe, delegation, days: int):
	"""Move a delegation in time, as the passing of days does."""
	from frappe.utils import add_days

	delegation.reload()
	delegation.db_set(
		{
			"from_date": add_days(delegation.from_date, days),
			"to_date": add_days(delegation.to_date, days),
		}
	)
	delegation.on_change()


# ------------------------------------------------------------------------------------------------ made


@pytest.mark.clause("R4.1")
def test_one_delegates_for_oneself_and_leaders_for_others(world, frappe):
	assert world.delegate("manager", "other_manager").delegator == email("manager")
	assert world.delegate("engineer", "expert", by="leader")
	assert world.delegate("director", "other_director", by="Administrator")
	with pytest.raises(frappe.PermissionError):
		world.delegate("director", "other_manager", by="manager")
	with world.acting_as("manager"):
		doc = world.insert(
			DELEGATION,
			delegate=email("planner"),
			from_date="2030-01-01",
			to_date="2030-01-02",
			reason="Fair",
		)
	assert doc.delegator == email("manager"), "oneself, where nobody is named"


@pytest.mark.parametrize(
	("delegate", "values", "error"),
	[
		("manager", {}, DelegationError),
		("clerk", {}, DelegationError),
		("other_manager", {"from_date": "2030-01-02", "to_date": "2030-01-01"}, DateOrderError),
		("other_manager", {"from_date": "2020-01-01", "to_date": "2020-02-01"}, DateOrderError),
	],
)
def test_refused(world, frappe, delegate, values, error):
	with pytest.raises(error):
		world.delegate("manager", delegate, **values)


def test_a_disabled_delegate_is_refused(world, frappe):
	frappe.db.set_value("User", email("other_manager"), "enabled", 0)
	with pytest.raises(DelegationError):
		world.delegate("manager", "other_manager")


def test_no_two_for_the_same_pair_and_time(world, frappe):
	first = world.delegate("manager", "other_manager")
	with pytest.raises(DuplicateEntryError):
		world.delegate("manager", "other_manager")
	world.delegate("manager", "planner")
	with world.acting_as("manager"):
		first.enabled = 0
		first.save()
	world.delegate("manager", "other_manager")
	first.reload()
	first.enabled = 1
	with world.acting_as("manager"), pytest.raises(DuplicateEntryError):
		first.save()


@pytest.mark.parametrize("fieldname", ["delegator", "delegate"])
def test_who_acted_for_whom_stays_on_record(world, frappe, fieldname):
	doc = world.delegate("manager", "other_manager")
	with world.acting_as("leader"):
		doc.set(fieldname, email("planner"))
		with pytest.raises(DelegationError):
			doc.save()


def test_both_parts_are_told(world, frappe):
	doc = world.delegate("manager", "other_manager", by="leader")
	assert set(
		frappe.get_all(
			"Notification Log",
			filters={"document_type": DELEGATION, "document_name": doc.name},
			pluck="for_user",
			order_by="name asc",
		)
	) == {email("manager"), email("other_manager")}


@pytest.mark.parametrize(
	("person", "reads", "writes"),
	[
		("manager", True, True),
		("other_manager", True, False),
		("leader", True, True),
		("director", False, False),
		("planner", False, False),
		("clerk", False, False),
	],
)
def test_who_sees_and_changes_one(world, frappe, person, reads, writes):
	doc = world.delegate("manager", "other_manager")
	with world.acting_as(person):
		if person != "clerk":
			assert (doc.name in frappe.get_list(DELEGATION, pluck="name", order_by="name asc")) == reads
		assert bool(frappe.has_permission(DELEGATION, "read", doc=doc.name)) == reads
		assert bool(frappe.has_permission(DELEGATION, "write", doc=doc.name)) == writes
		assert not frappe.has_permission(DELEGATION, "delete", doc=doc.name)


# ------------------------------------------------------------------------------------------------ in force


def test_it_holds_from_its_first_day_to_its_last(world, frappe):
	doc = world.delegate("manager", "other_manager")
	both = {email("manager"), email("other_manager")}
	assert acting_for(email("other_manager")) == both
	assert acting_for(email("manager")) == {email("manager")}
	assert delegates_of([email("manager"), email("planner")]) == {
		email("manager"): {email("other_manager")},
		email("planner"): set(),
	}
	shift(frappe, doc, 1)
	assert acting_for(email("other_manager")) == {email("other_manager")}, "begins tomorrow"
	shift(frappe, doc, -8)
	assert acting_for(email("other_manager")) == both, "the last day"
	shift(frappe, doc, -1)
	assert acting_for(email("other_manager")) == {email("other_manager")}, "ended yesterday"


def test_forms_are_told_for_whom_the_user_acts(world, frappe):
	world.delegate("manager", "other_manager")
	with world.acting_as("other_manager"):
		assert api.get_persons_acted_for() == sorted([email("manager"), email("other_manager")])
	with world.acting_as("manager"):
		assert api.get_persons_acted_for() == [email("manager")]


def test_ending_it_takes_effect_at_once(world, frappe):
	doc = world.delegate("manager", "other_manager")
	assert len(acting_for(email("other_manager"))) == 2
	with world.acting_as("manager"):
		doc.enabled = 0
		doc.save()
	assert acting_for(email("other_manager")) == {email("other_manager")}


def test_what_is_rolled_back_never_held(world, frappe):
	frappe.db.commit()
	world.delegate("manager", "other_manager")
	assert len(acting_for(email("other_manager"))) == 2
	frappe.db.rollback()
	assert acting_for(email("other_manager")) == {email("other_manager")}


def test_delegations_do_not_chain(world, frappe, project):
	world.delegate("manager", "planner")
	world.delegate("planner", "other_manager")
	assert acting_for(email("other_manager")) == {email("other_manager"), email("planner")}


def test_asking_costs_no_query_once_known(world, frappe, count_queries):
	world.delegate("manager", "other_manager")
	acting_for(email("other_manager"))
	with count_queries() as counter:
		acting_for(email("other_manager"))
		acting_for(email("manager"))
	assert counter.count == 0


# ------------------------------------------------------------------------------------------------ projects


@pytest.mark.clause("R4.1", "R1.9")
def test_the_delegate_sees_what_the_delegator_sees_in_lists_and_documents(world, frappe, project):
	world.archive(project, "Research Report")

	def sees():
		with world.acting_as("other_manager"):
			listed = project.name in frappe.get_list(PROJECT, pluck="name", order_by="name asc")
			opened = bool(frappe.has_permission(PROJECT, "read", doc=project.name))
			below = bool(frappe.get_list("Presales Document", order_by="name asc"))
			assert listed == opened == below, "list and document say the same"
			return listed

	assert not sees()
	doc = world.delegate("manager", "other_manager")
	assert sees()
	shift(frappe, doc, 1)
	assert not sees()


@pytest.mark.clause("R9.5", "R9.6")
def test_a_delegate_moves_the_stage_and_the_log_says_for_whom(world, frappe, project):
	world.satisfy(project, "Opportunity Capture")
	with pytest.raises(frappe.PermissionError):
		world.move(project, "Opportunity Assessment", person="other_manager")
	world.delegate("manager", "other_manager")
	world.move(project, "Opportunity Assessment", person="other_manager")
	log = frappe.get_last_doc("Presales Stage Log", filters={"presales_project": project.name})
	assert (log.moved_by, log.reason) == (
		email("other_manager"),
		f"For {email('manager')}, as delegate.",
	)


def test_who_has_the_right_himself_moves_in_his_own_name(world, frappe, project):
	world.delegate("director", "manager")
	world.satisfy(project, "Opportunity Capture")
	world.move(project, "Opportunity Assessment", person="manager")
	log = frappe.get_last_doc("Presales Stage Log", filters={"presales_project": project.name})
	assert not log.reason


@pytest.mark.clause("R9.5")
def test_the_directors_delegate_overrides_when_he_has_the_role(world, frappe, project):
	for delegate in ("other_director", "other_manager"):
		world.delegate("director", delegate)
	with pytest.raises(OverrideError):
		world.move(
			project, "Opportunity Assessment", person="other_manager", override_reason="Customer waits"
		)
	world.move(project, "Opportunity Assessment", person="other_director", override_reason="Customer waits")
	log = frappe.get_last_doc("Presales Stage Log", filters={"presales_project": project.name})
	assert (log.moved_by, log.is_override) == (email("other_director"), 1)
	assert log.reason == f"Customer waits\nFor {email('director')}, as delegate."


def test_the_directors_delegate_puts_on_hold(world, frappe, project):
	with world.acting_as("director"):
		project.outcome_reason = "Budget frozen"
		project.save()
	world.delegate("director", "other_director")
	world.apply("other_director", project, "Put on Hold")
	log = frappe.get_last_doc("Presales Stage Log", filters={"presales_project": project.name})
	assert f"For {email('director')}, as delegate." in log.reason


def test_a_supervisors_delegate_guides(world, frappe, project):
	with pytest.raises(frappe.PermissionError):
		world.guide(project, "planner")
	world.delegate("supervisor", "other_director")
	note = world.guide(project, "other_director")
	assert (note.given_by, note.given_as) == (email("other_director"), "Company Supervisor")


# ------------------------------------------------------------------------------------------------ approvals


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize("absent", ["director", "manager"])
def test_nobody_approves_an_initiation_for_who_applied_or_leads(world, frappe, absent):
	"""The leader acts for the director or the manager meanwhile, and so is on both sides."""
	project = world.make_project()
	world.apply_for_initiation(project)
	world.review_initiation(project)
	doc = world.delegate(absent, "leader")
	with pytest.raises(SelfApprovalError):
		world.apply("leader", project, "Approve Initiation")
	shift(frappe, doc, 1)
	project.reload()
	assert world.apply("leader", project, "Approve Initiation").status == "Active"


def test_the_leaders_delegate_does_not_approve_without_the_role(world, frappe):
	project = world.make_project()
	world.apply_for_initiation(project)
	world.review_initiation(project)
	world.delegate("leader", "supervisor")
	with pytest.raises(Exception, match=r"(?i)not allowed|not permitted|not a valid|permission"):
		world.apply("supervisor", project, "Approve Initiation")
	assert frappe.db.get_value(PROJECT, project.name, "status") == "Initiation Review"


@pytest.mark.clause("R9.15")
def test_nobody_evaluates_the_work_of_whom_he_acts_for(world, frappe, project):
	frappe.db.set_value(PROJECT, project.name, "status", "Won")
	for absent in ("manager", "engineer"):
		doc = world.delegate(absent, "supervisor", by="leader")
		with pytest.raises(SelfApprovalError):
			world.evaluate(project)
		shift(frappe, doc, 1)
	world.evaluate(project)


def test_nobody_verifies_what_was_done_in_his_place(world, frappe, project):
	"""The reviewer is absent, and so is the manager; one colleague for both closes nothing that he did."""
	matter = world.ask_to_rectify(project)
	world.delegate("manager", "planner")
	world.delegate("expert", "planner")
	with world.acting_as("planner"):
		api.complete_rectification(matter.name, "Drawn.")
		with pytest.raises(SelfApprovalError):
			api.verify_rectification(matter.name, True)
	assert matter.reload().done_by == email("planner")


def test_the_delegate_of_who_raised_it_verifies(world, frappe, project):
	matter = world.ask_to_rectify(project)
	with world.acting_as("manager"):
		api.complete_rectification(matter.name, "Drawn.")
	world.delegate("expert", "engineer")
	with world.acting_as("engineer"):
		api.verify_rectification(matter.name, True)
	assert matter.reload().verified_by == email("engineer")


# ------------------------------------------------------------------------------------------------ opinions


def opinion_of(frappe, review, person):
	return frappe.get_doc(OPINION, {"review": review.name, "reviewer": email(person)})


def decide(world, frappe, person, opinion, **values):
	with world.acting_as(person):
		doc = frappe.get_doc(OPINION, opinion.name)
		doc.check_permission("write")
		doc.update({"decision": "Approve", "score": 80, "conflict_of_interest": "None", **values})
		for row in doc.scores:
			row.score = 80
		doc.submit()
	return doc


def sees(world, frappe, person, opinion) -> bool:
	with world.acting_as(person):
		listed = opinion.name in frappe.get_list(OPINION, pluck="name", order_by="name asc")
		opened = bool(frappe.has_permission(OPINION, "read", doc=opinion.name))
		assert listed == opened, "list and document say the same"
		return listed


@pytest.mark.clause("R7.5", "R4.1")
def test_the_delegate_decides_for_the_reviewer(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	assert not sees(world, frappe, "engineer", opinion)
	world.delegate("expert", "engineer")
	assert sees(world, frappe, "engineer", opinion)
	opinion = decide(world, frappe, "engineer", opinion)
	assert (opinion.reviewer, opinion.decided_by) == (email("expert"), email("engineer"))
	assert frappe.db.get_value("Presales Review", review.name, "status") == "Approved"


def test_the_reviewer_himself_needs_no_name(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	assert not decide(world, frappe, "expert", opinion_of(frappe, review, "expert")).decided_by


def test_who_is_no_delegate_writes_nothing(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	world.delegate("manager", "engineer")
	with pytest.raises(frappe.PermissionError):
		decide(world, frappe, "engineer", opinion)


def test_the_requester_neither_sees_nor_gives_the_opinion_of_who_delegated_to_him(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	world.delegate("expert", "manager")
	assert not sees(world, frappe, "manager", opinion)
	with pytest.raises(frappe.PermissionError):
		decide(world, frappe, "manager", opinion)
	with world.acting_as("manager"), pytest.raises(SelfApprovalError):
		refused_by_rule(frappe, opinion)


def refused_by_rule(frappe, opinion):
	"""The rule of the document itself, whatever the lists show."""
	doc = frappe.get_doc(OPINION, opinion.name)
	doc.decision = "Approve"
	# The test asks for the rule behind the permission.
	doc.save(ignore_permissions=True)


def test_who_acts_for_the_requester_too_does_not_decide(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	world.delegate("expert", "engineer")
	world.delegate("manager", "engineer")
	with pytest.raises(SelfApprovalError):
		decide(world, frappe, "engineer", opinion)


def test_a_reviewer_does_not_decide_for_another_nor_sees_the_other_opinion(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert", "engineer"))
	opinion = opinion_of(frappe, review, "expert")
	world.delegate("expert", "engineer")
	assert not sees(world, frappe, "engineer", opinion)
	with world.acting_as("engineer"), pytest.raises(ReviewError):
		refused_by_rule(frappe, opinion)
	decide(world, frappe, "engineer", opinion_of(frappe, review, "engineer"))


def test_one_delegate_decides_once_in_a_review(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert", "engineer"))
	world.delegate("expert", "planner")
	world.delegate("engineer", "planner")
	decide(world, frappe, "planner", opinion_of(frappe, review, "expert"))
	with pytest.raises(ReviewError):
		decide(world, frappe, "planner", opinion_of(frappe, review, "engineer"))


def test_the_author_does_not_decide_for_a_reviewer(world, frappe, project):
	document = world.archive(project, "Research Report", author="engineer")
	review = world.request_review(
		project,
		"Contract",
		reviewers=("expert",),
		reviewed_doctype="Presales Document",
		reviewed_document=document.name,
	)
	world.delegate("expert", "engineer")
	with pytest.raises(SelfApprovalError):
		decide(world, frappe, "engineer", opinion_of(frappe, review, "expert"))


def test_nothing_is_reviewed_by_whom_it_may_be_requested_for(world, frappe, project):
	world.delegate("manager", "planner")
	with pytest.raises(ReviewError):
		world.request_review(project, "Contract", requester="planner", reviewers=("manager",))


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize("person", ["director", "manager"])
def test_who_leads_the_project_decides_for_nobody_on_its_initiation(world, frappe, person):
	project = world.make_project()
	requester = "planner"
	review = world.request_review(project, "Initiation", requester=requester, reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	world.delegate("expert", person)
	assert not sees(world, frappe, person, opinion)
	with world.acting_as(person), pytest.raises(SelfApprovalError):
		refused_by_rule(frappe, opinion)


def test_a_conflict_of_interest_is_declared_by_each_for_oneself(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	opinion = opinion_of(frappe, review, "expert")
	with world.acting_as("expert"):
		opinion.update({"conflict_of_interest": "None", "opinion": "Clause 4 is vague."})
		opinion.save()
	world.delegate("expert", "engineer")
	with world.acting_as("engineer"):
		doc = frappe.get_doc(OPINION, opinion.name)
		doc.opinion = "Clause 4 is vague, and so is 5."
		doc.save()
		assert (doc.conflict_of_interest, doc.decided_by) == (None, email("engineer"))
		doc.conflict_of_interest = "None"
		doc.save()
		doc.opinion = "Clauses 4 and 5 are vague."
		doc.save()
		assert doc.conflict_of_interest == "None"


def test_the_end_of_the_delegation_ends_the_writing(world, frappe, project):
	review = world.request_review(project, "Contract", reviewers=("expert",))
	doc = world.delegate("expert", "engineer")
	opinion = opinion_of(frappe, review, "expert")
	shift(frappe, doc, -8)
	with pytest.raises(frappe.PermissionError):
		decide(world, frappe, "engineer", opinion)
	assert not sees(world, frappe, "engineer", opinion)


def test_gates_hold_for_delegates(world, frappe, project):
	world.delegate("manager", "other_manager")
	with pytest.raises(GateError):
		world.move(project, "Opportunity Assessment", person="other_manager")
