import frappe
from frappe.utils.nestedset import NestedSet, get_root_of


class Department(NestedSet):
	nsm_parent_field = "parent_department"

	def autoname(self):
		self.name = (
			get_abbreviated_name(self.department_name, self.company) if self.company else self.department_name
		)

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_department and root != self.name:
			self.parent_department = root


def get_abbreviated_name(name, company):
	"""Return a department's name with the company's abbreviation."""
	return f"{name} - {frappe.get_cached_value('Company', company, 'abbr')}"
