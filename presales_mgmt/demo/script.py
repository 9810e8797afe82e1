"""Reads the data files of the demo: `data/company.json`, the cast that all deals share, and one file for each deal.

A deal may bring a cast of its own, which is added to the shared one.

How the files are laid out is told in `data/README.md`. A mistake raises `DemoDataError`, which names the file,
the step, the field, what was found and what was expected, before anything is played.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from frappe import _

from presales_mgmt.demo.errors import DemoDataError

DATA = Path(__file__).resolve().parent / "data"
CAST_FILE = "company.json"
LANGUAGES = ("en", "zh")
MOMENT = "%Y-%m-%d %H:%M"
DAY = "%Y-%m-%d"

# The sections of the cast that a deal refers to with "@key".
CAST_SECTIONS = (
	"people",
	"customers",
	"products",
	"competitors",
	"lost_reasons",
	"partners",
	"departments",
)

# The company that the deal is played in: the site's own or that of the cast file.
COMPANY = "@company"

# "@lin" is somebody or something of the cast, "$project" a record that an earlier step has kept.
REFERENCE = re.compile(r"[@$][a-z][a-z0-9_]*")
COMMON_FIELDS = ("on", "as", "do", "say", "keep_as", "refused", "clauses")

# The number of a clause of the regulations.
CLAUSE = re.compile(r"R[1-9]\.[1-9]\d*")


@dataclass(frozen=True)
class Field:
	"""A field that a kind of step has. `check` tells whether a value fits, `expected` says what would."""

	check: Callable[[Any], bool]
	expected: str
	required: bool = True


def is_name(value: Any) -> bool:
	return isinstance(value, str) and bool(value.strip())


def is_text(value: Any) -> bool:
	"""Plain text, or the same text in several languages."""
	return is_name(value) or is_translated(value)


def is_translated(value: Any) -> bool:
	return (
		isinstance(value, dict)
		and "en" in value
		and set(value) <= set(LANGUAGES)
		and all(is_name(text) for text in value.values())
	)


def is_number(value: Any) -> bool:
	return isinstance(value, int | float) and not isinstance(value, bool)


def is_person(value: Any) -> bool:
	return isinstance(value, str) and value.startswith("@")


def is_record(value: Any) -> bool:
	return isinstance(value, str) and value.startswith("$")


def is_moment(value: Any, form: str = MOMENT) -> bool:
	try:
		datetime.strptime(value, form)
	except (TypeError, ValueError):
		return False
	return True


def is_day(value: Any) -> bool:
	return is_moment(value, DAY)


def is_table(value: Any) -> bool:
	return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def is_tables(value: Any) -> bool:
	return isinstance(value, dict) and all(is_table(rows) for rows in value.values())


def is_clauses(value: Any) -> bool:
	return (
		isinstance(value, list)
		and bool(value)
		and all(isinstance(clause, str) and CLAUSE.fullmatch(clause) for clause in value)
	)


def is_criteria(value: Any) -> bool:
	return isinstance(value, list) and all(
		isinstance(row, list) and len(row) == 2 and is_text(row[0]) and is_number(row[1]) for row in value
	)


def name(required=True) -> Field:
	return Field(is_name, "a name", required)


def text(required=True) -> Field:
	return Field(is_text, 'a text, or {"en": "...", "zh": "..."}', required)


def texts() -> Field:
	return Field(
		lambda value: isinstance(value, list) and bool(value) and all(map(is_text, value)),
		'a list of texts, such as ["Drawings are missing"]',
	)


def number(required=True) -> Field:
	return Field(is_number, "a number", required)


def numbers(required=True) -> Field:
	return Field(
		lambda value: isinstance(value, list) and all(map(is_number, value)), "a list of numbers", required
	)


def flag() -> Field:
	return Field(lambda value: isinstance(value, bool), "true or false", False)


def moment(required=True) -> Field:
	return Field(is_moment, 'a time such as "2026-03-31 09:30"', required)


def day(required=True) -> Field:
	return Field(is_day, 'a day such as "2026-03-31"', required)


def person(required=True) -> Field:
	return Field(is_person, 'a person such as "@lin"', required)


def people() -> Field:
	return Field(
		lambda value: isinstance(value, list) and bool(value) and all(map(is_person, value)),
		'a list of people such as ["@lin", "@song"]',
	)


def record(required=True) -> Field:
	return Field(is_record, 'a record that an earlier step keeps, such as "$project"', required)


def records() -> Field:
	return Field(
		lambda value: isinstance(value, list) and bool(value) and all(map(is_record, value)),
		'a list of records that earlier steps keep, such as ["$need"]',
	)


def values(required=True) -> Field:
	return Field(lambda value: isinstance(value, dict), 'fields and values, {"field": value}', required)


def table(required=True) -> Field:
	return Field(is_table, 'a list of rows, [{"field": value}]', required)


def rows() -> Field:
	return Field(is_tables, 'tables and their new rows, {"table": [{"field": value}]}', False)


def changed_rows() -> Field:
	return Field(
		lambda value: is_table(value) and all(set(row) == {"table", "where", "values"} for row in value),
		'a list of {"table": "...", "where": {...}, "values": {...}}',
		False,
	)


def prices() -> Field:
	return Field(
		lambda value: isinstance(value, dict) and all(is_number(price) for price in value.values()),
		'products and prices, {"@sensor": 600}',
		False,
	)


def criteria() -> Field:
	return Field(is_criteria, 'a list of [criterion, weight], such as [["Cost", 40], ["Risk", 60]]', False)


@dataclass(frozen=True)
class Step:
	"""One act of one person."""

	number: int
	on: datetime
	person: str
	kind: str
	fields: dict
	keep_as: str | None = None
	refused: str | None = None
	say: Any = None
	clauses: tuple[str, ...] = ()

	def __getitem__(self, fieldname: str) -> Any:
		return self.fields[fieldname]

	def get(self, fieldname: str, default: Any = None) -> Any:
		return self.fields.get(fieldname, default)


@dataclass(frozen=True)
class Script:
	"""A deal: its cast and its steps."""

	file: str
	process: str
	title: Any
	story: Any
	report_as: str
	steps: list[Step]
	cast: dict = field(repr=False)

	def cast_entry(self, key: str) -> dict:
		"""What the cast says of "@key", with its `section`."""
		for section in CAST_SECTIONS:
			if key in self.cast[section]:
				return {**self.cast[section][key], "section": section}
		raise KeyError(key)


def in_language(value: Any, lang: str) -> Any:
	"""`value` with every text that is there in several languages in the one of `lang`, or else in English."""
	if is_translated(value):
		return value.get(lang.split("-")[0]) or value["en"]
	if isinstance(value, dict):
		return {key: in_language(item, lang) for key, item in value.items()}
	if isinstance(value, list):
		return [in_language(item, lang) for item in value]
	return value


def references(value: Any) -> Iterator[str]:
	"""All "@key" and "$key" in `value`, at any depth; those used as keys of a price list too."""
	if isinstance(value, str):
		if REFERENCE.fullmatch(value):
			yield value
	elif isinstance(value, dict):
		for key, item in value.items():
			yield from references(key)
			yield from references(item)
	elif isinstance(value, list):
		for item in value:
			yield from references(item)


def load(process: str, kinds: dict[str, dict[str, Field]], folder: Path = DATA) -> Script:
	"""The deal that plays `process`, e.g. "R7", from `folder`.

	Args:
		process: name of the deal file without its ending; case does not matter.
		kinds: kind of step -> its fields.
		folder: where the data files are.

	Raises:
		DemoDataError: there is no such file, or something in it or in the cast file is wrong.
	"""
	path = folder / f"{process.lower()}.json"
	if not path.is_file():
		found = sorted(other.stem.upper() for other in folder.glob("*.json") if other.name != CAST_FILE)
		raise DemoDataError(
			_("There is no demo {0}: found {1}, expected one of {2}.").format(
				process, _("no file {0}").format(path.name), ", ".join(found)
			)
		)
	cast = _load_cast(folder / CAST_FILE)
	data = _read(path)
	where = path.name
	cast = _with_own_cast(cast, data, where)
	for fieldname, fits, expected in (
		("process", is_name, "the name of a presales process"),
		("title", is_text, 'a text, or {"en": "...", "zh": "..."}'),
		("story", is_text, 'a text, or {"en": "...", "zh": "..."}'),
		("report_as", is_person, 'the person who reads the result, such as "@zhou"'),
		("steps", lambda value: isinstance(value, list) and value, "a list of steps"),
	):
		_require(fits, data, fieldname, expected, where)
	_refuse_unknown(data, ("process", "title", "story", "report_as", "cast", "steps"), where)

	known = {COMPANY, *(f"@{key}" for section in CAST_SECTIONS for key in cast[section])}
	if data["report_as"] not in {f"@{key}" for key in cast["people"]}:
		raise _fault(where, "report_as", data["report_as"], _people_of(cast))
	steps, before = [], None
	for index, entry in enumerate(data["steps"], 1):
		step = _read_step(index, entry, kinds, cast, known, where)
		if before and step.on < before.on:
			raise _fault(
				_place(where, step.number, step.kind),
				"on",
				entry["on"],
				_("not before {0}, the time of step {1}").format(before.on.strftime(MOMENT), before.number),
			)
		if step.keep_as:
			known.add(f"${step.keep_as}")
		steps.append(step)
		before = step
	return Script(
		file=where,
		process=data["process"],
		title=data["title"],
		story=data["story"],
		report_as=data["report_as"],
		steps=steps,
		cast=cast,
	)


def _load_cast(path: Path) -> dict:
	cast = _read(path)
	where = path.name
	for fieldname in ("company", "email_domain", "administrator", *CAST_SECTIONS):
		fits, expected = {
			"email_domain": (is_name, "a domain"),
			"administrator": (is_name, "the key of a person"),
		}.get(fieldname, (lambda value: isinstance(value, dict), "an object"))
		_require(fits, cast, fieldname, expected, where)
	_check_cast(cast, where, {})
	if cast["administrator"] not in cast["people"]:
		raise _fault(where, "administrator", cast["administrator"], _people_of(cast))
	return cast


def _with_own_cast(cast: dict, data: dict, where: str) -> dict:
	"""`cast` with whom and what only the deal in `data` knows, section by section."""
	if "cast" not in data:
		return cast
	_require(lambda value: isinstance(value, dict), data, "cast", "an object", where)
	own, place = data["cast"], f"{where}, cast"
	_refuse_unknown(own, CAST_SECTIONS, place)
	for section in own:
		_require(lambda value: isinstance(value, dict), own, section, "an object", place)
	_check_cast(own, place, {key: section for section in CAST_SECTIONS for key in cast[section]})
	return {**cast, **{section: {**cast[section], **own.get(section, {})} for section in CAST_SECTIONS}}


def _check_cast(sections: dict, where: str, seen: dict[str, str]) -> None:
	"""Check every entry of the cast; `seen` has the keys that are taken, and in which section."""
	for section in CAST_SECTIONS:
		for key, entry in sections.get(section, {}).items():
			place = f"{where}, {section}, {key}"
			if not REFERENCE.fullmatch(f"@{key}"):
				raise _fault(place, _("key"), key, _("small letters, digits and underscores"))
			if f"@{key}" == COMPANY:
				raise _fault(place, _("key"), key, _("another key, for this one is the company's"))
			if key in seen:
				raise _fault(place, _("key"), key, _("a key that is not in {0} too").format(seen[key]))
			seen[key] = section
			if not isinstance(entry, dict):
				raise _fault(place, key, type(entry).__name__, _("an object"))
			_require(is_text, entry, "name", 'a text, or {"en": "...", "zh": "..."}', place)
			if section == "people":
				_require(is_text, entry, "post", 'a text, or {"en": "...", "zh": "..."}', place)
				_require(
					lambda value: isinstance(value, list) and value and all(map(is_name, value)),
					entry,
					"roles",
					"a list of roles",
					place,
				)
			if section == "products":
				_require(is_name, entry, "code", "an item code", place)


def _read_step(index: int, entry: Any, kinds: dict, cast: dict, known: set[str], where: str) -> Step:
	if not isinstance(entry, dict):
		raise _fault(_place(where, index), _("step"), type(entry).__name__, _("an object"))
	kind = entry.get("do")
	if kind not in kinds:
		raise _fault(_place(where, index), "do", kind, ", ".join(sorted(kinds)))
	place = _place(where, index, kind)
	_require(is_moment, entry, "on", 'a time such as "2026-03-31 09:30"', place)
	actor = entry.get("as")
	if actor not in cast["people"]:
		raise _fault(place, "as", actor, _people_of(cast))
	for fieldname, fits, expected in (
		("say", is_text, 'a text, or {"en": "...", "zh": "..."}'),
		(
			"keep_as",
			lambda value: is_name(value) and REFERENCE.fullmatch(f"${value}"),
			"small letters, digits and underscores",
		),
		("refused", is_name, "the name of an error, such as GateError"),
		("clauses", is_clauses, 'a list of clauses such as ["R9.3"]'),
	):
		if fieldname in entry:
			_require(fits, entry, fieldname, expected, place)
	spec = kinds[kind]
	_refuse_unknown(entry, (*COMMON_FIELDS, *spec), place)
	for fieldname, expected_field in spec.items():
		if fieldname in entry or expected_field.required:
			_require(expected_field.check, entry, fieldname, expected_field.expected, place)
	for reference in references({key: value for key, value in entry.items() if key in spec}):
		if reference not in known:
			expected = (
				_people_of(cast, "@")
				if reference.startswith("@")
				else ", ".join(sorted(key for key in known if key.startswith("$")))
			)
			raise _fault(place, _("reference"), reference, expected or _("nothing, for nothing is kept yet"))
	return Step(
		number=index,
		on=datetime.strptime(entry["on"], MOMENT),
		person=actor,
		kind=kind,
		fields={key: value for key, value in entry.items() if key in spec},
		keep_as=entry.get("keep_as"),
		refused=entry.get("refused"),
		say=entry.get("say"),
		clauses=tuple(entry.get("clauses", ())),
	)


def _read(path: Path) -> dict:
	try:
		data = json.loads(path.read_text(encoding="utf-8"))
	except FileNotFoundError:
		raise DemoDataError(_("The data file {0} is missing.").format(path.name)) from None
	except json.JSONDecodeError as error:
		raise DemoDataError(
			_("{0}, line {1}, column {2}: this is not JSON: {3}.").format(
				path.name, error.lineno, error.colno, error.msg
			)
		) from None
	except UnicodeDecodeError as error:
		raise DemoDataError(
			_("{0}, byte {1}: this is not UTF-8 text.").format(path.name, error.start)
		) from None
	if not isinstance(data, dict):
		raise _fault(path.name, _("file"), type(data).__name__, _("an object"))
	return data


def _require(fits: Callable[[Any], bool], entry: dict, fieldname: str, expected: str, where: str) -> None:
	value = entry.get(fieldname)
	if not fits(value):
		raise _fault(where, fieldname, value, expected)


def _refuse_unknown(entry: dict, allowed: tuple[str, ...], where: str) -> None:
	for fieldname in entry:
		if fieldname not in allowed:
			raise _fault(
				where, fieldname, entry[fieldname], _("one of the fields {0}").format(", ".join(allowed))
			)


def _place(where: str, index: int, kind: str | None = None) -> str:
	return (
		_("{0}, step {1} ({2})").format(where, index, kind)
		if kind
		else _("{0}, step {1}").format(where, index)
	)


def _people_of(cast: dict, sign: str = "") -> str:
	return _("one of {0}").format(", ".join(f"{sign}{key}" for key in cast["people"]))


def _fault(where: str, fieldname: str, found: Any, expected: str) -> DemoDataError:
	shown = _("nothing") if found is None else json.dumps(found, ensure_ascii=False)
	if len(shown) > 120:
		shown = f"{shown[:117]}..."
	return DemoDataError(_("{0}, {1}: found {2}, expected {3}.").format(where, fieldname, shown, expected))
