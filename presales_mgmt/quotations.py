"""Versions of what is offered: several for each bidding customer, of which one is current (R1.6, R7.8).

ERPNext knows one offer, which is cancelled and amended. Here every submitted Quotation of a project is a version
with a number. The newest for a customer, lead or prospect is current; the ones before it are superseded and cannot
be ordered. Of several bidding customers each has a current version. Number and status are written here and nowhere
else, under a lock on the project. A draft has no number: who submits first comes first.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import cint, flt, get_datetime, getdate, now

from presales_mgmt.exceptions import ProjectMismatchError, SupersededQuotationError, VersionError
from presales_mgmt.overrides.common import get_project_of
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import quotation as rules
from presales_mgmt.rules.validation import refuse

QUOTATION = "Quotation"
# Written by functions, whatever a client sends.
KEPT_FIELDS = (
	"presales_version",
	"presales_version_status",
	"presales_cost_estimate",
	"presales_installation_days",
)
ROW_FIELDS = [
	"name",
	"status",
	"presales_version",
	"presales_version_status",
	"quotation_to",
	"party_name",
	"transaction_date",
	"base_net_total",
]
# Field of Customer in which ERPNext notes of which lead or prospect it was made.
BECOMES_CUSTOMER = {"Lead": "lead_name", "Prospect": "prospect_name"}
READ_FIELDS = [*ROW_FIELDS, "docstatus", "creation"]
PROJECT_FIELDS = ["name", "party_type", "party", "quotation", "base_quoted_amount"]


def clear_version(doc) -> None:
	"""A draft is no version yet, whatever was sent or copied."""
	if doc.docstatus == 0:
		doc.presales_version = 0
		doc.presales_version_status = None


def release(doc) -> None:
	"""Make a Quotation that is about to be submitted, and whose project is locked, the next version for its customer."""
	others = [row for row in _read(doc.presales_project) if row.name != doc.name]
	own = _row_of(doc)
	identify([*others, own])
	doc.presales_version = 1 + max(
		(cint(row.presales_version) for row in others if rules.bidder_of(row) == rules.bidder_of(own)),
		default=0,
	)
	doc.presales_version_status = rules.CURRENT
	# Under the lock nobody adds to them until this one is submitted.
	doc.flags.presales_other_versions = others


def settle_submitted(doc) -> None:
	"""`settle` the project of a Quotation that `release` has made a version and that has just been submitted."""
	others = doc.flags.pop("presales_other_versions", None)
	if others is None:
		# A program can submit past all checks, with `ignore_validate`.
		settle(doc.presales_project)
		return
	_settle(get_project_of(doc), sorted([*others, _row_of(doc)], key=_age))


def withdraw(doc) -> None:
	"""A version that was cancelled is withdrawn; the latest one that is left becomes current again."""
	doc.db_set("presales_version_status", rules.WITHDRAWN)
	settle(doc.presales_project)


def settle(project: str) -> None:
	"""Write what each version of a project is now, and which offer stands for the deal.

	That is the current version for the project's own party; when there is none, the latest current one. Its
	amount is the net total in company currency, before tax.
	"""
	locked = frappe.db.get_value(PROJECT, project, PROJECT_FIELDS, as_dict=True, for_update=True)
	_settle(locked, _read(project))


def settle_merged(customer, method: str, old: str, new: str, merge: bool = False) -> None:
	"""`settle` the projects with offers to a customer that has taken in another (`after_rename` of Customer)."""
	if not merge:
		return
	projects = frappe.get_all(
		QUOTATION,
		filters={
			"quotation_to": "Customer",
			"party_name": new,
			"presales_project": ["is", "set"],
			"docstatus": 1,
		},
		distinct=True,
		pluck="presales_project",
		order_by="presales_project asc",
	)
	for project in projects:
		settle(project)


def choose_offer(project) -> tuple[str | None, float]:
	"""The offer that stands for the deal, and its net total in company currency; None and 0 without one.

	Args:
		project: the Presales Project, with the party that it has now.
	"""
	return _choose(project, [row for row in _read(project.name) if row.docstatus == 1])


def _choose(project, rows: list) -> tuple[str | None, float]:
	party = frappe._dict(quotation_to=project.party_type, party_name=project.party)
	identify([*rows, party])
	offer = rules.choose_offer(
		[row for row in rows if row.presales_version_status == rules.CURRENT], rules.bidder_of(party)
	)
	return (offer.name, offer.base_net_total) if offer else (None, 0)


def identify(rows: list) -> None:
	"""Set `bidder` of those `rows` whose lead or prospect has become a customer, to that customer: it is the same
	bidder. No query when all are customers, else one for leads and one for prospects.
	"""
	for party_type, fieldname in BECOMES_CUSTOMER.items():
		parties = {
			row.party_name
			for row in rows
			if row.quotation_to == party_type and not getattr(row, "bidder", None)
		}
		if not parties:
			continue
		customers = {}
		for customer in frappe.get_all(
			"Customer",
			filters={fieldname: ["in", sorted(parties)]},
			fields=["name", fieldname],
			order_by="creation asc, name asc",
		):
			customers.setdefault(customer[fieldname], customer.name)
		for row in rows:
			if row.quotation_to == party_type and row.party_name in customers:
				row.bidder = ("Customer", customers[row.party_name])


def _row_of(doc) -> frappe._dict:
	return frappe._dict({fieldname: doc.get(fieldname) for fieldname in READ_FIELDS})


def _settle(project, versions: list) -> None:
	rows = [row for row in versions if row.docstatus == 1]
	identify(rows)
	for name, status in rules.statuses(rows).items():
		row = next(row for row in rows if row.name == name)
		if row.presales_version_status != status:
			frappe.db.set_value(QUOTATION, name, "presales_version_status", status)
			row.presales_version_status = status
	quotation, amount = _choose(project, rows)
	if (project.quotation or None, flt(project.base_quoted_amount)) == (quotation, flt(amount)):
		return
	modified = now()
	frappe.db.set_value(
		PROJECT, project.name, {"quotation": quotation, "base_quoted_amount": amount}, modified=modified
	)
	# Forms that are open, and who listens for changes of the project, are told as by `db_set`, but without reading the
	# project and its tables while the user waits.
	frappe.get_doc({"doctype": PROJECT, "name": project.name, "modified": modified}).notify_update()
	frappe.enqueue_doc(
		PROJECT,
		project.name,
		"tell_changed_offer",
		queue="short",
		enqueue_after_commit=True,
		quotation=project.quotation,
		base_quoted_amount=project.base_quoted_amount,
	)


def get_current(quotation) -> str | None:
	"""The current version for the bidder of `quotation`, a row with `ROW_FIELDS` and the project."""
	rows = frappe.get_all(
		QUOTATION,
		filters={
			"presales_project": quotation.presales_project,
			"docstatus": 1,
			"presales_version_status": rules.CURRENT,
		},
		fields=ROW_FIELDS,
		order_by="presales_version desc, creation desc",
	)
	own = frappe._dict({fieldname: quotation.get(fieldname) for fieldname in ROW_FIELDS})
	identify([*rows, own])
	return next((row.name for row in rows if rules.bidder_of(row) == rules.bidder_of(own)), None)


def require_orderable(order, for_update: bool = False) -> None:
	"""Raise `SupersededQuotationError` when a row of a Sales Order comes from a version that does not stand any more.

	One query, and another to say which version to order instead. With `for_update` what was committed meanwhile is
	seen; the order is about to be noted on the quotation anyway.
	"""
	names = sorted({row.prevdoc_docname for row in order.items} - {None, ""})
	if not names:
		return
	for row in frappe.qb.get_query(
		QUOTATION,
		fields=[*ROW_FIELDS, "presales_project"],
		filters={"name": ["in", names]},
		order_by="name asc",
		for_update=for_update,
	).run(as_dict=True):
		if row.presales_version_status in rules.NOT_ORDERABLE:
			refuse_order(row)


def refuse_order(quotation) -> None:
	"""Raise since nothing is ordered from `quotation`: it says which version stands instead."""
	current = get_current(quotation)
	frappe.throw(
		_("Quotation {0} (version {1}) is {2} and cannot be ordered; the current version is {3}.").format(
			quotation.name,
			quotation.presales_version,
			_(quotation.presales_version_status, context=QUOTATION),
			current or _("none"),
		),
		exc=SupersededQuotationError,
		title=_("Not the Current Version"),
	)


def refuse_order_past_project(quotation, order_without_project: str | None) -> None:
	"""Refuse an order that names no project and was made from `quotation`, which belongs to one: past its gates and
	prices, or to get at a version that does not stand any more.

	Orders of the project are checked before; this one shows when ERPNext notes on the quotation what was ordered. Other
	than from a version that does not stand, orders from before stay.

	Args:
		quotation: a document that was ordered.
		order_without_project: name of the order that may just be being submitted, and names no project.

	Raises `SupersededQuotationError` or `ProjectMismatchError`. One query.
	"""
	item, order = map(frappe.qb.DocType, ("Sales Order Item", "Sales Order"))
	strays = (
		frappe.qb.from_(item)
		.join(order)
		.on(order.name == item.parent)
		.select(order.name)
		.where((item.prevdoc_docname == quotation.name) & (order.docstatus == 1))
		.where(order.presales_project.isnull() | (order.presales_project == ""))
	)
	is_orderable = quotation.presales_version_status not in rules.NOT_ORDERABLE
	if is_orderable:
		strays = strays.where(order.name == order_without_project)
	if not strays.limit(1).run():
		return
	if not is_orderable:
		refuse_order(quotation)
	frappe.throw(
		_("{0} was made from quotation {1} of presales project {2}, and has to name the project.").format(
			order_without_project, quotation.name, quotation.presales_project
		),
		exc=ProjectMismatchError,
	)


@frappe.whitelist()
def make_next_version(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved Quotation that says what the submitted one `source_name` says, for the form to open.

	Raises `frappe.PermissionError` without the right to read the one and to create another, and `VersionError` when
	the source is a draft, which is changed as it is, or cancelled, which is amended.
	"""

	def set_origin(source, target):
		if not source.get("presales_project"):
			refuse(source, "Presales Project", None, _("a project"), VersionError)
		if source.docstatus != 1:
			refuse(source, "Status", _(source.status), _("a quotation that was submitted"), VersionError)
		clear_version(target)
		# An offer whose time has passed gets a new one.
		if source.valid_till and getdate(source.valid_till) < getdate():
			target.valid_till = None
		frappe.has_permission(QUOTATION, "create", doc=target, throw=True)

	def keep_origin(source, target, source_parent):
		# Not copied by ERPNext; but an opportunity finds its quotations by these.
		target.prevdoc_doctype, target.prevdoc_docname = source.prevdoc_doctype, source.prevdoc_docname

	return get_mapped_doc(
		QUOTATION,
		source_name,
		{
			QUOTATION: {"doctype": QUOTATION},
			"Quotation Item": {"doctype": "Quotation Item", "postprocess": keep_origin},
		},
		target_doc,
		set_origin,
	)


def keep_from_before(doc) -> None:
	"""Frappe compares nothing when a document is cancelled: a client could send other values of ours with it."""
	before = doc.get_doc_before_save()
	if before and before.get("presales_project"):
		doc.presales_project = before.presales_project
		for fieldname in KEPT_FIELDS:
			doc.set(fieldname, before.get(fieldname))


def _read(project: str) -> list[frappe._dict]:
	"""The submitted and cancelled quotations of a project, which the caller has locked, the oldest first."""

	def read(**lock):
		return frappe.qb.get_query(
			QUOTATION,
			fields=READ_FIELDS,
			filters={"presales_project": project, "docstatus": [">", 0]},
			order_by="transaction_date asc, creation asc",
			**lock,
		).run(as_dict=True)

	# Locking reads see what was committed meanwhile. They leave out what somebody holds who waits for this lock
	# himself; that is as it was at the beginning.
	rows = {row.name: row for row in (*read(), *read(for_update=True, skip_locked=True))}
	return sorted(rows.values(), key=_age)


def _age(row) -> tuple:
	return getdate(row.transaction_date), get_datetime(row.creation)
