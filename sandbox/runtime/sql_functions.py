"""Functions that MariaDB has and SQLite has not."""

import datetime
import math
import re
import sqlite3
from functools import lru_cache

from frappe.utils import get_datetime, getdate, now_datetime

from sandbox.runtime.search import rank

# MariaDB's format letters and their Python equivalents, where these differ.
_DATE_FORMATS = {"i": "%M", "s": "%S", "M": "%B", "h": "%I", "k": "%H", "T": "%H:%M:%S", "W": "%A", "c": "%m"}


def register(connection: sqlite3.Connection) -> None:
	for name, arguments, function in FUNCTIONS:
		connection.create_function(name, arguments, function)
	connection.create_collation("nocase_unicode", _compare_without_case)


def format_timedelta(value: datetime.timedelta) -> str:
	seconds = value.total_seconds()
	sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
	hours, rest = divmod(seconds, 3600)
	minutes, rest = divmod(rest, 60)
	return f"{sign}{int(hours):02}:{int(minutes):02}:{rest:09.6f}"


def _compare_without_case(one, other):
	one, other = one.casefold(), other.casefold()
	return (one > other) - (one < other)


def _unless_null(function):
	"""NULL in, NULL out."""
	return lambda *values: None if any(value is None for value in values) else function(*values)


def _text(value):
	return value.decode() if isinstance(value, bytes) else str(value)


def _concat_ws(separator, *values):
	if separator is None:
		return None
	return _text(separator).join(_text(value) for value in values if value is not None)


def _date_format(value, template):
	moment = get_datetime(value)
	return re.sub(
		r"%(.)", lambda match: moment.strftime(_DATE_FORMATS.get(match.group(1), match.group(0))), template
	)


@lru_cache(maxsize=256)
def _pattern(expression):
	return re.compile(expression, re.IGNORECASE)


def _substring_index(text, separator, count):
	parts = _text(text).split(separator)
	return separator.join(parts[:count] if count > 0 else parts[count:])


def _last_day(value):
	first = getdate(value).replace(day=1)
	return ((first + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)).isoformat()


def _timestamp(date, time=None):
	moment = get_datetime(date)
	if time:
		hours, minutes, seconds = (float(part) for part in str(time).split(":"))
		moment = datetime.datetime.combine(moment.date(), datetime.time())
		moment += datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
	return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _extreme(choose):
	return lambda *values: None if any(value is None for value in values) else choose(values)


def _truncate(number, decimals):
	factor = 10**decimals
	return math.trunc(number * factor) / factor


FUNCTIONS = (
	(
		"regexp",
		2,
		lambda expression, text: text is not None and bool(_pattern(expression).search(_text(text))),
	),
	(
		"regexp_replace",
		3,
		_unless_null(lambda text, expression, new: _pattern(expression).sub(new, _text(text))),
	),
	("search_rank", 2, rank),
	("if", 3, lambda condition, yes, no: yes if condition else no),
	("concat", -1, _unless_null(lambda *values: "".join(map(_text, values)))),
	("concat_ws", -1, _concat_ws),
	("locate", 2, _unless_null(lambda part, text: _text(text).lower().find(_text(part).lower()) + 1)),
	(
		"locate",
		3,
		_unless_null(lambda part, text, start: _text(text).lower().find(_text(part).lower(), start - 1) + 1),
	),
	("char_length", 1, _unless_null(lambda text: len(_text(text)))),
	("substring_index", 3, _unless_null(_substring_index)),
	("lpad", 3, _unless_null(lambda text, width, fill: _text(text).rjust(width, fill)[:width])),
	("rpad", 3, _unless_null(lambda text, width, fill: _text(text).ljust(width, fill)[:width])),
	("truncate", 2, _unless_null(_truncate)),
	("greatest", -1, _extreme(max)),
	("least", -1, _extreme(min)),
	("now", 0, lambda: now_datetime().strftime("%Y-%m-%d %H:%M:%S.%f")),
	("curdate", 0, lambda: getdate().isoformat()),
	("curtime", 0, lambda: now_datetime().strftime("%H:%M:%S.%f")),
	("timestamp", 1, _unless_null(_timestamp)),
	("timestamp", 2, _unless_null(_timestamp)),
	("datediff", 2, _unless_null(lambda one, other: (getdate(one) - getdate(other)).days)),
	(
		"timediff",
		2,
		_unless_null(lambda one, other: format_timedelta(get_datetime(one) - get_datetime(other))),
	),
	("date_format", 2, _unless_null(_date_format)),
	("unix_timestamp", 1, _unless_null(lambda value: get_datetime(value).timestamp())),
	("year", 1, _unless_null(lambda value: getdate(value).year)),
	("quarter", 1, _unless_null(lambda value: (getdate(value).month + 2) // 3)),
	("month", 1, _unless_null(lambda value: getdate(value).month)),
	("monthname", 1, _unless_null(lambda value: getdate(value).strftime("%B"))),
	("week", 1, _unless_null(lambda value: getdate(value).isocalendar()[1])),
	(
		"yearweek",
		2,
		_unless_null(lambda value, mode: int("{}{:02}".format(*getdate(value).isocalendar()[:2]))),
	),
	("day", 1, _unless_null(lambda value: getdate(value).day)),
	("dayofmonth", 1, _unless_null(lambda value: getdate(value).day)),
	("dayofyear", 1, _unless_null(lambda value: getdate(value).timetuple().tm_yday)),
	("dayofweek", 1, _unless_null(lambda value: getdate(value).isoweekday() % 7 + 1)),
	("weekday", 1, _unless_null(lambda value: getdate(value).weekday())),
	("hour", 1, _unless_null(lambda value: get_datetime(value).hour)),
	("minute", 1, _unless_null(lambda value: get_datetime(value).minute)),
	("last_day", 1, _unless_null(_last_day)),
)
