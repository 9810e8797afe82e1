"""Guidance from above: what supervisors and leaders leave for a project, and what becomes of it (R9.1, R9.8, R9.11).

Open → Answered by whom it is addressed to, the manager or the director → Closed by a supervisor or a leader. It can
be opened again, with a reason.
"""

import frappe
from frappe import _
from frappe.utils import add_days, date_diff, getdate, now_datetime, strip_html, today

from presales_mgmt import notifications
from presales_mgmt.controllers import finish_todos, give_todo, read_to_settle, require_status, settle
from presales_mgmt.exceptions import GuidanceError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.visibility import LEADER_ROLE, get_project_roles
from presales_mgmt.rules.followup import ANSWERED, CLOSED, OPEN, guide_role, is_own_matter
from presales_mgmt.rules.validation import refuse

GUIDANCE = "Presales Guidance Note"
ANSWERING_ROLES = frozenset({"Director", "Manager"})


def role_of_guide(project: str, user: str) -> str | None:
	"""As what `user` guides the project; None when `user` neither supervises it nor leads the company."""
	return guide_role(get_project_roles(project, user), LEADER_ROLE in frappe.get_roles(user))


def require_guide(project: str) -> str:
	"""The role in which the session's user guides the project. Raises `frappe.PermissionError` without one."""
	role = role_of_guide(project, frappe.session.user)
	if not role:
		frappe.throw(
			_("Guidance on {0} is given and followed up by its supervisors and by leaders.").format(project),
			exc=frappe.PermissionError,
		)
	return role


def answer(name: str, text: str) -> None:
	"""Answer a note. Whom it is addressed to, the manager or the director does so, or a delegate of theirs.

	Raises:
		frappe.PermissionError: somebody else tries.
		SelfApprovalError: the user gave the guidance, or acts for who did.
		GuidanceError: the note is not open, or the answer is empty.
	"""
	doc = read_to_settle(GUIDANCE, name)
	user = frappe.session.user
	persons = acting_for(user)
	if doc.addressed_to not in persons and not ANSWERING_ROLES & get_project_roles(
		doc.presales_project, user
	):
		frappe.throw(
			_("Only {0}, the manager or the director may answer this.").format(doc.addressed_to),
			exc=frappe.PermissionError,
		)
	require_status(doc, GuidanceError, OPEN)
	if is_own_matter(persons, doc.given_by):
		frappe.throw(
			_("{0} gave this guidance, or acts for who did, and cannot answer it.").format(user),
			exc=SelfApprovalError,
		)
	if not strip_html(text or "").strip():
		refuse(doc, "Answer", None, _("an answer"), GuidanceError)
	settle(doc, {"status": ANSWERED, "answer": text, "answered_by": user, "answered_on": now_datetime()})
	finish_todos(doc.doctype, doc.name, "Closed")
	if role_of_guide(doc.presales_project, doc.given_by):
		tell(doc, doc.given_by)


def close(name: str) -> None:
	"""Close a note that was answered, or that needs no answer. A supervisor or a leader does so.

	Raises:
		frappe.PermissionError: neither a supervisor nor a leader.
		SelfApprovalError: the user answered it, is asked by it or leads the project, or acts for such a person.
		GuidanceError: the answer is missing, or the note is closed.
	"""
	doc = read_to_settle(GUIDANCE, name)
	user = frappe.session.user
	require_guide(doc.presales_project)
	require_status(doc, GuidanceError, *([ANSWERED] if doc.needs_answer else [OPEN, ANSWERED]))
	own = is_own_matter(acting_for(user), doc.answered_by, doc.addressed_to)
	if own or ANSWERING_ROLES & get_project_roles(doc.presales_project, user):
		frappe.throw(
			_(
				"{0} is asked by this or leads the project, or acts for such a person, and cannot close it."
			).format(user),
			exc=SelfApprovalError,
		)
	settle(doc, {"status": CLOSED})
	finish_todos(doc.doctype, doc.name, "Closed")


def reopen(name: str, reason: str) -> None:
	"""Ask again, when the answer does not do or the matter has come up anew. A supervisor or a leader does so.

	An answer that was due in the past is due anew, as many days from today as were given the first time.

	Raises:
		frappe.PermissionError: neither a supervisor nor a leader.
		GuidanceError: the note is open, or there is no reason.
	"""
	doc = read_to_settle(GUIDANCE, name)
	require_guide(doc.presales_project)
	require_status(doc, GuidanceError, ANSWERED, CLOSED)
	reason = strip_html(reason or "").strip()
	if not reason:
		refuse(doc, "Status", _(doc.status, context=GUIDANCE), _("a reason to open it again"), GuidanceError)
	values = {"status": OPEN}
	if doc.answer_due and getdate(doc.answer_due) < getdate():
		values["answer_due"] = add_days(today(), max(1, date_diff(doc.answer_due, doc.given_on)))
	settle(doc, values)
	doc.add_comment("Info", _("Opened again: {0}").format(frappe.utils.escape_html(reason)))
	ask_addressee(doc)


def ask_addressee(doc) -> None:
	"""A ToDo for whom the note is addressed to if it needs an answer, otherwise a notice."""
	if doc.needs_answer:
		give_todo(
			doc,
			doc.addressed_to,
			_("Answer: {0}").format(doc.subject),
			date=doc.answer_due,
			assigned_by=doc.given_by,
		)
	else:
		tell(doc, doc.addressed_to)


def tell(doc, user: str) -> None:
	"""Let `user` know of the note, or of what has become of it."""
	notifications.send(
		[
			notifications.Notice(
				person,
				_("Guidance on {0}: {1} ({2})", lang=language).format(
					doc.presales_project,
					frappe.utils.escape_html(doc.subject),
					frappe.utils.escape_html(_(doc.status, lang=language, context=GUIDANCE)),
				),
				doc.doctype,
				doc.name,
			)
			for person, language in notifications.languages_of({user}).items()
		]
	)
