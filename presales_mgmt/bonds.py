"""The bond of a bid, from its payment until it has come back (R9.5).

To Be Paid → Paid by a Payment Entry or a Bank Guarantee of ERPNext → Returned or Forfeited. Amounts and dates are
those of ERPNext's documents; when one of them is cancelled the bond goes back to where it was before. A bond has its
own life: the result of the bid, a lost or an abandoned project end nothing of it, and a project with a bond that is
out is not closed.
"""

import frappe
from frappe import _
from frappe.utils import flt, formatdate, getdate, today

from presales_mgmt.exceptions import BondError, CompanyMismatchError, DuplicateEntryError, LifecycleError
from presales_mgmt.permissions.visibility import PROJECT_WRITERS, get_project_roles
from presales_mgmt.rules import bid as rules
from presales_mgmt.rules.validation import refuse, require_company

BID = "Presales Bid"
PAYMENT = "Payment Entry"
GUARANTEE = "Bank Guarantee"
SAVE_POINT = "presales_bond"
# Finance pays and watches the money, and has the right to read ERPNext's documents.
SETTLING_ROLES = PROJECT_WRITERS | {"Finance"}

# What is empty while a bond is with us, and until it has come back.
UNPAID = {
	"bond_payment": None,
	"bond_guarantee": None,
	"bond_paid_on": None,
	"base_bond_paid": 0,
}
UNSETTLED = {
	"bond_return_payment": None,
	"bond_returned_on": None,
	"base_bond_returned": 0,
	"bond_settlement_reason": None,
	"bond_settled_by": None,
}


def pay(
	name: str,
	payment_entry: str | None = None,
	bank_guarantee: str | None = None,
	due_back: str | None = None,
) -> None:
	"""Note by which document the bond was paid.

	Args:
		name: name of the Presales Bid.
		payment_entry: a submitted Payment Entry to the tenderer or the tender agency, of at least the bond.
		bank_guarantee: or a submitted Bank Guarantee that the company provides.
		due_back: when the bond is to come back; without it the date of the bid, or the end of the guarantee.

	Raises:
		frappe.PermissionError: the user is neither of the leading team nor its finance, or may not read the document.
		BondError: no bond is to be paid, the document does not stand for it, or nobody knows when it is due back.
		CompanyMismatchError: the document is of another company.
		DuplicateEntryError: it stands for the bond of another bid.
	"""
	_lock(PAYMENT, payment_entry)
	_lock(GUARANTEE, bank_guarantee)
	doc = _read(name)
	_require_status(doc, rules.TO_BE_PAID)
	if bool(payment_entry) == bool(bank_guarantee):
		refuse(doc, "Bond Status", None, _("one Payment Entry or one Bank Guarantee"), BondError)
	if payment_entry:
		values = _paid_by_payment(doc, _get_document(PAYMENT, payment_entry))
	else:
		values = _paid_by_guarantee(doc, _get_document(GUARANTEE, bank_guarantee))
	if due_back:
		values["bond_due_back"] = due_back
	if not values.get("bond_due_back"):
		refuse(doc, "Bond Due Back", None, _("a date, so that the bond is not forgotten"), BondError)
	_settle(doc, values)


def give_back(
	name: str,
	payment_entry: str | None = None,
	returned_on: str | None = None,
	reason: str | None = None,
) -> None:
	"""Note that the bond came back.

	Args:
		name: name of the Presales Bid.
		payment_entry: the submitted Payment Entry by which it was received, of a bond that was transferred.
		returned_on: the day on which the bank was given the guarantee back, of a bond that was guaranteed.
		reason: why less came back than was paid; needed then.

	Raises:
		frappe.PermissionError: as with `pay`.
		BondError: no bond is out, the document does not stand for it, or less came back without a reason.
	"""
	_lock(PAYMENT, payment_entry)
	doc = _read(name)
	_require_status(doc, rules.PAID)
	if doc.bond_kind == rules.BANK_TRANSFER:
		if not payment_entry:
			refuse(doc, "Return Payment", None, _("a Payment Entry of type Receive"), BondError)
		values = _returned_by_payment(doc, _get_document(PAYMENT, payment_entry), reason)
	else:
		values = _returned_by_date(doc, returned_on)
	_settle(doc, {**values, "bond_settlement_reason": _text(reason), "bond_settled_by": frappe.session.user})


