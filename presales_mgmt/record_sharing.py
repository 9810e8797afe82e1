"""Reviewers read what they review, also where ERPNext's roles would not let them (R3.6, R5.11, R8.6).

What lies under a project is read by the rule of visibility. A Contract or a Quotation is ERPNext's, and a legal
reviewer has no role there: for the time of the review it is shared with those who review it and who act for them, by
Frappe's own sharing and for reading only. A share that somebody else has given stays.
"""

import frappe
import frappe.share

from presales_mgmt.permissions.delegation import delegates_of
from presales_mgmt.permissions.scope import PROJECT, PROJECT_DOCTYPES

REVIEW = "Presales Review"
REVIEWER = "Presales Reviewer"
SHARE = "DocShare"
# Reviewers have no right to share or unshare the record; nobody else is asked to do it for them.
FLAGS = {"ignore_share_permission": True, "ignore_permissions": True}


def let_read(review, rows) -> None:
	"""Share what is reviewed with the reviewers in `rows`, and note in them with whom it is shared because of it.

	Whoever asks for the review hands on no more than the own right: what the user may not read is not shared. Nor is
	it with somebody whose User Permissions keep the project from them.
	"""
	doctype, name = review.reviewed_doctype, review.reviewed_document
	if not doctype or not name or doctype in PROJECT_DOCTYPES:
		return
	if not frappe.has_permission(doctype, "read", doc=name):
		return
	by_others = _shared_by_others(review)
	delegates = delegates_of([row.reviewer for row in rows])
	for row in rows:
		users = [row.reviewer, *sorted(delegates[row.reviewer])]
		shared = [user for user in users if user in by_others or _share(review, user)]
		if shared:
			row.db_set("shared_with", "\n".join(shared), update_modified=False)


def end(review) -> None:
	"""Take back what `let_read` has shared, unless another review that runs needs it."""
	given = {user for row in review.reviewers for user in _users(row.shared_with)}
	if not given:
		return
	doctype, name = review.reviewed_doctype, review.reviewed_document
	for user in sorted(given - _shared_by_others(review)):
		# Somebody who has allowed more since then has decided so.
		only_reading = {"write": 0, "submit": 0, "share": 0}
		if frappe.db.exists(
			SHARE, {"share_doctype": doctype, "share_name": name, "user": user, **only_reading}
		):
			frappe.share.remove(doctype, name, user, flags=FLAGS)


def _share(review, user: str) -> bool:
	doctype, name = review.reviewed_doctype, review.reviewed_document
	if frappe.has_permission(doctype, "read", doc=name, user=user):
		return False
	if not frappe.has_permission(PROJECT, "read", doc=review.presales_project, user=user):
		return False
	frappe.share.add_docshare(doctype, name, user=user, flags=FLAGS)
	return True


def _shared_by_others(review) -> set[str]:
	"""With whom the record is shared because of other reviews that run. Two queries."""
	others = frappe.get_all(
		REVIEW,
		filters={
			"name": ["!=", review.name],
			"reviewed_doctype": review.reviewed_doctype,
			"reviewed_document": review.reviewed_document,
			"docstatus": 1,
			"status": "In Review",
		},
		pluck="name",
		order_by="name asc",
	)
	if not others:
		return set()
	rows = frappe.get_all(
		REVIEWER,
		filters={"parenttype": REVIEW, "parent": ["in", others], "shared_with": ["is", "set"]},
		pluck="shared_with",
		order_by="name asc",
	)
	return {user for text in rows for user in _users(text)}


def _users(text: str | None) -> list[str]:
	return (text or "").split()
