"""Documents and what hangs on them."""

import pytest


def new_item(frappe, **values):
	return frappe.get_doc({"doctype": "Fixture Item", "title": "Item", **values})


def test_insert_runs_doc_events(frappe):
	todo = frappe.get_doc(doctype="ToDo", description="x").insert()
	assert todo.fixture_mark == "marked"


def test_events_for_several_doctypes(frappe):
	from sandbox_fixture import events

	events.RUNS.clear()
	note = frappe.get_doc(doctype="Note", title="A note").insert()
	assert ("Note", note.name, "on_update") in events.RUNS


def test_life_of_a_document(frappe):
	item = new_item(frappe, rows=[{"label": "a", "qty": 1}, {"label": "b", "qty": 2}]).insert()
	assert item.name.startswith("FI-")
	assert [row.idx for row in item.rows] == [1, 2]
	item.rows[0].qty = 5
	item.remove(item.rows[1])
	item.append("rows", {"label": "c"})
	item.save()
	item.reload()
	assert [(row.label, row.qty) for row in item.rows] == [("a", 5), ("c", 0)]
	item.submit()
	assert item.docstatus.is_submitted()
	item.cancel()
	amended = frappe.copy_doc(item)
	amended.amended_from = item.name
	amended.docstatus = 0
	amended.insert()
	frappe.delete_doc("Fixture Item", amended.name)
	assert not frappe.db.exists("Fixture Item", amended.name)
	assert frappe.db.exists("Deleted Document", {"deleted_name": amended.name})


def test_versions_and_comments(frappe):
	item = new_item(frappe).insert()
	item.title = "Other"
	item.save(ignore_version=False)
	versions = frappe.get_all("Version", {"docname": item.name, "ref_doctype": "Fixture Item"}, pluck="data")
	assert len(versions) == 1
	assert '"title"' in versions[0]
	item.add_comment("Comment", "a remark")
	assert frappe.db.exists("Comment", {"reference_name": item.name, "content": "a remark"})


def test_outdated_copies_are_refused(frappe):
	item = new_item(frappe).insert()
	other = frappe.get_doc("Fixture Item", item.name)
	item.title = "First"
	item.save()
	other.title = "Second"
	with pytest.raises(frappe.TimestampMismatchError):
		other.save()


def test_validation_links_and_mandatory_fields(frappe):
	with pytest.raises(frappe.MandatoryError):
		frappe.get_doc(doctype="Fixture Item").insert()
	with pytest.raises(frappe.LinkValidationError):
		new_item(frappe, country="Nowhere").insert()
	with pytest.raises(frappe.ValidationError):
		new_item(frappe, status="Unknown").insert()
	with pytest.raises(frappe.ValidationError):
		new_item(frappe, amount=-1).insert()


def test_renaming(frappe):
	item = new_item(frappe).insert()
	todo = frappe.get_doc(
		doctype="ToDo", description="x", reference_type="Fixture Item", reference_name=item.name
	)
	todo.insert()
	frappe.rename_doc("Fixture Item", item.name, "FI-RENAMED", force=True)
	assert frappe.db.exists("Fixture Item", "FI-RENAMED")
	assert frappe.db.get_value("ToDo", todo.name, "reference_name") == "FI-RENAMED"


def test_links_hold_documents(frappe):
	item = new_item(frappe).insert()
	frappe.get_doc(doctype="Note", title="x", fixture_item=item.name).insert()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Fixture Item", item.name)


def test_singles(frappe):
	settings = frappe.get_single("Fixture Settings")
	assert settings.limit == 5
	settings.note = "it's 5%"
	settings.save()
	assert frappe.db.get_single_value("Fixture Settings", "note") == "it's 5%"
	frappe.db.set_single_value("Fixture Settings", "limit", 7)
	assert frappe.get_cached_doc("Fixture Settings").limit == 7


def test_custom_fields_and_property_setters(frappe):
	from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	create_custom_fields(
		{
			"Fixture Item": [
				{"fieldname": "more", "fieldtype": "Int", "label": "More", "insert_after": "title"}
			]
		}
	)
	assert new_item(frappe, more=4).insert().reload().more == 4
	make_property_setter("Fixture Item", "notes", "reqd", 1, "Check")
	with pytest.raises(frappe.MandatoryError):
		new_item(frappe).insert()


def test_naming_series(frappe):
	from frappe.model.naming import make_autoname

	first, second = make_autoname("FX-.YYYY.-.####"), make_autoname("FX-.YYYY.-.####")
	assert int(second[-4:]) == int(first[-4:]) + 1


def test_custom_doctypes(frappe):
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": "Made Here",
			"module": "Sandbox Fixture",
			"custom": 1,
			"autoname": "hash",
			"fields": [{"fieldname": "label", "fieldtype": "Data", "label": "Label"}],
			"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}],
		}
	).insert()
	assert frappe.get_doc(doctype="Made Here", label="x").insert().reload().label == "x"


def test_trees(frappe):
	"""Nested sets, on a DocType of the engine's own."""
	root = frappe.get_doc(doctype="File", file_name="Outer", is_folder=1, folder="Home").insert()
	inner = frappe.get_doc(doctype="File", file_name="Inner", is_folder=1, folder=root.name).insert()
	assert inner.folder == root.name


