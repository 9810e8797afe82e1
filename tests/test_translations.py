"""Every string that the app shows a person has a Chinese translation, and every translation is still used.

The collectors below read files only: DocTypes and other records as JSON, Python with `ast`, JavaScript and
templates by their `__("…")` and `_("…")` calls. What is shown by `_(variable)` comes from one of those sources.
"""

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "presales_mgmt"
TRANSLATIONS = APP / "translations" / "zh.csv"

LETTER = re.compile(r"[A-Za-z]")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
NAMING_SERIES = re.compile(r"\.(YYYY|YY|MM|DD|#+)\.?")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WESTERN_PUNCTUATION = re.compile(r"[\u4e00-\u9fff][,;:?!.()]|[,;:?!()][\u4e00-\u9fff]")


ANY = "*"  # the context of a field label that is named in code: that of whichever DocType has the field


class Text(NamedTuple):
	"""A string that is shown: its English source, its context ("" for none) and where it comes from.

	Frappe looks a string up with its context first and then without, so a row without context serves both.
	The context of a label or an option is its DocType.
	"""

	source: str
	context: str
	where: str


class Problem(NamedTuple):
	"""A string that could never be translated, for instance an f-string inside `_()`."""

	what: str
	where: str


Found = Text | Problem


def shown(source: str | None, where: str, context: str = "") -> Iterator[Text]:
	"""`source` as a `Text`, unless there is nothing in it to translate. "{0}: {1}" has a colon to translate."""
	if source and (LETTER.search(source) or PLACEHOLDER.search(source)):
		yield Text(source, context, where)


# Python


def collect_python(code: str, where: str) -> Iterator[Found]:
	"""The arguments of `_()`, `frappe._()` and `_lt()`, and the labels named in `refuse(doc, "Label", …)`."""
	tree = ast.parse(code)
	constants = string_constants(tree)
	for node in ast.walk(tree):
		if not isinstance(node, ast.Call):
			continue
		place = f"{where}:{node.lineno}"
		name = called_name(node)
		if name in ("_", "_lt"):
			yield from collect_python_call(node, constants, place)
		elif name in ("throw", "msgprint", "add_comment"):
			yield from untranslated_arguments(node, name, place)
		elif name == "refuse" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
			yield from shown(node.args[1].value, place, ANY)


def called_name(node: ast.Call) -> str:
	"""`f` for `f()` and for `module.f()`."""
	if isinstance(node.func, ast.Name):
		return node.func.id
	return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def string_constants(tree: ast.Module) -> dict[str, str]:
	"""NAME -> value of the module's `NAME = "value"` assignments."""
	return {
		target.id: node.value.value
		for node in tree.body
		if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
		for target in node.targets
		if isinstance(target, ast.Name) and isinstance(node.value.value, str)
	}


def collect_python_call(node: ast.Call, constants: dict[str, str], where: str) -> Iterator[Found]:
	if not node.args:
		return
	argument = node.args[0]
	if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
		contexts = [keyword.value for keyword in node.keywords if keyword.arg == "context"]
		context = contexts[0].value if contexts and isinstance(contexts[0], ast.Constant) else ""
		yield from shown(argument.value.strip(), where, context)
	elif isinstance(argument, ast.Name) and argument.id in constants:
		yield from shown(constants[argument.id], where)
	elif is_built(argument):
		yield Problem(f"_() of a string that is put together: {ast.unparse(argument)}", where)


def is_built(argument: ast.expr) -> bool:
	"""Whether the expression is an f-string, a concatenation or a literal that is formatted before translation."""
	if isinstance(argument, ast.BinOp):
		return any(isinstance(part, ast.Constant | ast.JoinedStr) for part in (argument.left, argument.right))
	if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute):
		return argument.func.attr == "format" and isinstance(argument.func.value, ast.Constant)
	return isinstance(argument, ast.JoinedStr)


