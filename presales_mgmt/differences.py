"""How the offers, the contract and the order of a deal differ, for forms and for the check of an order (R1.6, R1.7, R8.6).

Reads ERPNext's documents into the plain form of `rules.difference`, and shows what it finds. Cost and margin are no
part of it: who reads a document sees what it says to the customer.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.meta import get_field_precision
from frappe.utils import cstr, flt, fmt_money, formatdate, getdate, strip_html

from presales_mgmt.exceptions import GateError
from presales_mgmt.overrides.common import get_project_of, hold_back
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import difference as rules

QUOTATION, CONTRACT, ORDER = "Quotation", "Contract", "Sales Order"

PAIRS = ((QUOTATION, CONTRACT), (CONTRACT, ORDER), (QUOTATION, ORDER))

# DocType -> label -> field. Labels are those of the rows that are shown; a document compares with another in those
# that both have.
AMOUNTS = {
	QUOTATION: {
		"Net Total": "net_total",
		"Total Taxes and Charges": "total_taxes_and_charges",
		"Additional Discount": "discount_amount",
		"Grand Total": "grand_total",
	},
	CONTRACT: {"Net Total": "presales_amount"},
}
AMOUNTS[ORDER] = AMOUNTS[QUOTATION]
DATES = {
	QUOTATION: {"Valid Until": "valid_till"},
	CONTRACT: {"Delivery Date": "presales_delivery_date"},
	ORDER: {"Delivery Date": "delivery_date"},
}
CURRENCY = {QUOTATION: "currency", CONTRACT: "presales_currency", ORDER: "currency"}
PAYMENT_TERMS = {
	QUOTATION: "payment_terms_template",
	CONTRACT: "presales_payment_terms_template",
	ORDER: "payment_terms_template",
}
TEXT = {QUOTATION: "terms", CONTRACT: "contract_terms", ORDER: "terms"}
# A contract has neither items nor a schedule.
ITEMS = {QUOTATION: "Quotation Item", ORDER: "Sales Order Item"}
ITEM_FIELDS = (
	"item_code",
	"item_name",
	"description",
	"qty",
	"uom",
	"rate",
	"price_list_rate",
	"discount_percentage",
	"discount_amount",
)
SCHEDULE = "Payment Schedule"
SCHEDULE_FIELDS = ("payment_term", "description", "invoice_portion", "due_date")

END_OF_PARAGRAPH = re.compile(r"<br[^>]*>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)


def read_documents(documents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], rules.CommercialDocument]:
	"""(DocType, name) -> the document in the form of the rules, of those that are there.

	One query for each DocType, one for its items and one for its payment schedules, however many documents. Permissions
	are the caller's matter.
	"""
	names = defaultdict(set)
	for doctype, name in documents:
		names[doctype].add(name)
	found = {}
	for doctype, group in names.items():
		group = sorted(group)
		fields = [field for field in _fields(doctype) if frappe.get_meta(doctype).has_field(field)]
		rows = frappe.get_all(
			doctype, filters={"name": ["in", group]}, fields=["name", *fields], order_by="name asc"
		)
		items, payments = {}, {}
		if doctype in ITEMS:
			items = _children(ITEMS[doctype], ITEM_FIELDS, doctype, group)
			payments = _children(SCHEDULE, SCHEDULE_FIELDS, doctype, group)
		for row in rows:
			found[doctype, row.name] = _normalise(
				doctype, row, items.get(row.name, ()), payments.get(row.name, ())
			)
	return found


def read_document(doc) -> rules.CommercialDocument:
	"""A document as it stands in memory. No query."""
	return _normalise(doc.doctype, doc, doc.get("items") or (), doc.get("payment_schedule") or ())


def show(before: rules.CommercialDocument, after: rules.CommercialDocument) -> list[dict]:
	"""What differs between two documents, in the user's language.

	Returns: [{"what", "label", "detail", "before", "after", "kind"}]; `what` and `kind` are untranslated, as in
	`rules.difference`, and `label` and the values plain text.
	"""
	return [
		{
			"what": row.what,
			"label": _label(row),
			"detail": _words()[row.detail] if row.detail else "",
			"before": _shown(row, row.before, before.currency),
			"after": _shown(row, row.after, after.currency),
			"kind": row.kind,
		}
		for row in rules.compare(before, after, rounding)
	]


def rounding(number: float, unit: str) -> float:
	"""As the items of a quotation are rounded on this site."""
	fieldname = {rules.MONEY: "rate", rules.COUNT: "qty", rules.PERCENT: "discount_percentage"}[unit]
	field = frappe.get_meta(ITEMS[QUOTATION]).get_field(fieldname)
	return flt(number, get_field_precision(field))


def _fields(doctype: str) -> list[str]:
	return [
		*AMOUNTS[doctype].values(),
		*DATES[doctype].values(),
		CURRENCY[doctype],
		PAYMENT_TERMS[doctype],
		TEXT[doctype],
	]


def _children(child: str, fields: tuple[str, ...], doctype: str, parents: list[str]) -> dict[str, list]:
	rows = defaultdict(list)
	for row in frappe.get_all(
		child,
		filters={"parenttype": doctype, "parent": ["in", parents]},
		fields=["parent", *fields],
		order_by="parent asc, idx asc",
	):
		rows[row.parent].append(row)
	return rows


def _normalise(doctype: str, doc, items, payments) -> rules.CommercialDocument:
	return rules.CommercialDocument(
		currency=cstr(doc.get(CURRENCY[doctype])),
		amounts={label: flt(doc.get(field)) for label, field in AMOUNTS[doctype].items()},
		dates={label: _day(doc.get(field)) for label, field in DATES[doctype].items()},
		items=[_item(row) for row in items] if doctype in ITEMS else None,
		payment_terms=doc.get(PAYMENT_TERMS[doctype]),
		payments=_payments(payments) if doctype in ITEMS else None,
		terms=paragraphs(doc.get(TEXT[doctype])),
		is_framework=doctype == CONTRACT,
	)


def _item(row) -> rules.Item:
	discount = flt(row.discount_percentage)
	if not discount and flt(row.price_list_rate):
		discount = 100 * flt(row.discount_amount) / flt(row.price_list_rate)
	text = " ".join(paragraphs(row.description))
	return rules.Item(
		item_code=cstr(row.item_code),
		description=text or cstr(row.item_name),
		qty=flt(row.qty),
		uom=cstr(row.uom),
		rate=flt(row.rate),
		discount=discount,
	)


def _payments(rows) -> list[rules.Payment]:
	"""ERPNext reckons the date of a term from that of the document, and states one of its own when nothing is agreed."""
	agreed = len(rows) > 1
	if not agreed and not any(row.payment_term or row.description for row in rows):
		return []
	return [
		rules.Payment(
			term=cstr(row.payment_term or row.description),
			portion=flt(row.invoice_portion),
			due_date=_day(row.due_date) if agreed and not row.payment_term else None,
		)
		for row in rows
	]


def paragraphs(text: str | None) -> list[str]:
	"""The paragraphs of a text with HTML, as plain text without needless blanks; empty ones are left out."""
	plain = html.unescape(strip_html(END_OF_PARAGRAPH.sub("\n", cstr(text))))
	lines = (" ".join(line.split()) for line in plain.splitlines())
	return [line for line in lines if line]


def _day(value):
	return getdate(value) if value else None


def _label(row: rules.Row) -> str:
	if row.what == rules.PAYMENT and row.label.isdigit():
		return _("Payment {0}").format(row.label)
	if row.what in (rules.AMOUNT, rules.DATE, rules.PAYMENT):
		return _words()[row.label]
	return row.label


def _words() -> dict[str, str]:
	"""What labels and details of rows are called in the user's language."""
	return {
		"Currency": _("Currency"),
		"Net Total": _("Net Total"),
		"Total Taxes and Charges": _("Total Taxes and Charges"),
		"Additional Discount": _("Additional Discount"),
		"Grand Total": _("Grand Total"),
		"Valid Until": _("Valid Until"),
		"Delivery Date": _("Delivery Date"),
		"Payment Terms": _("Payment Terms"),
		"Description": _("Description"),
		"Quantity": _("Quantity"),
		"Rate": _("Rate"),
		"Discount": _("Discount"),
	}


