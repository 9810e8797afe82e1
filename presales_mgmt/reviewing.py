"""What a Presales Review goes by: its template, the people who take part, and the result of their opinions."""

import frappe
from frappe import _
from frappe.utils import cint, flt

from presales_mgmt.exceptions import ReviewError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import review as rules
from presales_mgmt.rules.validation import refuse

OPINION = "Presales Review Opinion"
SCORE = "Presales Review Score"
TEMPLATE = "Presales Review Template"


# ------------------------------------------------------------------------------------------- template


def find_template(review):
	"""The Presales Review Template that `review` goes by; None when there is none for it.

	It is the one that the review names, or the enabled default of its kind: that of the project's company
	before that of all companies. Raises `ReviewError` when the named one is not for this review.
	"""
	company = frappe.db.get_value(PROJECT, review.presales_project, "company")
	if review.template:
		template = frappe.get_cached_doc(TEMPLATE, review.template)
		if not (
			template.enabled
			and template.review_kind == review.review_kind
			and template.only_for_company in (None, "", company)
		):
			refuse(
				review,
				"Template",
				review.template,
				_("an enabled template of kind {0} that is for {1}, or none for the default").format(
					_(review.review_kind, context="Presales Review"), company
				),
				ReviewError,
			)
		return template
	if not frappe.get_cached_doc("Presales Settings").reviews_follow_templates:
		return None
	defaults = {
		template.only_for_company or "": template.name
		for template in frappe.get_all(
			TEMPLATE,
			filters={"review_kind": review.review_kind, "enabled": 1, "is_default": 1},
			fields=["name", "only_for_company"],
			order_by="name asc",
		)
	}
	name = defaults.get(company) or defaults.get("")
	return frappe.get_cached_doc(TEMPLATE, name) if name else None


# --------------------------------------------------------------------------------------------- people


def get_reviewers(rows) -> list[rules.Reviewer]:
	"""The people in `rows` of Presales Reviewer, with their roles. Whoever is disabled has none. Two queries."""
	users = [row.reviewer for row in rows]
	enabled = frappe.get_all(
		"User",
		filters={"name": ["in", users], "enabled": 1, "user_type": "System User"},
		pluck="name",
		order_by="name asc",
	)
	roles: dict[str, set[str]] = {user: set() for user in users}
	for held in frappe.get_all(
		"Has Role",
		filters={"parenttype": "User", "parent": ["in", enabled]},
		fields=["parent", "role"],
		order_by="parent asc, role asc",
	):
		roles[held.parent].add(held.role)
	return [rules.Reviewer(row.reviewer, frozenset(roles[row.reviewer]), row.department) for row in rows]


def set_departments(rows) -> None:
	"""Fill the department of reviewers in, where it is empty, from their record as employees. One query at most."""
	users = [row.reviewer for row in rows if not row.department]
	if not users:
		return
	departments = dict(
		frappe.get_all(
			"Employee",
			filters={"user_id": ["in", users], "status": "Active", "department": ["is", "set"]},
			fields=["user_id", "department"],
			order_by="creation desc",
			as_list=True,
		)
	)
	for row in rows:
		row.department = row.department or departments.get(row.reviewer)


def missing_participants(review, reviewers: list[rules.Reviewer]) -> list[str]:
	"""Who must take part in `review` and is not among `reviewers`, in words."""
	asked = [
		rules.Participant(row.participant_role or None, row.department or None, cint(row.number) or 1)
		for row in review.participants
	]
	return [_in_words(participant) for participant in rules.missing_participants(asked, reviewers)]


def _in_words(participant: rules.Participant) -> str:
	role = _(participant.role or "")
	if not participant.department:
		return _("{0} with the role {1}").format(participant.number, role)
	if not participant.role:
		return _("{0} of department {1}").format(participant.number, participant.department)
	return _("{0} with the role {1} of department {2}").format(
		participant.number, role, participant.department
	)


# --------------------------------------------------------------------------------------------- result


def policy_of(review) -> rules.Policy:
	"""How the outcome of `review` is found: as frozen on it when the reviewers were asked."""
	return rules.Policy(
		pass_score=flt(review.pass_score),
		one_veto_rejects=bool(cint(review.one_veto_rejects)),
		minimum_scores={
			row.criterion: flt(row.minimum_score) for row in review.criteria if flt(row.minimum_score)
		},
		quorum=cint(review.quorum) or 1,
	)