def untranslated_arguments(node: ast.Call, name: str, where: str) -> Iterator[Problem]:
	"""Literal messages and titles of `throw`, `msgprint` and `add_comment` that bypass `_()`."""
	first = node.args[1:2] if name == "add_comment" else node.args[:1]
	titles = [keyword.value for keyword in node.keywords if keyword.arg in ("title", "msg", "text")]
	for argument in [*first, *titles]:
		if isinstance(argument, ast.JoinedStr | ast.Constant):
			yield Problem(f"{name}() of a string without _(): {ast.unparse(argument)}", where)


def collect_dict_values(code: str, keys: set[str], where: str) -> Iterator[Text]:
	"""The literal values under `keys` in any dict of a Python file, for instance the labels of custom fields."""
	for node in ast.walk(ast.parse(code)):
		if not isinstance(node, ast.Dict):
			continue
		for key, value in zip(node.keys, node.values, strict=True):
			literal = isinstance(key, ast.Constant) and key.value in keys and isinstance(value, ast.Constant)
			if literal and isinstance(value.value, str):
				yield from shown(value.value, f"{where}:{value.lineno}")


def collect_sequence(code: str, name: str, where: str) -> Iterator[Text]:
	"""The strings in the module's `NAME = ("…", "…")`, for instance the roles."""
	for node in ast.parse(code).body:
		if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets):
			for element in ast.walk(node.value):
				if isinstance(element, ast.Constant) and isinstance(element.value, str):
					yield from shown(element.value, f"{where}:{element.lineno}")


# JavaScript and templates

JS_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))//[^\n]*", re.S)
JS_CALL = re.compile(r"(?<![\w$.])__\(")
JINJA_CALL = re.compile(r"(?<![\w$])_\(")
JS_UNTRANSLATED = re.compile(
	r"""\b(?:(?:primary_action_)?label|title|description|message|placeholder)\s*:\s*(?P<text>["'`][^"'`\n]*["'`])"""
	r"""|\bfrappe\.(?:throw|msgprint|confirm|show_alert)\(\s*(?P<message>["'`][^"'`\n]*["'`])"""
)
JINJA_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
HTML_HIDDEN = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->|<![^<>]*>", re.S | re.I)
ENTITY = re.compile(r"&#?\w+;")


def collect_js(code: str, where: str) -> Iterator[Found]:
	"""The arguments of `__()`, with the context that may come third."""
	code = blank(JS_COMMENT, code)
	for match in JS_CALL.finditer(code):
		place = f"{where}:{line_of(code, match.start())}"
		arguments = call_arguments(code, match.end())
		source = literal(arguments[0])
		if source is not None:
			context = literal(arguments[2]) if len(arguments) > 2 else ""
			yield from shown(source, place, context or "")
		elif arguments[0][:1] in "\"'`":
			yield Problem(f"__() of a string that is put together: {arguments[0]}", place)
	for match in JS_UNTRANSLATED.finditer(code):
		text = literal(match["text"] or match["message"]) or ""
		if LETTER.search(text):
			yield Problem(f"a string without __(): {text}", f"{where}:{line_of(code, match.start())}")


def collect_template(code: str, where: str) -> Iterator[Found]:
	"""The arguments of `_()` in a Jinja template, and any text outside of it."""
	for match in JINJA_CALL.finditer(code):
		place = f"{where}:{line_of(code, match.start())}"
		arguments = call_arguments(code, match.end())
		source = literal(arguments[0])
		if source is not None:
			yield from shown(source.strip(), place, keyword_context(arguments[1:]))
		elif arguments[0][:1] in "\"'":
			yield Problem(f"_() of a string that is put together: {arguments[0]}", place)
	plain = code
	for pattern in (JINJA_BLOCK, HTML_HIDDEN, TAG, ENTITY):
		plain = blank(pattern, plain)
	for number, line in enumerate(plain.splitlines(), 1):
		if LETTER.search(line):
			yield Problem(f"text without _(): {line.strip()}", f"{where}:{number}")


def keyword_context(arguments: list[str]) -> str:
	"""The value of `context="…"` among the arguments of a call."""
	for argument in arguments:
		name, equals, value = argument.partition("=")
		if equals and name.strip() == "context":
			return literal(value.strip()) or ""
	return ""


