"""The same tests run on the sandbox (default) and on a real site (PRESALES_BENCH and PRESALES_SITE).

Everything happens inside one transaction that is never committed. The people and master data that most
tests need are made once; each test is rolled back to that point.
"""

import os
import sys
from pathlib import Path

import pytest

from sandbox import pytest_support
from tests import site_worker
from tests.plays import Plays
from tests.world import World

pytest_plugins = ["tests.proof"]

BENCH = os.environ.get("PRESALES_BENCH")
SITE = os.environ.get("PRESALES_SITE")


@pytest.fixture(scope="session")
def is_sandbox() -> bool:
	return not BENCH


@pytest.fixture(scope="session")
def connected(is_sandbox):
	"""`frappe`, connected as Administrator to the site that the tests run on."""
	if is_sandbox:
		with pytest_support.session_site() as frappe:
			yield frappe
		return

	sites = Path(BENCH, "sites").resolve()
	worker = (sys.executable, sites, SITE)
	before = None
	if not is_installed_on_real_site():
		before = site_worker.run(*worker, "snapshot")
		site_worker.run(*worker, "install")
	try:
		yield from _real_site(sites)
	finally:
		if before:
			site_worker.run(*worker, "uninstall")
			assert site_worker.difference(before, site_worker.run(*worker, "snapshot")) == {}


def _real_site(sites: Path):
	import frappe

	os.chdir(sites)
	frappe.init(site=SITE, sites_path=str(sites))
	frappe.connect()
	pytest_support.enter_test_mode(frappe)
	try:
		yield frappe
	finally:
		pytest_support.leave_test_mode(frappe)
		frappe.db.rollback()
		frappe.clear_cache()
		frappe.destroy()


def is_installed_on_real_site() -> bool:
	"""Whether the site that the tests are to run on has the app already."""
	snapshot = site_worker.run(sys.executable, Path(BENCH, "sites").resolve(), SITE, "snapshot")
	return ["presales_mgmt"] in snapshot["apps"]


def pytest_collection(session):
	"""ERPNext writes logs beside the folder that it is imported in, and test modules import it."""
	if BENCH:
		os.chdir(Path(BENCH, "sites"))


def pytest_collection_modifyitems(items):
	"""What needs a site to itself runs before the session opens its one long transaction on it."""
	own = ("bare_site", "own_site")
	items.sort(key=lambda item: not set(own) & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def populated(connected):
	"""The site with people, customer, items and competitors; all gone at the end of the session."""
	with pytest_support.rolled_back(connected):
		world = World()
		world.make()
		connected.db.commit()  # emulated: the point that each test returns to
		yield world


@pytest.fixture(scope="session")
def plays(populated, connected):
	"""The deals of the demo, each played once for all tests that ask what came of it."""
	return Plays(connected)


@pytest.fixture
def world(populated, connected):
	"""The populated site; undone after the test."""
	with pytest_support.rolled_back(connected):
		yield populated


@pytest.fixture
def frappe(connected, world):
	return connected


@pytest.fixture
def count_queries(connected):
	"""A context manager that counts the SQL statements sent to the database inside it, as `.count` and `.queries`."""

	class Counter:
		def __enter__(self):
			self.queries = []
			self.original = connected.db.sql

			def counted(query, *args, **kwargs):
				self.queries.append(str(query))
				return self.original(query, *args, **kwargs)

			connected.db.sql = counted
			return self

		def __exit__(self, *exception):
			connected.db.__dict__.pop("sql", None)

		@property
		def count(self) -> int:
			return len(self.queries)

	return Counter
