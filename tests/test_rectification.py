"""What a review asked to be put right: made at its conclusion, done by one person, verified by another."""

import pytest

from presales_mgmt import api
from presales_mgmt.exceptions import (
	LifecycleError,
	MarkupError,
	RectificationError,
	SelfApprovalError,
	TeamError,
)
from presales_mgmt.rectification import make_from_review
from tests.world import email

RECTIFICATION = "Presales Rectification"
MEASURE = "The drawings are in the archive."


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.fixture
def matter(world, project):
	"""Raised by the invited expert; nobody was named, so that the manager is responsible."""
	return world.ask_to_rectify(project)


def todos(frappe, doc, status="Open"):
	return set(
		frappe.get_all(
			"ToDo",
			filters={"reference_type": doc.doctype, "reference_name": doc.name, "status": status},
			pluck="allocated_to",
			order_by="name asc",
		)
	)


def done(world, matter, person="manager"):
	with world.acting_as(person):
		api.complete_rectification(matter.name, MEASURE)
	return matter.reload()


# ------------------------------------------------------------------------------------------------ made


@pytest.mark.clause("R9.9", "R1.4")
def test_a_condition_becomes_a_record_with_responsible_date_and_todo(world, frappe, project, matter):
	from frappe.utils import add_days, getdate, today

	days = frappe.get_cached_doc("Presales Settings").rectification_days
	assert (matter.status, matter.raised_by, matter.responsible) == (
		"Open",
		email("expert"),
		email("manager"),
	)
	assert matter.due_date == getdate(add_days(today(), days))
	assert (matter.presales_project, matter.review_kind) == (project.name, "Contract")
	assert todos(frappe, matter) == {email("manager")}


def test_named_responsible_and_date_are_kept(world, frappe, project):
	matter = world.ask_to_rectify(project, responsible=email("engineer"), due_date="2030-01-31")
	assert (matter.responsible, str(matter.due_date)) == (email("engineer"), "2030-01-31")


def test_what_is_asked_of_somebody_who_left_is_asked_of_the_manager(world, frappe, project):
	"""An outsider could not open it."""
	matter = world.ask_to_rectify(project, responsible=email("engineer"))
	assert matter.responsible == email("engineer")
	frappe.delete_doc(RECTIFICATION, matter.name, force=True)
	frappe.db.set_value(
		"Presales Project Member", {"parent": project.name, "user": email("engineer")}, "active", 0
	)
	(made,) = make_from_review(frappe.get_doc("Presales Review", matter.review))
	assert frappe.db.get_value(RECTIFICATION, made, "responsible") == email("manager")


def test_making_twice_makes_nothing_more(world, frappe, project, matter):
	review = frappe.get_doc("Presales Review", matter.review)
	assert make_from_review(review) == []
	assert frappe.db.count(RECTIFICATION, {"review": review.name}) == 1


@pytest.mark.parametrize(
	("status", "made"),
	[("Approved", 0), ("Approved with Conditions", 1), ("Sent Back", 1), ("Rejected", 0), ("In Review", 0)],
)
def test_only_conditions_and_sending_back_ask_for_something(world, frappe, project, status, made):
	matter = world.ask_to_rectify(project)
	frappe.delete_doc(RECTIFICATION, matter.name, force=True)
	review = frappe.get_doc("Presales Review", matter.review)
	review.status = status
	assert len(make_from_review(review)) == made


def test_opinions_of_the_recused_do_not_count(world, frappe, project):
	matter = world.ask_to_rectify(project)
	frappe.delete_doc(RECTIFICATION, matter.name, force=True)
	frappe.db.set_value("Presales Review Opinion", matter.opinion, "conflict_of_interest", "Declared")
	assert make_from_review(frappe.get_doc("Presales Review", matter.review)) == []


@pytest.mark.parametrize("person", ["manager", "leader", "Administrator"])
def test_nobody_makes_or_deletes_one_by_hand(world, frappe, project, matter, person):
	with world.acting_as(person):
		with pytest.raises((frappe.PermissionError, RectificationError)):
			world.insert(
				RECTIFICATION, presales_project=project.name, item="More", responsible=email("engineer")
			)
		if person != "Administrator":
			with pytest.raises(frappe.PermissionError):
				frappe.delete_doc(RECTIFICATION, matter.name)


# ------------------------------------------------------------------------------------------------ life


@pytest.mark.clause("R9.9", "R4.3")
def test_done_verified_closed(world, frappe, matter):
	done(world, matter)
	assert (matter.status, matter.done_by, matter.measure) == ("Done", email("manager"), MEASURE)
	assert todos(frappe, matter) == {email("expert")}, "who raised it is asked to verify"

	with world.acting_as("expert"):
		api.verify_rectification(matter.name, True, "All there.")
	matter.reload()
	assert (matter.status, matter.verified_by, matter.verification) == (
		"Closed",
		email("expert"),
		"All there.",
	)
	assert todos(frappe, matter) == set()


def test_sent_back_it_is_open_again_and_reminded_of_anew(world, frappe, matter):
	done(world, matter)
	frappe.db.set_value(RECTIFICATION, matter.name, "reminder_level", 3)
	with world.acting_as("expert"):
		with pytest.raises(RectificationError, match="what is still missing"):
			api.verify_rectification(matter.name, False)
		api.verify_rectification(matter.name, False, "Sheet 4 is missing.")
	matter.reload()
	assert (matter.status, matter.verification, matter.reminder_level) == ("Open", "Sheet 4 is missing.", 0)
	assert todos(frappe, matter) == {email("manager")}
	done(world, matter)
	with world.acting_as("leader"):
		api.verify_rectification(matter.name, True)
	assert matter.reload().status == "Closed"