def call_arguments(code: str, start: int) -> list[str]:
	"""The source text of each argument of the call whose opening bracket ends at `start`."""
	arguments, depth, quote, begin, position = [], 0, "", start, start
	while position < len(code):
		char = code[position]
		if quote:
			position += char == "\\"
			quote = "" if char == quote else quote
		elif char in "\"'`":
			quote = char
		elif char in "([{":
			depth += 1
		elif char in ")]}" and depth:
			depth -= 1
		elif char in ",)" and not depth:
			arguments.append(code[begin:position].strip())
			begin = position + 1
			if char == ")":
				break
		position += 1
	return arguments or [""]


def literal(expression: str) -> str | None:
	"""The value of a string literal; None for any other expression and for a template literal with `${…}`."""
	match = re.fullmatch(r"""(["'`])((?:\\.|(?!\1).)*)\1""", expression, re.S)
	if not match or (match[1] == "`" and "${" in match[2]):
		return None
	if match[1] == "`":
		return match[2]
	return ast.literal_eval(expression)


def blank(pattern: re.Pattern, text: str) -> str:
	"""`text` without what matches, with its line breaks kept so that line numbers stay right."""
	return pattern.sub(lambda match: "\n" * match[0].count("\n") or " ", text)


def line_of(text: str, position: int) -> int:
	return text.count("\n", 0, position) + 1


# Records in JSON


def collect_doctype(record: dict, where: str) -> Iterator[Text]:
	"""Name, description, fields, and the labels around the form."""
	name = record["name"]
	yield from shown(name, where)
	yield from shown(record.get("description"), where)
	for field in record.get("fields", []):
		place = f"{where} {field['fieldname']}"
		for key in ("label", "description", "placeholder"):
			yield from shown(field.get(key), place, name)
		yield from collect_options(field, place, name)
	for row in record.get("links", []):
		yield from shown(row.get("group"), where)
	for row in record.get("actions", []):
		yield from shown(row.get("label"), where)
		yield from shown(row.get("group"), where)
	for row in record.get("states", []):
		yield from shown(row.get("title"), where)


def collect_options(field: dict, where: str, doctype: str) -> Iterator[Text]:
	"""The options of a Select, but not naming series; the text of an HTML field."""
	options = field.get("options") or ""
	if field["fieldtype"] == "Select":
		for option in options.split("\n"):
			if not NAMING_SERIES.search(option):
				yield from shown(option.strip(), where, doctype)
	elif field["fieldtype"] == "HTML":
		yield from shown(options, where, doctype)


def collect_keys(*keys: str):
	"""A collector of plain keys: `key` of the record itself, `table.key` of the rows of one of its tables."""

	def collect(record: dict, where: str) -> Iterator[Text]:
		for key in keys:
			table, _dot, column = key.rpartition(".")
			for row in record.get(table) or [] if table else [record]:
				yield from shown(row.get(column), where)

	return collect


def collect_workspace(record: dict, where: str) -> Iterator[Text]:
	"""Title and everything on the page; what its content names is among charts, cards, links and shortcuts."""
	tables = ("charts", "number_cards", "links", "shortcuts", "quick_lists")
	yield from collect_keys("label", "title", *(f"{table}.label" for table in tables))(record, where)
	yield from collect_keys("links.description", "shortcuts.format")(record, where)
	for block in json.loads(record.get("content") or "[]"):
		data = block.get("data", {})
		if block.get("type") in ("header", "paragraph"):
			yield from shown(data.get("text"), where)


def collect_report(record: dict, where: str) -> Iterator[Found]:
	yield from collect_keys("report_name", "columns.label", "filters.label")(record, where)
	yield from collect_python(record.get("report_script") or "", where)


def collect_dashboard_chart(record: dict, where: str) -> Iterator[Text]:
	"""The chart, its axes and the labels of its series."""
	yield from collect_keys("chart_name", "y_axis.label")(record, where)
	options = json.loads(record.get("custom_options") or "{}")
	yield from collect_keys("axisOptions.label")(options if isinstance(options, dict) else {}, where)


def collect_notification(record: dict, where: str) -> Iterator[Found]:
	yield from shown(record["name"], where)
	for key in ("subject", "message"):
		yield from collect_template(record.get(key) or "", f"{where} {key}")


