"""What the app does to ERPNext, switched off for the other side of a comparison."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from presales_mgmt.setup.indexes import add_index, is_indexed, made_indexes

APP = "presales_mgmt."


@contextmanager
def without_hooks() -> Iterator[None]:
	"""ERPNext without this app's handlers of document events.

	Frappe keeps for each process, in `frappe.local.doc_events_hooks`, which functions it calls at which event of which
	DocType. Here it is replaced by the same without our functions, which is what Frappe would put there if the app
	were not installed. What stays: the column `presales_project` and its index.
	"""
	hooks = frappe.get_doc_hooks()
	frappe.local.doc_events_hooks = {
		doctype: {
			event: [handler for handler in handlers if not handler.startswith(APP)]
			for event, handlers in events.items()
		}
		for doctype, events in hooks.items()
	}
	try:
		yield
	finally:
		frappe.local.doc_events_hooks = hooks


@contextmanager
def without_indexes() -> Iterator[None]:
	"""ERPNext without the indexes that this app has made on links of its documents. They are made again in the end.

	Whoever breaks a run off in here has them made again by the next migrate.
	"""
	indexes = [(doctype, fieldname) for doctype, fieldname in made_indexes()]
	for doctype, fieldname in indexes:
		if is_indexed(doctype, fieldname):
			name = frappe.db.get_index_name([fieldname])
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{name}`")
	try:
		yield
	finally:
		frappe.db.rollback()
		for doctype, fieldname in indexes:
			if not is_indexed(doctype, fieldname):
				add_index(doctype, fieldname)


@contextmanager
def without_background_jobs() -> Iterator[None]:
	"""Nothing is handed to the workers of the site: what a job would do is undone before it begins."""
	import frappe.utils.background_jobs as background

	original, of_frappe = background.enqueue, frappe.enqueue

	def enqueue(*args, now=False, **kwargs):
		return original(*args, now=True, **kwargs) if now else None

	background.enqueue = frappe.enqueue = enqueue
	try:
		yield
	finally:
		background.enqueue, frappe.enqueue = original, of_frappe


@contextmanager
def as_bare_erpnext() -> Iterator[None]:
	with without_indexes(), without_hooks():
		yield
