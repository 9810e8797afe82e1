import frappe

from presales_mgmt.presales_mgmt.doctype.presales_process.presales_process import review_due


def execute():
	"""Processes from before there were reviews of them (R3.1) are to be reviewed for the first time, too."""
	for process in frappe.get_all(
		"Presales Process",
		filters={"next_review_date": ["is", "not set"]},
		fields=["name", "review_interval_months"],
		order_by="name asc",
	):
		if due := review_due(process.review_interval_months):
			frappe.db.set_value(
				"Presales Process", process.name, "next_review_date", due, update_modified=False
			)
