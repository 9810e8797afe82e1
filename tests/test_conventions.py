"""Conventions of this app that its files alone can show: no site, and but for one check no Frappe.

Each rule is a function from a source file to what it finds there, as "path:line: what". Below the rules they
are run on the app, and each on a bad snippet, so that a rule that finds nothing is known to be able to.
Lists of exceptions name file and function with a reason; an exception that nothing needs any more fails too.
"""

import ast
import json
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = "presales_mgmt"
MODULE = "Presales Mgmt"

# --------------------------------------------------------------------------------------------- exceptions

# (file, function) -> why it may call `frappe.db.commit()`. Elsewhere the request or the job commits.
COMMITS = {
	("presales_mgmt/setup/uninstall.py", "after_uninstall"): "the uninstaller has committed before",
	("presales_mgmt/reminders.py", "send_all"): "each batch of a job stands when a later one fails",
	("presales_mgmt/demo/play.py", "run"): "started by `bench execute`; the caller can say commit=False",
	("presales_mgmt/demo/play.py", "remove"): "started by `bench execute`; the caller can say commit=False",
}

# (file, function) -> why it may send SQL text of its own.
SQL = {
	(
		"presales_mgmt/setup/custom_fields.py",
		"delete_custom_field",
	): "drops columns, for which there is no other way; the names are constants of this app",
	(
		"presales_mgmt/setup/indexes.py",
		"remove_indexes",
	): "drops indexes, for which there is no other way; the names are constants of this app",
}

# (file, function) -> why SQL text is put together there.
FORMATTED_SQL = {
	(
		"presales_mgmt/setup/custom_fields.py",
		"delete_custom_field",
	): "column names cannot be parameters; these are constants of this app",
	(
		"presales_mgmt/setup/indexes.py",
		"remove_indexes",
	): "names of tables and indexes cannot be parameters; these are constants of this app",
	(
		"presales_mgmt/permissions/visibility.py",
		"_narrowed_criterion",
	): "conditions that Frappe has built, with the values escaped",
	(
		"presales_mgmt/permissions/visibility.py",
		"_visible_names",
	): "conditions that the query builder has built, with the values escaped",
}

# (file, function) -> why it is no POST although its name is no reading verb.
READS = {
	(
		"presales_mgmt/overrides/project_link.py",
		"make_presales_project",
	): "maps an opportunity to an unsaved document; nothing is written",
	(
		"presales_mgmt/contracts.py",
		"make_contract",
	): "maps a quotation to an unsaved document; nothing is written",
	(
		"presales_mgmt/solutions.py",
		"make_next_version",
	): "maps a solution to an unsaved document; nothing is written",
	(
		"presales_mgmt/offering.py",
		"make_quotation",
	): "maps an estimate to an unsaved document; nothing is written",
	(
		"presales_mgmt/quotations.py",
		"make_next_version",
	): "maps a quotation to an unsaved document; nothing is written",
	(
		"presales_mgmt/delivery.py",
		"make_kickoff_meeting",
	): "maps a handover to an unsaved document; nothing is written",
}

# Folders whose code runs for the system and not for a user, so that permissions say nothing there.
SYSTEM_FOLDERS = ("presales_mgmt/setup/", "presales_mgmt/patches/")

# A program that a person starts in a terminal.
PRINTING_FOLDERS = ("presales_mgmt/demo/",)

# ---------------------------------------------------------------------------------------------- vocabulary

READING_VERBS = ("get_", "list_", "find_", "count_", "search_", "preview_", "has_", "is_")

# Methods that write when they are called on a document, or on `frappe` or `frappe.db`.
WRITES_ON_DOCUMENT = {"insert", "save", "submit", "cancel", "db_set", "db_insert", "db_update", "add_comment"}
WRITES_ON_FRAPPE = {
	"frappe.delete_doc",
	"frappe.rename_doc",
	"frappe.db.bulk_insert",
	"frappe.db.delete",
	"frappe.db.set_default",
	"frappe.db.set_global",
	"frappe.db.set_single_value",
	"frappe.db.set_value",
}

LISTS = {"frappe.get_all", "frappe.get_list", "frappe.db.get_all", "frappe.db.get_list"}

SQL_METHODS = {"sql", "sql_ddl", "sql_list", "multisql"}
SQL_TEXT_TAKERS = SQL_METHODS | {"LiteralValue", "PseudoColumn", "RawCriterion"}

# Hooks by which an app changes other apps' classes or methods.
PATCHING_HOOKS = {"override_doctype_class", "extend_doctype_class", "override_whitelisted_methods"}

# Where modules may set attributes of what they imported: the state of a request, a job or a test.
REQUEST_STATE = ("frappe.local", "frappe.flags")


# -------------------------------------------------------------------------------------------------- sources


