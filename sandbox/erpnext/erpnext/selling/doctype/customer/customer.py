import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.model.naming import set_name_by_naming_series
from frappe.utils import flt

from erpnext.crm.utils import _get_link, _set_contact_and_address


class Customer(Document):
	def autoname(self):
		"""Name by Selling Settings: by the customer's name (numbered if taken) or by a series."""
		if frappe.defaults.get_global_default("cust_master_name") == "Customer Name":
			self.name = self.get_customer_name()
		else:
			set_name_by_naming_series(self)

	def get_customer_name(self):
		"""Return the customer's name, with a number behind it if it is taken."""
		self.customer_name = self.customer_name.strip()
		name, number = self.customer_name, 0
		while frappe.db.exists("Customer", name):
			number += 1
			name = f"{self.customer_name} - {number}"
		return name

	def validate(self):
		if self.sales_team and round(sum(flt(d.allocated_percentage) for d in self.sales_team), 2) != 100:
			frappe.throw(_("Total contribution percentage should be equal to 100"))

	def after_insert(self):
		self.update_lead_status()
		self.link_address_and_contact()

	def on_update(self):
		if frappe.db.exists("Customer Group", self.name):
			frappe.throw(
				_("A Customer Group exists with the same name, please change the Customer name"),
				frappe.NameError,
			)

	def on_trash(self):
		if self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Interested")

	def update_lead_status(self):
		"""The lead that the customer comes from is converted."""
		if self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Converted")

	def link_address_and_contact(self):
		"""Link contacts and addresses of the lead, opportunity or prospect with the customer too."""
		sources = {
			"Lead": self.lead_name,
			"Opportunity": self.opportunity_name,
			"Prospect": self.prospect_name,
		}
		for doctype, name in sources.items():
			for kind in ("Contact", "Address") if name else ():
				if linked := _get_link(kind, doctype, name):
					doc = frappe.get_doc(kind, linked)
					if not doc.has_link("Customer", self.name):
						doc.append("links", {"link_doctype": "Customer", "link_name": self.name})
						doc.save(ignore_permissions=self.flags.ignore_permissions)


@frappe.whitelist()
def make_quotation(source_name, target_doc=None):
	"""Map a customer to a new quotation."""
	quotation = get_mapped_doc(
		"Customer",
		source_name,
		{"Customer": {"doctype": "Quotation", "field_map": {"name": "party_name"}}},
		target_doc,
		_set_contact_and_address,
	)
	quotation.quotation_to = "Customer"
	quotation.run_method("set_missing_values")
	quotation.run_method("calculate_taxes_and_totals")
	return quotation


@frappe.whitelist()
def make_opportunity(source_name, target_doc=None):
	"""Map a customer to a new opportunity."""
	return get_mapped_doc(
		"Customer",
		source_name,
		{
			"Customer": {
				"doctype": "Opportunity",
				"field_map": {"name": "party_name", "doctype": "opportunity_from"},
			}
		},
		target_doc,
		_set_contact_and_address,
	)
