"""Frozen process versions, read from the database into the plain objects of `gates.rules`."""

import json
from collections import defaultdict
from collections.abc import Iterable

import frappe

from presales_mgmt.gates.rules import ALL_PROJECTS, Process, Requirement, Stage

VERSION = "Presales Process Version"
OPINION = "Presales Review Opinion"

STAGE_FIELDS = (
	"stage",
	"stage_type",
	"probability",
	"target_days",
	"responsible_role",
	"allows_quotation",
	"allows_sales_order",
)
CONDITION_FIELDS = (
	"document_type",
	"review_kind",
	"reference_doctype",
	"reference_filters",
	"count_rule",
	"min_count",
	"project_field",
	"operator",
	"value",
	"max_risk_level",
)


# Frozen versions never change, so that what was read of one is kept: name of the version -> `Process`.
CACHE = "presales_process_versions"


def load_processes(versions: Iterable[str]) -> dict[str, Process]:
	"""The processes frozen under the names `versions`. Two queries for those that are not in Frappe's cache yet."""
	versions = {version for version in versions if version}
	known = {version: frappe.cache.hget(CACHE, version) for version in versions}
	missing = sorted(version for version, process in known.items() if process is None)
	if missing:
		read = _read_processes(missing)
		known.update(read)
		for version, process in read.items():
			# What is not there now may be frozen in a moment.
			if process.stages:
				frappe.cache.hset(CACHE, version, process)
	return known


def forget(version: str) -> None:
	"""Take a version out of the cache: it has been frozen or deleted, or that is being undone."""

	def take_out():
		frappe.cache.hdel(CACHE, version)

	take_out()
	frappe.db.after_rollback.add(take_out)


def forget_all(doc=None, method=None, *names) -> None:
	"""Take all versions out of the cache: something that they name has been renamed in their rows (`after_rename`).

	It clears its cache as well, but before the new name is committed: until then others read the old one.
	"""

	def take_out():
		frappe.cache.delete_value(CACHE)

	take_out()
	frappe.db.after_commit.add(take_out)
	frappe.db.after_rollback.add(take_out)


def _read_processes(versions: list[str]) -> dict[str, Process]:
	stages, requirements = defaultdict(list), defaultdict(list)
	for row in _rows("Presales Process Stage", versions, STAGE_FIELDS):
		stages[row.parent].append(
			Stage(
				name=row.stage,
				stage_type=row.stage_type,
				probability=row.probability,
				target_days=row.target_days,
				responsible_role=row.responsible_role,
				allows_quotation=bool(row.allows_quotation),
				allows_sales_order=bool(row.allows_sales_order),
			)
		)
	fields = (
		"code",
		"stage",
		"kind",
		"title",
		"mandatory",
		"responsible_role",
		"applies_to",
		"needed_before",
		*CONDITION_FIELDS,
	)
	for row in _rows("Presales Process Requirement", versions, fields):
		requirements[row.parent].append(
			Requirement(
				code=row.code,
				stage=row.stage,
				kind=row.kind,
				title=row.title,
				mandatory=bool(row.mandatory),
				responsible_role=row.responsible_role,
				applies_to=row.applies_to or ALL_PROJECTS,
				needed_before=row.needed_before or "",
				condition={fieldname: row[fieldname] for fieldname in CONDITION_FIELDS},
			)
		)
	return {version: Process(version, stages[version], requirements[version]) for version in versions}


def load_process(version: str) -> Process:
	"""The process frozen under the name `version`. Raises `frappe.DoesNotExistError` when it has no stages."""
	process = load_processes([version]).get(version)
	if not process or not process.stages:
		frappe.throw(
			frappe._("{0} {1} not found").format(frappe._(VERSION), version), exc=frappe.DoesNotExistError
		)
	return process


def parse_filters(text: str | None) -> list[list]:
	"""The conditions of a Record requirement: a JSON list of [field, operator, value].

	Raises `ValueError` when the text is no such list.
	"""
	if not text:
		return []
	filters = json.loads(text)
	if not isinstance(filters, list) or not all(
		isinstance(row, list) and len(row) == 3 and isinstance(row[0], str) and isinstance(row[1], str)
		for row in filters
	):
		raise ValueError(text)
	for _fieldname, operator, value in filters:
		values = value if operator in ("in", "not in") and isinstance(value, list) and value else [value]
		if (operator in ("in", "not in")) != isinstance(value, list) or not all(
			isinstance(item, str | int | float) for item in values
		):
			raise ValueError(text)
	return filters


def is_doctype(name: str) -> bool:
	"""Whether there is such a DocType, by its cached meta: it is asked of many, and again and again."""
	try:
		frappe.get_meta(name)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return False
	return True


def project_link_field(doctype: str) -> str | None:
	"""The field by which records of `doctype` name their Presales Project, if they have one.

	Opinions count as having none: to count them by conditions, or to freeze what one says, would tell of opinions
	that are not for everybody yet.
	"""
	if doctype == OPINION:
		return None
	for df in frappe.get_meta(doctype).get_link_fields():
		if df.options == "Presales Project":
			return df.fieldname
	return None


def _rows(doctype: str, versions: list[str], fields: tuple[str, ...]) -> list[frappe._dict]:
	return frappe.get_all(
		doctype,
		filters={"parenttype": VERSION, "parent": ["in", versions]},
		fields=["parent", *fields],
		order_by="parent asc, idx asc",
	)
