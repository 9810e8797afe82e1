"""What somebody tries who sends the server other documents than the forms do."""

import json

import pytest

from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project()


def send(frappe, doc, **values):
	"""Save `doc` as a REST client may send it: with whatever values."""
	return frappe.get_doc(json.loads(doc.as_json()) | values).save()


# -------------------------------------------------------------------------------------- cancelling


@pytest.mark.clause("R1.4", "R9.9")
def test_a_concluded_review_is_not_cancelled_by_saying_that_it_is_not(world, frappe, project):
	from presales_mgmt.exceptions import ReviewError

	review = world.review(project, "Cost", decision="Reject")
	with world.acting_as("manager"), pytest.raises(ReviewError, match="is concluded and stands"):
		send(frappe, review, docstatus=2, concluded_on=None)


@pytest.mark.clause("R9.9")
def test_an_application_that_was_decided_on_is_not_cancelled_by_saying_that_it_was_not(
	world, frappe, project
):
	from presales_mgmt.exceptions import LifecycleError

	application = frappe.get_doc("Presales Initiation", project.initiation)
	with world.acting_as("manager"), pytest.raises(LifecycleError, match="has been decided on"):
		send(frappe, application, docstatus=2, result=None)


@pytest.mark.clause("R9.9")
def test_an_application_under_evaluation_is_not_cancelled_as_that_of_another_project(world, frappe):
	from presales_mgmt.exceptions import LifecycleError

	other, project = world.make_project(), world.make_project()
	application = world.apply_for_initiation(project)
	with world.acting_as("manager"), pytest.raises(LifecycleError, match="is being evaluated"):
		send(frappe, application, docstatus=2, presales_project=other.name)


def test_what_is_cancelled_stays_as_it_was_submitted(world, frappe, project):
	review = world.request_review(project, "Cost")
	rows = [{**row, "reviewer": email("expert2")} for row in json.loads(review.as_json())["reviewers"]]
	with world.acting_as("manager"):
		send(
			frappe, review, docstatus=2, subject="Another", reviewers=rows, criteria=[], owner=email("expert")
		)
	stored = frappe.get_doc(review.doctype, review.name)
	assert (stored.docstatus, stored.subject) == (2, review.subject)
	assert [row.reviewer for row in stored.reviewers] == [row.reviewer for row in review.reviewers]
	assert {row.docstatus for row in stored.reviewers} == {2}
	assert len(stored.criteria) == len(review.criteria) > 0
	assert stored.owner == review.owner


def test_an_order_does_not_leave_its_project_when_it_is_cancelled(world, frappe, project):
	world.advance_to(project, "Contract Signing")
	quotation = world.submit_quotation(project)
	order = world.submit_order(project)
	for doc in (order, quotation):
		doc.reload()
		with world.acting_as("clerk"):
			send(frappe, doc, docstatus=2, presales_project=None)
		assert frappe.db.get_value(doc.doctype, doc.name, "presales_project") == project.name
		project.reload()
		assert project.status == "Active"
	assert project.quotation != quotation.name


# ------------------------------------------------------------------------- opinions are seen too early


@pytest.mark.clause("R9.9")
def test_gates_do_not_count_opinions(world, frappe):
	"""A requirement with conditions on opinions would tell what hidden ones say."""
	from presales_mgmt.exceptions import ProcessError

	process = frappe.get_doc("Presales Process", "Nine-Stage Presales")
	process.append(
		"requirements",
		{
			"stage": process.stages[0].stage,
			"kind": "Record",
			"title": "Rejections",
			"reference_doctype": "Presales Review Opinion",
			"reference_filters": '[["decision", "=", "Reject"]]',
			"count_rule": "At Most",
		},
	)
	with world.acting_as("director"), pytest.raises(ProcessError, match="Presales Review Opinion"):
		process.save()


