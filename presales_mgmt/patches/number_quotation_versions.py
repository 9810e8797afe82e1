from collections import defaultdict

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from presales_mgmt.rules import quotation as rules
from presales_mgmt.setup.custom_fields import CUSTOM_FIELDS


def execute():
	"""Quotations from before there were versions get their numbers, in the order in which they were made."""
	# A patch runs before the fields are made.
	create_custom_fields({"Quotation": CUSTOM_FIELDS["Quotation"]}, update=True)
	rows = frappe.get_all(
		"Quotation",
		filters={"presales_project": ["is", "set"], "docstatus": [">", 0]},
		fields=[
			"name",
			"docstatus",
			"status",
			"presales_project",
			"quotation_to",
			"party_name",
			"presales_version",
		],
		order_by="transaction_date asc, creation asc",
	)
	by_project = defaultdict(list)
	for row in rows:
		by_project[row.presales_project].append(row)
	for versions in by_project.values():
		if any(row.presales_version for row in versions):
			continue
		numbers = defaultdict(int)
		for row in versions:
			numbers[rules.bidder_of(row)] += 1
			row.presales_version = numbers[rules.bidder_of(row)]
		statuses = rules.statuses(row for row in versions if row.docstatus == 1)
		for row in versions:
			frappe.db.set_value(
				"Quotation",
				row.name,
				{
					"presales_version": row.presales_version,
					"presales_version_status": statuses.get(row.name, rules.WITHDRAWN),
				},
				update_modified=False,
			)
