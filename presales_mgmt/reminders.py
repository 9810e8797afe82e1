"""Once a day: whom does a matter wait for, how long still, and who is told when it waits too long (R3.1, R4.3, R9.12).

Each matter has a date and a `reminder_level`: 0 nothing sent yet, 1 due soon, 2 overdue, 3 escalated. A matter whose
date has brought it to another level than the one noted is told of once, and the level noted. So running twice
sends nothing more, and a run that breaks off is taken up by the next. A date that is moved begins anew: the controllers
set the level to 0 then (`controllers.keep_reminder_level`).

Matters are read and told in batches, each with the same number of queries however many are in it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.utils import cint, escape_html, formatdate, getdate

from presales_mgmt import notifications
from presales_mgmt.notifications import Notice
from presales_mgmt.permissions.delegation import delegates_of
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import LEADER_ROLE, MEMBER
from presales_mgmt.requirements import REQUIREMENT, get_asked
from presales_mgmt.rules.bid import PAID as BOND_PAID
from presales_mgmt.rules.bid import PREPARING, SUBMITTED
from presales_mgmt.rules.followup import OPEN, SUPERVISOR_ROLES
from presales_mgmt.rules.handover import OFFERED
from presales_mgmt.rules.reminder import DUE_SOON, ESCALATED, OVERDUE, bounds, level
from presales_mgmt.rules.requirement import REQUESTED
from presales_mgmt.statuses import ABANDONED, CLOSED, LOST

BATCH = 500
# Nobody is reminded of what lies under these.
ENDED = (CLOSED, LOST, ABANDONED)
# Who sees to it that a process is reviewed when it names no owner: they may edit it.
PROCESS_KEEPERS = "Presales Director"


@dataclass
class Matter:
	"""Something that waits for somebody.

	Args:
		doctype, name: the record, or row, whose level is noted.
		due: when it is due.
		subject: what it is called.
		waits_for: users; None stands for nobody.
		document: DocType and name of what the notice opens.
		project: name of the Presales Project it lies under, if any.
		escalation: users who are told when it is escalated, besides the project's director and supervisors.
		escalated_document: what they open, when it is another.
		excluded: delegates who cannot act in this matter.
		level_field: where its level is noted, of a record that has several dates.
	"""

	doctype: str
	name: str
	due: date
	subject: str
	waits_for: set[str]
	document: tuple[str, str]
	project: str | None = None
	escalation: frozenset[str] = frozenset()
	escalated_document: tuple[str, str] | None = None
	excluded: frozenset[str] = frozenset()
	level_field: str = "reminder_level"


@dataclass(frozen=True)
class Day:
	"""The day of a run, with the intervals of Presales Settings."""

	today: date
	days_before: int
	days_after: int

	def level(self, due: date) -> int:
		return level(due, self.today, self.days_before, self.days_after)

	def wanted(self, table, due, after: str, level_field: str = "reminder_level"):
		"""The condition for the next matters to tell of: those at another level than the one noted.

		`due` may be a date or a time: the days are compared by their beginnings.
		"""
		soon, escalated = bounds(self.today, self.days_before, self.days_after)
		day = timedelta(days=1)
		reached = Case().when(due >= self.today, DUE_SOON).when(due >= escalated + day, OVERDUE)
		return (due < soon + day) & (table[level_field] != reached.else_(ESCALATED)) & (table.name > after)


def send_daily() -> None:
	"""Scheduled job, daily: remind of all that is due, overdue or to be escalated."""
	settings = frappe.get_cached_doc("Presales Settings")
	days_after = cint(settings.escalate_days_after)
	day = Day(getdate(), cint(settings.remind_days_before), days_after)
	process_day = Day(getdate(), cint(settings.process_review_days_before), days_after)
	for read, its_day in (
		(read_opinions, day),
		(read_rectifications, day),
		(read_guidance, day),
		(read_development_requests, day),
		(read_bid_questions, day),
		(read_site_visits, day),
		(read_bid_submissions, day),
		(read_bid_openings, day),
		(read_bonds, day),
		(read_handovers, day),
		(read_rollout_tasks, day),
		(read_processes, process_day),
	):
		try:
			send_all(read, its_day)
		except Exception:
			# Nothing stays of the batch that failed, and the other kinds are told of all the same.
			frappe.db.rollback()
			frappe.log_error(title=f"Presales reminders failed: {read.__name__}")


def send_all(read, day: Day) -> None:
	"""Tell of all matters that `read` finds, batch by batch.

	`read(day, after, limit)` answers with a list of matters in the order of their names, from `after` on.
	"""
	after = ""
	while matters := read(day, after, BATCH):
		after = matters[-1].name
		send_batch(matters, day)
		# Locks go, what was told stays told should a later batch fail, and the memory needed stays the same.
		frappe.db.commit()


def send_batch(matters: list[Matter], day: Day) -> None:
	"""Tell of `matters` and note it. One that fails is logged, keeps its level and is tried again the next day."""
	members = _members(matters)
	delegates = delegates_of({user for matter in matters for user in matter.waits_for})
	told = {}
	for matter in matters:
		told[matter.name] = _recipients(matter, day.level(matter.due), members, delegates)
	languages = notifications.languages_of({user for users in told.values() for user in users})

	notices = {}
	for matter in matters:
		try:
			notices[matter.name] = _notices(matter, day.level(matter.due), told[matter.name], languages)
		except Exception:
			_log_failure(matter)
	written = [matter for matter in matters if matter.name in notices]
	try:
		_write(written, notices, day)
	except Exception:
		# One that the database does not take: all others get through one by one.
		for matter in written:
			try:
				_write([matter], notices, day)
			except Exception:
				_log_failure(matter)


def _write(matters: list[Matter], notices: dict[str, list[Notice]], day: Day) -> None:
	frappe.db.savepoint("presales_reminders")
	try:
		notifications.send([notice for matter in matters for notice in notices[matter.name]])
		for reached in (DUE_SOON, OVERDUE, ESCALATED):
			names = [matter.name for matter in matters if day.level(matter.due) == reached]
			if names:
				table = frappe.qb.DocType(matters[0].doctype)
				field = table[matters[0].level_field]
				frappe.qb.update(table).set(field, reached).where(table.name.isin(names)).run()
	except Exception:
		frappe.db.rollback(save_point="presales_reminders")
		raise


def _log_failure(matter: Matter) -> None:
	frappe.log_error(
		title=f"Presales reminder failed: {matter.doctype} {matter.name}",
		reference_doctype=matter.document[0],
		reference_name=matter.document[1],
	)


def _members(matters: list[Matter]) -> dict[str, list]:
	"""Project -> its active members and supervisors, as rows with user and project_role. One query."""
	projects = sorted({matter.project for matter in matters if matter.project})
	members: dict[str, list] = {project: [] for project in projects}
	if projects:
		for row in frappe.get_all(
			MEMBER,
			filters={"parenttype": PROJECT, "parent": ["in", projects], "active": 1},
			fields=["parent", "user", "project_role"],
			order_by="parent asc, idx asc",
		):
			members[row.parent].append(row)
	return members


def _recipients(matter: Matter, reached: int, members: dict, delegates: dict) -> dict[str, tuple[str, str]]:
	"""User -> DocType and name of what the user's notice opens.

	Under a project nobody is told but who sees it. What waits for somebody who has left waits for the manager.
	"""
	waits_for = set(filter(None, matter.waits_for))
	rows = members.get(matter.project, ())
	if matter.project:
		waits_for &= {row.user for row in rows}
		waits_for = waits_for or {row.user for row in rows if row.project_role == "Manager"}
	for user in tuple(waits_for):
		waits_for |= delegates.get(user, set()) - matter.excluded
	told = {}
	if reached == ESCALATED:
		above = set(matter.escalation)
		above.update(row.user for row in rows if row.project_role in ("Director", *SUPERVISOR_ROLES))
		told.update(dict.fromkeys(above, matter.escalated_document or matter.document))
	told.update(dict.fromkeys(waits_for, matter.document))
	return told


def _notices(matter: Matter, reached: int, told: dict, languages: dict[str, str]) -> list[Notice]:
	return [
		Notice(user, _subject(matter, reached, languages[user]), *document)
		for user, document in sorted(told.items())
		if user in languages
	]


def _subject(matter: Matter, reached: int, language: str) -> str:
	what = {
		"Presales Review Opinion": _("Opinion on {0}", lang=language),
		"Presales Rectification": _("To rectify: {0}", lang=language),
		"Presales Guidance Note": _("Answer to guidance: {0}", lang=language),
		"Presales Requirement": _("Answer for R&D: {0}", lang=language),
		"Presales Handover": _("Answer to the handover of {0}", lang=language),
		"Presales Rollout Task": _("Roll-out task: {0}", lang=language),
		"Presales Process": _("Review of process {0}", lang=language),
		"questions_reminder_level": _("Questions on tender {0}", lang=language),
		"site_visit_reminder_level": _("Site visit for tender {0}", lang=language),
		"submission_reminder_level": _("Submission of bid {0}", lang=language),
		"opening_reminder_level": _("Opening of bid {0}", lang=language),
		"bond_reminder_level": _("Bond of bid {0} due back", lang=language),
	}[matter.doctype if matter.level_field == "reminder_level" else matter.level_field]
	name = _(matter.subject, lang=language) if matter.doctype == "Presales Process" else matter.subject
	what = what.format(escape_html(name))
	if reached == DUE_SOON:
		text = _("{0}: due on {1}", lang=language)
	elif reached == OVERDUE:
		text = _("{0}: overdue since {1}", lang=language)
	else:
		text = _("{0}: escalated, overdue since {1}", lang=language)
	return text.format(what, formatdate(matter.due))


# ------------------------------------------------------------------------------------------- what waits


def _under_open_project(query, table, project):
	return query.join(project).on(project.name == table.presales_project).where(project.status.notin(ENDED))


def read_opinions(day: Day, after: str, limit: int) -> list[Matter]:
	"""Opinions not given yet, due with their review. They wait for the reviewer."""
	opinion, review, project = map(frappe.qb.DocType, ("Presales Review Opinion", "Presales Review", PROJECT))
	query = (
		frappe.qb.from_(opinion)
		.join(review)
		.on(review.name == opinion.review)
		.select(
			opinion.name,
			opinion.reviewer,
			opinion.presales_project,
			opinion.review,
			review.due_date,
			review.subject,
			review.requested_by,
		)
		.where((opinion.docstatus == 0) & (review.docstatus == 1) & (review.status == "In Review"))
		.where(day.wanted(opinion, review.due_date, after))
		.orderby(opinion.name)
		.limit(limit)
	)
	return [
		Matter(
			doctype="Presales Review Opinion",
			name=row.name,
			due=getdate(row.due_date),
			subject=row.subject,
			waits_for={row.reviewer},
			document=("Presales Review Opinion", row.name),
			project=row.presales_project,
			# Nobody else sees the opinion yet.
			escalated_document=("Presales Review", row.review),
			excluded=frozenset({row.requested_by}),
		)
		for row in _under_open_project(query, opinion, project).run(as_dict=True)
	]


def read_rectifications(day: Day, after: str, limit: int) -> list[Matter]:
	"""What has to be put right and is not done. It waits for the person responsible."""
	table, project = map(frappe.qb.DocType, ("Presales Rectification", PROJECT))
	query = (
		frappe.qb.from_(table)
		.select(
			table.name,
			table.presales_project,
			table.due_date,
			table.item,
			table.responsible,
		)
		.where(table.status == OPEN)
		.where(day.wanted(table, table.due_date, after))
		.orderby(table.name)
		.limit(limit)
	)
	return [
		Matter(
			doctype="Presales Rectification",
			name=row.name,
			due=getdate(row.due_date),
			subject=row.item,
			waits_for={row.responsible},
			document=("Presales Rectification", row.name),
			project=row.presales_project,
		)
		for row in _under_open_project(query, table, project).run(as_dict=True)
	]


def read_guidance(day: Day, after: str, limit: int) -> list[Matter]:
	"""Guidance that asks for an answer and has none. It waits for whom it is addressed to."""
	table, project = map(frappe.qb.DocType, ("Presales Guidance Note", PROJECT))
	query = (
		frappe.qb.from_(table)
		.select(
			table.name,
			table.presales_project,
			table.answer_due,
			table.subject,
			table.addressed_to,
			table.given_by,
		)
		.where((table.status == OPEN) & (table.needs_answer == 1))
		.where(day.wanted(table, table.answer_due, after))
		.orderby(table.name)
		.limit(limit)
	)
	return [
		Matter(
			doctype="Presales Guidance Note",
			name=row.name,
			due=getdate(row.answer_due),
			subject=row.subject,
			waits_for={row.addressed_to},
			document=("Presales Guidance Note", row.name),
			project=row.presales_project,
			excluded=frozenset({row.given_by}),
		)
		for row in _under_open_project(query, table, project).run(as_dict=True)
	]


def read_development_requests(day: Day, after: str, limit: int) -> list[Matter]:
	"""Requests to R&D without an answer (R8.4). They wait for who was asked, or for the department's on the team."""
	table, project = map(frappe.qb.DocType, (REQUIREMENT, PROJECT))
	query = (
		frappe.qb.from_(table)
		.select(
			table.name,
			table.presales_project,
			table.title,
			table.development_due,
			table.development_asked_of,
			table.development_department,
			table.development_requested_by,
		)
		.where(table.development_status == REQUESTED)
		.where(day.wanted(table, table.development_due, after))
		.orderby(table.name)
		.limit(limit)
	)
	rows = _under_open_project(query, table, project).run(as_dict=True)
	asked = get_asked(rows)
	return [
		Matter(
			doctype=REQUIREMENT,
			name=row.name,
			due=getdate(row.development_due),
			subject=row.title,
			waits_for=asked[row.name],
			document=(REQUIREMENT, row.name),
			project=row.presales_project,
			excluded=frozenset({row.development_requested_by}),
		)
		for row in rows
	]


