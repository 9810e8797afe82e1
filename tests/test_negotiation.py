"""Rounds of negotiation, and what each has changed of the offer (R1.6, R5.8, R7.8, R9.5, R9.6)."""

import pytest

from tests.test_quotations import next_version, switch_gates_off
from tests.world import email

ROUND = "Presales Negotiation Round"


@pytest.fixture
def project(world, frappe):
	switch_gates_off(frappe)
	return world.make_active_project()


def changes(world, name, person="manager"):
	from presales_mgmt.api import get_negotiation_changes

	with world.acting_as(person):
		return get_negotiation_changes(name)


def refused(message):
	from presales_mgmt.exceptions import NegotiationError

	return pytest.raises(NegotiationError, match=message)


@pytest.mark.clause("R1.6", "R7.8", "R9.5", "R9.6")
def test_rounds_lead_from_the_first_offer_to_the_final_price(world, frappe, project):
	first = world.submit_quotation(project)
	opening = world.negotiate(project, quotation=first.name)
	second = next_version(world, frappe, first, rate=1900)
	with world.acting_as("manager"):
		opening.resulting_quotation = second.name
		opening.save()
	third = next_version(world, frappe, second, rate=1850, presales_installation_days=120)
	final = world.negotiate(
		project,
		"director",
		quotation=second.name,
		resulting_quotation=third.name,
		outcome="Agreed",
		agreed="<p>1,850 for one</p>",
	)
	assert [
		(each.round_number, each.quotation_version, each.resulting_version) for each in (opening, final)
	] == [(1, 1, 2), (2, 2, 3)]
	assert (opening.responsible, final.responsible) == (email("manager"), email("director"))


@pytest.mark.clause("R1.6", "R5.8")
def test_what_changed_is_told_by_the_offers(world, frappe, project):
	first = world.submit_quotation(project, presales_installation_days=140)
	second = next_version(
		world, frappe, first, rate=1900, valid_till="2027-03-31", presales_installation_days=120
	)
	negotiated = world.negotiate(project, quotation=first.name, resulting_quotation=second.name)
	rows = changes(world, negotiated.name)
	found = {(row["what"], row["label"], row["detail"]) for row in rows}
	assert ("Price", world.item, "Rate") in found
	assert ("Amount", "Net Total", "") in found
	assert ("Date", "Valid Until", "") in found
	assert [(row["before"], row["after"]) for row in rows if row["label"].startswith("Installation")] == [
		("140", "120")
	]


def test_without_two_offers_nothing_has_changed(world, frappe, project):
	quotation = world.submit_quotation(project)
	assert changes(world, world.negotiate(project).name) == []
	assert changes(world, world.negotiate(project, quotation=quotation.name).name) == []


def test_the_number_is_given_and_kept(world, frappe, project):
	first = world.negotiate(project, round_number=7)
	assert first.round_number == 1
	with world.acting_as("manager"):
		first.round_number = 5
		first.save()
	assert first.round_number == 1
	assert world.negotiate(project).round_number == 2
	assert world.negotiate(world.make_active_project()).round_number == 1


@pytest.mark.clause("R1.9")
def test_offers_are_those_of_the_project(world, frappe, project):
	theirs = world.submit_quotation(world.make_active_project(company=world.other_company))
	with refused(
		f"Quotation Negotiated: found {theirs.name}, expected a quotation of project {project.name}"
	):
		world.negotiate(project, quotation=theirs.name)
	with refused("Resulting Quotation: found"):
		world.negotiate(project, resulting_quotation=theirs.name)


def test_what_comes_of_a_round_is_a_later_offer_to_the_same_customer(world, frappe, project):
	other = world.other_customer("Presales Test Second Bidder")
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first)
	theirs = world.submit_quotation(project, party_name=other)
	with refused("expected a version above 2"):
		world.negotiate(project, quotation=second.name, resulting_quotation=first.name)
	with refused("expected another quotation to"):
		world.negotiate(project, quotation=first.name, resulting_quotation=first.name)
	with refused("expected another quotation to"):
		world.negotiate(project, quotation=first.name, resulting_quotation=theirs.name)


def test_a_draft_may_be_what_came_of_it(world, frappe, project):
	first = world.submit_quotation(project)
	draft = next_version(world, frappe, first, submit=False)
	negotiated = world.negotiate(project, quotation=first.name, resulting_quotation=draft.name)
	assert negotiated.resulting_version == 0
	with world.acting_as("manager"):
		draft.submit()
		negotiated.save()
	assert negotiated.resulting_version == 2


def test_a_round_that_is_to_come_has_no_result(world, project):
	from frappe.utils import add_days, today

	from presales_mgmt.exceptions import DateOrderError

	with pytest.raises(DateOrderError, match="expected a date that is not ahead"):
		world.negotiate(project, held_on=add_days(today(), 1))


def test_who_may_not_read_quotations_learns_nothing_of_them(world, frappe, project):
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first, rate=1900)
	negotiated = world.negotiate(project, quotation=first.name, resulting_quotation=second.name)
	with world.acting_as("engineer"):
		frappe.get_doc(ROUND, negotiated.name).check_permission("read")
	for person in ("engineer", "other_manager", "clerk"):
		with pytest.raises(frappe.PermissionError):
			changes(world, negotiated.name, person)
	with pytest.raises(frappe.PermissionError):
		world.negotiate(project, "engineer", quotation=first.name)


def test_cancelling_a_quotation_leaves_its_rounds(world, frappe, project):
	first = world.submit_quotation(project)
	second = next_version(world, frappe, first, rate=1900)
	negotiated = world.negotiate(project, quotation=first.name, resulting_quotation=second.name)
	with world.acting_as("manager"):
		second.reload()
		second.cancel()
		negotiated.reload()
		negotiated.agreed = "<p>Taken back</p>"
		negotiated.save()
	assert negotiated.resulting_quotation == second.name
	assert changes(world, negotiated.name)


def test_queries_do_not_grow_with_the_rows(world, frappe, project, count_queries):
	from presales_mgmt.negotiation import get_changes

	def cost(rows):
		items = [
			{"item_code": world.item, "qty": number + 1, "rate": 10, "uom": "Nos"} for number in range(rows)
		]
		first = world.submit_quotation(project, items=items)
		second = next_version(world, frappe, first, rate=9)
		negotiated = world.negotiate(project, quotation=first.name, resulting_quotation=second.name)
		with world.acting_as("manager"), count_queries() as counted:
			get_changes(negotiated.name)
		return counted.count

	cost(1)  # reads what is kept
	assert cost(1) == cost(6)
