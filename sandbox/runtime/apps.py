"""Several apps on one site (the engine is hard-wired to the app `frappe`)."""

import importlib
import inspect
import json
import types

import frappe
from frappe.utils.caching import request_cache


def get_all_apps(with_internal_apps=True, sites_path=None) -> list[str]:
	"""All apps of the bench, as listed in ``apps.txt`` in the folder of the sites."""
	path = f"{sites_path or frappe.local.sites_path}/apps.txt"
	apps = frappe.get_file_items(path)
	if with_internal_apps and "frappe" not in apps:
		apps.insert(0, "frappe")
	return apps


def get_installed_apps(*, _ensure_on_bench=False) -> list[str]:
	"""Apps of the current site in the order in which they were installed; kept in the database."""
	if getattr(frappe.flags, "in_install_db", True):
		return []
	if not frappe.db:
		frappe.connect()
	apps = json.loads(frappe.db.get_global("installed_apps") or "[]")
	if _ensure_on_bench:
		all_apps = frappe.cache.get_value("all_apps", get_all_apps)
		apps = [app for app in apps if app in all_apps]
	return apps


def get_app_path(app_name, *joins) -> str:
	return frappe.get_pymodule_path(app_name, *joins)


def get_app_source_path(app_name, *joins) -> str:
	"""Path in the folder that holds the app's package."""
	return frappe.get_pymodule_path(app_name, "..", *joins)


def load_app_hooks(app_name=None) -> dict:
	"""Hooks of one app, or those of all installed apps merged in their order of installation."""

	def is_hook(value):
		return not isinstance(value, types.ModuleType | types.FunctionType | type)

	hooks = {}
	for app in [app_name] if app_name else get_installed_apps(_ensure_on_bench=True):
		try:
			module = importlib.import_module(f"{app}.hooks")
		except ModuleNotFoundError as error:
			if frappe.flags.in_install_app or error.name != f"{app}.hooks":
				raise
			raise SystemExit(f"Could not find app {app!r}: {error}") from error
		for key, value in inspect.getmembers(module, predicate=is_hook):
			if not key.startswith("_"):
				frappe.append_hook(hooks, key, value)
	return hooks


_load_app_hooks_once_per_request = request_cache(load_app_hooks)


def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
	"""All hooks, or the values of one; of all installed apps or of `app_name` only."""
	if app_name:
		hooks = _load_app_hooks_once_per_request(app_name)
	elif frappe.local.conf.developer_mode:
		hooks = _load_app_hooks_once_per_request()
	else:
		hooks = frappe.client_cache.get_value("app_hooks")
		if hooks is None:
			hooks = load_app_hooks()
			frappe.client_cache.set_value("app_hooks", hooks)
	if hook:
		return hooks.get(hook, [] if default == "_KEEP_DEFAULT_LIST" else default)
	return frappe._dict(hooks)


def setup_module_map(include_all_apps=True) -> None:
	"""Which modules each app has, and which app each module belongs to."""
	key = "app_modules" if include_all_apps else "installed_app_modules"
	app_modules = frappe.cache.get_value(key)
	if not app_modules:
		apps = get_all_apps() if include_all_apps else get_installed_apps(_ensure_on_bench=True)
		app_modules = {}
		for app in apps or ["frappe"]:
			app_modules[app] = [frappe.scrub(module) for module in frappe.get_module_list(app)]
		frappe.cache.set_value(key, app_modules)
	frappe.local.app_modules = app_modules
	frappe.local.module_app = {module: app for app, modules in app_modules.items() for module in modules}


def is_setup_complete() -> bool:
	"""Whether the setup wizard has run (the engine looks for the table of a Single)."""
	if not frappe.db.table_exists("DocType"):
		return False
	return bool(frappe.db.get_single_value("System Settings", "setup_complete"))


def get_setup_wizard_completed_apps() -> list[str]:
	return get_installed_apps(_ensure_on_bench=True)


def sync_all(force=0, reset_permissions=False):
	"""Sync what the files of every installed app define."""
	from frappe.model.sync import sync_for
	from frappe.patches import _patch_mode

	_patch_mode(True)
	for app in get_installed_apps():
		sync_for(app, force, reset_permissions=reset_permissions)
	_patch_mode(False)
	frappe.clear_cache()


def get_all_patches(patch_type=None) -> list[str]:
	"""Patches of all installed apps (those of the engine itself are marked as run when a site is made)."""
	from frappe.patches import PatchType, get_patches_from_app

	if patch_type and not isinstance(patch_type, PatchType):
		frappe.throw(f"Unsupported patch type specified: {patch_type}")
	return [
		patch for app in get_installed_apps() for patch in get_patches_from_app(app, patch_type=patch_type)
	]


def get_code_files_via_hooks(hook, name) -> list[str]:
	"""Files that each app adds to a DocType's form, list or other view through `hook`."""
	files = []
	for app in get_installed_apps():
		values = (get_hooks(hook, default={}, app_name=app) or {}).get(name, [])
		values = values if isinstance(values, list) else [values]
		files += [get_app_path(app, *value.strip("/").split("/")) for value in values]
	return files
