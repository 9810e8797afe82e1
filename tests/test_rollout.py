"""The introduction of a process: dates, people, done-marks and the tasks on everybody's list (R4.6)."""

import pytest

from tests.world import email

TASKS = (
	("Announce the process", "director"),
	("Train the engineers", "engineer"),
	("Check the archive", "archivist"),
)


@pytest.fixture
def plan(world):
	return make_plan(world)


def make_plan(world, person="director", tasks=TASKS, rows=None, **values):
	with world.acting_as(person) as user:
		return world.insert(
			"Presales Rollout Plan",
			**{
				"plan_title": "Introduce the nine stages",
				"presales_process": "Nine-Stage Presales",
				"coordinator": user,
				"start_date": "2026-12-01",
				"due_date": "2026-12-31",
				"tasks": rows
				or [
					{"task": task, "responsible": email(responsible), "due_date": f"2026-12-{day}"}
					for day, (task, responsible) in enumerate(tasks, 10)
				],
				**values,
			},
		)


def todos(plan, status="Open"):
	import frappe

	return frappe.get_all(
		"ToDo",
		filters={"reference_type": plan.doctype, "reference_name": plan.name, "status": status},
		fields=["allocated_to", "date", "description"],
		order_by="date asc, creation asc",
	)


@pytest.mark.clause("R4.6")
def test_a_plan_says_who_does_what_until_when(world, plan):
	assert plan.name.startswith("PSRO-20")
	assert (plan.status, plan.progress) == ("Planned", 0)
	assert [(todo.allocated_to, str(todo.date)) for todo in todos(plan)] == [
		(email("director"), "2026-12-10"),
		(email("engineer"), "2026-12-11"),
		(email("archivist"), "2026-12-12"),
	]
	assert "Train the engineers" in todos(plan)[1].description


@pytest.mark.clause("R4.6")
def test_the_person_responsible_marks_the_own_task(world, frappe, plan):
	from presales_mgmt.api import mark_rollout_task_done

	announce, train, check = (row.name for row in plan.tasks)
	with world.acting_as("engineer") as user:
		with pytest.raises(frappe.PermissionError):
			mark_rollout_task_done(plan.name, check)
		answer = mark_rollout_task_done(plan.name, train, remarks="Everybody was there")
	assert answer == {"status": "In Progress", "progress": 33}
	plan.reload()
	row = plan.get_task(train)
	assert (row.done, row.done_by, str(row.done_on)) == (1, user, frappe.utils.today())
	assert row.remarks == "Everybody was there"
	assert [todo.allocated_to for todo in todos(plan, "Closed")] == [user]

	with world.acting_as("director"):
		mark_rollout_task_done(plan.name, announce)
		assert mark_rollout_task_done(plan.name, check)["status"] == "Done"
	assert todos(plan) == []
	with world.acting_as("engineer"):
		assert mark_rollout_task_done(plan.name, train, done=False)["status"] == "In Progress"
	assert [todo.allocated_to for todo in todos(plan)] == [email("engineer")]
	plan.reload()
	assert (plan.get_task(train).done_by, plan.get_task(train).done_on) == (None, None)
	assert plan.get_task(announce).done_by == email("director")


def test_a_delegate_marks_the_task_of_who_is_absent(world, frappe, plan):
	from presales_mgmt.api import mark_rollout_task_done

	world.delegate("engineer", "expert", by="leader")
	with world.acting_as("expert") as user:
		mark_rollout_task_done(plan.name, plan.tasks[1].name)
		with pytest.raises(frappe.PermissionError):
			mark_rollout_task_done(plan.name, plan.tasks[2].name)
	plan.reload()
	assert plan.tasks[1].done_by == user


def test_an_unknown_task_is_no_task(world, frappe, plan):
	from presales_mgmt.api import mark_rollout_task_done

	with world.acting_as("director"), pytest.raises(frappe.DoesNotExistError):
		mark_rollout_task_done(plan.name, "<b>none</b>")
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		mark_rollout_task_done(plan.name, plan.tasks[0].name)


