"""One checker for each kind of requirement.

A checker takes a list of `Ask`s, all of its kind, for any number of projects, and returns one `Answer` for
each, in the same order, with a number of queries that does not depend on how many projects are asked about.
Another app adds a kind with the hook `presales_requirement_kinds` = {kind: dotted path of its checker}, and
by adding the kind to the options of `Presales Process Requirement.kind` with a Property Setter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial, reduce
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.query_builder.functions import Count, Max
from frappe.utils import cint, format_datetime
from pypika.terms import ValueWrapper

from presales_mgmt import reviewed_version
from presales_mgmt.gates.definitions import is_doctype, parse_filters, project_link_field
from presales_mgmt.gates.rules import AT_LEAST, AT_MOST, Answer, Requirement, compare
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.review import APPROVING_OUTCOMES

CONTRACT = "Contract"
# The kinds of review that are about the contract, where ERPNext has one (R1.7, R5.11, R8.6).
CONTRACT_REVIEWS = ("Contract", "Legal")
OPEN_RISK = ("Open", "Mitigating", "Occurred")


class Ask(NamedTuple):
	"""One requirement of one project."""

	project: str
	requirement: Requirement


def get_checkers() -> dict:
	"""Requirement kind -> checker, from the hook; the last app that names a kind wins."""
	return {
		kind: frappe.get_attr(paths[-1] if isinstance(paths, list) else paths)
		for kind, paths in frappe.get_hooks("presales_requirement_kinds").items()
	}


def broken(target: str) -> Answer:
	"""The answer when a requirement names something that is no longer there."""
	return Answer(
		satisfied=False,
		found=_("{0} no longer exists").format(target),
		expected=_("a requirement that can be met: correct the process, or let the director override"),
		broken=True,
	)


def _missing(doctype: str, names: set[str]) -> set[str]:
	"""Those of `names` that are not records of `doctype`. One query."""
	names = {name for name in names if name}
	found = frappe.get_all(
		doctype, filters={"name": ["in", sorted(names)]}, pluck="name", order_by="name asc"
	)
	return names - set(found)


def _projects(asks: Sequence[Ask]) -> list[str]:
	return sorted({ask.project for ask in asks})


def _count_answer(found: int, needed: int, text: str, rule: str | None = AT_LEAST) -> Answer:
	"""`text` says in the user's language what {0} records were found. At least none is no demand: it means one."""
	if rule == AT_MOST:
		return Answer(
			satisfied=found <= needed,
			found=lambda: text.format(found),
			expected=lambda: _("at most {0}").format(needed),
		)
	needed = needed or 1
	return Answer(
		satisfied=found >= needed,
		found=lambda: text.format(found),
		expected=lambda: _("at least {0}").format(needed),
	)


def check_documents(asks: Sequence[Ask]) -> list[Answer]:
	"""Document: enough archived documents of a type (R9.13). Drafts and withdrawn ones do not count."""
	asked = defaultdict(set)
	for ask in asks:
		asked[ask.requirement.condition["document_type"] or ""].add(ask.project)
	missing = _missing("Presales Document Type", set(asked))
	parts = [
		_count_documents(document_type, sorted(projects))
		for document_type, projects in sorted(asked.items())
		if document_type and document_type not in missing
	]
	counts = {(project, document_type): count for project, document_type, count in _run_together(parts)}

	answers, text = [], _("{0} archived")
	for project, requirement in asks:
		document_type = requirement.condition["document_type"]
		if not document_type or document_type in missing:
			answers.append(broken(_("Document type {0}").format(document_type or _("(none)"))))
			continue
		needed = cint(requirement.condition["min_count"])
		found = counts.get((project, document_type), 0)
		answers.append(_count_answer(found, needed, text))
	return answers


