from frappe import _


def get_data():
	"""Connections of a requirement's form: how it came to be as it is."""
	return {
		"fieldname": "requirement",
		"transactions": [{"label": _("Changes"), "items": ["Presales Change Request"]}],
	}
