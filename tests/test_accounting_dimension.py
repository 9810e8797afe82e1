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


# ------------------------------------------------------------------------------- exchange differences


class Differences:
	"""Payments in foreign currency of an invoice, and the entries that ERPNext makes of their exchange difference."""

	def __init__(self, world, frappe):
		api.enable_accounting_dimension()
		self.world, self.frappe, self.costs = world, frappe, Costs(world)
		self.project = self.costs.on_team(world.make_project())
		self.company = frappe.get_doc("Company", world.company)
		self.invoice = self.costs.invoice(None, 1, 1000)
		self.payment = self.pay(self.project)

	def pay(self, project, difference=12.5, submit=True):
		with self.world.acting_as(self.costs.bookkeeper):
			payment = self.world.insert(
				"Payment Entry",
				payment_type="Pay",
				company=self.company.name,
				posting_date=self.costs.day,
				party_type="Supplier",
				party=self.costs.supplier,
				paid_from=self.company.default_cash_account,
				paid_to=self.company.default_payable_account,
				paid_amount=1000,
				received_amount=1000,
				reference_no="1",
				reference_date=self.costs.day,
				presales_project=project.name,
				references=[
					{
						"reference_doctype": "Purchase Invoice",
						"reference_name": self.invoice.name,
						"total_amount": 1000,
						"outstanding_amount": 1000,
						"allocated_amount": 1000,
						"exchange_gain_loss": difference,
					}
				],
			)
			if submit:
				payment.submit()
		return payment

	def book(self, amount=12.5, payment=None, project=None, **values):
		"""As `create_gain_loss_journal` of ERPNext does it, in the session of who submits the payment."""
		frappe = self.frappe
		project = project or self.project
		frappe.db.savepoint("difference")
		try:
			with self.world.acting_as(self.costs.bookkeeper):
				journal = frappe.new_doc("Journal Entry")
				journal.update(
					{
						"voucher_type": "Exchange Gain Or Loss",
						"company": self.company.name,
						"posting_date": self.costs.day,
						"multi_currency": 1,
						"is_system_generated": 1,
						**values,
					}
				)
				rows = (
					{
						"account": self.company.default_payable_account,
						"party_type": "Supplier",
						"party": self.costs.supplier,
						"reference_type": "Purchase Invoice",
						"reference_name": self.invoice.name,
						"credit": amount,
					},
					{
						"account": self.company.exchange_gain_loss_account,
						"reference_type": "Payment Entry",
						"reference_name": (payment or self.payment).name,
						"debit": amount,
					},
				)
				for row in rows:
					row |= {"cost_center": self.company.cost_center, "presales_project": project.name}
					# Any other entry states its amounts in the currency of the account.
					for side in {"debit", "credit"} & set(row) if values else ():
						row[f"{side}_in_account_currency"] = amount
					journal.append("accounts", row)
				journal.save()
				journal.submit()
			return journal
		except Exception:
			frappe.db.rollback(save_point="difference")
			raise


@pytest.fixture
def differences(world, frappe):
	return Differences(world, frappe)


def test_the_exchange_difference_of_a_payment_is_booked_whoever_pays(frappe, differences):
	"""Also on a closed project, and beyond its budget: the payment could not be submitted without it."""
	project = differences.project
	frappe.db.set_value("Presales Project", project.name, {"status": "Closed", "presales_budget": 1})
	journal = differences.book()
	root_type = frappe.db.get_value("Account", differences.company.exchange_gain_loss_account, "root_type")
	project.reload()
	assert project.base_cost_of_sale == (12.5 if root_type == "Expense" else 0)
	differences.costs.cancel(journal)
	project.reload()
	assert project.base_cost_of_sale == 0
	differences.book()


def test_an_entry_that_only_looks_like_an_exchange_difference_is_checked_as_any(world, frappe, differences):
	other = world.make_project(project_title="Another deal")
	draft = differences.pay(differences.project, 50, submit=False)
	for values in (
		{"amount": 12.51},
		{"is_system_generated": 0},
		{"multi_currency": 0},
		{"voucher_type": "Journal Entry"},
		{"project": other},
		{"payment": draft},
		{"amount": 50, "payment": draft},
	):
		with pytest.raises(frappe.PermissionError):
			differences.book(**values)
	differences.book()
	# It is booked once.
	with pytest.raises(frappe.PermissionError):
		differences.book()


def test_nor_does_it_pass_on_a_closed_project(frappe, differences):
	frappe.db.set_value("Presales Project", differences.project.name, "status", "Closed")
	with pytest.raises(exceptions.LifecycleError):
		differences.book(amount=500)
