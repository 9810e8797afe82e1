import frappe
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc


class Prospect(Document):
	pass


@frappe.whitelist()
def make_customer(source_name, target_doc=None):
	"""Map a prospect to a new customer."""

	def postprocess(source, target):
		target.customer_type = "Company"
		target.customer_group = source.customer_group or frappe.db.get_single_value(
			"Selling Settings", "customer_group"
		)

	return get_mapped_doc(
		"Prospect",
		source_name,
		{"Prospect": {"doctype": "Customer", "field_map": {"company_name": "customer_name"}}},
		target_doc,
		postprocess,
		ignore_permissions=False,
	)


@frappe.whitelist()
def make_opportunity(source_name, target_doc=None):
	"""Map a prospect to a new opportunity."""

	def postprocess(source, target):
		target.opportunity_from = "Prospect"
		target.customer_name = source.company_name

	return get_mapped_doc(
		"Prospect",
		source_name,
		{
			"Prospect": {
				"doctype": "Opportunity",
				"field_map": {"name": "party_name", "prospect_owner": "opportunity_owner"},
			}
		},
		target_doc,
		postprocess,
		ignore_permissions=False,
	)
