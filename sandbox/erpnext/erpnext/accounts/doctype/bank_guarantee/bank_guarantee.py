import frappe
from frappe import _
from frappe.model.document import Document


class BankGuarantee(Document):
	def validate(self):
		if not (self.customer or self.supplier):
			frappe.throw(_("Select the customer or supplier."))

	def on_submit(self):
		for field in ("bank_guarantee_number", "name_of_beneficiary", "bank"):
			if not self.get(field):
				frappe.throw(_("Enter {0} before submitting.").format(_(self.meta.get_label(field))))
