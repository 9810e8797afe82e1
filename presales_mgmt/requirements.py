"""A requirement of the customer, from the day it is captured until the customer has confirmed it (R1.1, R1.2, R5.2, R8.3-R8.5).

Captured → Analysed by an engineer or the planning manager → Confirmed by the customer, as an archived document says;
or Rejected by us, or Withdrawn. What asks for custom development goes to R&D first, as a request with an answer and
an effort. What was confirmed is changed by a change request alone (`presales_mgmt.change_requests`).
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Sum
from frappe.utils import getdate, now_datetime, strip_html, today

from presales_mgmt import notifications
from presales_mgmt.controllers import finish_todos, give_todo, read_to_settle, require_status, settle
from presales_mgmt.exceptions import DateOrderError, RequirementError, SelfApprovalError, TeamError, UserError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER, get_project_roles
from presales_mgmt.presales_mgmt.doctype.presales_initiation.presales_initiation import able_users
from presales_mgmt.rules import requirement as rules
from presales_mgmt.rules.followup import is_own_matter
from presales_mgmt.rules.validation import LARGEST_NUMBER, parse_number, refuse, require_company
from presales_mgmt.team import add_reviewers

REQUIREMENT = "Presales Requirement"
CHANGE_REQUEST = "Presales Change Request"
DOCUMENT = "Presales Document"

# Roles on the project. Sales organises the analysis, technical staff answer for it (R1.2, R8.3).
ANALYSTS = ("Engineer", "Planning Manager")
LEADERS_OF_PROJECT = ("Director", "Manager")
ASKERS = ("Director", "Manager", "Planning Manager", "Engineer")


# -------------------------------------------------------------------------------------------- analysis


def analyse(name: str, recommendation: str, feasibility: str) -> None:
	"""Note what the analysis came to. An engineer or the planning manager of the project does so (R1.2, R8.3).

	Args:
		name: name of the Presales Requirement.
		recommendation: what is advised, as rich text.
		feasibility: one of `rules.requirement.FEASIBILITIES` (R8.5).

	Raises:
		frappe.PermissionError: somebody else tries.
		RequirementError: it is neither captured nor analysed, or something is missing.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	_require_role(doc, ANALYSTS)
	require_status(doc, RequirementError, *rules.OPEN_STATUSES)
	if not strip_html(recommendation or "").strip():
		refuse(doc, "Recommendation", None, _("a recommendation"), RequirementError)
	_require_option(doc, "Feasibility", feasibility, rules.FEASIBILITIES)
	settle(
		doc,
		{
			"status": rules.ANALYSED,
			"recommendation": recommendation,
			"feasibility": feasibility,
			"analysed_by": frappe.session.user,
			"analysed_on": now_datetime(),
		},
	)


# -------------------------------------------------------------------------------------- development


