"""A process on a site: compared with what is shipped, reviewed, and left alone by a migration."""

import pytest

from tests.world import email

SHIPPED = "Nine-Stage Presales"


@pytest.fixture
def process(world, frappe):
	return frappe.get_doc("Presales Process", SHIPPED)


@pytest.fixture
def copy(world, frappe, process):
	"""A company's own copy, as the desk makes it."""
	with world.acting_as("director"):
		own = frappe.copy_doc(process, ignore_no_copy=False)
		own.process_name = "Our Nine Stages"
		return own.insert()


def differences_of(name, person="engineer"):
	from presales_mgmt.api import get_shipped_differences

	return get_shipped_differences(name)


@pytest.mark.clause("R4.1", "R8.2")
def test_every_stage_says_what_goes_in_what_is_done_what_comes_out_and_who_is_responsible(world, frappe):
	from presales_mgmt.setup.shipped import shipped_processes

	for shipped in shipped_processes():
		doc = frappe.get_doc("Presales Process", shipped["process_name"])
		for stage in doc.stages:
			for fieldname in (
				"purpose",
				"inputs",
				"activities",
				"outputs",
				"responsible_role",
				"target_days",
			):
				assert stage.get(fieldname), f"{doc.name}, {stage.stage}: {fieldname}"
		for requirement in doc.requirements:
			assert requirement.responsible_role, f"{doc.name}: {requirement.title}"
			assert requirement.clause, f"{doc.name}: {requirement.title}"


@pytest.mark.clause("R4.4")
def test_every_regulation_has_one_shipped_process():
	from presales_mgmt.setup.shipped import shipped_processes

	found = [shipped["regulation"] for shipped in shipped_processes()]
	assert sorted(found) == [f"R{number}" for number in range(1, 10)]


# ----------------------------------------------------------------------------------- compared with the shipped


@pytest.mark.clause("R4.4")
def test_every_shipped_process_is_as_shipped(world, frappe):
	from presales_mgmt.setup.shipped import shipped_processes

	with world.acting_as("engineer"):
		for shipped in shipped_processes():
			name = shipped["process_name"]
			assert differences_of(name) == {"process": name, "shipped": name, "differences": []}


def test_a_copy_is_compared_by_its_regulation(world, frappe, copy):
	assert differences_of(copy.name)["shipped"] == SHIPPED
	assert differences_of(copy.name)["differences"] == []
	with world.acting_as("director"):
		copy.description = "Ours"
		copy.stages[0].target_days = 30
		copy.stages[1].activities = None
		removed = copy.requirements.pop(0)
		own = copy.append(
			"requirements", {"stage": copy.stages[0].stage, "kind": "Checklist", "title": "Called back"}
		)
		changed = copy.requirements[0]
		changed.mandatory = 0
		copy.save()
	found = differences_of(copy.name)["differences"]
	assert [(each["table"], each["kind"], each["label"]) for each in found] == [
		(None, "Changed", copy.name),
		("stages", "Changed", copy.stages[0].stage),
		("stages", "Changed", copy.stages[1].stage),
		("requirements", "Changed", changed.title),
		("requirements", "Added", own.title),
		("requirements", "Removed", removed.title),
	]
	assert found[1]["changes"] == [{"label": "Target Days", "shipped": "14", "own": "30"}]
	assert found[2]["changes"][0]["own"] == "(none)"
	assert found[3]["changes"] == [{"label": "Mandatory", "shipped": "Yes", "own": "No"}]
	assert found[3]["stage"] == changed.stage


def test_a_stage_in_another_place_is_told(world, frappe, copy):
	with world.acting_as("director"):
		rows = copy.stages
		copy.stages = [rows[1], rows[0], *rows[2:]]
		for index, row in enumerate(copy.stages, 1):
			row.idx = index
		copy.save()
	(found,) = differences_of(copy.name)["differences"]
	assert found["kind"] == "Moved"
	assert found["changes"][0]["label"] == "Position"


def test_a_process_for_which_nothing_is_shipped_says_so(world, frappe, copy):
	copy.db_set("regulation", "Our Own Rules")
	assert differences_of(copy.name) == {"process": copy.name, "shipped": None, "differences": []}


def test_only_who_reads_the_process_compares_it(world, frappe):
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		differences_of(SHIPPED)


