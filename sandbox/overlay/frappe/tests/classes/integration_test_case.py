"""Tests on a site: what they write is rolled back after each class, as Frappe does it."""

import copy
from contextlib import contextmanager

import frappe

from .unit_test_case import UnitTestCase


class IntegrationTestCase(UnitTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		if not frappe.db:
			frappe.connect()
		frappe.db.commit()
		cls.addClassCleanup(_restore, copy.deepcopy(frappe.local.flags), frappe.session.user)

	@contextmanager
	def primary_connection(self):
		yield

	@contextmanager
	def secondary_connection(self):
		"""A second connection to the same database, as another process would have it."""
		from frappe.database import get_db

		primary = frappe.local.db
		frappe.local.db = get_db(cur_db_name=primary.cur_db_name)
		try:
			yield
		finally:
			frappe.local.db.close()
			frappe.local.db = primary


def _restore(flags, user):
	frappe.db.rollback()
	frappe.db.value_cache.clear()
	frappe.local.flags = flags
	frappe.local.error_log = []
	frappe.local.message_log = []
	frappe.local.cache = {}
	frappe.set_user(user)
