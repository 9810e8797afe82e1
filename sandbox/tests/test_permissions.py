"""Who may see and do what."""

import pytest

from sandbox.tests.test_documents import make_user, new_item


@pytest.fixture
def people(frappe):
	one = make_user(frappe, "one@example.com", ["Fixture User"])
	two = make_user(frappe, "two@example.com", ["Fixture User"])
	return one, two


def test_hooks_of_lists_and_documents(frappe, people):
	one, two = people
	frappe.set_user(one)
	item = new_item(frappe).insert()
	assert frappe.get_list("Fixture Item", pluck="name") == [item.name]
	frappe.set_user(two)
	assert frappe.get_list("Fixture Item", pluck="name") == []
	assert frappe.get_all("Fixture Item", pluck="name") == [item.name]
	assert not frappe.has_permission("Fixture Item", doc=item.name)
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc("Fixture Item", item.name).check_permission("read")


def test_roles(frappe):
	user = make_user(frappe, "norole@example.com", [])
	frappe.set_user(user)
	with pytest.raises(frappe.PermissionError):
		new_item(frappe).insert()
	with pytest.raises(frappe.PermissionError):
		frappe.get_list("Fixture Item")
	with pytest.raises(frappe.PermissionError):
		frappe.only_for("System Manager")


def test_user_permissions(frappe, people):
	from frappe.permissions import add_user_permission

	one, _two = people
	add_user_permission("Country", "China", one)
	frappe.set_user(one)
	mine = new_item(frappe, country="China").insert()
	with pytest.raises(frappe.PermissionError):
		new_item(frappe, country="Germany").insert()
	assert frappe.get_list("Fixture Item", pluck="name") == [mine.name]
	assert frappe.get_list("Country", pluck="name") == ["China"]


def test_field_levels(frappe, people):
	one, _two = people
	frappe.set_user(one)
	item = new_item(frappe, confidential="x").insert()
	assert not frappe.db.get_value("Fixture Item", item.name, "confidential")
	frappe.set_user("Administrator")
	frappe.db.set_value("Fixture Item", item.name, "confidential", "hidden")
	frappe.set_user(one)
	doc = frappe.get_doc("Fixture Item", item.name)
	doc.apply_fieldlevel_read_permissions()
	assert not doc.get("confidential")


def test_shared_documents_are_listed(frappe):
	import frappe.share

	user = make_user(frappe, "shared@example.com", [])
	note = frappe.get_doc(
		doctype="Event", subject="For you", starts_on=frappe.utils.now(), event_type="Private"
	).insert()
	frappe.share.add("Event", note.name, user, read=1)
	frappe.set_user(user)
	assert frappe.has_permission("Event", doc=note.name)


def test_custom_permissions_replace_those_of_the_doctype(frappe, people):
	from frappe.permissions import add_permission, update_permission_property

	one, _two = people
	add_permission("Fixture Item", "Fixture User", 0)
	update_permission_property("Fixture Item", "Fixture User", 0, "create", 0)
	frappe.set_user(one)
	with pytest.raises(frappe.PermissionError):
		new_item(frappe).insert()


def test_whitelist_checks_types(frappe):
	from sandbox_fixture.events import add, set_title

	assert add("2", 3) == 5
	with pytest.raises(frappe.exceptions.FrappeTypeError):
		add("two", 3)
	frappe.is_whitelisted(add)
	with pytest.raises(frappe.PermissionError):
		frappe.is_whitelisted(set_title)
