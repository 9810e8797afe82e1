"""Statuses: initiation, hold, abandon, close; who may do what; nobody approves their own."""

import contextlib

import pytest

from tests.world import email


def test_initiation_needs_a_director(world):
	from presales_mgmt.exceptions import TeamError

	project = world.make_project(director=None)
	with pytest.raises(TeamError, match="needs a director"):
		world.apply("manager", project, "Submit for Initiation")


def test_who_applied_or_leads_cannot_approve(world, frappe):
	from presales_mgmt.exceptions import SelfApprovalError

	world.make_user("both", "Presales Director", "Presales Leader")
	both = email("both")
	project = world.make_project(director=both)
	world.apply(both, project, "Submit for Initiation")
	world.review(project, "Initiation", requester="manager", reviewers=("leader",))
	with pytest.raises(SelfApprovalError):
		world.apply(both, project, "Approve Initiation")
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Initiation Review"
	project.reload()
	world.apply("leader", project, "Approve Initiation")
	assert (project.status, project.approved_by) == ("Active", email("leader"))
	assert project.approved_on


@pytest.mark.parametrize("person", ["director", "manager", "engineer", "supervisor"])
def test_only_leaders_approve(world, frappe, person):
	project = world.make_project()
	world.apply("director", project, "Submit for Initiation")
	world.review(project, "Initiation", requester="director", reviewers=("leader",))
	with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		world.apply(person, project, "Approve Initiation")
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Initiation Review"


def test_the_approval_is_not_smuggled_in_by_saving(world, frappe):
	project = world.make_project()
	world.apply("director", project, "Submit for Initiation")
	for values in ({"status": "Active"}, {"approved_by": email("leader")}):
		project.reload()
		project.update(values)
		with world.acting_as("director"), contextlib.suppress(frappe.ValidationError):
			project.save()
		project.reload()
		assert (project.status, project.approved_by) == ("Initiation Review", None)


@pytest.mark.parametrize("decision", ["Send Back", "Reject"])
def test_a_review_that_does_not_approve_holds_the_initiation_back(world, decision):
	from presales_mgmt.exceptions import GateError

	project = world.make_project()
	world.apply("director", project, "Submit for Initiation")
	world.review(project, "Initiation", requester="director", reviewers=("leader",), decision=decision)
	with pytest.raises(GateError, match="initiation review"):
		world.apply("leader", project, "Approve Initiation")


def test_a_company_may_do_without_the_initiation_review(world, frappe):
	frappe.get_doc("Presales Settings").update({"require_initiation_review": 0}).save()
	project = world.make_project()
	world.apply("director", project, "Submit for Initiation")
	world.apply("leader", project, "Approve Initiation")
	assert project.stage == "Opportunity Capture"


def test_a_project_sent_back_can_be_submitted_again(world):
	project = world.make_project()
	world.apply("director", project, "Submit for Initiation")
	world.apply("leader", project, "Send Back")
	assert (project.status, project.applied_by) == ("Draft", None)
	world.apply("manager", project, "Submit for Initiation")
	assert project.applied_by == email("manager")


def test_hold_and_resume_keep_the_stage(world):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_active_project()
	entered = project.stage_entered_on
	with pytest.raises(LifecycleError, match="needs a reason"):
		world.apply("director", project, "Put on Hold")
	project.reload()
	with world.acting_as("director"):
		project.outcome_reason = "Budget postponed"
		project.save()
	world.apply("director", project, "Put on Hold")
	world.apply("director", project, "Resume")
	assert (project.status, project.stage, project.stage_entered_on) == (
		"Active",
		"Opportunity Capture",
		entered,
	)
	assert project.approved_by == email("leader")


