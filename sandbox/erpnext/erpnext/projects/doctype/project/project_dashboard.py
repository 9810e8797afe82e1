from frappe import _


def get_data():
	"""Return the connections of a project."""
	return {
		"fieldname": "project",
		"transactions": [
			{"label": _("Project"), "items": ["Task", "Timesheet"]},
			{"label": _("Material"), "items": ["Material Request"]},
			{"label": _("Sales"), "items": ["Sales Order", "Sales Invoice"]},
			{"label": _("Purchase"), "items": ["Purchase Invoice"]},
		],
	}