def test_mail_goes_nowhere(frappe, monkeypatch):
	"""Not even outside of test mode, and when the queue is told to send."""
	import smtplib

	from frappe.email.queue import flush

	connections = []
	monkeypatch.setattr(smtplib.SMTP, "connect", lambda *args, **kwargs: connections.append(args))
	monkeypatch.setattr(frappe, "in_test", False)
	frappe.flags.in_test = frappe.flags.mute_emails = False
	assert frappe.are_emails_muted()
	frappe.sendmail(recipients=["a@example.com"], subject="Hello", message="Text")
	frappe.sendmail(recipients=["b@example.com"], subject="Hello", message="Text", now=True)
	frappe.db.commit()
	flush()
	assert [row.status for row in frappe.get_all("Email Queue", fields=["status"])] == ["Not Sent"] * 2
	assert connections == []


def test_notifications_and_assignment(frappe):
	from frappe.desk.form import assign_to

	user = make_user(frappe, "assigned@example.com", ["Fixture User"])
	item = new_item(frappe).insert()
	assign_to.add({"assign_to": [user], "doctype": "Fixture Item", "name": item.name, "description": "do it"})
	assert frappe.db.get_value("ToDo", {"reference_name": item.name}, "allocated_to") == user
	assert user in frappe.db.get_value("Fixture Item", item.name, "_assign")
	assign_to.remove("Fixture Item", item.name, user)
	assert frappe.db.get_value("ToDo", {"reference_name": item.name}, "status") == "Cancelled"


def test_attachments(frappe):
	user = make_user(frappe, "reader@example.com", ["Fixture User"])
	item = new_item(frappe).insert()
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "secret.txt",
			"attached_to_doctype": "Fixture Item",
			"attached_to_name": item.name,
			"is_private": 1,
			"content": "内容",
		}
	).insert()
	assert file.get_content() == "内容"
	assert file.file_url.startswith("/private/files/")
	assert file.is_downloadable()
	frappe.set_user(user)
	assert not frappe.get_doc("File", file.name).is_downloadable()


def make_user(frappe, email, roles):
	if not frappe.db.exists("User", email):
		frappe.get_doc(
			{"doctype": "User", "email": email, "first_name": email.split("@")[0], "send_welcome_email": 0}
		).insert()
	frappe.get_doc("User", email).add_roles(*roles)
	return email


def test_user_gets_a_password_and_logs_in(frappe):
	from frappe.utils.password import check_password, update_password

	user = make_user(frappe, "login@example.com", ["Fixture User"])
	update_password(user, "Long-Enough-1")
	assert check_password(user, "Long-Enough-1") == user
	with pytest.raises(frappe.AuthenticationError):
		check_password(user, "wrong")


def test_workflow(frappe):
	from frappe.model.workflow import apply_workflow, get_transitions

	for state in ("Draft", "Released"):
		frappe.get_doc(doctype="Workflow State", workflow_state_name=state).insert(ignore_if_duplicate=True)
	frappe.get_doc(doctype="Workflow Action Master", workflow_action_name="Release").insert(
		ignore_if_duplicate=True
	)
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": "Item Release",
			"document_type": "Fixture Item",
			"workflow_state_field": "workflow_state",
			"is_active": 1,
			"send_email_alert": 0,
			"states": [
				{"state": "Draft", "doc_status": "0", "allow_edit": "Fixture User"},
				{"state": "Released", "doc_status": "1", "allow_edit": "System Manager"},
			],
			"transitions": [
				{
					"state": "Draft",
					"action": "Release",
					"next_state": "Released",
					"allowed": "Fixture User",
					"allow_self_approval": 1,
					"condition": "doc.amount > 10",
				}
			],
		}
	).insert()
	user = make_user(frappe, "flow@example.com", ["Fixture User"])
	frappe.set_user(user)
	item = new_item(frappe, amount=5).insert()
	assert item.workflow_state == "Draft"
	assert get_transitions(item) == []
	item.amount = 20
	item.save()
	item = apply_workflow(item, "Release")
	assert item.workflow_state == "Released"
	assert item.docstatus == 1
	other = new_item(frappe, amount=50).insert()
	other.workflow_state = "Released"
	frappe.set_user(make_user_as_admin(frappe, "outsider@example.com"))
	with pytest.raises(frappe.exceptions.ValidationError):
		apply_workflow(frappe.get_doc("Fixture Item", other.name).as_json(), "Release")


def make_user_as_admin(frappe, email):
	frappe.set_user("Administrator")
	return make_user(frappe, email, ["System Manager"])


def test_sharing(frappe):
	import frappe.share

	user = make_user(frappe, "guest@example.com", [])
	todo = frappe.get_doc(doctype="Note", title="Shared", public=0).insert()
	frappe.share.add("Note", todo.name, user, read=1)
	assert todo.name in frappe.share.get_shared("Note", user)
	assert frappe.db.exists("DocShare", {"share_name": todo.name, "user": user})


def test_tags_likes_and_follow(frappe):
	from frappe.desk.doctype.tag.tag import add_tag
	from frappe.desk.like import toggle_like

	item = new_item(frappe).insert()
	add_tag("urgent", "Fixture Item", item.name)
	toggle_like("Fixture Item", item.name, add="Yes")
	row = frappe.db.get_value("Fixture Item", item.name, ["_user_tags", "_liked_by"], as_dict=True)
	assert "urgent" in row._user_tags
	assert "Administrator" in row._liked_by


def test_error_log(frappe):
	frappe.log_error(title="Something", message="happened")
	assert frappe.db.exists("Error Log", {"method": "Something"})