def forfeit(name: str, reason: str) -> None:
	"""Note that the bond is lost, and why.

	Raises:
		frappe.PermissionError: as with `pay`.
		BondError: no bond is out, or there is no reason.
	"""
	doc = _read(name)
	_require_status(doc, rules.PAID)
	if not _text(reason):
		refuse(doc, "Settlement Reason", None, _("a reason"), BondError)
	_settle(
		doc,
		{
			"bond_status": rules.FORFEITED,
			"bond_settlement_reason": _text(reason),
			"bond_settled_by": frappe.session.user,
		},
	)


def require_none_out(project: str) -> None:
	"""Raise `LifecycleError` while a bond of the project is out: a closed project is looked at by nobody."""
	out = frappe.get_all(
		BID,
		filters={"presales_project": project, "bond_status": rules.PAID},
		fields=["name", "bond_due_back"],
		order_by="name asc",
	)
	if out:
		frappe.throw(
			_(
				"{0} cannot be closed yet: found a bond that is out ({1}), expected it returned or forfeited."
			).format(
				project,
				", ".join(
					_("{0}, due back on {1}").format(row.name, formatdate(row.bond_due_back)) for row in out
				),
			),
			exc=LifecycleError,
		)


# ---------------------------------------------------------------------------------- ERPNext's documents


def release(document) -> None:
	"""Take back what a Payment Entry or Bank Guarantee that is cancelled stood for.

	When it stood for nothing: an indexed query for each field that could name it.
	"""
	# Not by the type of the payment: Frappe writes whatever is sent with a document that is cancelled.
	fieldnames = (
		("bond_payment", "bond_return_payment") if document.doctype == PAYMENT else ("bond_guarantee",)
	)
	names = set()
	for fieldname in fieldnames:
		# A locking read: it may have been named meanwhile, see `_lock`.
		query = frappe.qb.get_query(
			BID, fields=["name"], filters={fieldname: document.name}, order_by="name asc", for_update=True
		)
		names.update(row.name for row in query.run(as_dict=True))
	for name in sorted(names):
		doc = frappe.get_doc(BID, name, for_update=True)
		before = doc.bond_status
		if document.doctype == PAYMENT and doc.bond_return_payment == document.name:
			# An amended payment of the same sum comes back for the same reason.
			kept = {"bond_settlement_reason": doc.bond_settlement_reason}
			values = {"bond_status": rules.PAID, **UNSETTLED, **kept}
		else:
			values = {
				"bond_status": rules.TO_BE_PAID,
				**UNPAID,
				**UNSETTLED,
				"bond_earlier_settlement": _settlement_of(doc),
			}
		_settle(doc, {**values, "bond_cancelled_document": document.name})
		doc.add_comment(
			"Info",
			_("The bond is {0} again, was {1}: {2} was cancelled.").format(
				_(doc.bond_status, context=BID), _(before, context=BID), document.name
			),
		)


def follow_amendment(document) -> None:
	"""Let an amended document stand for the bond as the cancelled one did, if it still fits. Otherwise nobody is
	stopped from booking it: the bond stays where it is, with a comment.
	"""
	receives = document.doctype == PAYMENT and document.payment_type == rules.RECEIVE
	for name in frappe.get_all(
		BID,
		filters={
			"bond_cancelled_document": document.amended_from,
			"bond_status": rules.PAID if receives else rules.TO_BE_PAID,
		},
		pluck="name",
		order_by="name asc",
	):
		doc = frappe.get_doc(BID, name, for_update=True)
		frappe.db.savepoint(SAVE_POINT)
		try:
			if receives:
				values = _returned_by_payment(doc, document, _reason_of_amended(doc, document))
				values["bond_settled_by"] = frappe.session.user
			elif document.doctype == PAYMENT:
				values = _paid_by_payment(doc, document)
			else:
				values = _paid_by_guarantee(doc, document)
			earlier = None if receives else frappe.parse_json(doc.bond_earlier_settlement or "null")
			_settle(doc, values)
			if earlier:
				_settle(doc, _settled_as_before(doc, earlier))
		except frappe.ValidationError as error:
			frappe.db.rollback(save_point=SAVE_POINT)
			frappe.clear_last_message()
			doc.reload()
			doc.add_comment("Info", _("{0} does not stand for the bond: {1}").format(document.name, error))
			# What it is amended to in turn may fit.
			doc.db_set({"bond_cancelled_document": document.name, "bond_settlement_reason": None})


def _settlement_of(doc) -> str | None:
	"""How the bond was settled, for the case that what it was paid by is amended."""
	if doc.bond_status not in (rules.RETURNED, rules.FORFEITED):
		return None
	return frappe.as_json({"bond_status": doc.bond_status, **{field: doc.get(field) for field in UNSETTLED}})