def read_bid_questions(day: Day, after: str, limit: int) -> list[Matter]:
	"""Until when questions on a tender are answered (R9.5). It waits for the manager; once past it is past."""
	return _read_bids(day, after, limit, "questions_until", "questions_reminder_level", (PREPARING,), True)


def read_site_visits(day: Day, after: str, limit: int) -> list[Matter]:
	"""Visits of the site to which a tenderer invites (R9.5)."""
	return _read_bids(day, after, limit, "site_visit", "site_visit_reminder_level", (PREPARING,), True)


def read_bid_submissions(day: Day, after: str, limit: int) -> list[Matter]:
	"""Bids that are not handed in (R7.6, R9.5)."""
	return _read_bids(day, after, limit, "submission_deadline", "submission_reminder_level", (PREPARING,))


def read_bid_openings(day: Day, after: str, limit: int) -> list[Matter]:
	"""Openings that come near, and those of which nobody has entered anything (R9.5)."""
	return _read_bids(day, after, limit, "opening", "opening_reminder_level", (PREPARING, SUBMITTED))


def _read_bids(
	day: Day, after: str, limit: int, fieldname: str, level_field: str, statuses: tuple, coming_only=False
) -> list[Matter]:
	"""Bids in one of `statuses` by one of their dates. With `coming_only` nobody hears of one that is past."""
	table, project = map(frappe.qb.DocType, ("Presales Bid", PROJECT))
	due = table[fieldname]
	query = _bids(table, due).where(table.status.isin(statuses))
	query = query.where(day.wanted(table, due, after, level_field))
	if coming_only:
		query = query.where(due >= day.today)
	query = query.select(project.manager).orderby(table.name).limit(limit)
	return _bid_matters(_under_open_project(query, table, project).run(as_dict=True), level_field)


