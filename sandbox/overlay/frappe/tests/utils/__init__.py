"""Helpers of Frappe's tests under their own paths."""

import frappe
from frappe.tests.classes import IntegrationTestCase, UnitTestCase
from frappe.tests.classes.context_managers import (
	change_settings,
	debug_on,
	patch_hooks,
	timeout,
	trace_fields,
)

from .generators import get_dependencies, get_modules, make_test_objects, make_test_records

FrappeTestCase = IntegrationTestCase

__all__ = [
	"FrappeTestCase",
	"IntegrationTestCase",
	"UnitTestCase",
	"change_settings",
	"debug_on",
	"get_dependencies",
	"get_modules",
	"make_test_objects",
	"make_test_records",
	"patch_hooks",
	"timeout",
	"toggle_test_mode",
	"trace_fields",
	"whitelist_for_tests",
]


def toggle_test_mode(enable=True):
	frappe.in_test = enable
	if hasattr(frappe.local, "flags"):
		frappe.local.flags.in_test = enable


def whitelist_for_tests(*args, **kwargs):
	"""Let a function of a test module be called over HTTP while tests run."""
	return frappe.whitelist(*args, **kwargs)
