import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

from erpnext.accounts.utils import get_autoname_with_number


class Account(NestedSet):
	nsm_parent_field = "parent_account"

	def autoname(self):
		self.name = get_autoname_with_number(self.account_number, self.account_name, self.company)

	def validate(self):
		self.validate_parent()
		self.set_root_and_report_type()
		if not self.account_currency:
			self.account_currency = frappe.get_cached_value("Company", self.company, "default_currency")

	def validate_parent(self):
		"""The parent is a group of the same company."""
		if self.parent_account:
			company, is_group = frappe.db.get_value("Account", self.parent_account, ["company", "is_group"])
			if company != self.company or not is_group:
				frappe.throw(
					_("Account {0}: Parent account {1} must be a group of the same company").format(
						self.name, self.parent_account
					)
				)

	def set_root_and_report_type(self):
		"""The root type is the parent's, the report type follows from it."""
		if self.parent_account:
			self.root_type = frappe.db.get_value("Account", self.parent_account, "root_type")
		self.report_type = "Profit and Loss" if self.root_type in ("Income", "Expense") else "Balance Sheet"
