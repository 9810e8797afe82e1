"""Indexes on links of ERPNext's documents: ours come and go, those of others stay.

A change of a table ends a transaction on a real site, so the tests that make one run on the sandbox; there, the
test of installing compares the indexes before and after.
"""

import pytest

from presales_mgmt.setup.indexes import (
	INDEXED_LINKS,
	SWITCH,
	is_indexed,
	made_indexes,
	make_indexes,
	remove_indexes,
)
from tests import site_worker


@pytest.fixture
def on_sandbox(is_sandbox):
	if not is_sandbox:
		pytest.skip("changes tables, which would end the transaction of the session")


def set_switch(frappe, value: int) -> None:
	settings = frappe.get_doc("Presales Settings")
	settings.set(SWITCH, value)
	settings.save()
	frappe.db.commit()  # emulated: the job begins after it


def property_setters(frappe) -> set[tuple[str, str]]:
	return set(
		frappe.get_all(
			"Property Setter",
			filters={"property": "search_index"},
			fields=["doc_type", "field_name"],
			order_by="name asc",
			as_list=True,
		)
	)


@pytest.mark.parametrize(("doctype", "fieldname"), INDEXED_LINKS)
def test_what_erpnext_follows_and_does_not_index_is_indexed(world, frappe, doctype, fieldname):
	of_erpnext = frappe.db.get_value("DocField", {"parent": doctype, "fieldname": fieldname}, "search_index")
	assert of_erpnext == 0
	assert is_indexed(doctype, fieldname)
	assert frappe.get_meta(doctype).get_field(fieldname).search_index


def test_a_migrate_keeps_them(on_sandbox, world, frappe):
	for doctype, fieldname in INDEXED_LINKS:
		frappe.db.updatedb(doctype)
		assert is_indexed(doctype, fieldname), doctype


def test_the_switch_takes_them_away_and_brings_them_back(on_sandbox, world, frappe):
	before = site_worker.snapshot(frappe)
	set_switch(frappe, 0)
	assert made_indexes() == []
	assert not any(is_indexed(*link) for link in INDEXED_LINKS)
	assert not property_setters(frappe) & set(INDEXED_LINKS)
	set_switch(frappe, 1)
	assert site_worker.difference(before, site_worker.snapshot(frappe)) == {}


def test_a_migrate_does_not_bring_back_what_is_switched_off(on_sandbox, world, frappe):
	from presales_mgmt.setup.install import make_records

	set_switch(frappe, 0)
	make_records()
	assert not any(is_indexed(*link) for link in INDEXED_LINKS)


def test_an_index_that_got_lost_is_made_again(on_sandbox, world, frappe):
	frappe.db.sql_ddl("ALTER TABLE `tabQuotation` DROP INDEX `opportunity_index`")
	make_indexes()
	assert is_indexed("Quotation", "opportunity")
	assert sorted(made_indexes()) == sorted(map(list, INDEXED_LINKS))


def test_an_index_of_somebody_else_stays(on_sandbox, world, frappe):
	remove_indexes()
	frappe.db.sql_ddl("CREATE INDEX by_hand ON `tabQuotation` (`opportunity`)")
	make_indexes()
	assert ["Quotation", "opportunity"] not in made_indexes()
	remove_indexes()
	assert is_indexed("Quotation", "opportunity")
	assert not property_setters(frappe) & set(INDEXED_LINKS)


def test_an_index_that_somebody_has_asked_for_is_left_to_the_migrate(on_sandbox, world, frappe):
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	remove_indexes()
	make_property_setter("Quotation", "opportunity", "search_index", "1", "Check", False, False)
	make_indexes()
	assert ["Quotation", "opportunity"] not in made_indexes()


def test_other_changes_of_the_settings_touch_no_table(world, frappe, count_queries):
	settings = frappe.get_doc("Presales Settings")
	settings.rectification_days = 21
	with count_queries() as counter:
		settings.save()
		frappe.db.commit()
	assert not [query for query in counter.queries if "index" in query.lower() and "alter" in query.lower()]


def test_the_switch_is_the_administrators(world, frappe):
	"""Tables of ERPNext are not the matter of whoever sets how projects are run."""
	with world.acting_as("leader"):
		settings = frappe.get_doc("Presales Settings")
		settings.set(SWITCH, 0)
		settings.save()
	assert frappe.db.get_single_value("Presales Settings", SWITCH) == 1
