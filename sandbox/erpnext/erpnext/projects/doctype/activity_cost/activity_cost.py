import frappe
from frappe import _
from frappe.model.document import Document


class DuplicationError(frappe.ValidationError):
	"""The employee has a cost for the activity already."""


class ActivityCost(Document):
	def validate(self):
		self.set_title()
		self.check_unique()

	def set_title(self):
		"""Title by employee and activity."""
		if self.employee:
			self.employee_name = frappe.db.get_value("Employee", self.employee, "employee_name")
		self.title = " - ".join(filter(None, (self.employee_name, self.activity_type)))

	def check_unique(self):
		"""One cost per employee (or for nobody in particular) and activity."""
		filters = {
			"employee": self.employee or ["is", "not set"],
			"activity_type": self.activity_type,
			"name": ["!=", self.name],
		}
		if frappe.db.exists("Activity Cost", filters):
			frappe.throw(
				_("Activity Cost exists for Employee {0} against Activity Type - {1}").format(
					self.employee, self.activity_type
				),
				DuplicationError,
			)
