import frappe
from frappe import _
from frappe.utils import cint, flt, today

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import OutOfRangeError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import risk
from presales_mgmt.rules.validation import refuse, require_between


class PresalesRisk(ProjectRecord):
	"""A risk of the deal: inherent and residual probability x impact, exposure, response, owner (R5.5-R5.7)."""

	def validate(self):
		super().validate()
		self.validate_scale()
		self.set_scores()
		self.set_company()
		self.set_exposure()
		self.set_closed_on()

	def validate_scale(self):
		for fieldname in ("probability", "impact"):
			self.set(fieldname, cint(self.get(fieldname)))
			require_between(self, fieldname, 1, 5)
		# Frappe keeps an empty number as 0, so that 0 is "not assessed" here and nothing else.
		assessed = [cint(self.residual_probability), cint(self.residual_impact)]
		if any(assessed):
			for fieldname in ("residual_probability", "residual_impact"):
				self.set(fieldname, cint(self.get(fieldname)))
				require_between(self, fieldname, 1, 5)
			if cint(self.residual_probability) * cint(self.residual_impact) > cint(self.probability) * cint(
				self.impact
			):
				refuse(
					self,
					"Residual Score",
					cint(self.residual_probability) * cint(self.residual_impact),
					_("not above the inherent score {0}").format(cint(self.probability) * cint(self.impact)),
					OutOfRangeError,
				)

	def set_scores(self):
		bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()
		self.inherent_score = risk.score(cint(self.probability), cint(self.impact))
		self.inherent_level = bands.level(self.inherent_score)
		self.residual_score = (
			risk.score(cint(self.residual_probability), cint(self.residual_impact))
			if cint(self.residual_probability)
			else 0
		)
		self.current_score = self.residual_score or self.inherent_score
		self.current_level = bands.level(self.current_score)

	def set_company(self):
		"""Amounts are in the currency of the project's company, and shown so."""
		self.company = frappe.db.get_value(PROJECT, self.presales_project, "company")

	def set_exposure(self):
		"""What the risk costs on average; a risk that has occurred costs its loss (R5.6)."""
		self.expected_exposure = flt(
			risk.expected_exposure(
				flt(self.impact_amount),
				cint(self.probability),
				cint(self.residual_probability),
				occurred=self.status == "Occurred",
			),
			self.precision("expected_exposure"),
		)

	def set_closed_on(self):
		if self.status == "Closed":
			before = self.get_doc_before_save()
			self.closed_on = (before and before.closed_on) or today()
		else:
			self.closed_on = None
