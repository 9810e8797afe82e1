"""Installing and removing an app (the engine refuses any app but itself)."""

import json

import click
import frappe


def install_prerequisites(app_hooks, verbose=False) -> None:
	"""Install the apps that an app needs first."""
	from frappe.installer import install_app, parse_app_name

	for app in app_hooks.required_apps or []:
		install_app(parse_app_name(app), verbose=verbose)


def check_is_installable(name) -> None:
	if name not in frappe.get_all_apps():
		raise Exception(f"App {name} is not in apps.txt")
	if name != "frappe":
		frappe.only_for("System Manager")


def parse_app_name(name: str) -> str:
	"""App name of an entry of `required_apps`: ``erpnext``, ``frappe/erpnext`` or an address."""
	return name.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git").split("@")[0]


def add_to_installed_apps(app_name, rebuild_website=True) -> None:
	from frappe.installer import post_install

	apps = frappe.get_installed_apps()
	if app_name not in apps:
		_set_installed_apps([*apps, app_name])
		if frappe.flags.in_install:
			post_install(rebuild_website)


def remove_from_installed_apps(app_name) -> None:
	from frappe.installer import post_install

	apps = frappe.get_installed_apps()
	if app_name in apps:
		_set_installed_apps([app for app in apps if app != app_name])
		if frappe.flags.in_install:
			post_install()


def _set_installed_apps(apps) -> None:
	frappe.db.set_global("installed_apps", json.dumps(apps))
	frappe.db.commit()
	frappe.clear_cache()
	frappe.local.doc_events_hooks = None


def remove_app(app_name, dry_run=False, yes=False, no_backup=False, force=False) -> None:
	"""Remove an app and what its modules brought; the app's hooks remove what it made besides."""
	from frappe.installer import _delete_doctypes, _delete_modules

	hooks = frappe.get_hooks(app_name=app_name)
	installed = frappe.get_installed_apps()
	if not force:
		if app_name not in installed:
			click.secho(f"App {app_name} not installed", fg="yellow")
			return
		for app in installed:
			needed = frappe.get_hooks("required_apps", app_name=app) if app != app_name else []
			if app_name in map(parse_app_name, needed):
				click.secho(f"App {app_name} is a dependency of {app}. Uninstall {app} first.", fg="yellow")
				return

	click.echo(f"Uninstalling App {app_name} from Site {frappe.local.site}...")
	if not dry_run and not yes:
		click.confirm("All its DocTypes and modules will be deleted. Continue?", abort=True)

	frappe.flags.in_uninstall = True
	for method in hooks.before_uninstall or []:
		frappe.get_attr(method)()
	for method in frappe.get_hooks("before_app_uninstall"):
		frappe.get_attr(method)(app_name)

	modules = frappe.get_all("Module Def", filters={"app_name": app_name}, pluck="name")
	_delete_doctypes(_delete_modules(modules, dry_run=dry_run), dry_run=dry_run)

	if not dry_run:
		remove_from_installed_apps(app_name)
		frappe.db.commit()
		frappe.clear_cache()

	for method in hooks.after_uninstall or []:
		frappe.get_attr(method)()
	for method in frappe.get_hooks("after_app_uninstall"):
		frappe.get_attr(method)(app_name)
	frappe.db.commit()
	frappe.flags.in_uninstall = False
	click.secho(f"Uninstalled App {app_name} from Site {frappe.local.site}", fg="green")


def run_app_hook(hook: str) -> None:
	"""Run a hook once, in the order of the apps."""
	for app in frappe.get_installed_apps():
		for method in frappe.get_hooks(hook, app_name=app):
			frappe.get_attr(method)()
