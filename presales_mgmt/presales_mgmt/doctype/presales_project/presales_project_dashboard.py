from frappe import _


def get_data():
	"""Connections of the project's form: what lies under it, and ERPNext's sales documents."""
	return {
		"fieldname": "presales_project",
		"internal_links": {"Opportunity": "opportunity"},
		"transactions": [
			{
				"label": _("Preparation"),
				"items": ["Presales Initiation", "Presales Review", "Presales Risk", "Presales Document"],
			},
			{
				"label": _("Requirements", context="Presales Requirement"),
				"items": ["Presales Requirement", "Presales Change Request"],
			},
			{
				"label": _("Offer"),
				"items": ["Presales Solution", "Presales Cost Estimate", "Presales Price Approval"],
			},
			{"label": _("Working Together"), "items": ["Presales Activity", "Presales Analysis Meeting"]},
			{
				"label": _("Selling"),
				"items": [
					"Opportunity",
					"Presales Bid",
					"Quotation",
					"Presales Negotiation Round",
					"Contract",
					"Sales Order",
				],
			},
			{"label": _("Delivery"), "items": ["Presales Handover", "Project"]},
			{"label": _("Cost of Sale"), "items": ["Presales Purchase Request", "Presales Cost Entry"]},
			{
				"label": _("Control"),
				"items": [
					"Presales Rectification",
					"Presales Guidance Note",
					"Presales Stage Log",
					"Presales Project Evaluation",
				],
			},
		],
	}
