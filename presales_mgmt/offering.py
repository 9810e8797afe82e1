"""From the approved cost estimate to the offer (R1.6, R5.8).

The quotation of a project that has a current estimate rests on it, and on the approved one. Whether a quotation
needs an estimate at all is a setting.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import cstr, flt

from presales_mgmt import costing
from presales_mgmt.exceptions import CostingError, EstimateNotApprovedError, ProjectMismatchError
from presales_mgmt.overrides.common import get_project_of
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import refuse

QUOTATION = "Quotation"
ITEM_NAME_LENGTH = 140


@frappe.whitelist()
def make_quotation(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved Quotation made from the approved Presales Cost Estimate `source_name`, for the form to open.

	Lines without a price are paid for by the prices of others, and are left out. Lines without an item are offered
	as the item for such lines of Presales Settings, in their own words. Raises `frappe.PermissionError` without the
	right to read the one or to create the other, `EstimateNotApprovedError` when the estimate is not approved as it
	is, and `CostingError` when nothing has a price, or there is no item for lines that have none.
	"""

	def set_missing_values(source, target):
		_require_approved(source)
		project = frappe.db.get_value(
			PROJECT, source.presales_project, ["party_type", "party", "opportunity"], as_dict=True
		)
		target.quotation_to, target.party_name = project.party_type or "Customer", project.party
		target.opportunity = project.opportunity
		# The prices were calculated; no rule of the price list is to change them.
		target.ignore_pricing_rule = 1
		_set_items(source, target, project.opportunity)
		frappe.has_permission(QUOTATION, "create", doc=target, throw=True)
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	return get_mapped_doc(
		costing.ESTIMATE,
		source_name,
		{
			costing.ESTIMATE: {
				"doctype": QUOTATION,
				"field_map": {"name": "presales_cost_estimate"},
				"field_no_map": ["naming_series", "status"],
			},
		},
		target_doc,
		set_missing_values,
	)


def _set_items(estimate, quotation, opportunity: str | None) -> None:
	lines = [line for line in estimate.lines if flt(line.selling_amount)]
	if not lines:
		refuse(estimate, "Selling Total", estimate.selling_total, _("prices to be offered"), CostingError)
	free_item = get_free_line_item(estimate.company)
	missing = [line for line in lines if not (line.item_code or free_item)]
	if missing:
		frappe.throw(
			_("These lines have no item: {0}. Set an item for lines without one in {1}.").format(
				", ".join(f"{line.idx}. {frappe.utils.escape_html(line.description)}" for line in missing),
				_("Presales Settings"),
			),
			exc=CostingError,
		)
	for line in lines:
		row = {
			"item_code": line.item_code or free_item,
			"item_name": cstr(line.description)[:ITEM_NAME_LENGTH],
			"description": frappe.utils.escape_html(line.description),
			"qty": line.qty,
			"uom": line.uom,
			"rate": line.selling_price,
		}
		if opportunity:
			row.update({"prevdoc_doctype": "Opportunity", "prevdoc_docname": opportunity})
		quotation.append("items", row)


def get_free_line_item(company: str) -> str | None:
	"""The item as which lines of an estimate are offered that have none."""
	return frappe.get_cached_doc("Presales Settings").get_for_company("free_line_item", company)


def _require_approved(estimate) -> None:
	if not costing.is_approved(estimate.name):
		refuse_unapproved(estimate.name)


def refuse_unapproved(estimate: str) -> None:
	frappe.throw(
		_("Cost estimate {0} is not the current one, or is not approved as it is.").format(estimate),
		exc=EstimateNotApprovedError,
		title=_("Not Approved"),
	)


def validate_estimate(doc) -> None:
	"""The estimate of a Quotation is one of its project. Asks only when it has changed."""
	if not doc.get("presales_cost_estimate") or not doc.has_value_changed("presales_cost_estimate"):
		return
	project = frappe.db.get_value(costing.ESTIMATE, doc.presales_cost_estimate, "presales_project")
	if project != doc.presales_project:
		frappe.throw(
			_("Cost estimate {0} is not one of presales project {1}.").format(
				doc.presales_cost_estimate, doc.presales_project
			),
			exc=ProjectMismatchError,
		)


def rest_on_estimate(doc) -> None:
	"""Make a Quotation that is about to be submitted rest on the approved estimate of its project.

	Raises:
		EstimateNotApprovedError: it rests on another one; the project's current one is not approved; or it has none
			and the company asks for one.
	"""
	current = get_project_of(doc).cost_estimate
	if not current:
		if doc.get("presales_cost_estimate"):
			refuse_unapproved(doc.presales_cost_estimate)
		mode = frappe.get_cached_doc("Presales Settings").get_for_company("quotation_estimate", doc.company)
		if mode == "Stop":
			frappe.throw(
				_("{0} cannot be submitted: presales project {1} has no cost estimate.").format(
					doc.name, doc.presales_project
				),
				exc=EstimateNotApprovedError,
				title=_("Not Approved"),
			)
		return
	if doc.get("presales_cost_estimate") not in (None, "", current):
		frappe.throw(
			_(
				"{0} rests on cost estimate {1}; the current one is {2}. Look at its prices and take it."
			).format(doc.name, doc.presales_cost_estimate, current),
			exc=EstimateNotApprovedError,
			title=_("Not the Current Version"),
		)
	if not costing.is_approved(current):
		refuse_unapproved(current)
	doc.presales_cost_estimate = current


def take_current_estimate(name: str) -> str:
	"""Make a draft Quotation rest on the current estimate of its project; returns its name.

	Raises `frappe.PermissionError` without the right to write the quotation, and `EstimateNotApprovedError` when
	the project's current estimate is not approved.
	"""
	doc = frappe.get_doc(QUOTATION, name)
	doc.check_permission("write")
	current = frappe.db.get_value(PROJECT, doc.get("presales_project"), "cost_estimate")
	if not current:
		refuse(
			doc, "Presales Cost Estimate", None, _("a cost estimate of the project"), EstimateNotApprovedError
		)
	if not costing.is_approved(current):
		refuse_unapproved(current)
	doc.presales_cost_estimate = current
	doc.save()
	return current
