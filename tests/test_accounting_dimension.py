"""Presales Project as an Accounting Dimension: what it makes, and that removing it leaves this app's own fields."""

import pytest

from presales_mgmt import accounting_dimension, api, exceptions
from presales_mgmt.setup.custom_fields import present_custom_fields
from tests.costs import Costs

DIMENSION = "Accounting Dimension"


@pytest.fixture(autouse=True)
def sandbox_only(is_sandbox):
	if not is_sandbox:
		pytest.skip("making a dimension alters tables, which can't be rolled back on MariaDB")


def fields(frappe):
	return {
		(row.dt, row.fieldname)
		for row in frappe.get_all(
			"Custom Field",
			filters={"fieldname": ["like", "presales%"]},
			fields=["dt", "fieldname"],
			order_by="dt asc",
		)
	}


@pytest.mark.clause("R7.1")
def test_the_dimension_comes_and_goes_and_our_fields_stay(world, frappe):
	before = fields(frappe)
	ours = {(doctype, df["fieldname"]) for doctype, dfs in present_custom_fields().items() for df in dfs}
	assert before == ours
	name = api.enable_accounting_dimension()
	assert api.enable_accounting_dimension() == name == api.get_accounting_dimension()
	dimension = frappe.get_doc(DIMENSION, name)
	assert (dimension.document_type, dimension.fieldname) == ("Presales Project", "presales_project")
	made = fields(frappe) - before
	assert ("Purchase Invoice", "presales_project") in made
	assert frappe.get_meta("Purchase Invoice").has_field("presales_project")
	# One that was ours is used as it is.
	assert frappe.get_meta("Journal Entry Account").get_field("presales_project").search_index

	# As by a request of a client: what is refused leaves everything as it was.
	frappe.db.savepoint("dimension")
	with pytest.raises(exceptions.AccountingDimensionError, match="Presales Settings"):
		dimension.delete()
	frappe.db.rollback(save_point="dimension")
	frappe.clear_cache()
	api.remove_accounting_dimension()
	assert fields(frappe) == ours
	assert api.get_accounting_dimension() is None
	assert not frappe.get_meta("Purchase Invoice").has_field("presales_project")
	assert not frappe.db.has_column("Purchase Invoice", "presales_project")
	api.remove_accounting_dimension()
	assert fields(frappe) == ours


def test_a_removal_that_was_broken_off_is_finished(world, frappe):
	before = fields(frappe)
	name = api.enable_accounting_dimension()
	frappe.db.delete(DIMENSION, {"name": name})
	assert fields(frappe) != before
	accounting_dimension.remove_all()
	assert fields(frappe) == before


@pytest.mark.parametrize("person", ["director", "leader", "clerk"])
def test_who_makes_no_dimensions_makes_none_here(world, frappe, person):
	with world.acting_as(person):
		for function in (api.enable_accounting_dimension, api.remove_accounting_dimension):
			with pytest.raises(frappe.PermissionError):
				function()


def test_another_field_of_that_name_is_not_booked(world, frappe, monkeypatch):
	monkeypatch.setattr(
		frappe.get_meta("Journal Entry Account").get_field("presales_project"), "options", "Project"
	)
	with pytest.raises(exceptions.AccountingDimensionError, match="no link"):
		accounting_dimension.enable()


def test_costs_are_booked_all_the_same(world, frappe):
	api.enable_accounting_dimension()
	costs = Costs(world)
	project = costs.on_team(world.make_project())
	costs.cancel(costs.journal(project, 100))
	costs.journal(project, 70)
	project.reload()
	assert project.base_cost_of_sale == 70


def test_a_field_of_a_document_without_a_table_goes_as_well(world, frappe):
	"""ERPNext makes one on its tool that creates opening invoices, which is a single document."""
	from frappe.custom.doctype.custom_field.custom_field import create_custom_field

	from presales_mgmt.setup.custom_fields import delete_custom_field

	field = {
		"fieldname": "presales_project",
		"fieldtype": "Link",
		"options": "Presales Project",
		"label": "Presales Project",
	}
	create_custom_field("Selling Settings", field)
	assert ("Selling Settings", "presales_project") in fields(frappe)
	delete_custom_field("Selling Settings", "presales_project")
	assert ("Selling Settings", "presales_project") not in fields(frappe)
