import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


class Contract(Document):
	def validate(self):
		self.set_missing_values()
		self.validate_dates()
		self.update_contract_status()
		self.update_fulfilment_status()

	def before_submit(self):
		self.signed_by_company = frappe.session.user

	def before_update_after_submit(self):
		self.update_contract_status()
		self.update_fulfilment_status()

	def set_missing_values(self):
		"""Set the full name of the other party."""
		if not self.party_full_name:
			field = f"{self.party_type.lower()}_name"
			self.party_full_name = frappe.db.get_value(self.party_type, self.party_name, field)

	def validate_dates(self):
		"""The contract does not end before it starts."""
		if self.end_date and self.start_date and getdate(self.end_date) < getdate(self.start_date):
			frappe.throw(_("End Date cannot be before Start Date."))

	def update_contract_status(self):
		"""Unsigned, or by today and the dates."""
		self.status = get_status(self.start_date, self.end_date) if self.is_signed else "Unsigned"

	def update_fulfilment_status(self):
		"""How many of the terms are fulfilled, and whether the deadline is over."""
		if not self.requires_fulfilment:
			self.fulfilment_status = "N/A"
			return
		done = self.get_fulfilment_progress()
		if done and done == len(self.fulfilment_terms):
			self.fulfilment_status = "Fulfilled"
		elif self.fulfilment_deadline and getdate(self.fulfilment_deadline) < getdate():
			self.fulfilment_status = "Lapsed"
		else:
			self.fulfilment_status = "Partially Fulfilled" if done else "Unfulfilled"

	def get_fulfilment_progress(self):
		"""Return how many terms are fulfilled."""
		return sum(1 for term in self.fulfilment_terms if term.fulfilled)


def get_status(start_date, end_date):
	"""Return Active while today is within the dates (open-ended: always), else Inactive."""
	if not end_date:
		return "Active"
	return "Active" if getdate(start_date) <= getdate() <= getdate(end_date) else "Inactive"


def update_status_for_contracts():
	"""Set the status of every signed contract by today's date."""
	for contract in frappe.get_all(
		"Contract",
		{"is_signed": 1, "docstatus": 1},
		["name", "start_date", "end_date"],
		order_by="name",
	):
		frappe.db.set_value(
			"Contract", contract.name, "status", get_status(contract.start_date, contract.end_date)
		)
