"""The application for initiation in the life of its project: applied for, approved, sent back, rejected (R9.9).

`lifecycle.py` calls this when the status of a project changes: the checks before the project is written, what
follows for the application afterwards. Nothing else writes the result of an application.
"""

import frappe
from frappe import _
from frappe.utils import flt

from presales_mgmt.exceptions import GateError, TeamError
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.rules import initiation as rules
from presales_mgmt.rules.validation import refuse, set_full_names
from presales_mgmt.statuses import ABANDONED, ACTIVE, DRAFT, INITIATION

DOCTYPE = "Presales Initiation"

APPROVED = "Approved"
SENT_BACK = "Sent Back"
REJECTED = "Rejected"
WITHDRAWN = "Withdrawn"

# What a project has of its class and size before it is applied for.
UNCLASSIFIED = {"initiation": None, "project_class": None, "person_months": 0, "is_large_project": 0}

APPLICANTS = frozenset({"Director", "Manager"})
COMPANY_SUPERVISOR = "Company Supervisor"


def is_required() -> bool:
	"""Whether projects are initiated by an application, from which their class and size follow."""
	return bool(frappe.get_cached_doc("Presales Settings").require_initiation_application)


def is_large(person_months: float | None) -> bool:
	"""Whether so many person-months make a project large, by the threshold of the settings (R8.7)."""
	threshold = frappe.get_cached_doc("Presales Settings").large_project_person_months
	return rules.is_large(flt(person_months), flt(threshold))


def get_open_application(project: str, submitted: bool = False):
	"""The application of a project that is not decided on: a draft or a submitted one. None when there is none.

	With `submitted`, drafts do not count.
	"""
	name = frappe.get_all(
		DOCTYPE,
		filters={
			"presales_project": project,
			"docstatus": 1 if submitted else ["<", 2],
			"result": ["is", "not set"],
		},
		pluck="name",
		order_by="creation desc",
		limit=1,
	)
	return frappe.get_doc(DOCTYPE, name[0]) if name else None


# ------------------------------------------------------------------- before the project is written


def validate_application(project) -> None:
	"""A project is submitted for initiation together with its application, which must be complete.

	Raises `GateError` with what is missing. Afterwards `follow_status_change` submits the application.
	"""
	if not is_required():
		return
	application = get_open_application(project.name)
	if not application:
		frappe.throw(
			_("{0} needs an application before it is submitted for initiation; found none.").format(
				project.name
			),
			exc=GateError,
		)
	if application.docstatus == 0:
		application.complete_for_submission()
	# One that was submitted before may name a director or manager whom the project has exchanged since.
	application.require_leaders(project)
	take_over(project, application)
	# What the applicants think of it is in the application; the strategy is the advice of the evaluation.
	project.strategy = None
	project.flags.application = application


def validate_approval(project, application, review) -> None:
	"""With the approval come the strategy, the appointments and the resources (R9.9).

	Args:
		project: the Presales Project about to become active.
		application: its submitted application (`get_open_application`), or None.
		review: name, status and strategy advice of its initiation review, or None.
	"""
	if review:
		project.strategy = project.strategy or review.strategy_advice
	if not application:
		if is_required():
			frappe.throw(
				_("{0} needs a submitted application before it becomes active; found none.").format(
					project.name
				),
				exc=GateError,
			)
		return
	if not project.strategy:
		frappe.throw(
			_(
				"{0} needs a strategy before it becomes active: by the review's advice, or by a leader."
			).format(project.name),
			exc=GateError,
		)
	take_over(project, application)
	# What the application expects the sale to cost is approved with it, and is what may be spent (R9.6).
	project.presales_budget = flt(application.cost_of_sale) or project.presales_budget
	appoint(project, application)
	require_supervisor(project)
	project.flags.application = application
	project.flags.initiation_result = review.status if review else APPROVED


def release_application(project) -> None:
	"""A project that goes back to a draft has no class or size until it is applied for again."""
	if not project.initiation:
		return
	application = frappe.get_doc(DOCTYPE, project.initiation)
	project.flags.application = application
	project.update(UNCLASSIFIED)


