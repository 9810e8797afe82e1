from frappe.utils.nestedset import NestedSet

from erpnext.accounts.utils import get_autoname_with_number


class CostCenter(NestedSet):
	nsm_parent_field = "parent_cost_center"

	def autoname(self):
		self.name = get_autoname_with_number(self.cost_center_number, self.cost_center_name, self.company)
