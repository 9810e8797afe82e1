"""Several apps on one site: hooks, installation, removal, migration, translations, jobs."""

import importlib

import pytest

from sandbox.pytest_support import another_site
from sandbox.site import migrate


def test_app_is_installed_with_all_it_brings(frappe):
	assert frappe.get_installed_apps() == ["frappe", "sandbox_fixture"]
	assert frappe.db.exists("Role", "Fixture User")
	assert frappe.db.exists("Custom Field", "ToDo-fixture_mark")
	assert frappe.db.exists("Scheduled Job Type", {"method": "sandbox_fixture.events.daily_job"})
	assert frappe.db.exists("Patch Log", {"patch": "sandbox_fixture.patches.mark_patched"})
	assert frappe.db.exists("Module Def", {"app_name": "sandbox_fixture"})
	assert frappe.db.exists("Report", "Fixture Items")
	assert frappe.is_setup_complete()


def test_version_and_paths(frappe):
	assert frappe.__version__.startswith("16.")
	assert frappe.get_app_path("sandbox_fixture", "hooks.py").endswith("sandbox_fixture/hooks.py")
	assert frappe.get_module_path("Sandbox Fixture").endswith("sandbox_fixture/sandbox_fixture")
	assert frappe.get_module_list("sandbox_fixture") == ["Sandbox Fixture"]
	assert frappe.local.module_app["sandbox_fixture"] == "sandbox_fixture"
	assert frappe.local.module_app["core"] == "frappe"
	assert frappe.get_site_path("private", "files").endswith(f"{frappe.local.site}/private/files")


def test_hooks_of_one_and_of_all_apps(frappe):
	assert frappe.get_hooks("app_name") == ["frappe", "sandbox_fixture"]
	assert frappe.get_hooks("app_name", app_name="sandbox_fixture") == ["sandbox_fixture"]
	assert frappe.get_hooks(app_name="sandbox_fixture").app_title == ["Sandbox Fixture"]
	assert frappe.get_hooks("no_such_hook", default="x") == "x"
	assert "Fixture Item" in frappe.get_hooks("has_permission")
	assert "ToDo" in frappe.get_doc_hooks()
	assert "Contact" in frappe.get_doc_hooks()


@pytest.mark.parametrize(
	"path",
	[
		"frappe.modules.utils.get_module_name",
		"frappe.modules.get_doctype_module",
		"frappe.modules.load_doctype_module",
		"frappe.modules.import_file.import_file_by_path",
		"frappe.modules.export_file.export_to_files",
		"frappe.modules.patch_handler.run_all",
		"frappe.commands.pass_context",
		"frappe.tests.IntegrationTestCase",
		"frappe.tests.UnitTestCase",
		"frappe.tests.utils.FrappeTestCase",
		"frappe.tests.utils.change_settings",
		"frappe.tests.utils.make_test_records",
		"frappe.model.sync.sync_for",
		"frappe.installer.remove_app",
		"frappe.utils.fixtures.sync_fixtures",
		"frappe.desk.form.assign_to.add",
		"frappe.core.doctype.scheduled_job_type.scheduled_job_type.sync_jobs",
		"frappe.utils.nestedset.NestedSet",
		"frappe.model.mapper.get_mapped_doc",
		"frappe.query_builder.functions.GroupConcat",
	],
)
def test_import_paths_of_a_real_frappe(frappe, path):
	module, name = path.rsplit(".", 1)
	assert hasattr(importlib.import_module(module), name)


def test_translations(frappe):
	frappe.local.lang = "zh"
	assert frappe._("Fixture Item") == "夹具项目"
	assert frappe._("Only in the catalogue") == "只在目录里"
	assert frappe._("Not translated") == "Not translated"
	frappe.local.lang = "en"
	assert frappe._("Fixture Item") == "Fixture Item"


def test_jobs_run_where_they_are_enqueued(frappe):
	item = frappe.get_doc(doctype="Fixture Item", title="Old").insert()
	job = frappe.enqueue("sandbox_fixture.events.set_title", name=item.name, title="New")
	assert job.get_status() == "finished"
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "New"
	frappe.enqueue(
		"sandbox_fixture.events.set_title", enqueue_after_commit=True, name=item.name, title="Later"
	)
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "New"
	frappe.db.commit()
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "Later"