def _settled_as_before(doc, earlier: dict) -> dict:
	"""What a bond that is paid by an amended document was settled by; nothing when that stands no more."""
	if earlier.get("bond_return_payment"):
		payment = frappe.get_doc(PAYMENT, earlier["bond_return_payment"])
		if payment.docstatus != 1:
			return {}
		earlier.update(_returned_by_payment(doc, payment, earlier.get("bond_settlement_reason")))
	return {**earlier, "bond_cancelled_document": None}


def _paid_by_payment(doc, payment) -> dict:
	_require_kind(doc, rules.BANK_TRANSFER)
	_require_payment(doc, payment, "Payment Entry", rules.PAY)
	_require_unused(doc, "bond_payment", payment)
	wanted, found = _amounts(doc, payment, doc.base_bond_amount)
	if found < wanted:
		refuse(doc, "Payment Entry", _sum(found), _("at least {0}").format(_sum(wanted)), BondError)
	return {
		"bond_status": rules.PAID,
		"bond_kind": rules.BANK_TRANSFER,
		"bond_payment": payment.name,
		"bond_paid_on": payment.posting_date,
		"base_bond_paid": _base_amount(payment),
		"bond_due_back": doc.bond_due_back,
		"bond_cancelled_document": None,
		"bond_earlier_settlement": None,
	}


def _paid_by_guarantee(doc, guarantee) -> dict:
	"""ERPNext states no currency of a guarantee: it is made out over the bond, so in the currency of the bond."""
	_require_kind(doc, rules.BANK_GUARANTEE)
	if guarantee.docstatus != 1 or guarantee.bg_type != "Providing":
		refuse(
			doc,
			"Bank Guarantee",
			f"{guarantee.name}: {_(guarantee.bg_type)}",
			_("a submitted guarantee of type Providing"),
			BondError,
		)
	party_type = rules.CUSTOMER if guarantee.customer else rules.SUPPLIER
	_require_party(doc, "Bank Guarantee", party_type, guarantee.customer or guarantee.supplier)
	_require_company_of_guarantee(doc, guarantee)
	_require_unused(doc, "bond_guarantee", guarantee)
	if flt(guarantee.amount) < flt(doc.bond_amount):
		refuse(
			doc,
			"Bank Guarantee",
			_sum(guarantee.amount),
			_("at least {0}").format(_sum(doc.bond_amount)),
			BondError,
		)
	return {
		"bond_status": rules.PAID,
		"bond_kind": rules.BANK_GUARANTEE,
		"bond_guarantee": guarantee.name,
		"bond_paid_on": guarantee.start_date,
		# No money has left: what the bank answers for.
		"base_bond_paid": 0,
		"bond_due_back": doc.bond_due_back or guarantee.end_date,
		"bond_cancelled_document": None,
		"bond_earlier_settlement": None,
	}


def _returned_by_payment(doc, payment, reason: str | None = None) -> dict:
	_require_payment(doc, payment, "Return Payment", rules.RECEIVE)
	_require_unused(doc, "bond_return_payment", payment)
	if getdate(payment.posting_date) < getdate(doc.bond_paid_on):
		refuse(
			doc,
			"Return Payment",
			f"{payment.name} ({formatdate(payment.posting_date)})",
			_("a date from {0} on").format(formatdate(doc.bond_paid_on)),
			BondError,
		)
	wanted, found = _amounts(doc, payment, doc.base_bond_paid)
	if found < wanted and not _text(reason):
		refuse(
			doc,
			"Return Payment",
			_sum(found),
			_("at least {0}, or a reason why less came back").format(_sum(wanted)),
			BondError,
		)
	return {
		"bond_status": rules.RETURNED,
		"bond_return_payment": payment.name,
		"bond_returned_on": payment.posting_date,
		"base_bond_returned": _base_amount(payment),
		"bond_cancelled_document": None,
	}


def _reason_of_amended(doc, payment) -> str | None:
	"""Why less came back by the payment that `payment` amends; of another sum than that it says nothing."""
	cancelled = frappe.get_doc(PAYMENT, payment.amended_from)
	base = doc.base_bond_paid
	if _amounts(doc, payment, base)[1] >= _amounts(doc, cancelled, base)[1]:
		return doc.bond_settlement_reason
	return None


def _returned_by_date(doc, returned_on: str | None) -> dict:
	if not returned_on:
		refuse(doc, "Bond Returned On", None, _("the day on which the guarantee came back"), BondError)
	if not getdate(doc.bond_paid_on) <= getdate(returned_on) <= getdate(today()):
		refuse(
			doc,
			"Bond Returned On",
			formatdate(returned_on),
			_("a date from {0} to {1}").format(formatdate(doc.bond_paid_on), formatdate(today())),
			BondError,
		)
	return {"bond_status": rules.RETURNED, "bond_returned_on": returned_on}


