"""The time of the story: months of a deal pass while the demo plays for seconds.

Frappe and the apps on it ask `frappe.utils.now_datetime` for the time, and most modules hold that function
under a name of their own. Inside `Clock` all those names lead to the clock; afterwards all lead back, those
of modules that were first imported meanwhile too. Nothing else is touched: neither Python's own `datetime`
nor the database's time.
"""

import sys
import time
from datetime import datetime, timedelta

import frappe.utils.data


class Clock:
	"""Use as a context manager and set the time with `set`. Real seconds go on counting from there."""

	def __init__(self):
		self._moment: datetime | None = None
		self._set_at = 0.0
		self._original = None

	def set(self, moment: datetime) -> None:
		"""Let it be `moment` now, in the site's time zone. Never goes back behind what it has shown."""
		if self._moment is not None:
			moment = max(moment, self.now())
		self._moment, self._set_at = moment, time.monotonic()

	def now(self) -> datetime:
		"""The time of the story; the real one as long as none was set."""
		if self._moment is None:
			return self._original()
		return self._moment + timedelta(seconds=time.monotonic() - self._set_at)

	def __enter__(self) -> "Clock":
		self._original = frappe.utils.data.now_datetime
		_replace(self._original, self.now)
		return self

	def __exit__(self, *exception) -> None:
		_replace(self.now, self._original)
		self._moment = None


def _replace(old, new) -> None:
	"""Let every loaded module that knows `old` as `now_datetime` know `new`."""
	for module in list(sys.modules.values()):
		names = getattr(module, "__dict__", None)
		if names and names.get("now_datetime") == old:
			names["now_datetime"] = new
