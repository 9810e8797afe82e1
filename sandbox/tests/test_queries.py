"""Lists, filters and bulk statements through Frappe's own interfaces."""

import pytest

from sandbox.tests.test_documents import make_user, new_item


@pytest.fixture
def items(frappe):
	"""Three items: names by title."""
	rows = (
		{"title": "a", "status": "Open", "amount": 10, "day": "2025-01-10", "country": "China"},
		{"title": "b", "status": "Done", "amount": 20, "day": "2025-02-10", "assignee": "Administrator"},
		{"title": "c", "status": "Dropped", "amount": 30, "rows": [{"label": "x", "qty": 5}]},
	)
	return {row["title"]: new_item(frappe, **row).insert().name for row in rows}


@pytest.mark.parametrize(
	("filters", "expected"),
	[
		({"status": "Open"}, "a"),
		({"status": ["in", ["Open", "Done"]]}, "ab"),
		({"status": ["not in", ["Open", "Done"]]}, "c"),
		({"status": ["in", []]}, ""),
		({"status": ["!=", "Open"]}, "bc"),
		({"title": ["like", "%A%"]}, "a"),
		({"title": ["not like", "%a%"]}, "bc"),
		({"amount": [">", 10]}, "bc"),
		({"amount": ["between", [10, 20]]}, "ab"),
		({"day": ["between", ["2025-01-01", "2025-01-31"]]}, "a"),
		({"day": ["is", "set"]}, "ab"),
		({"day": ["is", "not set"]}, "c"),
		({"day": [">", "2025-02-01"]}, "b"),
		({"assignee": ["is", "set"]}, "b"),
		({"creation": ["timespan", "today"]}, "abc"),
		({"creation": [">", "2000-01-01"]}, "abc"),
		([["Fixture Item", "status", "=", "Open"], ["amount", "=", 10]], "a"),
		([["Fixture Row", "qty", ">", 1]], "c"),
		([["Fixture Row", "label", "=", "x"]], "c"),
		({"docstatus": 0, "owner": "Administrator"}, "abc"),
	],
)
def test_filters(frappe, items, filters, expected):
	found = frappe.get_list("Fixture Item", filters=filters, pluck="title", order_by="title asc")
	assert "".join(found) == expected
	assert frappe.db.count("Fixture Item", filters) == len(expected)


def test_shapes_of_lists(frappe, items):
	assert frappe.get_all(
		"Fixture Item", or_filters={"title": "a", "status": "Done"}, pluck="title", order_by="title"
	) == [
		"a",
		"b",
	]
	rows = frappe.get_all("Fixture Item", fields=["title", "assignee.full_name as who"], order_by="title")
	assert [row.who for row in rows] == [None, "Administrator", None]
	rows = frappe.get_all("Fixture Item", fields=["title", "rows.label as label"], filters={"title": "c"})
	assert rows[0].label == "x"
	rows = frappe.get_all("Fixture Item", fields=["title"], as_list=True, order_by="title")
	assert list(map(tuple, rows)) == [("a",), ("b",), ("c",)]
	assert frappe.get_all("Fixture Item", pluck="title", order_by="amount desc", limit=1) == ["c"]
	assert frappe.get_all(
		"Fixture Item", pluck="title", order_by="amount desc", limit_start=1, limit_page_length=1
	) == ["b"]
	assert len(frappe.get_all("Fixture Item", fields=["owner"], distinct=True)) == 1
	assert len(frappe.get_all("Fixture Item", {"title": "c"}, ["*"])[0]) > 20


def test_single_values(frappe, items):
	assert frappe.db.get_value("Fixture Item", {"title": "b"}, ["status", "amount"]) == ("Done", 20)
	assert frappe.db.get_value("Fixture Item", {"title": "none"}) is None
	assert frappe.db.exists("Fixture Item", {"title": "a"}) == items["a"]
	assert frappe.db.get_all("Fixture Item", {"amount": [">", 25]}, pluck="title") == ["c"]
	assert frappe.get_cached_value("Fixture Item", items["a"], "title") == "a"
	assert frappe.qb.max("Fixture Item", "amount") == 30
	assert frappe.qb.sum("Fixture Item", "amount", {"status": "Open"}) == 10
	assert frappe.qb.avg("Fixture Item", "amount") == 20


def test_bulk_statements(frappe, items):
	frappe.db.set_value("Fixture Item", {"status": "Open"}, {"notes": "x", "amount": 11})
	assert frappe.db.get_value("Fixture Item", items["a"], ["notes", "amount"]) == ("x", 11)
	frappe.db.bulk_update("Fixture Item", {items["a"]: {"notes": "one"}, items["b"]: {"notes": "it's two"}})
	assert frappe.db.get_value("Fixture Item", items["b"], "notes") == "it's two"
	frappe.db.delete("Fixture Item", {"status": ["in", ["Done", "Dropped"]]})
	assert frappe.db.count("Fixture Item") == 1
	doc = frappe.get_doc("Fixture Item", items["a"])
	doc.db_set({"title": "z", "flag": 1})
	assert frappe.db.get_value("Fixture Item", doc.name, ["title", "flag"]) == ("z", 1)


def test_numbered_names(frappe):
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": "Numbered",
			"module": "Sandbox Fixture",
			"custom": 1,
			"autoname": "autoincrement",
			"fields": [{"fieldname": "label", "fieldtype": "Data", "label": "Label"}],
			"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}],
		}
	).insert()
	names = [frappe.get_doc(doctype="Numbered", label="x").insert().name for _ in range(2)]
	assert names == [1, 2]
	assert frappe.get_doc("Numbered", 2).label == "x"


def test_notifications_by_rule(frappe):
	frappe.get_doc(
		{
			"doctype": "Notification",
			"name": "New items",
			"subject": "New: {{ doc.title }}",
			"document_type": "Fixture Item",
			"event": "New",
			"channel": "System Notification",
			"condition": "doc.amount > 5",
			"message": "{{ doc.name }}",
			"recipients": [{"receiver_by_document_field": "assignee"}],
			"enabled": 1,
		}
	).insert()
	user = make_user(frappe, "noticed@example.com", ["Fixture User"])
	new_item(frappe, amount=1, assignee=user).insert()
	assert not frappe.db.exists("Notification Log", {"document_type": "Fixture Item"})
	item = new_item(frappe, title="noticed", amount=10, assignee=user).insert()
	assert frappe.db.get_value("Notification Log", {"document_name": item.name}, "subject") == "New: noticed"


def test_assignment_by_rule(frappe):
	user = make_user(frappe, "ruled@example.com", ["Fixture User"])
	frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"name": "Items to someone",
			"document_type": "Fixture Item",
			"assign_condition": "status == 'Open'",
			"rule": "Round Robin",
			"description": "do it",
			"assignment_days": [
				{"day": day}
				for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
			],
			"users": [{"user": user}],
		}
	).insert()
	item = new_item(frappe).insert()
	assert frappe.db.get_value("ToDo", {"reference_name": item.name}, "allocated_to") == user


def test_importing_data(frappe):
	from frappe.core.doctype.data_import.importer import Importer

	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "items.csv",
			"is_private": 1,
			"content": "Title,Amount\nImported 1,5\nImported 2,6\n",
		}
	).insert()
	data_import = frappe.get_doc(
		{
			"doctype": "Data Import",
			"reference_doctype": "Fixture Item",
			"import_type": "Insert New Records",
			"import_file": file.file_url,
		}
	).insert()
	Importer("Fixture Item", data_import=data_import).import_data()
	assert frappe.db.count("Fixture Item", {"title": ["like", "Imported%"]}) == 2
