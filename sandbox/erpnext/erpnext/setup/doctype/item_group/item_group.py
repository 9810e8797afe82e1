from frappe.utils.nestedset import NestedSet, get_root_of


class ItemGroup(NestedSet):
	nsm_parent_field = "parent_item_group"

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_item_group and root != self.name:
			self.parent_item_group = root

	def on_update(self):
		super().on_update()
		self.validate_one_root()
