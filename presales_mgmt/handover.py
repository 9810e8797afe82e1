"""The handover of a won project to delivery (R1.8, R1.10, R5.12, R6.4).

Draft → Offered by the project's director or manager → Sent Back with reasons, or Accepted, by the delivery manager
who is named; an offer may be Withdrawn. What is offered stays as it is. Until it is accepted the presales manager
answers for the project, from then on the delivery manager. When the last sales order is cancelled, an offer is
withdrawn, and an accepted handover is Revoked: it stays on record, and the presales manager answers again.

Whoever writes here locks the project first and the handover after it, as a sales order that is cancelled does.
"""

import frappe
from frappe import _
from frappe.utils import add_days, cint, getdate, now_datetime, today

from presales_mgmt import delivery, package
from presales_mgmt.compat import lock_document
from presales_mgmt.controllers import finish_todos, give_todo, require_status, settle
from presales_mgmt.exceptions import GateError, HandoverError, LifecycleError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.rules import handover as rules
from presales_mgmt.rules.validation import refuse
from presales_mgmt.statuses import WON, status_label
from presales_mgmt.team import set_delivery_manager

HANDOVER = "Presales Handover"
OFFERING_ROLES = frozenset({"Director", "Manager"})
SAVE_POINT = "presales_handover"


def offer(name: str, answer_due: str | None = None) -> None:
	"""Offer the package to the delivery manager, who from now on sees the project.

	Args:
		name: name of the Presales Handover.
		answer_due: until when to answer; without it the date of the handover, or what the settings say.

	Raises:
		frappe.PermissionError: the user is neither director nor manager of the project.
		HandoverError: it is offered or accepted already, or something is missing.
		LifecycleError: the project is not won.
	"""
	doc = _read(name)
	_require_offering(doc)
	require_status(doc, HandoverError, *rules.EDITABLE)
	if doc.flags.project.status != WON:
		refuse(
			doc,
			"Presales Project",
			f"{doc.presales_project} ({status_label(doc.flags.project.status)})",
			status_label(WON),
			LifecycleError,
		)
	doc.set_package()
	missing = package.get_missing(doc)
	if missing:
		frappe.throw(
			_("{0} cannot be offered yet. Missing: {1}").format(doc.name, "; ".join(missing)),
			exc=HandoverError,
			title=_("Not Complete"),
		)
	due = answer_due or doc.answer_due
	if not due or (not answer_due and getdate(due) < getdate()):
		due = add_days(today(), cint(frappe.get_cached_doc("Presales Settings").handover_answer_days))
	if getdate(due) < getdate():
		refuse(doc, "Answer Due", frappe.utils.formatdate(due), _("a date that is to come"), HandoverError)
	number = cint(doc.round_number) + 1
	values = {
		"round_number": number,
		"offered_by": frappe.session.user,
		"offered_on": now_datetime(),
		"answer_due": due,
	}
	doc.append("rounds", {**values, "offered_to": doc.delivery_manager})
	set_delivery_manager(doc.presales_project, doc.delivery_manager)
	settle(doc, {**values, "status": rules.OFFERED, **_decision(None)})
	give_todo(
		doc,
		doc.delivery_manager,
		_("Answer the handover of {0}").format(doc.project_title),
		date=due,
		priority="High",
	)


def send_back(name: str, reasons: list[str]) -> None:
	"""Send the package back with what it lacks. Each reason is to be answered before it is offered again.

	Raises:
		frappe.PermissionError: the user is not the delivery manager, nor acts for them.
		SelfApprovalError: the user offered it, directs or manages the project, or acts for such a person.
		HandoverError: it is not offered, or there is no reason.
	"""
	doc = _read(name)
	_require_answering(doc)
	require_status(doc, HandoverError, rules.OFFERED)
	reasons = [text.strip() for text in reasons if (text or "").strip()]
	if not reasons:
		refuse(doc, "Reasons", None, _("at least one reason"), HandoverError)
	for reason in reasons:
		doc.append("reasons", {"round_number": doc.round_number, "reason": reason})
	_end_round(doc, rules.SENT_BACK, None)
	settle(doc, {"status": rules.SENT_BACK, **_decision(None, decided=True)})
	finish_todos(doc.doctype, doc.name, "Closed")
	give_todo(doc, doc.offered_by, _("Handover sent back: {0}").format(doc.project_title), priority="High")


