"""Statuses: initiation, hold, abandon, close; who may do what; nobody approves their own."""

import contextlib

import pytest

from tests.world import email


@pytest.mark.clause("R9.5", "R9.9")
def test_initiation_needs_a_director(world):
	from presales_mgmt.exceptions import TeamError

	project = world.make_project(director=None)
	with pytest.raises(TeamError, match="needs a director"):
		world.apply("manager", project, "Submit for Initiation")


@pytest.mark.clause("R9.9")
def test_who_applied_or_leads_cannot_approve(world, frappe):
	from presales_mgmt.exceptions import SelfApprovalError

	world.make_user("both", "Presales Director", "Presales Leader")
	both = email("both")
	project = world.make_project(director=both)
	world.apply_for_initiation(project, both)
	world.review_initiation(project, requester="manager")
	with pytest.raises(SelfApprovalError):
		world.apply(both, project, "Approve Initiation")
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Initiation Review"
	project.reload()
	world.apply("leader", project, "Approve Initiation")
	assert (project.status, project.approved_by) == ("Active", email("leader"))
	assert project.approved_on


@pytest.mark.clause("R9.1", "R9.9")
@pytest.mark.parametrize("person", ["director", "manager", "engineer", "supervisor"])
def test_only_leaders_approve(world, frappe, person):
	project = world.make_project()
	world.apply_for_initiation(project)
	world.review_initiation(project)
	with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		world.apply(person, project, "Approve Initiation")
	assert frappe.db.get_value("Presales Project", project.name, "status") == "Initiation Review"


def test_the_approval_is_not_smuggled_in_by_saving(world, frappe):
	project = world.make_project()
	world.apply_for_initiation(project)
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
	world.apply_for_initiation(project)
	world.review_initiation(project, decision=decision)
	with pytest.raises(GateError, match="initiation review"):
		world.apply("leader", project, "Approve Initiation")


def test_a_company_may_do_without_the_initiation_review(world, frappe):
	frappe.get_doc("Presales Settings").update({"require_initiation_review": 0}).save()
	project = world.make_project()
	world.apply_for_initiation(project)
	world.set_strategy(project)
	world.apply("leader", project, "Approve Initiation")
	assert project.stage == "Opportunity Capture"


def test_a_project_sent_back_can_be_submitted_again(world):
	project = world.make_project()
	world.apply_for_initiation(project)
	world.apply("leader", project, "Send Back")
	assert (project.status, project.applied_by) == ("Draft", None)
	world.apply_for_initiation(project, "manager")
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


@pytest.mark.clause("R9.15")
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


@pytest.mark.clause("R1.10", "R5.12")
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


@pytest.mark.clause("R5.12", "R9.8")
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


# ------------------------------------------------------------------------------- settled things


