"""The query builder's SQLite dialect (PyPI's pypika is not Frappe's own version of it)."""

from frappe.query_builder.terms import SQLiteParameterizedValueWrapper
from pypika.dialects import PostgreSQLQueryBuilder
from pypika.enums import Dialects
from pypika.terms import CustomFunction
from pypika.utils import builder


class SQLiteQueryBuilder(PostgreSQLQueryBuilder):
	"""SQLite shares PostgreSQL's conflict clauses, `RETURNING` and joins in updates.

	Locking reads are written as on a server; the database turns them into the write lock.
	"""

	def __init__(self, **kwargs):
		# SQLite takes no brackets around the parts of a union.
		super().__init__(**{"wrap_set_operation_queries": False, **kwargs})
		self.dialect = Dialects.SQLLITE
		self._wrapper_cls = SQLiteParameterizedValueWrapper
		self._insert_or = ""

	@builder
	def ignore(self):
		self._insert_or = "OR IGNORE "

	@builder
	def insert_or_replace(self, *terms):
		self._apply_terms(*terms)
		self._insert_or = "OR REPLACE "

	def _insert_sql(self, **kwargs):
		return super()._insert_sql(**kwargs).replace("INSERT ", f"INSERT {self._insert_or}", 1)


# What the engine's mapped functions are on SQLite; it maps them for servers only.
combine_datetime = CustomFunction("TIMESTAMP", ["date", "time"])
date_format = CustomFunction("DATE_FORMAT", ["date", "format"])
unix_timestamp = CustomFunction("UNIX_TIMESTAMP", ["date"])