def test_who_did_a_task_is_not_taken_from_the_form(world, frappe, plan):
	with world.acting_as("director") as user:
		plan.tasks[0].update({"done": 1, "done_by": email("leader"), "done_on": "2026-01-01"})
		plan.tasks[1].update({"done_by": email("leader"), "done_on": "2026-01-01", "reminder_level": 2})
		plan.update({"status": "Done", "progress": 100})
		plan.save()
	plan.reload()
	assert (plan.status, plan.progress) == ("In Progress", 33)
	assert (plan.tasks[0].done_by, str(plan.tasks[0].done_on)) == (user, frappe.utils.today())
	assert (plan.tasks[1].done_by, plan.tasks[1].done_on, plan.tasks[1].reminder_level) == (None, None, 0)
	with world.acting_as("leader"):
		plan.remarks = "Saved by somebody else"
		plan.save()
	assert plan.tasks[0].done_by == user


def test_todos_follow_their_tasks(world, frappe, plan):
	with world.acting_as("director"):
		plan.tasks[0].responsible = email("manager")
		plan.tasks[1].due_date = "2026-12-20"
		plan.remove(plan.tasks[2])
		plan.save()
	assert [(todo.allocated_to, str(todo.date)) for todo in todos(plan)] == [
		(email("manager"), "2026-12-10"),
		(email("engineer"), "2026-12-20"),
	]
	assert len(todos(plan, "Cancelled")) == 3
	with world.acting_as("director"):
		plan.save()
	assert len(todos(plan)) == 2
	with world.acting_as("director"):
		plan.delete()
	assert todos(plan) == []


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"due_date": "2026-11-30"}, "Due Date"),
		({"due_date": "2026-12-11"}, "row 3, Due Date"),
		({"start_date": "2026-12-11"}, "row 1, Due Date"),
	],
)
def test_dates_stand_in_order(world, values, message):
	from presales_mgmt.exceptions import DateOrderError

	with pytest.raises(DateOrderError, match=message):
		make_plan(world, **values)


@pytest.mark.parametrize("person", ["clerk", "Guest"])
def test_tasks_go_to_people_who_can_open_the_plan(world, frappe, person):
	from presales_mgmt.exceptions import UserError

	user = email(person) if person == "clerk" else person
	with pytest.raises(UserError, match="row 1, Responsible"):
		make_plan(world, rows=[{"task": "Read", "responsible": user, "due_date": "2026-12-10"}])


def test_who_left_does_not_hold_up_the_others(world, frappe, plan):
	from presales_mgmt.api import mark_rollout_task_done

	frappe.db.set_value("User", email("archivist"), "enabled", 0)
	with world.acting_as("engineer"):
		mark_rollout_task_done(plan.name, plan.tasks[1].name)
	plan.reload()
	from presales_mgmt.exceptions import UserError

	with world.acting_as("director"):
		plan.tasks[0].responsible = email("archivist")
		with pytest.raises(UserError):
			plan.save()


def test_a_process_of_one_company_is_introduced_there(world, frappe):
	from presales_mgmt.exceptions import CompanyMismatchError

	frappe.db.set_value("Presales Process", "Nine-Stage Presales", "only_for_company", world.company)
	assert make_plan(world, company=world.company).company == world.company
	with pytest.raises(CompanyMismatchError):
		make_plan(world, company=world.other_company)


def test_departments_are_of_the_company(world, frappe):
	from presales_mgmt.exceptions import CompanyMismatchError

	departments = {
		company: world.insert("Department", department_name="Presales", company=company).name
		for company in (world.company, world.other_company)
	}

	def with_department(company):
		task = {"task": "Read", "responsible": email("engineer"), "due_date": "2026-12-10"}
		return make_plan(world, company=world.company, rows=[{**task, "department": departments[company]}])

	assert with_department(world.company).name
	with pytest.raises(CompanyMismatchError, match="Department"):
		with_department(world.other_company)


def test_saving_takes_as_many_queries_for_many_tasks(world, frappe, count_queries):
	def queries_of(count):
		plan = make_plan(world, tasks=TASKS * count)
		with world.acting_as("director"):
			plan.remarks = "Once more"
			plan.save()  # warms the caches
			plan.remarks = "And again"
			with count_queries() as counted:
				plan.validate()
		return counted.count

	assert queries_of(1) == queries_of(6)