def _count_documents(document_type: str, projects: list[str]):
	"""Query for project, `document_type` and how many archived documents of it the project has."""
	document = frappe.qb.DocType("Presales Document")
	return (
		frappe.qb.from_(document)
		.select(document.presales_project, ValueWrapper(document_type), Count("*"))
		.where(
			(document.docstatus == 1)
			& (document.status == "Archived")
			& (document.document_type == document_type)
			& document.presales_project.isin(projects)
		)
		.groupby(document.presales_project)
	)


def check_reviews(asks: Sequence[Ask]) -> list[Answer]:
	"""Review: the latest review of a kind approves, and what it reviewed is as it was (R1.4, R7.5, R7.7).

	The latest one counts, for a review of something that changed replaces the one before. A project that has an
	ERPNext Contract needs a review of that. One query for the reviews, one for the contracts, and those of
	`reviewed_version.faults` for each DocType that was reviewed.
	"""
	reviews = frappe.get_all(
		"Presales Review",
		filters={
			"docstatus": 1,
			"presales_project": ["in", _projects(asks)],
			"review_kind": ["in", sorted({ask.requirement.condition["review_kind"] or "" for ask in asks})],
		},
		fields=[
			"name",
			"presales_project",
			"review_kind",
			"status",
			"reviewed_doctype",
			"reviewed_document",
			"reviewed_version",
		],
		order_by="requested_on asc, name asc",
	)
	latest = {(review.presales_project, review.review_kind): review for review in reviews}
	faults = reviewed_version.faults(
		review for review in latest.values() if review.status in APPROVING_OUTCOMES
	)

	contracts = _contracts(
		project for (project, kind), review in latest.items() if _approves_contract(review, kind)
	)

	answers = []
	for project, requirement in asks:
		kind = requirement.condition["review_kind"]
		review = latest.get((project, kind))
		fault = faults.get(review.name) if review else None
		if review and not fault and _approves_contract(review, kind):
			fault = _not_of_contract(review, contracts.get(project))
		answers.append(
			Answer(
				satisfied=bool(review) and review.status in APPROVING_OUTCOMES and not fault,
				found=partial(_review_found, review, fault),
				expected=partial(_review_expected, kind),
			)
		)
	return answers


def _review_found(review, fault: str | None) -> str:
	if not review:
		return _("no review")
	status = _(review.status, context="Presales Review")
	if fault:
		return _("{0}: {1}, but {2}").format(review.name, status, fault)
	return _("{0}: {1}").format(review.name, status)


def _review_expected(kind: str) -> str:
	return _("an approved review of kind {0}").format(_(kind, context="Presales Review"))


def _approves_contract(review, kind: str) -> bool:
	return kind in CONTRACT_REVIEWS and review.status in APPROVING_OUTCOMES


def _contracts(projects: Iterable[str]) -> dict[str, list[str]]:
	"""Project -> its contracts that are not cancelled. One query; none without projects."""
	projects, contracts = sorted(set(projects)), defaultdict(list)
	if not projects:
		return contracts
	for row in frappe.get_all(
		CONTRACT,
		filters={"presales_project": ["in", projects], "docstatus": ["<", 2]},
		fields=["name", "presales_project"],
		order_by="creation asc, name asc",
	):
		contracts[row.presales_project].append(row.name)
	return contracts


def _not_of_contract(review, contracts: list[str] | None) -> str | None:
	"""Why a review that approves says nothing about the contract, as a clause; None when it does, or there is none."""
	if not contracts or (review.reviewed_doctype == CONTRACT and review.reviewed_document in contracts):
		return None
	return _("it is not of contract {0}").format(contracts[-1])


