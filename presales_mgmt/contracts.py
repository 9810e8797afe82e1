"""The contract of a deal, which is ERPNext's: what it states, when it may be submitted, what an order makes of it.

R1.7: it follows the confirmed quotation and states implementation time, quality standard and service guarantee; R5.10:
goal, scope, date of delivery and terms of payment; R3.6, R5.11 and R8.6: what it says is reviewed before it binds.
"""

from dataclasses import replace
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt

from presales_mgmt.exceptions import (
	CompanyMismatchError,
	ContractError,
	GateError,
	OutOfRangeError,
	ProjectMismatchError,
)
from presales_mgmt.gates.checkers import CONTRACT, CONTRACT_REVIEWS
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.rules import Answer, Finding
from presales_mgmt.overrides.common import (
	get_project_of,
	hold_back,
	require_needed,
	require_open,
	validate_source,
)
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.quotations import identify
from presales_mgmt.reviewed_version import fingerprint_of
from presales_mgmt.rules.quotation import bidder_of
from presales_mgmt.rules.review import APPROVING_OUTCOMES
from presales_mgmt.rules.validation import refuse, require_date_order

QUOTATION = "Quotation"
# What is still to be put right, or to be verified.
UNSETTLED = ("Open", "Done")

# The clause -> what a contract states by it. Payment is stated by one of two fields.
STATED = {
	"R1.7": (
		"presales_quotation",
		"presales_implementation_start",
		"presales_quality_standard",
		"presales_service_guarantee",
	),
	"R5.10": ("presales_amount", "presales_goal", "presales_scope", "presales_delivery_date"),
}
PAYMENT = ("presales_payment_terms_template", "presales_payment_terms")