def test_an_abandoned_project_is_closed_after_its_evaluation(world, frappe):
	from presales_mgmt.exceptions import GateError

	project = world.make_active_project()
	with world.acting_as("director"):
		project.outcome_reason = "The customer gave up the plan"
		project.save()
	world.apply("director", project, "Abandon")
	with pytest.raises(GateError, match="no submitted evaluation"):
		world.apply("director", project, "Close")
	evaluation = world.evaluate(project)
	assert evaluation.result == "Abandoned"
	with world.acting_as("archivist"):
		frappe.get_doc("Presales Document", evaluation.archived_document).submit()
	project.reload()
	world.apply("director", project, "Close")
	assert project.status == "Closed"
	assert project.closed_on


def test_nothing_is_added_to_a_closed_project(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_active_project()
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with pytest.raises(LifecycleError, match="is closed"):
		world.record_activity(project, "Visit")


def test_a_project_that_left_draft_is_not_deleted(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_active_project()
	with world.acting_as("director"), pytest.raises(LifecycleError, match="Abandon it instead"):
		frappe.delete_doc("Presales Project", project.name)


def test_without_an_active_workflow_the_status_stands_still(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_project()
	workflow = frappe.get_doc("Workflow", {"document_type": "Presales Project"})
	workflow.is_active = 0
	workflow.save()
	project.reload()
	project.status = "Active"
	with world.acting_as("director"), pytest.raises(LifecycleError, match="none is active"):
		project.save()


def test_a_companys_own_workflow_survives_a_migrate(world, frappe):
	from presales_mgmt.setup.install import make_records

	workflow = frappe.get_doc("Workflow", {"document_type": "Presales Project"})
	workflow.transitions[0].allowed = "Presales Planning Manager"
	workflow.save()
	before = workflow.as_dict(convert_dates_to_str=True)
	make_records()
	workflow.reload()
	assert workflow.as_dict(convert_dates_to_str=True) == before


def test_a_companys_own_process_survives_a_migrate(world, frappe):
	from presales_mgmt.setup.install import make_records

	process = frappe.get_doc("Presales Process", "Nine-Stage Presales")
	process.requirements = process.requirements[:3]
	process.save()
	make_records()
	process.reload()
	assert len(process.requirements) == 3


# ------------------------------------------------------------------------------- team


def test_director_and_manager_are_members_of_the_team(world):
	project = world.make_project()
	roles = {(row.user, row.project_role) for row in project.team}
	assert {(email("director"), "Director"), (email("manager"), "Manager")} <= roles


def test_a_new_manager_takes_the_place_of_the_old_one(world):
	project = world.make_project()
	with world.acting_as("director"):
		project.manager = email("other_manager")
		project.save()
	roles = {row.user: row.project_role for row in project.team}
	assert roles[email("other_manager")] == "Manager"
	assert roles[email("manager")] == "Member"
	with world.acting_as("director"):
		project.manager = email("manager")
		project.save()
		project.manager = email("other_manager")
		project.save()
	members = [(row.user, row.project_role) for row in project.team]
	assert len(members) == len(set(members))


def test_who_creates_a_project_for_others_still_sees_it(world, frappe):
	project = world.make_project(person="other_manager")
	with world.acting_as("other_manager"):
		assert frappe.has_permission("Presales Project", "read", doc=project.name)


@pytest.mark.parametrize(
	("table", "project_role"),
	[("team", "Company Supervisor"), ("supervisors", "Engineer"), ("supervisors", "Director")],
)
def test_roles_belong_to_their_table(world, table, project_role):
	from presales_mgmt.exceptions import TeamError

	with pytest.raises(TeamError, match="row 1"):
		world.make_project(
			**{table: [{"user": email("engineer"), "project_role": project_role, "active": 1}]}
		)


def test_a_member_is_listed_once_in_a_role(world):
	from presales_mgmt.exceptions import DuplicateEntryError

	row = {"user": email("engineer"), "project_role": "Engineer", "active": 1}
	with pytest.raises(DuplicateEntryError, match="row 2"):
		world.make_project(team=[row, dict(row)])
