"""Sites for tests: one copy of the template for a session, and each test rolled back on it.

`rolled_back` uses nothing but Frappe's own database interface, so it works on a real site as well.
"""

import copy
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.site import Bench, disconnect

# While rolled back, these methods of the database go no further than the innermost save point.
_REPLACED = ("begin", "commit", "rollback")

# Tables from which Frappe makes its metadata.
_METADATA_TABLES = frozenset(
	(
		"tabCustom DocPerm",
		"tabCustom Field",
		"tabDocField",
		"tabDocPerm",
		"tabDocType",
		"tabDocType Action",
		"tabDocType Layout",
		"tabDocType Link",
		"tabDocType State",
		"tabModule Def",
		"tabProperty Setter",
		"schema",
	)
)


@contextmanager
def session_site(bench: Bench | None = None, name: str | None = None) -> Iterator:
	"""A new site for this process, connected as Administrator; removed in the end. Yields `frappe`."""
	bench = bench or Bench()
	name = name or f"test-{os.getpid()}"
	bench.new_site(name, replace=True)
	frappe = bench.connect(name)
	enter_test_mode(frappe)
	try:
		yield frappe
	finally:
		leave_test_mode(frappe)
		disconnect()
		bench.destroy(name)


@contextmanager
def another_site(bench: Bench | None = None) -> Iterator:
	"""A second site that may be changed for good, connected in the place of the session's. Yields `frappe`."""
	import frappe

	bench = bench or Bench()
	previous, in_test = frappe.local.site, frappe.in_test
	name = f"{previous}-{frappe.generate_hash(length=6)}"
	bench.new_site(name)
	try:
		bench.connect(name)
		if in_test:
			enter_test_mode(frappe)
		yield frappe
	finally:
		bench.destroy(name)
		bench.connect(previous)
		if in_test:
			enter_test_mode(frappe)


def enter_test_mode(frappe) -> None:
	"""What Frappe's own test runner sets: no mail, no jobs elsewhere, arguments checked."""
	frappe.in_test = True
	frappe.flags.in_test = True
	frappe.flags.mute_emails = True


def leave_test_mode(frappe) -> None:
	frappe.in_test = False
	if getattr(frappe.local, "flags", None):
		frappe.flags.in_test = False


@contextmanager
def rolled_back(frappe) -> Iterator:
	"""Undo all that happens inside: rows, schema, cache, user, flags, messages.

	A commit inside is taken for one (its callbacks run, and a later rollback goes back to it only), yet
	nothing is written for good. May be nested: what was "committed" outside is there inside.
	"""
	database = frappe.local.db
	database.rollback()
	before = _State(frappe)
	transaction = _Transaction(database)
	transaction.start()
	try:
		yield frappe
	finally:
		frappe.local.db = database
		transaction.end()
		before.restore(frappe, metadata_changed=transaction.metadata_changed())


class _Transaction:
	"""A save point that stands in for a transaction: `commit` moves it on, `rollback` goes back to it."""

	def __init__(self, database):
		self.database = database
		self.outer = {name: database.__dict__.get(name) for name in _REPLACED}
		self.depth = getattr(getattr(self.outer["commit"], "__self__", None), "depth", 0) + 1
		self.save_point = f"test_{self.depth}"
		self.full_rollback = database.rollback
		self.tables_written_outside = getattr(database, "tables_written", None)

	def start(self) -> None:
		database = self.database
		database.sql(f"savepoint {self.save_point}")
		database.begin, database.commit, database.rollback = self.begin, self.commit, self.rollback
		if self.tables_written_outside is not None:
			database.tables_written = set()

	def begin(self, **kwargs) -> None:
		"""A transaction has begun already."""

	def commit(self, *args, **kwargs) -> None:
		database = self.database
		database.before_rollback.reset()
		database.after_rollback.reset()
		database.before_commit.run()
		database.sql(f"release savepoint {self.save_point}")
		database.sql(f"savepoint {self.save_point}")
		database.transaction_writes = 0
		database.after_commit.run()

	def rollback(self, *args, save_point=None, **kwargs) -> None:
		database = self.database
		if save_point:
			self.full_rollback(save_point=save_point)
			return
		database.before_commit.reset()
		database.after_commit.reset()
		database.before_rollback.run()
		database.sql(f"rollback to savepoint {self.save_point}")
		database.transaction_writes = 0
		database.value_cache.clear()
		database.after_rollback.run()

	def end(self) -> None:
		for name, method in self.outer.items():
			if method:
				setattr(self.database, name, method)
			else:
				del self.database.__dict__[name]
		for callbacks in ("before_commit", "after_commit", "before_rollback", "after_rollback"):
			getattr(self.database, callbacks).reset()
		self.database.rollback()

	def metadata_changed(self) -> bool:
		"""Whether DocTypes may have changed inside; a real site does not tell, so there they may have."""
		if self.tables_written_outside is None:
			return True
		written = self.database.tables_written
		self.database.tables_written = self.tables_written_outside
		return bool(written & _METADATA_TABLES)


class _State:
	"""What Frappe keeps outside the database."""

	def __init__(self, frappe):
		local = frappe.local
		self.user = frappe.session.user
		self.lang = local.lang
		self.flags = copy.copy(local.flags)
		self.conf = copy.copy(local.conf)
		cache = sys.modules.get("sandbox.runtime.cache")
		self.cache = cache and cache.Snapshot()

	def restore(self, frappe, *, metadata_changed: bool) -> None:
		local = frappe.local
		for mapping, content in ((local.flags, self.flags), (local.conf, self.conf)):
			mapping.clear()
			mapping.update(content)
		local.lang = self.lang
		for log in (local.message_log, local.error_log, local.debug_log):
			log.clear()
		local.request_cache.clear()
		local.locked_documents = []
		local.doc_events_hooks = None
		if metadata_changed:
			local.valid_columns = {}
		for name in ("request", "job", "_realtime_log"):
			if hasattr(local, name):
				delattr(local, name)
		local.response = frappe._dict({"docs": []})
		if self.cache:
			self.cache.restore(keep_metadata=not metadata_changed)
		else:
			frappe.clear_cache()
		frappe.set_user(self.user)
