from frappe import _


def get_data():
	"""Return the connections of a quotation."""
	return {
		"fieldname": "prevdoc_docname",
		"transactions": [{"label": _("Sales Order"), "items": ["Sales Order"]}],
	}
