import frappe
from frappe import _
from frappe.utils import formatdate, getdate, now_datetime

from presales_mgmt.controllers import ProjectRecord, finish_todos, keep_reminder_level
from presales_mgmt.exceptions import DateOrderError, GuidanceError, TeamError
from presales_mgmt.guidance import ask_addressee, require_guide
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER, READ_ONLY_PROJECT_ROLES
from presales_mgmt.rules.followup import CLOSED
from presales_mgmt.rules.validation import refuse, require_unchanged, require_unique_rows, require_value

# Written when the note is given, and by its buttons.
WRITTEN_ELSEWHERE = ("status", "given_by", "given_as", "given_on", "answer", "answered_by", "answered_on")
# What is asked: of who gave the guidance, and settled once it was answered.
ASKED = ("subject", "guidance", "addressed_to", "needs_answer", "answer_due")
# What of a key point is settled with it; its state and remarks are followed up.
POINT = ("key_point", "stage", "watch_until")


class PresalesGuidanceNote(ProjectRecord):
	"""What a supervisor or a leader has to say to a project, with key points to watch (R9.1, R9.8, R9.11).

	See `presales_mgmt.guidance` for what becomes of it.
	"""

	def validate(self):
		super().validate()
		require_unique_rows(self, "key_points", "key_point")
		self.set_giver()
		self.validate_written_elsewhere()
		self.validate_settled()
		self.set_addressee()
		self.validate_addressee()
		self.validate_answer_due()
		self.set_reminder_level()

	def set_giver(self):
		if self.flags.by_function:
			return
		role = require_guide(self.presales_project)
		if self.is_new():
			self.given_by, self.given_as, self.given_on = frappe.session.user, role, now_datetime()
			self.status = "Open"
			self.answer = self.answered_by = self.answered_on = None

	def validate_written_elsewhere(self):
		before = self.get_doc_before_save()
		if not before or self.flags.by_function:
			return
		require_unchanged(self, before, WRITTEN_ELSEWHERE, GuidanceError)

	def validate_settled(self):
		"""Guidance stands as it was answered. Until then whoever gave it may put it in other words."""
		before = self.get_doc_before_save()
		if not before or self.flags.by_function:
			return
		if before.status == CLOSED:
			frappe.throw(
				_("{0} is closed and cannot be changed. Open it again, with a reason.").format(self.name),
				exc=GuidanceError,
			)
		user = frappe.session.user
		persons = acting_for(user)
		# Whom it is addressed to does not soften it in the giver's place.
		own = before.given_by == user or (before.given_by in persons and before.addressed_to not in persons)
		if before.answered_on or not own:
			require_unchanged(self, before, ASKED, GuidanceError)
		if before.answered_on:
			self.validate_points_kept(before)

	def validate_points_kept(self, before):
		present = {row.name: row for row in self.key_points}
		for old in before.key_points:
			if row := present.get(old.name):
				require_unchanged(row, old, POINT, GuidanceError)
			else:
				refuse(
					self,
					"Key Points",
					None,
					_("{0}, as it was answered").format(old.key_point),
					GuidanceError,
				)

	def set_addressee(self):
		if not self.addressed_to:
			self.addressed_to = frappe.db.get_value(PROJECT, self.presales_project, "manager")

	def validate_addressee(self):
		"""Guidance goes to somebody who works on the project, and not to who gives it."""
		if not self.is_new() and not self.has_value_changed("addressed_to"):
			return
		team = set(
			frappe.get_all(
				MEMBER,
				filters={
					"parenttype": PROJECT,
					"parent": self.presales_project,
					"parentfield": "team",
					"project_role": ["not in", sorted(READ_ONLY_PROJECT_ROLES)],
					"active": 1,
				},
				pluck="user",
				order_by="idx asc",
			)
		)
		if self.addressed_to not in team - {self.given_by}:
			refuse(
				self,
				"Addressed To",
				self.addressed_to,
				_("a member of the team other than who gives the guidance"),
				TeamError,
			)

	def validate_answer_due(self):
		if not self.needs_answer:
			self.answer_due = None
			return
		require_value(self, "answer_due")
		given_on = getdate(self.given_on)
		if getdate(self.answer_due) < given_on:
			refuse(
				self,
				"Answer Due",
				self.get_formatted("answer_due"),
				_("not before {0} ({1})").format(_("Given On", context=self.doctype), formatdate(given_on)),
				DateOrderError,
			)

	def set_reminder_level(self):
		keep_reminder_level(self, "answer_due")
		if self.has_value_changed("status"):
			self.reminder_level = 0  # what was sent back waits anew

	def after_insert(self):
		ask_addressee(self)

	def on_update(self):
		before = self.get_doc_before_save()
		asked_otherwise = before and any(
			self.has_value_changed(fieldname) for fieldname in ("addressed_to", "needs_answer", "answer_due")
		)
		if asked_otherwise and not self.flags.by_function:
			finish_todos(self.doctype, self.name, "Cancelled")
			ask_addressee(self)