@pytest.mark.clause("R9.9")
def test_an_opinion_is_not_reviewed(world, project):
	"""The fingerprint of what is reviewed would tell what a hidden opinion says, by trying."""
	from presales_mgmt.exceptions import ReviewedRecordError

	review = world.request_review(project, "Solution")
	opinion = world.give_opinion(review.reviewers[0].reviewer, review)
	with pytest.raises(ReviewedRecordError, match="expected a record of project"):
		world.draft_review(
			project, "Safety", reviewed_doctype=opinion.doctype, reviewed_document=opinion.name
		)


@pytest.mark.clause("R4.1", "R9.9")
def test_a_delegate_does_not_see_early_what_the_delegator_has_decided(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "expert2"))
	given = world.give_opinion("expert", review)
	waiting = frappe.get_all(
		"Presales Review Opinion",
		filters={"review": review.name, "docstatus": 0},
		pluck="name",
		order_by="name asc",
	)
	for person in ("expert", "expert2"):
		delegate(world, person, "researcher")
	with world.acting_as("researcher"):
		assert frappe.get_list(given.doctype, filters={"review": review.name}, pluck="name") == waiting
		assert not frappe.has_permission(given.doctype, "read", doc=given.name)
		assert frappe.has_permission(given.doctype, "write", doc=waiting[0])


@pytest.mark.clause("R4.1")
def test_a_delegate_sees_what_the_delegate_has_decided(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "expert2"))
	delegate(world, "expert", "researcher")
	with world.acting_as("researcher"):
		opinion = opinion_of(frappe, "expert", review)
		opinion.update({"decision": "Approve", "conflict_of_interest": "None"})
		for row in opinion.scores:
			row.score = 80
		opinion.submit()
		assert frappe.get_list(opinion.doctype, filters={"review": review.name}, pluck="name") == [
			opinion.name
		]
		assert frappe.has_permission(opinion.doctype, "read", doc=opinion.name)


@pytest.mark.clause("R4.1", "R9.9")
def test_who_has_decided_for_a_reviewer_is_not_added_as_another(world, frappe, project):
	from presales_mgmt import api
	from presales_mgmt.exceptions import ReviewError

	review = world.request_review(project, "Solution", reviewers=("expert", "expert2"))
	delegate(world, "expert", "researcher")
	with world.acting_as("researcher"):
		opinion = opinion_of(frappe, "expert", review)
		opinion.update({"decision": "Approve", "conflict_of_interest": "None"})
		for row in opinion.scores:
			row.score = 80
		opinion.submit()
	with world.acting_as("manager"), pytest.raises(ReviewError, match="has decided for another reviewer"):
		api.add_reviewer(review.name, email("researcher"))


@pytest.mark.clause("R7.5")
def test_scores_may_come_as_text(world, frappe, project):
	review = world.request_review(project, "Solution", reviewers=("expert", "expert2"))
	with world.acting_as("expert"):
		opinion = opinion_of(frappe, "expert", review)
		for row in opinion.scores:
			row.score = "90"
		opinion.save()
	assert opinion.score == 90


def opinion_of(frappe, person, review):
	return frappe.get_doc("Presales Review Opinion", {"review": review.name, "reviewer": email(person)})


def delegate(world, delegator, person):
	with world.acting_as(delegator):
		return world.insert(
			"Presales Delegation",
			delegator=email(delegator),
			delegate=email(person),
			from_date="2020-01-01",
			to_date="2099-12-31",
			reason="Leave",
		)


# ------------------------------------------------------------------------------ deciding on one's own


@pytest.mark.clause("R9.9")
def test_who_drafted_the_application_does_not_approve_it(world, frappe):
	"""Not even who led the project while it was a draft, and stepped aside."""
	from presales_mgmt.exceptions import SelfApprovalError

	both = world.make_user("both", "Presales Director", "Presales Leader")
	project = world.make_project(director=both)
	application = world.make_application(project, person=both, team=[])
	with world.acting_as(both):
		project.reload()
		project.director = email("director")
		project.save()
	with world.acting_as("director"):
		application.reload()
		application.update({"team": []}).save()
	project.reload()
	world.apply("director", project, "Submit for Initiation")
	world.review_initiation(project)
	with pytest.raises(SelfApprovalError, match="applied for"):
		world.apply(both, project, "Approve Initiation")


