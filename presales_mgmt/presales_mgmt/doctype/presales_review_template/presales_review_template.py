import frappe
from frappe import _
from frappe.model.document import Document

from presales_mgmt.exceptions import DuplicateEntryError, ReviewTemplateError
from presales_mgmt.permissions.visibility import sees_everything
from presales_mgmt.rules.validation import (
	refuse,
	require_between,
	require_company,
	require_unique_rows,
	require_weights_of_100,
	validate_input,
)

INITIATION = "Initiation"


class PresalesReviewTemplate(Document):
	"""How reviews of a kind are passed: criteria, who must take part, and what decides (R1.4, R7.5, R8.6, R9.9)."""

	def validate(self):
		validate_input(self)
		self.validate_editor()
		require_between(self, "pass_score", 0, 100)
		require_between(self, "quorum", 1, 100)
		self.validate_criteria()
		self.validate_participants()
		self.validate_default()

	def validate_editor(self):
		"""How an initiation is passed is not said by the directors who apply for it (R9.9)."""
		before = self.get_doc_before_save()
		if INITIATION not in (self.review_kind, before and before.review_kind):
			return
		user = frappe.session.user
		if not sees_everything(user) and "System Manager" not in frappe.get_roles(user):
			frappe.throw(
				_("Templates of kind {0} are made and changed by leaders, who decide on initiation.").format(
					_(INITIATION, context=self.doctype)
				),
				exc=frappe.PermissionError,
			)

	def validate_criteria(self):
		require_unique_rows(self, "criteria", "criterion")
		for row in self.criteria:
			require_between(row, "minimum_score", 0, 100)
		require_weights_of_100(self, "criteria")

	def validate_participants(self):
		for row in self.participants:
			if not row.participant_role and not row.department:
				refuse(row, "Role", None, _("a role, a department or both"), ReviewTemplateError)
			require_between(row, "number", 1, 100)
			if self.only_for_company:
				require_company(row, "Department", row.department, "Department", self.only_for_company)
		require_unique_rows(self, "participants", "participant_role", "department")

	def validate_default(self):
		"""Of several defaults none would be one: for each kind there is one, and one for each company."""
		if not self.is_default or not self.enabled:
			return
		for other in frappe.get_all(
			self.doctype,
			filters={
				"review_kind": self.review_kind,
				"is_default": 1,
				"enabled": 1,
				"name": ["!=", self.name or ""],
			},
			fields=["name", "only_for_company"],
			order_by="name asc",
		):
			if (other.only_for_company or None) == (self.only_for_company or None):
				refuse(
					self,
					"Default of Its Kind",
					other.name,
					_("one default of kind {0} for {1}").format(
						_(self.review_kind, context=self.doctype), self.only_for_company or _("all companies")
					),
					DuplicateEntryError,
				)
