"""Installs one app on a site; run in a process of its own by `sandbox.site`."""

import importlib.util
import json
import secrets
import shutil
import sys
from pathlib import Path

from sandbox.site import ADMIN_PASSWORD, App, Bench, compact


def main(sites_path: str, site: str, app: str, *apps: str) -> None:
	bench = Bench(Path(sites_path), tuple(App(*_split(entry)) for entry in apps))
	if app == "frappe":
		_create(bench, site)
	else:
		frappe = bench.connect(site)
		from frappe.installer import install_app

		install_app(app)
		_make_basic_records(app)
		frappe.db.commit()
	_finish(bench, site)


def _split(entry: str) -> tuple[str, Path]:
	name, _, source = entry.partition("=")
	return name, Path(source)


def _create(bench: Bench, site: str) -> None:
	"""Make an empty database and install the engine's own app on it."""
	bench.add_to_path()
	import frappe
	import frappe.database.sqlite.setup_db as setup_db

	folder = bench.site_path(site)
	(folder / "db").mkdir(parents=True)
	config = {"admin_password": ADMIN_PASSWORD, "encryption_key": _encryption_key()}
	(folder / "site_config.json").write_text(json.dumps(config, indent=1))
	shutil.copy(Path(setup_db.__file__).with_name("framework_sqlite.db"), folder / "db" / f"{site}.db")

	frappe.init(site, sites_path=str(bench.sites_path))
	frappe.flags.in_install_db = True
	from frappe.installer import install_app, make_site_dirs

	make_site_dirs()
	frappe.connect()
	frappe.db.create_auth_table()
	frappe.db.create_global_search_table()
	frappe.db.create_user_settings_table()
	frappe.flags.in_install_db = False
	install_app("frappe", set_as_patched=True)
	_complete_setup()
	frappe.db.commit()


def _encryption_key() -> str:
	import base64

	return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _complete_setup() -> None:
	"""What the setup wizard asks for."""
	import frappe

	settings = frappe.get_doc("System Settings")
	settings.update(
		{
			"country": "China",
			"language": "en",
			"time_zone": "Asia/Shanghai",
			"currency": "CNY",
			"date_format": "yyyy-mm-dd",
			"time_format": "HH:mm:ss",
			"number_format": "#,###.##",
			"float_precision": "3",
			"rounding_method": "Banker's Rounding",
			"setup_complete": 1,
			"enable_scheduler": 0,
		}
	)
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.db.set_default("desktop:home_page", "workspace")
	for user in frappe.STANDARD_USERS:
		frappe.db.set_value("User", user, "time_zone", "Asia/Shanghai")


def _make_basic_records(app: str) -> None:
	"""Records that the app's own set-up for the sandbox makes, such as a company."""
	if importlib.util.find_spec(f"{app}.setup_sandbox"):
		importlib.import_module(f"{app}.setup_sandbox").make_company_records()


def _finish(bench: Bench, site: str) -> None:
	import frappe

	frappe.clear_cache()
	frappe.db.commit()
	frappe.destroy()
	for database in (bench.site_path(site) / "db").glob("*.db"):
		compact(database)
	shutil.rmtree(bench.site_path(site) / "locks", ignore_errors=True)


if __name__ == "__main__":
	main(*sys.argv[1:])