@pytest.mark.parametrize("person", ["director", "engineer", "supervisor", "leader", "expert"])
def test_only_the_responsible_says_it_is_done(world, frappe, matter, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.complete_rectification(matter.name, MEASURE)


@pytest.mark.parametrize("person", ["other_director", "other_manager", "clerk"])
def test_outsiders_see_and_do_nothing(world, frappe, matter, person):
	with world.acting_as(person):
		for act in (
			lambda: api.complete_rectification(matter.name, MEASURE),
			lambda: api.verify_rectification(matter.name, True),
			lambda: api.waive_rectification(matter.name, "No"),
			lambda: frappe.client.get(RECTIFICATION, matter.name),
		):
			with pytest.raises(frappe.PermissionError):
				act()
		if person != "clerk":
			assert frappe.get_list(RECTIFICATION, order_by="name asc") == []


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize("person", ["engineer", "director", "supervisor"])
def test_who_did_not_raise_it_does_not_verify(world, frappe, matter, person):
	done(world, matter)
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.verify_rectification(matter.name, True)


@pytest.mark.clause("R9.9")
def test_nobody_verifies_what_they_did(world, frappe, project):
	"""A reviewer of the team may name himself; then a leader has to verify."""
	matter = world.ask_to_rectify(project, reviewer="engineer", responsible=email("engineer"))
	done(world, matter, "engineer")
	with world.acting_as("engineer"), pytest.raises(SelfApprovalError):
		api.verify_rectification(matter.name, True)
	with world.acting_as("leader"):
		api.verify_rectification(matter.name, True)


@pytest.mark.clause("R9.5", "R9.9")
def test_the_director_or_a_leader_waives_with_a_reason(world, frappe, project):
	for person in ("director", "leader"):
		matter = world.ask_to_rectify(project, item=f"Waived by {person}")
		with world.acting_as(person):
			with pytest.raises(RectificationError, match="a reason"):
				api.waive_rectification(matter.name, " ")
			api.waive_rectification(matter.name, "The customer does without.")
			with pytest.raises(RectificationError):
				api.waive_rectification(matter.name, "Once more.")
		assert matter.reload().status == "Waived"
		assert todos(frappe, matter) == set()


@pytest.mark.parametrize("person", ["manager", "supervisor", "expert", "engineer"])
def test_others_do_not_waive(world, frappe, matter, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		api.waive_rectification(matter.name, "No need")


def test_nobody_waives_what_they_are_responsible_for(world, frappe, project):
	matter = world.ask_to_rectify(project, responsible=email("director"))
	with world.acting_as("director"), pytest.raises(SelfApprovalError):
		api.waive_rectification(matter.name, "No need")


def test_a_step_needs_the_state_before_it(world, frappe, matter):
	with world.acting_as("expert"), pytest.raises(RectificationError, match="expected Done"):
		api.verify_rectification(matter.name, True)
	with world.acting_as("manager"):
		with pytest.raises(RectificationError, match="what was done"):
			api.complete_rectification(matter.name, "  ")
		with pytest.raises(MarkupError):
			api.complete_rectification(matter.name, "<script>alert(1)</script>")
	done(world, matter)
	with world.acting_as("manager"), pytest.raises(RectificationError, match="expected Open"):
		api.complete_rectification(matter.name, MEASURE)


def test_nothing_moves_under_a_closed_project(world, frappe, project, matter):
	frappe.db.set_value("Presales Project", project.name, "status", "Closed")
	with world.acting_as("manager"), pytest.raises(LifecycleError):
		api.complete_rectification(matter.name, MEASURE)


# ------------------------------------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
	("fieldname", "value"),
	[
		("status", "Closed"),
		("measure", "Done, trust me"),
		("done_by", email("engineer")),
		("verified_by", email("expert")),
		("raised_by", email("manager")),
		("item", "Something easier"),
		("review_kind", "Legal"),
	],
)
@pytest.mark.parametrize("person", ["manager", "leader"])
def test_saving_the_form_changes_no_state(world, frappe, matter, person, fieldname, value):
	with world.acting_as(person):
		doc = frappe.get_doc(RECTIFICATION, matter.name)
		doc.set(fieldname, value)
		with pytest.raises(RectificationError):
			doc.save()


def test_another_responsible_gets_the_todo(world, frappe, matter):
	with world.acting_as("manager"):
		doc = frappe.get_doc(RECTIFICATION, matter.name)
		doc.responsible = email("other_manager")
		with pytest.raises(TeamError):
			doc.save()
		doc.reload()
		doc.responsible = email("engineer")
		doc.save()
	assert todos(frappe, doc) == {email("engineer")}
	done(world, matter, "engineer")
	doc.reload()
	doc.responsible = email("planner")
	with world.acting_as("director"), pytest.raises(RectificationError):
		doc.save()


def test_the_date_is_moved_by_the_director_and_reminds_anew(world, frappe, matter):
	frappe.db.set_value(RECTIFICATION, matter.name, "reminder_level", 2)
	for person, refused in (("manager", True), ("engineer", True), ("director", False)):
		with world.acting_as(person):
			doc = frappe.get_doc(RECTIFICATION, matter.name)
			doc.due_date = "2030-05-31"
			if refused:
				with pytest.raises(frappe.PermissionError):
					doc.save()
			else:
				doc.save()
				assert doc.reminder_level == 0


def test_what_the_job_noted_outlives_a_form_that_was_open(world, frappe, matter):
	with world.acting_as("director"):
		doc = frappe.get_doc(RECTIFICATION, matter.name)
		frappe.db.set_value(RECTIFICATION, matter.name, "reminder_level", 1, update_modified=False)
		doc.responsible = email("engineer")
		doc.save()
	assert frappe.db.get_value(RECTIFICATION, matter.name, "reminder_level") == 1
