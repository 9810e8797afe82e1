import frappe
from frappe import _
from frappe.utils import now_datetime

from presales_mgmt.controllers import ProjectRecord, finish_todos, give_todo
from presales_mgmt.exceptions import ReviewError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER
from presales_mgmt.rules import review as rules
from presales_mgmt.rules.validation import (
	require_between,
	require_unique_rows,
	require_weights_of_100,
	set_full_names,
)
from presales_mgmt.setup.roles import ROLES

OPINION = "Presales Review Opinion"


class PresalesReview(ProjectRecord):
	"""A review with reviewers, weighted scores, opinions and an outcome (R1.4, R5.11, R7.5, R7.7, R8.6, R9.9).

	Submitting it freezes what is reviewed and asks the reviewers; the last required opinion concludes it.
	"""

	def validate(self):
		super().validate()
		require_between(self, "pass_score", 0, 100)
		require_unique_rows(self, "reviewers", "reviewer")
		require_unique_rows(self, "criteria", "criterion")
		require_weights_of_100(self, "criteria")
		set_full_names(self.reviewers, user_field="reviewer")
		self.set_requester()
		self.validate_reviewers()
		self.clear_results()

	def set_requester(self):
		if self.is_new():
			self.requested_by = frappe.session.user
		else:
			self.requested_by = self.get_doc_before_save().requested_by

	def validate_reviewers(self):
		self.validate_reviewers_roles()
		if not any(row.required for row in self.reviewers):
			frappe.throw(_("A review needs at least one required reviewer."), exc=ReviewError)
		# Nor is it reviewed by somebody in whose place it may have been requested.
		requesters = acting_for(self.requested_by)
		for row in self.reviewers:
			if row.reviewer in requesters:
				frappe.throw(
					_("Row {0}: {1} requested the review and cannot be its reviewer.").format(
						row.idx, row.reviewer
					),
					exc=ReviewError,
				)

	def validate_reviewers_roles(self):
		"""A reviewer must be able to open the opinion, and must not decide on the own initiation (R9.9)."""
		reviewers = [row.reviewer for row in self.reviewers]
		enabled = frappe.get_all(
			"User",
			filters={"name": ["in", reviewers], "enabled": 1, "user_type": "System User"},
			pluck="name",
			order_by="name asc",
		)
		with_role = frappe.get_all(
			"Has Role",
			filters={"parenttype": "User", "parent": ["in", enabled], "role": ["in", ROLES]},
			pluck="parent",
			order_by="parent asc",
		)
		leads = set()
		if self.review_kind == "Initiation":
			leads = set(
				frappe.db.get_value(PROJECT, self.presales_project, ["director", "manager", "applied_by"])
				or ()
			)
		for row in self.reviewers:
			if row.reviewer not in with_role:
				frappe.throw(
					_(
						"Row {0}: {1} is disabled or has none of the presales roles, and could not open the review."
					).format(row.idx, row.reviewer),
					exc=ReviewError,
				)
			if row.reviewer in leads:
				frappe.throw(
					_(
						"Row {0}: {1} applied for the project or leads it and cannot review its initiation."
					).format(row.idx, row.reviewer),
					exc=ReviewError,
				)

	def clear_results(self):
		"""A draft has no results, whatever was sent."""
		if self.docstatus == 0:
			self.status = "Draft"
		self.average_score = 0
		self.concluded_on = None
		for row in self.reviewers:
			row.decision = row.decided_on = None
			row.score = 0

	def before_submit(self):
		self.status = "In Review"
		# Who submits asks for the review, and so reviews nothing of it.
		self.requested_by = frappe.session.user
		self.requested_on = now_datetime()
		self.validate_reviewers()

	def on_submit(self):
		self.invite_reviewers()

	def invite_reviewers(self):
		"""Let every reviewer see the project, and give each an opinion to write and a ToDo.

		An invited expert from outside joins the team as Reviewer: the one rule of visibility needs no exception.
		"""
		self.add_reviewers_to_team()
		for row in self.reviewers:
			opinion = frappe.new_doc(OPINION)
			opinion.update(
				{"review": self.name, "presales_project": self.presales_project, "reviewer": row.reviewer}
			)
			for criterion in self.criteria:
				opinion.append(
					"scores", {"criterion": criterion.criterion, "weight": criterion.weight, "score": 0}
				)
			opinion.flags.invited = True
			# Made for the reviewer, by somebody who may not write it.
			opinion.insert(ignore_permissions=True, ignore_mandatory=True)
			give_todo(opinion, row.reviewer, _("Review: {0}").format(self.subject), date=self.due_date)

	def add_reviewers_to_team(self):
		invited = [row.reviewer for row in self.reviewers]
		insiders = frappe.get_all(
			MEMBER,
			filters={
				"parenttype": PROJECT,
				"parent": self.presales_project,
				"user": ["in", invited],
				"active": 1,
			},
			pluck="user",
			order_by="idx asc",
		)
		outsiders = [reviewer for reviewer in invited if reviewer not in insiders]
		if not outsiders:
			return
		project = frappe.get_doc(PROJECT, self.presales_project, for_update=True)
		for reviewer in outsiders:
			row = next((m for m in project.team if (m.user, m.project_role) == (reviewer, "Reviewer")), None)
			if row:  # was a reviewer before and left
				row.db_set("active", 1)
			else:
				row = project.append("team", {"user": reviewer, "project_role": "Reviewer", "active": 1})
				set_full_names([row])
				row.db_insert()
		# Somebody who has the project open and saves it must be told, or the new rows would be lost.
		project.db_set("modified", now_datetime(), notify=True)

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
		self.ignore_linked_doctypes = (OPINION,)

	def on_cancel(self):
		self.db_set("status", "Cancelled")
		for name in frappe.get_all(
			OPINION, filters={"review": self.name, "docstatus": 0}, pluck="name", order_by="name asc"
		):
			finish_todos(OPINION, name, "Cancelled")
			# Nobody waits for it any more, and nobody may delete it by hand.
			frappe.delete_doc(OPINION, name, ignore_permissions=True, force=True)

	def conclude_if_complete(self):
		"""Compute the outcome when every required reviewer has decided. Called when an opinion is submitted."""
		# A locking read: of two who decide at once, the second sees the opinion of the first. The first must not
		# wait for the second's, which is not given yet and waits itself for this review. The write below makes
		# PostgreSQL raise a conflict where it would otherwise read what was there before the wait.
		rows = frappe.qb.get_query(
			OPINION,
			fields=["name", "reviewer", "decision", "score", "modified"],
			filters={"review": self.name, "docstatus": 1},
			order_by="name asc",
			for_update=True,
			skip_locked=True,
		).run(as_dict=True)
		self.db_set("modified", now_datetime())
		opinions = {opinion.reviewer: opinion for opinion in rows}
		if any(row.required and row.reviewer not in opinions for row in self.reviewers):
			return
		status, average = rules.outcome(
			(rules.Opinion(opinion.decision, opinion.score) for opinion in opinions.values()), self.pass_score
		)
		for row in self.reviewers:
			if opinion := opinions.get(row.reviewer):
				row.db_set(
					{"decision": opinion.decision, "score": opinion.score, "decided_on": opinion.modified},
					update_modified=False,
				)
		for opinion in opinions.values():
			frappe.db.set_value(OPINION, opinion.name, "concluded", 1, update_modified=False)
		self.db_set({"status": status, "average_score": average, "concluded_on": now_datetime()}, notify=True)