@pytest.mark.clause("R9.9")
def test_who_drafted_the_application_does_not_review_the_initiation(world, frappe):
	from presales_mgmt.exceptions import ReviewError

	project = world.make_project()
	world.make_application(project, person="planner")
	world.apply("director", project, "Submit for Initiation")
	with pytest.raises(ReviewError, match="cannot review its initiation"):
		world.request_review(
			project, "Initiation", requester="director", reviewers=("leader", "finance", "planner")
		)


@pytest.mark.clause("R9.1", "R9.8")
@pytest.mark.parametrize("person", ["director", "manager"])
def test_nobody_supervises_the_own_project(world, frappe, person):
	from presales_mgmt.exceptions import TeamError

	rows = [{"user": email(person), "project_role": "Company Supervisor", "active": 1}]
	with pytest.raises(TeamError, match="somebody else than director and manager"):
		world.make_project(supervisors=rows)
	project = world.make_project()
	with pytest.raises(TeamError, match="somebody else than director and manager"):
		world.make_application(project, supervisors=rows)
	project.reload()
	project.manager = email("supervisor")
	with world.acting_as("director"), pytest.raises(TeamError, match="somebody else than director and"):
		project.save()


@pytest.mark.clause("R9.8")
def test_the_director_supervises_as_director_and_is_supervised_all_the_same(world, frappe):
	"""The regulation names the project's director among the supervisors."""
	from presales_mgmt.exceptions import GateError

	own = {"user": email("director"), "project_role": "Director Supervisor", "active": 1}
	project = world.make_project(supervisors=[own])
	world.apply_for_initiation(project, supervisors=[])
	world.review_initiation(project)
	with pytest.raises(GateError, match="needs a supervisor"):
		world.apply("leader", project, "Approve Initiation")
	project.reload()
	with world.acting_as("leader"):
		project.append(
			"supervisors",
			{"user": email("supervisor"), "project_role": "Department Supervisor", "active": 1},
		)
		project.save()
	assert world.apply("leader", project, "Approve Initiation").status == "Active"


@pytest.mark.clause("R9.1", "R9.8")
def test_a_director_does_not_shake_off_the_supervisors(world, project):
	from presales_mgmt.exceptions import TeamError

	for change in ({"active": 0}, None):
		project.reload()
		if change:
			project.supervisors[0].update(change)
		else:
			project.supervisors = []
		with world.acting_as("director"), pytest.raises(TeamError, match="at least one supervisor"):
			project.save()
	project.reload()
	project.append("supervisors", {"user": email("other_director"), "project_role": "Director Supervisor"})
	project.supervisors[0].active = 0
	with world.acting_as("director"):
		project.save()


@pytest.mark.clause("R1.4", "R9.9")
def test_the_rules_of_initiation_are_the_leaders(world, frappe):
	template = frappe.get_doc("Presales Review Template", "Initiation Review")
	own = frappe.copy_doc(template).update({"template_name": "Easy", "is_default": 0, "quorum": 1})
	with world.acting_as("director"):
		with pytest.raises(frappe.PermissionError, match="Initiation"):
			own.insert()
		with pytest.raises(frappe.PermissionError, match="Initiation"):
			template.update({"pass_score": 1}).save()
		template.reload()
		with pytest.raises(frappe.PermissionError, match="Initiation"):
			template.update({"review_kind": "Safety"}).save()
		safety = frappe.get_doc("Presales Review Template", "Safety Review")
		with pytest.raises(frappe.PermissionError, match="Initiation"):
			safety.update({"review_kind": "Initiation", "is_default": 0}).save()
	with world.acting_as("leader"):
		own.insert()


