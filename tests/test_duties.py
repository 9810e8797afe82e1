"""docs/duties.md says who may do what: the file is current, and a live site answers the same."""

import re

import pytest

from tests.world import email
from traceability import documents, duties, matrix
from traceability.duties import Call, Duty, Place, Report, Right, Step


def test_the_document_is_current():
	committed = documents.DUTIES_PATH.read_text(encoding="utf-8")
	assert committed == documents.duties_text(), "not current: make duties"


@pytest.mark.clause("R2.1", "R9.4", "R9.5", "R9.6", "R9.7", "R9.8")
def test_every_duty_has_a_role_that_can_do_it():
	assert duties.faults() == []
	clauses = {duty.clause for duty in duties.DUTIES}
	assert {"R2.1", "R2.2", "R2.3", "R2.4", "R9.4", "R9.5", "R9.6", "R9.7", "R9.8"} <= clauses
	assert all(duty.roles and duty.means for duty in duties.DUTIES)


@pytest.mark.parametrize(
	("role", "means", "fault"),
	[
		("Presales Engineer", Right("Presales Project", "write"), "may not write Presales Project"),
		("Presales Engineer", Right("Presales Wish", "read"), "no DocType Presales Wish"),
		("Presales Leader", Right("Presales Project", "approve"), "may not approve"),
		("Presales Manager", Step("Approve Initiation"), "no workflow action Approve Initiation"),
		("Presales Manager", Step("Celebrate"), "no workflow action Celebrate"),
		("Presales Manager", Call("_require_ticker"), "no whitelisted function"),
		("Presales Engineer", Report("Presales Gate Status"), "may not open report"),
		("Presales Engineer", Report("Presales Horoscope"), "no report"),
		("Presales Engineer", Place("Mascot"), "nobody can be Mascot"),
	],
)
def test_a_duty_that_cannot_be_done_is_found(monkeypatch, role, means, fault):
	monkeypatch.setattr(duties, "DUTIES", (Duty("R9.5", "Do it", (role,), (means,)),))
	(found,) = duties.faults()
	assert fault in found


# ----------------------------------------------------------------------------------------- the live site


@pytest.fixture
def people(world):
	"""A user for each persona of the table."""
	world.make_user("peer", *next(each.roles for each in matrix.PERSONAS if each.name == "peer"))
	world.make_user("sales_user", "Sales User")
	return {
		persona.name: "Guest" if persona.name == "guest" else email(persona.name)
		for persona in matrix.PERSONAS
	}


@pytest.fixture
def project(world):
	project = world.make_project()
	world.join_team(project, "delivery", "Delivery Manager")
	return project


def make_record(frappe, project, row: matrix.Row, user: str):
	"""A record of the kind `row`: of `project`, and of `user` where it is somebody's own.

	It goes straight to its table: what may be done with it is asked, not how it comes about.
	"""
	if row.doctype == "Presales Settings":
		return frappe.get_doc(row.doctype)
	if row.doctype == project.doctype:
		return project
	doc = frappe.new_doc(row.doctype)
	doc.name = frappe.generate_hash(length=12)
	doc.update({"presales_project": project.name, "presales_process": project.presales_process})
	if row.doctype == matrix.OPINION:
		doc.update({"reviewer": user if row.own else email("planner"), "concluded": int(row.concluded)})
	if row.doctype == matrix.DELEGATION:
		# One that was over long ago, so that nobody acts for anybody.
		doc.update(
			{
				"delegator": user if row.own else email("finance"),
				"delegate": email("planner"),
				"from_date": "2020-01-01",
				"to_date": "2020-01-02",
			}
		)
	doc.db_insert()
	return doc


def may(frappe, project, doc, action: str) -> bool:
	if action == "create":
		doc = frappe.new_doc(doc.doctype)
		if doc.meta.has_field("presales_project"):
			doc.presales_project = project.name
	return bool(frappe.has_permission(doc.doctype, action, doc=doc))


def lists(frappe, doc) -> bool:
	try:
		return doc.name in frappe.get_list(doc.doctype, pluck="name", limit_page_length=0)
	except frappe.PermissionError:
		return False


@pytest.mark.clause("R1.9", "R2.1", "R9.1", "R9.5", "R9.6", "R9.7", "R9.8")
def test_a_live_site_grants_what_the_table_says(world, frappe, project, people):
	deviations = []
	for row in matrix.rows():
		for persona in matrix.PERSONAS:
			user = people[persona.name]
			doc = make_record(frappe, project, row, user)
			with world.acting_as(user):
				found = {action: may(frappe, project, doc, action) for action in matrix.ACTIONS}
				if not doc.meta.issingle:
					found["list"] = lists(frappe, doc)
			for action, answer in found.items():
				said = matrix.allowed(persona, row, "read" if action == "list" else action)
				if answer != said:
					deviations.append(
						f"{row.label}, {persona.label}, {action}: the table says {said}, the site {answer}"
					)
	assert deviations == []


def test_the_table_has_every_doctype_that_people_open(world, frappe):
	"""A new DocType of this app has to be put into the table, or under the rule of projects."""
	ours = frappe.get_all(
		"DocType", filters={"module": "Presales Mgmt", "istable": 0}, pluck="name", order_by="name asc"
	)
	assert set(ours) == {row.doctype for row in matrix.rows()}


def test_the_written_table_is_the_matrix():
	"""The letters in the document, read back."""
	text = documents.DUTIES_PATH.read_text(encoding="utf-8")
	table = text[text.index("| Record |") :].splitlines()
	labels = [cell.strip() for cell in table[0].strip("|").split("|")][1:]
	assert labels == [persona.label for persona in matrix.PERSONAS]
	actions = {letter: action for action, letter in documents.LETTERS.items()}
	read_back = {
		(persona.name, cells[0], action): action in {actions[letter] for letter in re.findall("[A-Z]", cell)}
		for line in table[2:]
		for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
		for persona, cell in zip(matrix.PERSONAS, cells[1:], strict=True)
		for action in matrix.ACTIONS
	}
	assert read_back == matrix.matrix()