def test_an_edited_process_is_left_alone_by_a_migration(world, frappe, process, copy):
	from presales_mgmt.setup.install import make_records

	for doc in (process, copy):
		with world.acting_as("director"):
			doc.description = "As we do it"
			doc.requirements.pop()
			doc.stages[0].target_days = 99
			doc.save()
	before = [frappe.get_doc("Presales Process", doc.name).as_dict() for doc in (process, copy)]
	make_records()
	assert [frappe.get_doc("Presales Process", doc.name).as_dict() for doc in (process, copy)] == before
	assert differences_of(process.name)["differences"]


# ----------------------------------------------------------------------------------------- review of the process


@pytest.mark.clause("R3.1")
def test_a_process_has_version_owner_and_next_review_date(world, frappe, copy):
	assert copy.version == 1
	assert str(copy.next_review_date) == frappe.utils.add_months(frappe.utils.today(), 12)
	for name in frappe.get_all("Presales Process", pluck="name", order_by="name asc"):
		assert frappe.db.get_value("Presales Process", name, "next_review_date")
	with world.acting_as("director"):
		never = frappe.copy_doc(copy, ignore_no_copy=False)
		never.update({"process_name": "Never Reviewed", "review_interval_months": 0})
		assert never.insert().next_review_date is None


@pytest.mark.clause("R3.1")
def test_the_owner_marks_the_process_as_reviewed(world, frappe, copy):
	from presales_mgmt.api import mark_process_reviewed

	copy.process_owner = email("supervisor")
	copy.save()
	copy.db_set({"next_review_date": "2026-01-31", "reminder_level": 2})
	with world.acting_as("engineer"), pytest.raises(frappe.PermissionError):
		mark_process_reviewed(copy.name)
	with world.acting_as("supervisor") as user:
		noted = mark_process_reviewed(copy.name, remarks="Nothing to change")
		assert noted["last_reviewed_by"] == user
	copy.reload()
	assert (copy.last_reviewed_by, str(copy.last_reviewed_on)) == (user, frappe.utils.today())
	assert str(copy.next_review_date) == frappe.utils.add_months(frappe.utils.today(), 12)
	assert copy.reminder_level == 0
	comment = frappe.get_last_doc("Comment", {"reference_name": copy.name})
	assert "version 1" in comment.content
	assert "Nothing" in comment.content


@pytest.mark.clause("R3.1")
@pytest.mark.parametrize("date", ["2026-01-31", "today"])
def test_the_next_review_lies_ahead(world, frappe, copy, date):
	from presales_mgmt.api import mark_process_reviewed
	from presales_mgmt.exceptions import DateOrderError

	with world.acting_as("director"):
		with pytest.raises(DateOrderError):
			mark_process_reviewed(copy.name, frappe.utils.today() if date == "today" else date)
		ahead = frappe.utils.add_days(frappe.utils.today(), 90)
		mark_process_reviewed(copy.name, ahead)
	assert str(frappe.db.get_value(copy.doctype, copy.name, "next_review_date")) == ahead


def test_marks_of_the_review_are_not_written_by_saving(world, frappe, copy):
	copy.db_set("reminder_level", 2)
	copy.reload()
	with world.acting_as("director"):
		copy.update(
			{"last_reviewed_on": "2026-01-01", "last_reviewed_by": email("leader"), "reminder_level": 0}
		)
		copy.save()
	copy.reload()
	assert (copy.last_reviewed_on, copy.last_reviewed_by, copy.reminder_level) == (None, None, 2)
	with world.acting_as("director"):
		copy.next_review_date = frappe.utils.add_days(frappe.utils.today(), 5)
		copy.save()
	assert copy.reminder_level == 0


def test_the_owner_works_on_the_desk(world, frappe, copy):
	from presales_mgmt.exceptions import UserError

	frappe.db.set_value("User", email("supervisor"), "enabled", 0)
	with world.acting_as("director"):
		copy.process_owner = email("supervisor")
		with pytest.raises(UserError, match="Process Owner"):
			copy.save()


def test_processes_from_before_get_a_date(world, frappe, copy):
	from presales_mgmt.patches.set_process_review_dates import execute

	kept = frappe.utils.add_days(frappe.utils.today(), 7)
	copy.db_set("next_review_date", kept)
	frappe.db.set_value("Presales Process", SHIPPED, "next_review_date", None)
	execute()
	assert str(frappe.db.get_value(copy.doctype, copy.name, "next_review_date")) == kept
	due = frappe.db.get_value(copy.doctype, SHIPPED, "next_review_date")
	assert str(due) == frappe.utils.add_months(frappe.utils.today(), 12)
