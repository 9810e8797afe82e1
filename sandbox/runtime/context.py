"""Which site is current, and where it and the apps are (the engine knows one nameless site)."""

import os
from pathlib import Path

import frappe

# The site used when none is named: the engine calls `frappe.init()` without one in many places.
_default: dict[str, str | None] = {"site": None, "sites_path": None}


def bind(site: str | None, sites_path: str | None) -> None:
	"""Set what `frappe.init` must know of the site before it reads the site's configuration."""
	local = frappe.local
	site = site or _default["site"] or os.environ.get("FRAPPE_SITE") or ""
	sites_path = os.path.abspath(sites_path or _default["sites_path"] or os.environ.get("SITES_PATH") or ".")
	if site:
		_default.update(site=site, sites_path=sites_path)
	local.site = site
	local.sites_path = sites_path
	local.site_path = os.path.join(sites_path, site)
	local.app_path = sites_path


def get_site_config(sites_path=None, site_path=None, *, cached=False):
	"""The site's configuration: what all sites share, and on top of it the site's own file."""
	sites_path = sites_path or getattr(frappe.local, "sites_path", None)
	site_path = site_path or getattr(frappe.local, "site_path", None)
	config = frappe._dict(DEFAULTS)
	for folder, name in ((sites_path, "common_site_config.json"), (site_path, "site_config.json")):
		if folder and (path := Path(folder) / name).is_file():
			config.update(frappe.get_file_json(path))
	config.setdefault("db_name", getattr(frappe.local, "site", None) or None)
	return config


# No mail leaves the sandbox, and there is no server for sockets, queues or caches.
DEFAULTS = {
	"db_type": "sqlite",
	"mute_emails": 1,
	"mail_server": "localhost",
	"auto_email_id": "notifications@example.com",
	"disable_mail_smtp_authentication": 1,
	"allow_tests": 1,
	"developer_mode": 0,
	"skip_setup_wizard": 1,
	"webserver_port": 8000,
	"max_file_size": 25 * 1024 * 1024,
	"disable_website_cache": 1,
	"socketio_port": 0,
}


def get_site_name() -> str:
	return getattr(frappe.local, "site", None) or ""


def get_sites(sites_path=None) -> list[str]:
	sites_path = Path(sites_path or frappe.local.sites_path)
	return sorted(path.parent.name for path in sites_path.glob("*/site_config.json"))


def get_bench_path() -> str:
	"""The folder that holds the sites' folder, as a bench's root does."""
	return str(Path(frappe.local.sites_path).parent)


def connect(site=None, db_name=None, set_admin_as_user=True):
	"""Connect to the database of `site`."""
	from frappe.database import get_db

	# `init` itself may need the list of installed apps, and for that a connection.
	if site or not getattr(frappe.local, "conf", None):
		frappe.init(site)
	if db := getattr(frappe.local, "db", None):
		db.close()
	frappe.local.db = get_db(cur_db_name=db_name or frappe.local.conf.db_name)
	if set_admin_as_user:
		frappe.set_user("Administrator")


def log_file(name: str) -> str:
	"""Path of a log file (the engine writes to ``../logs``, wherever it was started)."""
	folder = Path(frappe.local.sites_path).parent / "logs"
	folder.mkdir(parents=True, exist_ok=True)
	return str(folder / name)


def check_redis(redis_services=None) -> dict[str, bool]:
	"""The cache is a part of the process: it always runs."""
	return dict.fromkeys(redis_services or ("redis_cache", "redis_queue"), True)


def get_assets_json() -> dict:
	"""Where the desk's bundles are; without built ones pages go without scripts and styles."""
	path = Path(frappe.local.sites_path) / "assets" / "assets.json"
	return frappe._dict(frappe.get_file_json(path)) if path.is_file() else frappe._dict()
