"""One site with the fixture app for all of the engine's checks."""

from pathlib import Path

import pytest

from sandbox import pytest_support
from sandbox.engine import paths
from sandbox.site import App, Bench

BENCH = Bench(
	paths.home() / "engine-checks" / "sites",
	(App("sandbox_fixture", Path(__file__).parent / "apps" / "sandbox_fixture"),),
)


@pytest.fixture(scope="session")
def bench():
	return BENCH


@pytest.fixture(scope="session")
def site(bench):
	"""The session's site, connected: yields `frappe`."""
	with pytest_support.session_site(bench) as frappe:
		yield frappe


@pytest.fixture
def frappe(site):
	"""A connected site on which everything is undone after the test."""
	with pytest_support.rolled_back(site):
		yield site
