"""SQLite binds, types and locks as Frappe's production databases do."""

import datetime
import decimal

import pytest


def insert_item(frappe, **values):
	return frappe.get_doc({"doctype": "Fixture Item", "title": "Item", **values}).insert()


@pytest.mark.parametrize(
	"text",
	["20%", "100%s", "it's", 'say "hi"', "back`tick", "%(name)s", "a\\b", "多行\n文本", "", "' OR 1=1 --"],
)
def test_text_comes_back_as_it_was(frappe, text):
	name = insert_item(frappe, notes=text).name
	assert frappe.db.get_value("Fixture Item", name, "notes") == text
	assert frappe.get_doc("Fixture Item", name).notes == text
	found = frappe.db.sql(
		"select name from `tabFixture Item` where notes = %(notes)s", {"notes": text}, pluck=True
	)
	assert name in found
	assert name in frappe.get_all("Fixture Item", {"notes": text}, pluck="name") or text == ""
	frappe.db.set_value("Fixture Item", name, "notes", text * 2)
	assert frappe.db.get_value("Fixture Item", name, "notes") == text * 2


def test_types_come_back_as_they_were(frappe):
	name = insert_item(
		frappe, day="2025-02-28", moment="2025-02-28 10:20:30", hour="08:15:00", amount=1.5, flag=1
	).name
	row = frappe.db.get_value("Fixture Item", name, "*", as_dict=True)
	assert row.day == datetime.date(2025, 2, 28)
	assert row.moment == datetime.datetime(2025, 2, 28, 10, 20, 30)
	assert row.hour == datetime.timedelta(hours=8, minutes=15)
	assert (row.amount, row.flag) == (1.5, 1)
	assert isinstance(row.creation, datetime.datetime)
	assert isinstance(row.modified, datetime.datetime)
	assert row.assignee is None


def test_none_and_numbers_are_bound_as_such(frappe):
	assert frappe.db.sql("select %s, %s, %s, %s", (None, 1, 1.5, decimal.Decimal("2.5"))) == [
		(None, 1, 1.5, 2.5)
	]
	assert frappe.db.sql("select typeof(%(n)s), typeof(%(t)s)", {"n": 5, "t": "5"}) == [("integer", "text")]


def test_lists_and_percent_signs(frappe):
	assert frappe.db.sql("select 1 where 'a' in %s and 2 in %s", (("a", "b"), [1, 2])) == [(1,)]
	assert frappe.db.sql("select 1 where 'a' in %(names)s", {"names": []}) == []
	assert frappe.db.sql("select 'x%'") == [("x%",)]
	assert frappe.db.sql("select 'abc' like '%%b%%', %s", 1) == [(1, 1)]
	assert frappe.db.sql("select 'abc' like '%%%(text)s%%'", {"text": "b"}) == [(1,)]
	assert frappe.db.sql(f"select {frappe.db.escape('20%')}, %s", "a") == [("20%", "a")]


def test_missing_values_are_an_error(frappe):
	with pytest.raises(frappe.db.ProgrammingError):
		frappe.db.sql("select %s, %s", (1,))
	with pytest.raises(frappe.db.ProgrammingError):
		frappe.db.sql("select %(a)s", {"b": 1})


@pytest.mark.parametrize(
	("expression", "expected"),
	[
		("if(1 > 2, 'yes', 'no')", "no"),
		("ifnull(null, 'x')", "x"),
		("concat('a', 1, 'b')", "a1b"),
		("concat('a', null)", None),
		("concat_ws('-', 'a', null, 'b')", "a-b"),
		("date_format('2025-02-03', '%%d/%%m/%%Y')", "03/02/2025"),
		("datediff('2025-03-01', '2025-02-27')", 2),
		("year('2025-03-01')", 2025),
		("quarter('2025-05-01')", 2),
		("last_day('2024-02-10')", "2024-02-29"),
		("locate('b', 'abc')", 2),
		("greatest(1, 3, 2)", 3),
		("'ABC' regexp 'b'", 1),
	],
)
def test_functions_of_mariadb(frappe, expression, expected):
	assert frappe.db.sql(f"select {expression} where 1 = %s", 1)[0][0] == expected


def test_curdate_and_now_follow_the_site(frappe):
	assert frappe.db.sql("select curdate()")[0][0] == frappe.utils.today()
	assert str(frappe.db.sql("select now()")[0][0])[:16] == frappe.utils.now()[:16]


def test_aggregates_keep_the_type_of_dates(frappe):
	insert_item(frappe, day="2025-01-01")
	insert_item(frappe, day="2025-06-01")
	day, modified = frappe.db.sql("select max(day), max(modified) from `tabFixture Item`")[0]
	assert day == datetime.date(2025, 6, 1)
	assert isinstance(modified, datetime.datetime)
	from frappe.query_builder.functions import Max, Min

	item = frappe.qb.DocType("Fixture Item")
	row = (
		frappe.qb.from_(item)
		.select(Min(item.day).as_("first"), Max(item.day).as_("last"))
		.run(as_dict=True)[0]
	)
	assert (row.first, row.last) == (datetime.date(2025, 1, 1), datetime.date(2025, 6, 1))


