"""What the desk needs to know at its start."""

import frappe


def extend_bootinfo(bootinfo) -> None:
	"""Give every user the bounds of the risk levels, to colour the matrix with; not all may read the settings."""
	bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()
	bootinfo.presales_risk_bands = [bands.low_max, bands.medium_max, bands.high_max]
