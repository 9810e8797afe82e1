from frappe.utils.nestedset import NestedSet, get_root_of


class SupplierGroup(NestedSet):
	nsm_parent_field = "parent_supplier_group"

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_supplier_group and root != self.name:
			self.parent_supplier_group = root

	def on_update(self):
		super().on_update()
		self.validate_one_root()