def test_query_builder(frappe):
	from frappe.query_builder import Case
	from frappe.query_builder.functions import Coalesce, Count, Sum

	for status, amount in (("Open", 10), ("Open", 5), ("Done", 1)):
		insert_item(frappe, status=status, amount=amount, day="2025-05-05")
	item = frappe.qb.DocType("Fixture Item")
	rows = (
		frappe.qb.from_(item)
		.select(item.status, Count("*").as_("items"), Sum(item.amount).as_("total"))
		.where(
			(item.title == "Item")
			& (item.day == datetime.date(2025, 5, 5))
			& item.status.isin(["Open", "Done"])
		)
		.groupby(item.status)
		.orderby(item.status)
		.run(as_dict=True)
	)
	assert [(row.status, row["items"], row.total) for row in rows] == [("Done", 1, 1), ("Open", 2, 15)]
	case = Case().when(item.status == "Open", "o").else_("x")
	assert set(frappe.qb.from_(item).select(case).run(pluck=True)) == {"o", "x"}
	assert (
		frappe.qb.from_(item).select(Coalesce(Sum(item.amount), 0)).where(item.title == "none").run()[0][0]
		== 0
	)
	frappe.qb.update(item).set(item.notes, "it's 5%").where(item.status == "Done").run()
	assert frappe.get_all("Fixture Item", {"notes": ["like", "%5%"]}, pluck="status") == ["Done"]
	user = frappe.qb.DocType("User")
	joined = (
		frappe.qb.from_(item)
		.left_join(user)
		.on(user.name == item.owner)
		.select(item.name, user.full_name)
		.run()
	)
	assert len(joined) == 3
	union = frappe.qb.from_(item).select(item.name) + frappe.qb.from_(user).select(user.name)
	assert len(union.run()) >= 5
	sub = frappe.qb.from_(item).select(item.owner).where(item.amount > 9)
	assert frappe.qb.from_(user).select(user.name).where(user.name.isin(sub)).run(pluck=True) == [
		"Administrator"
	]


def test_query_builder_aggregates_by_dict(frappe):
	insert_item(frappe, amount=3)
	rows = frappe.get_all(
		"Fixture Item", fields=["status", {"SUM": "amount", "as": "total"}], group_by="status"
	)
	assert [(row.status, row.total) for row in rows] == [("Open", 3)]


def test_bulk_insert_ignoring_duplicates(frappe):
	fields = ["name", "title", "creation", "modified", "owner", "modified_by"]
	now = frappe.utils.now()
	rows = [(name, "bulk", now, now, "Administrator", "Administrator") for name in ("B1", "B2", "B1")]
	frappe.db.bulk_insert("Fixture Item", fields, rows, ignore_duplicates=True)
	assert frappe.db.count("Fixture Item", {"title": "bulk"}) == 2


def test_savepoints_and_rollback(frappe):
	first = insert_item(frappe)
	frappe.db.savepoint("here")
	second = insert_item(frappe)
	frappe.db.rollback(save_point="here")
	assert frappe.db.exists("Fixture Item", first.name)
	assert not frappe.db.exists("Fixture Item", second.name)
	from frappe.database.database import savepoint

	with savepoint(catch=frappe.ValidationError):
		third = insert_item(frappe)
		frappe.throw("no")
	assert not frappe.db.exists("Fixture Item", third.name)
	frappe.db.commit()
	fourth = insert_item(frappe)
	frappe.db.rollback()
	assert frappe.db.exists("Fixture Item", first.name)
	assert not frappe.db.exists("Fixture Item", fourth.name)


def test_commit_and_rollback_callbacks(frappe):
	calls = []
	frappe.db.after_commit.add(lambda: calls.append("commit"))
	frappe.db.after_rollback.add(lambda: calls.append("rollback"))
	frappe.db.rollback()
	frappe.db.after_commit.add(lambda: calls.append("commit"))
	frappe.db.commit()
	assert calls == ["rollback", "commit"]


def test_tests_leave_nothing(frappe):
	assert frappe.db.count("Fixture Item") == 0


def test_keys_tell_duplicates_apart(frappe):
	first = insert_item(frappe, code="A")
	with pytest.raises(frappe.UniqueValidationError):
		insert_item(frappe, code="A")
	doc = frappe.get_doc(doctype="Fixture Item", title="x")
	doc.name, doc.flags.name_set = first.name, True
	with pytest.raises(frappe.DuplicateEntryError):
		doc.insert(set_name=first.name)


def test_ddl_inside_a_transaction_is_refused(frappe):
	insert_item(frappe)
	with pytest.raises(
		frappe.db.ImplicitCommitError if hasattr(frappe.db, "ImplicitCommitError") else Exception
	):
		frappe.db.sql("alter table `tabFixture Item` add column x int")


