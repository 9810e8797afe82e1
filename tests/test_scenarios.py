"""Each regulation drives a deal through its whole process, as the people whose duty the steps are."""

import pytest

# The clauses that a deal shows: requirements of its process carry them, or its steps do. What the deal cannot show
# has tests of its own.
REGULATIONS = [
	pytest.param(
		"R1",
		marks=pytest.mark.clause(
			"R1.1", "R1.2", "R1.3", "R1.4", "R1.5", "R1.6", "R1.7", "R1.8", "R1.9", "R1.10"
		),
	),
	pytest.param("R2", marks=pytest.mark.clause("R2.1", "R2.2", "R2.3", "R2.4", "R2.5")),
	pytest.param("R3", marks=pytest.mark.clause("R3.2", "R3.3", "R3.4", "R3.5", "R3.6", "R3.9")),
	pytest.param("R4", marks=pytest.mark.clause("R4.1", "R4.2", "R4.3", "R4.4", "R4.5", "R4.6")),
	pytest.param(
		"R5",
		marks=pytest.mark.clause(
			"R5.1",
			"R5.2",
			"R5.3",
			"R5.4",
			"R5.5",
			"R5.6",
			"R5.7",
			"R5.8",
			"R5.9",
			"R5.10",
			"R5.11",
			"R5.12",
			"R5.13",
		),
	),
	pytest.param("R6", marks=pytest.mark.clause("R6.1", "R6.2", "R6.3", "R6.4")),
	pytest.param(
		"R7", marks=pytest.mark.clause("R7.1", "R7.2", "R7.3", "R7.4", "R7.5", "R7.6", "R7.7", "R7.8")
	),
	pytest.param("R8", marks=pytest.mark.clause("R8.2", "R8.3", "R8.4", "R8.5", "R8.6", "R8.7")),
	pytest.param(
		"R9",
		marks=pytest.mark.clause(
			"R9.1",
			"R9.2",
			"R9.3",
			"R9.4",
			"R9.5",
			"R9.6",
			"R9.7",
			"R9.8",
			"R9.9",
			"R9.10",
			"R9.11",
			"R9.13",
			"R9.14",
			"R9.15",
		),
	),
]


@pytest.mark.parametrize("regulation", REGULATIONS)
def test_a_regulation_runs_from_opportunity_to_closed_project(plays, regulation, request):
	"""Every gate refuses at least once, is lifted by what it asked for, and the deal ends won and closed."""
	played = plays.get(regulation)
	course = played.course
	project = course.project
	assert (project.status, project.stage) == ("Closed", course.stages[-1])
	assert project.base_won_amount > 0
	assert project.approved_on

	refused = {}
	for refusal in played.summary.gates_refused:
		refused.setdefault(refusal.stage, []).append(refusal)
	# None: before the first stage, when the application or the initiation review was not there yet.
	assert set(refused) == {None, *course.stages}
	for stage, refusals in refused.items():
		assert all(refusal.lifted for refusal in refusals), stage
		assert any(item["stage"] for refusal in refusals for item in refusal.missing) or stage is None

	claimed = {clause for mark in request.node.iter_markers("clause") for clause in mark.args}
	assert claimed - played.shown_clauses == set()


@pytest.mark.clause("R4.1", "R8.2")
@pytest.mark.parametrize("regulation", [f"R{number}" for number in range(1, 10)])
def test_every_stage_says_what_it_needs_and_who_answers(plays, regulation):
	"""R8.2: inputs, activities, outputs, responsible role and target days of every stage, and a gate that can refuse."""
	import frappe

	name = plays.get(regulation).course.project.presales_process
	process = frappe.get_doc("Presales Process", name)
	for stage in process.stages:
		if stage.stage_type == "Lost":
			continue
		for fieldname in ("purpose", "inputs", "activities", "outputs", "responsible_role", "target_days"):
			assert stage.get(fieldname), f"{stage.stage}: {fieldname}"
		gate = [row for row in process.requirements if row.stage == stage.stage and row.mandatory]
		assert gate, stage.stage
		assert all(row.responsible_role and row.clause for row in gate), stage.stage


@pytest.mark.clause("R8.7")
def test_a_large_project_is_asked_for_more(plays):
	course = plays.get("R8").course
	assert course.project.is_large_project
	assert course.project.person_months == 68
	asked = [code for code, clause in course.satisfied.items() if clause == "R8.7"]
	assert len(asked) == 6


@pytest.mark.clause("R9.1", "R9.2")
def test_a_company_level_project_is_guided_on_two_levels(plays):
	course = plays.get("R9").course
	assert course.project.project_class == "Company Level"
	assert course.project.strategy == "Compete"
	levels = {row.project_role for row in course.project.supervisors}
	assert levels == {"Company Supervisor", "Department Supervisor"}
	assert "R9.1" in course.satisfied.values()
