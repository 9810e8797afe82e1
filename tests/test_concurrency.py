"""Two people at once, each with a connection of their own to a site where everything is committed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import site_worker
from tests.conftest import BENCH, SITE, is_installed_on_real_site
from tests.race_worker import REVIEWERS


@pytest.fixture(scope="module")
def own_site():
	"""(path of the sites, name) of a site with the app to which nobody else is connected."""
	if not BENCH:
		from sandbox.engine import paths
		from sandbox.site import Bench

		sites = paths.home() / "concurrency" / "sites"
		shutil.rmtree(sites, ignore_errors=True)
		Bench(sites).new_site("race")
		yield sites, "race"
		shutil.rmtree(sites)
		return

	sites = Path(BENCH, "sites").resolve()
	was_there = is_installed_on_real_site()
	if not was_there:
		site_worker.run(sys.executable, sites, SITE, "install")
	yield sites, SITE
	if not was_there:
		site_worker.run(sys.executable, sites, SITE, "uninstall")


def start(site, action, *arguments):
	command = [sys.executable, "-m", "tests.race_worker", *map(str, site), action, *arguments]
	environ = {
		**os.environ,
		"PYTHONPATH": os.pathsep.join([str(site_worker.ROOT), os.environ.get("PYTHONPATH", "")]),
	}
	return subprocess.Popen(
		command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, cwd=site_worker.ROOT
	)


def finish(process):
	output, errors = process.communicate(timeout=120)
	assert process.returncode == 0, errors[-4000:]
	return json.loads(output.splitlines()[-1])


def call(site, action, *arguments):
	return finish(start(site, action, *arguments))


def together(site, action, *arguments):
	"""The results of two processes that do the same at the same moment."""
	at = str(time.time() + 6)
	return sorted(
		finish(process) for process in [start(site, action, *arguments, at) for _number in range(2)]
	)


@pytest.fixture(scope="module")
def projects(own_site):
	yield call(own_site, "prepare")
	call(own_site, "clean")


def test_of_two_who_move_at_once_one_wins_and_the_other_gets_a_clear_error(own_site, projects):
	assert together(own_site, "move", projects[0]) == ["StageConflictError", "moved"]
	assert call(own_site, "logs", projects[0]) == 1


def test_of_two_who_save_at_once_one_wins_and_nothing_is_lost(own_site, projects):
	assert together(own_site, "save", projects[1]) == ["TimestampMismatchError", "saved"]


def test_of_two_who_begin_an_application_at_once_one_is_refused(own_site, projects):
	"""Each has read before the other has written: without a locking read both would begin one."""
	assert together(own_site, "draft", projects[2]) == ["DuplicateEntryError", "drafted"]


def test_of_two_who_decide_at_once_the_second_concludes_the_review(own_site, projects):
	"""Each has read before the other has written, as requests do; without locking reads none concludes."""
	review = call(own_site, "prepare_review", projects[0])
	at = str(time.time() + 6)
	processes = [start(own_site, "decide", review, user, at) for user in REVIEWERS]
	assert [finish(process) for process in processes] == ["decided", "decided"]
	assert call(own_site, "outcome", review) == ["Approved with Conditions", True, [80, 80, 80], 2]


def test_of_two_who_submit_a_solution_at_once_the_second_supersedes_the_first(own_site, projects):
	drafts = call(own_site, "prepare_solutions", projects[0])
	at = str(time.time() + 6)
	processes = [start(own_site, "release", draft, at) for draft in drafts]
	assert [finish(process) for process in processes] == ["released", "released"]
	assert call(own_site, "versions", projects[0]) == [[1, "Superseded"], [2, "Current"]]


def test_of_two_who_cost_at_once_the_second_is_a_later_version(own_site, projects):
	assert together(own_site, "estimate", projects[1]) == [1, 2]
	assert call(own_site, "current_versions", projects[1]) == [[1, "Superseded"], [2, "Current"], 100]


def test_of_two_who_begin_a_bid_at_once_one_is_refused(own_site, projects):
	"""Each has read before the other has written: without a locking read both would begin one."""
	assert together(own_site, "bid", projects[0]) == ["DuplicateEntryError", "begun"]


def test_of_two_who_spend_at_once_the_second_sees_what_the_first_has_spent(own_site, projects):
	"""Each has read before the other has written; without locking reads both would fit the budget."""
	drafts = call(own_site, "prepare_hours", projects[1])
	at = str(time.time() + 6)
	processes = [start(own_site, "spend", draft, at) for draft in drafts]
	assert sorted(finish(process) for process in processes) == ["BudgetError", "submitted"]
	assert call(own_site, "cost", projects[1]) == [100, [100]]