@dataclass(frozen=True)
class Source:
	"""One Python file: `path` relative to the repository, and its text."""

	path: str
	text: str = field(repr=False)

	@cached_property
	def tree(self) -> ast.Module:
		return ast.parse(self.text, self.path)

	@cached_property
	def comment_lines(self) -> set[int]:
		"""Numbers of the lines with a comment. A `#` inside a string is none."""
		import io
		import tokenize

		tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
		return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}

	@cached_property
	def functions(self) -> dict[ast.AST, str]:
		"""Every node -> name of the outermost function that it lies in; "" on the level of module or class."""
		names: dict[ast.AST, str] = {}

		def visit(node: ast.AST, name: str) -> None:
			if not name and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
				name = node.name
			names[node] = name
			for child in ast.iter_child_nodes(node):
				visit(child, name)

		visit(self.tree, "")
		return names

	def calls(self) -> Iterator[ast.Call]:
		return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

	def found(self, node: ast.AST, what: str) -> str:
		return f"{self.path}:{node.lineno}: {what}"


def python_sources(folder: Path = ROOT / APP) -> list[Source]:
	return [
		Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
		for path in sorted(folder.rglob("*.py"))
	]


def files(pattern: str) -> list[Path]:
	return [path for path in sorted((ROOT / APP).rglob(pattern)) if "node_modules" not in path.parts]


def dotted(node: ast.AST) -> str:
	"""`a.b.c` for such an expression, "" for any other."""
	if isinstance(node, ast.Name):
		return node.id
	if isinstance(node, ast.Attribute):
		base = dotted(node.value)
		return base and f"{base}.{node.attr}"
	return ""


def last_name(node: ast.AST) -> str:
	"""`c` for `<anything>.c` and for `c`."""
	return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_constant(node: ast.AST | None, value) -> bool:
	return isinstance(node, ast.Constant) and node.value is value


def keyword_of(call: ast.Call, name: str) -> ast.keyword | None:
	return next((word for word in call.keywords if word.arg == name), None)


# ---------------------------------------------------------------------------------------- rules for Python


def whitelist_decorator(function: ast.FunctionDef) -> ast.expr | None:
	for decorator in function.decorator_list:
		target = decorator.func if isinstance(decorator, ast.Call) else decorator
		if dotted(target) in ("frappe.whitelist", "whitelist"):
			return decorator
	return None


def whitelisted_functions(source: Source) -> Iterator[ast.FunctionDef]:
	for node in ast.walk(source.tree):
		if isinstance(node, ast.FunctionDef) and whitelist_decorator(node) is not None:
			yield node


def untyped_whitelisted(source: Source, used: set) -> Iterator[str]:
	"""Every argument and the result of a whitelisted function has a type, and it has a docstring."""
	for function in whitelisted_functions(source):
		arguments = function.args
		named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
		for argument in [*named, *filter(None, (arguments.vararg, arguments.kwarg))]:
			if argument.annotation is None and argument.arg not in ("self", "cls"):
				yield source.found(argument, f"{function.name}: argument {argument.arg} has no type")
		if function.returns is None:
			yield source.found(function, f"{function.name}: the result has no type")
		if not ast.get_docstring(function):
			yield source.found(function, f"{function.name}: no docstring")


def writes_by_get(source: Source, used: set) -> Iterator[str]:
	"""A whitelisted function is `methods=["POST"]` unless its name is a reading verb and it writes nothing itself."""
	for function in whitelisted_functions(source):
		decorator = whitelist_decorator(function)
		methods = keyword_of(decorator, "methods") if isinstance(decorator, ast.Call) else None
		if methods and ast.unparse(methods.value) in ("['POST']", "('POST',)"):
			continue
		writing = next((call for call in ast.walk(function) if _writes(call)), None)
		if writing:
			yield source.found(
				writing, f'{function.name}: writes ({dotted(writing.func)}), expected methods=["POST"]'
			)
		elif not function.name.startswith(READING_VERBS):
			key = (source.path, function.name)
			used.add(key)
			if key not in READS:
				yield source.found(
					function, f'{function.name}: not named as a reader, expected methods=["POST"]'
				)


def _writes(node: ast.AST) -> bool:
	if not isinstance(node, ast.Call):
		return False
	name = dotted(node.func)
	if name in WRITES_ON_FRAPPE:
		return True
	return (
		isinstance(node.func, ast.Attribute)
		and node.func.attr in WRITES_ON_DOCUMENT
		and not name.startswith("frappe.")
	)


def commits(source: Source, used: set) -> Iterator[str]:
	"""Nothing commits but what is listed in COMMITS."""
	for call in source.calls():
		if dotted(call.func).endswith("db.commit"):
			key = (source.path, source.functions[call])
			used.add(key)
			if key not in COMMITS:
				yield source.found(call, "commits; the request or the job does that")


def raw_sql(source: Source, used: set) -> Iterator[str]:
	"""Queries go through the ORM or frappe.qb; SQL text is sent only where SQL lists it."""
	for call in source.calls():
		name = dotted(call.func)
		if name.rpartition(".")[2] in SQL_METHODS and name.rpartition(".")[0].endswith("db"):
			key = (source.path, source.functions[call])
			used.add(key)
			if key not in SQL:
				yield source.found(call, f"{name}: use frappe.qb or the ORM")