def accept(name: str, remarks: str | None = None) -> str:
	"""Take over the project: from now on the delivery manager answers for it. Returns the name of the ERPNext project.

	The ERPNext project is made with the rights of the user. When it cannot be made nothing is accepted.

	Raises:
		frappe.PermissionError: as with `send_back`, or the user may not make an ERPNext project.
		SelfApprovalError: as with `send_back`.
		HandoverError: it is not offered, or the ERPNext project cannot be made.
	"""
	doc = _read(name)
	_require_answering(doc)
	require_status(doc, HandoverError, rules.OFFERED)
	frappe.db.savepoint(SAVE_POINT)
	try:
		doc.erpnext_project = delivery.make_or_take(doc)
		_end_round(doc, rules.ACCEPTED, remarks)
		settle(doc, {"status": rules.ACCEPTED, **_decision(remarks, decided=True)})
	except Exception:
		# Tasks and project may have been made in part; who called may go on.
		frappe.db.rollback(save_point=SAVE_POINT)
		raise
	finish_todos(doc.doctype, doc.name, "Closed")
	return doc.erpnext_project


def withdraw(name: str, reason: str) -> None:
	"""Take an offer back, for instance to add to it. It may be offered again.

	Raises:
		frappe.PermissionError: the user is neither director nor manager of the project.
		HandoverError: it is not offered, or there is no reason.
	"""
	doc = _read(name)
	_require_offering(doc)
	require_status(doc, HandoverError, rules.OFFERED)
	if not (reason or "").strip():
		refuse(doc, "Remarks on the Answer", None, _("a reason"), HandoverError)
	_withdraw(doc, reason.strip())


def complete_point(name: str, point: str, done: bool = True) -> None:
	"""Note that an open point of an accepted handover is done. Its responsible person does so, or who answers for
	the project.

	Raises:
		frappe.PermissionError: somebody else tries.
		HandoverError: the handover is not accepted.
		frappe.DoesNotExistError: there is no such point.
	"""
	doc = _read(name)
	row = next((row for row in doc.open_points if row.name == point), None)
	if not row:
		frappe.throw(
			_("{0} {1} not found").format(_("Presales Handover Point"), frappe.utils.escape_html(point)),
			exc=frappe.DoesNotExistError,
		)
	if not {row.responsible, doc.delivery_manager} & acting_for(frappe.session.user):
		frappe.throw(
			_("Only {0} or {1} may say that this point is done.").format(
				row.responsible, doc.delivery_manager
			),
			exc=frappe.PermissionError,
		)
	require_status(doc, HandoverError, rules.ACCEPTED)
	row.done = cint(done)
	settle(doc, {})


def change_delivery_manager(name: str, delivery_manager: str, reason: str) -> None:
	"""Let somebody else answer for a project that was taken over. The delivery manager does so, or the director.

	Raises:
		frappe.PermissionError: somebody else tries.
		HandoverError: it is not accepted, there is no reason, or it is the same person.
		TeamError: that person cannot be delivery manager of the project.
	"""
	doc = _read(name)
	user = frappe.session.user
	if doc.delivery_manager not in acting_for(user) and "Director" not in get_project_roles(
		doc.presales_project, user
	):
		frappe.throw(
			_("Only the delivery manager or the director of {0} may name another delivery manager.").format(
				doc.presales_project
			),
			exc=frappe.PermissionError,
		)
	require_status(doc, HandoverError, rules.ACCEPTED)
	before = doc.delivery_manager
	if delivery_manager == before:
		refuse(doc, "Delivery Manager", before, _("somebody else"), HandoverError)
	if not (reason or "").strip():
		refuse(doc, "Remarks", None, _("a reason"), HandoverError)
	doc.delivery_manager = delivery_manager
	doc.validate_delivery_manager()
	set_delivery_manager(doc.presales_project, delivery_manager)
	settle(doc, {})
	doc.add_comment(
		"Info",
		_("Delivery manager changed from {0} to {1}: {2}").format(before, delivery_manager, reason.strip()),
	)


