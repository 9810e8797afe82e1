"""What the desk and other clients call."""

import json

from sandbox.tests.test_documents import make_user, new_item


def test_link_search(frappe):
	from frappe.desk.search import search_link

	item = new_item(frappe, title="Findable 50%", code="C-1").insert()
	assert [row["value"] for row in search_link("Fixture Item", "Findable")] == [item.name]
	assert [row["value"] for row in search_link("Fixture Item", "C-1")] == [item.name]
	assert search_link("Fixture Item", "nothing like it") == []
	assert any(row["value"] == "Administrator" for row in search_link("User", "Admin"))


def test_reportview(frappe):
	from frappe.desk import reportview

	item = new_item(frappe).insert()
	frappe.local.form_dict = frappe._dict(
		doctype="Fixture Item",
		fields=json.dumps(["name", "`tabFixture Item`.`title`", "modified"]),
		filters=json.dumps([["Fixture Item", "title", "=", "Item"]]),
		order_by="`tabFixture Item`.`modified` desc",
		start=0,
		page_length=20,
	)
	result = reportview.get()
	assert item.name in result["values"][0]
	frappe.local.form_dict = frappe._dict(doctype="Fixture Item", filters="[]", distinct="false", fields="[]")
	assert reportview.get_count() == 1
	frappe.local.form_dict = frappe._dict(
		doctype="Fixture Item", filters="[]", fields=json.dumps(["name"]), stats=json.dumps(["status"])
	)
	frappe.desk.reportview.get_stats(json.dumps(["_user_tags"]), "Fixture Item")


def test_group_by_counts(frappe):
	from frappe.desk.listview import get_group_by_count

	new_item(frappe, status="Done").insert()
	counts = get_group_by_count("Fixture Item", "[]", "status")
	assert {row["name"]: row["count"] for row in counts} == {"Done": 1}


def test_query_reports(frappe):
	from frappe.desk.query_report import run

	new_item(frappe).insert()
	frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": "Items by Query",
			"ref_doctype": "Fixture Item",
			"report_type": "Query Report",
			"is_standard": "No",
			"query": "select name as 'Name:Link/Fixture Item:100', title as 'Title::100' from `tabFixture Item`",
		}
	).insert()
	result = run("Items by Query", filters={})
	assert len(result["result"]) == 1


def test_script_report_of_the_app(frappe):
	from frappe.desk.query_report import run

	new_item(frappe, amount=5).insert()
	result = run("Fixture Items", filters={"status": "Open"})
	assert [column["fieldname"] for column in result["columns"]] == ["item", "amount"]
	assert result["result"][0]["amount"] == 5


def test_client_methods(frappe):
	from frappe import client

	doc = client.insert({"doctype": "Fixture Item", "title": "By client"})
	assert client.get_value("Fixture Item", "title", {"name": doc["name"]}) == {"title": "By client"}
	client.set_value("Fixture Item", doc["name"], "title", "Changed")
	assert client.get("Fixture Item", doc["name"])["title"] == "Changed"
	assert client.get_count("Fixture Item") == 1
	assert [row.name for row in client.get_list("Fixture Item", fields=["name"])] == [doc["name"]]
	client.submit(client.get("Fixture Item", doc["name"]))
	client.cancel("Fixture Item", doc["name"])
	client.delete("Fixture Item", doc["name"])


def test_form_loading_and_saving(frappe):
	from frappe.desk.form.load import getdoc, getdoctype
	from frappe.desk.form.save import savedocs

	item = new_item(frappe).insert()
	item.add_comment("Comment", "x")
	frappe.local.response = frappe._dict(docs=[])
	getdoctype("Fixture Item")
	assert frappe.response.docs[0].name == "Fixture Item"
	frappe.local.response = frappe._dict(docs=[])
	getdoc("Fixture Item", item.name)
	assert frappe.response.docs[0].name == item.name
	assert len(frappe.response.docinfo.comments) == 1
	item.title = "From the form"
	savedocs(item.as_json(), "Save")
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "From the form"


