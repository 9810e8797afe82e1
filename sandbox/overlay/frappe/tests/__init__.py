"""Frappe's base classes for tests under their own paths (defect 13)."""

from .classes import IntegrationTestCase, UnitTestCase

FrappeTestCase = IntegrationTestCase

__all__ = ["FrappeTestCase", "IntegrationTestCase", "UnitTestCase"]