def _shown(row: rules.Row, value, currency: str) -> str:
	if value is None:
		return ""
	if isinstance(value, rules.Item):
		return _("{0} × {1}").format(
			_quantity(value.qty, value.uom), fmt_money(value.rate, currency=currency)
		)
	if isinstance(value, rules.Quantity):
		return _quantity(value.qty, value.uom)
	if isinstance(value, rules.Payment):
		portion = f"{value.portion:g} %"
		return ", ".join(filter(None, (value.term, portion, value.due_date and formatdate(value.due_date))))
	if row.what == rules.DATE:
		return formatdate(value)
	if isinstance(value, str):
		return value
	return f"{value:g} %" if row.detail == "Discount" else fmt_money(value, currency=currency)


def _quantity(qty: float, uom: str) -> str:
	return f"{qty:g} {_(uom)}".strip()


# ---------------------------------------------------------------------------------------- of a deal


def check_differences(order) -> None:
	"""Say, when an order is submitted, in what it differs from its quotation and its contract (R8.6).

	Raises `GateError` if the setting "Order Differs" of the company says Stop. Whoever may not read the other document
	is told that there are differences, and not which.
	"""
	mode = frappe.get_cached_doc("Presales Settings").get_for_company("order_difference", order.company)
	hold_back(mode, lambda: _check_differences(order), _("Order Differs"))


