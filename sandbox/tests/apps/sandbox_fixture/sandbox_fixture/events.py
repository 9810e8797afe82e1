"""Hooks of the fixture app."""

import frappe

RUNS = []


def mark_todo(doc, method=None):
	doc.fixture_mark = "marked"


def count_update(doc, method=None):
	RUNS.append((doc.doctype, doc.name, method))


def item_conditions(user=None, doctype=None):
	user = user or frappe.session.user
	if user == "Administrator" or "System Manager" in frappe.get_roles(user):
		return ""
	return f"`tabFixture Item`.owner = {frappe.db.escape(user)}"


def item_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	return user == "Administrator" or "System Manager" in frappe.get_roles(user) or doc.owner == user


def daily_job():
	RUNS.append("daily_job")


def quarter_hourly_job():
	RUNS.append("quarter_hourly_job")


def set_title(name, title, fail=False):
	frappe.db.set_value("Fixture Item", name, "title", title)
	if fail:
		frappe.throw("failed on purpose")


@frappe.whitelist()
def add(one: int, other: int) -> int:
	return one + other
