from frappe.utils.nestedset import NestedSet

import erpnext


class Warehouse(NestedSet):
	nsm_parent_field = "parent_warehouse"

	def autoname(self):
		self.name = erpnext.encode_company_abbr(self.warehouse_name, self.company)
