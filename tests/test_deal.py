"""One deal from Opportunity to archived evaluation, as the people whose duties the steps are."""

import pytest

from tests.world import email


@pytest.mark.clause("R7.8", "R9.15")
def test_a_deal_runs_from_opportunity_to_closed_project(world, frappe):
	from presales_mgmt.exceptions import GateError
	from presales_mgmt.overrides.project_link import make_presales_project

	opportunity = world.make_opportunity()
	with world.acting_as("manager"):
		project = make_presales_project(opportunity.name)
		project.update(
			{"director": email("director"), "source_channel": "Exhibition", "start_date": "2026-03-02"}
		)
		project.append("team", {"user": email("engineer"), "project_role": "Engineer"})
		project.append("team", {"user": email("archivist"), "project_role": "Document Controller"})
		project.append("supervisors", {"user": email("supervisor"), "project_role": "Company Supervisor"})
		project.insert()
	assert project.status == "Draft"
	assert project.expected_amount == 1_200_000
	assert not project.stage
	opportunity.reload()
	assert opportunity.presales_project == project.name

	world.apply_for_initiation(project)
	assert (project.status, project.applied_by) == ("Initiation Review", email("director"))
	with pytest.raises(GateError):
		world.apply("leader", project, "Approve Initiation")
	project.reload()
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert (project.status, project.stage) == ("Active", "Opportunity Capture")

	with pytest.raises(GateError) as refusal:
		world.move(project, "Opportunity Assessment")
	assert len(refusal.value.findings) == 2
	world.advance_to(project, "Contract Signing")
	assert project.quotation
	assert project.base_quoted_amount == 1_200_000

	world.satisfy(project, "Contract Signing")
	project.reload()
	assert (project.status, project.base_won_amount) == ("Won", 1_200_000)
	world.move(project, "Project Kickoff")
	world.satisfy(project, "Project Kickoff")

	with pytest.raises(GateError):
		world.apply("director", project, "Close")
	project.reload()
	evaluation = world.evaluate(project)
	assert evaluation.total_score == 81
	assert evaluation.operation_level == "Good"
	with pytest.raises(GateError):
		world.apply("director", project, "Close")
	project.reload()
	with world.acting_as("archivist"):
		frappe.get_doc("Presales Document", evaluation.archived_document).submit()
	world.apply("director", project, "Close")
	assert project.status == "Closed"

	logs = frappe.get_all(
		"Presales Stage Log",
		filters={"presales_project": project.name},
		fields=["*"],
		order_by="creation asc",
	)
	moves = [log.move_type for log in logs if log.move_type != "Status"]
	assert moves == ["Start"] + ["Forward"] * 8 + ["End"]
	statuses = [(log.from_status, log.to_status) for log in logs if log.move_type == "Status"]
	assert statuses == [
		("Draft", "Initiation Review"),
		("Initiation Review", "Active"),
		("Active", "Won"),
		("Won", "Closed"),
	]
