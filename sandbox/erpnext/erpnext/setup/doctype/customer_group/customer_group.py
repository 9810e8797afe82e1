from frappe.utils.nestedset import NestedSet, get_root_of


class CustomerGroup(NestedSet):
	nsm_parent_field = "parent_customer_group"

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_customer_group and root != self.name:
			self.parent_customer_group = root

	def on_update(self):
		super().on_update()
		self.validate_one_root()
