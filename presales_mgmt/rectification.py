"""What a review has asked to be put right, from the review's conclusion until somebody has verified it (R9.9).

Open → Done by the person responsible → Closed, or back to Open, by whoever raised it or a leader. Nobody verifies
what they did themselves. A leader or the director of the project may waive it.
"""

import frappe
from frappe import _
from frappe.utils import add_days, now_datetime, today

from presales_mgmt.controllers import (
	finish_todos,
	give_todo,
	read_present,
	read_to_settle,
	require_status,
	settle,
)
from presales_mgmt.exceptions import RectificationError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER, get_project_roles, sees_everything
from presales_mgmt.rules.followup import CLOSED, DONE, OPEN, WAIVED, is_own_matter
from presales_mgmt.rules.review import APPROVED_WITH_CONDITIONS
from presales_mgmt.rules.validation import refuse

RECTIFICATION = "Presales Rectification"
OPINION = "Presales Review Opinion"
CONDITION = "Presales Review Condition"
RECUSED = "Declared"
RAISING_OUTCOMES = (APPROVED_WITH_CONDITIONS, "Sent Back")


def make_from_review(review) -> list[str]:
	"""Make a record of every condition in the opinions that count of a concluded review. Twice makes nothing more.

	Args:
		review: a Presales Review with its outcome.

	Returns:
		names of the records made.
	"""
	if review.status not in RAISING_OUTCOMES:
		return []
	# Of two who decide at once, the second makes them of what the first has said, too.
	opinions = {
		opinion.name: opinion.reviewer
		for opinion in read_present(
			OPINION,
			filters={"review": review.name, "docstatus": 1},
			fields=["name", "reviewer", "conflict_of_interest"],
			order_by="name asc",
		)
		if opinion.conflict_of_interest != RECUSED
	}
	rows = read_present(
		CONDITION,
		filters={"parenttype": OPINION, "parent": ["in", sorted(opinions)]},
		fields=["parent", "item", "responsible", "due_date"],
		order_by="parent asc, idx asc",
	)
	if not rows:
		return []
	known = set(
		frappe.get_all(
			RECTIFICATION,
			filters={"review": review.name},
			fields=["opinion", "item"],
			order_by="name asc",
			as_list=True,
		)
	)
	manager = frappe.db.get_value(PROJECT, review.presales_project, "manager")
	insiders = members_of(review.presales_project)
	days = frappe.get_cached_doc("Presales Settings").rectification_days
	made = []
	for row in rows:
		if (row.parent, row.item) in known:
			continue
		known.add((row.parent, row.item))
		doc = frappe.new_doc(RECTIFICATION)
		doc.update(
			{
				"presales_project": review.presales_project,
				"review": review.name,
				"review_kind": review.review_kind,
				"opinion": row.parent,
				"raised_by": opinions[row.parent],
				# Somebody outside could not open it.
				"responsible": row.responsible if row.responsible in insiders else manager,
				"due_date": row.due_date or add_days(today(), days),
				"item": row.item,
			}
		)
		doc.flags.by_function = True
		# Made by the last opinion of the review, in whoever's name that is; nobody makes one by hand.
		made.append(doc.insert(ignore_permissions=True).name)
	return made


def complete(name: str, measure: str) -> None:
	"""Say what was done. The person responsible, or a delegate, does so; whoever raised it is asked to verify.

	Raises:
		frappe.PermissionError: somebody else tries.
		RectificationError: it is not open, or `measure` is empty.
	"""
	doc = read_to_settle(RECTIFICATION, name)
	user = frappe.session.user
	if doc.responsible not in acting_for(user):
		frappe.throw(
			_("Only {0} may say that this is done.").format(doc.responsible), exc=frappe.PermissionError
		)
	require_status(doc, RectificationError, OPEN)
	_require_text(doc, "Measure", measure, _("what was done"))
	settle(doc, {"status": DONE, "measure": measure.strip(), "done_by": user, "done_on": now_datetime()})
	finish_todos(doc.doctype, doc.name, "Closed")
	if doc.raised_by in members_of(doc.presales_project):
		give_todo(doc, doc.raised_by, _("Verify: {0}").format(doc.item))


def verify(name: str, accepted: bool, verification: str | None = None) -> None:
	"""Close what was done, or send it back.

	Args:
		name: name of the Presales Rectification.
		accepted: whether it was done as asked.
		verification: what was found; needed to send it back.

	Raises:
		frappe.PermissionError: neither who raised it, or a delegate, nor a leader.
		SelfApprovalError: the user did it, is responsible for it, or acts for such a person.
		RectificationError: it is not done.
	"""
	doc = read_to_settle(RECTIFICATION, name)
	user = frappe.session.user
	persons = acting_for(user)
	if doc.raised_by not in persons and not sees_everything(user):
		frappe.throw(
			_("Only {0}, who raised it, or a leader may verify this.").format(doc.raised_by),
			exc=frappe.PermissionError,
		)
	require_status(doc, RectificationError, DONE)
	if is_own_matter(persons, doc.done_by, doc.responsible):
		_refuse_own(doc, user)
	if not accepted:
		_require_text(doc, "Verification", verification, _("what is still missing"))
	settle(doc, {"status": CLOSED if accepted else OPEN, **_verification(verification)})
	finish_todos(doc.doctype, doc.name, "Closed")
	if not accepted:
		ask_responsible(doc)


def waive(name: str, reason: str) -> None:
	"""Let it be, for a reason. A right of leaders and of the project's director, and never on the own account.

	Raises:
		frappe.PermissionError: neither a leader nor the director.
		SelfApprovalError: the user is responsible for it, did it, or acts for such a person.
		RectificationError: it is closed or waived already, or there is no reason.
	"""
	doc = read_to_settle(RECTIFICATION, name)
	user = frappe.session.user
	if not sees_everything(user) and "Director" not in get_project_roles(doc.presales_project, user):
		frappe.throw(
			_("Only a leader or the director of {0} may waive this.").format(doc.presales_project),
			exc=frappe.PermissionError,
		)
	require_status(doc, RectificationError, OPEN, DONE)
	if is_own_matter(acting_for(user), doc.responsible, doc.done_by):
		_refuse_own(doc, user)
	_require_text(doc, "Verification", reason, _("a reason"))
	settle(doc, {"status": WAIVED, **_verification(reason)})
	finish_todos(doc.doctype, doc.name, "Cancelled")


def ask_responsible(doc) -> None:
	"""Give the person responsible a ToDo."""
	give_todo(
		doc, doc.responsible, _("Rectify: {0}").format(doc.item), date=doc.due_date, assigned_by=doc.raised_by
	)


def members_of(project: str) -> set[str]:
	"""The users in the active team and among the supervisors."""
	return set(
		frappe.get_all(
			MEMBER,
			filters={"parenttype": PROJECT, "parent": project, "active": 1},
			pluck="user",
			order_by="idx asc",
		)
	)


def _verification(text: str | None) -> dict:
	return {
		"verification": (text or "").strip(),
		"verified_by": frappe.session.user,
		"verified_on": now_datetime(),
	}


def _require_text(doc, label: str, text: str | None, expected: str) -> None:
	if not (text or "").strip():
		refuse(doc, label, None, expected, RectificationError)


def _refuse_own(doc, user: str) -> None:
	frappe.throw(
		_("{0} is responsible for {1} or did it, or acts for who did, and cannot settle it.").format(
			user, doc.name
		),
		exc=SelfApprovalError,
	)
