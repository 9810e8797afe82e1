"""Which tests carry `@pytest.mark.clause`, read from their source: nothing is imported or run."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from traceability.sources import ROOT

TESTS = ROOT / "tests"


def marked_tests(folder: Path = TESTS) -> dict[str, list[str]]:
	"""Clause id -> the tests that carry it, as "test_file.py::test_name", in the order of files and lines.

	Raises `ValueError` for a marker whose ids are not written out.
	"""
	found: dict[str, list[str]] = defaultdict(list)
	for path in sorted(folder.rglob("test_*.py")):
		name = path.relative_to(folder).as_posix()
		for test, clause in clauses_of(path.read_text(encoding="utf-8"), name):
			if test not in found[clause]:
				found[clause].append(test)
	return dict(found)


def clauses_of(source: str, name: str) -> Iterator[tuple[str, str]]:
	"""(test, clause) for each marker in a test module: on the module, a class, a function, or a parameter."""
	module = ast.parse(source)
	assigned = {
		target.id: node.value
		for node in module.body
		if isinstance(node, ast.Assign)
		for target in node.targets
		if isinstance(target, ast.Name)
	}
	everywhere = [assigned["pytestmark"]] if "pytestmark" in assigned else []
	for node in module.body:
		if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
			for function in node.body:
				yield from _of_function(
					function, f"{name}::{node.name}::", [*everywhere, *node.decorator_list], assigned
				)
		else:
			yield from _of_function(node, f"{name}::", everywhere, assigned)


def _of_function(node, prefix: str, outer: list, assigned: dict) -> Iterator[tuple[str, str]]:
	if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
		return
	test = prefix + node.name
	for mark in (*outer, *node.decorator_list):
		for parameter, call in _marks(mark, assigned):
			for argument in call.args:
				if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
					raise ValueError(f"{test}: the ids of a clause marker must be written out")
				yield f"{test}[{parameter}]" if parameter else test, argument.value


def _marks(node: ast.AST, assigned: dict, parameter: str = "") -> Iterator[tuple[str, ast.Call]]:
	"""The calls of `pytest.mark.clause` in `node`, with the id of the `pytest.param` that they stand in."""
	if isinstance(node, ast.Call):
		function = ast.unparse(node.func)
		if function == "pytest.mark.clause":
			yield parameter, node
			return
		if function == "pytest.param":
			parameter = _parameter_id(node)
	elif isinstance(node, ast.Name) and node.id in assigned:
		# Parameters that are listed once for several tests.
		yield from _marks(assigned[node.id], {key: assigned[key] for key in assigned if key != node.id})
		return
	for child in ast.iter_child_nodes(node):
		yield from _marks(child, assigned, parameter)


def _parameter_id(call: ast.Call) -> str:
	for keyword in call.keywords:
		if keyword.arg == "id" and isinstance(keyword.value, ast.Constant):
			return str(keyword.value.value)
	values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
	return "-".join(map(str, values)) if values and len(values) == len(call.args) else ""