def check_records(asks: Sequence[Ask]) -> list[Answer]:
	"""Record: enough records of a DocType, or not too many, that link to the project and meet the conditions.

	Of submittable DocTypes only submitted records count, unless the conditions speak of docstatus. One query: each
	different pair of DocType and conditions in the processes is a part of it.
	"""
	groups = defaultdict(list)
	for ask in asks:
		condition = ask.requirement.condition
		groups[condition["reference_doctype"], condition["reference_filters"] or ""].append(ask)

	answers, parts = {}, []
	for number, ((doctype, filters), group) in enumerate(groups.items()):
		try:
			parts.append(_count_records(number, doctype, filters, _projects(group)))
		except _BrokenTarget as error:
			answer = broken(str(error))
			answers.update((id(ask), answer) for ask in group)
	counts = {(number, project): count for project, number, count in _run_together(parts)}

	text = _("{0} found")
	for number, group in enumerate(groups.values()):
		for ask in group:
			if id(ask) not in answers:
				condition = ask.requirement.condition
				found = counts.get((number, ask.project), 0)
				answers[id(ask)] = _count_answer(
					found, cint(condition["min_count"]), text, condition["count_rule"]
				)
	return [answers[id(ask)] for ask in asks]


class _BrokenTarget(Exception):
	pass


def _count_records(number: int, doctype: str, filters: str, projects: list[str]):
	"""Query for project, `number` and how many records of it meet the conditions."""
	if not doctype or not is_doctype(doctype):
		raise _BrokenTarget(_("Record type {0}").format(doctype or _("(none)")))
	meta = frappe.get_meta(doctype)
	link = project_link_field(doctype)
	if not link:
		raise _BrokenTarget(_("The link from {0} to Presales Project").format(_(doctype)))
	try:
		conditions = parse_filters(filters)
	except ValueError:
		raise _BrokenTarget(_("The condition {0}").format(filters)) from None
	for fieldname, _operator, _value in conditions:
		if not meta.has_field(fieldname) and fieldname not in frappe.db.DEFAULT_COLUMNS:
			raise _BrokenTarget(_("Field {0} of {1}").format(fieldname, _(doctype)))
	if meta.is_submittable and not any(row[0] == "docstatus" for row in conditions):
		conditions.append(["docstatus", "=", 1])

	table = frappe.qb.DocType(doctype)
	query = frappe.qb.get_query(doctype, fields=[link], filters=[*conditions, [link, "in", projects]])
	return query.select(ValueWrapper(number), Count("*")).groupby(table[link])


def _run_together(parts: list) -> list[tuple]:
	"""The rows of all queries in `parts`, which have the same columns, in one query; none without any."""
	if not parts:
		return []
	# SQLite takes no parts in brackets, and nothing in them needs any.
	parts[0].wrap_set_operation_queries = False
	return reduce(lambda query, part: query.union_all(part), parts).run()


def check_fields(asks: Sequence[Ask]) -> list[Answer]:
	"""Field: a condition on a field of the project. Of a table the number of rows is compared.

	One query for the fields, one for the tables.
	"""
	meta = frappe.get_meta(PROJECT)
	names = {ask.requirement.condition["project_field"] for ask in asks}
	tables = {
		name
		for name in names
		if name and meta.has_field(name) and meta.get_field(name).fieldtype in table_fields
	}
	columns = {name for name in names if name in meta.get_valid_columns()}
	asked = defaultdict(set)
	for ask in asks:
		asked[ask.requirement.condition["project_field"]].add(ask.project)

	values = {}
	if columns:
		for row in frappe.get_all(
			PROJECT,
			filters={"name": ["in", sorted(set().union(*(asked[name] for name in columns)))]},
			fields=["name", *sorted(columns)],
			order_by="name asc",
		):
			for column in columns:
				values[row.name, column] = row[column]
	parts = [_count_rows(meta.get_field(name).options, name, sorted(asked[name])) for name in sorted(tables)]
	values.update({(parent, parentfield): count for parent, parentfield, count in _run_together(parts)})

	answers = []
	for project, requirement in asks:
		condition = requirement.condition
		fieldname = condition["project_field"]
		if fieldname not in columns and fieldname not in tables:
			answers.append(broken(_("Field {0} of {1}").format(fieldname or _("(none)"), _(PROJECT))))
			continue
		value = values.get((project, fieldname), 0 if fieldname in tables else None)
		answers.append(
			Answer(
				satisfied=compare(value, condition["operator"], condition["value"]),
				found=partial(_field_found, fieldname, value, fieldname in tables),
				expected=partial(_field_expected, condition["operator"], condition["value"]),
			)
		)
	return answers


