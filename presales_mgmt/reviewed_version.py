"""What exactly was reviewed: a fingerprint of a record's content, by which a later change shows (R1.4, R7.5, R7.7)."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.utils import cstr, flt

from presales_mgmt.gates.definitions import is_doctype
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import NUMBER_FIELDS

# A project goes on changing while it is worked on, so a review of the project as such freezes nothing.
NEVER_FROZEN = (PROJECT,)

# Where a record stands in its life is no content; what was reviewed is filed, submitted or ordered afterwards.
# Nor is how it is printed, or what a leader grants of the resources that an application asks for: it follows from
# the review.
NO_CONTENT = frozenset(
	{
		"status",
		"docstatus",
		"amended_from",
		"letter_head",
		"select_print_heading",
		"group_same_items",
		"page_break",
		"granted_quantity",
		"not_granted",
	}
)
# Nor is what comes after the review of what is handed in (R7.7): that it was packed, and what became of it.
ADDED_LATER = {
	"Presales Bid": frozenset(
		{
			"opening",
			"clarifications",
			"bidders",
			"bond_due_back",
			"bond_conversion_rate",
			"bond_kind",
			"remarks",
		}
	),
	"Presales Bid Envelope Item": frozenset({"responsible", "done", "remarks"}),
	# A contract is signed and fulfilled after it was reviewed (R5.11, R8.6).
	"Contract": frozenset({"is_signed", "signee", "signed_on", "ip_address", "signee_company", "party_user"}),
	"Contract Fulfilment Checklist": frozenset({"fulfilled", "notes"}),
}


class State(NamedTuple):
	"""A record as it is now."""

	fingerprint: str
	docstatus: int
	status: str | None


def fingerprints(doctype: str, names: Iterable[str]) -> dict[str, str]:
	"""Name -> fingerprint of the content of those records of `doctype` that are there.

	Content is what people enter: every field that is neither read-only nor hidden, those of child rows included.
	Empty fields say nothing, so that a field that is added later changes no fingerprint; nor does the order of
	fields, or how the site rounds. One query for the records and one for each child table, however many names.
	"""
	return {name: state.fingerprint for name, state in get_states(doctype, names).items()}


def get_states(doctype: str, names: Iterable[str]) -> dict[str, State]:
	"""Name -> `State` of those records of `doctype` that are there. Queries as for `fingerprints`."""
	names = sorted(set(names))
	meta = frappe.get_meta(doctype)
	fields = _content_fields(meta)
	status = ["status"] if meta.has_field("status") else []
	rows = frappe.get_all(
		doctype,
		filters={"name": ["in", names]},
		fields=["name", "docstatus", *status, *(df.fieldname for df in fields)],
		order_by="name asc",
	)
	content = {row.name: [_values(row, fields)] for row in rows}
	for child_doctype, tables in sorted(_child_tables(meta).items()):
		child_fields = _content_fields(frappe.get_meta(child_doctype))
		for row in frappe.get_all(
			child_doctype,
			filters={"parenttype": doctype, "parent": ["in", names], "parentfield": ["in", tables]},
			fields=["parent", "parentfield", *(df.fieldname for df in child_fields)],
			order_by="parent asc, parentfield asc, idx asc",
		):
			if row.parent in content:
				content[row.parent].append([row.parentfield, _values(row, child_fields)])
	return {row.name: State(_hash(content[row.name]), row.docstatus, row.get("status")) for row in rows}


def fingerprint_of(doc) -> str:
	"""The fingerprint of a document as it stands in memory: that of what is about to be submitted. No query."""
	content = [_values(doc, _content_fields(doc.meta))]
	for child_doctype, tables in sorted(_child_tables(doc.meta).items()):
		fields = _content_fields(frappe.get_meta(child_doctype))
		content += [[table, _values(row, fields)] for table in sorted(tables) for row in doc.get(table)]
	return _hash(content)


def faults(reviews: Iterable) -> dict[str, str]:
	"""Review -> why it does not speak for what was reviewed any more, as a clause in the user's language.

	Reviews without a reviewed record, and those whose record is as it was, are left out.

	Args:
		reviews: rows with `name`, `reviewed_doctype`, `reviewed_document` and `reviewed_version`.
	"""
	by_doctype = defaultdict(list)
	for review in reviews:
		if review.reviewed_doctype and review.reviewed_document:
			by_doctype[review.reviewed_doctype].append(review)

	found = {}
	for doctype, group in by_doctype.items():
		states = {}
		if is_doctype(doctype):
			states = get_states(doctype, (review.reviewed_document for review in group))
		for review in group:
			record = f"{_(doctype)} {review.reviewed_document}"
			if fault := _fault(record, states.get(review.reviewed_document), review.reviewed_version):
				found[review.name] = fault
	return found


def _fault(record: str, state: State | None, reviewed_version: str | None) -> str | None:
	if not state:
		return _("{0} no longer exists").format(record)
	if state.status == "Withdrawn":
		return _("{0} was withdrawn").format(record)
	if state.docstatus == 2:
		return _("{0} was cancelled").format(record)
	if state.status == "Superseded":
		return _("{0} was superseded").format(record)
	if reviewed_version and reviewed_version != state.fingerprint:
		return _("{0} has changed since the review").format(record)
	return None


def _content_fields(meta) -> list:
	return [
		df
		for df in meta.fields
		if df.fieldtype not in no_value_fields
		and df.fieldtype not in table_fields
		and df.fieldtype != "Password"
		and df.fieldname not in NO_CONTENT
		and df.fieldname not in ADDED_LATER.get(meta.name, ())
		and not df.read_only
		and not df.hidden  # such as how much of an order is delivered
		and not df.get("is_virtual")
	]


def _child_tables(meta) -> dict[str, list[str]]:
	"""Child DocType -> the tables of it that people fill."""
	tables = defaultdict(list)
	for df in meta.get_table_fields():
		later = df.fieldname in ADDED_LATER.get(meta.name, ())
		if not df.read_only and not df.hidden and not df.get("is_virtual") and not later:
			tables[df.options].append(df.fieldname)
	return tables


def _values(row, fields) -> list[list[str]]:
	"""[field, value] of what is filled in, in words that are the same whatever the database answers with."""
	values = []
	for df in sorted(fields, key=lambda df: df.fieldname):
		value = row.get(df.fieldname)
		if df.fieldtype in NUMBER_FIELDS:
			value = f"{flt(value):.6f}" if round(flt(value), 6) else ""
		if value not in (None, ""):
			values.append([df.fieldname, cstr(value)])
	return values


def _hash(content: list) -> str:
	return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