def make_project_again(name: str) -> str:
	"""Make the ERPNext project of an accepted handover whose project was deleted or cancelled. Returns its name.

	Raises:
		frappe.PermissionError: the user is not the delivery manager, or may not make an ERPNext project.
		HandoverError: it is not accepted, or its project is there.
	"""
	doc = _read(name)
	if doc.delivery_manager not in acting_for(frappe.session.user):
		_refuse_answer(doc)
	require_status(doc, HandoverError, rules.ACCEPTED)
	if delivery.is_running(doc.erpnext_project):
		refuse(
			doc, "ERPNext Project", doc.erpnext_project, _("none, or one that is cancelled"), HandoverError
		)
	frappe.db.savepoint(SAVE_POINT)
	try:
		settle(doc, {"erpnext_project": delivery.make_or_take(doc)})
	except Exception:
		frappe.db.rollback(save_point=SAVE_POINT)
		raise
	return doc.erpnext_project


# ---------------------------------------------------------------------------------- what follows for the project


def follow(doc) -> None:
	"""Write into the project how its handover stands, and who answers for it now."""
	project = lock_document(PROJECT, doc.presales_project)
	if doc.status == rules.REVOKED and project.handover not in (None, doc.name):
		return  # another has come after it
	accepted = doc.status == rules.ACCEPTED
	values = {
		"handover": doc.name,
		"handover_status": doc.status,
		"delivery_manager": doc.delivery_manager,
		# One that was made for a handover that was revoked goes on.
		"erpnext_project": doc.erpnext_project or project.erpnext_project,
		"handed_over_on": getdate(doc.decided_on) if accepted else None,
		"responsible": rules.responsible(doc.status, project.manager, doc.delivery_manager),
	}
	if any((project.get(fieldname) or None) != (value or None) for fieldname, value in values.items()):
		project.db_set(values, notify=True)


def forget(doc) -> None:
	"""A handover that is deleted leaves nothing in its project."""
	project = lock_document(PROJECT, doc.presales_project)
	if project.handover != doc.name:
		return
	project.db_set(
		{
			**dict.fromkeys(("handover", "handover_status", "delivery_manager", "handed_over_on")),
			"responsible": project.manager,
		},
		notify=True,
	)


def require_decided(project) -> None:
	"""Raise when the project is to be closed while its handover waits for an answer, or, where the settings ask for
	it, without one that is accepted.
	"""
	if project.handover_status == rules.OFFERED:
		frappe.throw(
			_("{0} cannot be closed yet: found handover {1} that waits for an answer.").format(
				project.name, project.handover
			),
			exc=LifecycleError,
		)
	required = project.won_on and frappe.get_cached_doc("Presales Settings").require_handover_to_close
	if required and project.handover_status != rules.ACCEPTED:
		frappe.throw(
			_("{0} cannot be closed yet: found {1}, expected an accepted handover.").format(
				project.name,
				f"{project.handover} ({_(project.handover_status, context=HANDOVER)})"
				if project.handover
				else _("no handover"),
			),
			exc=GateError,
		)