def _require_payment(doc, payment, label: str, payment_type: str) -> None:
	if payment.docstatus != 1 or payment.payment_type != payment_type:
		refuse(
			doc,
			label,
			f"{payment.name}: {_(payment.payment_type)}",
			_("a submitted payment of type {0}").format(_(payment_type)),
			BondError,
		)
	if payment.company != doc.company:
		refuse(
			doc,
			label,
			f"{payment.name} ({payment.company})",
			_("a record of company {0}").format(doc.company),
			CompanyMismatchError,
		)
	_require_party(doc, label, payment.party_type, payment.party)
	if not rules.free_share(payment):
		refuse(doc, label, _sum(0), _("money that pays no order and no invoice"), BondError)


def _require_party(doc, label: str, party_type: str | None, party: str | None) -> None:
	if not rules.takes_bond(party_type, party, doc.tenderer, doc.tender_agency):
		refuse(
			doc,
			label,
			party,
			_(" or ").join(
				filter(None, (doc.tenderer, doc.tender_agency or _("a supplier as tender agency")))
			),
			BondError,
		)


def _require_company_of_guarantee(doc, guarantee) -> None:
	"""A guarantee names no company, but records that belong to one."""
	for doctype, name in (
		("Account", guarantee.account),
		("Project", guarantee.project),
		(guarantee.reference_doctype, guarantee.reference_docname),
	):
		if doctype and name:
			require_company(doc, doctype, name, "Bank Guarantee", doc.company)


def _require_unused(doc, fieldname: str, document) -> None:
	"""One document stands for one bond. A locking read: it may have come to stand for another meanwhile."""
	other = frappe.db.get_value(
		BID,
		{fieldname: document.name, "name": ["!=", doc.name]},
		"name",
		order_by="name asc",
		for_update=True,
	)
	if other:
		refuse(
			doc,
			doc.meta.get_label(fieldname),
			document.name,
			_("a document that does not stand for the bond of {0}").format(other),
			DuplicateEntryError,
		)


def _require_kind(doc, kind: str) -> None:
	if doc.bond_kind and doc.bond_kind != kind:
		refuse(doc, "Bond Kind", _(doc.bond_kind, context=BID), _(kind, context=BID), BondError)


def _amounts(doc, payment, base: float) -> tuple[float, float]:
	"""What is asked for and what was paid, both in the currency of the bond.

	When no account of the payment is kept in that currency, both in the company's: then `base` is asked for.
	"""
	found = rules.amount_in(payment, doc.bond_currency, doc.company_currency())
	if found is None:
		return flt(base, 2), _base_amount(payment)
	return flt(doc.bond_amount, 2), flt(found * rules.free_share(payment), 2)


def _base_amount(payment) -> float:
	return flt(rules.base_amount(payment) * rules.free_share(payment), 2)


def _sum(amount: float) -> str:
	return frappe.utils.fmt_money(flt(amount), precision=2)


def _text(reason: str | None) -> str:
	return (reason or "").strip()


def _get_document(doctype: str, name: str):
	"""A document of ERPNext that the session's user may read: nobody finds out here what others have paid."""
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	return document


def _lock(doctype: str, name: str | None) -> None:
	"""Of two who name one document, the second waits; and so does who cancels it, until the bid names it.

	Before the bid is locked, as whoever cancels does it, so that nobody waits for the other.
	"""
	if name:
		frappe.db.get_value(doctype, name, "name", for_update=True)


def _read(name: str):
	doc = frappe.get_doc(BID, name, for_update=True)
	doc.check_permission("read")
	if not SETTLING_ROLES & get_project_roles(doc.presales_project, frappe.session.user):
		frappe.throw(
			_("The bond of {0} is settled by director, manager, planning manager or finance of {1}.").format(
				doc.name, doc.presales_project
			),
			exc=frappe.PermissionError,
		)
	return doc


def _settle(doc, values: dict) -> None:
	doc.update(values)
	doc.flags.by_function = doc.flags.by_bond = True
	# The caller has checked who may do this; finance, and who books ERPNext's documents, write nothing else here.
	doc.save(ignore_permissions=True)


def _require_status(doc, expected: str) -> None:
	if doc.bond_status != expected:
		refuse(doc, "Bond Status", _(doc.bond_status, context=BID), _(expected, context=BID), BondError)
