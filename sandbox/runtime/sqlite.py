"""SQLite as a database that behaves as Frappe's production databases do."""

import datetime
import decimal
import re
import sqlite3
import uuid
import warnings
from contextlib import contextmanager
from functools import lru_cache

import frappe
from frappe.database.database import TRANSACTION_DISABLED_MSG, Database, get_query_execution_timeout
from frappe.database.sqlite.database import SQLiteDatabase
from frappe.utils import cint, get_table_name, get_timedelta

from sandbox.runtime import search, sql_functions, sqlite_schema

BUSY_TIMEOUT_SECONDS = 30

# A literal or quoted name (left alone), a percent sign, a positional or a named placeholder.
_TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|%%|%s|%\((\w+)\)s""")
_PLACEHOLDERS = re.compile(r"%%|%s|%\((\w+)\)s")
_LOCKING_READ = re.compile(
	r"\s+for\s+(?:no\s+key\s+)?(?:update|share)(?:\s+(?:nowait|skip\s+locked))?\s*;?\s*$", re.I
)
_INSERT_IGNORE = re.compile(r"^insert\s+ignore\b", re.I)
_FIRST_WORD = re.compile(r"^[\s(]*(\w+)")
_WRITES = frozenset(
	("insert", "update", "delete", "replace", "create", "alter", "drop", "savepoint", "reindex", "analyze")
)
_DROP_COLUMNS = re.compile(
	r"""^\s*alter\s+table\s+[`"]?(?P<table>[^`"]+?)[`"]?\s+(?P<columns>drop\s+column\b[^()]*)$""", re.I
)
_DROPPED_COLUMN = re.compile(r"""drop\s+column\s+(?:if\s+exists\s+)?[`"]?(\w+)[`"]?""", re.I)
_DROP_INDEX = re.compile(
	r"""^\s*alter\s+table\s+[`"]?(?P<table>[^`"]+?)[`"]?\s+drop\s+index\s+[`"]?(?P<index>\w+)[`"]?\s*;?\s*$""",
	re.I,
)
_WRITTEN_TABLE = re.compile(
	r"""(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update|delete\s+from|savepoint)\s+[`"]?([^`"\s(]+(?:\s[^`"\s(]+)*(?=[`"])|\w+)""",
	re.I,
)
_UNIQUE_FAILURE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")

# Text that a DATETIME or DATE column holds; results of functions over such columns come back as text.
_DATETIME_TEXT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$")
_DATE_TEXT = re.compile(r"^\d{4}-\d\d-\d\d$")
_TYPE_KEEPING_CALL = re.compile(r"\b(?:max|min|coalesce|ifnull|nullif|greatest|least|if|iif)\s*\(", re.I)


