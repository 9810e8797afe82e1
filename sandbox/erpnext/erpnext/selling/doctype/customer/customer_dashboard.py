from frappe import _


def get_data():
	"""Return the connections of a customer."""
	return {
		"fieldname": "customer",
		"non_standard_fieldnames": {
			"Payment Entry": "party",
			"Quotation": "party_name",
			"Opportunity": "party_name",
		},
		"dynamic_links": {"party_name": ["Customer", "quotation_to"]},
		"transactions": [
			{"label": _("Pre Sales"), "items": ["Opportunity", "Quotation"]},
			{"label": _("Orders"), "items": ["Sales Order", "Sales Invoice"]},
			{"label": _("Payments"), "items": ["Payment Entry"]},
			{"label": _("Projects"), "items": ["Project"]},
		],
	}
