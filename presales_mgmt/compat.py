"""What differs between Frappe v15 and v16, decided once and here only."""

from copy import copy

import frappe

MAJOR_VERSION = int(frappe.__version__.split(".", 1)[0])

# What a has_permission hook answers when it has nothing against the act. Up to v15 the first hook that
# answers anything ends the search, so that True would silence the hooks of other apps; from v16 on every
# hook has to answer, and None denies.
NO_OBJECTION = True if MAJOR_VERSION >= 16 else None


def lock_document(doctype: str, name: str):
	"""The document, read with a lock on it and its rows until the end of the transaction, for writing to it by `db_set`.

	`db_set` reads a document once more, rows and all, to know what it was before. Neither version has a way to tell it
	that this has just been read. Raises `frappe.DoesNotExistError`.
	"""
	doc = frappe.get_doc(doctype, name, for_update=True)
	set_before(doc)
	return doc


def set_before(doc, **values) -> None:
	"""Let `doc` know what it was before: the same, but for `values`. Who listens for its changes compares with that."""
	before = copy(doc)
	for table in doc.meta.get_table_fields():
		before.set(table.fieldname, list(doc.get(table.fieldname)), as_value=True)
	before.update(values)
	doc._doc_before_save = before
