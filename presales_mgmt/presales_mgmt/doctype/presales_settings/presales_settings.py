import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt

from presales_mgmt.exceptions import OutOfRangeError, ProcessError
from presales_mgmt.rules.evaluation import EvaluationBands
from presales_mgmt.rules.risk import RiskBands
from presales_mgmt.rules.validation import refuse, require_unique_rows, validate_input
from presales_mgmt.setup.indexes import SWITCH, sync_indexes


class PresalesSettings(Document):
	"""Switches and thresholds, for all companies and for each."""

	def validate(self):
		validate_input(self)
		require_unique_rows(self, "companies", "company")
		self.validate_rule()
		self.validate_threshold()
		self.validate_bands()
		self.validate_budget_thresholds()

	def on_update(self):
		# Install and migrate make the indexes themselves.
		if self.has_value_changed(SWITCH) and not (frappe.flags.in_install or frappe.flags.in_migrate):
			# On large tables it takes its time, and a change of a table ends the transaction.
			frappe.enqueue(sync_indexes, queue="long", enqueue_after_commit=True)

	def validate_rule(self):
		"""Projects can be created by rule only on a process."""
		for row in self.companies:
			if row.auto_create_project and not (row.default_process or self.default_process):
				refuse(
					row,
					"Default Process",
					None,
					_("a process for the projects created automatically"),
					ProcessError,
				)

	def validate_threshold(self):
		"""With a threshold of 0 every project would be a large one (R8.7)."""
		if flt(self.large_project_person_months) <= 0:
			refuse(
				self,
				self.meta.get_label("large_project_person_months"),
				self.large_project_person_months,
				_("a number above 0"),
				OutOfRangeError,
			)

	def validate_bands(self):
		for get_bands in (self.get_risk_bands, self.get_evaluation_bands):
			try:
				get_bands()
			except ValueError as error:
				frappe.throw(
					_("The bounds of the levels contradict each other: {0}").format(error),
					exc=OutOfRangeError,
				)

	def validate_budget_thresholds(self):
		"""A warning comes before the stop, in general and in each company (R9.6)."""
		for row in (self, *self.companies):
			company = row.get("company")
			warn, stop = (
				flt(self.get_for_company(fieldname, company))
				for fieldname in ("budget_warn_percent", "budget_stop_percent")
			)
			if stop <= 0 or warn > stop:
				refuse(
					row,
					row.meta.get_label("budget_warn_percent"),
					f"{warn:g}",
					_("at most {0}, from which it stops").format(f"{stop:g}"),
					OutOfRangeError,
				)

	def get_risk_bands(self) -> RiskBands:
		"""The bounds of the risk levels. Raises `ValueError` when they do not rise."""
		return RiskBands(cint(self.low_risk_max), cint(self.medium_risk_max), cint(self.high_risk_max))

	def get_evaluation_bands(self) -> EvaluationBands:
		"""The bounds of the levels of operation. Raises `ValueError` when they do not fall."""
		return EvaluationBands(flt(self.excellent_from), flt(self.good_from), flt(self.acceptable_from))

	def get_for_company(self, fieldname: str, company: str | None):
		"""The value of a setting in `company`: its own row's, or the general one when there is no row or value."""
		for row in self.companies:
			if row.company == company and row.get(fieldname):
				return row.get(fieldname)
		return self.get(fieldname)

	def creates_project_for(self, opportunity) -> bool:
		"""Whether the company's rule asks for a project as soon as this Opportunity document is created."""
		for row in self.companies:
			if row.company == opportunity.company and row.auto_create_project:
				amount = flt(opportunity.base_opportunity_amount) or flt(opportunity.base_total)
				return amount >= flt(row.auto_create_from_amount)
		return False
