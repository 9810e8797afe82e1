import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import PriceAuthorityError
from presales_mgmt.rules.validation import require_unchanged


class PresalesPriceApproval(ProjectRecord):
	"""A price beyond the limits of who offers it, and who has allowed it (R5.8, R7.8). See `presales_mgmt.pricing`."""

	def validate(self):
		super().validate()
		self.validate_written_elsewhere()

	def validate_written_elsewhere(self):
		"""Figures are those of the offer, and the decision is made by the functions of `pricing` alone."""
		if self.flags.by_function:
			return
		before = self.get_doc_before_save()
		if not before:
			frappe.throw(
				_("A price is asked for from the quotation or order that it is about."),
				exc=PriceAuthorityError,
			)
		fieldnames = [df.fieldname for df in self.meta.fields if not df.fieldtype.endswith("Break")]
		require_unchanged(self, before, fieldnames, PriceAuthorityError)