class SandboxDatabase(SQLiteDatabase):
	"""The engine's SQLite database with native binding, real types and foreseeable transactions.

	Reads outside a transaction see what others committed last; the first write, savepoint or locking read
	takes the write lock at once. So a writer never finds that what it read is outdated: it waits its turn,
	and Frappe's own check of timestamps decides who was late.
	"""

	TYPES = {
		"Currency": ("real", None),
		"Int": ("int", None),
		"Long Int": ("bigint", None),
		"Float": ("real", None),
		"Percent": ("real", None),
		"Check": ("tinyint", None),
		"Small Text": ("text", None),
		"Long Text": ("longtext", None),
		"Code": ("longtext", None),
		"Text Editor": ("longtext", None),
		"Markdown Editor": ("longtext", None),
		"HTML Editor": ("longtext", None),
		"Date": ("date", None),
		"Datetime": ("datetime", 6),
		"Time": ("time", 6),
		"Text": ("text", None),
		"Data": ("varchar", Database.VARCHAR_LEN),
		"Link": ("varchar", Database.VARCHAR_LEN),
		"Dynamic Link": ("varchar", Database.VARCHAR_LEN),
		"Password": ("text", None),
		"Select": ("varchar", Database.VARCHAR_LEN),
		"Rating": ("real", None),
		"Read Only": ("varchar", Database.VARCHAR_LEN),
		"Attach": ("text", None),
		"Attach Image": ("text", None),
		"Signature": ("longtext", None),
		"Color": ("varchar", Database.VARCHAR_LEN),
		"Barcode": ("longtext", None),
		"Geolocation": ("longtext", None),
		"Duration": ("real", None),
		"Icon": ("varchar", Database.VARCHAR_LEN),
		"Phone": ("varchar", Database.VARCHAR_LEN),
		"Autocomplete": ("varchar", Database.VARCHAR_LEN),
		"JSON": ("longtext", None),
	}

	def setup_type_map(self):
		# The names of MariaDB's types: Frappe decides by them on lengths, indexes and defaults.
		self.db_type = "sqlite"
		self.type_map = self.TYPES
		self.read_only = False
		self.tables_written = set()

	# Connections

	def connect(self):
		super().connect()
		if not get_query_execution_timeout():
			self.set_execution_timeout(BUSY_TIMEOUT_SECONDS)

	def get_connection(self, read_only=False):
		path = self.get_db_path()
		if not path.exists():
			raise frappe.IncorrectSitePath(f"no database at {path}")
		connection = sqlite3.connect(
			f"{path.as_uri()}?mode={'ro' if read_only else 'rw'}",
			uri=True,
			# No hidden BEGIN: transactions begin in `execute_query`.
			isolation_level=None,
			detect_types=sqlite3.PARSE_DECLTYPES,
			cached_statements=1024,
			timeout=BUSY_TIMEOUT_SECONDS,
		)
		if not read_only:
			connection.execute("PRAGMA journal_mode = WAL")
		# What a crash of the machine could lose is a sandbox; a crash of the process loses nothing.
		connection.execute("PRAGMA synchronous = OFF")
		connection.execute("PRAGMA cache_size = -32000")
		sql_functions.register(connection)
		return connection

	def set_execution_timeout(self, seconds):
		self._conn.execute(f"PRAGMA busy_timeout = {cint(seconds) * 1000}")

	# Statements

	def sql(self, query, *args, **kwargs):
		# Not the parent's: it rewrites quotes and words even inside texts.
		return Database.sql(self, query, *args, **kwargs)

	def execute_query(self, query, values=None):
		"""Run one statement with values bound by SQLite itself (values were pasted as text)."""
		locking = _LOCKING_READ.search(query)
		if locking:
			# There are no row locks: the write lock stands in for them.
			query = query[: locking.start()]
		query = _INSERT_IGNORE.sub("INSERT OR IGNORE", query)
		word = _FIRST_WORD.match(query)
		word = word.group(1).lower() if word else ""
		if word in ("begin", "start", "commit", "rollback") and not self._is_savepoint(query):
			return self._control_transaction(word)
		if word in _WRITES:
			table = _WRITTEN_TABLE.match(query)
			self.tables_written.add(table.group(1) if table else "schema")
		if (locking or word in _WRITES) and not self._conn.in_transaction and not self.read_only:
			self._conn.execute("BEGIN IMMEDIATE")
		if dropped := _DROP_COLUMNS.match(query):
			return self._drop_columns(
				dropped.group("table"), _DROPPED_COLUMN.findall(dropped.group("columns"))
			)
		if dropped := _DROP_INDEX.match(query):
			name = sqlite_schema.index_name(dropped.group("table"), dropped.group("index"))
			query = f"DROP INDEX `{name}`"
		if values is not None:
			query, values = bind(query, values)
		return self._cursor.execute(query, values or ())

	def _drop_columns(self, table, columns):
		"""Drop columns with the indexes on them, as a server does; SQLite takes one at a time, without indexes."""
		for index in sqlite_schema.indexes(table):
			if set(index.columns) & set(columns):
				self._cursor.execute(f"DROP INDEX `{index.name}`")
		for column in columns:
			self._cursor.execute(f"ALTER TABLE `{table}` DROP COLUMN `{column}`")
		return self._cursor.execute("SELECT 1 WHERE 0")

	@contextmanager
	def unbuffered_cursor(self):
		"""A second cursor: SQLite's give their rows one by one in any case."""
		cursor = self._cursor
		self._cursor = self._conn.cursor()
		try:
			yield
		finally:
			self._cursor.close()
			self._cursor = cursor

	def get_routines(self):
		return []

	@staticmethod
	def _is_savepoint(query):
		return query.lower().startswith("rollback to")

	def _control_transaction(self, word):
		if word == "commit":
			self._conn.commit()
		elif word == "rollback":
			self._conn.rollback()
		return self._cursor.execute("SELECT 1 WHERE 0")

	def _transform_result(self, result):
		"""Give dates their type where SQLite has lost it: in results of functions such as `max`."""
		if not result or not _TYPE_KEEPING_CALL.search(self._statement or ""):
			return result
		columns = _untyped_columns(self._statement, len(result[0]))
		if not columns:
			return result
		return [
			tuple(_restore_type(value) if i in columns else value for i, value in enumerate(row))
			for row in result
		]

	def _transform_query(self, query, values):
		self._statement = query
		return query, values

	_statement = None

	@staticmethod
	def escape(s, percent=True):
		"""A text literal; percent signs are doubled for statements that are run with values."""
		if isinstance(s, bytes):
			s = s.decode()
		s = str(s).replace("'", "''")
		return "'" + (s.replace("%", "%%") if percent else s) + "'"

	def mogrify(self, query, values):
		if not values:
			return query
		return f"{query} /* {values!r} */"

	@staticmethod
	def is_type_number(code):
		return False

	@staticmethod
	def is_type_datetime(code):
		return False

	# Transactions

	def begin(self, *, read_only=False):
		"""Only reading needs to be said; writing begins with the first write."""
		read_only = bool(read_only or frappe.flags.read_only)
		if not self._conn or read_only != self.read_only:
			if self._conn:
				self._conn.close()
			self.read_only = read_only
			self._conn = self.get_connection(read_only=read_only)
			self._cursor = self._conn.cursor()

	def commit(self, *, chain=False):
		if self._disable_transaction_control:
			warnings.warn(message=TRANSACTION_DISABLED_MSG, stacklevel=2)
			return
		if not self._conn:
			self.connect()
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		self._end_transaction("commit")
		self.transaction_writes = 0
		self.after_commit.run()

	def rollback(self, *, save_point=None, chain=False):
		if not self._conn:
			self.connect()
		if save_point:
			self.sql(f"rollback to savepoint {save_point}")
			self.value_cache.clear()
		elif self._disable_transaction_control:
			warnings.warn(message=TRANSACTION_DISABLED_MSG, stacklevel=2)
		else:
			self.before_commit.reset()
			self.after_commit.reset()
			self.before_rollback.run()
			self._end_transaction("rollback")
			self.transaction_writes = 0
			self.value_cache.clear()
			self.after_rollback.run()

	def _end_transaction(self, how):
		getattr(self._conn, how)()

	def check_implicit_commit(self, query, query_type):
		Database.check_implicit_commit(self, query, query_type)

	def close(self):
		if self._conn:
			self._conn.rollback()
		super().close()

	# Schema

	def updatedb(self, doctype, meta=None):
		is_single = self.sql("SELECT issingle FROM `tabDocType` WHERE name = %s", (doctype,))
		if not is_single:
			raise Exception(f"Wrong doctype {doctype} in updatedb")
		if not is_single[0][0]:
			table = sqlite_schema.SandboxTable(doctype, meta)
			table.validate()
			self.commit()
			table.sync()
			self.commit()

	def get_table_columns_description(self, table_name):
		return sqlite_schema.describe_columns(table_name)

	def get_column_type(self, doctype, column):
		columns = sqlite_schema.describe_columns(get_table_name(doctype))
		return next((row.type for row in columns if row.name == column), None)

	def get_column_index(self, table_name, fieldname, unique=False):
		for index in sqlite_schema.indexes(table_name):
			if index.columns == [fieldname] and bool(index.unique) == bool(unique):
				return index
		return None

	def has_index(self, table_name, index_name):
		names = {index.name for index in sqlite_schema.indexes(table_name)}
		return bool(names & {index_name, sqlite_schema.index_name(table_name, index_name)})

	def add_index(self, doctype, fields, index_name=None):
		"""Make an index. Its name carries the table's: SQLite wants them different in the whole database."""
		from frappe.custom.doctype.property_setter.property_setter import make_property_setter

		table = get_table_name(doctype)
		fields = [re.sub(r"\(.*?\)", "", field).strip().strip("`") for field in fields]
		name = sqlite_schema.index_name(table, index_name or self.get_index_name(fields))
		columns = ", ".join(f"`{field}`" for field in fields)
		self.commit()
		self.sql(f"CREATE INDEX IF NOT EXISTS `{name}` ON `{table}` ({columns})")
		if len(fields) == 1 and not (frappe.flags.in_install or frappe.flags.in_migrate):
			make_property_setter(
				doctype,
				fields[0],
				property="search_index",
				value="1",
				property_type="Check",
				for_doctype=False,
			)

	def add_unique(self, doctype, fields, constraint_name=None):
		fields = [fields] if isinstance(fields, str) else fields
		table = get_table_name(doctype)
		name = sqlite_schema.index_name(table, constraint_name or f"unique_{'_'.join(fields)}")
		columns = ", ".join(f"`{field}`" for field in fields)
		self.commit()
		self.sql(f"CREATE UNIQUE INDEX IF NOT EXISTS `{name}` ON `{table}` ({columns})")

	def change_column_type(self, doctype, column, type, nullable=False):
		definition = type if nullable else f"{type} NOT NULL"
		sqlite_schema.rebuild(get_table_name(doctype), {column: definition})

	def rename_column(self, doctype, old_column_name, new_column_name):
		table = get_table_name(doctype)
		return self.sql_ddl(f"ALTER TABLE `{table}` RENAME COLUMN `{old_column_name}` TO `{new_column_name}`")

	def truncate(self, doctype):
		self.sql_ddl(f"DELETE FROM `{get_table_name(doctype)}`")

	def create_global_search_table(self):
		self.sql_ddl(search.TABLE)

	def create_user_settings_table(self):
		super().create_user_settings_table()
		self.sql_ddl("CREATE TABLE IF NOT EXISTS `__sequences` (name varchar(140) PRIMARY KEY, used bigint)")

	# Sequences: SQLite has none

	def create_sequence(self, doctype_name, *, slug="_id_seq", start_value=0, **options):
		name = frappe.scrub(doctype_name + slug)
		used = max(cint(start_value) - 1, 0)
		self.sql("INSERT OR IGNORE INTO `__sequences` (name, used) VALUES (%s, %s)", (name, used))
		return name

	def get_next_sequence_val(self, doctype_name, slug="_id_seq"):
		name = self.create_sequence(doctype_name, slug=slug)
		self.sql("UPDATE `__sequences` SET used = used + 1 WHERE name = %s", name)
		return self.sql("SELECT used FROM `__sequences` WHERE name = %s", name)[0][0]

	def set_next_sequence_val(self, doctype_name, next_val, *, slug="_id_seq", is_val_used=False):
		name = self.create_sequence(doctype_name, slug=slug)
		used = cint(next_val) - (0 if is_val_used else 1)
		self.sql("UPDATE `__sequences` SET used = %s WHERE name = %s", (used, name))

	def get_tables(self, cached=True):
		tables = frappe.cache.get_value("db_tables") if cached else None
		if not tables:
			tables = self.sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", pluck=True)
			frappe.cache.set_value("db_tables", tables)
		return tables

	# Errors

	@staticmethod
	def is_primary_key_violation(e):
		return _violated_key(e) == "primary"

	@staticmethod
	def is_unique_key_violation(e):
		return _violated_key(e) == "unique"

	@staticmethod
	def is_duplicate_entry(e):
		return _violated_key(e) is not None

	@staticmethod
	def is_syntax_error(e):
		return isinstance(e, sqlite3.OperationalError) and "syntax error" in str(e)

	@staticmethod
	def is_missing_column(e):
		return "no such column" in str(e) or "has no column named" in str(e)

	@staticmethod
	def is_timedout(e):
		return isinstance(e, sqlite3.OperationalError) and "is locked" in str(e)

	@staticmethod
	def is_deadlocked(e):
		# A writer waits for the write lock with nothing locked itself: there are no deadlocks, only waits.
		return False

	@staticmethod
	def cant_drop_field_or_key(e):
		return "no such index" in str(e) or "cannot drop" in str(e) or "no such column" in str(e)


