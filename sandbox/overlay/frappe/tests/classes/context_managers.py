"""What tests change for a while: settings, hooks, the user, the clock. (The engine's own do nothing.)"""

import signal
from contextlib import contextmanager
from unittest.mock import patch

import frappe


@contextmanager
def change_settings(doctype, settings_dict=None, /, commit=False, **settings):
	"""Give fields of a Single other values, and their own back afterwards."""
	settings = {**(settings_dict or {}), **settings}
	doc = frappe.get_doc(doctype)
	previous = {field: doc.get(field) for field in settings}

	def save(values):
		doc = frappe.get_doc(doctype)
		doc.update(values)
		doc.flags.ignore_mandatory = True
		doc.save(ignore_permissions=True)
		frappe.db.value_cache.clear()
		if commit:
			frappe.db.commit()

	save(settings)
	try:
		yield
	finally:
		save(previous)


@contextmanager
def patch_hooks(overridden_hooks):
	"""Let `frappe.get_hooks` answer with other values for some hooks."""
	original = frappe.get_hooks

	def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
		if hook in overridden_hooks:
			return overridden_hooks[hook]
		return original(hook, default, app_name)

	with patch.object(frappe, "get_hooks", get_hooks):
		yield


@contextmanager
def set_user(user):
	previous = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(previous)


@contextmanager
def freeze_time(time_to_freeze, *args, **kwargs):
	"""Stop the clock that Frappe's own functions read (`now`, `today`, `now_datetime` …)."""
	moment = frappe.utils.get_datetime(time_to_freeze)
	with (
		patch("frappe.utils.data.now_datetime", lambda: moment),
		patch("frappe.utils.now_datetime", lambda: moment),
	):
		yield


@contextmanager
def timeout(seconds=30, error_message="Operation timed out."):
	def stop(signum, frame):
		raise TimeoutError(error_message)

	previous = signal.signal(signal.SIGALRM, stop)
	signal.alarm(seconds)
	try:
		yield
	finally:
		signal.alarm(0)
		signal.signal(signal.SIGALRM, previous)


@contextmanager
def trace_fields(*args, **kwargs):
	yield


def debug_on(*exceptions):
	return lambda function: function
