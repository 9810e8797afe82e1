from frappe import _


def get_data():
	"""Connections of the bid's form: the documents of its bond."""
	return {
		"fieldname": "presales_bid",
		"internal_links": {
			"Presales Project": "presales_project",
			"Payment Entry": "bond_payment",
			"Bank Guarantee": "bond_guarantee",
		},
		"transactions": [
			{"label": _("Selling"), "items": ["Presales Project"]},
			{"label": _("Bid Bond"), "items": ["Payment Entry", "Bank Guarantee"]},
		],
	}