def take_over(project, application) -> None:
	"""What the project has from its application."""
	project.update(
		{
			"initiation": application.name,
			"project_class": application.project_class,
			"person_months": application.person_months,
			"is_large_project": application.is_large_project,
			"goal": application.goal,
			"scope": application.scope,
		}
	)


def appoint(project, application) -> None:
	"""Put team and supervisors of the application on the project: from now on they see it (R9.9, R9.10)."""
	# Somebody may have left since the application was submitted.
	application.require_able_people()
	for table in ("team", "supervisors"):
		present = {(row.user, row.project_role): row for row in project.get(table)}
		for row in application.get(table):
			appointed = present.get((row.user, row.project_role)) or project.append(
				table, {"user": row.user, "project_role": row.project_role}
			)
			appointed.active = 1
			appointed.duties = row.duties or appointed.duties
	set_full_names([*project.team, *project.supervisors])


def require_supervisor(project) -> None:
	"""A project has a supervisor, a company-level one a supervisor of the company (R9.1, R9.8)."""
	if lack := _lacking_supervisor(project):
		found, expected = lack
		frappe.throw(
			_("{0} needs a supervisor before it becomes active: found {1}, expected {2}.").format(
				project.name, found, expected
			),
			exc=GateError,
		)


def validate_supervision(project, before) -> None:
	"""Who is supervised does not shake the last supervisor off: that one is replaced (R9.1, R9.8).

	`before` is the project as it is stored.
	"""
	if not before or not before.approved_on or _lacking_supervisor(before):
		return
	if lack := _lacking_supervisor(project):
		refuse(project, "Supervisors", *lack, TeamError)


def _lacking_supervisor(project) -> tuple[str, str] | None:
	"""What supervisors were found and which are expected, in words; None when there is one who will do."""
	# The director may supervise as well, and needs somebody above all the same.
	found = [row.project_role for row in project.supervisors if row.active and row.user != project.director]
	company_level = project.project_class == rules.COMPANY_LEVEL
	if COMPANY_SUPERVISOR in found if company_level else found:
		return None
	expected = (
		_("at least one {0}").format(_(COMPANY_SUPERVISOR)) if company_level else _("at least one supervisor")
	)
	return ", ".join(_(role) for role in found) or _("nobody"), expected


# -------------------------------------------------------------------- when the project is written


def follow_status_change(project, before: str) -> None:
	"""Submit or decide the application after a change of the project's status by a person."""
	after = project.status
	application = project.flags.pop("application", None)
	if before == DRAFT and after == ABANDONED:
		application = get_open_application(project.name, submitted=True)
	elif before == INITIATION and after == ABANDONED and project.initiation:
		application = frappe.get_doc(DOCTYPE, project.initiation)
	if not application:
		return
	if after == INITIATION:
		if application.docstatus == 0:
			application.submit()
	elif after == ACTIVE:
		application.grant_resources()
		application.decide(project.flags.initiation_result, project.outcome_reason)
	elif application.docstatus == 1 and not application.result:
		_turn_down(project, application, after)


def _turn_down(project, application, after: str) -> None:
	"""Leaders send back and reject; who takes the own application back withdraws it."""
	user = frappe.session.user
	own = user != "Administrator" and get_project_roles(project.name, user) & APPLICANTS
	result = REJECTED if after == ABANDONED else SENT_BACK
	if own or not sees_everything(user):
		result = WITHDRAWN
	if result != REJECTED:
		_cancel(application)
	application.decide(result, project.outcome_reason)


def withdraw(project: str, reason: str) -> None:
	"""Nobody decides on the application of a project that was lost; it may be amended when that is taken up again."""
	application = get_open_application(project, submitted=True)
	if application:
		_cancel(application)
		application.decide(WITHDRAWN, reason)


def _cancel(application) -> None:
	application.flags.by_lifecycle = True
	# The right to change the project's status was checked; leaders have none to cancel applications.
	application.flags.ignore_permissions = True
	application.cancel()
