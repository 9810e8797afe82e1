app_name = "sandbox_fixture"
app_title = "Sandbox Fixture"
app_publisher = "Sandbox"
app_description = "A small app that the engine's own checks are run with"
app_email = "fixture@example.com"
app_license = "mit"

after_install = "sandbox_fixture.setup.after_install"
before_uninstall = "sandbox_fixture.setup.before_uninstall"
before_migrate = "sandbox_fixture.setup.before_migrate"
after_migrate = "sandbox_fixture.setup.after_migrate"

doc_events = {
	"ToDo": {"validate": "sandbox_fixture.events.mark_todo"},
	("Note", "Contact"): {"on_update": "sandbox_fixture.events.count_update"},
}

permission_query_conditions = {"Fixture Item": "sandbox_fixture.events.item_conditions"}
has_permission = {"Fixture Item": "sandbox_fixture.events.item_permission"}

scheduler_events = {
	"daily": ["sandbox_fixture.events.daily_job"],
	"cron": {"*/15 * * * *": ["sandbox_fixture.events.quarter_hourly_job"]},
}

fixtures = [{"dt": "Role", "filters": {"role_name": ["in", ["Fixture User"]]}}]

global_search_doctypes = {"Default": [{"doctype": "Fixture Item", "index": 0}]}