def test_changing_a_doctype_keeps_keys_indexes_defaults_and_rows(frappe):
	from sandbox.runtime import sqlite_schema

	name = insert_item(frappe, code="K", notes="kept").name
	doctype = frappe.get_doc("DocType", "Fixture Item")
	frappe.flags.allow_doctype_export = False
	field = next(f for f in doctype.fields if f.fieldname == "notes")
	field.fieldtype, field.default = "Data", "new default"
	doctype.append(
		"fields", {"fieldname": "extra", "fieldtype": "Int", "label": "Extra", "unique": 0, "search_index": 1}
	)
	doctype.save()
	columns = {row.name: row for row in sqlite_schema.describe_columns("tabFixture Item")}
	assert columns["notes"].type == "varchar(140)"
	assert columns["notes"].default == "'new default'"
	assert columns["code"].unique
	assert columns["extra"].index
	assert columns["status"].index
	assert columns["docstatus"].default == "0"
	assert frappe.db.get_value("Fixture Item", name, ["code", "notes", "extra"]) == ("K", "kept", 0)
	assert [r.name for r in frappe.db.sql("pragma table_info(`tabFixture Item`)", as_dict=1) if r.pk] == [
		"name"
	]
	with pytest.raises(frappe.UniqueValidationError):
		insert_item(frappe, code="K")


def test_syncing_an_unchanged_doctype_changes_nothing(frappe):
	from unittest.mock import patch

	with patch.object(type(frappe.local.db), "sql_ddl") as ddl:
		frappe.db.updatedb("Fixture Item")
		frappe.db.updatedb("User")
		frappe.db.updatedb("ToDo")
	statements = [call.args[0] for call in ddl.call_args_list if "IF NOT EXISTS" not in call.args[0]]
	assert statements == []


def test_dropping_columns_drops_their_indexes(frappe):
	from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

	from sandbox.runtime import sqlite_schema

	fields = [
		{"fieldname": "one", "label": "One", "fieldtype": "Data", "unique": 1},
		{"fieldname": "two", "label": "Two", "fieldtype": "Data", "search_index": 1},
	]
	create_custom_fields({"Fixture Item": fields})
	assert frappe.db.has_column("Fixture Item", "one")
	frappe.db.sql_ddl("ALTER TABLE `tabFixture Item` DROP COLUMN `one`, DROP COLUMN `two`")
	left = {row.name for row in sqlite_schema.describe_columns("tabFixture Item")}
	assert "title" in left
	assert not {"one", "two"} & left


def test_an_index_is_dropped_as_on_a_server(frappe):
	frappe.db.add_index("Fixture Item", ["day"])
	assert frappe.db.get_column_index("tabFixture Item", "day")
	frappe.db.sql_ddl("ALTER TABLE `tabFixture Item` DROP INDEX `day_index`")
	assert not frappe.db.get_column_index("tabFixture Item", "day")


def test_indexes_of_two_tables_may_have_the_same_name(frappe):
	frappe.db.add_index("Fixture Item", ["status", "day"], "same_name")
	frappe.db.add_index("ToDo", ["status", "date"], "same_name")
	assert frappe.db.has_index("tabFixture Item", "same_name")
	assert frappe.db.has_index("tabToDo", "same_name")
	frappe.db.add_unique("ToDo", ["name", "status"], "both")
	assert frappe.db.has_index("tabToDo", "both")


def test_upserts_of_defaults_series_and_passwords(frappe):
	from frappe.utils.password import check_password, get_decrypted_password, update_password

	frappe.db.set_default("some_key", "1")
	frappe.db.set_default("some_key", "2")
	assert frappe.db.get_default("some_key") == "2"
	update_password("Administrator", "one")
	update_password("Administrator", "two")
	assert check_password("Administrator", "two") == "Administrator"
	item = insert_item(frappe, secret="s3cret")
	assert item.get_password("secret") == "s3cret"
	assert get_decrypted_password("Fixture Item", item.name, "secret") == "s3cret"
	assert frappe.db.get_value("Fixture Item", item.name, "secret") != "s3cret"


def test_locking_reads(frappe):
	name = insert_item(frappe).name
	assert frappe.db.get_value("Fixture Item", name, "title", for_update=True) == "Item"
	assert frappe.get_doc("Fixture Item", name, for_update=True).title == "Item"
	assert frappe.get_all("Fixture Item", {"name": name}, pluck="name") == [name]


def test_too_long_texts_are_refused(frappe):
	with pytest.raises(frappe.CharacterLengthExceededError):
		insert_item(frappe, title="x" * 141)


def test_reading_large_results_in_batches(frappe):
	for _ in range(3):
		insert_item(frappe)
	with frappe.db.unbuffered_cursor():
		rows = list(
			frappe.db.sql("select name, modified from `tabFixture Item`", as_dict=True, as_iterator=True)
		)
	assert len(rows) == 3
