"""Sites of the sandbox: made once as templates, in layers of one app each, and copied from there.

Making a template takes seconds to minutes, copying it far less than one. A layer is made again exactly when
a file of its app, of an app below it or of the engine has changed.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.engine import environment, paths
from sandbox.engine.errors import SiteError

ADMIN_PASSWORD = "admin"
DEFAULT_SITE = "sandbox.localhost"
KEPT_TEMPLATES_PER_APP = 2

# Files that are read while a site runs and leave no trace in its database.
_NOT_INSTALLED = (".js", ".css", ".scss", ".vue", ".svg", ".png")

# What the engine's own code contributes to a site.
_ENGINE_FOLDERS = ("engine", "overlay", "runtime")


@dataclass(frozen=True)
class App:
	"""An app's package `name` in the folder `source`."""

	name: str
	source: Path

	@property
	def package(self) -> Path:
		return self.source / self.name

	def exists(self) -> bool:
		return (self.package / "hooks.py").is_file()


@dataclass(frozen=True)
class Bench:
	"""A folder of sites and the apps that are installed on them, first to last."""

	sites_path: Path = field(default_factory=paths.sites)
	apps: tuple[App, ...] = (
		App("erpnext", paths.STAND_IN_APPS),
		App("presales_mgmt", paths.REPO_ROOT),
	)

	def site_path(self, name: str) -> Path:
		return self.sites_path / name

	def present_apps(self) -> list[App]:
		return [app for app in self.apps if app.exists()]

	# Templates

	def layers(self) -> list[tuple[str, str]]:
		"""Apps in the order of installation, each with the key of its layer."""
		package = paths.SANDBOX_PACKAGE
		engine = [path for name in _ENGINE_FOLDERS for path in environment.walk(package / name)]
		key = environment.hash_files([Path(__file__), paths.REQUIREMENTS, *engine], package)
		layers = [("frappe", key)]
		for app in self.present_apps():
			files = [path for path in environment.walk(app.package) if path.suffix not in _NOT_INSTALLED]
			own = environment.hash_files(files, app.source)
			key = environment.combine(key, own)
			layers.append((app.name, key))
		return layers

	def create_template(self) -> Path:
		"""Folder of the template site with all apps; made where missing or outdated."""
		layers = self.layers()
		folder = _template_folder(*layers[-1])
		if not folder.is_dir():
			environment.make_folder(paths.templates())
			base = None
			for app, key in layers:
				target = _template_folder(app, key)
				if not target.is_dir():
					self._build_layer(app, target, base)
					_prune(app, keep=target)
				base = target
		os.utime(folder)
		return folder

	def _build_layer(self, app: str, target: Path, base: Path | None) -> None:
		"""Install `app` on a copy of the layer below it, in a process of its own."""
		work = target.with_name(f"{target.name}.making-{os.getpid()}")
		shutil.rmtree(work, ignore_errors=True)
		bench = Bench(work / "sites", self.apps)
		bench.write_apps_txt()
		site = bench.site_path("template")
		if base:
			_copy_site(base, site)
		environment.make_folder(paths.logs())
		log = paths.logs() / f"install-{app}.log"
		arguments = [sys.executable, "-m", "sandbox.install", str(bench.sites_path), site.name, app]
		arguments += [f"{a.name}={a.source}" for a in self.apps]
		started = time.monotonic()
		_say(f"Making a site with {app} (log: {log}) …")
		with log.open("w") as output:
			result = subprocess.run(arguments, stdout=output, stderr=subprocess.STDOUT, cwd=paths.REPO_ROOT)
		if result.returncode:
			shutil.rmtree(work, ignore_errors=True)
			tail = "\n  ".join(log.read_text(errors="replace").splitlines()[-25:])
			raise SiteError(f"installing {app} on a new site failed; the end of {log}:\n  {tail}")
		_say(f"… done in {time.monotonic() - started:.1f} s")
		try:
			site.rename(target)
		except OSError:
			if not target.is_dir():
				raise
		shutil.rmtree(work, ignore_errors=True)

	# Sites

	def new_site(self, name: str = DEFAULT_SITE, *, replace: bool = False) -> Path:
		"""Copy the template to a new site."""
		_check_name(name)
		folder = self.site_path(name)
		if folder.exists():
			if not replace:
				raise SiteError(f"the site {name} exists already; destroy it first or choose another name.")
			self.destroy(name)
		environment.make_folder(self.sites_path)
		self.write_apps_txt()
		_copy_site(self.create_template(), folder)
		return folder

	def destroy(self, name: str) -> None:
		"""Remove a site and all its files."""
		_check_name(name)
		disconnect()
		shutil.rmtree(self.site_path(name), ignore_errors=True)

	def exists(self, name: str) -> bool:
		return (self.site_path(name) / "site_config.json").is_file()

	def connect(self, site: str = DEFAULT_SITE, user: str = "Administrator"):
		"""Connect this process to a site; returns the `frappe` module."""
		if not self.exists(site):
			raise SiteError(f"there is no site {site}; make it with `python -m sandbox new-site {site}`.")
		self.add_to_path()
		import frappe

		disconnect()
		frappe.init(site, sites_path=str(self.sites_path), force=True)
		frappe.connect()
		frappe.set_user(user)
		return frappe

	def add_to_path(self) -> None:
		"""Make the apps importable that are not in the sandbox's own path file."""
		for app in self.apps:
			if str(app.source) not in sys.path:
				sys.path.append(str(app.source))

	def write_apps_txt(self) -> None:
		self.sites_path.mkdir(parents=True, exist_ok=True)
		names = ["frappe", *(app.name for app in self.present_apps())]
		(self.sites_path / "apps.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def disconnect() -> None:
	"""Close this process's connection, if it has one."""
	frappe = sys.modules.get("frappe")
	if frappe and getattr(frappe.local, "initialised", False):
		frappe.destroy()


# The functions below work on the repository's own apps and sites.


def create_template() -> Path:
	return Bench().create_template()


def new_site(name: str = DEFAULT_SITE, *, replace: bool = False) -> Path:
	return Bench().new_site(name, replace=replace)


def connect(site: str = DEFAULT_SITE, user: str = "Administrator"):
	return Bench().connect(site, user)


def destroy(name: str) -> None:
	Bench().destroy(name)


def _say(message: str) -> None:
	sys.stderr.write(f"{message}\n")
	sys.stderr.flush()


def _check_name(name: str) -> None:
	if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
		raise SiteError(f"{name!r} is no name for a site: use small letters, digits, dots and dashes.")


def _template_folder(app: str, key: str) -> Path:
	return paths.templates() / f"{app}-{key}"


def _prune(app: str, keep: Path) -> None:
	"""Remove the oldest templates of an app: each change of its files leaves one behind."""
	found = [
		path
		for path in paths.templates().glob(f"{app}-*")
		if re.fullmatch(rf"{app}-[0-9a-f]+", path.name) and path != keep
	]
	found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
	for path in found[KEPT_TEMPLATES_PER_APP - 1 :]:
		shutil.rmtree(path, ignore_errors=True)


def _copy_site(source: Path, target: Path) -> None:
	"""Copy a site that nobody is connected to; its database file carries the site's name."""
	shutil.copytree(source, target)
	for database in (target / "db").glob("*.db"):
		database.rename(database.with_name(f"{target.name}.db"))


def compact(database: Path) -> None:
	"""Bring a database into one small file."""
	connection = sqlite3.connect(database, isolation_level=None)
	connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
	connection.execute("PRAGMA journal_mode = DELETE")
	connection.execute("VACUUM")
	connection.close()


def migrate(*, skip_failing: bool = False) -> None:
	"""Migrate the connected site: patches, DocTypes, fixtures, customizations, hooks."""
	import frappe
	from frappe.migrate import SiteMigration

	SiteMigration(skip_failing=skip_failing, skip_search_index=True).run(site=None)
	frappe.db.commit()