@pytest.mark.clause("R9.8", "R9.11")
def test_guidance_is_not_settled_by_whom_it_is_for(world, frappe, project):
	from presales_mgmt import guidance
	from presales_mgmt.exceptions import GuidanceError, SelfApprovalError

	with world.acting_as("supervisor"):
		note, notice = (
			world.insert(
				"Presales Guidance Note",
				presales_project=project.name,
				subject="Watch the price",
				guidance="<p>It is too high.</p>",
				addressed_to=email("director"),
				needs_answer=needs_answer,
				answer_due="2099-12-31" if needs_answer else None,
			)
			for needs_answer in (1, 0)
		)
	delegate(world, "supervisor", "director")
	with world.acting_as("director"):
		note.needs_answer = 0
		with pytest.raises(GuidanceError):
			note.save()
		with pytest.raises(SelfApprovalError, match="cannot close it"):
			guidance.close(notice.name)


@pytest.mark.clause("R9.8", "R9.11")
def test_a_leader_who_leads_the_project_does_not_close_its_guidance(world, frappe):
	from presales_mgmt import guidance
	from presales_mgmt.exceptions import SelfApprovalError

	both = world.make_user("both", "Presales Director", "Presales Leader")
	project = world.make_project(director=both)
	world.apply_for_initiation(project, person=both)
	world.review_initiation(project, requester="manager")
	world.apply("leader", project, "Approve Initiation")
	with world.acting_as("supervisor"):
		note = world.insert(
			"Presales Guidance Note",
			presales_project=project.name,
			subject="Watch the price",
			guidance="<p>It is too high.</p>",
			addressed_to=email("manager"),
			needs_answer=1,
			answer_due="2099-12-31",
		)
	with world.acting_as("manager"):
		guidance.answer(note.name, "Lowered.")
	with world.acting_as(both), pytest.raises(SelfApprovalError, match="cannot close it"):
		guidance.close(note.name)
	with world.acting_as("supervisor"):
		guidance.close(note.name)


@pytest.mark.clause("R9.9")
def test_a_director_does_not_hand_over_what_he_then_waives(world, frappe, project):
	from presales_mgmt.exceptions import SelfApprovalError

	review = world.request_review(project, "Cost")
	world.give_opinion(
		review.reviewers[0].reviewer,
		review,
		"Approve with Conditions",
		rectifications=[{"item": "Recalculate", "responsible": email("director")}],
	)
	rectification = frappe.get_doc("Presales Rectification", {"review": review.name})
	rectification.responsible = email("engineer")
	with world.acting_as("director"), pytest.raises(SelfApprovalError, match="hand it over"):
		rectification.save()
	rectification.reload()
	with world.acting_as("manager"):
		rectification.update({"responsible": email("engineer")}).save()


# ----------------------------------------------------------------------------- what was reviewed stays


@pytest.mark.clause("R1.4", "R7.5", "R9.13")
def test_the_file_of_an_archived_document_is_not_exchanged(world, frappe, project):
	"""Removed, and uploaded again under its name, it would have the same address and another content."""
	from presales_mgmt.exceptions import PresalesError

	document = world.archive(project, "Solution")
	with world.acting_as("manager"):
		draft = world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Solution",
			title="With a file",
			responsible=email("manager"),
		)
		file = world.insert(
			"File",
			file_name="solution.txt",
			content="As reviewed",
			is_private=1,
			attached_to_doctype=draft.doctype,
			attached_to_name=draft.name,
			attached_to_field="file",
		)
		draft.update({"file": file.file_url}).save()
	with world.acting_as("archivist"):
		draft.submit()
	for values in (
		{"attached_to_doctype": None, "attached_to_name": None},
		{"attached_to_name": document.name},
	):
		file.reload()
		file.update(values)
		with world.acting_as("manager"), pytest.raises(PresalesError, match="stays as it is"):
			file.save()
	with world.acting_as("manager"), pytest.raises(frappe.ValidationError, match="protected document"):
		frappe.delete_doc("File", file.name)
	assert frappe.get_doc("File", file.name).get_content() == "As reviewed"


# ------------------------------------------------------------------------------------- projects of others