def test_a_leader_does_not_step_aside_to_approve(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	world.make_user("both", "Presales Director", "Presales Leader")
	both = email("both")
	project = world.make_project(director=both)
	world.apply_for_initiation(project, "manager")
	world.review_initiation(project, requester="manager")
	project.reload()
	project.update({"director": email("director"), "status": "Active"})
	with world.acting_as(both), pytest.raises(LifecycleError, match="as the project was submitted with"):
		project.save()


def test_what_was_applied_for_is_not_changed_during_the_review(world):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_project()
	world.apply_for_initiation(project)
	project.expected_amount = 999_999_999
	with world.acting_as("manager"), pytest.raises(LifecycleError, match="Expected Amount"):
		project.save()


def test_a_review_before_the_application_does_not_count(world):
	from presales_mgmt.exceptions import GateError

	project = world.make_project()
	world.review(project, "Initiation", requester="planner")
	world.apply_for_initiation(project)
	with pytest.raises(GateError, match="no review"):
		world.apply("leader", project, "Approve Initiation")


@pytest.mark.clause("R9.9")
def test_those_who_lead_do_not_review_the_initiation(world):
	from presales_mgmt.exceptions import ReviewError

	project = world.make_project()
	world.apply_for_initiation(project)
	with pytest.raises(ReviewError, match="cannot review its initiation"):
		world.request_review(project, "Initiation", requester="planner", reviewers=("manager",))


@pytest.mark.parametrize(
	("values", "label"),
	[({"company": "other"}, "Company"), ({"currency": "USD"}, "Currency"), ({"director": None}, "Director")],
)
def test_company_currency_and_director_of_an_active_project_stay(world, frappe, values, label):
	project = world.make_active_project()
	if "company" in values:
		values = {"company": world.other_company}
	project.update(values)
	with world.acting_as("director"), pytest.raises(frappe.ValidationError, match=label):
		project.save()


@pytest.mark.clause("R5.12", "R9.5")
@pytest.mark.parametrize("person", ["planner", "manager"])
def test_appointments_are_the_directors(world, frappe, person):
	for change in ({"manager": email("planner")}, {"supervisors": []}, {"director": email("planner")}):
		project = world.make_active_project()
		project.update(change)
		with world.acting_as(person), pytest.raises(frappe.PermissionError, match="appointed"):
			project.save()


@pytest.mark.clause("R9.5")
def test_only_the_projects_own_director_abandons_it(world, frappe):
	world.make_user("second", "Presales Director")
	project = world.make_active_project(
		team=[{"user": email("second"), "project_role": "Planning Manager", "active": 1}],
		outcome_reason="No budget",
	)
	with pytest.raises(frappe.PermissionError, match="Only the director"):
		world.apply(email("second"), project, "Abandon")


def test_an_application_is_withdrawn_and_a_draft_abandoned(world):
	project = world.make_project(outcome_reason="The customer gave up")
	world.apply_for_initiation(project)
	world.apply("manager", project, "Withdraw Application")
	assert (project.status, project.applied_by) == ("Draft", None)
	world.apply("manager", project, "Abandon")
	assert project.status == "Abandoned"
	world.apply("director", project, "Close")  # never initiated: nothing to evaluate
	assert project.status == "Closed"


def test_what_ended_before_it_was_initiated_is_not_reopened(world):
	from presales_mgmt.exceptions import LifecycleError

	project = world.make_project(outcome_reason="The customer gave up")
	world.apply("director", project, "Abandon")
	with pytest.raises(LifecycleError, match="ended before it was initiated"):
		world.apply("director", project, "Reopen")


def test_an_evaluation_of_another_outcome_does_not_close(world, frappe):
	from presales_mgmt.exceptions import GateError

	project = world.make_active_project(outcome_reason="The customer gave up")
	world.apply("director", project, "Abandon")
	evaluation = world.evaluate(project)
	with world.acting_as("archivist"):
		frappe.get_doc("Presales Document", evaluation.archived_document).submit()
	frappe.db.set_value("Presales Project Evaluation", evaluation.name, "result", "Won")
	project.reload()
	with pytest.raises(GateError, match="no submitted evaluation"):
		world.apply("director", project, "Close")


def test_the_last_gate_is_overridden_by_the_director_with_a_reason(world, frappe):
	from presales_mgmt.exceptions import GateError

	frappe.get_doc("Presales Settings").update({"require_evaluation_to_close": 0}).save()
	project = world.make_active_project()
	frappe.db.set_value(
		"Presales Project",
		project.name,
		{"status": "Won", "won_on": "2026-05-11", "stage": "Project Kickoff"},
	)
	project.reload()
	with pytest.raises(GateError):
		world.apply("director", project, "Close")
	project.reload()
	with world.acting_as("director"):
		project.closing_override_reason = "The customer wants no kickoff"
		project.save()
	world.apply("director", project, "Close")
	log = frappe.get_last_doc("Presales Stage Log", {"presales_project": project.name, "is_override": 1})
	assert log.reason == "The customer wants no kickoff"


@pytest.mark.clause("R4.3")
def test_status_changes_are_on_the_log(world, frappe):
	project = world.make_active_project()
	rows = frappe.get_all(
		"Presales Stage Log",
		filters={"presales_project": project.name, "move_type": "Status"},
		fields=["from_status", "to_status", "moved_by", "base_expected_amount"],
		order_by="creation asc",
	)
	assert [(row.from_status, row.to_status, row.moved_by) for row in rows] == [
		("Draft", "Initiation Review", email("director")),
		("Initiation Review", "Active", email("leader")),
	]
	assert rows[0].base_expected_amount == 1_200_000


def test_a_stage_that_was_renamed_does_not_come_back(world, frappe):
	from presales_mgmt.setup.install import make_records

	frappe.rename_doc("Presales Stage", "Bid Review", "Bid Check")
	make_records()
	assert not frappe.db.exists("Presales Stage", "Bid Review")


@pytest.mark.parametrize("doctype", ["Presales Stage", "Presales Document Type"])
def test_stages_and_document_types_are_not_merged(world, frappe, doctype):
	from presales_mgmt.exceptions import ProcessError

	first, second = frappe.get_all(doctype, pluck="name", order_by="name asc", limit=2)
	with pytest.raises(ProcessError, match="cannot be merged"):
		frappe.rename_doc(doctype, first, second, merge=True)


@pytest.mark.parametrize("moved", [True, False])
def test_a_draft_whose_win_is_undone_has_not_begun(world, frappe, moved):
	"""Its process may still change, and the approval puts it into the first stage."""
	from presales_mgmt import api

	settings = frappe.get_doc("Presales Settings")
	settings.update({"quotation_gate": "Off", "sales_order_gate": "Off"})
	settings.save()
	project = world.make_project()
	order = world.submit_order(project)
	project.reload()
	if moved:
		with world.acting_as("director"):
			api.move_to_stage(project.name, "Opportunity Capture")
	with world.acting_as("manager"):
		order.reload()
		order.cancel()
	project.reload()
	assert (project.status, project.stage, project.stage_entered_on) == ("Draft", None, None)
	assert (project.probability, project.base_weighted_amount) == (0, 0)
	log = frappe.get_all(
		"Presales Stage Log",
		filters={"presales_project": project.name, "move_type": "End"},
		pluck="from_stage",
	)
	assert log == (["Opportunity Capture"] if moved else [])

	with world.acting_as("manager"):
		project.presales_process = "Four-Step Presales"
		project.save()
	basis = [
		{"document": world.archive(project, document_type).name}
		for document_type in ("Analysis Report", "Feasibility Study", "Research Report")
	]
	world.apply_for_initiation(project, basis_documents=basis)
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	project.reload()
	status = api.get_gate_status(project.name)
	assert project.stage == status["stages"][0]["name"]
	assert status["stages"][0]["state"] == "current"


def test_a_stage_that_is_none_of_the_process_is_said(world, frappe):
	from presales_mgmt import api
	from presales_mgmt.exceptions import StageError

	project = world.make_active_project()
	other = frappe.db.get_value("Presales Stage", {"name": ["not in", _stages_of(frappe, project)]})
	project.db_set("stage", other)
	for call in (
		lambda: api.get_gate_status(project.name),
		lambda: api.move_to_stage(project.name, _stages_of(frappe, project)[1]),
	):
		with world.acting_as("director"), pytest.raises(StageError, match="does not have"):
			call()


def _stages_of(frappe, project) -> list[str]:
	return frappe.get_all(
		"Presales Process Stage",
		filters={"parent": project.process_version},
		pluck="stage",
		order_by="idx asc",
	)