def formatted_sql(source: Source, used: set) -> Iterator[str]:
	"""No SQL text is put together from values: by f-string, `%`, `+` or `.format`, in place or in a name."""
	for call in source.calls():
		if last_name(call.func) not in SQL_TEXT_TAKERS or not call.args:
			continue
		text = call.args[0]
		texts = [text]
		if isinstance(text, ast.Name):
			scope = source.functions[call]
			texts = [
				node.value
				for node in ast.walk(source.tree)
				if isinstance(node, ast.Assign | ast.AugAssign)
				and source.functions[node] in (scope, "")
				and text.id in {dotted(target) for target in _targets(node)}
			]
		if any(_is_formatted(text) for text in texts):
			key = (source.path, source.functions[call])
			used.add(key)
			if key not in FORMATTED_SQL:
				yield source.found(call, "SQL text with values formatted in")


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> list[ast.expr]:
	return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_formatted(node: ast.AST) -> bool:
	if isinstance(node, ast.JoinedStr):
		return any(isinstance(part, ast.FormattedValue) for part in node.values)
	if isinstance(node, ast.BinOp):
		if isinstance(node.op, ast.Mod):
			return True
		literal = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
		return isinstance(node.op, ast.Add) and not literal
	return isinstance(node, ast.Call) and last_name(node.func) == "format"


def unordered_lists(source: Source, used: set) -> Iterator[str]:
	"""Every get_all and get_list names its `order_by`.

	No exception, not for limit=1 either: the default differs between Frappe v15 and v16.
	"""
	for call in source.calls():
		name = dotted(call.func)
		if name not in LISTS:
			continue
		order = keyword_of(call, "order_by")
		if order is None or is_constant(order.value, None) or is_constant(order.value, ""):
			yield source.found(call, f"{name} without order_by")


def unexplained_permissions(source: Source, used: set) -> Iterator[str]:
	"""Whatever ignores permissions says why: in a comment on its line, or on one of the two lines above.

	Of a statement that takes several lines the two lines above its first line count, and those inside it.
	"""
	if source.path.startswith(SYSTEM_FOLDERS):
		return
	statements = [node for node in ast.walk(source.tree) if isinstance(node, ast.stmt)]
	for node in _permission_ignorers(source.tree):
		around = [
			statement
			for statement in statements
			if statement.lineno <= node.lineno <= statement.end_lineno and not hasattr(statement, "body")
		]
		first = max((statement.lineno for statement in around), default=node.lineno)
		if not source.comment_lines.intersection(range(first - 2, node.lineno + 1)):
			yield source.found(node, "ignores permissions without a comment that says why")


def _permission_ignorers(tree: ast.AST) -> Iterator[ast.AST]:
	for node in ast.walk(tree):
		if isinstance(node, ast.keyword) and node.arg == "ignore_permissions":
			if is_constant(node.value, True):
				yield node.value
		elif isinstance(node, ast.Assign | ast.AnnAssign):
			if is_constant(node.value, True) and any(
				last_name(target) == "ignore_permissions" for target in _targets(node)
			):
				yield node
		elif isinstance(node, ast.Dict):
			for key, value in zip(node.keys, node.values, strict=True):
				if (
					isinstance(key, ast.Constant)
					and key.value == "ignore_permissions"
					and is_constant(value, True)
				):
					yield key


def prints(source: Source, used: set) -> Iterator[str]:
	"""The app prints nothing: it throws, shows messages or logs."""
	if source.path.startswith(PRINTING_FOLDERS):
		return
	for call in source.calls():
		if dotted(call.func) in ("print", "pprint", "pprint.pprint"):
			yield source.found(call, "prints")


def monkey_patches(source: Source, used: set) -> Iterator[str]:
	"""No attribute is set on what was imported from elsewhere, and no hook replaces others' classes or methods."""
	foreign = set()
	for node in ast.walk(source.tree):
		if isinstance(node, ast.Import):
			names = [(alias.name, alias.asname or alias.name.split(".")[0]) for alias in node.names]
		elif isinstance(node, ast.ImportFrom):
			names = [(node.module or "", alias.asname or alias.name) for alias in node.names]
		else:
			continue
		foreign.update(name for module, name in names if module.split(".")[0] != APP)

	for node in ast.walk(source.tree):
		if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
			for target in _targets(node):
				name = dotted(target)
				if source.path == f"{APP}/hooks.py" and name in PATCHING_HOOKS:
					yield source.found(node, f"{name}: use doc_events")
				if isinstance(target, ast.Attribute) and _is_foreign(name, foreign):
					yield source.found(node, f"sets {name}, which belongs to another package")
		elif isinstance(node, ast.Call) and dotted(node.func) == "setattr" and node.args:
			name = dotted(node.args[0])
			if _is_foreign(name, foreign):
				yield source.found(node, f"sets an attribute of {name}, which belongs to another package")


def _is_foreign(name: str, foreign: set[str]) -> bool:
	return name.split(".")[0] in foreign and not name.startswith(REQUEST_STATE)


