import frappe


class PartyFrozen(frappe.ValidationError):
	"""The customer or supplier is frozen."""


class PartyDisabled(frappe.ValidationError):
	"""The customer or supplier is disabled."""
