"""What may go wrong in a demo."""

import frappe


class DemoError(frappe.ValidationError):
	"""The play went otherwise than its data file says."""


class DemoDataError(DemoError):
	"""A data file is not as it must be; the message says file, step, field, found and expected."""
