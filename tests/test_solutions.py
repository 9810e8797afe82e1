"""The solution: who works it out, what it must say, and which of its versions counts."""

import pytest

from presales_mgmt.exceptions import (
	CoverageError,
	DateOrderError,
	DuplicateEntryError,
	GateError,
	LifecycleError,
	OutOfRangeError,
	ReviewedRecordError,
	ReviewError,
	SolutionError,
	UserError,
)
from presales_mgmt.solutions import make_next_version
from tests.world import email

SOLUTION = "Presales Solution"


@pytest.fixture
def project(world):
	return world.make_active_project()


def versions(frappe, project):
	"""Number and status of what was submitted, in order."""
	return [
		(row.solution_version, row.status)
		for row in frappe.get_all(
			SOLUTION,
			filters={"presales_project": project.name, "docstatus": [">", 0]},
			fields=["solution_version", "status"],
			order_by="solution_version asc",
		)
	]


def next_version(world, source, person="engineer", **values):
	"""A draft of the next version, as the form makes it."""
	with world.acting_as(person):
		draft = make_next_version(source.name)
		draft.update(values)
		draft.insert()
	return draft


def submit(world, solution, person="engineer"):
	with world.acting_as(person):
		solution.submit()
	return solution


# --------------------------------------------------------------------------------------- who does it


@pytest.mark.clause("R1.3", "R7.4")
@pytest.mark.parametrize("person", ["engineer", "planner", "manager", "director"])
def test_the_team_works_out_and_submits_solutions(world, project, person):
	solution = world.make_solution(project, person=person)
	assert (solution.status, solution.solution_version) == ("Draft", 0)
	assert solution.responsible == email(person)
	submit(world, solution, person)
	assert (solution.status, solution.solution_version) == ("Current", 1)
	assert solution.submitted_by == email(person)


@pytest.mark.parametrize("person", ["archivist", "supervisor", "leader", "expert", "other_manager", "clerk"])
def test_nobody_else_does(world, frappe, project, person):
	with pytest.raises(frappe.PermissionError):
		world.make_solution(project, person=person)
	solution = world.make_solution(project)
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		frappe.get_doc(SOLUTION, solution.name).submit()
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		make_next_version(submit(world, solution).name)


def test_a_reviewer_who_is_an_engineer_writes_none(world, frappe, project):
	world.request_review(project, "Legal", reviewers=("legal", "expert"))
	with pytest.raises(frappe.PermissionError):
		world.make_solution(project, person="expert")


@pytest.mark.parametrize(
	("person", "may"), [("director", True), ("manager", True), ("planner", False), ("engineer", False)]
)
def test_director_and_manager_withdraw(world, frappe, project, person, may):
	solution = world.submit_solution(project)
	with world.acting_as(person):
		if not may:
			with pytest.raises(frappe.PermissionError):
				solution.cancel()
			return
		solution.cancel()
	assert solution.status == "Withdrawn"


def test_a_closed_project_gets_no_solution(world, frappe, project):
	solution = world.submit_solution(project)
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with pytest.raises(LifecycleError):
		world.make_solution(project)
	with world.acting_as("manager"), pytest.raises(LifecycleError):
		solution.cancel()


# --------------------------------------------------------------------------------------- what it says


@pytest.mark.clause("R7.4")
def test_all_that_is_missing_is_said_at_once(world, project):
	solution = world.make_solution(
		project,
		technical_part="<p> </p>",
		commercial_part=None,
		implementation_part="<div><br></div>",
		feasibility="Not Feasible",
	)
	with pytest.raises(GateError) as error:
		submit(world, solution)
	assert [finding.requirement.code for finding in error.value.findings] == [
		"feasibility",
		"technical_part",
		"commercial_part",
		"implementation_part",
	]
	assert "found Not Feasible, expected a solution that can be carried out" in str(error.value)
	assert solution.reload().status == "Draft"


def test_a_drawing_says_something(world, project):
	drawing = '<p><img src="/private/files/plan.png"></p>'
	assert submit(world, world.make_solution(project, technical_part=drawing)).status == "Current"


@pytest.mark.clause("R5.3")
def test_adjustments_to_scope_and_resources_are_said(world, project):
	solution = world.make_solution(project, feasibility="Feasible with Changes")
	with pytest.raises(GateError, match="Adjustments to Scope and Resources"):
		submit(world, solution)
	solution.reload().adjustments = "Thirty car parks in the first year"
	assert submit(world, solution).status == "Current"


