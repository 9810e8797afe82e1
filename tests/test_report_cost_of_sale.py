"""The report Presales Cost of Sale: what it says, to whom, and at what cost."""

import pytest

from presales_mgmt.presales_mgmt.report.presales_cost_of_sale.presales_cost_of_sale import execute
from tests.costs import Costs
from tests.world import OTHER_COMPANY, email


def run(**filters) -> dict[str, dict]:
	"""The rows of the report, by project."""
	_columns, rows, *_rest = execute(filters)
	return {row["project"]: row for row in rows}


def summary(**filters) -> dict:
	return {entry["label"]: entry["value"] for entry in execute(filters)[4]}


@pytest.fixture
def costs(world, frappe):
	settings = frappe.get_doc("Presales Settings")
	settings.purchase_gate = "Off"
	settings.save()
	return Costs(world)


@pytest.fixture
def project(world, costs):
	project = costs.on_team(world.make_project())
	costs.hours(project, 2)
	costs.invoice(project, 1, 300)
	costs.journal(project, 50)
	costs.material_request(project, 1, 40)
	with world.acting_as("director"):
		project.reload()
		project.presales_budget = 1000
		project.save()
	return project


@pytest.mark.clause("R7.1", "R9.6")
def test_the_row_says_what_the_sale_has_cost(world, frappe, project):
	with world.acting_as("director"):
		row = run()[project.name]
	assert row == {
		"project": project.name,
		"project_title": "City parking guidance",
		"status": "Draft",
		"won": False,
		"stage": None,
		"hours": 2,
		"labour": 200,
		"purchase": 300,
		"expense": 0,
		"journal": 50,
		"cost": 550,
		"commitments": 40,
		"budget": 1000,
		"spent_percent": 59,
		"currency": "CNY",
		"manager": email("manager"),
	}


@pytest.mark.parametrize(
	("filters", "cost"),
	[
		({"kind": "Labour"}, 200),
		({"from_date": "2026-03-20", "to_date": "2026-03-20"}, 550),
		({"from_date": "2026-03-21"}, None),
		({"to_date": "2026-03-19"}, None),
		({"company": "Presales Other Ltd"}, None),
		({"stage": "Opportunity Capture"}, None),
	],
)
def test_filters_narrow_what_is_counted(world, project, filters, cost):
	found = run(project=project.name, **filters)
	assert found.get(project.name, {}).get("cost") == cost


@pytest.mark.clause("R7.1")
def test_a_win_costs_what_all_pursuits_have_cost(world, frappe, costs, project):
	lost = costs.on_team(world.make_project(project_title="Lost"))
	costs.journal(lost, 450)
	assert summary(company=world.company)["Cost of Sale"] == 1000
	assert "Cost per Win" not in summary(company=world.company)
	frappe.db.set_value("Presales Project", project.name, "won_on", "2026-05-01")
	assert summary(company=world.company)["Cost per Win"] == 1000


@pytest.mark.clause("R1.9")
def test_only_projects_that_one_sees_and_only_for_those_who_see_costs(world, frappe, costs, project):
	for person in ("supervisor", "leader", "manager"):
		with world.acting_as(person):
			assert project.name in run()
	for person in ("other_director", "other_manager"):
		with world.acting_as(person):
			assert run() == {}
	for person in ("engineer", "clerk"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			run()


def test_currencies_are_not_added_up(world, frappe, costs, project):
	other = costs.on_team(world.make_project(company=OTHER_COMPANY, project_title="The other's"))
	costs.journal(other, 7, company=OTHER_COMPANY)
	assert set(run()) >= {project.name, other.name}
	assert "Cost of Sale" in summary()
	frappe.db.set_value("Company", OTHER_COMPANY, "default_currency", "USD")
	assert "Cost of Sale" not in summary()
	assert run()[other.name]["currency"] == "USD"


def test_the_number_of_queries_does_not_depend_on_the_projects(world, costs, project, count_queries):
	with world.acting_as("director"):
		run()
		with count_queries() as one:
			run()
	for number in range(3):
		costs.journal(costs.on_team(world.make_project(project_title=f"Deal {number}")), 10)
	with world.acting_as("director"), count_queries() as four:
		assert len(run()) == 4
	assert four.count == one.count <= 8
