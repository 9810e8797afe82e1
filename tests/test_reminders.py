"""The daily reminders: to whom, how often, in which language, and what a run costs."""

import pytest

from presales_mgmt import notifications, reminders
from tests.world import email

RECTIFICATION = "Presales Rectification"
NOTE = "Presales Guidance Note"
OPINION = "Presales Review Opinion"
ABOVE = {email("director"), email("supervisor")}


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture(autouse=True)
def quiet(world, frappe):
	"""Nothing else waits: what the site has of its own is far from due."""
	for doctype, fieldname in (("Presales Process", "next_review_date"),):
		table = frappe.qb.DocType(doctype)
		frappe.qb.update(table).set(table[fieldname], None).run()


def due(frappe, doc, fieldname: str, days: int):
	"""Let the date of a matter be `days` from today, without a controller: as time passes."""
	from frappe.utils import add_days, today

	frappe.db.set_value(doc.doctype, doc.name, fieldname, add_days(today(), days), update_modified=False)


def run(frappe) -> dict[str, list[str]]:
	"""Run the job; user -> subjects of the notices that it has sent."""
	before = set(frappe.get_all("Notification Log", pluck="name", order_by="name asc"))
	reminders.send_daily()
	sent: dict[str, list[str]] = {}
	for row in frappe.get_all(
		"Notification Log",
		filters={"name": ["not in", sorted(before) or [""]]},
		fields=["for_user", "subject", "type", "document_type", "document_name"],
		order_by="for_user asc, subject asc",
	):
		assert row.type == "Alert"
		sent.setdefault(row.for_user, []).append(row.subject)
	return sent


def linked(frappe, user) -> set[tuple[str, str]]:
	return {
		(row.document_type, row.document_name)
		for row in frappe.get_all(
			"Notification Log",
			filters={"for_user": user},
			fields=["document_type", "document_name"],
			order_by="name asc",
		)
	}


@pytest.fixture
def matter(world, project):
	return world.ask_to_rectify(project, item="Add the missing drawings", due_date="2040-01-01")


# ------------------------------------------------------------------------------------------------ levels


@pytest.mark.clause("R4.3", "R9.12")
def test_due_soon_overdue_escalated_each_once(world, frappe, matter):
	assert run(frappe) == {}, "far from due"
	for days, told, word in (
		(3, {email("manager")}, "due on"),
		(-1, {email("manager")}, "overdue since"),
		(-3, {email("manager"), *ABOVE}, "escalated"),
	):
		due(frappe, matter, "due_date", days)
		sent = run(frappe)
		assert set(sent) == told
		for subjects in sent.values():
			assert len(subjects) == 1
			assert "To rectify: Add the missing drawings" in subjects[0]
			assert word in subjects[0]
		assert run(frappe) == {}, "running twice sends nothing more"
	assert linked(frappe, email("director")) == {(RECTIFICATION, matter.name)}


def test_a_level_that_was_never_reached_is_not_made_up_for(world, frappe, matter):
	"""The job may not have run for days: one notice then, and not three."""
	due(frappe, matter, "due_date", -30)
	assert {user: len(subjects) for user, subjects in run(frappe).items()} == dict.fromkeys(
		(email("manager"), *ABOVE), 1
	)


def test_a_date_that_moves_begins_anew(world, frappe, matter):
	from frappe.utils import add_days, today

	due(frappe, matter, "due_date", -1)
	run(frappe)
	with world.acting_as("director"):
		doc = frappe.get_doc(RECTIFICATION, matter.name)
		doc.due_date = add_days(today(), 2)
		doc.save()
	assert set(run(frappe)) == {email("manager")}
	due(frappe, matter, "due_date", -1)
	assert set(run(frappe)) == {email("manager")}


def test_the_intervals_are_settings(world, frappe, matter):
	settings = frappe.get_doc("Presales Settings")
	settings.update({"remind_days_before": 0, "escalate_days_after": 10})
	settings.save()
	due(frappe, matter, "due_date", 1)
	assert run(frappe) == {}
	due(frappe, matter, "due_date", -9)
	assert set(run(frappe)) == {email("manager")}


@pytest.mark.parametrize("status", ["Closed", "Lost", "Abandoned"])
def test_what_has_ended_reminds_nobody(world, frappe, project, matter, status):
	world.guide(project)
	due(frappe, matter, "due_date", -5)
	frappe.db.set_value("Presales Project", project.name, "status", status)
	assert run(frappe) == {}


@pytest.mark.parametrize("status", ["Done", "Closed", "Waived"])
def test_what_is_done_reminds_nobody(world, frappe, matter, status):
	due(frappe, matter, "due_date", -5)
	frappe.db.set_value(RECTIFICATION, matter.name, "status", status)
	assert run(frappe) == {}


# ------------------------------------------------------------------------------------------------ to whom


