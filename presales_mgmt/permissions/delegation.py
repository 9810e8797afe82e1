"""Who acts for whom: somebody who is absent names a delegate for a period (R4.1).

The delegate takes the delegator's place on teams, among supervisors and as reviewer. What comes with a role
does not go over: the delegate needs the role, too. Delegations do not chain: whom the delegator acts for, the
delegate does not.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.query_builder import Criterion
from frappe.utils import today

from presales_mgmt.compat import NO_OBJECTION
from presales_mgmt.exceptions import ReviewError, SelfApprovalError
from presales_mgmt.permissions.scope import PROJECT

DELEGATION = "Presales Delegation"
MEMBER = "Presales Project Member"
OPINION = "Presales Review Opinion"
REVIEW = "Presales Review"

# May delegate in the name of others, for instance of somebody who has fallen ill.
DELEGATE_FOR_OTHERS = frozenset({"Presales Leader", "System Manager"})

CACHE_KEY = "presales_delegations"
# Somebody may read what is about to be changed, and keep it just after the change has cleared the cache.
CACHE_SECONDS = 300

# What the director and the manager of a project do in its initiation, and so judge no part of (R9.9).
LEADING_FIELDS = ("director", "manager", "applied_by")


def acting_for(user: str) -> set[str]:
	"""`user`, and everybody whose delegation of today names `user`."""
	return {user, *(delegator for delegator, delegate in _running() if delegate == user)}


def delegates_of(users: Iterable[str]) -> dict[str, set[str]]:
	"""Each of `users` -> who acts for them today."""
	delegates = {user: set() for user in users}
	for delegator, delegate in _running():
		if delegator in delegates:
			delegates[delegator].add(delegate)
	return delegates


def acted_for(project: str, user: str, project_roles: Iterable[str]) -> list[str]:
	"""The delegators to whom `user` owes to have one of `project_roles` in `project`; none who has one himself."""
	persons = acting_for(user)
	if len(persons) == 1:
		return []
	holders = frappe.get_all(
		MEMBER,
		filters={
			"parenttype": PROJECT,
			"parent": project,
			"user": ["in", sorted(persons)],
			"project_role": ["in", sorted(project_roles)],
			"active": 1,
		},
		pluck="user",
		order_by="idx asc",
	)
	return [] if user in holders else sorted(set(holders))


def clear_cache() -> None:
	"""Forget the delegations that were read. Called when one changes: at once, and when that is settled."""
	frappe.cache.delete_value(CACHE_KEY)


def _running() -> list[tuple[str, str]]:
	"""Delegator and delegate of the delegations that hold today."""
	delegations = frappe.cache.get_value(CACHE_KEY, expires=True)
	if delegations is None:
		delegations = _read()
		frappe.cache.set_value(CACHE_KEY, delegations, expires_in_sec=CACHE_SECONDS)
	now = today()
	return [(delegator, delegate) for delegator, delegate, start, end in delegations if start <= now <= end]


def _read() -> list[tuple[str, str, str, str]]:
	"""All delegations that hold or are to come, with their dates as text; there are few at any time."""
	return [
		(row.delegator, row.delegate, str(row.from_date), str(row.to_date))
		for row in frappe.get_all(
			DELEGATION,
			filters={"enabled": 1, "to_date": [">=", today()]},
			fields=["delegator", "delegate", "from_date", "to_date"],
			order_by="name asc",
		)
	]


# ------------------------------------------------------------------------------- who sees a delegation


def may_delegate_for_others(user: str) -> bool:
	return user == "Administrator" or bool(DELEGATE_FOR_OTHERS & set(frappe.get_roles(user)))


def query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""`permission_query_conditions` hook of Presales Delegation: those of `user`, in either part."""
	user = user or frappe.session.user
	if may_delegate_for_others(user):
		return ""
	table = frappe.qb.DocType(DELEGATION)
	criterion = (table.delegator == user) | (table.delegate == user)
	return criterion.get_sql(quote_char=frappe.qb.from_("x").QUOTE_CHAR, with_namespace=True, subquery=True)


def has_permission(doc, ptype: str = "read", user: str | None = None, **kwargs) -> bool | None:
	"""`has_permission` hook of Presales Delegation: the delegate reads it, the delegator writes it."""
	user = user or frappe.session.user
	if may_delegate_for_others(user) or ptype == "create":
		return NO_OBJECTION  # in whose name one is made, the controller checks
	if doc.is_new() or doc.delegator == user:
		return NO_OBJECTION
	return NO_OBJECTION if doc.delegate == user and ptype in ("read", "select", "report", "print") else False


# ------------------------------------------------------------------------------------------- opinions


