import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, now_datetime, today

from presales_mgmt import record_sharing, reviewing, solutions
from presales_mgmt.controllers import (
	ProjectRecord,
	finish_todos,
	give_todo,
	read_present,
	require_open_project,
)
from presales_mgmt.exceptions import ParticipantMissingError, ReviewedRecordError, ReviewError
from presales_mgmt.gates.definitions import project_link_field
from presales_mgmt.permissions.delegation import acting_for, authors_of, get_leads
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.rectification import make_from_review
from presales_mgmt.reviewed_version import NEVER_FROZEN, fingerprints
from presales_mgmt.rules import review as rules
from presales_mgmt.rules.validation import (
	refuse,
	require_between,
	require_unique_rows,
	require_weights_of_100,
	set_full_names,
)
from presales_mgmt.setup.roles import ROLES
from presales_mgmt.team import add_reviewers

OPINION = "Presales Review Opinion"
DOCUMENT = "Presales Document"

# What a review takes from its template: plain fields, and the fields of the rows of its tables.
RULES = ("pass_score", "quorum", "one_veto_rejects")
TABLES = {
	"criteria": ("criterion", "weight", "minimum_score"),
	"participants": ("participant_role", "department", "number"),
}


class PresalesReview(ProjectRecord):
	"""A review with reviewers, weighted scores, opinions and an outcome (R1.4, R5.11, R7.5, R7.7, R8.6, R9.9).

	Submitting it freezes what is reviewed and asks the reviewers; the last opinion that is needed concludes it.
	"""

	def validate(self):
		super().validate()
		self.set_template()
		require_between(self, "pass_score", 0, 100)
		require_between(self, "quorum", 1, 100)
		require_unique_rows(self, "reviewers", "reviewer")
		require_unique_rows(self, "criteria", "criterion")
		for row in self.criteria:
			require_between(row, "minimum_score", 0, 100)
		require_weights_of_100(self, "criteria")
		set_full_names(self.reviewers, user_field="reviewer")
		reviewing.set_departments(self.reviewers)
		self.set_requester()
		self.validate_reviewed_record()
		self.validate_reviewers()
		self.clear_results()

	def set_template(self):
		"""The rules are the template's: who asks for a review does not say how easily it is passed (R1.4, R9.9).

		Where there is no template for the kind, one rejection rejects and the requester states the rest.
		"""
		before = self.get_doc_before_save()
		if before and before.review_kind != self.review_kind and before.template == self.template:
			self.template = None
		template = reviewing.find_template(self)
		if not template:
			self.one_veto_rejects = 1
			return
		self.template = template.name
		for fieldname in RULES:
			self.set(fieldname, template.get(fieldname))
		for table, fieldnames in TABLES.items():
			asked = [[row.get(fieldname) or None for fieldname in fieldnames] for row in template.get(table)]
			if asked != [[row.get(fieldname) or None for fieldname in fieldnames] for row in self.get(table)]:
				self.set(table, [dict(zip(fieldnames, values, strict=True)) for values in asked])

	def set_requester(self):
		"""Who submits asks for the review, and so reviews nothing of it."""
		if self.is_new() or self.docstatus == 1:
			self.requested_by = frappe.session.user
		else:
			self.requested_by = self.get_doc_before_save().requested_by

	def validate_reviewed_record(self):
		"""What is reviewed belongs to the project, and is finished when the reviewers are asked."""
		if not self.reviewed_doctype or not self.reviewed_document:
			self.validate_needed_record()
			return
		record = self.get_reviewed_record()
		if not record or record.project != self.presales_project:
			refuse(
				self,
				"Reviewed Record",
				self.reviewed_document,
				_("a record of project {0}").format(self.presales_project),
				ReviewedRecordError,
			)
		if self.docstatus == 0:
			return
		if self.reviewed_doctype == DOCUMENT and record.status != "Archived":
			expected = _("a document that is archived")
		elif self.reviewed_doctype == solutions.DOCTYPE and record.status != solutions.CURRENT:
			expected = _("a solution that is submitted and current")
		else:
			return
		refuse(self, "Reviewed Record", self.reviewed_document, expected, ReviewedRecordError)

	def validate_needed_record(self):
		needed = self.template and frappe.get_cached_value(
			reviewing.TEMPLATE, self.template, "needs_reviewed_record"
		)
		if needed and self.docstatus == 1:
			refuse(self, "Reviewed Record", None, _("the record that is reviewed"), ReviewedRecordError)

	def get_reviewed_record(self) -> frappe._dict | None:
		"""`project`, `docstatus` and `status` of what is reviewed; None when it is of no project."""
		link = "name" if self.reviewed_doctype == PROJECT else project_link_field(self.reviewed_doctype)
		if not link:
			return None
		optional = ["status"] if frappe.get_meta(self.reviewed_doctype).has_field("status") else []
		record = frappe.db.get_value(
			self.reviewed_doctype,
			self.reviewed_document,
			["docstatus", link, *optional],
			as_dict=True,
		)
		if record:
			record.project = record[link]
		return record

	def validate_reviewers(self):
		if not any(row.required for row in self.reviewers):
			frappe.throw(_("A review needs at least one required reviewer."), exc=ReviewError)
		self.validate_rows(self.reviewers)

	def validate_rows(self, rows):
		"""A reviewer must be able to open the opinion, and reviews neither the own request nor the own work."""
		people = {reviewer.user: reviewer for reviewer in reviewing.get_reviewers(rows)}
		leads, authors = self.get_leads(), authors_of(self)
		# Nor is it reviewed by somebody in whose place it may have been requested.
		requesters = acting_for(self.requested_by)
		for row in rows:
			user = row.reviewer
			if not people[user].roles & set(ROLES):
				frappe.throw(
					_(
						"Row {0}: {1} is disabled or has none of the presales roles, and could not open the review."
					).format(row.idx, user),
					exc=ReviewError,
				)
			if user in requesters:
				frappe.throw(
					_("Row {0}: {1} requested the review and cannot be its reviewer.").format(row.idx, user),
					exc=ReviewError,
				)
			if user in authors:
				frappe.throw(
					_("Row {0}: {1} wrote {2} or answers for it, and cannot review it.").format(
						row.idx, user, self.reviewed_document
					),
					exc=ReviewError,
				)
			if user in leads:
				frappe.throw(
					_(
						"Row {0}: {1} applied for the project or leads it and cannot review its initiation."
					).format(row.idx, user),
					exc=ReviewError,
				)

	def get_leads(self) -> set[str]:
		"""Who must not decide on the initiation of the project (R9.9)."""
		if self.review_kind != "Initiation":
			return set()
		return get_leads(self.presales_project)

	def clear_results(self):
		"""A draft has no results, whatever was sent."""
		if self.docstatus == 0:
			self.status = "Draft"
		self.average_score = 0
		self.concluded_on = self.result_explanation = self.strategy_advice = self.reviewed_version = None
		for row in self.reviewers:
			row.decision = row.decided_on = row.decided_by = row.shared_with = None
			row.score = row.recused = 0

	def before_submit(self):
		self.status = "In Review"
		self.requested_on = now_datetime()
		self.set_due_date()
		self.validate_participants()
		self.freeze_reviewed_record()

	def set_due_date(self):
		if self.due_date or not self.template:
			return
		if days := cint(frappe.get_cached_value(reviewing.TEMPLATE, self.template, "due_days")):
			self.due_date = add_days(today(), days)

	def validate_participants(self):
		"""Whoever must take part is asked, and enough people are, before anybody gives an opinion."""
		missing = reviewing.missing_participants(self, reviewing.get_reviewers(self.reviewers))
		if missing:
			frappe.throw(
				_("Those who must take part in the review are not among its reviewers: {0}.").format(
					", ".join(missing)
				),
				exc=ParticipantMissingError,
			)
		if len(self.reviewers) < cint(self.quorum):
			refuse(
				self,
				"Reviewers",
				len(self.reviewers),
				_("at least {0}, the quorum").format(cint(self.quorum)),
				ParticipantMissingError,
			)

	def freeze_reviewed_record(self):
		"""Note what exactly is reviewed: when it changes, the review speaks for it no more (R1.4, R7.5)."""
		if self.reviewed_doctype and self.reviewed_document and self.reviewed_doctype not in NEVER_FROZEN:
			self.reviewed_version = fingerprints(self.reviewed_doctype, [self.reviewed_document]).get(
				self.reviewed_document
			)

	def on_submit(self):
		self.invite(self.reviewers)

	def invite(self, rows):
		"""Let every reviewer see the project, and give each an opinion to write and a ToDo.

		An invited expert from outside joins the team as Reviewer: the one rule of visibility needs no exception.
		"""
		add_reviewers(self.presales_project, [row.reviewer for row in rows])
		record_sharing.let_read(self, rows)
		for row in rows:
			opinion = frappe.new_doc(OPINION)
			opinion.update(
				{
					"review": self.name,
					"review_kind": self.review_kind,
					"presales_project": self.presales_project,
					"reviewer": row.reviewer,
				}
			)
			for criterion in self.criteria:
				opinion.append(
					"scores", {"criterion": criterion.criterion, "weight": criterion.weight, "score": 0}
				)
			opinion.flags.invited = True
			# Made for the reviewer, by somebody who may not write it.
			opinion.insert(ignore_permissions=True, ignore_mandatory=True)
			give_todo(opinion, row.reviewer, _("Review: {0}").format(self.subject), date=self.due_date)

	def add_reviewer(self, reviewer: str, department: str | None = None):
		"""Ask one more person while the review runs: a substitute for somebody with a conflict of interest.

		The document must have been read with `for_update`. Only who requested the review or directs the project
		may do so, and the new reviewer is checked as at the request. Raises `ReviewError` when the person is
		a reviewer already or may not be one, and when the review is not running.
		"""
		user = frappe.session.user
		may = user == self.requested_by or "Director" in get_project_roles(self.presales_project, user)
		if not may and user != "Administrator":
			frappe.throw(
				_(
					"Only {0}, who requested the review, or the director of the project may add reviewers."
				).format(self.requested_by),
				exc=frappe.PermissionError,
			)
		require_open_project(self.presales_project)
		self.require_running()
		row = self.append("reviewers", {"reviewer": reviewer, "department": department, "required": 1})
		for fieldname, doctype in (("reviewer", "User"), ("department", "Department")):
			if row.get(fieldname) and not frappe.db.exists(doctype, row.get(fieldname)):
				refuse(
					row,
					row.meta.get_label(fieldname),
					row.get(fieldname),
					_("an existing {0}").format(_(doctype)),
					ReviewError,
				)
		require_unique_rows(self, "reviewers", "reviewer")
		if frappe.db.exists(OPINION, {"review": self.name, "decided_by": reviewer, "docstatus": ["<", 2]}):
			frappe.throw(
				_("{0} has decided for another reviewer of {1} already.").format(reviewer, self.name),
				exc=ReviewError,
			)
		if reviewer == user:
			frappe.throw(_("Nobody adds themselves as a reviewer: ask somebody else."), exc=ReviewError)
		set_full_names([row], user_field="reviewer")
		reviewing.set_departments([row])
		self.validate_rows([row])
		row.db_insert()
		self.db_set("modified", now_datetime(), notify=True)
		self.add_comment("Info", _("{0} was added as a reviewer.").format(row.full_name or reviewer))
		self.invite([row])
		finish_todos(self.doctype, self.name, "Closed")

	def require_running(self):
		if self.docstatus != 1 or self.status != "In Review":
			frappe.throw(
				_("Review {0} is not running: its status is {1}.").format(
					self.name, _(self.status, context=self.doctype)
				),
				exc=ReviewError,
			)

	def before_cancel(self):
		super().before_cancel()
		if self.concluded_on:
			frappe.throw(
				_("Review {0} is concluded and stands. Ask for a new one; the latest counts.").format(
					self.name
				),
				exc=ReviewError,
			)
		# Opinions that were given stay as they are, on the cancelled review.
		self.ignore_linked_doctypes = (*self.ignore_linked_doctypes, OPINION)

	def on_cancel(self):
		self.db_set("status", "Cancelled")
		record_sharing.end(self)
		finish_todos(self.doctype, self.name, "Cancelled")
		for name in self.get_waiting_opinions():
			finish_todos(OPINION, name, "Cancelled")
			# Nobody waits for it any more, and nobody may delete it by hand.
			frappe.delete_doc(OPINION, name, ignore_permissions=True, force=True)

	def get_waiting_opinions(self) -> list[str]:
		return frappe.get_all(
			OPINION, filters={"review": self.name, "docstatus": 0}, pluck="name", order_by="name asc"
		)

	def conclude_if_complete(self):
		"""Compute the outcome when nothing is missing any more. Called when an opinion is submitted.

		Every required reviewer has decided or declared a conflict of interest, and those who have decided make
		up the quorum and all who must take part. Otherwise the review waits. The document must have been read with
		`for_update`: what somebody has concluded or cancelled in the meantime takes no more opinions.
		"""
		self.require_running()
		# Of two who decide at once, the second sees the opinion of the first. The first must not wait for the
		# second's, which is not given yet and waits itself for this review. The write below makes PostgreSQL
		# raise a conflict where it would otherwise read what was there before the wait.
		rows = read_present(
			OPINION,
			fields=[
				"name",
				"reviewer",
				"decision",
				"score",
				"strategy_advice",
				"conflict_of_interest",
				"decided_by",
				"modified",
			],
			filters={"review": self.name, "docstatus": 1},
			order_by="name asc",
		)
		self.db_set("modified", now_datetime())
		opinions = {opinion.reviewer: opinion for opinion in rows}
		self.mark_recused(opinions)
		counted = [row for row in self.reviewers if row.reviewer in opinions and not row.recused]
		if any(row.required and not row.recused and row not in counted for row in self.reviewers):
			missing = True
		else:
			missing = self.is_short_of(counted)
		if not missing:
			self.conclude(opinions)
		elif self.is_short_of([row for row in self.reviewers if not row.recused]):
			self.ask_for_substitute()

	def mark_recused(self, opinions: dict):
		"""Who declares a conflict of interest is out, and the requester sees at once that a substitute is needed."""
		for row in self.reviewers:
			opinion = opinions.get(row.reviewer)
			if opinion and opinion.conflict_of_interest == rules.CONFLICT and not row.recused:
				row.db_set(
					{"recused": 1, "decided_on": opinion.modified, "decided_by": opinion.decided_by},
					update_modified=False,
				)

	def is_short_of(self, rows) -> bool:
		"""Whether the reviewers in `rows` are not enough: no quorum, or somebody is missing who must take part."""
		if len(rows) < max(cint(self.quorum), 1):
			return True
		return bool(self.participants and reviewing.missing_participants(self, reviewing.get_reviewers(rows)))

	def ask_for_substitute(self):
		"""Tell the requester, once, that the review cannot be concluded by the reviewers that are left."""
		waiting = {"reference_type": self.doctype, "reference_name": self.name, "status": "Open"}
		if not frappe.db.exists("ToDo", waiting):
			give_todo(
				self,
				self.requested_by,
				_(
					"Name another reviewer for {0}: those without a conflict of interest are not enough."
				).format(self.subject),
				date=self.due_date,
			)

	def conclude(self, opinions: dict):
		"""Write the outcome, and what follows from it."""
		for row in self.reviewers:
			opinion = opinions.get(row.reviewer)
			if opinion and not row.recused:
				row.db_set(
					{
						"decision": opinion.decision,
						"score": opinion.score,
						"decided_on": opinion.modified,
						"decided_by": opinion.decided_by,
					},
					update_modified=False,
				)
		for opinion in opinions.values():
			frappe.db.set_value(OPINION, opinion.name, "concluded", 1, update_modified=False)
		recused = {row.reviewer for row in self.reviewers if row.recused}
		counted = [opinion for opinion in opinions.values() if opinion.reviewer not in recused]
		result, advice = reviewing.compute(self, counted, read=read_present)
		self.db_set(
			{
				"status": result.status,
				"average_score": flt(result.average, 2),
				"strategy_advice": advice,
				"result_explanation": reviewing.explain(self, result, advice, len(recused)),
				"concluded_on": now_datetime(),
			},
			notify=True,
		)
		# Nobody waits any more for reviewers whose opinion was not needed.
		for name in self.get_waiting_opinions():
			finish_todos(OPINION, name, "Cancelled")
		finish_todos(self.doctype, self.name, "Closed")
		record_sharing.end(self)
		make_from_review(self)
