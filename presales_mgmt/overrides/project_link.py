"""What ERPNext's sales documents and a Presales Project do to each other."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt

from presales_mgmt import quotations
from presales_mgmt.compat import lock_document
from presales_mgmt.exceptions import DuplicateEntryError
from presales_mgmt.lifecycle import OPEN_QUOTATIONS, as_system, lose_from_erpnext, reopen_from_erpnext
from presales_mgmt.overrides.common import refuse_second_project
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.quotation import CURRENT, SUPERSEDED
from presales_mgmt.rules.validation import require_company

SAVE_POINT = "presales_project_by_rule"


@frappe.whitelist()
def make_presales_project(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved Presales Project made from the Opportunity `source_name`, for the form to open.

	Raises `frappe.PermissionError` without read permission on the opportunity, and
	`presales_mgmt.exceptions.DuplicateEntryError` when the opportunity has a project already.
	"""
	return _map_opportunity(source_name, target_doc)


def _map_opportunity(source_name: str, target_doc=None, ignore_permissions: bool = False):
	def set_missing_values(source, target):
		if source.presales_project:
			refuse_second_project(source.name, source.presales_project)
		target.project_title = source.title or source.customer_name
		# ERPNext's default probability of 100 is no forecast: it is left behind. The stage brings its own.
		target.expected_amount = flt(source.opportunity_amount) or flt(source.total)
		target.manager = source.opportunity_owner or frappe.session.user
		target.presales_process = frappe.get_cached_doc("Presales Settings").get_for_company(
			"default_process", source.company
		)
		for row in source.competitors:
			target.append("competitors", {"competitor": row.competitor})

	return get_mapped_doc(
		"Opportunity",
		source_name,
		{
			"Opportunity": {
				"doctype": PROJECT,
				"field_map": {
					"name": "opportunity",
					"opportunity_from": "party_type",
					"party_name": "party",
					"transaction_date": "start_date",
					"expected_closing": "expected_close_date",
				},
				# Fields of the same name with another meaning.
				"field_no_map": ["probability", "status", "competitors", "lost_reasons", "naming_series"],
			}
		},
		target_doc,
		set_missing_values,
		ignore_permissions=ignore_permissions,
	)


def create_project_by_rule(opportunity) -> None:
	"""Create the project of a new Opportunity for its owner, who may have no right to create one.

	An opportunity of which no project can be made is entered all the same: the reason is shown and logged.
	"""
	frappe.db.savepoint(SAVE_POINT)
	try:
		# The rule is the company's, not the user's who happens to enter the opportunity.
		project = _map_opportunity(opportunity.name, ignore_permissions=True)
		project.insert(ignore_permissions=True)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.clear_last_message()
		frappe.log_error(
			title=f"Presales Project of {opportunity.name}",
			reference_doctype="Opportunity",
			reference_name=opportunity.name,
		)
		frappe.msgprint(
			_("No presales project was created for {0}: {1}").format(opportunity.name, error),
			indicator="orange",
		)
	else:
		opportunity.presales_project = project.name


def validate_opportunity(doc) -> None:
	"""The project of an Opportunity is the one that was made from it."""
	require_company(doc, PROJECT, doc.presales_project, PROJECT, doc.company)
	opportunity = frappe.db.get_value(PROJECT, doc.presales_project, "opportunity")
	if opportunity != doc.name:
		frappe.throw(
			_("Presales project {0} belongs to opportunity {1}, not to {2}.").format(
				doc.presales_project, opportunity or _("none"), doc.name
			),
			exc=DuplicateEntryError,
		)


def set_current_contract(project: str) -> None:
	"""Make the latest submitted Contract the project's; none when there is none.

	The amount is that of the contract in company currency, before tax.
	"""
	doc = lock_document(PROJECT, project)
	# A locking read, as with quotations.
	latest = frappe.qb.get_query(
		"Contract",
		fields=["name", "presales_base_amount"],
		filters={"presales_project": project, "docstatus": 1},
		order_by="creation desc, name desc",
		limit=1,
		for_update=True,
	).run(as_dict=True)
	doc.db_set(
		{
			"contract": latest[0].name if latest else None,
			"base_contract_amount": latest[0].presales_base_amount if latest else 0,
		},
		notify=True,
	)


def lose_with_opportunity(doc) -> None:
	"""An Opportunity declared lost takes its project with it, reasons and competitors included.

	ERPNext also marks an Opportunity lost while a Quotation is being declared lost, v15 for a moment even when others
	stand; then the reasons are on the Quotation, whose own event follows.
	"""
	reasons = [row.lost_reason for row in doc.lost_reasons]
	if not reasons and not doc.order_lost_reason and _has_lost_quotation(doc):
		return
	lose_from_erpnext(
		doc.presales_project,
		reasons,
		[row.competitor for row in doc.competitors],
		doc.order_lost_reason,
		trigger=doc.name,
		winner=doc.get("presales_lost_to"),
		base_winning_price=flt(doc.get("presales_winning_price")) * (flt(doc.conversion_rate) or 1),
	)


def _has_lost_quotation(opportunity) -> bool:
	lost = {"presales_project": opportunity.presales_project, "docstatus": 1, "status": "Lost"}
	return bool(frappe.db.exists("Quotation", lost) or opportunity.has_lost_quotation())


def lose_with_quotation(doc) -> None:
	"""A current version that was declared lost takes what it has superseded with it, and the project when no other
	offer of the project stands: one to another bidding customer.
	"""
	if frappe.db.get_value("Quotation", doc.name, "presales_version_status", for_update=True) != CURRENT:
		# A superseded version was no offer any more, and this one may have been told of already.
		quotations.settle(doc.presales_project)
		return
	quotations.settle(doc.presales_project)
	_lose_superseded(doc)
	others = frappe.get_all(
		"Quotation",
		filters={
			"presales_project": doc.presales_project,
			"docstatus": 1,
			"presales_version_status": CURRENT,
			"name": ["!=", doc.name],
		},
		order_by="name asc",
		limit=1,
	)
	if others:
		return
	# Quotations have their own list of reasons. Those that opportunities share are taken over as they are,
	# the others as text.
	reasons = [row.lost_reason for row in doc.lost_reasons]
	shared = frappe.get_all(
		"Opportunity Lost Reason", filters={"name": ["in", reasons]}, pluck="name", order_by="name asc"
	)
	texts = [reason for reason in reasons if reason not in shared]
	if doc.order_lost_reason:
		texts.append(doc.order_lost_reason)
	lose_from_erpnext(
		doc.presales_project,
		shared,
		[row.competitor for row in doc.competitors],
		"\n".join(texts) or None,
		trigger=doc.name,
	)


def _lose_superseded(doc) -> None:
	"""Declare lost what a lost version had superseded: for ERPNext those are open offers, which would hold the
	opportunity back from being lost.
	"""
	for name in frappe.get_all(
		"Quotation",
		filters={
			"presales_project": doc.presales_project,
			"quotation_to": doc.quotation_to,
			"party_name": doc.party_name,
			"docstatus": 1,
			"presales_version_status": SUPERSEDED,
			"status": ["in", OPEN_QUOTATIONS],
		},
		pluck="name",
		order_by="presales_version asc",
	):
		as_system("Quotation", name).declare_enquiry_lost(
			[{"lost_reason": row.lost_reason} for row in doc.lost_reasons],
			[{"competitor": row.competitor} for row in doc.competitors],
			doc.order_lost_reason,
		)


def reopen_with_opportunity(doc) -> None:
	"""An Opportunity that was lost and is reopened takes its project with it."""
	reopen_from_erpnext(doc.presales_project, trigger=doc.name)
