"""Serves a site over HTTP on this machine: the REST API, logins with real sessions, files and web pages."""

# ruff: noqa: T201 (a server says where it is)

import logging

from sandbox.site import ADMIN_PASSWORD, Bench, disconnect

HOST = "127.0.0.1"


def make_application(bench: Bench, site: str):
	"""The WSGI application of one site, with its files and the apps' public folders."""
	frappe = bench.connect(site)
	from frappe.app import application as frappe_application
	from frappe.middlewares import StaticDataMiddleware
	from werkzeug.middleware.shared_data import SharedDataMiddleware

	built = bench.sites_path / "assets"
	public = {f"/assets/{app}": frappe.get_app_path(app, "public") for app in frappe.get_installed_apps()}
	disconnect()
	application = SharedDataMiddleware(frappe_application, public)
	if built.is_dir():
		# Bundles of the desk that a build has put there come before the apps' sources.
		application = SharedDataMiddleware(application, {"/assets": str(built)})
	return StaticDataMiddleware(application, {"/files": str(bench.site_path(site))})


def run(site: str, *, port: int = 8000, threaded: bool = True, bench: Bench | None = None) -> None:
	"""Serve until interrupted. Background jobs run in a thread of their own."""
	bench = bench or Bench()
	if not bench.exists(site):
		bench.new_site(site)
	application = make_application(bench, site)

	from werkzeug.serving import run_simple

	from sandbox.runtime import jobs

	jobs.start_worker()
	logging.getLogger("werkzeug").setLevel(logging.INFO)
	print(f"Site {site}: http://{HOST}:{port}", flush=True)
	print(f"Log in as Administrator with the password {ADMIN_PASSWORD!r}; stop with Ctrl+C.", flush=True)
	run_simple(HOST, port, application, threaded=threaded, use_reloader=False, use_debugger=False)
