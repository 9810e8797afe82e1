"""Rounds of negotiation, from the first offer to the final price, and what each has changed (R1.6, R5.8, R7.8, R9.5, R9.6).

Rounds are numbered under a lock on the project. What a round has changed is told by comparing the quotation that was
negotiated with the one that came of it; nobody writes it.
"""

import frappe
from frappe import _
from frappe.utils import cint

from presales_mgmt import differences
from presales_mgmt.exceptions import NegotiationError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.quotations import identify
from presales_mgmt.rules import difference as rules
from presales_mgmt.rules.quotation import bidder_of
from presales_mgmt.rules.validation import refuse

ROUND = "Presales Negotiation Round"
QUOTATION = "Quotation"
# Link -> where the number of its version is shown.
OFFERS = {"quotation": "quotation_version", "resulting_quotation": "resulting_version"}


def next_number(project: str) -> int:
	"""The number of the next round of a project. Of two who enter one at once the second waits."""
	frappe.db.get_value(PROJECT, project, "name", for_update=True)
	# A locking read: what somebody else has entered meanwhile is seen, which a plain read would miss.
	latest = frappe.qb.get_query(
		ROUND,
		fields=["round_number"],
		filters={"presales_project": project},
		order_by="round_number desc",
		limit=1,
		for_update=True,
	).run()
	return 1 + (cint(latest[0][0]) if latest else 0)


def read_offers(doc) -> dict[str, frappe._dict]:
	"""Field -> the quotation that a round names there. One query.

	Raises `NegotiationError` when one is not of the project, and `frappe.PermissionError` when the user names one
	that the user may not read.
	"""
	names = {doc.get(field): field for field in OFFERS if doc.get(field)}
	if not names:
		return {}
	rows = {
		row.name: row
		for row in frappe.get_all(
			QUOTATION,
			filters={"name": ["in", sorted(names)]},
			fields=[
				"name",
				"docstatus",
				"presales_project",
				"presales_version",
				"quotation_to",
				"party_name",
			],
			order_by="name asc",
		)
	}
	offers = {}
	for field in OFFERS:
		row = rows.get(doc.get(field))
		if not row:
			continue
		if row.presales_project != doc.presales_project:
			refuse(
				doc,
				doc.meta.get_label(field),
				row.name,
				_("a quotation of project {0}").format(doc.presales_project),
				NegotiationError,
			)
		if doc.has_value_changed(field) and not doc.flags.ignore_permissions:
			frappe.has_permission(QUOTATION, "read", doc=row.name, throw=True)
		offers[field] = row
	return offers


def require_sequence(doc, offers: dict[str, frappe._dict]) -> None:
	"""What came of a round is another, later offer to the same customer."""
	if len(offers) < len(OFFERS):
		return
	before, after = offers["quotation"], offers["resulting_quotation"]
	identify([before, after])
	if before.name == after.name or bidder_of(before) != bidder_of(after):
		expected = _("another quotation to {0}").format(before.party_name)
		refuse(doc, "Resulting Quotation", f"{after.name} ({after.party_name})", expected, NegotiationError)
	# A draft has no number yet.
	if after.presales_version and after.presales_version <= before.presales_version:
		refuse(
			doc,
			"Resulting Quotation",
			_("{0} (version {1})").format(after.name, after.presales_version),
			_("a version above {0}").format(before.presales_version),
			NegotiationError,
		)


def get_changes(name: str) -> list[dict]:
	"""What differs between the quotation that was negotiated and the one that came of the round.

	Returns: rows as `differences.show` makes them, and one of the installation time; none as long as the round names
	no two offers. A fixed number of queries, however long the offers are.

	Raises `frappe.PermissionError` when the user may not read one of them.
	"""
	names = frappe.db.get_value(ROUND, name, list(OFFERS))
	if not names or not all(names):
		return []
	for quotation in names:
		frappe.has_permission(QUOTATION, "read", doc=quotation, throw=True)
	documents = differences.read_documents((QUOTATION, quotation) for quotation in names)
	before, after = (documents[QUOTATION, quotation] for quotation in names)
	return [*differences.show(before, after), *_installation_changes(*names)]


def _installation_changes(before: str, after: str) -> list[dict]:
	days = {
		row.name: cint(row.presales_installation_days)
		for row in frappe.get_all(
			QUOTATION,
			filters={"name": ["in", [before, after]]},
			fields=["name", "presales_installation_days"],
			order_by="name asc",
		)
	}
	old, new = days[before], days[after]
	if old == new:
		return []
	return [
		{
			"what": rules.DATE,
			"label": _("Installation Time (Days)"),
			"detail": "",
			"before": str(old) if old else "",
			"after": str(new) if new else "",
			"kind": rules.CHANGED if old and new else rules.ADDED if new else rules.REMOVED,
		}
	]
