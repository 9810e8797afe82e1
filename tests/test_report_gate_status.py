"""The report Presales Gate Status: what it says, to whom, and at what cost."""

import pytest

from presales_mgmt.presales_mgmt.report.presales_gate_status.presales_gate_status import execute
from tests.world import email


def run(**filters) -> dict[str, dict]:
	"""The rows of the report, by project."""
	_columns, rows, *_rest = execute(filters)
	return {row["project"]: row for row in rows}


def stay(frappe, project, days: float) -> None:
	"""Let the project have entered its stage that many days ago."""
	entered_on = frappe.utils.add_to_date(frappe.utils.now_datetime(), hours=-days * 24)
	frappe.db.set_value("Presales Project", project.name, "stage_entered_on", entered_on)


def satisfied_project(world):
	project = world.make_active_project(project_title="Ready to move")
	world.satisfy(project, "Opportunity Capture")
	return project


@pytest.mark.clause("R2.2", "R4.1", "R4.3")
def test_the_row_says_what_is_missing_and_who_has_to_act(world, frappe):
	project = world.make_active_project()
	stay(frappe, project, 20.5)

	with world.acting_as("manager"):
		row = run()[project.name]

	assert row == {
		"project": project.name,
		"project_title": "City parking guidance",
		"status": "Active",
		"stage": "Opportunity Capture",
		"days_in_stage": pytest.approx(20.5, abs=0.01),
		"target_days": 14,
		"overdue_days": pytest.approx(6.5, abs=0.01),
		"missing": 2,
		"first_missing": "Customer has been visited",
		"responsible_role": "Presales Manager",
		"manager": email("manager"),
	}


@pytest.mark.parametrize("fieldname", ["project_class", "is_large_project"])
def test_what_the_user_may_not_read_of_a_project_is_asked_of_it_all_the_same(world, frappe, fieldname):
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	asked = {"project_class": "Company-Level Projects", "is_large_project": "Large Projects"}
	process = world.insert(
		"Presales Process",
		process_name="Only for some projects",
		stages=[
			{"stage": "Opportunity Capture", "stage_type": "Open", "probability": 10},
			{"stage": "Project Kickoff", "stage_type": "Won", "probability": 100},
		],
		requirements=[
			{
				"stage": "Opportunity Capture",
				"kind": "Checklist",
				"title": "Board informed",
				"mandatory": 1,
				"applies_to": asked[fieldname],
			}
		],
	)
	project = world.make_active_project(presales_process=process.name)
	frappe.db.set_value(
		"Presales Project", project.name, {"project_class": "Company Level", "is_large_project": 1}
	)
	make_property_setter(
		"Presales Project", fieldname, "permlevel", 2, "Int", validate_fields_for_doctype=False
	)
	frappe.clear_cache(doctype="Presales Project")
	with world.acting_as("manager"):
		assert run()[project.name]["first_missing"] == "Board informed"


def test_a_stay_within_the_target_is_not_overdue(world, frappe):
	project = world.make_active_project()
	stay(frappe, project, 3)
	assert run()[project.name]["overdue_days"] == 0


def test_an_optional_requirement_holds_nothing_back(world, frappe):
	"""The stakeholders of the second stage are optional: five are mandatory there, of which two are met."""
	project = satisfied_project(world)
	world.move(project, "Opportunity Assessment")
	row = run()[project.name]
	assert (row["missing"], row["first_missing"]) == (3, "Competitors are recorded")


def test_a_project_that_may_move_is_left_out_on_demand(world):
	ready, held_back = satisfied_project(world), world.make_active_project()

	everything = run()
	assert (everything[ready.name]["missing"], everything[ready.name]["first_missing"]) == (0, None)
	assert everything[held_back.name]["missing"] == 2
	assert ready.name not in run(only_held_back=1)
	assert held_back.name in run(only_held_back=1)


def test_drafts_and_lost_projects_are_not_listed(world, frappe):
	draft = world.make_project()
	lost = world.make_active_project()
	with world.acting_as("director"):
		lost.append("lost_reasons", {"lost_reason": world.lost_reason})
		lost.save()
	world.apply("director", lost, "Declare Lost")
	assert not {draft.name, lost.name} & run().keys()


@pytest.mark.parametrize(
	("filters", "listed"),
	[
		({"stage": "Opportunity Capture"}, True),
		({"stage": "Bid Review"}, False),
		({"status": "Active"}, True),
		({"status": "On Hold"}, False),
		({"manager": email("manager")}, True),
		({"manager": email("other_manager")}, False),
		({"company": "Presales Test Ltd"}, True),
		({"company": "Presales Other Ltd"}, False),
	],
)
def test_filters(world, filters, listed):
	project = world.make_active_project()
	assert (project.name in run(**filters)) is listed


@pytest.mark.parametrize("person", ["director", "manager", "planner", "engineer", "supervisor", "leader"])
def test_who_is_on_the_project_or_leads_the_company_sees_it(world, person):
	project = world.make_active_project()
	with world.acting_as(person):
		assert project.name in run()


@pytest.mark.parametrize("person", ["other_director", "other_manager"])
def test_who_is_not_on_the_project_does_not_see_it(world, person):
	project = world.make_active_project()
	with world.acting_as(person):
		columns, rows, _message, chart, summary = execute({})
		assert project.name not in {row["project"] for row in rows}
		assert columns
		if not rows:
			assert (chart, summary[0]["value"]) == (None, 0)


def test_who_has_no_role_of_presales_is_refused(world, frappe):
	world.make_active_project()
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		execute({})


def test_those_most_overdue_come_first(world, frappe):
	late, later = world.make_active_project(), world.make_active_project()
	stay(frappe, late, 15)
	stay(frappe, later, 40)
	order = [name for name in run() if name in (late.name, later.name)]
	assert order == [later.name, late.name]


def test_summary_and_chart_count_the_rows(world, frappe):
	with world.acting_as("director"):
		before = {entry["label"]: entry["value"] for entry in execute({})[4]}
	satisfied_project(world)
	late = world.make_active_project()
	stay(frappe, late, 15)

	with world.acting_as("director"):
		_columns, _rows, _message, chart, summary = execute({})
	after = {entry["label"]: entry["value"] for entry in summary}
	assert {label: after[label] - before[label] for label in after} == {
		"Projects": 2,
		"Held Back": 1,
		"Beyond Target Days": 1,
	}
	assert sum(chart["data"]["datasets"][0]["values"]) == after["Held Back"]
	assert len(chart["data"]["labels"]) == len(chart["data"]["datasets"][0]["values"])


def test_many_projects_take_as_many_queries_as_one(world, count_queries):
	world.make_active_project()
	with world.acting_as("manager"):
		execute({})  # metadata and settings are read once and then cached
		with count_queries() as one:
			execute({})
	for number in range(4):
		world.make_active_project(project_title=f"Project {number}")
	with world.acting_as("manager"), count_queries() as many:
		rows = execute({})[1]
	assert len(rows) >= 5
	assert many.count == one.count
	assert one.count <= 20


def test_the_figures_have_two_decimals(world, frappe):
	project = world.make_active_project()
	stay(frappe, project, 16.23456)
	row = run()[project.name]
	for fieldname in ("days_in_stage", "overdue_days"):
		assert row[fieldname] == round(row[fieldname], 2)
	precisions = {column["fieldname"]: column.get("precision") for column in execute({})[0]}
	assert (precisions["days_in_stage"], precisions["overdue_days"]) == (2, 2)
