import frappe
from frappe import _
from frappe.utils import cint, getdate

from presales_mgmt import negotiation
from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import DateOrderError
from presales_mgmt.rules.validation import refuse, require_enabled_users, require_value


class PresalesNegotiationRound(ProjectRecord):
	"""One round of negotiation with the customer (R1.6, R5.8, R7.8, R9.5, R9.6). See `presales_mgmt.negotiation`."""

	def before_validate(self):
		self.responsible = self.responsible or frappe.session.user

	def validate(self):
		super().validate()
		self.set_number()
		self.validate_date()
		self.validate_responsible()
		self.set_offers()

	def set_number(self):
		"""The next of the project; kept, whatever a form sends."""
		before = self.get_doc_before_save()
		self.round_number = before.round_number if before else negotiation.next_number(self.presales_project)

	def validate_date(self):
		"""What has not been held has no result."""
		require_value(self, "held_on")
		if getdate(self.held_on) > getdate():
			refuse(
				self, "Held On", self.get_formatted("held_on"), _("a date that is not ahead"), DateOrderError
			)

	def validate_responsible(self):
		if self.is_new() or self.has_value_changed("responsible"):
			require_enabled_users([(self, "responsible")])

	def set_offers(self):
		"""The versions of the quotations that are named, which must be the project's."""
		offers = negotiation.read_offers(self)
		negotiation.require_sequence(self, offers)
		for field, version_field in negotiation.OFFERS.items():
			self.set(version_field, cint(offers[field].presales_version) if field in offers else 0)
