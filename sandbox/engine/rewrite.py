"""Small, checked edits of the engine's source text.

Every edit names the text or the definition it replaces and fails when that is not there exactly as often as
expected, so that a different engine is noticed at set-up and not in the middle of a test.
"""

import ast
from collections.abc import Callable
from pathlib import Path

from sandbox.engine.errors import RepairError

Edit = Callable[[str], str]


def substitute(old: str, new: str, count: int = 1) -> Edit:
	"""Replace `old`, which must occur `count` times, by `new`."""

	def edit(text: str) -> str:
		found = text.count(old)
		if found != count:
			raise RepairError(f"expected {count} × {old!r}, found {found}")
		return text.replace(old, new)

	return edit


def define(name: str, source: str) -> Edit:
	"""Replace the function or method `name` (``function`` or ``Class.method``) by `source`."""

	def edit(text: str) -> str:
		first, last = _lines_of(text, name)
		lines = text.splitlines(keepends=True)
		indent = "\t" * name.count(".")
		body = "".join(f"{indent}{line}\n" for line in source.strip("\n").splitlines())
		return "".join(lines[: first - 1]) + body + "".join(lines[last:])

	return edit


def import_from(module: str, *names: str) -> list[Edit]:
	"""Replace each top-level function in `names` by an import of the same name from `module`."""
	return [define(name, f"from {module} import {name}") for name in names]


def append(source: str) -> Edit:
	"""Add `source` at the end of the file."""
	return lambda text: text.rstrip("\n") + "\n\n\n" + source.strip("\n") + "\n"


def _lines_of(text: str, name: str) -> tuple[int, int]:
	"""First (decorators included) and last line of a definition."""
	body: list[ast.stmt] = ast.parse(text).body
	node = None
	for part in name.split("."):
		matches = [
			item
			for item in body
			if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and item.name == part
		]
		if not matches:
			raise RepairError(f"no definition of {name!r}")
		node = matches[-1]
		body = node.body
	first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
	return first, node.end_lineno


def apply(root: Path, repairs: dict[str, list[Edit]]) -> None:
	"""Edit the files under `root` in place."""
	for name, edits in repairs.items():
		path = root / name
		if not path.is_file():
			raise RepairError(f"{name}: no such file in the engine")
		text = path.read_text(encoding="utf-8")
		for edit in edits:
			try:
				text = edit(text)
			except RepairError as error:
				raise RepairError(
					f"{name}: {error}. The engine is not the pinned version; remove the sandbox folder "
					"and run the set-up again."
				) from error
		path.write_text(text, encoding="utf-8")