def compute(review, opinions: list, read=frappe.get_all) -> tuple[rules.Result, str | None]:
	"""Outcome and prevailing strategy advice of `review` from rows of its counted opinions.

	Args:
		review: the Presales Review.
		opinions: rows with `name`, `decision`, `score` and `strategy_advice`.
		read: how their scores are read: by `controllers.read_present` where they may have been given just now.
	"""
	scores: dict[str, dict[str, float]] = {opinion.name: {} for opinion in opinions}
	for row in read(
		SCORE,
		filters={"parenttype": OPINION, "parent": ["in", sorted(scores)]},
		fields=["parent", "criterion", "score"],
		order_by="parent asc, idx asc",
	):
		scores[row.parent][row.criterion] = flt(row.score)
	result = rules.outcome(
		(rules.Opinion(row.decision, flt(row.score), scores[row.name]) for row in opinions),
		policy_of(review),
	)
	return result, rules.prevailing_advice(row.strategy_advice for row in opinions)


def recompute(review) -> dict:
	"""What the stored opinions of a concluded review come to, computed anew and compared with what is stored.

	Raises `ReviewError` when the review is not concluded: until then its opinions are not for everybody.
	"""
	if not review.concluded_on:
		frappe.throw(
			_("Review {0} is not concluded: its status is {1}.").format(
				review.name, _(review.status, context="Presales Review")
			),
			exc=ReviewError,
		)
	opinions = frappe.get_all(
		OPINION,
		filters={"review": review.name, "docstatus": 1, "concluded": 1},
		fields=["name", "decision", "score", "strategy_advice"],
		order_by="name asc",
	)
	counted = [opinion for opinion in opinions if opinion.decision]
	result, advice = compute(review, counted)
	found = (result.status, result.average, advice or "")
	stored = (review.status, flt(review.average_score, 2), review.strategy_advice or "")
	return {
		"status": result.status,
		"average_score": result.average,
		"strategy_advice": advice,
		"criteria": [
			{
				"criterion": row.criterion,
				"weight": row.weight,
				"minimum_score": row.minimum_score,
				"average": result.criteria.get(row.criterion),
			}
			for row in review.criteria
		],
		"opinions": len(counted),
		"recused": len(opinions) - len(counted),
		"explanation": explain(review, result, advice, len(opinions) - len(counted)),
		"as_stored": found == stored,
	}


def explain(review, result: rules.Result, advice: str | None, recused: int) -> str:
	"""What decided the review, in sentences for people."""
	sentences = [_sentence(review, result, reason) for reason in result.reasons]
	if recused:
		sentences.append(
			_("Reviewers who declared a conflict of interest and do not count: {0}.").format(recused)
		)
	if review.review_kind == "Initiation" and not advice:
		sentences.append(_("No strategy advice prevails: the leader who approves decides."))
	return "\n".join(sentences)


def _sentence(review, result: rules.Result, reason: rules.Reason) -> str:
	found, of = _number(reason.found), _number(reason.of)
	average, needed = _number(result.average), _number(review.pass_score)
	if reason.kind == "rejection":
		return _("{0} of {1} reviewers rejected, and one rejection rejects.").format(found, of)
	if reason.kind == "return":
		return _("{0} of {1} reviewers sent it back, and one is enough.").format(found, of)
	if reason.kind == "majority":
		if result.status == rules.REJECTED:
			return _("{0} of {1} reviewers rejected: at least half.").format(found, of)
		return _("{0} of {1} reviewers rejected or sent back: at least half.").format(found, of)
	if reason.kind == "criterion":
		return _("{0}: average {1}, below the minimum score {2}.").format(_(reason.criterion), found, of)
	if reason.kind == "average":
		return _("Average {0}, below the pass score {1}.").format(found, of)
	if reason.kind == "conditions":
		return _("Approved; {0} of {1} reviewers made conditions. Average {2}, pass score {3}.").format(
			found, of, average, needed
		)
	return _("{0} of {1} reviewers approved. Average {2}, pass score {3}.").format(found, of, average, needed)


def _number(value) -> str:
	return f"{flt(value, 2):g}"