# ----------------------------------------------------------------------------------------- rules for hooks


def resolve(path: str, root: Path = ROOT) -> ast.AST | None:
	"""What the dotted path `path` names among the files below `root`: a module, function, class or constant."""
	parts = path.split(".")
	for end in range(len(parts), 0, -1):
		base = root.joinpath(*parts[:end])
		file = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
		if not file.is_file():
			continue
		node: ast.AST | None = ast.parse(file.read_text(encoding="utf-8"))
		for name in parts[end:]:
			node = _member(node, name)
		return node
	return None


def _member(node: ast.AST | None, name: str) -> ast.AST | None:
	for child in getattr(node, "body", ()):
		if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == name:
			return child
		if isinstance(child, ast.Assign | ast.AnnAssign) and name in map(dotted, _targets(child)):
			return child
	return None


def broken_hooks(source: Source, used: set, root: Path = ROOT) -> Iterator[str]:
	"""What hooks.py names exists: functions by their dotted path, files of the app by theirs."""
	app = root / APP
	for node in ast.walk(source.tree):
		if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
			continue
		text = node.value
		if re.fullmatch(rf"{APP}(\.\w+)+", text):
			if not isinstance(resolve(text, root), ast.FunctionDef):
				yield source.found(node, f"{text} is no function of this app")
		elif re.fullmatch(r"[\w./-]+\.(js|css|scss|html|json|svg|png)", text):
			relative = re.sub(rf"^/?assets/{APP}/", "public/", text)
			is_bundle = ".bundle." in text and "/" not in text
			exists = (
				any((app / "public").rglob(text)) if is_bundle else (app / relative.lstrip("/")).is_file()
			)
			if not exists:
				yield source.found(node, f"the file {text} does not exist")


def forgotten_scripts(hooks: str, scripts: dict[str, str]) -> Iterator[str]:
	"""Every script in public/js is named in hooks.py or imported by another script.

	Args:
		hooks: text of hooks.py.
		scripts: path -> text of all scripts in public/.
	"""
	for path in scripts:
		name = path.rpartition("/")[2]
		importers = (text for other, text in scripts.items() if other != path)
		if name not in hooks and not any(
			name in text or name.rpartition(".")[0] in text for text in importers
		):
			yield f"{path}: nothing loads it"


def broken_calls(path: str, text: str, root: Path = ROOT) -> Iterator[str]:
	"""Methods of this app that a script calls exist, and are whitelisted."""
	for number, line in enumerate(text.splitlines(), 1):
		for name in re.findall(rf"""["'`]({APP}(?:\.\w+)+)["'`]""", line):
			function = resolve(name, root)
			if not isinstance(function, ast.FunctionDef) or whitelist_decorator(function) is None:
				yield f"{path}:{number}: {name} is no whitelisted function"


# -------------------------------------------------------------------------------------- rules for DocTypes


def unformatted(path: str, text: str) -> Iterator[str]:
	"""The text is what Frappe writes when the DocType is saved, so that saving one shows what has changed."""
	try:
		wanted = canonical(text)
	except ValueError as error:
		yield f"{path}: no JSON: {error}"
		return
	if text != wanted:
		rows = enumerate(zip(text.splitlines(), wanted.splitlines(), strict=False), 1)
		line = next((number for number, (found, expected) in rows if found != expected), 1)
		yield f"{path}:{line}: not as Frappe writes it (make format)"


def canonical(text: str) -> str:
	"""JSON as Frappe writes it: keys sorted, indented by one space, a line feed at the end."""
	return json.dumps(json.loads(text), indent=1, sort_keys=True, separators=(",", ": ")) + "\n"


def misnamed(path: str, doctype: dict) -> Iterator[str]:
	"""Name, folder and module agree, and a document says what it is called."""
	folder = doctype["name"].lower().replace(" ", "_")
	if path.split("/")[-2:] != [folder, f"{folder}.json"]:
		yield f"{path}: the DocType {doctype['name']} belongs in {folder}/{folder}.json"
	if doctype.get("module") != MODULE:
		yield f"{path}: module {doctype.get('module')}, expected {MODULE}"
	if doctype.get("istable") or doctype.get("issingle"):
		return
	fieldnames = {df["fieldname"] for df in doctype["fields"]}
	title = doctype.get("title_field")
	if title and title not in fieldnames:
		yield f"{path}: title_field {title} is no field"
	if not title and not doctype.get("autoname"):
		yield f"{path}: neither title_field nor autoname"


def unindexed_projects(path: str, doctype: dict) -> Iterator[str]:
	"""Every link to a project is indexed: lists, gates and reports go by it."""
	for df in doctype["fields"]:
		links = df["fieldtype"] == "Link" and df.get("options") == "Presales Project"
		if links and not df.get("search_index") and not df.get("unique"):
			yield f"{path}: field {df['fieldname']} has no search_index"


