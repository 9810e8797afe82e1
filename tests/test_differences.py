"""How quotation, contract and order of a deal differ (R1.6, R1.7, R5.10, R8.6)."""

import pytest

from presales_mgmt import differences
from presales_mgmt.rules.difference import compare


@pytest.fixture
def active_project(world):
	return world.make_active_project()


def shown(before, after) -> list[tuple]:
	documents = differences.read_documents([(before.doctype, before.name), (after.doctype, after.name)])
	return [
		(row["what"], row["label"], row["detail"], row["before"], row["after"], row["kind"])
		for row in differences.show(
			documents[before.doctype, before.name], documents[after.doctype, after.name]
		)
	]


class TestReading:
	def test_an_order_made_as_offered_does_not_differ(self, frappe, world, active_project):
		quotation = world.make_quotation(active_project)
		assert shown(quotation, world.make_order(active_project)) == []

	def test_what_differs_is_shown(self, frappe, world, active_project):
		before = world.make_quotation(
			active_project, terms="<p>Two years of <b>warranty</b>.</p><p>Chinese&nbsp;law.</p>"
		)
		after = world.make_quotation(
			active_project,
			valid_till="2026-11-30",
			terms="<div>One year of warranty.</div>Chinese law.",
			items=[{"item_code": world.item, "qty": 500, "rate": 1900, "uom": "Nos"}],
		)
		money = frappe.utils.fmt_money
		assert shown(before, after) == [
			(
				"Amount",
				"Net Total",
				"",
				money(1_200_000, currency="CNY"),
				money(950_000, currency="CNY"),
				"Changed",
			),
			(
				"Amount",
				"Grand Total",
				"",
				money(1_200_000, currency="CNY"),
				money(950_000, currency="CNY"),
				"Changed",
			),
			("Quantity", world.item, "Quantity", "600 Nos", "500 Nos", "Changed"),
			(
				"Price",
				world.item,
				"Rate",
				money(2000, currency="CNY"),
				money(1900, currency="CNY"),
				"Changed",
			),
			(
				"Date",
				"Valid Until",
				"",
				frappe.utils.formatdate("2026-12-31"),
				frappe.utils.formatdate("2026-11-30"),
				"Changed",
			),
			("Terms", "", "", "Two years of warranty.", "One year of warranty.", "Changed"),
		]

	def test_the_document_in_memory_reads_like_the_stored_one(self, frappe, world, active_project):
		quotation = frappe.get_doc("Quotation", world.make_quotation(active_project).name)
		stored = differences.read_documents([("Quotation", quotation.name)])["Quotation", quotation.name]
		assert compare(differences.read_document(quotation), stored, differences.rounding) == []

	def test_queries_do_not_depend_on_how_many_documents(self, frappe, world, active_project, count_queries):
		quotations = [world.make_quotation(active_project) for _each in range(3)]
		differences.read_documents([("Quotation", quotations[0].name)])
		with count_queries() as queries:
			differences.read_documents([("Quotation", each.name) for each in quotations])
		assert queries.count == 3
