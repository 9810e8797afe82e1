"""What the app's files say about rights, without a site: DocTypes, workflow, reports, whitelisted functions."""

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "presales_mgmt"
MODULE = APP / "presales_mgmt"
RIGHTS = ("read", "create", "write", "submit", "cancel", "delete", "export")


@cache
def doctype(name: str) -> dict:
	"""The file of a DocType of this app. Raises `KeyError` for another name."""
	folder = name.lower().replace(" ", "_")
	path = MODULE / "doctype" / folder / f"{folder}.json"
	if not path.is_file():
		raise KeyError(name)
	return json.loads(path.read_text(encoding="utf-8"))


def roles_with(name: str, right: str) -> set[str]:
	"""The roles that have `right` on the DocType `name`."""
	return {
		row["role"] for row in doctype(name)["permissions"] if row.get(right) and not row.get("permlevel")
	}


@cache
def transitions() -> dict[str, set[str]]:
	"""Action of the shipped workflow -> the roles that may take it."""
	workflow = json.loads((APP / "workflow" / "presales_project_lifecycle.json").read_text(encoding="utf-8"))
	roles: dict[str, set[str]] = {}
	for row in workflow["transitions"]:
		roles.setdefault(row["action"], set()).add(row["allowed"])
	return roles


@cache
def report_roles(name: str) -> set[str]:
	"""The roles that may open a report of this app. Raises `KeyError` for another name."""
	folder = name.lower().replace(" ", "_")
	path = MODULE / "report" / folder / f"{folder}.json"
	if not path.is_file():
		raise KeyError(name)
	return {row["role"] for row in json.loads(path.read_text(encoding="utf-8"))["roles"]}


@cache
def whitelisted_functions() -> set[str]:
	"""The functions of `presales_mgmt.api` that forms and REST clients can call."""
	tree = ast.parse((APP / "api.py").read_text(encoding="utf-8"))
	return {
		node.name
		for node in tree.body
		if isinstance(node, ast.FunctionDef)
		and any("whitelist" in ast.dump(decorator) for decorator in node.decorator_list)
	}


@cache
def project_roles() -> set[str]:
	"""What somebody can be on a project, in its team or among its supervisors."""
	fields = {df["fieldname"]: df for df in doctype("Presales Project Member")["fields"]}
	return set(filter(None, fields["project_role"]["options"].split("\n")))


@cache
def constant(path: str, name: str) -> Any:
	"""The value of a module-level constant of literals; `path` is relative to the app. Raises `KeyError`."""
	for node in ast.parse((APP / path).read_text(encoding="utf-8")).body:
		if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets):
			return _value(node.value, path)
	raise KeyError(name)


def _value(node: ast.expr, path: str) -> Any:
	if isinstance(node, ast.Call) and ast.unparse(node.func) == "frozenset":
		return frozenset(_value(node.args[0], path)) if node.args else frozenset()
	if isinstance(node, ast.Name):
		return constant(path, node.id)
	if isinstance(node, ast.Set | ast.Tuple | ast.List):
		return [_value(item, path) for item in node.elts]
	return ast.literal_eval(node)