@pytest.mark.clause("R1.3")
def test_equipment_is_an_item_or_described_in_words(world, frappe, project):
	solution = world.make_solution(project)
	item, free = solution.equipment
	assert (item.item_name, item.uom) == ("Parking guidance sensor", "Nos")
	assert (free.item_name, free.uom) == (None, None)
	with pytest.raises(SolutionError, match="Equipment, row 1, Description: found nothing"):
		world.make_solution(project, equipment=[{"qty": 1, "place": "Somewhere"}])
	with pytest.raises(frappe.LinkValidationError):
		world.make_solution(project, equipment=[{"item_code": "NO SUCH ITEM", "qty": 1}])


@pytest.mark.parametrize("fieldname", ["disabled", "has_variants"])
def test_equipment_can_be_ordered(world, frappe, project, fieldname):
	frappe.db.set_value("Item", world.item, fieldname, 1)
	with pytest.raises(SolutionError, match="row 1, Item"):
		world.make_solution(project)


@pytest.mark.clause("R1.3", "R5.4", "R6.2")
def test_rows_are_complete_when_it_is_submitted(world, project):
	solution = world.make_solution(
		project,
		equipment=[{"item_code": world.item, "qty": 0}],
		resources=[{"resource_kind": "People", "role": "Installation engineer"}],
		quality_checks=[{"checkpoint": "Sensors count right", "standard": "99 of 100 cars"}],
	)
	with pytest.raises(GateError) as error:
		submit(world, solution)
	assert [finding.requirement.code for finding in error.value.findings] == [
		"equipment:1:qty",
		"resources:1:quantity",
		"quality_checks:1:responsible",
		"quality_checks:1:due_date",
	]


@pytest.mark.clause("R5.4")
def test_the_resource_plan_has_its_dates_in_order(world, project):
	row = {"resource_kind": "People", "role": "Installer", "quantity": 4}
	with pytest.raises(DateOrderError, match="Resources, row 1, To"):
		world.make_solution(project, resources=[{**row, "from_date": "2026-06-02", "to_date": "2026-06-01"}])
	with pytest.raises(OutOfRangeError):
		world.make_solution(project, resources=[{**row, "quantity": -1}])


@pytest.mark.clause("R6.2")
def test_quality_is_answered_for_by_somebody_who_works_here(world, frappe, project):
	row = {"checkpoint": "Sensors count right", "standard": "99 of 100 cars", "due_date": "2026-06-30"}
	frappe.db.set_value("User", email("expert2"), "enabled", 0)
	with pytest.raises(UserError, match="Quality Plan, row 1, Responsible"):
		world.make_solution(project, quality_checks=[{**row, "responsible": email("expert2")}])


def test_a_submitted_solution_stands(world, frappe, project):
	solution = world.submit_solution(project)
	for change in ({"technical_part": "<p>Cameras</p>"}, {"status": "Superseded"}, {"solution_version": 7}):
		with world.acting_as("director"), pytest.raises(frappe.ValidationError):
			frappe.get_doc(SOLUTION, solution.name).update(change).save()


@pytest.mark.clause("R1.9")
def test_attachments_are_private(world, frappe, project):
	solution = world.make_solution(project)
	values = {
		"doctype": "File",
		"file_name": "plan.txt",
		"content": "plan",
		"attached_to_doctype": SOLUTION,
		"attached_to_name": solution.name,
	}
	with world.acting_as("engineer"):
		with pytest.raises(frappe.ValidationError):
			frappe.get_doc({**values, "is_private": 0}).insert()
		file = frappe.get_doc({**values, "is_private": 1}).insert()
	with world.acting_as("other_manager"):
		assert not frappe.has_permission("File", "read", doc=file.name)


# ------------------------------------------------------------------------------------------ versions


@pytest.mark.clause("R7.4")
def test_one_version_is_current_and_the_others_are_superseded(world, frappe, project):
	first = world.submit_solution(project)
	# Drafts have no number: who submits first comes first.
	mine, yours = (world.make_solution(project, person=person) for person in ("engineer", "planner"))
	assert versions(frappe, project) == [(1, "Current")]
	submit(world, yours, "planner")
	submit(world, mine)
	assert versions(frappe, project) == [(1, "Superseded"), (2, "Superseded"), (3, "Current")]
	assert (yours.reload().solution_version, mine.reload().solution_version) == (2, 3)
	assert first.reload().status == "Superseded"


