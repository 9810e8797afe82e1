from frappe import _, throw
from frappe.model.document import Document

from presales_mgmt.exceptions import CostOfSaleError


class PresalesCostEntry(Document):
	"""What one row of an ERPNext document costs a project. Written by `presales_mgmt.cost_of_sale`, changed by nobody."""

	def validate(self):
		self.refuse_by_hand()

	def on_trash(self):
		self.refuse_by_hand()

	def refuse_by_hand(self):
		"""The ledger says what ERPNext says: it is written with the documents, past this controller."""
		throw(
			_("Costs of a project follow from documents of ERPNext and are not written by hand."),
			exc=CostOfSaleError,
		)