def collect_print_format(record: dict, where: str) -> Iterator[Found]:
	yield from shown(record["name"], where)
	yield from collect_template(record.get("html") or "", where)


def collect_workflow(record: dict, where: str) -> Iterator[Text]:
	"""A state is shown with the DocType as context in lists and forms, and without as a link."""
	keys = ("workflow_name", "states.state", "states.message", "transitions.action")
	yield from collect_keys(*keys)(record, where)
	for row in record["states"]:
		yield from shown(row["state"], where, record["document_type"])


def collect_process(record: dict, where: str) -> Iterator[Text]:
	"""A shipped process: its stages and what is required to leave them."""
	stage_texts = ("stage", "purpose", "inputs", "activities", "outputs")
	keys = ("process_name", "description", *(f"stages.{key}" for key in stage_texts), "requirements.title")
	yield from collect_keys(*keys)(record, where)


RECORD_COLLECTORS = {
	"DocType": collect_doctype,
	"Workspace": collect_workspace,
	"Workspace Sidebar": collect_keys("title", "items.label"),
	"Desktop Icon": collect_keys("label"),
	"Report": collect_report,
	"Number Card": collect_keys("label"),
	"Dashboard": collect_keys("dashboard_name"),
	"Dashboard Chart": collect_dashboard_chart,
	"Dashboard Chart Source": collect_keys("source_name"),
	"Notification": collect_notification,
	"Print Format": collect_print_format,
	"Workflow": collect_workflow,
	"Module Onboarding": collect_keys("title", "subtitle", "success_message"),
	"Onboarding Step": collect_keys("title", "description", "action_label"),
	"Form Tour": collect_keys("title", "steps.title", "steps.description"),
}
SETUP_COLLECTORS = {
	"setup/classification_criteria.json": collect_keys("criterion", "description"),
	"setup/document_types.json": collect_keys("document_type", "description"),
	"setup/review_templates.json": collect_keys("template_name", "criteria.criterion"),
}


def collect_bilingual(value: object, where: str) -> Iterator[Problem]:
	"""Nothing to translate, but `{"en": …, "zh": …}` must have both. The stories of the demo are told this way."""
	if isinstance(value, dict) and {"en", "zh"} & set(value):
		if not (value.get("en") and CHINESE.search(value.get("zh") or "")):
			yield Problem(f"not in both languages: {value}", where)
	elif isinstance(value, dict | list):
		for part in value.values() if isinstance(value, dict) else value:
			yield from collect_bilingual(part, where)


def collect_record(record: dict, where: str) -> Iterator[Found]:
	"""What the record shows, by its DocType; a kind that nobody wrote a collector for is a problem."""
	collect = RECORD_COLLECTORS.get(record.get("doctype"))
	if collect:
		yield from collect(record, where)
	else:
		yield Problem(f"no collector for records of type {record.get('doctype')}", where)


# The whole app


def collect_app() -> Iterator[Found]:
	"""Every string that the app shows a person."""
	for path in sorted(APP.rglob("*")):
		where = path.relative_to(APP).as_posix()
		if not path.is_file() or any(part in ("node_modules", "dist", "__pycache__") for part in path.parts):
			continue
		if path.suffix in (".py", ".js", ".html", ".json", ".txt"):
			yield from collect_file(path.read_text(encoding="utf-8"), where)


def collect_file(text: str, where: str) -> Iterator[Found]:
	if where.endswith(".py"):
		yield from collect_python_file(text, where)
	elif where.endswith(".js"):
		yield from collect_js(text, where)
	elif where.endswith(".html"):
		# Beside a report or below `public`, braces belong to the browser's own templates.
		yield from (collect_js if "__(" in text else collect_template)(text, where)
	elif where == "modules.txt":
		for line in text.splitlines():
			yield from shown(line.strip(), where)
	elif where.endswith(".json"):
		yield from collect_json_file(json.loads(text), where)


def collect_python_file(text: str, where: str) -> Iterator[Found]:
	yield from collect_python(text, where)
	if where == "setup/roles.py":
		yield from collect_sequence(text, "ROLES", where)
	elif where == "setup/custom_fields.py":
		yield from collect_dict_values(text, {"label", "description"}, where)
	elif where == "hooks.py":
		yield from collect_sequence(text, "app_title", where)
		yield from collect_dict_values(text, {"title", "label"}, where)


