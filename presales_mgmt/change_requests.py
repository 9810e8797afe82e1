"""A change of what the customer has confirmed, from the request to the decision (R6.3, R9.6).

Draft → Requested → Approved or Rejected by the director of the project or a leader, never by who asked for it; or
Withdrawn. The approval writes the new content into the requirement, as its next version, and the document in which
the customer asked for the change is its confirmation from then on.
"""

import frappe
from frappe import _
from frappe.utils import now_datetime

from presales_mgmt import requirements
from presales_mgmt.controllers import finish_todos, give_todo, read_to_settle, require_open_project
from presales_mgmt.exceptions import ChangeRequestError, MarkupError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.rules import requirement as rules
from presales_mgmt.rules.followup import is_own_matter
from presales_mgmt.rules.validation import has_markup, refuse

CHANGE_REQUEST = "Presales Change Request"

DRAFT, REQUESTED, APPROVED, REJECTED = "Draft", "Requested", "Approved", "Rejected"


def approve(name: str, remarks: str | None = None) -> None:
	"""Approve a change and carry it out.

	Raises:
		frappe.PermissionError: neither the director of the project nor a leader.
		SelfApprovalError: the user asked for it, or stands in for who did.
		ChangeRequestError: it is decided on, or the requirement is not what it was when the change was asked for.
		RequirementError: R&D has not answered, or the customer's document is no longer archived.
	"""
	doc = read_to_settle(CHANGE_REQUEST, name)
	_require_decider(doc)
	requirement = frappe.get_doc(requirements.REQUIREMENT, doc.requirement, for_update=True)
	_require_as_it_was(doc, requirement)
	if doc.change_type == rules.WITHDRAWAL:
		values = {"status": rules.WITHDRAWN, **requirements.dropped(requirement, doc.reason)}
	else:
		requirements.require_development_answer(requirement)
		values = doc.new_values()
	values.update(
		requirements.confirmation(requirement, doc.customer_person, doc.asked_on, doc.customer_document)
	)
	requirement.update({**values, "requirement_version": requirement.requirement_version + 1})
	requirement.flags.by_function = True
	# Who decides was checked; leaders have no right to edit requirements.
	requirement.save(ignore_permissions=True)
	if doc.change_type == rules.WITHDRAWAL:
		finish_todos(requirement.doctype, requirement.name, "Cancelled")
	_decide(doc, APPROVED, remarks)


def reject(name: str, reason: str) -> None:
	"""Refuse a change; the requirement stays as it is confirmed. Raises as `approve` does, and without a reason."""
	doc = read_to_settle(CHANGE_REQUEST, name)
	_require_decider(doc)
	if not (reason or "").strip():
		refuse(doc, "Remarks on the Decision", None, _("a reason"), ChangeRequestError)
	_decide(doc, REJECTED, reason)


def ask_to_decide(doc) -> None:
	"""A ToDo for the director, unless it is the director who asks: then a leader decides."""
	director = frappe.db.get_value(PROJECT, doc.presales_project, "director")
	if director and not _concerns(doc, director):
		give_todo(doc, director, _("Decide on the change of {0}").format(doc.requirement_title))


def _concerns(doc, user: str) -> bool:
	"""Whether `user` has drafted or requested the change, acts for who did, or is acted for by who requested it."""
	return is_own_matter(acting_for(user), doc.owner, doc.requested_by) or is_own_matter(
		acting_for(doc.requested_by), user
	)


def _require_decider(doc) -> None:
	user = frappe.session.user
	if not sees_everything(user) and "Director" not in get_project_roles(doc.presales_project, user):
		frappe.throw(
			_("Only a leader or the director of {0} may decide on this.").format(doc.presales_project),
			exc=frappe.PermissionError,
		)
	require_open_project(doc.presales_project)
	if doc.docstatus != 1 or doc.status != REQUESTED:
		refuse(
			doc,
			"Status",
			_(doc.status, context=CHANGE_REQUEST),
			_(REQUESTED, context=CHANGE_REQUEST),
			ChangeRequestError,
		)
	if _concerns(doc, user):
		frappe.throw(
			_("{0} asked for this change, or stands in for who did, and cannot decide on it.").format(user),
			exc=SelfApprovalError,
		)


def _require_as_it_was(doc, requirement) -> None:
	"""The decision is about what was asked for: the requirement is still what the request says it was."""
	was = [(row.changed_field, row.old_value or "") for row in doc.changes]
	now = [(change.label, change.old) for change in rules.changes(requirement.as_dict(), doc.new_values())]
	same = doc.change_type == rules.WITHDRAWAL or was == now
	if (
		requirement.status != rules.CONFIRMED
		or requirement.requirement_version != doc.from_version
		or not same
	):
		frappe.throw(
			_("{0} is no longer as it was when its change was asked for: version {1}, {2}.").format(
				requirement.name,
				requirement.requirement_version,
				_(requirement.status, context=requirements.REQUIREMENT),
			),
			exc=ChangeRequestError,
		)


def _decide(doc, status: str, remarks: str | None) -> None:
	if has_markup(remarks):
		refuse(doc, "Remarks on the Decision", remarks, _("plain text without HTML"), MarkupError)
	doc.db_set(
		{
			"status": status,
			"decided_by": frappe.session.user,
			"decided_on": now_datetime(),
			"decision_remarks": (remarks or "").strip() or None,
		},
		notify=True,
	)
	finish_todos(doc.doctype, doc.name, "Closed")
	requirements.tell(doc, doc.requested_by, _approved if status == APPROVED else _rejected)


def _approved(language: str) -> str:
	return _("Change approved on {0}: {1}", lang=language)


def _rejected(language: str) -> str:
	return _("Change rejected on {0}: {1}", lang=language)