def generous_permissions(path: str, doctype: dict) -> Iterator[str]:
	"""Only the System Manager shares and imports: both go round the visibility rule or the lifecycle."""
	for row in doctype.get("permissions", ()):
		for right in ("share", "import"):
			if row.get(right) and row["role"] != "System Manager":
				yield f"{path}: {row['role']} has the right {right}"


def untracked(path: str, doctype: dict) -> Iterator[str]:
	"""What a person may write keeps a record of its changes."""
	if doctype.get("istable") or doctype.get("track_changes"):
		return
	writers = [row["role"] for row in doctype.get("permissions", ()) if row.get("write") or row.get("create")]
	if writers:
		yield f"{path}: written by {writers[0]}, expected track_changes"


def clashing_fieldnames(path: str, doctype: dict, reserved: Iterable[str] = ()) -> Iterator[str]:
	"""No field is called like a keyword of Python or like an attribute that every document has."""
	reserved = {*keyword.kwlist, *reserved}
	for df in doctype["fields"]:
		if df["fieldname"] in reserved:
			yield f"{path}: field {df['fieldname']} clashes with a name of Python or Frappe"


def misordered(path: str, doctype: dict) -> Iterator[str]:
	"""`field_order` names each field once. Frappe goes by it, and leaves the fields themselves in any order."""
	fieldnames = [df["fieldname"] for df in doctype["fields"]]
	order = doctype.get("field_order", fieldnames)
	if sorted(order) != sorted(fieldnames):
		different = sorted(set(order).symmetric_difference(fieldnames)) or "a field twice"
		yield f"{path}: fields and field_order differ: {different}"


def empty_parts(path: str, doctype: dict) -> Iterator[str]:
	"""Each tab and section of a form has a field; in a tab for the connections they are Frappe's own."""
	fields = {df["fieldname"]: df for df in doctype["fields"]}
	empty = {}
	for df in map(fields.get, doctype.get("field_order", fields)):
		if df["fieldtype"] == "Tab Break":
			yield from empty.values()
			empty = {} if df.get("show_dashboard") else {"tab": f"{path}: nothing is in {df['fieldname']}"}
		elif df["fieldtype"] == "Section Break":
			if "section" in empty:
				yield empty["section"]
			empty["section"] = f"{path}: nothing is in {df['fieldname']}"
		elif df["fieldtype"] != "Column Break":
			empty = {}
	yield from empty.values()


# ------------------------------------------------------------------------------------------ run on the app

PYTHON_RULES = {
	untyped_whitelisted: None,
	writes_by_get: READS,
	commits: COMMITS,
	raw_sql: SQL,
	formatted_sql: FORMATTED_SQL,
	unordered_lists: None,
	unexplained_permissions: None,
	prints: None,
	monkey_patches: None,
}
DOCTYPE_RULES = (
	misnamed,
	unindexed_projects,
	generous_permissions,
	untracked,
	clashing_fieldnames,
	misordered,
	empty_parts,
)


def named(rules) -> dict:
	return {"argvalues": list(rules), "ids": [rule.__name__ for rule in rules]}


def nothing(findings: Iterable[str]) -> None:
	findings = list(findings)
	if findings:
		pytest.fail(f"{len(findings)} found:\n" + "\n".join(findings), pytrace=False)


def doctype_files() -> dict[str, str]:
	return {
		path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
		for path in files("doctype/*/*.json")
	}


@pytest.fixture(scope="module")
def sources() -> list[Source]:
	return python_sources()


@pytest.mark.parametrize("rule", **named(PYTHON_RULES))
def test_python_follows(rule, sources):
	used: set = set()
	nothing([finding for source in sources for finding in rule(source, used)])
	unneeded = set(PYTHON_RULES[rule] or ()) - used
	assert not unneeded, f"exceptions that nothing needs: {unneeded}"


def test_what_hooks_name_exists():
	path = ROOT / APP / "hooks.py"
	nothing(broken_hooks(Source(f"{APP}/hooks.py", path.read_text(encoding="utf-8")), set()))


def test_scripts_are_loaded():
	scripts = {
		path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
		for path in files("public/js/*.js")
	}
	nothing(forgotten_scripts((ROOT / APP / "hooks.py").read_text(encoding="utf-8"), scripts))