def test_failing_jobs_are_undone_and_logged(frappe, capsys):
	item = frappe.get_doc(doctype="Fixture Item", title="Old").insert()
	job = frappe.enqueue("sandbox_fixture.events.set_title", name=item.name, title="New", fail=True)
	assert job.get_status() == "failed"
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "Old"
	assert frappe.db.exists("Error Log", {"method": "sandbox_fixture.events.set_title"})
	assert "failed on purpose" in capsys.readouterr().err


def test_jobs_on_documents(frappe):
	item = frappe.get_doc(doctype="Fixture Item", title="Old").insert()
	frappe.enqueue_doc("Fixture Item", item.name, "db_set", fieldname="title", value="New")
	assert frappe.db.get_value("Fixture Item", item.name, "title") == "New"


def test_scheduled_jobs(frappe):
	from sandbox_fixture import events

	events.RUNS.clear()
	job = frappe.get_doc("Scheduled Job Type", {"method": "sandbox_fixture.events.daily_job"})
	assert job.frequency == "Daily"
	job.execute()
	assert events.RUNS == ["daily_job"]
	cron = frappe.get_doc("Scheduled Job Type", {"method": "sandbox_fixture.events.quarter_hourly_job"})
	assert cron.cron_format == "*/15 * * * *"
	assert cron.get_next_execution()


def test_cache(frappe):
	frappe.cache.set_value("key", {"a": 1})
	assert frappe.cache.get_value("key") == {"a": 1}
	frappe.cache.hset("hash", "field", [1, 2])
	assert frappe.cache.hget("hash", "field") == [1, 2]
	frappe.cache.delete_value("key")
	assert frappe.cache.get_value("key") is None
	assert frappe.cache().get_value("other", generator=lambda: 5) == 5
	frappe.cache.lpush("list", "x")
	assert frappe.cache.lrange("list", 0, -1) == [b"x"]


@pytest.fixture
def other(bench, site):
	"""A site that the test may change for good."""
	with another_site(bench) as frappe:
		yield frappe


def test_removing_and_reinstalling_an_app(other):
	frappe = other
	from frappe.installer import install_app, remove_app

	icons = frappe.get_all("Desktop Icon", {"app": "frappe"})
	remove_app("sandbox_fixture", yes=True, no_backup=True)
	assert frappe.get_installed_apps() == ["frappe"]
	assert frappe.get_hooks("app_name") == ["frappe"]
	assert not frappe.db.exists("DocType", "Fixture Item")
	assert not frappe.db.table_exists("Fixture Item", cached=False)
	assert not frappe.db.exists("Custom Field", {"dt": "ToDo", "fieldname": "fixture_mark"})
	assert not frappe.db.exists("Module Def", {"app_name": "sandbox_fixture"})
	assert not frappe.db.exists("Report", "Fixture Items")
	assert frappe.get_all("Desktop Icon", {"app": "frappe"}) == icons
	assert not frappe.get_doc(doctype="ToDo", description="x").insert().get("fixture_mark")
	install_app("sandbox_fixture")
	assert frappe.get_doc(doctype="ToDo", description="x").insert().fixture_mark == "marked"
	assert frappe.get_doc(doctype="Fixture Item", title="x").insert().name


def test_migrating(other):
	frappe = other
	frappe.db.delete("Patch Log", {"patch": "sandbox_fixture.patches.mark_patched"})
	frappe.db.delete("Scheduled Job Type", {"method": "sandbox_fixture.events.daily_job"})
	frappe.db.set_value("DocField", {"parent": "Fixture Item", "fieldname": "notes"}, "label", "Changed")
	frappe.db.set_value("DocType", "Fixture Item", "migration_hash", "outdated")
	frappe.db.commit()
	migrate()
	assert frappe.db.get_global("fixture_patched") == "1"
	assert frappe.db.get_global("fixture_before_migrate") == "1"
	assert frappe.db.get_global("fixture_after_migrate") == "1"
	assert frappe.db.exists("Scheduled Job Type", {"method": "sandbox_fixture.events.daily_job"})
	assert frappe.get_meta("Fixture Item").get_field("notes").label == "Notes"
	migrate()
	assert frappe.db.get_global("fixture_after_migrate") == "2"