def read_bonds(day: Day, after: str, limit: int) -> list[Matter]:
	"""Bonds that are out (R9.5): whatever became of the bid and of the project, the money is to come back."""
	table, project = map(frappe.qb.DocType, ("Presales Bid", PROJECT))
	query = (
		_bids(table, table.bond_due_back)
		.join(project)
		.on(project.name == table.presales_project)
		.select(project.manager)
		.where(table.bond_status == BOND_PAID)
		.where(day.wanted(table, table.bond_due_back, after, "bond_reminder_level"))
		.orderby(table.name)
		.limit(limit)
	)
	return _bid_matters(query.run(as_dict=True), "bond_reminder_level")


def _bids(table, due):
	return frappe.qb.from_(table).select(
		table.name, table.presales_project, table.tender_title, due.as_("due")
	)


def _bid_matters(rows: list, level_field: str) -> list[Matter]:
	"""They wait for the manager of the project."""
	return [
		Matter(
			doctype="Presales Bid",
			name=row.name,
			due=getdate(row.due),
			subject=row.tender_title,
			waits_for={row.manager},
			document=("Presales Bid", row.name),
			project=row.presales_project,
			level_field=level_field,
		)
		for row in rows
	]


def read_handovers(day: Day, after: str, limit: int) -> list[Matter]:
	"""Handovers that are offered and have no answer (R1.8). They wait for the delivery manager."""
	table, project = map(frappe.qb.DocType, ("Presales Handover", PROJECT))
	query = (
		frappe.qb.from_(table)
		.select(
			table.name,
			table.presales_project,
			table.answer_due,
			table.project_title,
			table.delivery_manager,
			table.offered_by,
		)
		.where(table.status == OFFERED)
		.where(day.wanted(table, table.answer_due, after))
		.orderby(table.name)
		.limit(limit)
	)
	query = _under_open_project(query, table, project).select(project.director, project.manager)
	return [
		Matter(
			doctype="Presales Handover",
			name=row.name,
			due=getdate(row.answer_due),
			subject=row.project_title,
			waits_for={row.delivery_manager},
			document=("Presales Handover", row.name),
			project=row.presales_project,
			# They cannot answer in the place of the delivery manager.
			excluded=frozenset({row.offered_by, row.director, row.manager}),
		)
		for row in query.run(as_dict=True)
	]