def test_boot(frappe):
	from frappe.boot import get_bootinfo

	boot = get_bootinfo()
	assert "Fixture Item" in boot.user.can_read
	assert "sandbox_fixture" in [app["app_name"] for app in boot.app_data]
	assert json.loads(frappe.as_json(boot))


def test_global_search(frappe):
	from frappe.desk.doctype.global_search_settings.global_search_settings import (
		update_global_search_doctypes,
	)
	from frappe.utils.global_search import rebuild_for_doctype, search, sync_global_search, web_search

	update_global_search_doctypes()
	item = new_item(frappe, title="Needle in the haystack").insert()
	sync_global_search()
	assert [row["name"] for row in search("needle")] == [item.name]
	item.title = "Pin in the haystack"
	item.save()
	sync_global_search()
	assert search("needle") == []
	assert len(search("pin")) == 1
	rebuild_for_doctype("Fixture Item")
	assert len(search("haystack")) == 1
	item.delete()
	assert search("pin") == []
	assert web_search("pin") == []


def test_dashboards_and_number_cards(frappe):
	from frappe.desk.doctype.dashboard_chart.dashboard_chart import get as get_chart
	from frappe.desk.doctype.number_card.number_card import get_result

	new_item(frappe, amount=4, day=frappe.utils.today()).insert()
	card = frappe.get_doc(
		{
			"doctype": "Number Card",
			"label": "Amount",
			"type": "Document Type",
			"document_type": "Fixture Item",
			"function": "Sum",
			"aggregate_function_based_on": "amount",
			"filters_json": "[]",
		}
	).insert()
	assert get_result(card, "[]") == 4
	chart = frappe.get_doc(
		{
			"doctype": "Dashboard Chart",
			"chart_name": "Items",
			"chart_type": "Count",
			"document_type": "Fixture Item",
			"based_on": "creation",
			"timeseries": 1,
			"timespan": "Last Month",
			"time_interval": "Weekly",
			"filters_json": "[]",
			"type": "Line",
		}
	).insert()
	assert sum(get_chart(chart_name=chart.name, refresh=1)["datasets"][0]["values"]) == 1
	group = frappe.get_doc(
		{
			"doctype": "Dashboard Chart",
			"chart_name": "Items by status",
			"chart_type": "Group By",
			"document_type": "Fixture Item",
			"group_by_type": "Count",
			"group_by_based_on": "status",
			"filters_json": "[]",
			"type": "Bar",
		}
	).insert()
	assert get_chart(chart_name=group.name, refresh=1)["labels"] == ["Open"]


def test_printing(frappe):
	item = new_item(frappe, title="Printed").insert()
	assert "Printed" in frappe.get_print("Fixture Item", item.name)


def test_export_and_import(frappe):
	from frappe.core.doctype.data_import.data_import import import_doc  # noqa: F401
	from frappe.utils.csvutils import read_csv_content, to_csv
	from frappe.utils.xlsxutils import make_xlsx, read_xlsx_file_from_attached_file

	assert read_csv_content(to_csv([["a", "b"], ["1", "it's"]])) == [["a", "b"], ["1", "it's"]]
	content = make_xlsx([["a"], ["b"]], "Sheet").getvalue()
	assert read_xlsx_file_from_attached_file(fcontent=content) == [["a"], ["b"]]


def test_server_side_formats(frappe):
	assert frappe.format_value(
		1234567.891, {"fieldtype": "Currency", "options": "currency"}, currency="CNY"
	).endswith("1,234,567.89")
	assert frappe.utils.fmt_money(1234.5, currency="CNY").endswith("1,234.50")
	assert frappe.utils.formatdate("2025-02-03") == "2025-02-03"
	assert frappe.utils.flt("1,234.5") == 1234.5
	assert frappe.utils.money_in_words(12, "CNY")
	assert "System Manager" in frappe.get_roles("Administrator")
	make_user(frappe, "zh@example.com", [])