def test_projects_count_for_themselves(world, frappe, project):
	other = world.make_active_project(company=world.other_company)
	world.submit_solution(project)
	world.submit_solution(other)
	assert versions(frappe, project) == versions(frappe, other) == [(1, "Current")]


@pytest.mark.clause("R7.4")
def test_when_the_current_one_is_withdrawn_the_latest_superseded_one_is_current_again(world, frappe, project):
	first, second, third = (world.submit_solution(project) for _number in range(3))
	with world.acting_as("manager"):
		second.reload().cancel()
	assert versions(frappe, project) == [(1, "Superseded"), (2, "Withdrawn"), (3, "Current")]
	with world.acting_as("manager"):
		third.reload().cancel()
	assert versions(frappe, project) == [(1, "Current"), (2, "Withdrawn"), (3, "Withdrawn")]
	with world.acting_as("manager"):
		first.reload().cancel()
	assert versions(frappe, project) == [(1, "Withdrawn"), (2, "Withdrawn"), (3, "Withdrawn")]
	assert world.submit_solution(project).solution_version == 4, "numbers are given once"


@pytest.mark.clause("R7.4")
def test_amending_makes_the_next_version(world, frappe, project):
	first = world.submit_solution(project)
	second = world.submit_solution(project)
	with world.acting_as("manager"):
		second.cancel()
		amended = frappe.copy_doc(second)
		amended.docstatus = 0
		amended.amended_from = second.name
		amended.insert()
		assert (amended.status, amended.solution_version, amended.based_on_version) == ("Draft", 0, 2)
		amended.submit()
	assert (amended.status, amended.solution_version) == ("Current", 3)
	assert first.reload().status == "Superseded"


def test_what_a_client_says_of_status_and_number_counts_for_nothing(world, frappe, project):
	world.submit_solution(project)
	forged = {
		"status": "Current",
		"solution_version": 9,
		"submitted_by": email("director"),
		"based_on_version": 7,
	}
	solution = world.make_solution(project, **forged)
	assert (solution.status, solution.solution_version, solution.submitted_by) == ("Draft", 0, None)
	assert solution.based_on_version == 0
	with world.acting_as("engineer"):
		solution.update(forged)
		solution.save()
		assert (solution.status, solution.solution_version, solution.based_on_version) == ("Draft", 0, 0)
		solution.update(forged)
		solution.submit()
	assert (solution.status, solution.solution_version) == ("Current", 2)
	assert solution.submitted_by == email("engineer")


@pytest.mark.clause("R7.4")
def test_the_next_version_says_what_the_one_before_said(world, frappe, project):
	source = world.submit_solution(project)
	draft = next_version(world, source, person="planner")
	assert (draft.status, draft.docstatus, draft.solution_version) == ("Draft", 0, 0)
	assert (draft.based_on_version, draft.responsible) == (1, email("planner"))
	for fieldname in ("title", "approach", "technical_part", "commercial_part", "implementation_part"):
		assert draft.get(fieldname) == source.get(fieldname)
	for table, fieldnames in {
		"equipment": ("item_code", "item_name", "description", "qty", "uom", "place"),
		"resources": ("resource_kind", "role", "quantity", "unit"),
		"quality_checks": ("checkpoint", "standard", "responsible", "due_date"),
	}.items():
		assert [[row.get(field) for field in fieldnames] for row in draft.get(table)] == [
			[row.get(field) for field in fieldnames] for row in source.reload().get(table)
		], table
	submit(world, draft, "planner")
	assert versions(frappe, project) == [(1, "Superseded"), (2, "Current")]


def test_a_draft_has_no_next_version(world, project):
	draft = world.make_solution(project)
	with world.acting_as("engineer"), pytest.raises(SolutionError, match="a solution that was submitted"):
		make_next_version(draft.name)


