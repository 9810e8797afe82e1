"""Assertions on documents and queries; no site needed."""

# ruff: noqa: PT009 (these are the assertions of a unittest class)

import unittest
import unittest.mock
from contextlib import contextmanager

import frappe

from . import context_managers


class UnitTestCase(unittest.TestCase):
	maxDiff = 10_000

	change_settings = staticmethod(context_managers.change_settings)
	freeze_time = staticmethod(context_managers.freeze_time)
	patch_hooks = staticmethod(context_managers.patch_hooks)
	set_user = staticmethod(context_managers.set_user)
	timeout = staticmethod(context_managers.timeout)

	def assertSequenceSubset(self, larger, smaller, msg=None):
		self.assertTrue(set(smaller).issubset(set(larger)), msg=msg)

	def assertDocumentEqual(self, expected, actual):
		"""Every field of `expected` has the same value in `actual`."""
		expected = expected.as_dict() if hasattr(expected, "as_dict") else expected
		for field, value in expected.items():
			found = actual.get(field)
			if isinstance(value, list):
				self.assertEqual(len(value), len(found), msg=f"number of rows in {field}")
				for expected_row, found_row in zip(value, found, strict=True):
					self.assertDocumentEqual(expected_row, found_row)
			else:
				self.assertEqual(value, found, msg=f"value of {field}")

	@contextmanager
	def assertQueryCount(self, count):
		"""At most `count` statements are sent to the database."""
		queries = []
		original = frappe.db.__class__.sql

		def sql(db, query, *args, **kwargs):
			queries.append(str(query))
			return original(db, query, *args, **kwargs)

		with unittest.mock.patch.object(frappe.db.__class__, "sql", sql):
			yield queries
		self.assertLessEqual(len(queries), count, msg="Queries executed:\n" + "\n".join(queries))
