import frappe
from frappe import _
from frappe.model.naming import set_name_by_naming_series
from frappe.permissions import add_user_permission, remove_user_permission
from frappe.utils import getdate, validate_email_address
from frappe.utils.nestedset import NestedSet


class InactiveEmployeeStatusError(frappe.ValidationError):
	"""An employee who leaves still has people reporting."""


class Employee(NestedSet):
	nsm_parent_field = "reports_to"

	def autoname(self):
		set_name_by_naming_series(self)
		self.employee = self.name

	def validate(self):
		self.employee = self.name
		self.set_employee_name()
		self.validate_date()
		self.validate_email()
		self.validate_status()
		self.validate_reports_to()
		self.validate_duplicate_user_id()

	def on_update(self):
		super().on_update()
		if self.user_id:
			self.update_user()
			self.update_user_permissions()

	def set_employee_name(self):
		"""Put the parts of the name together."""
		parts = (self.first_name, self.middle_name, self.last_name)
		self.employee_name = " ".join(part for part in parts if part)

	def validate_date(self):
		"""Nobody is born in the future or joins before being born."""
		if self.date_of_birth and getdate(self.date_of_birth) > getdate():
			frappe.throw(_("Date of Birth cannot be greater than today."))
		self.validate_from_to_dates("date_of_birth", "date_of_joining")
		self.validate_from_to_dates("date_of_joining", "relieving_date")

	def validate_email(self):
		"""The email addresses are some."""
		for address in (self.company_email, self.personal_email):
			if address:
				validate_email_address(address, True)

	def validate_status(self):
		"""Who has left has a relieving date and nobody reporting."""
		if self.status != "Left":
			return
		if frappe.db.exists("Employee", {"reports_to": self.name, "status": "Active"}):
			frappe.throw(
				_("Employees still report to {0}.").format(self.employee_name),
				InactiveEmployeeStatusError,
			)
		if not self.relieving_date:
			frappe.throw(_("Please enter relieving date."))

	def validate_reports_to(self):
		"""Nobody reports to himself."""
		if self.reports_to and self.reports_to == self.name:
			frappe.throw(_("Employee cannot report to himself."))

	def validate_duplicate_user_id(self):
		"""A user is one active employee."""
		other = self.user_id and frappe.db.get_value(
			"Employee", {"user_id": self.user_id, "status": "Active", "name": ["!=", self.name]}
		)
		if other:
			frappe.throw(
				_("User {0} is already assigned to Employee {1}").format(self.user_id, other),
				frappe.DuplicateEntryError,
			)

	def update_user(self):
		"""The user gets the role Employee."""
		user = frappe.get_doc("User", self.user_id)
		if "Employee" not in [row.role for row in user.roles]:
			user.append_roles("Employee")
			user.save(ignore_permissions=True)

	def update_user_permissions(self):
		"""Limit the user to the own employee and company, if chosen."""
		if not (self.has_value_changed("user_id") or self.has_value_changed("create_user_permission")):
			return
		limited = frappe.db.exists(
			"User Permission", {"allow": "Employee", "for_value": self.name, "user": self.user_id}
		)
		if bool(limited) == bool(self.create_user_permission):
			return
		change = add_user_permission if self.create_user_permission else remove_user_permission
		change("Employee", self.name, self.user_id)
		change("Company", self.company, self.user_id)