def follow_orders(project, orders: list[str], trigger: str) -> None:
	"""Let the handover of `project` follow its sales orders. Called under a lock on the project.

	Args:
		project: the Presales Project, which has a handover.
		orders: names of the orders that stand, the oldest first.
		trigger: the order that was submitted or cancelled.
	"""
	doc = frappe.get_doc(HANDOVER, project.handover, for_update=True)
	# Who cancels an order need not see the project, and it may be closed.
	doc.flags.by_order = True
	if not orders:
		reason = _("{0} was cancelled.").format(trigger)
		if doc.status == rules.OFFERED:
			_withdraw(doc, reason)
		elif doc.status == rules.ACCEPTED:
			_end_round(doc, rules.REVOKED, reason)
			settle(doc, {"status": rules.REVOKED, "decision_remarks": reason})
			doc.add_comment("Info", _("Revoked: {0}").format(reason))
			give_todo(doc, project.manager, _("Handover revoked: {0}").format(reason), priority="High")
		# Its name stays; a link would keep ERPNext from deleting what is cancelled.
		settle(doc, {"sales_order": None, "cancelled_order": trigger})
		return
	if doc.status == rules.REVOKED:
		return  # what is won anew is handed over anew
	if doc.sales_order not in orders:
		settle(doc, {"sales_order": orders[0], "cancelled_order": doc.sales_order})
	if doc.status == rules.ACCEPTED:
		delivery.link_orders(doc.erpnext_project, orders)


def forget_erpnext_project(name: str) -> None:
	"""An ERPNext project that is deleted is named by no handover any more."""
	for doctype in (HANDOVER, PROJECT):
		for record in frappe.get_all(
			doctype, filters={"erpnext_project": name}, pluck="name", order_by="name asc"
		):
			doc = frappe.get_doc(doctype, record, for_update=True)
			doc.db_set("erpnext_project", None, notify=True)
			doc.add_comment("Info", _("ERPNext project {0} was deleted.").format(name))


# ---------------------------------------------------------------------------------------------------- common


def _read(name: str):
	"""The handover under a lock, that of its project before it. The user must be able to read it."""
	project = frappe.db.get_value(HANDOVER, name, "presales_project")
	# As it is now: a plain read would show what was there before the lock was waited for.
	project = project and frappe.db.get_value(
		PROJECT, project, ["status", "director", "manager"], as_dict=True, for_update=True
	)
	doc = frappe.get_doc(HANDOVER, name, for_update=True)
	doc.check_permission("read")
	doc.flags.project = project
	return doc


def _decision(remarks: str | None, decided: bool = False) -> dict:
	return {
		"decided_by": frappe.session.user if decided else None,
		"decided_on": now_datetime() if decided else None,
		"decision_remarks": (remarks or "").strip() or None,
	}


def _end_round(doc, outcome: str, remarks: str | None) -> None:
	doc.rounds[-1].update(
		{
			"outcome": outcome,
			"answered_by": frappe.session.user,
			"answered_on": now_datetime(),
			"remarks": (remarks or "").strip() or None,
		}
	)


def _withdraw(doc, reason: str) -> None:
	_end_round(doc, rules.WITHDRAWN, reason)
	settle(doc, {"status": rules.WITHDRAWN, **_decision(reason, decided=True)})
	# Whoever is not to take over needs to know nothing of the customer any more (R1.9).
	set_delivery_manager(doc.presales_project, None)
	finish_todos(doc.doctype, doc.name, "Cancelled")


def _require_offering(doc) -> None:
	if not OFFERING_ROLES & get_project_roles(doc.presales_project, frappe.session.user):
		frappe.throw(
			_("Only the director or the manager of {0} may offer its handover or withdraw it.").format(
				doc.presales_project
			),
			exc=frappe.PermissionError,
		)


def _require_answering(doc) -> None:
	"""Nobody takes over from themselves, nor in the place of somebody else (R9.9)."""
	persons = acting_for(frappe.session.user)
	if doc.delivery_manager not in persons:
		_refuse_answer(doc)
	leaders = {doc.flags.project.director, doc.flags.project.manager}
	if barred := persons & (leaders | {doc.offered_by}):
		frappe.throw(
			_("{0} offered {1} or leads its project, and cannot answer it.").format(
				", ".join(sorted(barred)), doc.name
			),
			exc=SelfApprovalError,
		)


def _refuse_answer(doc) -> None:
	frappe.throw(
		_("Only the delivery manager {0} may do this with {1}.").format(doc.delivery_manager, doc.name),
		exc=frappe.PermissionError,
	)
