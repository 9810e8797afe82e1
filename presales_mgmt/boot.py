"""What the desk needs to know at its start."""

import frappe
from frappe.utils import cint


def extend_bootinfo(bootinfo) -> None:
	"""Give every user the settings that forms go by, since not all may read them.

	The bounds of the risk levels colour the matrix; whether initiation needs an application says where a
	project's class is entered.
	"""
	settings = frappe.get_cached_doc("Presales Settings")
	bands = settings.get_risk_bands()
	bootinfo.presales_risk_bands = [bands.low_max, bands.medium_max, bands.high_max]
	bootinfo.presales_initiation_application = cint(settings.require_initiation_application)