@frappe.whitelist()
def make_contract(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved Contract made from the Quotation `source_name`, for the form to open.

	Raises `frappe.PermissionError` without the right to read the quotation or to create a contract, and
	`ContractError` when the quotation is not submitted or not the current one of a presales project.
	"""

	def set_missing_values(source, target):
		project = frappe.db.get_value(
			PROJECT, source.presales_project, ["name", "quotation", "goal", "scope", "company"], as_dict=True
		)
		if not project or project.quotation != source.name:
			refuse(
				target,
				"Quotation",
				source.name,
				_("the current quotation of a presales project"),
				ContractError,
			)
		target.party_type, target.party_name = "Customer", _customer_of(source)
		target.party_full_name = source.customer_name if target.party_name else None
		target.presales_company = project.company
		target.presales_goal, target.presales_scope = project.goal, project.scope
		target.document_type, target.document_name = QUOTATION, source.name

	return get_mapped_doc(
		QUOTATION,
		source_name,
		{
			QUOTATION: {
				"doctype": CONTRACT,
				"field_map": {
					"name": "presales_quotation",
					"currency": "presales_currency",
					"conversion_rate": "presales_conversion_rate",
					"net_total": "presales_amount",
					"base_net_total": "presales_base_amount",
					"payment_terms_template": "presales_payment_terms_template",
					"terms": "contract_terms",
				},
				"validation": {"docstatus": ["=", 1]},
			}
		},
		target_doc,
		set_missing_values,
	)


def _customer_of(quotation) -> str | None:
	"""A quotation may go to somebody who is no customer yet; a contract is made with one."""
	if quotation.quotation_to == "Customer":
		return quotation.party_name
	identify([quotation])
	doctype, name = bidder_of(quotation)
	return name if doctype == "Customer" else None


# ---------------------------------------------------------------------------------------- the contract


def prepare(doc) -> None:
	"""Check a contract against its project and its quotation, and fill in company and amounts.

	Raises:
		frappe.PermissionError: the user sees neither the project nor a quotation of it.
		ProjectMismatchError: the quotation is of another project.
		ContractError: the contract is not made with a customer.
		OutOfRangeError, DateOrderError: the exchange rate or the dates make no sense.
	"""
	validate_source(doc, QUOTATION, {doc.presales_quotation} - {None, ""})
	project = frappe.db.get_value(
		PROJECT, doc.presales_project, ["name", "company", "currency", "conversion_rate"], as_dict=True
	)
	if doc.party_type != "Customer":
		refuse(doc, "Party Type", _(doc.party_type), _("Customer"), ContractError)
	doc.presales_company = project.company
	quotation = _get_quotation(doc, project)
	_set_amounts(doc, [source for source in (quotation, project) if source])
	require_date_order(doc, "presales_implementation_start", "presales_delivery_date")


def _get_quotation(doc, project):
	if not doc.presales_quotation:
		return None
	quotation = frappe.db.get_value(
		QUOTATION,
		doc.presales_quotation,
		["name", "presales_project", "company", "currency", "conversion_rate"],
		as_dict=True,
	)
	if quotation.company != project.company:
		refuse(
			doc,
			"Quotation",
			f"{quotation.name} ({quotation.company})",
			_("a record of company {0}").format(project.company),
			CompanyMismatchError,
		)
	if quotation.presales_project != project.name:
		refuse(
			doc,
			"Quotation",
			quotation.name,
			_("a record of project {0}").format(project.name),
			ProjectMismatchError,
		)
	return quotation


def _set_amounts(doc, sources: list) -> None:
	"""The amount in company currency. Where no rate is given it is that of quotation or project in this currency."""
	company_currency = frappe.get_cached_value("Company", doc.presales_company, "default_currency")
	doc.presales_currency = doc.presales_currency or sources[0].currency
	if doc.presales_currency == company_currency:
		doc.presales_conversion_rate = 1
	elif not flt(doc.presales_conversion_rate):
		doc.presales_conversion_rate = next(
			(source.conversion_rate for source in sources if source.currency == doc.presales_currency), 0
		)
	if flt(doc.presales_conversion_rate) <= 0:
		refuse(doc, "Exchange Rate", doc.presales_conversion_rate, _("a number above 0"), OutOfRangeError)
	doc.presales_base_amount = flt(
		flt(doc.presales_amount) * flt(doc.presales_conversion_rate), doc.precision("presales_base_amount")
	)


def check_gate(doc) -> None:
	"""Hold back the submission of a contract that is not complete, or not reviewed as it is (R1.7, R5.10, R5.11, R8.6).

	Raises `GateError` with what is missing, if the setting "Contract Gate" of the company says Stop.
	"""
	mode = frappe.get_cached_doc("Presales Settings").get_for_company("contract_gate", doc.presales_company)
	if mode == "Off":
		return
	project = get_project_of(doc)
	for check in (require_open, _require_complete, _require_nothing_to_rectify, _require_reviews):
		# Where the company only warns, all that is wrong is said.
		hold_back(mode, partial(check, doc, project), _("Gate Not Passed"))


def _require_reviews(doc, project) -> None:
	require_needed(
		doc,
		project,
		load_process(project.process_version),
		judge=lambda findings: _of_this_contract(doc, findings),
	)


def _require_complete(doc, project) -> None:
	missing = [
		_("{0} ({1})").format(_(doc.meta.get_label(fieldname), context=CONTRACT), clause)
		for clause, fieldnames in STATED.items()
		for fieldname in fieldnames
		if not doc.get(fieldname)
	]
	if not any(doc.get(fieldname) for fieldname in PAYMENT):
		missing.append(_("{0} ({1})").format(_(doc.meta.get_label(PAYMENT[1]), context=CONTRACT), "R5.10"))
	if missing:
		frappe.throw(
			_("{0} cannot be submitted: it does not state {1}.").format(doc.name, ", ".join(missing)),
			exc=GateError,
			title=_("Gate Not Passed"),
		)
	if doc.presales_quotation != project.quotation:
		refuse(
			doc,
			"Quotation",
			doc.presales_quotation,
			_("{0}, the current quotation of {1}").format(project.quotation or _("none"), project.name)
			if project.quotation
			else _("a quotation that is submitted and current"),
			GateError,
		)


def _require_nothing_to_rectify(doc, project) -> None:
	"""What the reviews of the contract have asked for is put right and verified before it binds (R5.11, R9.9)."""
	waiting = frappe.get_all(
		"Presales Rectification",
		filters={
			"presales_project": project.name,
			"review_kind": ["in", CONTRACT_REVIEWS],
			"status": ["in", UNSETTLED],
		},
		pluck="name",
		order_by="name asc",
	)
	if waiting:
		frappe.throw(
			_("{0} cannot be submitted: what its reviews ask to be put right is not settled ({1}).").format(
				doc.name, ", ".join(waiting)
			),
			exc=GateError,
			title=_("Gate Not Passed"),
		)


def _of_this_contract(doc, findings: list[Finding]) -> list[Finding]:
	"""A review of the project's other contract, or of another wording, says nothing about this one."""
	kinds = {
		finding.requirement.condition["review_kind"]
		for finding in findings
		if finding.satisfied and finding.requirement.kind == "Review"
	} & set(CONTRACT_REVIEWS)
	if not kinds:
		return findings
	reviews = {
		review.review_kind: review
		for review in frappe.get_all(
			"Presales Review",
			filters={
				"presales_project": doc.presales_project,
				"review_kind": ["in", sorted(kinds)],
				"reviewed_doctype": CONTRACT,
				"reviewed_document": doc.name,
				"docstatus": 1,
			},
			fields=["name", "review_kind", "status", "reviewed_version"],
			order_by="requested_on asc, name asc",
		)
	}
	# What is submitted is what the client sends, which the stored draft need not be.
	present = fingerprint_of(doc)
	return [
		_judge(doc, finding, reviews.get(finding.requirement.condition["review_kind"]), present)
		if finding.requirement.condition["review_kind"] in kinds
		else finding
		for finding in findings
	]


def _judge(doc, finding: Finding, review, present: str) -> Finding:
	if review and review.status in APPROVING_OUTCOMES and review.reviewed_version == present:
		return finding
	if not review:
		found = _("no review of {0}").format(doc.name)
	elif review.status not in APPROVING_OUTCOMES:
		found = _("{0}: {1}").format(review.name, _(review.status, context="Presales Review"))
	else:
		found = _("{0}: {1}, but {2}").format(
			review.name,
			_(review.status, context="Presales Review"),
			_("{0} has changed since the review").format(doc.name),
		)
	return replace(finding, answer=Answer(satisfied=False, found=found, expected=finding.answer.expected))


def require_no_order(doc) -> None:
	"""Raise `ContractError` while an order stands on the contract that is to be cancelled.

	Frappe would refuse as well, after the project has been told.
	"""
	orders = frappe.get_all(
		"Sales Order",
		filters={"presales_contract": doc.name, "docstatus": 1},
		pluck="name",
		order_by="name asc",
	)
	if orders:
		frappe.throw(
			_(
				"Contract {0} cannot be cancelled: sales order {1} stands on it. Cancel the order first."
			).format(doc.name, ", ".join(orders)),
			exc=ContractError,
		)


# ---------------------------------------------------------------------------------------- the order


def prepare_order(order) -> None:
	"""Let a new order stand on the project's contract unless it names another; refuse one of another project. One query.

	Whoever enters orders often has no right to read contracts, and could not pick it.
	"""
	if not order.presales_contract:
		order.presales_contract = frappe.db.get_value(PROJECT, order.presales_project, "contract")
		return
	project = frappe.db.get_value(CONTRACT, order.presales_contract, "presales_project")
	if project != order.presales_project:
		refuse(
			order,
			"Contract",
			order.presales_contract,
			_("a record of project {0}").format(order.presales_project),
			ProjectMismatchError,
		)


def check_order(order) -> None:
	"""Hold back an order without a contract that is submitted and signed, where the company asks for one (R1.7)."""
	mode = frappe.get_cached_doc("Presales Settings").get_for_company("order_needs_contract", order.company)
	if mode != "Off" and not order.presales_contract:
		# The order can be older than the contract, which whoever enters orders often could not pick.
		order.presales_contract = get_project_of(order).contract
	hold_back(mode, lambda: _require_signed(order), _("Gate Not Passed"))


def _require_signed(order) -> None:
	contract = None
	if order.presales_contract:
		contract = frappe.db.get_value(
			CONTRACT, order.presales_contract, ["name", "docstatus", "is_signed"], as_dict=True
		)
	if contract and contract.docstatus == 1 and contract.is_signed:
		return
	refuse(
		order,
		"Contract",
		contract and contract.name,
		_("a contract that is submitted and signed"),
		GateError,
	)
