from frappe import _


def get_data():
	"""Connections of the handover's form: its project, and what ERPNext has of the deal."""
	return {
		"fieldname": "handover",
		"internal_links": {
			"Presales Project": "presales_project",
			"Project": "erpnext_project",
			"Sales Order": "sales_order",
			"Quotation": "quotation",
		},
		"transactions": [
			{"label": _("Presales"), "items": ["Presales Project", "Quotation", "Sales Order"]},
			{"label": _("Delivery"), "items": ["Project"]},
		],
	}