def _violated_key(error):
	"""Which key a row collided on. The error's code tells from Python 3.11 on; its text always does."""
	found = _UNIQUE_FAILURE.search(str(error)) if isinstance(error, sqlite3.IntegrityError) else None
	if not found:
		return None
	return "primary" if re.fullmatch(r".*\.name", found.group("columns")) else "unique"


def bind(query, values):
	"""Turn Frappe's placeholders into SQLite's; a list becomes as many placeholders as it has items."""
	texts, keys = _parse(query)
	named = isinstance(values, dict)
	positional = iter(()) if named else iter(values)
	bound, parts = [], [texts[0]]
	try:
		for key, text in zip(keys, texts[1:], strict=True):
			if isinstance(key, _Literal):
				parts.append(key.fill(values if named else None, positional))
			else:
				value = values[key] if key else next(positional)
				if isinstance(value, list | tuple | set | frozenset):
					bound.extend(adapt(item) for item in value)
					parts.append("(" + (", ".join("?" * len(value)) or "NULL") + ")")
				else:
					bound.append(adapt(value))
					parts.append("?")
			parts.append(text)
	except StopIteration:
		raise sqlite3.ProgrammingError(f"not enough values for the placeholders of: {query}") from None
	except (KeyError, TypeError) as error:
		raise sqlite3.ProgrammingError(f"no value for the placeholder {error} of: {query}") from error
	return "".join(parts), bound