def collect_json_file(content: dict | list, where: str) -> Iterator[Found]:
	collect = SETUP_COLLECTORS.get(where, collect_record)
	if where.startswith("setup/processes/"):
		collect = collect_process
	elif where.startswith("demo/data/"):
		collect = collect_bilingual
	for record in content if isinstance(content, list) else [content]:
		yield from collect(record, where)


def read_translations(path: Path = TRANSLATIONS) -> list[tuple[str, str, str]]:
	"""(source, translation, context) of each row, read as Frappe reads them."""
	with path.open(encoding="utf-8", newline="") as file:
		rows = [[cell.replace("\\n", "\n") for cell in row] for row in csv.reader(file)]
	assert all(len(row) in (2, 3) for row in rows), [row for row in rows if len(row) not in (2, 3)]
	return [(row[0], row[1], row[2] if len(row) == 3 else "") for row in rows]


@pytest.fixture(scope="module")
def found() -> list[Found]:
	return list(collect_app())


@pytest.fixture(scope="module")
def texts(found) -> list[Text]:
	return [item for item in found if isinstance(item, Text)]


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
	return read_translations()


def test_nothing_is_shown_that_cannot_be_translated(found):
	fail_with(f"{item.where}: {item.what}" for item in found if isinstance(item, Problem))


def test_every_text_is_translated(texts, rows):
	translated = {(source, context) for source, _translation, context in rows}
	sources = {source for source, _context in translated}
	missing: dict[str, list[str]] = {}
	for text in texts:
		if text.context == ANY:
			is_translated = text.source in sources
		else:
			is_translated = {(text.source, ""), (text.source, text.context)} & translated
		if not is_translated:
			missing.setdefault(text.source, []).append(text.where)
	fail_with(f"{source!r}: {places(where)}" for source, where in missing.items())


def test_every_translation_is_used(texts, rows):
	used = {(text.source, context) for text in texts for context in ("", text.context)}
	in_code = {text.source for text in texts if text.context == ANY}
	stale = [row for row in rows if (row[0], row[2]) not in used and row[0] not in in_code]
	fail_with(f"stale: {source!r} {context}" for source, _translation, context in stale)


def test_no_text_is_translated_twice(rows):
	counts = Counter((source, context) for source, _translation, context in rows)
	fail_with(f"{key} is there {count} times" for key, count in counts.items() if count > 1)


def test_rows_are_sorted(rows):
	keys = [(source, context) for source, _translation, context in rows]
	assert keys == sorted(keys)


def test_translations_say_the_same(rows):
	wrong = []
	for source, translation, _context in rows:
		if not translation.strip():
			wrong.append(f"empty: {source!r}")
		elif sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(translation)):
			wrong.append(f"placeholders differ: {source!r} -> {translation!r}")
		elif sorted(TAG.findall(source)) != sorted(TAG.findall(translation)):
			wrong.append(f"HTML tags differ: {source!r} -> {translation!r}")
	fail_with(wrong)


def test_messages_end_as_their_source_does(rows):
	"""A sentence in English is one in Chinese, with Chinese punctuation."""
	wrong = [
		f"{source!r} -> {translation!r}"
		for source, translation, _context in rows
		if CHINESE.search(translation)
		and (source.endswith(".") != translation.endswith("。") or WESTERN_PUNCTUATION.search(translation))
	]
	fail_with(wrong)


def places(where: list[str]) -> str:
	return ", ".join(where[:3]) + (f" and {len(where) - 3} more" if len(where) > 3 else "")


def fail_with(lines: Iterable[str]) -> None:
	"""Fail with the lines under each other, unless there are none."""
	lines = list(lines)
	if lines:
		pytest.fail("\n".join([f"{len(lines)} found:", *lines]), pytrace=False)


# The collectors themselves


def sources(items) -> list[str]:
	return [item.source for item in items if isinstance(item, Text)]


def problems(items) -> list[str]:
	return [item.what for item in items if isinstance(item, Problem)]


