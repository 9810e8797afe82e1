"""Checks of what was typed or sent, the same for every DocType of this app.

Frappe turns text in a number field silently into 0 and lets an impossible date through to the database.
Here both are refused, in words that say row, field, what was found and what was expected.
"""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import cstr, get_datetime, getdate, sanitize_html

from presales_mgmt.exceptions import (
	CompanyMismatchError,
	DateOrderError,
	MarkupError,
	OutOfRangeError,
	TeamError,
	UserError,
	WrongTypeError,
)
from presales_mgmt.rules.followup import DIRECTOR_SUPERVISOR
from presales_mgmt.setup.roles import ROLES

INTEGER_FIELDS = frozenset({"Int", "Check"})
NUMBER_FIELDS = frozenset({"Int", "Check", "Float", "Currency", "Percent"})
PLAIN_TEXT_FIELDS = frozenset({"Data", "Small Text"})

# Frappe keeps amounts in decimal(21, 9): twelve digits before the point. Int is a signed 32-bit column.
LARGEST_NUMBER = 10**12 - 1
LARGEST_INTEGER = 2**31 - 1

# A tag needs a name and a closing bracket, so that "depth < 5 m" and "a <-> b" remain plain text, and an
# e-mail address in brackets is no tag.
MARKUP = re.compile(r"<(?![^<>\s/]+@[^<>\s]+>)\s*[/!]?\s*[a-zA-Z][^<>]*>")


def parse_number(value) -> float | None:
	"""The number that `value` stands for, or None when it stands for none.

	Text may use a comma to group thousands, as Frappe's forms do. True, False, inf and nan are no numbers.
	"""
	if isinstance(value, bool):
		return None
	if isinstance(value, str):
		value = value.replace(",", "").strip()
	try:
		number = float(value)
	except (TypeError, ValueError):
		return None
	return number if math.isfinite(number) else None


def has_markup(text: str | None) -> bool:
	"""Whether `text` holds something that a browser would read as an HTML tag or comment."""
	return bool(text) and "<" in text and bool(MARKUP.search(text) or "<!--" in text)


def where(doc, label: str) -> str:
	"""Where in a document a fault lies: the field's label and, in a child table, table and row number."""
	if doc.get("parentfield") and getattr(doc, "parent_doc", None):
		table = doc.parent_doc.meta.get_label(doc.parentfield)
		parent = doc.parent_doc.doctype
		return _("{0}, row {1}, {2}").format(_(table, context=parent), doc.idx, _(label, context=doc.doctype))
	return _(label, context=doc.doctype)


def refuse(doc, label: str, found, expected: str, exception) -> None:
	"""Raise `exception`, saying where, what was found and what was expected (already translated)."""
	found = frappe.utils.escape_html(cstr(found)) if found not in (None, "") else _("nothing")
	frappe.throw(
		_("{0}: found {1}, expected {2}.").format(where(doc, label), found, expected),
		exc=exception,
		title=_("Invalid Value"),
	)


def validate_input(doc) -> None:
	"""Refuse values in `doc` and its child rows that are not of their field's kind.

	Raises `WrongTypeError`, `OutOfRangeError` or `MarkupError`. Call it first in `validate`.
	"""
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			value = row.get(df.fieldname)
			if value is None or value == "" or df.fieldtype in ("Table", "Table MultiSelect"):
				continue
			if df.fieldtype in NUMBER_FIELDS:
				_validate_number(row, df, value)
			elif df.fieldtype in ("Date", "Datetime"):
				_validate_date(row, df, value)
			elif df.fieldtype in PLAIN_TEXT_FIELDS:
				if not isinstance(value, str | int | float):
					refuse(row, df.label, type(value).__name__, _("text"), WrongTypeError)
				if has_markup(cstr(value)):
					refuse(row, df.label, value, _("plain text without HTML"), MarkupError)
			elif df.fieldtype in ("Link", "Dynamic Link", "Select"):
				if not isinstance(value, str | int):
					refuse(row, df.label, type(value).__name__, _("text"), WrongTypeError)
			elif df.fieldtype == "Text Editor":
				# Frappe leaves this out when a document is submitted.
				row.set(df.fieldname, sanitize_html(cstr(value), always_sanitize=True))


