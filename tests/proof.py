"""A pytest plugin that remembers which clauses of the regulations a passing test has proven in this run."""

from collections.abc import Iterator

import pytest

PROVEN = pytest.StashKey[set[str]]()
LAST = "test_every_covered_clause_has_a_passing_test"


def is_whole_suite(config: pytest.Config) -> bool:
	"""Whether everything runs: no path was given, and nothing is left out by name, marker or last failure."""
	left_out = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise")
	return config.args_source == pytest.Config.ArgsSource.TESTPATHS and not any(
		config.getoption(option, default=None) for option in left_out
	)


def pytest_configure(config: pytest.Config) -> None:
	config.stash[PROVEN] = set()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	"""What is asked about all outcomes runs after all others."""
	items.sort(key=lambda item: item.name == LAST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
	report = yield
	if report.when == "call" and report.passed:
		for marker in item.iter_markers("clause"):
			item.config.stash[PROVEN].update(marker.args)
	return report
