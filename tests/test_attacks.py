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