def test_what_scripts_call_is_whitelisted():
	nothing(
		finding
		for path in files("*.js")
		for finding in broken_calls(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
	)


def test_json_is_valid():
	for path in files("*.json"):
		text = path.read_text(encoding="utf-8")
		json.loads(text)
		assert text.endswith("\n"), f"{path.relative_to(ROOT)}: no line feed at the end"


def test_doctypes_are_formatted():
	found = doctype_files()
	assert found
	nothing(finding for path, text in found.items() for finding in unformatted(path, text))


@pytest.mark.parametrize("rule", **named(DOCTYPE_RULES))
def test_doctypes_follow(rule):
	nothing(finding for path, text in doctype_files().items() for finding in rule(path, json.loads(text)))


def test_no_two_doctypes_share_a_series():
	"""A number says what it is the number of."""
	series = {}
	for path, text in doctype_files().items():
		for df in json.loads(text)["fields"]:
			if df["fieldname"] == "naming_series":
				for option in df["options"].split("\n"):
					series.setdefault(option, []).append(str(path))
	assert len(series) > 10
	assert {option: stems for option, stems in series.items() if len(stems) > 1} == {}


def test_no_field_hides_what_every_document_has():
	"""Such a field breaks the form or the metadata: `process` is a method of Frappe's Meta, for instance."""
	pytest.importorskip("frappe")
	from frappe.model import child_table_fields, default_fields
	from frappe.model.meta import Meta

	reserved = {*dir(Meta), *default_fields, *child_table_fields}
	nothing(
		finding
		for path, text in doctype_files().items()
		for finding in clashing_fieldnames(path, json.loads(text), reserved)
	)


# ------------------------------------------------------------------------------- every rule can find something

WHITELISTED = "@frappe.whitelist()\ndef {}"

BAD_PYTHON = [
	(
		untyped_whitelisted,
		WHITELISTED.format('get_it(name) -> str:\n\t"""It."""'),
		"argument name has no type",
	),
	(
		untyped_whitelisted,
		WHITELISTED.format('get_it(*, a: str, **b) -> str:\n\t"""It."""'),
		"argument b has no",
	),
	(untyped_whitelisted, WHITELISTED.format('get_it(name: str):\n\t"""It."""'), "the result has no type"),
	(untyped_whitelisted, WHITELISTED.format("get_it(name: str) -> str:\n\tpass"), "no docstring"),
	(untyped_whitelisted, "@frappe.whitelist\ndef get_it() -> str:\n\tpass", "no docstring"),
	(writes_by_get, WHITELISTED.format("close(name: str):\n\tpass"), "not named as a reader"),
	(writes_by_get, WHITELISTED.format("get_it():\n\tdoc.save()"), "writes (doc.save)"),
	(
		writes_by_get,
		WHITELISTED.format("get_it():\n\tfrappe.db.set_value('X', 'y', 'z', 1)"),
		"writes (frappe.db",
	),
	(
		writes_by_get,
		"@frappe.whitelist(methods=['GET', 'POST'])\ndef close() -> None:\n\tpass",
		"not named as a reader",
	),
	(commits, "def f():\n\tfrappe.db.commit()", "commits"),
	(commits, "def f(frappe):\n\tfrappe.local.db.commit()", "commits"),
	(raw_sql, "frappe.db.sql('select 1')", "frappe.db.sql: use frappe.qb"),
	(raw_sql, "frappe.local.db.sql_ddl('drop table x')", "frappe.local.db.sql_ddl: use frappe.qb"),
	(formatted_sql, "frappe.db.sql(f'select {x}')", "formatted in"),
	(formatted_sql, "frappe.db.sql('select %s' % x)", "formatted in"),
	(formatted_sql, "frappe.db.sql('select ' + x)", "formatted in"),
	(formatted_sql, "frappe.db.sql('select {}'.format(x))", "formatted in"),
	(formatted_sql, "def f():\n\tquery = f'select {x}'\n\tfrappe.db.sql(query)", "formatted in"),
	(
		formatted_sql,
		"def f():\n\tquery = 'select 1'\n\tquery += f'{x}'\n\tfrappe.db.sql(query)",
		"formatted in",
	),
	(formatted_sql, "LiteralValue(f'{x}')", "formatted in"),
	(unordered_lists, "frappe.get_all('X', filters={})", "frappe.get_all without order_by"),
	(unordered_lists, "frappe.get_list('X', limit=1)", "frappe.get_list without order_by"),
	(unordered_lists, "frappe.db.get_all('X', order_by=None)", "frappe.db.get_all without order_by"),
	(unexplained_permissions, "doc.insert(ignore_permissions=True)", "without a comment"),
	(unexplained_permissions, "doc.flags.ignore_permissions = True", "without a comment"),
	(unexplained_permissions, "doc.update({'ignore_permissions': True})", "without a comment"),
	(unexplained_permissions, "# too far\n\n\ndoc.insert(ignore_permissions=True)", "without a comment"),
	(unexplained_permissions, "x = '# no comment'\ndoc.insert(ignore_permissions=True)", "without a comment"),
	(prints, "print('x')", "prints"),
	(monkey_patches, "import frappe\nfrappe.get_doc = f", "sets frappe.get_doc"),
	(monkey_patches, "from erpnext.x import Quotation\nQuotation.validate = f", "sets Quotation.validate"),
	(monkey_patches, "from erpnext.x import Quotation as Q\nsetattr(Q, 'validate', f)", "attribute of Q"),
]

GOOD_PYTHON = [
	(untyped_whitelisted, WHITELISTED.format('get_it(self, name: str) -> None:\n\t"""It."""')),
	(untyped_whitelisted, "def get_it(name):\n\tpass"),
	(writes_by_get, WHITELISTED.format("get_it():\n\tfrappe.get_doc('X', 'y')")),
	(writes_by_get, "@frappe.whitelist(methods=['POST'])\ndef close(name: str) -> None:\n\tdoc.save()"),
	(commits, "def f():\n\trepository.commit()"),
	(raw_sql, "query.get_sql()"),
	(formatted_sql, "frappe.db.sql('select %s', (x,))"),
	(formatted_sql, "def f():\n\tquery = 'select %s'\n\tfrappe.db.sql(query, (x,))"),
	(formatted_sql, "def f():\n\tquery = f'{x}'\n\tshow(query)"),
	(unordered_lists, "frappe.get_all('X', order_by='name asc')"),
	(unexplained_permissions, "doc.insert(ignore_permissions=True)  # checked above"),
	(unexplained_permissions, "# checked above\ndoc.insert(\n\tx,\n\ty,\n\tignore_permissions=True,\n)"),
	(unexplained_permissions, "doc.insert(ignore_permissions=False)\nf(ignore_permissions=ignore)"),
	(prints, "def f():\n\tprinter.print(x)"),
	(monkey_patches, "import frappe\nfrappe.local.lang = 'zh'\nfrappe.flags.x = 1"),
	(monkey_patches, "from presales_mgmt.x import y\ny.z = 1\ndoc.status = 'Open'"),
]


def run(rule, text: str, path: str = f"{APP}/snippet.py") -> list[str]:
	return list(rule(Source(path, text), set()))


@pytest.mark.parametrize(("rule", "text", "expected"), BAD_PYTHON)
def test_rule_finds(rule, text, expected):
	found = run(rule, text)
	assert any(expected in finding for finding in found), found


@pytest.mark.parametrize(("rule", "text"), GOOD_PYTHON)
def test_rule_finds_nothing_in_good_code(rule, text):
	assert run(rule, text) == []


def test_every_rule_is_tried_on_bad_code():
	assert {rule for rule, *_ in BAD_PYTHON} == set(PYTHON_RULES)
	assert {rule for rule, *_ in BAD_DOCTYPES} >= set(DOCTYPE_RULES)


def test_a_finding_names_file_and_line():
	assert run(prints, "x = 1\nprint(x)") == [f"{APP}/snippet.py:2: prints"]


def test_exceptions_hold_in_their_place_only():
	text = "def after_uninstall():\n\tfrappe.db.commit()"
	assert run(commits, text, f"{APP}/setup/uninstall.py") == []
	assert run(commits, text, f"{APP}/setup/install.py")
	assert run(unexplained_permissions, "doc.insert(ignore_permissions=True)", f"{APP}/setup/x.py") == []
	assert run(prints, "print(1)", f"{APP}/demo/x.py") == []


@pytest.mark.parametrize("hook", sorted(PATCHING_HOOKS))
def test_hooks_that_replace_what_others_own_are_found(hook):
	assert run(monkey_patches, f"{hook} = {{}}", f"{APP}/hooks.py")


def test_names_in_hooks_are_followed(tmp_path):
	app = tmp_path / APP
	(app / "public" / "js").mkdir(parents=True)
	(app / "__init__.py").touch()
	(app / "events.py").write_text("LIMIT = 1\n\ndef validate(doc): ...\n\nclass A:\n\tdef b(self): ...\n")
	(app / "public" / "js" / "form.js").touch()
	(app / "public" / "js" / "desk.bundle.js").touch()

	def found(text: str) -> list[str]:
		return list(broken_hooks(Source(f"{APP}/hooks.py", f"x = {text!r}"), set(), tmp_path))

	for good in ("events.validate", "events.A.b"):
		assert found(f"{APP}.{good}") == []
	for good in ("public/js/form.js", f"/assets/{APP}/js/form.js", "desk.bundle.js", "Sales Order", "1.2"):
		assert found(good) == []
	for bad in ("events.gone", "gone.validate", "events.A.gone", "events.LIMIT", "events"):
		assert found(f"{APP}.{bad}") == [f"{APP}/hooks.py:1: {APP}.{bad} is no function of this app"]
	for bad in ("public/js/gone.js", "gone.bundle.js", f"/assets/{APP}/js/gone.js"):
		assert found(bad) == [f"{APP}/hooks.py:1: the file {bad} does not exist"]


def test_a_script_that_nothing_loads_is_found():
	scripts = {
		"a/public/js/used.js": 'import "./part.js"',
		"a/public/js/part.js": "",
		"a/public/js/lost.js": "",
	}
	assert list(forgotten_scripts('doctype_js = {"X": "public/js/used.js"}', scripts)) == [
		"a/public/js/lost.js: nothing loads it"
	]


def test_calls_of_scripts_are_followed(tmp_path):
	(tmp_path / APP).mkdir()
	(tmp_path / APP / "api.py").write_text("@frappe.whitelist()\ndef get(): ...\n\ndef hidden(): ...\n")
	good = f'frappe.call("{APP}.api.get")'
	bad = f'frappe.call({{ method: "{APP}.api.hidden" }});\nfrappe.xcall(`{APP}.api.gone`)'
	assert list(broken_calls("x.js", good, tmp_path)) == []
	assert list(broken_calls("x.js", bad, tmp_path)) == [
		f"x.js:1: {APP}.api.hidden is no whitelisted function",
		f"x.js:2: {APP}.api.gone is no whitelisted function",
	]


def _doctype(*fields: dict, **properties) -> dict:
	fields = fields or ({"fieldname": "title", "fieldtype": "Data"},)
	return {"name": "A Thing", "module": MODULE, "autoname": "hash", "fields": list(fields), **properties}


PROJECT_LINK = {"fieldname": "project", "fieldtype": "Link", "options": "Presales Project"}

A_TAB = {"fieldname": "tab", "fieldtype": "Tab Break"}
A_SECTION = {"fieldname": "part", "fieldtype": "Section Break"}
A_COLUMN = {"fieldname": "column", "fieldtype": "Column Break"}
A_FIELD = {"fieldname": "title", "fieldtype": "Data"}

BAD_DOCTYPES = [
	(misnamed, _doctype(name="Another Thing"), "belongs in another_thing/"),
	(misnamed, _doctype(module="Selling"), "module Selling"),
	(misnamed, _doctype(autoname=None), "neither title_field nor autoname"),
	(misnamed, _doctype(title_field="gone"), "title_field gone"),
	(unindexed_projects, _doctype(PROJECT_LINK), "project has no search_index"),
	(generous_permissions, _doctype(permissions=[{"role": "Presales Manager", "share": 1}]), "right share"),
	(generous_permissions, _doctype(permissions=[{"role": "Presales Leader", "import": 1}]), "right import"),
	(
		untracked,
		_doctype(permissions=[{"role": "Presales Manager", "write": 1}]),
		"written by Presales Manager",
	),
	(untracked, _doctype(permissions=[{"role": "System Manager", "create": 1}]), "written by System Manager"),
	(clashing_fieldnames, _doctype({"fieldname": "class", "fieldtype": "Data"}), "field class clashes"),
	(misordered, _doctype(field_order=["title", "gone"]), "differ: ['gone']"),
	(misordered, _doctype(field_order=["title", "title"]), "a field twice"),
	(empty_parts, _doctype(A_SECTION, A_COLUMN), "nothing is in part"),
	(empty_parts, _doctype(A_SECTION, {**A_SECTION, "fieldname": "other"}, A_FIELD), "nothing is in part"),
	(empty_parts, _doctype(A_TAB, A_SECTION, field_order=["part", "tab"]), "nothing is in tab"),
]

GOOD_DOCTYPES = [
	(misnamed, _doctype()),
	(misnamed, _doctype(autoname=None, title_field="title")),
	(misnamed, _doctype(autoname=None, istable=1)),
	(unindexed_projects, _doctype({**PROJECT_LINK, "search_index": 1})),
	(generous_permissions, _doctype(permissions=[{"role": "System Manager", "share": 1, "import": 1}])),
	(untracked, _doctype(permissions=[{"role": "Presales Manager", "read": 1}])),
	(untracked, _doctype(permissions=[{"role": "Presales Manager", "write": 1}], track_changes=1)),
	(clashing_fieldnames, _doctype()),
	(misordered, _doctype(field_order=["title"])),
	(empty_parts, _doctype(A_TAB, A_SECTION, A_COLUMN, A_FIELD)),
	(empty_parts, _doctype({**A_TAB, "show_dashboard": 1})),
]


@pytest.mark.parametrize(("rule", "doctype", "expected"), BAD_DOCTYPES)
def test_rule_finds_in_doctype(rule, doctype, expected):
	found = list(rule("doctype/a_thing/a_thing.json", doctype))
	assert any(expected in finding for finding in found), found


@pytest.mark.parametrize(("rule", "doctype"), GOOD_DOCTYPES)
def test_rule_finds_nothing_in_good_doctype(rule, doctype):
	assert list(rule("doctype/a_thing/a_thing.json", doctype)) == []


def test_reserved_fieldnames_are_found():
	doctype = _doctype({"fieldname": "process", "fieldtype": "Link"})
	assert list(clashing_fieldnames("x.json", doctype, {"process"}))


@pytest.mark.parametrize(
	("text", "expected"),
	[
		('{\n "b": 1,\n "a": 2\n}\n', "x.json:2: not as Frappe writes it"),
		('{\n "a": [\n  {\n   "z": 1,\n   "y": 2\n  }\n ]\n}\n', "x.json:4: not as Frappe writes it"),
		('{\n  "a": 1\n}\n', "x.json:2: not as Frappe writes it"),
		('{\n "a": 1\n}', "x.json:1: not as Frappe writes it"),
		('{\n "a": 1,\n}\n', "x.json: no JSON"),
		('{\n "a": 1\n}\n', None),
	],
)
def test_format_of_doctypes_is_checked(text, expected):
	found = list(unformatted("x.json", text))
	assert (found == []) if expected is None else found[0].startswith(expected)


if __name__ == "__main__":  # make format
	for name, found in doctype_files().items():
		if list(unformatted(name, found)):
			(ROOT / name).write_text(canonical(found), encoding="utf-8")