@lru_cache(maxsize=4096)
def _parse(query):
	"""Split a statement at its placeholders: the texts around them, and for each its name, if it has one."""
	texts, keys, text, end = [], [], "", 0
	for match in _TOKENS.finditer(query):
		token = match.group(0)
		if token[0] in "'\"`" and "%" not in token:
			continue
		text += query[end : match.start()]
		end = match.end()
		if token == "%%":
			text += "%"
			continue
		texts.append(text)
		text = ""
		keys.append(_Literal(token) if token[0] in "'\"`" else match.group(1))
	texts.append(text + query[end:])
	return texts, keys


class _Literal:
	"""A literal with percent signs, as `'%%%(txt)s%%'`: values are pasted into it, with their quotes doubled."""

	def __init__(self, token):
		self.quote = token[0]
		self.content = token[1:-1]

	def fill(self, named, positional):
		def paste(match):
			if match.group(0) == "%%":
				return "%"
			value = named[match.group(1)] if match.group(1) else next(positional)
			return str(adapt(value)).replace(self.quote, self.quote * 2)

		return self.quote + _PLACEHOLDERS.sub(paste, self.content) + self.quote


def adapt(value):
	"""A value as SQLite stores it."""
	if value is None or isinstance(value, str | float | bytes):
		return value
	if isinstance(value, bool | int):
		return int(value)
	if isinstance(value, datetime.datetime):
		return value.strftime("%Y-%m-%d %H:%M:%S.%f")
	if isinstance(value, datetime.date):
		return value.isoformat()
	if isinstance(value, datetime.time):
		return value.strftime("%H:%M:%S.%f")
	if isinstance(value, datetime.timedelta):
		return sql_functions.format_timedelta(value)
	if isinstance(value, decimal.Decimal):
		return float(value)
	if isinstance(value, uuid.UUID):
		return str(value)
	return str(value)