def own_opinions(opinion, user: str) -> Criterion:
	"""The opinions that `user` has to give, as a condition on the table `opinion`: the own ones, and those of
	delegators in reviews in which `user` has no part, as long as the delegators have not given them themselves.
	`is_own_opinion` says the same of one document.
	"""
	criterion = opinion.reviewer == user
	if others := acting_for(user) - {user}:
		review = frappe.qb.DocType(REVIEW)
		reviews = frappe.qb.from_(review).select(review.name).where(_takes_part(review, user))
		criterion = criterion | (
			opinion.reviewer.isin(sorted(others))
			& ((opinion.docstatus == 0) | (opinion.decided_by == user))
			& opinion.review.notin(reviews)
		)
	return criterion


def is_own_opinion(opinion, user: str) -> bool:
	"""Whether `user` has to give this opinion, as its reviewer or for its reviewer."""
	if opinion.reviewer == user:
		return True
	if opinion.reviewer not in acting_for(user):
		return False
	# While it is being submitted, the document says so before it is stored.
	stored = frappe.db.get_value(OPINION, opinion.name, ["docstatus", "decided_by"])
	if stored and stored[0] and stored[1] != user:
		return False
	review = frappe.qb.DocType(REVIEW)
	part = (
		frappe.qb.from_(review)
		.select(review.name)
		.where((review.name == opinion.review) & _takes_part(review, user))
	)
	return not part.run()


def _takes_part(review, user: str) -> Criterion:
	"""Whether `user` asked for the review, reviews as well, or leads the project whose initiation it is."""
	reviewer = frappe.qb.DocType("Presales Reviewer")
	project = frappe.qb.DocType(PROJECT)
	reviewed = (
		frappe.qb.from_(reviewer)
		.select(reviewer.parent)
		.where((reviewer.parenttype == REVIEW) & (reviewer.reviewer == user))
	)
	leads = Criterion.any([project[fieldname] == user for fieldname in LEADING_FIELDS])
	led = frappe.qb.from_(project).select(project.name).where(leads)
	return (
		(review.requested_by == user)
		| review.name.isin(reviewed)
		| ((review.review_kind == "Initiation") & review.presales_project.isin(led))
	)


def require_decider(opinion, user: str) -> None:
	"""Raise unless `user` may write `opinion`: as its reviewer, or for its reviewer without a part in the matter.

	Whoever asked for the review, reviews as well, made what is reviewed or leads the project whose initiation it
	is decides for nobody; nor does who acts for such a person, or has decided for another reviewer already.

	Raises:
		frappe.PermissionError: neither the reviewer nor a delegate.
		SelfApprovalError: the delegate is, or acts for, somebody whose matter it is.
		ReviewError: the delegate reviews as well, or has decided for another reviewer.
	"""
	if user in (opinion.reviewer, "Administrator"):
		return
	persons = acting_for(user)
	if opinion.reviewer not in persons:
		frappe.throw(
			_("Only {0} may write this opinion.").format(opinion.reviewer), exc=frappe.PermissionError
		)
	review = frappe.db.get_value(
		REVIEW,
		opinion.review,
		["requested_by", "review_kind", "presales_project", "reviewed_doctype", "reviewed_document"],
		as_dict=True,
	)
	concerned = {review.requested_by, *_authors(review)}
	if review.review_kind == "Initiation":
		concerned.update(get_leads(review.presales_project))
	if concerned & (persons - {opinion.reviewer}):
		frappe.throw(
			_("{0} cannot decide for {1}: it is a matter of {0} or of somebody whom {0} acts for.").format(
				user, opinion.reviewer
			),
			exc=SelfApprovalError,
		)
	if frappe.db.exists(
		"Presales Reviewer", {"parenttype": REVIEW, "parent": opinion.review, "reviewer": user}
	):
		frappe.throw(
			_("{0} reviews as well and cannot decide for {1}.").format(user, opinion.reviewer),
			exc=ReviewError,
		)
	if frappe.db.exists(
		OPINION,
		{"review": opinion.review, "decided_by": user, "name": ["!=", opinion.name], "docstatus": ["<", 2]},
	):
		frappe.throw(
			_("{0} has decided for another reviewer of {1} already.").format(user, opinion.review),
			exc=ReviewError,
		)


def get_leads(project: str) -> set[str]:
	"""Who must not decide on the initiation of `project`: who leads it, applied for it or drafted what is applied
	for (R9.9)."""
	leads = frappe.db.get_value(PROJECT, project, LEADING_FIELDS) or ()
	drafters = frappe.get_all(
		"Presales Initiation",
		filters={"presales_project": project, "docstatus": ["<", 2], "result": ["is", "not set"]},
		pluck="owner",
		order_by="creation asc",
	)
	return set(filter(None, (*leads, *drafters)))


def _authors(review) -> set[str]:
	"""Who made what is reviewed, and who is responsible for it."""
	if not review.reviewed_document:
		return set()
	fields = ["owner"]
	if frappe.get_meta(review.reviewed_doctype).has_field("responsible"):
		fields.append("responsible")
	record = frappe.db.get_value(review.reviewed_doctype, review.reviewed_document, fields, as_dict=True)
	return set(filter(None, record.values())) if record else set()