def read_rollout_tasks(day: Day, after: str, limit: int) -> list[Matter]:
	"""Tasks of roll-out plans that are not done (R4.6). They wait for the person responsible; the coordinator is above."""
	task, plan = map(frappe.qb.DocType, ("Presales Rollout Task", "Presales Rollout Plan"))
	rows = (
		frappe.qb.from_(task)
		.join(plan)
		.on(plan.name == task.parent)
		.select(
			task.name,
			task.due_date,
			task.task,
			task.responsible,
			task.parent,
			plan.coordinator,
		)
		.where((task.done == 0) & (task.parenttype == "Presales Rollout Plan"))
		.where(day.wanted(task, task.due_date, after))
		.orderby(task.name)
		.limit(limit)
	).run(as_dict=True)
	return [
		Matter(
			doctype="Presales Rollout Task",
			name=row.name,
			due=getdate(row.due_date),
			subject=row.task,
			waits_for={row.responsible},
			document=("Presales Rollout Plan", row.parent),
			escalation=frozenset({row.coordinator}),
		)
		for row in rows
	]


def read_processes(day: Day, after: str, limit: int) -> list[Matter]:
	"""Processes that are to be reviewed (R3.1). They wait for their owner, else for the directors; leaders are above."""
	table = frappe.qb.DocType("Presales Process")
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table.next_review_date, table.process_owner)
		.where(table.enabled == 1)
		.where(day.wanted(table, table.next_review_date, after))
		.orderby(table.name)
		.limit(limit)
	).run(as_dict=True)
	if not rows:
		return []
	keepers, leaders = _holders(PROCESS_KEEPERS), frozenset(_holders(LEADER_ROLE))
	return [
		Matter(
			doctype="Presales Process",
			name=row.name,
			due=getdate(row.next_review_date),
			subject=row.name,
			waits_for={row.process_owner} if row.process_owner else keepers,
			document=("Presales Process", row.name),
			escalation=leaders,
		)
		for row in rows
	]


def _holders(role: str) -> set[str]:
	return set(
		frappe.get_all(
			"Has Role", filters={"parenttype": "User", "role": role}, pluck="parent", order_by="parent asc"
		)
	)