def _validate_number(row, df, value) -> None:
	if df.fieldtype == "Check" and isinstance(value, bool):
		return
	number = parse_number(value)
	if number is None:
		refuse(row, df.label, value, _("a number"), WrongTypeError)
	if df.fieldtype in INTEGER_FIELDS and number != int(number):
		refuse(row, df.label, value, _("a whole number"), WrongTypeError)
	largest = LARGEST_INTEGER if df.fieldtype in INTEGER_FIELDS else LARGEST_NUMBER
	if abs(number) > largest:
		refuse(
			row, df.label, value, _("a number between {0} and {1}").format(-largest, largest), OutOfRangeError
		)
	if df.fieldtype == "Percent" and not 0 <= number <= 100:
		refuse(row, df.label, value, _("a percentage between 0 and 100"), OutOfRangeError)
	if df.non_negative and number < 0:
		refuse(row, df.label, value, _("0 or more"), OutOfRangeError)


def _validate_date(row, df, value) -> None:
	if isinstance(value, date | datetime):
		return
	parse = getdate if df.fieldtype == "Date" else get_datetime
	expected = (
		_("a date such as 2026-12-31") if df.fieldtype == "Date" else _("a time such as 2026-12-31 09:30:00")
	)
	try:
		valid = parse(value) is not None
	except Exception:
		# The parsers raise several kinds of error, among them frappe.ValidationError with their own message.
		frappe.clear_last_message()
		valid = False
	if not valid:
		refuse(row, df.label, value, expected, WrongTypeError)


def require_value(doc, fieldname: str) -> None:
	"""Raise `frappe.MandatoryError` when `fieldname` is empty.

	For what later checks build on: Frappe's own check of mandatory fields comes after `validate`.
	"""
	if not doc.get(fieldname):
		refuse(doc, doc.meta.get_label(fieldname), None, _("a value"), frappe.MandatoryError)


def require_unchanged(doc, before, fieldnames, exception) -> None:
	"""Raise `exception` when one of `fieldnames` differs from what it is in `before`, the document as it is stored."""
	for fieldname in fieldnames:
		df = doc.meta.get_field(fieldname)
		found, expected = doc.get(fieldname), before.get(fieldname)
		if (found or None) == (expected or None):
			continue
		# Frappe's cast makes the present moment of an empty time.
		comparable = df.fieldtype in NUMBER_FIELDS or (found and expected)
		if comparable and doc.cast(found, df) == doc.cast(expected, df):
			continue
		refuse(doc, df.label, found, _("no change by hand ({0})").format(expected or _("empty")), exception)


def require_between(doc, fieldname: str, low: float, high: float) -> None:
	"""Raise `OutOfRangeError` unless the number in `fieldname`, when there is one, lies in [low, high]."""
	value = doc.get(fieldname)
	if value in (None, ""):
		return
	if not low <= float(value) <= high:
		refuse(
			doc,
			doc.meta.get_label(fieldname),
			value,
			_("a number between {0} and {1}").format(low, high),
			OutOfRangeError,
		)


def require_storable(doc, fieldname: str) -> None:
	"""Raise `OutOfRangeError` when the amount in `fieldname`, which was computed, is larger than what a field holds."""
	value = float(doc.get(fieldname) or 0)
	if abs(value) > LARGEST_NUMBER:
		refuse(
			doc,
			doc.meta.get_label(fieldname),
			f"{value:.0f}",
			_("a number between {0} and {1}").format(-LARGEST_NUMBER, LARGEST_NUMBER),
			OutOfRangeError,
		)


def require_date_order(doc, first: str, second: str) -> None:
	"""Raise `DateOrderError` when the date (or time) in `second` comes before that in `first`.

	Both fields must be of the same kind; an empty one is no fault.
	"""
	if not doc.get(first) or not doc.get(second):
		return
	start, end = get_datetime(doc.get(first)), get_datetime(doc.get(second))
	if end < start:
		refuse(
			doc,
			doc.meta.get_label(second),
			doc.get_formatted(second),
			_("not before {0} ({1})").format(
				_(doc.meta.get_label(first), context=doc.doctype), doc.get_formatted(first)
			),
			DateOrderError,
		)


def require_past(doc, fieldname: str) -> None:
	"""Raise `DateOrderError` when the time in `fieldname` has not come yet: what has not happened counts for nothing.

	An empty one is left to Frappe, which knows whether it may be empty.
	"""
	if not doc.get(fieldname):
		return
	if get_datetime(doc.get(fieldname)) > frappe.utils.now_datetime():
		refuse(
			doc,
			doc.meta.get_label(fieldname),
			doc.get_formatted(fieldname),
			_("a time in the past"),
			DateOrderError,
		)


def require_plain_filters(filters, *fieldnames: str) -> None:
	"""Raise `WrongTypeError` when one of the filters of a report is no text and no date, but a list for instance."""
	for fieldname in fieldnames:
		value = filters.get(fieldname)
		if value and not isinstance(value, str | date):
			frappe.throw(
				_("{0}: found {1}, expected {2}.").format(
					fieldname, frappe.utils.escape_html(str(value)), _("text")
				),
				exc=WrongTypeError,
				title=_("Invalid Value"),
			)