def _untyped_columns(query, count):
	"""Positions of the result's columns that are calls of functions which keep their argument's type."""
	match = re.match(r"\s*select\s+(?:distinct\s+)?", query, re.I)
	if not match:
		return set()
	depth, start, items, position = 0, match.end(), [], match.end()
	for position in range(match.end(), len(query)):
		character = query[position]
		if character == "(":
			depth += 1
		elif character == ")":
			depth -= 1
		elif depth == 0 and (
			character == "," or query[position : position + 6].lower() in ("\nfrom ", " from ", "\tfrom ")
		):
			items.append(query[start:position])
			start = position + 1
			if character != ",":
				break
	else:
		items.append(query[start:])
	if len(items) != count:
		return set()
	return {i for i, item in enumerate(items) if _TYPE_KEEPING_CALL.match(item.strip().lstrip('`"'))}


def _restore_type(value):
	if isinstance(value, str):
		if _DATETIME_TEXT.match(value):
			return parse_datetime(value)
		if _DATE_TEXT.match(value):
			return parse_date(value)
	return value


def parse_datetime(text):
	try:
		return datetime.datetime.fromisoformat(text)
	except ValueError:
		return frappe.utils.get_datetime(text)


def parse_date(text):
	try:
		return datetime.date.fromisoformat(text[:10])
	except ValueError:
		return None


def _register_converters():
	"""Read columns by their declared types (`creation` and `modified` came back as text)."""
	for name in ("datetime", "timestamp"):
		sqlite3.register_converter(name, lambda raw: parse_datetime(raw.decode()) if raw else None)
	sqlite3.register_converter("date", lambda raw: parse_date(raw.decode()) if raw else None)
	# MariaDB's client gives times of day as time deltas.
	sqlite3.register_converter("time", lambda raw: get_timedelta(raw.decode()) if raw else None)


_register_converters()
