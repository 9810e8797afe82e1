from frappe.utils.nestedset import NestedSet, get_root_of


class SalesPerson(NestedSet):
	nsm_parent_field = "parent_sales_person"

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_sales_person and root != self.name:
			self.parent_sales_person = root

	def on_update(self):
		super().on_update()
		self.validate_one_root()