def test_the_recipients_language(world, frappe, matter):
	frappe.db.set_value("User", email("manager"), "language", "zh")
	frappe.db.set_value("User", email("director"), "language", "en")
	due(frappe, matter, "due_date", -3)
	sent = run(frappe)
	assert "整改" in sent[email("manager")][0]
	assert "To rectify" in sent[email("director")][0]


def test_text_of_users_is_escaped(world, frappe, matter):
	frappe.db.set_value(RECTIFICATION, matter.name, "item", "Depth < 5 m & more")
	due(frappe, matter, "due_date", 0)
	assert "Depth &lt; 5 m &amp; more" in run(frappe)[email("manager")][0]


def test_the_delegate_is_reminded_too(world, frappe, matter):
	world.delegate("manager", "other_manager")
	due(frappe, matter, "due_date", 0)
	assert set(run(frappe)) == {email("manager"), email("other_manager")}


def test_what_waits_for_somebody_who_left_waits_for_the_manager(world, frappe, project):
	matter = world.ask_to_rectify(project, responsible=email("engineer"))
	frappe.db.set_value(
		"Presales Project Member", {"parent": project.name, "user": email("engineer")}, "active", 0
	)
	due(frappe, matter, "due_date", 0)
	assert set(run(frappe)) == {email("manager")}


def test_disabled_users_and_those_who_want_no_notices_get_none(world, frappe, matter):
	due(frappe, matter, "due_date", -3)
	frappe.db.set_value("User", email("manager"), "enabled", 0)
	frappe.db.set_value("Notification Settings", email("director"), "enabled", 0)
	assert set(run(frappe)) == {email("supervisor")}


# ------------------------------------------------------------------------------------------------ kinds


@pytest.mark.clause("R7.5", "R9.9")
def test_opinions_wait_for_reviewer_and_delegate(world, frappe, project):
	review = world.request_review(
		project, "Contract", reviewers=("expert", "engineer"), due_date="2040-01-01", subject="Contract"
	)
	world.delegate("expert", "planner")
	world.delegate("engineer", "manager")  # the requester, who cannot decide
	due(frappe, review, "due_date", 0)
	assert set(run(frappe)) == {email("expert"), email("planner"), email("engineer")}
	world.give_opinion("engineer", review)
	due(frappe, review, "due_date", -3)
	assert set(run(frappe)) == {email("expert"), email("planner"), *ABOVE}
	name = frappe.db.get_value(OPINION, {"review": review.name, "reviewer": email("expert")})
	assert linked(frappe, email("director")) == {("Presales Review", review.name)}, "an opinion is hidden"
	assert linked(frappe, email("planner")) >= {(OPINION, name)}
	world.give_opinion("expert", review)
	due(frappe, review, "due_date", -300)
	assert run(frappe) == {}, "nothing waits any more"


@pytest.mark.clause("R9.1", "R9.11")
def test_guidance_waits_for_its_answer(world, frappe, project):
	note = world.guide(project, subject="Decision makers")
	world.guide(project, subject="For your information", needs_answer=0)
	due(frappe, note, "answer_due", -1)
	before = run(frappe)
	assert set(before) == {email("manager")}
	assert "Answer to guidance: Decision makers" in before[email("manager")][0]
	due(frappe, note, "answer_due", -4)
	assert set(run(frappe)) == {email("manager"), *ABOVE}


@pytest.mark.clause("R3.1")
def test_the_review_of_a_process_comes_near(world, frappe):
	process = frappe.get_doc("Presales Process", "Nine-Stage Presales")
	frappe.db.set_value("Presales Process", process.name, "process_owner", email("planner"))
	for days, told in ((31, set()), (30, {email("planner")}), (-1, {email("planner")})):
		due(frappe, process, "next_review_date", days)
		assert set(run(frappe)) == told
	due(frappe, process, "next_review_date", -3)
	sent = set(run(frappe))
	assert {email("planner"), email("leader")} <= sent
	assert email("director") not in sent


@pytest.mark.clause("R3.1")
def test_a_process_without_owner_waits_for_the_directors(world, frappe):
	process = frappe.get_doc("Presales Process", "Nine-Stage Presales")
	frappe.db.set_value("Presales Process", process.name, "process_owner", None)
	due(frappe, process, "next_review_date", 0)
	sent = set(run(frappe))
	assert {email("director"), email("other_director")} <= sent
	assert not {email("leader"), email("manager")} & sent


def test_a_disabled_process_is_reviewed_by_nobody(world, frappe):
	process = frappe.get_doc("Presales Process", "Nine-Stage Presales")
	frappe.db.set_value("Presales Process", process.name, "enabled", 0)
	due(frappe, process, "next_review_date", 0)
	assert run(frappe) == {}