def _check_differences(order) -> None:
	others = [
		(doctype, name)
		for doctype, name in _chain(order.doctype, order).items()
		if name and doctype != order.doctype
	]
	documents = read_documents(others)
	present = read_document(order)
	message = ""
	for doctype, name in others:
		before = documents.get((doctype, name))
		rows = show(before, present) if before else []
		if not rows:
			continue
		message += "<p>{}</p>".format(
			_("{0} differs from {1} {2}:").format(order.name, _(doctype), frappe.utils.escape_html(name))
		)
		if frappe.has_permission(doctype, "read", doc=name):
			message += describe(rows)
	if message:
		frappe.throw(message, exc=GateError, title=_("Order Differs"))


def describe(rows: list[dict]) -> str:
	"""Rows of `show` as an HTML list, for a message."""
	escape = frappe.utils.escape_html
	return "<ul>{}</ul>".format(
		"".join(
			"<li>{}</li>".format(
				_("{0}: {1} → {2}").format(
					escape(" · ".join(filter(None, (row["label"], row["detail"]))) or _("Terms")),
					escape(row["before"] or _("nothing")),
					escape(row["after"] or _("nothing")),
				)
			)
			for row in rows
		)
	)


def get_differences(doctype: str, name: str) -> list[dict]:
	"""The documents of a deal compared with each other, as far as the user may read both.

	Args:
		doctype: Presales Project, or one of the documents; then this one stands for the project's.
		name: its name.

	Returns: [{"before": {"doctype", "name"}, "after": the same, "rows": see `show`}], for quotation and contract,
		contract and order, quotation and order.
	"""
	chain = {
		document: found
		for document, found in _chain(doctype, frappe.get_doc(doctype, name)).items()
		if found and frappe.has_permission(document, "read", doc=found)
	}
	documents = read_documents(chain.items())
	return [
		{
			"before": {"doctype": before, "name": chain[before]},
			"after": {"doctype": after, "name": chain[after]},
			"rows": show(documents[before, chain[before]], documents[after, chain[after]]),
		}
		for before, after in PAIRS
		if before in chain and after in chain
	]


def _chain(doctype: str, doc) -> dict[str, str | None]:
	"""Which quotation, contract and order belong together: those that `doc` names, else the project's."""
	chain = dict.fromkeys((QUOTATION, CONTRACT, ORDER))
	if doctype == PROJECT or doc.get("presales_project"):
		project = doc if doctype == PROJECT else get_project_of(doc)
		chain.update({QUOTATION: project.quotation, CONTRACT: project.contract, ORDER: project.sales_order})
	if doctype in chain:
		chain[doctype] = doc.name
	if doctype == ORDER:
		chain[CONTRACT] = doc.get("presales_contract") or chain[CONTRACT]
		offers = {row.prevdoc_docname for row in doc.items if row.prevdoc_docname}
		# An order of several offers is compared with the current one.
		chain[QUOTATION] = offers.pop() if len(offers) == 1 else chain[QUOTATION]
	elif doctype == CONTRACT:
		chain[QUOTATION] = doc.get("presales_quotation") or chain[QUOTATION]
	return chain
