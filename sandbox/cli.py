"""Command line of the sandbox. What needs the engine runs in the sandbox's own Python, which it starts."""

# ruff: noqa: T201 (a command line prints)

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from sandbox.engine import environment, paths
from sandbox.engine.errors import SandboxError


def main(arguments: list[str] | None = None) -> int:
	options = _parser().parse_args(arguments)
	try:
		environment.check_python()
		if environment.is_inside():
			return options.run(options) or 0
		python = environment.ensure(say=lambda message: print(message, file=sys.stderr, flush=True))
		if options.command == "setup":
			print(f"The sandbox is ready; its Python is {python}")
			return 0
		return _continue_in(str(python), sys.argv[1:] if arguments is None else arguments)
	except SandboxError as error:
		print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr)
		return 1
	except KeyboardInterrupt:
		return 130


def _continue_in(python: str, arguments: list[str]) -> int:
	"""Run the same command in the sandbox's Python, in the place of this process where possible."""
	command = [python, "-m", "sandbox", *arguments]
	if os.name == "posix":
		os.execv(python, command)
	return subprocess.call(command)


def _parser() -> argparse.ArgumentParser:
	from sandbox.site import DEFAULT_SITE

	parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
	commands = parser.add_subparsers(dest="command", required=True, metavar="command")

	def add(name, run, description, site="option"):
		command = commands.add_parser(name, help=description, description=description)
		command.set_defaults(run=run)
		if site == "option":
			command.add_argument("--site", default=DEFAULT_SITE, help=f"default: {DEFAULT_SITE}")
		elif site == "argument":
			command.add_argument("site", nargs="?", default=DEFAULT_SITE, help=f"default: {DEFAULT_SITE}")
		return command

	add("setup", lambda options: None, "Make the environment and the engine", site=None)
	add("template", _template, "Make the template that sites are copied from", site=None)
	command = add("new-site", _new_site, "Make a site with all apps", site="argument")
	command.add_argument("--replace", action="store_true", help="remove a site of that name first")
	add("destroy", _destroy, "Remove a site", site="argument")
	add("sites", _sites, "List the sites", site=None)

	command = add("serve", _serve, "Serve a site on 127.0.0.1; it is made if missing")
	command.add_argument("--port", type=int, default=8000)
	command.add_argument("--single-threaded", action="store_true", help="answer one request at a time")

	command = add(
		"demo", _demo, "Play a deal on a fresh site and write it to a page in this folder", site=None
	)
	command.add_argument("--lang", default="en", choices=("en", "zh"))
	command.add_argument("--process", default="R7", help="whose deal is played; default: R7")
	command.add_argument("--site", help="default: demo-LANG.localhost")

	add("console", _console, "Open a Python console on a site")
	command = add("execute", _execute, "Call a function by its dotted path")
	command.add_argument("method")
	command.add_argument("--args", default="[]", help="JSON list")
	command.add_argument("--kwargs", default="{}", help="JSON object")
	command.add_argument("--user", default="Administrator")

	for name, run, description in (
		("install-app", _install_app, "Install an app on a site"),
		("uninstall-app", _uninstall_app, "Remove an app from a site"),
	):
		command = add(name, run, description)
		command.add_argument("app")
	add("list-apps", _list_apps, "List the apps on a site")
	command = add("migrate", _migrate, "Run patches, sync what the apps' files define, run after_migrate")
	command.add_argument("--skip-failing", action="store_true", help="go on after a patch that fails")
	return parser


def _connect(options, user="Administrator"):
	from sandbox import site

	return site.connect(options.site, user)


def _template(options):
	from sandbox import site

	print(site.create_template())


def _new_site(options):
	from sandbox import site

	site.new_site(options.site, replace=options.replace)
	print(f"{options.site} is ready: log in as Administrator with the password {site.ADMIN_PASSWORD!r}")


def _destroy(options):
	from sandbox import site

	site.destroy(options.site)


def _sites(options):
	for config in sorted(paths.sites().glob("*/site_config.json")):
		print(config.parent.name)


def _serve(options):
	from sandbox import serve

	serve.run(options.site, port=options.port, threaded=not options.single_threaded)


def _demo(options):
	from sandbox import site

	name = options.site or f"demo-{options.lang}.localhost"
	site.new_site(name, replace=True)
	site.connect(name)
	from presales_mgmt.demo.errors import DemoError
	from presales_mgmt.demo.play import run

	page = Path.cwd() / f"demo-{options.process}-{options.lang}.html"
	try:
		run(options.process, options.lang, str(page))
	except DemoError as error:
		raise SandboxError(f"{type(error).__name__}: {error}") from error
	print(f"\n{page}")


def _console(options):
	import code

	frappe = _connect(options)
	names = {"frappe": frappe, **{app: frappe.get_module(app) for app in frappe.get_installed_apps()}}
	banner = f"Site {options.site}, apps {', '.join(frappe.get_installed_apps())}. frappe.db.commit() keeps changes."
	code.interact(banner=banner, local=names, exitmsg="")


def _execute(options):
	frappe = _connect(options, options.user)
	method = frappe.get_attr(options.method)
	result = frappe.call(method, *json.loads(options.args), **json.loads(options.kwargs))
	frappe.db.commit()
	if result is not None:
		print(frappe.as_json(result))


def _install_app(options):
	frappe = _connect(options)
	from frappe.installer import install_app

	install_app(options.app)
	frappe.db.commit()


def _uninstall_app(options):
	frappe = _connect(options)
	from frappe.installer import remove_app

	remove_app(options.app, yes=True, no_backup=True)
	frappe.db.commit()


def _list_apps(options):
	print("\n".join(_connect(options).get_installed_apps()))


def _migrate(options):
	from sandbox import site

	_connect(options)
	site.migrate(skip_failing=options.skip_failing)