@pytest.mark.clause("R1.9")
def test_what_waits_for_a_role_tells_outsiders_of_no_project(world, frappe):
	project = world.make_project()
	action = frappe.get_doc(
		{
			"doctype": "Workflow Action",
			"status": "Open",
			"reference_doctype": project.doctype,
			"reference_name": project.name,
			"workflow_state": "Draft",
			"permitted_roles": [{"role": "Presales Manager"}],
		}
	).insert(ignore_permissions=True)
	for person, sees in (("manager", True), ("other_manager", False)):
		with world.acting_as(person):
			assert bool(frappe.get_list(action.doctype, filters={"name": action.name})) == sees
			assert bool(frappe.has_permission(action.doctype, "read", doc=action.name)) == sees


# -------------------------------------------------------------------- what is prepared for the customer


@pytest.mark.parametrize("doctype", ["Presales Solution", "Presales Cost Estimate"])
def test_nothing_is_amended_into_another_project(world, frappe, project, doctype):
	"""It would take the name that the amended record is to have, and tell of that project."""
	from presales_mgmt.exceptions import ProjectMismatchError

	make = world.estimate if doctype == "Presales Cost Estimate" else world.submit_solution
	record = make(project)
	record.cancel()
	other = world.make_active_project(project_title="Another deal")
	world.join_team(other, "finance")
	copy = json.loads(frappe.copy_doc(record).as_json()) | {
		"docstatus": 0,
		"amended_from": record.name,
		"presales_project": other.name,
	}
	person = "finance" if doctype == "Presales Cost Estimate" else "manager"
	with world.acting_as(person), pytest.raises(ProjectMismatchError, match=project.name):
		frappe.get_doc(copy).insert()


@pytest.mark.parametrize("names", ["no list", "5", '{"a": 1}', "[[1]]"])
def test_a_list_of_names_is_a_list_of_names(world, frappe, project, names):
	from presales_mgmt import api
	from presales_mgmt.exceptions import PresalesError

	with world.acting_as("manager"):
		with pytest.raises(PresalesError):
			api.confirm_requirements(names, "Zhang", "2026-04-02", "none")
		with pytest.raises(PresalesError):
			api.get_estimate_approvals(names)


# ---------------------------------------------------------------------------------- out of a project


@pytest.mark.clause("R1.7", "R9.9")
@pytest.mark.parametrize("make", ["make_quotation", "make_order"])
def test_a_document_does_not_leave_its_gate_for_another_project(world, frappe, project, make):
	"""An engineer of both projects may enter documents, and lead neither."""
	other = world.make_active_project()
	doc = getattr(world, make)(project)
	frappe.get_doc("User", email("engineer")).add_roles("Sales User")
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError, match="take it out"):
		send(frappe, doc, presales_project=other.name)


def test_hours_are_those_of_the_employee_whatever_user_is_sent(world, frappe, project):
	from presales_mgmt.exceptions import CostOfSaleError
	from tests.costs import Costs

	costs = Costs(world)
	costs.on_team(project)
	outsider = costs.make_employee("Outsider", email("other_manager"))
	with world.acting_as(costs.surveyor), pytest.raises(CostOfSaleError, match="on its team"):
		world.insert(
			"Timesheet",
			company=world.company,
			employee=outsider,
			user=costs.surveyor,
			time_logs=[
				{
					"activity_type": costs.activity,
					"from_time": f"{costs.day} 09:00:00",
					"hours": 8,
					"presales_project": project.name,
				}
			],
		)


@pytest.mark.clause("R1.9")
def test_a_handover_tells_nothing_of_a_contract_that_one_may_not_read(world, frappe, project):
	"""A contract that names no project lends a package its dates."""
	contract = world.insert(
		"Contract",
		party_type="Customer",
		party_name=world.customer,
		start_date="2031-01-01",
		end_date="2032-01-01",
		contract_terms="<p>Another deal.</p>",
	)
	handover = world.make_handover(project)
	with world.acting_as("planner"):
		assert not frappe.has_permission("Contract", "read", doc=contract.name)
		with pytest.raises(frappe.PermissionError):
			send(frappe, handover, contract=contract.name)