@pytest.mark.clause("R4.6")
def test_rollout_tasks_wait_for_who_does_them(world, frappe):
	from frappe.utils import add_days, today

	plan = world.insert(
		"Presales Rollout Plan",
		plan_title="Roll-out in the north",
		presales_process="Nine-Stage Presales",
		coordinator=email("leader"),
		start_date=today(),
		due_date=add_days(today(), 400),
		tasks=[
			{"task": "Train", "responsible": email("planner"), "due_date": add_days(today(), 300)},
			{"task": "Inform", "responsible": email("engineer"), "due_date": add_days(today(), 300)},
		],
	)
	train, inform = plan.tasks
	due(frappe, train, "due_date", 1)
	due(frappe, inform, "due_date", -3)
	sent = run(frappe)
	assert set(sent) == {email("planner"), email("engineer"), email("leader")}
	assert "Roll-out task: Inform" in sent[email("leader")][0]
	frappe.db.set_value("Presales Rollout Task", train.name, "done", 1)
	due(frappe, train, "due_date", -1)
	assert run(frappe) == {}


# ------------------------------------------------------------------------------------------------ the job


def many(frappe, matter, number: int) -> None:
	"""Further matters like `matter`, all overdue."""
	for index in range(number):
		copy = frappe.copy_doc(frappe.get_doc(RECTIFICATION, matter.name))
		copy.update({"name": f"PSC-TEST-{index:05}", "status": "Open", "reminder_level": 0})
		copy.item = f"Matter {index}"
		copy.db_insert()


def test_a_batch_costs_the_same_however_many_are_in_it(world, frappe, matter, count_queries):
	due(frappe, matter, "due_date", -3)
	run(frappe)
	counts = []
	for number in (1, 40):
		frappe.db.set_value(RECTIFICATION, matter.name, "reminder_level", 0)
		if number > 1:
			many(frappe, matter, number)
		with count_queries() as counter:
			reminders.send_daily()
		counts.append(counter.count)
	assert counts[0] == counts[1] <= 25
	assert frappe.db.count(RECTIFICATION, {"reminder_level": 3}) == 41


def test_all_batches_are_told(world, frappe, matter, monkeypatch):
	monkeypatch.setattr(reminders, "BATCH", 3)
	many(frappe, matter, 10)
	table = frappe.qb.DocType(RECTIFICATION)
	frappe.qb.update(table).set(table.due_date, "2026-01-01").run()
	assert len(run(frappe)[email("manager")]) == 11


def test_one_that_fails_is_logged_and_tried_again(world, frappe, project, matter, monkeypatch):
	due(frappe, matter, "due_date", 0)
	other = world.ask_to_rectify(project, item="Sound")
	due(frappe, other, "due_date", 0)
	subject = reminders._subject

	def failing(matter, *args):
		if matter.subject == "Add the missing drawings":
			raise ValueError("broken")
		return subject(matter, *args)

	monkeypatch.setattr(reminders, "_subject", failing)
	assert [len(subjects) for subjects in run(frappe).values()] == [1]
	assert frappe.db.exists("Error Log", {"reference_name": matter.name})
	assert frappe.db.get_value(RECTIFICATION, matter.name, "reminder_level") == 0
	monkeypatch.undo()
	assert "missing drawings" in run(frappe)[email("manager")][0]


def test_one_that_the_database_refuses_does_not_stop_the_others(world, frappe, project, matter, monkeypatch):
	due(frappe, matter, "due_date", 0)
	other = world.ask_to_rectify(project, item="Sound")
	due(frappe, other, "due_date", 0)
	send = notifications.send

	def failing(notices):
		send(notices)
		if any(notice.name == matter.name for notice in notices):
			raise frappe.db.DataError("too long")

	monkeypatch.setattr(notifications, "send", failing)
	sent = run(frappe)
	assert list(sent) == [email("manager")]
	assert len(sent[email("manager")]) == 1
	assert "Sound" in sent[email("manager")][0]
	assert frappe.db.get_value(RECTIFICATION, matter.name, "reminder_level") == 0
	assert frappe.db.get_value(RECTIFICATION, other.name, "reminder_level") == 1


def test_a_kind_that_fails_does_not_stop_the_others(world, frappe, matter, monkeypatch):
	due(frappe, matter, "due_date", 0)
	frappe.db.commit()

	def read_opinions(*args):
		raise frappe.db.DataError("broken")

	monkeypatch.setattr(reminders, "read_opinions", read_opinions)
	assert "missing drawings" in run(frappe)[email("manager")][0]
	assert frappe.db.exists("Error Log", {"method": "Presales reminders failed: read_opinions"})


def test_the_bell_rings(world, frappe, matter):
	due(frappe, matter, "due_date", 0)
	frappe.db.set_value("Notification Settings", email("manager"), "seen", 1)
	run(frappe)
	assert frappe.db.get_value("Notification Settings", email("manager"), "seen") == 0


def test_the_job_is_scheduled_daily(frappe):
	assert "presales_mgmt.reminders.send_daily" in frappe.get_hooks("scheduler_events")["daily"]