def request_development(
	name: str, question: str, due_date: str, asked_of: str | None = None, department: str | None = None
) -> None:
	"""Ask R&D whether a need can be met by custom development, and for how much (R8.4).

	A person who is asked and is not on the team joins as Reviewer. Of a department without a person, those on the
	team are asked. Asking again takes the place of the request before. A confirmed requirement is asked about while
	a change of it is decided on.

	Raises:
		frappe.PermissionError: the user neither leads, plans nor engineers the project.
		RequirementError: it is settled, or something is missing.
		UserError, TeamError: nobody is named who could answer.
		CompanyMismatchError: the department belongs to another company.
		DateOrderError: the answer would be due in the past.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	_require_role(doc, ASKERS)
	if not (doc.status == rules.CONFIRMED and has_open_change(doc.name)):
		require_status(doc, RequirementError, *rules.OPEN_STATUSES)
	question = _require_text(doc, "Question to R&D", question, _("what R&D is to find out"))
	_require_date(doc, "Answer Due", due_date)
	if getdate(due_date) < getdate():
		refuse(doc, "Answer Due", due_date, _("a date that is not past"), DateOrderError)
	asked = _whom_to_ask(doc, asked_of, department)
	settle(
		doc,
		{
			"needs_development": 1,
			"development_status": rules.REQUESTED,
			"development_question": question,
			"development_asked_of": asked_of,
			"development_department": department,
			"development_due": due_date,
			"development_requested_by": frappe.session.user,
			"development_requested_on": now_datetime(),
			"development_answer": None,
			"development_answer_text": None,
			"development_effort": 0,
			"development_answered_by": None,
			"development_answered_on": None,
		},
	)
	finish_todos(doc.doctype, doc.name, "Cancelled")
	add_reviewers(doc.presales_project, sorted(asked))
	for user in sorted(asked):
		give_todo(doc, user, _("Answer for R&D: {0}").format(doc.title), date=due_date)


def answer_development(name: str, answer: str, text: str, effort: float = 0) -> None:
	"""Answer for R&D. Who was asked does so, or a delegate; of a department, whoever of it is on the team.

	Args:
		name: name of the Presales Requirement.
		answer: one of `rules.requirement.FEASIBILITIES`.
		text: how, or why not.
		effort: person-days.

	Raises:
		frappe.PermissionError: somebody else tries.
		SelfApprovalError: the user asked for the answer.
		RequirementError: no answer is waited for, or something is missing.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	user = frappe.session.user
	if not acting_for(user) & get_asked([doc])[doc.name]:
		frappe.throw(
			_("Only {0} may answer for R&D.").format(
				doc.development_asked_of or doc.development_department or _("nobody")
			),
			exc=frappe.PermissionError,
		)
	if doc.development_status != rules.REQUESTED:
		refuse(
			doc,
			"R&D Request",
			_(doc.development_status or "", context=REQUIREMENT),
			_(rules.REQUESTED, context=REQUIREMENT),
			RequirementError,
		)
	if is_own_matter({user}, doc.development_requested_by):
		frappe.throw(_("{0} asked R&D and cannot answer.").format(user), exc=SelfApprovalError)
	_require_option(doc, "Answer", answer, rules.FEASIBILITIES)
	text = _require_text(doc, "Answer in Words", text, _("how it can be done, or why not"))
	days = parse_number(effort)
	if days is None or not 0 <= days <= LARGEST_NUMBER:
		refuse(doc, "Effort (Person-Days)", effort, _("0 or more"), RequirementError)
	settle(
		doc,
		{
			"development_status": rules.ANSWERED,
			"development_answer": answer,
			"development_answer_text": text,
			"development_effort": days,
			"development_answered_by": user,
			"development_answered_on": now_datetime(),
		},
	)
	finish_todos(doc.doctype, doc.name, "Closed")
	tell(doc, doc.development_requested_by, _answered)