def test_python_calls_are_collected():
	code = """
KIND = "Review"
_("Plain"), frappe._("Dotted"), _(" or "), _("Open", context="Risk"), _(KIND), _(doc.status), _("{0}: {1}"), _("–")
_("Two "
	"lines")
refuse(row, "Due Date", None, expected)
"""
	found = list(collect_python(code, "x.py"))
	assert {(text.source, text.context) for text in found} == {
		*(("Plain", ""), ("Dotted", ""), ("or", ""), ("Open", "Risk"), ("Review", ""), ("Two lines", "")),
		*(("Due Date", ANY), ("{0}: {1}", "")),
	}
	assert not problems(found)
	assert found[0].where.startswith("x.py:")


@pytest.mark.parametrize(
	"code",
	[
		'_(f"Stage {stage}")',
		'_("Stage " + stage)',
		'_("Stage {0}".format(stage))',
		'_("Stage %s" % stage)',
		'frappe.throw("Not allowed")',
		'frappe.msgprint(f"Moved to {stage}")',
		'frappe.throw(message, title="Not Allowed")',
		'doc.add_comment("Info", "Moved")',
	],
)
def test_python_strings_that_cannot_be_translated_are_problems(code):
	assert len(problems(collect_python(code, "x.py"))) == 1


def test_dict_values_and_sequences_are_collected():
	assert sources(collect_dict_values('X = {"label": "Stage", "options": "Y"}', {"label"}, "x.py")) == [
		"Stage"
	]
	assert sources(collect_sequence('ROLES = ("A", "B")\nOTHER = ("C",)', "ROLES", "x.py")) == ["A", "B"]


def test_js_calls_are_collected():
	code = """
// __("commented out")
/* __("so is this") */
frm.add_custom_button(__("Move"), () => {}, __('Stage'));
const link = "http://example.com"; say(__("{0} of {1}, done", [a, __("none")]), __("Open", null, "Risk"));
html = `<p title="don't">${__("Inside")}</p>`; __(variable); other.__("no"); x__("no");
"""
	found = list(collect_js(code, "x.js"))
	assert sources(found) == ["Move", "Stage", "{0} of {1}, done", "none", "Open", "Inside"]
	assert [(text.context, text.where) for text in found if text.source == "Open"] == [("Risk", "x.js:5")]
	assert not problems(found)


@pytest.mark.parametrize(
	"code",
	[
		'__("a" + b)',
		"__(`a ${b}`)",
		'x = { label: "Stage" }',
		'frappe.throw("Not allowed")',
		"x = {title: 'A'}",
	],
)
def test_js_strings_that_cannot_be_translated_are_problems(code):
	assert len(problems(collect_js(code, "x.js"))) == 1


def test_template_calls_are_collected():
	code = """<!DOCTYPE html><style>p { color: red }</style><!-- a comment -->
<p class="x">{{ _("Result") }}: {{ _(doc.status) }}&nbsp;{% for label in (_('Score, total'), _("Open", context="Risk")) %}{% endfor %}</p>"""
	found = list(collect_template(code, "x.html"))
	assert sources(found) == ["Result", "Score, total", "Open"]
	assert found[-1] == Text("Open", "Risk", "x.html:2")
	assert not problems(found)


@pytest.mark.parametrize("code", ["<p>Result</p>", '{{ _("a" ~ b) }}'])
def test_template_texts_that_cannot_be_translated_are_problems(code):
	assert len(problems(collect_template(code, "x.html"))) == 1


def test_doctype_texts_are_collected():
	record = {
		"doctype": "DocType",
		"name": "Deal",
		"description": "A deal",
		"fields": [
			{
				"fieldname": "naming_series",
				"fieldtype": "Select",
				"label": "Series",
				"options": "D-.YYYY.-.####",
			},
			{
				"fieldname": "kind",
				"fieldtype": "Select",
				"description": "Its kind",
				"options": "\n1\nBig\n>=\nis set",
			},
			{"fieldname": "customer", "fieldtype": "Link", "label": "Customer", "options": "Customer Name"},
			{"fieldname": "hint", "fieldtype": "HTML", "options": "<p>Hint</p>"},
		],
		"links": [{"group": "Selling"}],
		"actions": [{"label": "Go"}],
	}
	assert sources(collect_record(record, "deal.json")) == [
		*("Deal", "A deal", "Series", "Its kind", "Big", "is set", "Customer", "<p>Hint</p>", "Selling", "Go")
	]


