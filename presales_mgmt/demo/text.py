"""Words for people: translated options and lists."""

from collections.abc import Iterable
from functools import reduce

from frappe import _


def option(value: str | None, doctype: str) -> str:
	"""An option of a field of `doctype` in the user's language, as its forms show it."""
	return _(value, context=doctype) if value else ""


def listed(parts: Iterable[str]) -> str:
	"""`parts` as a list with the punctuation of the user's language; empty ones are left out."""
	parts = [part for part in parts if part]
	return reduce(lambda list_so_far, part: _("{0}, {1}").format(list_so_far, part), parts) if parts else ""


def said(first: str, second: str) -> str:
	"""`second` introduced by `first`, with the colon of the user's language."""
	return _("{0}: {1}").format(first, second)