def withdraw_development(name: str) -> None:
	"""Take a request to R&D back: the requirement can be met without it.

	Raises:
		frappe.PermissionError: neither who asked nor the director or the manager.
		RequirementError: no answer is waited for.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	if doc.development_requested_by not in acting_for(frappe.session.user):
		_require_role(doc, LEADERS_OF_PROJECT)
	if doc.development_status != rules.REQUESTED:
		refuse(
			doc,
			"R&D Request",
			_(doc.development_status or "", context=REQUIREMENT),
			_(rules.REQUESTED, context=REQUIREMENT),
			RequirementError,
		)
	settle(doc, {"needs_development": 0, "development_status": rules.WITHDRAWN})
	finish_todos(doc.doctype, doc.name, "Cancelled")


def get_asked(requirements: Iterable) -> dict[str, set[str]]:
	"""Requirement -> who may answer for R&D: the person who was asked, else the employees of the department.

	One query for all departments. Who of them sees the project is for the caller to find out.

	Args:
		requirements: rows with `name`, `development_asked_of` and `development_department`.
	"""
	requirements = list(requirements)
	departments = {
		row.development_department
		for row in requirements
		if not row.development_asked_of and row.development_department
	}
	employees: dict[str, set[str]] = {department: set() for department in departments}
	if departments:
		for row in frappe.get_all(
			"Employee",
			filters={
				"department": ["in", sorted(departments)],
				"status": "Active",
				"user_id": ["is", "set"],
			},
			fields=["department", "user_id"],
			order_by="name asc",
		):
			employees[row.department].add(row.user_id)
	return {
		row.name: {row.development_asked_of}
		if row.development_asked_of
		else employees.get(row.development_department, set())
		for row in requirements
	}


def _whom_to_ask(doc, asked_of: str | None, department: str | None) -> set[str]:
	user = frappe.session.user
	if department:
		if not frappe.db.exists("Department", department):
			refuse(
				doc,
				"Department",
				department,
				_("an existing {0}").format(_("Department")),
				RequirementError,
			)
		company = frappe.db.get_value(PROJECT, doc.presales_project, "company")
		require_company(doc, "Department", department, "Department", company)
	if asked_of:
		if asked_of == user or asked_of not in able_users({asked_of}):
			refuse(
				doc,
				"Asked Of",
				asked_of,
				_("somebody else who is enabled and has a presales role"),
				UserError,
			)
		return {asked_of}
	if not department:
		refuse(doc, "Asked Of", None, _("a person, or a department"), UserError)
	request = frappe._dict(name=doc.name, development_department=department)
	# Others of the department do not see the project, and must not come to see it all at once (R1.9).
	asked = get_asked([request])[doc.name] & _team_of(doc.presales_project)
	asked = able_users(asked) - {user} if asked else set()
	if not asked:
		refuse(
			doc,
			"Department",
			department,
			_("a department of which somebody is on the team, or a person"),
			TeamError,
		)
	return asked


def _team_of(project: str) -> set[str]:
	return set(
		frappe.get_all(
			MEMBER,
			filters={"parenttype": PROJECT, "parent": project, "parentfield": "team", "active": 1},
			pluck="user",
			order_by="idx asc",
		)
	)


# ------------------------------------------------------------------------------------- confirmation


def confirm(names: list[str], customer_person: str, confirmed_on: str, document: str) -> None:
	"""Record that the customer has confirmed requirements of one project, all by one document (R8.5). All or none.

	Args:
		names: names of the Presales Requirements.
		customer_person: who at the customer has confirmed them.
		confirmed_on: on which date.
		document: name of the archived Presales Document of the same project that says so.

	Raises:
		frappe.PermissionError: neither the director nor the manager of the project.
		RequirementError: one is not analysed, waits for R&D or cannot be made, or something is missing.
		DateOrderError: the date lies ahead.
	"""
	if not names:
		frappe.throw(_("Name the requirements that the customer has confirmed."), exc=RequirementError)
	for name in dict.fromkeys(names):
		doc = read_to_settle(REQUIREMENT, name)
		_require_role(doc, LEADERS_OF_PROJECT)
		require_status(doc, RequirementError, rules.ANALYSED)
		require_development_answer(doc)
		settle(
			doc,
			{
				"status": rules.CONFIRMED,
				**confirmation(doc, customer_person, confirmed_on, document),
			},
		)


def confirmation(doc, customer_person: str, confirmed_on, document: str) -> dict:
	"""The fields of a confirmation by the customer, checked. Raises as `confirm` does."""
	customer_person = _require_text(
		doc, "Confirmed By (Customer)", customer_person, _("who at the customer has confirmed it")
	)
	_require_date(doc, "Confirmed On", confirmed_on)
	if getdate(confirmed_on) > getdate():
		refuse(doc, "Confirmed On", confirmed_on, _("a date that is not ahead"), DateOrderError)
	require_archived(doc, "Confirmation Document", document)
	return {
		"confirmed_by": customer_person,
		"confirmed_on": confirmed_on,
		"confirmation_document": document,
		"confirmation_recorded_by": frappe.session.user,
		"confirmation_recorded_on": now_datetime(),
	}


def require_archived(doc, label: str, document: str | None) -> None:
	"""Raise `RequirementError` unless `document` is an archived document of the project of `doc`."""
	archived = {
		"name": document or "",
		"presales_project": doc.presales_project,
		"docstatus": 1,
		"status": "Archived",
	}
	if not frappe.db.exists(DOCUMENT, archived):
		refuse(
			doc,
			label,
			document,
			_("an archived document of project {0}").format(doc.presales_project),
			RequirementError,
		)


def require_development_answer(doc) -> None:
	"""Raise `RequirementError` when R&D has not answered, or has answered that it cannot be made (R8.4)."""
	if rules.needs_development_answer(doc.as_dict()):
		refuse(
			doc,
			"R&D Request",
			_(doc.development_status or "", context=REQUIREMENT),
			_("an answer of R&D to {0}").format(doc.name),
			RequirementError,
		)
	if rules.is_refused_by_development(doc.as_dict()):
		refuse(
			doc,
			"Answer",
			_(doc.development_answer, context=REQUIREMENT),
			_("something that can be made: change {0} and ask R&D again, or reject it").format(doc.name),
			RequirementError,
		)


def take_back_confirmations(document: str) -> None:
	"""A document that is withdrawn proves nothing: what it confirmed has to be confirmed anew (R8.5)."""
	for name in frappe.get_all(
		REQUIREMENT,
		filters={"confirmation_document": document, "status": rules.CONFIRMED},
		pluck="name",
		order_by="name asc",
	):
		doc = frappe.get_doc(REQUIREMENT, name, for_update=True)
		settle(
			doc,
			{
				"status": rules.ANALYSED,
				"confirmed_by": None,
				"confirmed_on": None,
				"confirmation_document": None,
				"confirmation_recorded_by": None,
				"confirmation_recorded_on": None,
			},
		)
		doc.add_comment("Info", _("{0} was withdrawn: no longer confirmed.").format(document))


# ------------------------------------------------------------------------------------------- dropped


def reject(name: str, reason: str) -> None:
	"""Decide not to meet a requirement. The director or the manager of the project does so.

	Raises:
		frappe.PermissionError: somebody else tries.
		RequirementError: it is confirmed or settled, or there is no reason.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	_require_role(doc, LEADERS_OF_PROJECT)
	_drop(doc, rules.REJECTED, reason)


