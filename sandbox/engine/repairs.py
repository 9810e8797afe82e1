"""The engine's defects and what mends them: edits of its files, under one comment for each defect.

`sandbox.runtime` holds what replaces whole functions; the edits here only put it in its place.
"""

from sandbox.engine.rewrite import Edit, define, import_from, substitute

# The engine is taken from Frappe 16; apps look at the version to know what they run on.
FRAPPE_VERSION = "16.4.0"


def ask_app(hook: str, app: str, count: int = 1) -> Edit:
	"""Let a hook be asked of the app in the variable `app`, and not of all apps at once."""
	return substitute(f'frappe.get_hooks("{hook}")', f'frappe.get_hooks("{hook}", app_name={app})', count)


REPAIRS: dict[str, list[Edit]] = {
	"__init__.py": [
		# The engine calls itself 0.0.1.
		substitute('__version__ = "0.0.1"', f'__version__ = "{FRAPPE_VERSION}"'),
		# There is no site in `init`: it was taken out with the folder of sites, and every web page needs it.
		substitute(
			"def init(force: bool = False) -> None:",
			"def init(site=None, sites_path=None, new_site=False, force=False) -> None:",
		),
		substitute(
			"\tlocal.app_path = os.getcwd()\n\tlocal.site_path = os.getcwd()\n",
			"\tfrom sandbox.runtime.context import bind\n\n\tbind(site, sites_path)\n",
		),
		substitute("\tdef __enter__(self):\n\t\tinit()", "\tdef __enter__(self):\n\t\tinit(self.site)"),
		# Everything below knew no app but the engine.
		define("is_setup_complete", "from sandbox.runtime.apps import is_setup_complete"),
		define("_load_app_hooks", "from sandbox.runtime.apps import load_app_hooks as _load_app_hooks"),
		*import_from("sandbox.runtime.context", "connect", "get_site_name"),
		*import_from(
			"sandbox.runtime.apps",
			"get_all_apps",
			"get_installed_apps",
			"get_app_path",
			"get_app_source_path",
			"get_hooks",
			"setup_module_map",
		),
	],
	"hooks.py": [
		# The logo that the engine names is not among its files.
		substitute(
			"/assets/frappe/images/frappe-logo.svg", "/assets/frappe/images/frappe-framework-logo.svg"
		),
	],
	"config.py": [
		# Configuration came from environment variables, one site per process.
		define("get_site_config", "from sandbox.runtime.context import get_site_config"),
		define("_cached_config", "_cached_config = get_site_config"),
		substitute(
			"return get_site_config(cached=cached)", "return get_site_config(sites_path, site_path='')"
		),
	],
	"utils/__init__.py": [
		# The folder that the process was started in stood for the bench and for its only site.
		*import_from("sandbox.runtime.context", "get_sites", "get_bench_path", "get_assets_json"),
	],
	"utils/connections.py": [
		# A migration refused to begin without a Redis server.
		*import_from("sandbox.runtime.context", "check_redis"),
	],
	"utils/logger.py": [
		# Log files were written to `../logs` and `<site>/logs` of the folder the process was started in.
		substitute('log_filename = os.path.join("..", "logs", logfile)', "log_filename = log_file(logfile)"),
		substitute(
			'sitelog_filename = os.path.join(site, "logs", logfile)',
			'sitelog_filename = log_file(f"{site}.{logfile}")',
		),
		substitute(
			"from frappe.utils import get_sites\n",
			"from frappe.utils import get_sites\nfrom sandbox.runtime.context import log_file\n",
		),
	],
	"utils/synchronization.py": [
		# A new site has no folder for its locks yet.
		substitute(
			"\ttry:\n\t\twith _StrongFileLock",
			"\tos.makedirs(os.path.dirname(lock_path), exist_ok=True)\n\ttry:\n\t\twith _StrongFileLock",
		),
	],
	"database/__init__.py": [
		# The engine's class for SQLite: see `sandbox.runtime.sqlite` for what it gets wrong.
		substitute(
			"import frappe.database.sqlite.database\n\n\t\treturn frappe.database.sqlite.database.SQLiteDatabase(",
			"from sandbox.runtime.sqlite import SandboxDatabase\n\n\t\treturn SandboxDatabase(",
		),
	],
	"query_builder/builder.py": [
		# PyPI's pypika is not Frappe's own version of it: the builder's constructor was given `wrapper_cls` twice, and knew no locking reads and no `ignore`.
		substitute(
			"return super()._builder(*args, wrapper_cls=SQLiteParameterizedValueWrapper, **kwargs)",
			"from sandbox.runtime.query_builder import SQLiteQueryBuilder\n\n"
			"\t\treturn SQLiteQueryBuilder(*args, **kwargs)",
		),
	],
	"query_builder/functions.py": [
		# Some functions were mapped for servers only.
		substitute(
			"from .utils import PseudoColumn\n",
			"from sandbox.runtime import query_builder as sandbox_functions\n"
			"from sandbox.runtime.search import Match as SandboxMatch\n\n"
			"from .utils import PseudoColumn\n",
		),
		substitute(
			"db_type_is.POSTGRES: STRING_AGG})",
			"db_type_is.POSTGRES: STRING_AGG, db_type_is.SQLITE: GROUP_CONCAT})",
		),
		substitute(
			"db_type_is.POSTGRES: TO_TSVECTOR})",
			"db_type_is.POSTGRES: TO_TSVECTOR, db_type_is.SQLITE: SandboxMatch})",
		),
		substitute(
			"db_type_is.POSTGRES: _PostgresTimestamp,",
			"db_type_is.POSTGRES: _PostgresTimestamp,\n\t\tdb_type_is.SQLITE: sandbox_functions.combine_datetime,",
		),
		substitute(
			"db_type_is.POSTGRES: ToChar,",
			"db_type_is.POSTGRES: ToChar,\n\t\tdb_type_is.SQLITE: sandbox_functions.date_format,",
		),
		substitute(
			"db_type_is.POSTGRES: _PostgresUnixTimestamp,",
			"db_type_is.POSTGRES: _PostgresUnixTimestamp,\n\t\tdb_type_is.SQLITE: sandbox_functions.unix_timestamp,",
		),
	],
	"utils/global_search.py": [
		# Queued changes waited for a scheduler, and could then be written to servers only.
		*import_from("sandbox.runtime.search", "sync_values", "sync_value_in_queue"),
		# The search of web pages had no query for SQLite.
		substitute(
			'"postgres": common_query.format(conditions=postgres_conditions),',
			'"postgres": common_query.format(conditions=postgres_conditions),\n'
			'\t\t\t\t"sqlite": common_query.format(\n'
			'\t\t\t\t\tconditions=f"{published_condition}{scope_condition}search_rank(content, {frappe.db.escape(text)}) > 0"\n'
			"\t\t\t\t),",
		),
	],
	"model/document.py": [
		# Locked reads of documents were left out; here they take the write lock.
		substitute(
			'if self.flags.for_update and frappe.db.db_type != "sqlite":', "if self.flags.for_update:", 2
		),
	],
	"gettext/translate.py": [
		# Catalogues would first have to be compiled by a build.
		*import_from("sandbox.runtime.translations", "get_translations_from_mo"),
	],
	"utils/redis_wrapper.py": [
		# There is no Redis: the cache is kept in the process, and so is what tells other caches of changes.
		*import_from("sandbox.runtime.cache", "setup_cache"),
		substitute(
			"\t\t\tself.invalidator_id = self.invalidator.client_id()\n",
			"\t\t\traise redis.exceptions.ConnectionError\n",
		),
		substitute(
			"\t\t\tself.redis = frappe.cache\n\t\t\tself.healthy = False\n",
			"\t\t\tself.redis = frappe.cache\n",
		),
		define(
			"ClientCache.erase_persistent_caches", "from sandbox.runtime.cache import erase_persistent_caches"
		),
	],
	"utils/background_jobs.py": [
		# There are no workers: jobs run where they are enqueued, or in the web server's own thread.
		*import_from("sandbox.runtime.jobs", "enqueue", "get_job"),
		*import_from("sandbox.runtime.cache", "get_redis_conn"),
		define(
			"get_redis_connection_without_auth",
			"from sandbox.runtime.cache import get_redis_conn as get_redis_connection_without_auth",
		),
	],
	"desk/doctype/event/event.py": [
		# A `type` statement needs Python 3.12.
		substitute("\ttype EventLikeDict = Event | frappe._dict\n", ""),
		substitute("resolved_events: list[EventLikeDict] = []", "resolved_events = []"),
	],
	"app.py": [
		# Imports of a database client that must be compiled, and of a library that only reads settings.
		substitute("import frappe.database.mariadb.mysqlclient  # Load database related utils\n", ""),
		substitute("from dotenv import load_dotenv\nload_dotenv()\n", ""),
		# The log of requests named no site.
		substitute('"site": "frappe",', '"site": frappe.get_site_name(),'),
	],
	"installer.py": [
		# Only the engine itself could be installed.
		substitute(
			'\tif name != "frappe":\n\t\traise ValueError("Single-tenant: only frappe can be installed. '
			'Use frappe new to create a project.")\n',
			"\tfrom sandbox.runtime.install import check_is_installable, install_prerequisites\n",
		),
		substitute(
			"\tapp_hooks = frappe.get_hooks()\n\tinstalled_apps = frappe.get_installed_apps()\n",
			"\tapp_hooks = frappe.get_hooks(app_name=name)\n"
			"\tinstalled_apps = frappe.get_installed_apps()\n"
			"\tinstall_prerequisites(app_hooks, verbose=verbose)\n",
		),
		substitute(
			"\tif not force and name in installed_apps:",
			"\tcheck_is_installable(name)\n\tif not force and name in installed_apps:",
		),
		substitute(
			"\tadd_module_defs(name, ignore_if_duplicate=force)\n",
			'\tif name != "frappe":\n\t\tadd_module_defs(name, ignore_if_duplicate=force)\n',
		),
		substitute(
			"sync_for(name, force=force, reset_permissions=True)",
			"sync_for(name, force=True, reset_permissions=True)",
		),
		*import_from(
			"sandbox.runtime.install",
			"parse_app_name",
			"add_to_installed_apps",
			"remove_from_installed_apps",
			"remove_app",
		),
	],
	"model/sync.py": [
		# A migration synced the engine's DocTypes only.
		*import_from("sandbox.runtime.apps", "sync_all"),
	],
	"patches.py": [
		# A migration ran the engine's patches only.
		*import_from("sandbox.runtime.apps", "get_all_patches"),
	],
	"migrate.py": [
		# Hooks of all apps would have run once for each app.
		substitute(
			'\t\t\tfor fn in frappe.get_hooks("before_migrate"):\n\t\t\t\tfrappe.get_attr(fn)()\n',
			'\t\t\tfor fn in frappe.get_hooks("before_migrate", app_name=app):\n\t\t\t\tfrappe.get_attr(fn)()\n',
		),
		substitute(
			'frappe.get_hooks("override_doctype_class", {}).keys()',
			'frappe.get_hooks("override_doctype_class", {}, app_name=app).keys()',
		),
		substitute(
			'\t\tfor fn in frappe.get_hooks("after_migrate"):\n\t\t\tfrappe.get_attr(fn)()\n',
			'\t\tfrom sandbox.runtime.install import run_app_hook\n\n\t\trun_app_hook("after_migrate")\n',
		),
		substitute(
			"\t\t\tfrappe.init()\n\t\t\tfrappe.connect()\n",
			"\t\t\tfrappe.init(site)\n\t\t\tfrappe.connect()\n",
		),
		# The caller's connection stays: scripts go on after a migration.
		substitute("\t\t\t\tself.tearDown()\n\t\t\t\tfrappe.destroy()\n", "\t\t\t\tself.tearDown()\n"),
	],
	"boot.py": [
		# The desk was told of no app but the engine.
		substitute('for app_name in ["frappe"]:', "for app_name in frappe.get_installed_apps():"),
		ask_app("add_to_apps_screen", "app_name"),
		ask_app("app_title", "app_name"),
		ask_app("app_home", "app_name"),
		ask_app("app_logo_url", "app_name"),
		substitute('\tfor app in ["frappe"]:', "\tfor app in frappe.get_installed_apps():"),
	],
	"apps.py": [
		# Each app was shown with the details of all apps.
		substitute(
			'app_details = frappe.get_hooks("add_to_apps_screen")',
			'app_details = frappe.get_hooks("add_to_apps_screen", app_name=app)',
			2,
		),
	],
	"desk/doctype/desktop_icon/desktop_icon.py": [
		# Icons of every app got the title and the route of the first one.
		substitute(
			'frappe.get_hooks()["app_title"][0] == self.label',
			'frappe.get_hooks("app_title", app_name=a)[0] == self.label',
		),
		substitute(
			'permission_method = frappe.get_hooks()["add_to_apps_screen"][0].get(\n\t\t\t\t\t"has_permission", None\n\t\t\t\t)',
			'permission_method = next(iter(frappe.get_hooks("add_to_apps_screen", app_name=a)), {}).get("has_permission")',
		),
		substitute(
			'\t\t\t\tapp_title = frappe.get_hooks("app_title")[0]',
			'\t\t\t\tapp_title = frappe.get_hooks("app_title", app_name=app_name)[0]',
		),
		substitute(
			'\t\tapp_title = frappe.get_hooks("app_title")[0]\n\t\tapp_details = frappe.get_hooks("add_to_apps_screen")',
			'\t\tapp_title = frappe.get_hooks("app_title", app_name=a)[0]\n\t\tapp_details = frappe.get_hooks("add_to_apps_screen", app_name=a)',
		),
	],
	"utils/install.py": [
		# Removing an app would have removed the engine's own icons.
		substitute(
			'\tfrappe.get_hooks()\n\tapp_title = frappe.get_hooks()["app_title"][0]\n',
			'\tapp_title = frappe.get_hooks("app_title", app_name=app_name)[0]\n',
		),
	],
	"utils/fixtures.py": [
		# Fixtures of all apps would have been exported into each app.
		ask_app("fixture_auto_order", "app"),
		ask_app("fixtures", "app"),
	],
	"utils/installed_apps.py": [
		# Apps that have run through the setup wizard: of the engine only, so that the desk showed no other app.
		*import_from("sandbox.runtime.apps", "get_setup_wizard_completed_apps"),
	],
	"utils/change_log.py": [
		# Versions and titles of all apps were the engine's.
		substitute("app_hooks = frappe.get_hooks()", "app_hooks = frappe.get_hooks(app_name=app)"),
	],
	"desk/doctype/changelog_feed/changelog_feed.py": [
		# News of all apps were headed with the engine's title.
		ask_app("app_title", "app_name"),
	],
	"desk/doctype/global_search_settings/global_search_settings.py": [
		# DocTypes of the global search would have been listed once for each app.
		substitute(
			'frappe.get_hooks(hook="global_search_doctypes")',
			'frappe.get_hooks(hook="global_search_doctypes", app_name=app)',
		),
	],
	"desk/form/meta.py": [
		# Scripts that an app adds to a form were looked for in the folders of all apps.
		*import_from("sandbox.runtime.apps", "get_code_files_via_hooks"),
	],
	"desk/page/setup_wizard/setup_wizard.py": [
		# Stages of all apps would have been run once for each app.
		substitute(
			'frappe.get_hooks().get("setup_wizard_stages")',
			'frappe.get_hooks("setup_wizard_stages", app_name=app_name)',
		),
	],
	"model/module_utils.py": [
		# The publisher of all apps was the engine's.
		substitute(
			'frappe.get_hooks(hook="app_publisher")[0]',
			'frappe.get_hooks(hook="app_publisher", app_name=app)[0]',
		),
	],
	"translate.py": [
		# Messages of one app's fixtures were looked for in those of all apps.
		ask_app("fixtures", "app_name", 2),
	],
}
