"""What reviewers want done, tracked until it is closed (R7.5, R9.9)."""

import frappe
from frappe.utils import add_days, cint, today

from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.review import APPROVED_WITH_CONDITIONS, SENT_BACK


def make_from_review(review) -> list[str]:
	"""Make a Presales Rectification of every row of the counted opinions on a concluded `review`; returns the names."""
	if review.status not in (APPROVED_WITH_CONDITIONS, SENT_BACK):
		return []
	opinions = dict(
		frappe.get_all(
			"Presales Review Opinion",
			filters={"review": review.name, "docstatus": 1, "decision": ["is", "set"]},
			fields=["name", "reviewer"],
			order_by="name asc",
			as_list=True,
		)
	)
	manager = frappe.db.get_value(PROJECT, review.presales_project, "manager")
	days = cint(frappe.get_cached_doc("Presales Settings").rectification_days)
	names = []
	for row in frappe.get_all(
		"Presales Review Condition",
		filters={"parenttype": "Presales Review Opinion", "parent": ["in", sorted(opinions)]},
		fields=["parent", "item", "responsible", "due_date"],
		order_by="parent asc, idx asc",
	):
		rectification = frappe.get_doc(
			{
				"doctype": "Presales Rectification",
				"presales_project": review.presales_project,
				"review": review.name,
				"review_kind": review.review_kind,
				"opinion": row.parent,
				"raised_by": opinions[row.parent],
				"responsible": row.responsible or manager,
				"due_date": row.due_date or add_days(today(), days),
				"item": row.item,
			}
		)
		# Follows from the opinions; nobody makes one by hand.
		names.append(rectification.insert(ignore_permissions=True).name)
	return names