def test_workspace_texts_are_collected():
	record = {
		"doctype": "Workspace",
		"label": "Presales",
		"shortcuts": [{"label": "Mine", "format": "{} open"}],
		"links": [{"label": "Reports"}],
		"content": json.dumps(
			[{"type": "header", "data": {"text": "<b>Start</b>"}}, {"type": "card", "data": {}}]
		),
	}
	assert sources(collect_record(record, "x")) == ["Presales", "Reports", "Mine", "{} open", "<b>Start</b>"]


def test_process_texts_are_collected():
	record = {
		"process_name": "Short",
		"regulation": "R1",
		"stages": [{"stage": "Bid", "stage_type": "Open", "purpose": "Win.", "code": "x"}],
		"requirements": [{"title": "Bid is ready", "value": "Yes"}],
	}
	assert sources(collect_json_file(record, "setup/processes/x.json")) == [
		"Short",
		"Bid",
		"Win.",
		"Bid is ready",
	]


def test_workflow_notification_and_print_format_texts_are_collected():
	workflow = {
		"doctype": "Workflow",
		"workflow_name": "Life",
		"document_type": "Deal",
		"states": [{"state": "Draft"}],
		"transitions": [{"action": "Close", "next_state": "Closed"}],
	}
	assert sources(collect_record(workflow, "x")) == ["Life", "Draft", "Close", "Draft"]
	notification = {
		"doctype": "Notification",
		"name": "Due",
		"subject": '{{ _("Due soon") }}',
		"message": "Hello",
	}
	found = list(collect_record(notification, "x"))
	assert (sources(found), len(problems(found))) == (["Due", "Due soon"], 1)
	assert sources(collect_record({"doctype": "Print Format", "name": "P", "html": '{{ _("A") }}'}, "x")) == [
		"P",
		"A",
	]


def test_texts_in_both_languages_are_not_collected():
	story = {"title": {"en": "Deal", "zh": "交易"}, "steps": [{"do": "tick", "say": {"en": "Ready"}}]}
	assert len(problems(collect_json_file(story, "demo/data/x.json"))) == 1


def test_unknown_records_are_problems():
	assert problems(collect_record({"doctype": "Something"}, "x")) == [
		"no collector for records of type Something"
	]


# On a site


@pytest.fixture
def chinese(frappe):
	"""The site as a Chinese-speaking user sees it."""
	from frappe.translate import MERGED_TRANSLATION_KEY

	language = frappe.local.lang
	frappe.cache.delete_value(MERGED_TRANSLATION_KEY)
	frappe.local.lang = "zh"
	yield frappe
	frappe.local.lang = language
	frappe.cache.delete_value(MERGED_TRANSLATION_KEY)


def test_site_speaks_chinese(chinese):
	meta = chinese.get_meta("Presales Project")
	assert chinese._(meta.name) == "售前项目"
	assert chinese._(meta.get_label("director"), context=meta.name) == "项目总监"
	classes = meta.get_field("project_class").options.split("\n")
	assert "渠道项目" in [chinese._(option, context=meta.name) for option in classes]
	states = chinese.get_all("Workflow Document State", {"parenttype": "Workflow"}, pluck="state")
	assert "立项评审" in [chinese._(state) for state in states]
	stages = chinese.get_all("Presales Stage", pluck="name", order_by="name")
	assert "方案评审" in [chinese._(stage) for stage in stages]
	assert chinese._("Presales Director") == "项目总监"


def test_refusals_are_in_chinese(chinese):
	from presales_mgmt.rules.validation import refuse

	doc = chinese.new_doc("Presales Project")
	with pytest.raises(chinese.ValidationError, match=r"^汇率：实际为“0”，要求为“某数”。$"):
		refuse(doc, "Exchange Rate", 0, "某数", chinese.ValidationError)
