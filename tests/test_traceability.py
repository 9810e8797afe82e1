"""docs/regulations.md: every clause that the app covers has a test that proves it, and the file is current."""

import os
import subprocess
import sys

import pytest

from tests import proof
from traceability import documents
from traceability.clauses import CLAUSES, IDS, REGULATIONS
from traceability.markers import clauses_of, marked_tests

COVERED = [clause.id for clause in CLAUSES if not clause.later]


def test_the_document_is_current():
	committed = documents.REGULATIONS_PATH.read_text(encoding="utf-8")
	assert committed == documents.regulations_text(), "not current: make regulations"


def test_clauses_are_numbered_without_gaps():
	assert len(IDS) == len(CLAUSES)
	for regulation in REGULATIONS:
		numbers = [int(each.id.split(".")[1]) for each in CLAUSES if each.id.startswith(f"{regulation}.")]
		assert numbers == list(range(1, len(numbers) + 1))
	assert {clause.id.split(".")[0] for clause in CLAUSES} == set(REGULATIONS)
	assert all(clause.by or clause.later for clause in CLAUSES)


def test_no_marker_names_an_unknown_clause():
	assert set(marked_tests()) - IDS == set()


def test_no_process_names_an_unknown_clause():
	assert set(documents.gates_by_clause()) - IDS == set()


def test_every_covered_clause_has_a_test():
	tests = marked_tests()
	assert [clause for clause in COVERED if not tests.get(clause)] == []


def test_markers_are_found_where_they_can_stand():
	source = """
import pytest
pytestmark = pytest.mark.clause("R1.1")
STORIES = [pytest.param("R5", marks=[pytest.mark.slow, pytest.mark.clause("R5.1", "R5.2")]), "R6"]

@pytest.mark.clause("R2.1")
@pytest.mark.parametrize("story", STORIES)
def test_story(story): ...

@pytest.mark.parametrize(("a", "b"), [pytest.param(1, 2, marks=pytest.mark.clause("R3.1")),
	pytest.param(object(), 2, id="named", marks=pytest.mark.clause("R3.2")),
	pytest.param(object(), 2, marks=pytest.mark.clause("R3.3"))])
def test_parameters(a, b): ...

@pytest.mark.clause("R4.1")
class TestThings:
	def test_one(self): ...

@pytest.mark.clause("R9.9")
def helper(): ...
"""
	assert set(clauses_of(source, "t.py")) == {
		("t.py::test_story", "R1.1"),
		("t.py::test_story", "R2.1"),
		("t.py::test_story[R5]", "R5.1"),
		("t.py::test_story[R5]", "R5.2"),
		("t.py::test_parameters", "R1.1"),
		("t.py::test_parameters[1-2]", "R3.1"),
		("t.py::test_parameters[named]", "R3.2"),
		("t.py::test_parameters", "R3.3"),
		("t.py::TestThings::test_one", "R1.1"),
		("t.py::TestThings::test_one", "R4.1"),
	}


def test_ids_that_are_not_written_out_are_refused():
	with pytest.raises(ValueError, match="written out"):
		list(clauses_of("@pytest.mark.clause(*IDS)\ndef test_it(): ...", "t.py"))


# ----------------------------------------------------------------------------------------- outcomes

SUITE = """
import pytest
from tests import proof
@pytest.mark.clause("X1")
def test_passes(): ...
@pytest.mark.clause("X2")
def test_fails(): assert False
@pytest.mark.clause("X3")
def test_skips(): pytest.skip()
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("X4")), 2])
def test_parameter(n): assert n == 1
def {last}(request):
	proven = sorted(request.config.stash[proof.PROVEN])
	assert proven == ["X1", "X4"]
	assert proof.is_whole_suite(request.config) is {whole}
def test_after(): ...
"""


@pytest.mark.parametrize(
	("arguments", "whole"),
	[([], True), (["--maxfail=50", "-v"], True), (["-k", "test_"], False), (["test_suite.py"], False)],
)
def test_outcomes_are_recorded_and_looked_at_last(pytester_run, arguments, whole):
	output = pytester_run(SUITE.format(last=proof.LAST, whole=whole), arguments)
	assert "2 failed, 4 passed, 1 skipped" in output, output


@pytest.fixture
def pytester_run(tmp_path):
	"""Runs pytest on a suite of its own, in a process of its own, and returns what it prints."""

	def run(source: str, arguments: list[str]) -> str:
		(tmp_path / "test_suite.py").write_text(source, encoding="utf-8")
		(tmp_path / "pytest.ini").write_text(
			"[pytest]\ntestpaths = test_suite.py\nmarkers =\n\tclause: of the regulations\n", encoding="utf-8"
		)
		environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(documents.sources.ROOT), *sys.path])}
		command = [
			sys.executable,
			"-m",
			"pytest",
			"-p",
			"tests.proof",
			"-p",
			"no:cacheprovider",
			"-p",
			"no:cov",
		]
		result = subprocess.run(
			[*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
		)
		return result.stdout + result.stderr

	return run


def test_every_covered_clause_has_a_passing_test(request):
	"""Runs last; in a run of only some tests there is nothing to say."""
	if not proof.is_whole_suite(request.config):
		pytest.skip("only some tests run")
	proven = request.config.stash[proof.PROVEN]
	assert [clause for clause in COVERED if clause not in proven] == []