def require_weights_of_100(doc, table: str) -> None:
	"""Raise `OutOfRangeError` unless the weights (percent) of the rows of `table` add up to 100."""
	rows = doc.get(table)
	total = round(sum(float(row.weight or 0) for row in rows), 2)
	if rows and total != 100:
		refuse(doc, doc.meta.get_label(table), f"{total:g}", _("weights that add up to 100"), OutOfRangeError)


def require_unique_rows(doc, table: str, *fieldnames: str) -> None:
	"""Raise `presales_mgmt.exceptions.DuplicateEntryError` when two rows of `table` agree in `fieldnames`."""
	from presales_mgmt.exceptions import DuplicateEntryError

	seen = {}
	for row in doc.get(table):
		key = tuple(row.get(fieldname) for fieldname in fieldnames)
		if key in seen:
			refuse(
				row,
				row.meta.get_label(fieldnames[0]),
				row.get(fieldnames[0]),
				_("a value not yet in row {0}").format(seen[key]),
				DuplicateEntryError,
			)
		seen[key] = row.idx


def set_full_names(rows, user_field: str = "user", name_field: str = "full_name", keep: bool = False) -> None:
	"""Write the full names of the users in `rows` into them. One query, however many rows.

	Frappe's own `fetch_from` would ask once for each row, and v15 does not check a link that is fetched from.
	With `keep`, a name that is there already stays.
	"""
	users = sorted({row.get(user_field) for row in rows if row.get(user_field)})
	if not users:
		return
	names = dict(
		frappe.get_all(
			"User",
			filters={"name": ["in", users]},
			fields=["name", "full_name"],
			order_by="name asc",
			as_list=True,
		)
	)
	for row in rows:
		if not (keep and row.get(name_field)):
			row.set(name_field, names.get(row.get(user_field)) or row.get(name_field))


def require_enabled_users(places) -> None:
	"""Raise `UserError` unless the user named in each place can work on the desk. One query.

	`places` are pairs of a document or row and the name of its field; an empty field is no fault.
	"""
	places = [(row, fieldname) for row, fieldname in places if row.get(fieldname)]
	if not places:
		return
	enabled = frappe.get_all(
		"User",
		filters={
			"name": ["in", sorted({row.get(fieldname) for row, fieldname in places})],
			"enabled": 1,
			"user_type": "System User",
		},
		pluck="name",
		order_by="name asc",
	)
	for row, fieldname in places:
		if row.get(fieldname) not in enabled:
			refuse(
				row,
				row.meta.get_label(fieldname),
				row.get(fieldname),
				_("a user who is enabled and works on the desk"),
				UserError,
			)


def able_users(users: Iterable[str]) -> set[str]:
	"""Those of `users` who are enabled and have a role of this app."""
	enabled = frappe.get_all(
		"User",
		filters={"name": ["in", sorted(users)], "enabled": 1, "user_type": "System User"},
		pluck="name",
		order_by="name asc",
	)
	return set(
		frappe.get_all(
			"Has Role",
			filters={"parenttype": "User", "parent": ["in", enabled], "role": ["in", ROLES]},
			pluck="parent",
			order_by="parent asc",
		)
	)


def refuse_own_supervision(supervisors, director: str | None, manager: str | None) -> None:
	"""Raise `TeamError` when the director or the manager is among the rows of supervisors (R9.8).

	The regulation lets the director supervise as such; that level alone is open to the own director.
	"""
	for row in supervisors:
		as_director = row.user == director and row.project_role == DIRECTOR_SUPERVISOR
		if row.user and row.user in (director, manager) and not as_director:
			refuse(
				row, "User", row.user, _("somebody else than director and manager of the project"), TeamError
			)


def require_company(doc, doctype: str, name: str | None, label: str, company: str) -> None:
	"""Raise `CompanyMismatchError` when the record `name` of `doctype` belongs to another company.

	`label` is the untranslated label of the field that names the record. One query.
	"""
	if not name:
		return
	found = frappe.db.get_value(doctype, name, "company")
	if found and found != company:
		refuse_company(doc, label, name, found, company)


def refuse_company(doc, label: str, name: str, found: str, company: str) -> None:
	"""Raise `CompanyMismatchError` since the record `name` is of the company `found`; see `require_company`."""
	refuse(
		doc, label, f"{name} ({found})", _("a record of company {0}").format(company), CompanyMismatchError
	)
