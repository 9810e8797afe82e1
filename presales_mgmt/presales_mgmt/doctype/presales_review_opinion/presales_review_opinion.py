import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord, finish_todos
from presales_mgmt.exceptions import ReviewError
from presales_mgmt.permissions.delegation import require_decider
from presales_mgmt.rules import review as rules
from presales_mgmt.rules.validation import refuse, require_between


class PresalesReviewOpinion(ProjectRecord):
	"""What one reviewer thinks. Written and submitted by that reviewer alone; others see it after the conclusion."""

	def validate(self):
		super().validate()
		self.validate_invitation()
		require_between(self, "score", 0, 100)
		for row in self.scores:
			require_between(row, "score", 0, 100)
		self.set_score()

	def validate_invitation(self):
		"""Opinions are made by the review that asks for them, one for each reviewer, and keep their criteria."""
		before = self.get_doc_before_save()
		if not before:
			if not self.flags.invited:
				frappe.throw(
					_("An opinion is made when its review is submitted. Open the one that waits for you."),
					exc=ReviewError,
				)
			return
		require_decider(before, frappe.session.user)
		self.set_decider(before)
		for fieldname in ("review", "reviewer", "concluded"):
			if self.get(fieldname) != before.get(fieldname):
				refuse(
					self,
					self.meta.get_label(fieldname),
					self.get(fieldname),
					before.get(fieldname),
					ReviewError,
				)
		asked = [(row.criterion, row.weight) for row in before.scores]
		given = [(row.criterion, frappe.utils.flt(row.weight)) for row in self.scores]
		if asked != given:
			refuse(
				self,
				"Scores",
				", ".join(row[0] for row in given),
				", ".join(row[0] for row in asked),
				ReviewError,
			)

	def set_decider(self, before):
		"""Name the delegate who writes for the reviewer. A conflict of interest is declared by each for oneself."""
		user = frappe.session.user
		if user != (before.decided_by or before.reviewer) and (
			self.conflict_of_interest == before.conflict_of_interest
		):
			self.conflict_of_interest = self.conflict_details = None
		self.decided_by = user if user != before.reviewer else None

	def set_score(self):
		if self.scores:
			self.score = rules.weighted_score((row.weight, row.score) for row in self.scores)

	def before_submit(self):
		if not self.decision:
			refuse(self, "Decision", None, _("a decision"), ReviewError)
		if self.decision == rules.CONDITIONS and not (self.conditions or "").strip():
			refuse(self, "Conditions", None, _("what has to be done"), ReviewError)
		if not self.scores and not self.score and self.decision in (rules.APPROVE, rules.CONDITIONS):
			refuse(self, "Score (0-100)", None, _("a score"), ReviewError)
		status = frappe.db.get_value("Presales Review", self.review, "status")
		if status != "In Review":
			frappe.throw(
				_("Review {0} takes no more opinions: its status is {1}.").format(
					self.review, _(status, context="Presales Review")
				),
				exc=ReviewError,
			)

	def on_submit(self):
		finish_todos(self.doctype, self.name, "Closed")
		# The lock makes the last two reviewers, deciding at once, conclude one after the other.
		frappe.get_doc("Presales Review", self.review, for_update=True).conclude_if_complete()

	def before_cancel(self):
		frappe.throw(_("An opinion that was given stands. Cancel the review to ask anew."), exc=ReviewError)