def _field_found(fieldname: str, value, is_table: bool) -> str:
	df = frappe.get_meta(PROJECT).get_field(fieldname)
	label = _(df.label, context=PROJECT) if df else fieldname
	return _("{0}: {1}").format(label, _("{0} rows").format(value) if is_table else _shown(value, df))


def _field_expected(operator: str, value: str | None) -> str:
	return _("{0} {1}").format(_(operator), _(value or "")).strip()


def _count_rows(child_doctype: str, table: str, projects: list[str]):
	"""Query for project, `table` and how many rows, of this DocType, it has in it."""
	child = frappe.qb.DocType(child_doctype)
	return (
		frappe.qb.from_(child)
		.select(child.parent, ValueWrapper(table), Count("*"))
		.where((child.parenttype == PROJECT) & (child.parentfield == table) & child.parent.isin(projects))
		.groupby(child.parent)
	)


def _shown(value, df) -> str:
	if value in (None, ""):
		return _("empty")
	return (
		frappe.format_value(value, df)
		if df and df.fieldtype in ("Date", "Datetime", "Currency")
		else _(str(value))
	)


def check_checklists(asks: Sequence[Ask]) -> list[Answer]:
	"""Checklist: somebody of the responsible role has ticked the item."""
	entries = frappe.get_all(
		"Presales Checklist Entry",
		filters={
			"presales_project": ["in", _projects(asks)],
			"requirement_code": ["in", sorted({ask.requirement.code for ask in asks})],
		},
		fields=["presales_project", "requirement_code", "done_by", "done_on"],
		order_by="done_on asc",
	)
	ticked = {(entry.presales_project, entry.requirement_code): entry for entry in entries}

	answers = []
	for project, requirement in asks:
		entry = ticked.get((project, requirement.code))
		answers.append(
			Answer(
				satisfied=bool(entry),
				found=partial(_tick_found, entry),
				expected=partial(_tick_expected, requirement.responsible_role),
			)
		)
	return answers


def _tick_found(entry) -> str:
	if not entry:
		return _("not ticked")
	return _("ticked by {0} on {1}").format(entry.done_by, format_datetime(entry.done_on))


def _tick_expected(role: str | None) -> str:
	return _("a tick by {0}").format(_(role)) if role else _("a tick")


def check_risks(asks: Sequence[Ask]) -> list[Answer]:
	"""Risk: no open risk lies above a level (R5.5-R5.7, R6.1). What counts is the residual score, if assessed."""
	risk = frappe.qb.DocType("Presales Risk")
	highest = dict(
		frappe.qb.from_(risk)
		.select(risk.presales_project, Max(risk.current_score))
		.where(risk.status.isin(OPEN_RISK) & risk.presales_project.isin(_projects(asks)))
		.groupby(risk.presales_project)
		.run()
	)
	bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()

	answers = []
	for project, requirement in asks:
		allowed = requirement.condition["max_risk_level"] or "Low"
		score = cint(highest.get(project))
		answers.append(
			Answer(
				satisfied=score <= bands.highest_score(allowed),
				found=partial(_risk_found, score, bands),
				expected=partial(_risk_expected, allowed, bands),
			)
		)
	return answers


def _risk_found(score: int, bands) -> str:
	if not score:
		return _("no open risk")
	return _("highest open risk {0} ({1})").format(score, _(bands.level(score), context="Presales Risk"))


def _risk_expected(allowed: str, bands) -> str:
	return _("no open risk above {0} ({1})").format(
		_(allowed, context="Presales Risk"), bands.highest_score(allowed)
	)
