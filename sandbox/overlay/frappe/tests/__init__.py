"""Frappe's base classes for tests under their own paths."""

from .classes import IntegrationTestCase, UnitTestCase

FrappeTestCase = IntegrationTestCase

__all__ = ["FrappeTestCase", "IntegrationTestCase", "UnitTestCase"]
