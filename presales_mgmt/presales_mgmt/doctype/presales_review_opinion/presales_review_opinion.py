import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord, finish_todos
from presales_mgmt.exceptions import ReviewError
from presales_mgmt.permissions.delegation import require_decider
from presales_mgmt.rules import review as rules
from presales_mgmt.rules.validation import refuse, require_between

INITIATION = "Initiation"


class PresalesReviewOpinion(ProjectRecord):
	"""What one reviewer thinks. Written and submitted by that reviewer alone.

	Others see it after the conclusion; who has decided on the same review sees it before.
	"""

	def validate(self):
		super().validate()
		self.validate_invitation()
		require_between(self, "score", 0, 100)
		for row in self.scores:
			require_between(row, "score", 0, 100)
		self.clear_what_does_not_apply()
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
		for fieldname in ("review", "review_kind", "reviewer", "concluded"):
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

	def clear_what_does_not_apply(self):
		"""Who declares a conflict of interest neither decides nor scores; only an initiation has a strategy (R9.9)."""
		if self.conflict_of_interest == rules.CONFLICT:
			self.decision = self.strategy_advice = self.rejection_ground = None
			self.rectifications = []
			self.score = 0
			for row in self.scores:
				row.score = 0
			return
		self.conflict_details = None
		if self.review_kind != INITIATION:
			self.strategy_advice = None
		if self.review_kind != INITIATION or self.decision != rules.REJECT:
			self.rejection_ground = None

	def set_score(self):
		if self.scores:
			self.score = rules.weighted_score((row.weight, row.score) for row in self.scores)

	def before_submit(self):
		self.validate_review()
		if not self.conflict_of_interest:
			refuse(
				self,
				"Conflict of Interest",
				None,
				_("whether you have a conflict of interest: none or declared"),
				ReviewError,
			)
		if self.conflict_of_interest == rules.CONFLICT:
			if not (self.conflict_details or "").strip():
				refuse(self, "What the Conflict Is", None, _("what the conflict is"), ReviewError)
			return
		self.validate_decision()
		self.validate_rectifications()
		if self.review_kind == INITIATION:
			self.validate_initiation()

	def validate_review(self):
		status = frappe.db.get_value("Presales Review", self.review, "status")
		if status != "In Review":
			frappe.throw(
				_("Review {0} takes no more opinions: its status is {1}.").format(
					self.review, _(status, context="Presales Review")
				),
				exc=ReviewError,
			)

	def validate_decision(self):
		if not self.decision:
			refuse(self, "Decision", None, _("a decision"), ReviewError)
		if not self.score and self.decision in rules.APPROVALS:
			refuse(self, "Score (0-100)", None, _("a score"), ReviewError)

	def validate_rectifications(self):
		"""Each condition is a row of its own, so that it can be tracked to its closure."""
		label = "Conditions and Rectification"
		if self.decision == rules.CONDITIONS and not self.rectifications:
			refuse(self, label, None, _("what has to be done"), ReviewError)
		if self.rectifications and self.decision not in (rules.CONDITIONS, rules.SEND_BACK):
			refuse(
				self,
				label,
				len(self.rectifications),
				_("no rows with the decision {0}").format(_(self.decision, context=self.doctype)),
				ReviewError,
			)
		for row in self.rectifications:
			if not (row.item or "").strip():
				refuse(row, "What Has to Be Done", None, _("what has to be done"), ReviewError)

	def validate_initiation(self):
		"""An initiation is advised on, and rejected only on a ground; a small chance to win is none (R9.9)."""
		if not self.strategy_advice:
			refuse(self, "Strategy Advice", None, _("avoid, compete or follow"), ReviewError)
		if self.decision != rules.REJECT:
			return
		if not self.rejection_ground:
			refuse(
				self,
				"Ground for Rejection",
				None,
				_("a ground; a small chance to win is none"),
				ReviewError,
			)
		if self.rejection_ground == "Other" and not (self.opinion or "").strip():
			refuse(self, "Opinion", None, _("the ground in words"), ReviewError)

	def on_submit(self):
		finish_todos(self.doctype, self.name, "Closed")
		# The lock makes the last two reviewers, deciding at once, conclude one after the other.
		frappe.get_doc("Presales Review", self.review, for_update=True).conclude_if_complete()

	def before_cancel(self):
		frappe.throw(_("An opinion that was given stands. Cancel the review to ask anew."), exc=ReviewError)
