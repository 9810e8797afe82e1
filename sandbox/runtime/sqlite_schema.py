"""Tables of DocTypes on SQLite.

The engine's own code forgets the primary key, defaults and indexes whenever it changes a table, takes every
column for changed on every migration, and lets indexes of different tables collide by name.
"""

import re

import frappe
from frappe.database.schema import DBTable

STANDARD_COLUMNS = (
	"creation datetime(6)",
	"modified datetime(6)",
	"modified_by varchar(140)",
	"owner varchar(140)",
	"docstatus tinyint NOT NULL DEFAULT 0",
	"idx int NOT NULL DEFAULT 0",
)
CHILD_COLUMNS = ("parent varchar(140)", "parentfield varchar(140)", "parenttype varchar(140)")


class SandboxTable(DBTable):
	def create(self):
		columns = [self._name_column(), *STANDARD_COLUMNS]
		indexes = []
		if self.meta.get("istable", default=0):
			columns += CHILD_COLUMNS
			indexes.append("parent")
		else:
			indexes.append("creation")
			if self.meta.sort_field == "modified":
				indexes.append("modified")
		present = {*frappe.db.DEFAULT_COLUMNS, *(column.split()[0] for column in columns)}
		fields = [column for name, column in self.columns.items() if name not in present]
		columns += [f"`{c.fieldname}` {d}" for c in fields if (d := c.get_definition(for_modification=True))]
		frappe.db.sql_ddl(f"CREATE TABLE `{self.table_name}` ({', '.join(columns)})")
		for name in indexes:
			self._add_index(name)
		for column in fields:
			if column.get_definition() and (column.unique or column.set_index):
				self._add_index(column.fieldname, unique=column.unique)

	def alter(self):
		for column in self.columns.values():
			column.build_for_alter_table(self.current_columns.get(column.fieldname.lower()))
		for column in self.add_column:
			definition = column.get_definition(for_modification=True)
			frappe.db.sql_ddl(f"ALTER TABLE `{self.table_name}` ADD COLUMN `{column.fieldname}` {definition}")
		changed = {*self.change_type, *self.set_default, *self.change_nullability}
		drop = {c.fieldname for c in self.drop_unique}
		if changed or drop:
			definitions = {c.fieldname: c.get_definition(for_modification=True) for c in changed}
			rebuild(self.table_name, definitions, drop_unique=drop)
		for column in self.drop_index:
			name = index_name(self.table_name, column.fieldname)
			frappe.db.sql_ddl(f"DROP INDEX IF EXISTS `{name}`")
		for column in self.add_unique:
			self._add_index(column.fieldname, unique=True)
		for column in self.add_index:
			self._add_index(column.fieldname)
		if self.meta.sort_field == "modified" and not self.meta.get("istable"):
			self._add_index("modified")

	def _name_column(self):
		if not self.meta.issingle and self.meta.autoname == "autoincrement":
			return "name INTEGER PRIMARY KEY AUTOINCREMENT"
		return "name varchar(140) PRIMARY KEY"

	def _add_index(self, fieldname, unique=False):
		kind = "UNIQUE INDEX" if unique else "INDEX"
		name = index_name(self.table_name, f"{fieldname}_unique" if unique else fieldname)
		frappe.db.sql_ddl(f"CREATE {kind} IF NOT EXISTS `{name}` ON `{self.table_name}` (`{fieldname}`)")


def index_name(table: str, name: str) -> str:
	"""The name of an index; within a database, not within a table, SQLite wants it unique."""
	return name if name.startswith(f"{table}_") else f"{table}_{name}"


def indexes(table: str) -> list:
	"""Indexes of a table with their columns in order."""
	found = frappe.db.sql(f"PRAGMA index_list(`{table}`)", as_dict=True)
	for index in found:
		columns = frappe.db.sql(f"PRAGMA index_info(`{index.name}`)", as_dict=True)
		index.columns = [column.name for column in columns]
	return found


def describe_columns(table: str) -> list:
	"""Columns of a table under the names that Frappe compares a DocType's fields with."""
	single = [index for index in indexes(table) if len(index.columns) == 1 and index.origin != "pk"]
	unique = {index.columns[0] for index in single if index.unique}
	indexed = {index.columns[0] for index in single if not index.unique}
	return [
		frappe._dict(
			name=column.name,
			# SQLite gives the names of its own types in capitals, whatever was declared.
			type=column.type.lower(),
			default=column.dflt_value,
			not_nullable=column.notnull,
			unique=column.name in unique,
			index=column.name in indexed,
		)
		for column in frappe.db.sql(f"PRAGMA table_info(`{table}`)", as_dict=True)
	]


def rebuild(table: str, definitions: dict[str, str], drop_unique=frozenset()) -> None:
	"""Give columns of a table new definitions: SQLite can do that only by copying the table."""
	db = frappe.db
	rows = db.sql(f"PRAGMA table_info(`{table}`)", as_dict=True)
	source = db.sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", table)[0][0]
	kept_indexes = []
	for index in indexes(table):
		if index.unique and len(index.columns) == 1 and index.columns[0] in drop_unique:
			continue
		if index.origin == "u":
			columns = ", ".join(f"`{column}`" for column in index.columns)
			name = index_name(table, "_".join(index.columns) + "_unique")
			kept_indexes.append(f"CREATE UNIQUE INDEX IF NOT EXISTS `{name}` ON `{table}` ({columns})")
		elif index.origin == "c":
			kept_indexes += db.sql("SELECT sql FROM sqlite_master WHERE name = %s", index.name, pluck=True)

	columns, values = [], []
	for row in rows:
		definition = definitions.get(row.name) or _definition(row)
		if row.pk:
			autoincrement = " AUTOINCREMENT" if "AUTOINCREMENT" in source.upper() else ""
			definition = (
				re.sub(r"\s+(NOT NULL|DEFAULT\s+\S+)", "", definition) + f" PRIMARY KEY{autoincrement}"
			)
		columns.append(f"`{row.name}` {definition}")
		values.append(_value_to_copy(row.name, definition))

	temporary = f"{table}__rebuilt"
	db.sql_ddl(f"DROP TABLE IF EXISTS `{temporary}`")
	db.sql_ddl(f"CREATE TABLE `{temporary}` ({', '.join(columns)})")
	names = ", ".join(f"`{row.name}`" for row in rows)
	db.sql_ddl(f"INSERT INTO `{temporary}` ({names}) SELECT {', '.join(values)} FROM `{table}`")
	db.sql_ddl(f"DROP TABLE `{table}`")
	db.sql_ddl(f"ALTER TABLE `{temporary}` RENAME TO `{table}`")
	for query in kept_indexes:
		db.sql_ddl(query)


def _definition(row) -> str:
	definition = row.type
	if row.notnull:
		definition += " NOT NULL"
	if row.dflt_value is not None:
		definition += f" DEFAULT {row.dflt_value}"
	return definition


def _value_to_copy(name: str, definition: str) -> str:
	"""Where a column must no longer be NULL, its default takes the place of the NULLs."""
	default = re.search(r"\bDEFAULT\s+('(?:[^']|'')*'|\S+)", definition)
	if "NOT NULL" in definition and default:
		return f"coalesce(`{name}`, {default.group(1)})"
	return f"`{name}`"
