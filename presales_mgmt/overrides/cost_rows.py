"""What ERPNext's documents whose rows cost a Presales Project something have in common.

Imported by the files of these documents at once, so it imports nothing: a document without a project costs one look
at its rows.
"""


def has_project(doc, table: str) -> bool:
	"""Whether a row of the document names a project."""
	return any(row.get("presales_project") for row in doc.get(table) or ())


def had_project(doc, table: str) -> bool:
	"""Whether a row of the document, as it is stored, names a project. It is at hand when a document is cancelled."""
	before = doc.get_doc_before_save()
	return bool(before) and has_project(before, table)