def withdraw(name: str, reason: str) -> None:
	"""Take a requirement back that the customer no longer has, or that was captured by mistake.

	Raises:
		frappe.PermissionError: neither who captured it, or a delegate, nor the director or the manager.
		RequirementError: it is confirmed or settled, or there is no reason.
	"""
	doc = read_to_settle(REQUIREMENT, name)
	# Who captured it and has become a mere reviewer since changes nothing any more.
	if not (doc.owner in acting_for(frappe.session.user) and _has_role(doc, ASKERS)):
		_require_role(doc, LEADERS_OF_PROJECT)
	_drop(doc, rules.WITHDRAWN, reason)


def _drop(doc, status: str, reason: str) -> None:
	require_status(doc, RequirementError, *rules.OPEN_STATUSES)
	reason = _require_text(doc, "Reason", reason, _("a reason"))
	settle(doc, {"status": status, **dropped(doc, reason)})
	finish_todos(doc.doctype, doc.name, "Cancelled")


def dropped(doc, reason: str) -> dict:
	"""The fields that say why a requirement was dropped, and that R&D need not answer any more."""
	values = {"settled_reason": reason, "settled_by": frappe.session.user}
	if doc.development_status == rules.REQUESTED:
		values["development_status"] = rules.WITHDRAWN
	return values


# ------------------------------------------------------------------------------------------- summary


def get_summary(project: str) -> dict:
	"""How far the requirements of `project` are. Two queries. It checks no permission.

	Returns:
		what `rules.requirement.summarise` does, with "changes_requested": change requests that wait for a decision.
	"""
	table = frappe.qb.DocType(REQUIREMENT)
	is_open = table.status.isin(rules.OPEN_STATUSES)
	rows = (
		frappe.qb.from_(table)
		.select(
			table.status,
			table.priority,
			Count("*").as_("number"),
			Sum(Case().when(is_open & (table.due_date < today()), 1).else_(0)).as_("overdue"),
			Sum(Case().when(table.development_status == rules.REQUESTED, 1).else_(0)).as_("asked"),
		)
		.where(table.presales_project == project)
		.groupby(table.status, table.priority)
	).run(as_dict=True)
	changes = frappe.db.count(
		CHANGE_REQUEST, {"presales_project": project, "docstatus": 1, "status": rules.REQUESTED}
	)
	return {**rules.summarise(rows), "changes_requested": changes}


# -------------------------------------------------------------------------------------------- shared


def has_open_change(requirement: str) -> bool:
	"""Whether a change of the requirement is being drafted or decided on."""
	return bool(
		frappe.db.exists(
			CHANGE_REQUEST,
			{"requirement": requirement, "docstatus": ["<", 2], "status": ["in", ["Draft", "Requested"]]},
		)
	)


def _answered(language: str) -> str:
	return _("R&D has answered on {0}: {1}", lang=language)


def tell(doc, user: str | None, template) -> None:
	"""A notice for `user`, if the user still is on the project.

	`template(language)` is text with a place for the project and one for what `doc` is called.
	"""
	if not user or user == frappe.session.user or not get_project_roles(doc.presales_project, user):
		return
	notifications.send(
		[
			notifications.Notice(
				person,
				template(language).format(
					doc.presales_project, frappe.utils.escape_html(doc.get_title() or doc.name)
				),
				doc.doctype,
				doc.name,
			)
			for person, language in notifications.languages_of({user}).items()
		]
	)


def _has_role(doc, project_roles: Iterable[str]) -> bool:
	return bool(set(project_roles) & get_project_roles(doc.presales_project, frappe.session.user))


def _require_role(doc, project_roles: Iterable[str]) -> None:
	if not _has_role(doc, project_roles):
		frappe.throw(
			_("This is done by {0} of project {1}.").format(
				_(" or ").join(_(role) for role in project_roles), doc.presales_project
			),
			exc=frappe.PermissionError,
		)


def _require_text(doc, label: str, text: str | None, expected: str) -> str:
	text = (text or "").strip()
	if not text:
		refuse(doc, label, None, expected, RequirementError)
	return text


def _require_date(doc, label: str, value) -> None:
	try:
		valid = bool(value) and getdate(value) is not None
	except Exception:
		# The parser raises several kinds of error, among them frappe.ValidationError with its own message.
		frappe.clear_last_message()
		valid = False
	if not valid:
		refuse(doc, label, value, _("a date such as 2026-12-31"), RequirementError)


def _require_option(doc, label: str, value: str | None, options: Iterable[str]) -> None:
	if value not in options:
		refuse(
			doc,
			label,
			value,
			_(" or ").join(_(option, context=REQUIREMENT) for option in options),
			RequirementError,
		)
