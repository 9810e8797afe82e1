from frappe import _


def get_data():
	"""Return the connections of a sales order."""
	return {
		"fieldname": "sales_order",
		"non_standard_fieldnames": {
			"Journal Entry": "reference_name",
			"Payment Entry": "reference_name",
		},
		"internal_links": {"Quotation": ["items", "prevdoc_docname"]},
		"transactions": [
			{"label": _("Fulfillment"), "items": ["Sales Invoice"]},
			{"label": _("Purchasing"), "items": ["Material Request"]},
			{"label": _("Projects"), "items": ["Project"]},
			{"label": _("Reference"), "items": ["Quotation"]},
			{"label": _("Payment"), "items": ["Payment Entry", "Journal Entry"]},
		],
	}
