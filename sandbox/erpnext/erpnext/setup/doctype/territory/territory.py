from frappe.utils.nestedset import NestedSet, get_root_of


class Territory(NestedSet):
	nsm_parent_field = "parent_territory"

	def validate(self):
		root = get_root_of(self.doctype)
		if not self.parent_territory and root != self.name:
			self.parent_territory = root

	def on_update(self):
		super().on_update()
		self.validate_one_root()