def test_who_only_reads_makes_no_next_version(world, frappe, project):
	source = world.submit_solution(project)
	for person in ("leader", "supervisor"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			make_next_version(source.name)


# ------------------------------------------------------------------------------------------- reviews


@pytest.mark.clause("R1.4", "R7.5")
def test_a_solution_is_reviewed_when_it_is_current(world, project):
	draft = world.make_solution(project)
	with pytest.raises(ReviewedRecordError, match="a solution that is submitted and current"):
		world.review_record(project, "Solution", draft)
	submit(world, draft)
	assert world.review_record(project, "Solution", draft).status == "Approved"
	world.submit_solution(project)
	with pytest.raises(ReviewedRecordError):
		world.review_record(project, "Solution", draft.reload())


@pytest.mark.clause("R1.4")
def test_who_worked_it_out_does_not_review_it(world, project):
	solution = world.submit_solution(project)
	with pytest.raises(ReviewError, match="wrote"):
		world.request_review(
			project,
			"Solution",
			reviewers=("engineer", "expert"),
			reviewed_doctype=SOLUTION,
			reviewed_document=solution.name,
		)


@pytest.mark.clause("R1.4")
def test_nor_does_who_handed_it_in(world, project):
	solution = submit(world, world.make_solution(project), "planner")
	with pytest.raises(ReviewError, match="wrote"):
		world.request_review(
			project,
			"Solution",
			reviewers=("planner", "expert"),
			reviewed_doctype=SOLUTION,
			reviewed_document=solution.name,
		)


@pytest.mark.clause("R1.4", "R7.5")
def test_a_review_speaks_for_its_version_only(world, frappe, project):
	from presales_mgmt.api import get_reviewed_record_fault

	first = world.submit_solution(project)
	review = world.review_record(project, "Solution", first)
	assert get_reviewed_record_fault(review.name) is None
	second = submit(world, next_version(world, first))
	assert "was superseded" in get_reviewed_record_fault(review.name)
	with world.acting_as("manager"):
		second.cancel()
	assert get_reviewed_record_fault(review.name) is None, "it is current again, as it was reviewed"
	with world.acting_as("manager"):
		first.reload().cancel()
	assert "was withdrawn" in get_reviewed_record_fault(review.name)


# ------------------------------------------------------------------------------------------- queries


def test_items_and_people_are_looked_up_in_one_query_each(world, project, count_queries):
	solution = world.make_solution(project)

	def queries():
		with count_queries() as counter:
			solution.validate_equipment()
			solution.validate_people()
		return counter.count

	before = queries()
	assert before <= 2
	for number in range(20):
		solution.append("equipment", {"item_code": world.item, "qty": 1, "place": f"Level {number}"})
		solution.append("quality_checks", {"checkpoint": f"Level {number}", "responsible": email("expert")})
	assert queries() == before


def test_releasing_needs_as_many_queries_whatever_there_is(world, project, count_queries):
	from presales_mgmt import solutions

	def queries():
		solution = world.make_solution(project)
		with count_queries() as counter:
			solutions.release(solution)
		submit(world, solution)
		return counter.count

	queries()
	second = queries()
	assert [queries() for _number in range(3)] == [second] * 3
	assert second <= 8


# ------------------------------------------------------------------------------------------ coverage


@pytest.fixture
def needs(world, project):
	"""Three requirements: one that must be had, one that should, one that is not understood yet."""
	return (
		world.analyse_requirement(world.capture(project)),
		world.analyse_requirement(
			world.capture(project, title="Yearly maintenance", kind="Service", priority="Should Have")
		),
		world.capture(project, title="Payment by phone", kind="Function"),
	)


def row(requirement, coverage="Full", part="Technical", how=None):
	return {"requirement": requirement.name, "part": part, "coverage": coverage, "how": how}


def coverage_of(world, solution, person="engineer"):
	from presales_mgmt.api import get_coverage

	with world.acting_as(person):
		return get_coverage(solution.name)


@pytest.mark.clause("R1.3", "R5.2", "R7.4")
def test_the_matrix_says_which_part_meets_what(world, project, needs):
	must, should, heard = needs
	solution = world.make_solution(
		project,
		coverage=[
			row(must, how="A sensor above each space"),
			row(must, "Partial", "Implementation", "Two levels in the first year"),
		],
	)
	found = coverage_of(world, solution)
	assert found["parts"] == ["Technical", "Commercial", "Implementation"]
	assert (found["gaps"], found["must_have_gaps"]) == (2, 1)
	first, second = found["lines"]
	assert (first["requirement"], first["title"]) == (must.name, must.title)
	assert first["cells"] == {
		"Technical": {"coverage": "Full", "how": "A sensor above each space"},
		"Implementation": {"coverage": "Partial", "how": "Two levels in the first year"},
	}
	assert (first["coverage"], first["is_gap"], first["is_stated"]) == ("Partial", True, True)
	assert (second["requirement"], second["coverage"], second["cells"]) == (should.name, "Not Covered", {})
	assert heard.name not in {line["requirement"] for line in found["lines"]}


@pytest.mark.clause("R5.2", "R7.4")
def test_a_gap_in_what_must_be_had_is_refused_until_it_is_stated(world, project, needs):
	must = needs[0]
	solution = world.make_solution(project)
	with pytest.raises(GateError) as error:
		submit(world, solution)
	assert [finding.requirement.code for finding in error.value.findings] == [f"coverage:{must.name}"]
	assert "found Not Covered, expected full coverage, or a reason" in str(error.value)
	solution.reload().append("coverage", row(must, "Not Covered"))
	with pytest.raises(GateError):
		submit(world, solution)
	solution.reload()
	solution.set("coverage", [row(must, "Not Covered", how="The customer has sensors already")])
	assert submit(world, solution).status == "Current"


@pytest.mark.clause("R7.4")
def test_what_is_covered_in_full_needs_no_reason(world, project, needs):
	assert world.submit_solution(project, coverage=[row(needs[0])]).status == "Current"


@pytest.mark.clause("R1.9")
def test_requirements_of_another_project_are_refused(world, project):
	foreign = world.analyse_requirement(world.capture(world.make_active_project()))
	with pytest.raises(CoverageError, match="Coverage, row 1, Requirement"):
		world.make_solution(project, coverage=[row(foreign)])


def test_a_part_answers_a_requirement_once(world, project, needs):
	with pytest.raises(DuplicateEntryError, match="Coverage, row 2"):
		world.make_solution(project, coverage=[row(needs[0]), row(needs[0], "Partial")])


def test_rows_carry_the_title_of_the_requirement(world, project, needs):
	solution = world.make_solution(project, coverage=[{**row(needs[0]), "requirement_title": "Forged"}])
	assert solution.coverage[0].requirement_title == needs[0].title


@pytest.mark.clause("R1.3")
def test_the_form_fills_in_what_is_to_be_answered(world, frappe, project, needs):
	from presales_mgmt.api import get_requirements_to_cover

	must, should, _heard = needs
	with world.acting_as("engineer"):
		rows = get_requirements_to_cover(project.name)
	assert rows == [
		{
			"requirement": must.name,
			"requirement_title": must.title,
			"part": "Technical",
			"coverage": "Not Covered",
		},
		{
			"requirement": should.name,
			"requirement_title": should.title,
			"part": "Implementation",
			"coverage": "Not Covered",
		},
	]
	assert len(world.make_solution(project, coverage=rows).coverage) == 2


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", ["other_manager", "expert", "clerk", "Guest"])
def test_outsiders_see_no_coverage(world, frappe, project, needs, person):
	from presales_mgmt.api import get_requirements_to_cover

	solution = world.make_solution(project, coverage=[row(needs[0])])
	with world.acting_as(person):
		with pytest.raises(frappe.PermissionError):
			coverage_of(world, solution, person)
		with pytest.raises(frappe.PermissionError):
			get_requirements_to_cover(project.name)


@pytest.mark.parametrize("person", ["leader", "supervisor", "archivist"])
def test_who_reads_the_project_sees_the_matrix(world, project, needs, person):
	solution = world.submit_solution(project, coverage=[row(needs[0])])
	assert coverage_of(world, solution, person)["must_have_gaps"] == 0


@pytest.mark.clause("R7.4")
def test_the_next_version_keeps_the_coverage(world, project, needs):
	source = world.submit_solution(project, coverage=[row(needs[0], how="Sensors")])
	draft = next_version(world, source)
	assert [(each.requirement, each.part, each.coverage, each.how) for each in draft.coverage] == [
		(needs[0].name, "Technical", "Full", "Sensors")
	]


@pytest.mark.clause("R6.3")
def test_a_change_of_a_requirement_shows_in_the_matrix(world, frappe, project, needs):
	source = world.submit_solution(project, coverage=[row(needs[0])])
	frappe.db.set_value("Presales Requirement", needs[0].name, "requirement_version", 2)
	assert coverage_of(world, source)["lines"][0]["is_changed"]
	assert not coverage_of(world, next_version(world, source))["lines"][0]["is_changed"]


def test_coverage_needs_as_many_queries_however_many_requirements(world, project, needs, count_queries):
	solution = world.make_solution(project, coverage=[row(needs[0])])

	def queries():
		with count_queries() as counter:
			solution.validate_coverage()
			solution.uncovered()
		own = counter.count
		coverage_of(world, solution)
		with count_queries() as counter:
			coverage_of(world, solution)
		return own, counter.count

	before = queries()
	assert before[0] == 2
	for number in range(10):
		more = world.analyse_requirement(world.capture(project, title=f"Level {number}"))
		solution.append("coverage", row(more))
	with world.acting_as("engineer"):
		solution.save()
	assert queries() == before
