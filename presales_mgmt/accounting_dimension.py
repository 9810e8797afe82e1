"""Presales Project as an Accounting Dimension of ERPNext, for companies that want it: then the general ledger names
the project, too (R7.1).

ERPNext makes a field for a dimension on each of its accounting DocTypes, called after what it is a dimension of. On
some of them this app has a field of that name already: ERPNext uses it as it is. When ERPNext deletes a dimension, it
deletes every field of that name, ours included. So ours is removed here, and what ERPNext has made goes field by field.
"""

import frappe
from frappe import _

from presales_mgmt.exceptions import AccountingDimensionError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.setup.custom_fields import CUSTOM_FIELDS, PROJECT_FIELD, delete_custom_field

DIMENSION = "Accounting Dimension"
# Here ERPNext notes what a Budget may be made against.
BUDGET_OPTIONS = {"doc_type": "Budget", "field_name": "budget_against", "property": "options"}


def get_name() -> str | None:
	"""The name of the dimension; None when there is none."""
	return frappe.db.get_value(DIMENSION, {"document_type": PROJECT})


def enable() -> str:
	"""Make the dimension, and return its name. One that is there stays as it is.

	ERPNext makes its fields in the background. What is submitted from then on is booked with the project of its rows.

	Raises:
		frappe.PermissionError: the user may not make dimensions.
		AccountingDimensionError: a DocType has another field of the name that the dimension needs.
	"""
	frappe.has_permission(DIMENSION, "create", throw=True)
	if name := get_name():
		return name
	_require_fieldname()
	return frappe.get_doc({"doctype": DIMENSION, "document_type": PROJECT, "label": PROJECT}).insert().name


def remove() -> None:
	"""Remove the dimension with the fields, and their columns, that ERPNext has made for it. Ours stay.

	What was booked loses the project in the general ledger; the ledger of this app keeps it.
	"""
	frappe.has_permission(DIMENSION, "delete", throw=True)
	remove_all()


def remove_all() -> None:
	"""As `remove`, without asking who does it: for the uninstaller. What was left by a removal that was broken off, whose
	columns the database does not roll back, goes as well.
	"""
	if name := get_name():
		# Past ERPNext's own deletion, which would take our fields with it.
		frappe.db.delete("Accounting Dimension Detail", {"parent": name, "parenttype": DIMENSION})
		frappe.db.delete(DIMENSION, {"name": name})
	frappe.flags.accounting_dimensions = frappe.flags.accounting_dimensions_details = None
	_remove_from_budgets()
	for doctype in _made_by_dimension():
		delete_custom_field(doctype, PROJECT_FIELD)
		frappe.clear_cache(doctype=doctype)


def refuse_deletion(doc) -> None:
	"""Raise `AccountingDimensionError`: deleted by ERPNext, the dimension would take fields of this app with it."""
	frappe.throw(
		_(
			"Remove this dimension in Presales Settings: deleted here it would take fields of presales projects with it."
		),
		exc=AccountingDimensionError,
	)


def _require_fieldname() -> None:
	"""The name is free, or names a link to a project: otherwise ERPNext would book whatever stands there."""
	for doctype in frappe.get_hooks("accounting_dimension_doctypes"):
		if not frappe.db.exists("DocType", doctype):
			continue
		df = frappe.get_meta(doctype).get_field(PROJECT_FIELD)
		if df and (df.fieldtype, df.options) != ("Link", PROJECT):
			frappe.throw(
				_("{0} has a field {1} that is no link to a presales project: found {2}.").format(
					_(doctype), PROJECT_FIELD, df.fieldtype
				),
				exc=AccountingDimensionError,
			)


def _made_by_dimension() -> list[str]:
	"""The DocTypes on which ERPNext has made a field for the dimension."""
	ours = {
		doctype
		for doctype, fields in CUSTOM_FIELDS.items()
		for df in fields
		if df["fieldname"] == PROJECT_FIELD
	}
	found = frappe.get_all(
		"Custom Field",
		filters={
			"fieldname": PROJECT_FIELD,
			"options": PROJECT,
			"dt": ["in", frappe.get_hooks("accounting_dimension_doctypes")],
		},
		pluck="dt",
		order_by="dt asc",
	)
	return [doctype for doctype in found if doctype not in ours]


def _remove_from_budgets() -> None:
	setter = frappe.db.exists("Property Setter", BUDGET_OPTIONS)
	if not setter:
		return
	doc = frappe.get_doc("Property Setter", setter)
	options = (doc.value or "").split("\n")
	if PROJECT in options:
		doc.value = "\n".join(option for option in options if option != PROJECT)
		standard = {"parent": BUDGET_OPTIONS["doc_type"], "fieldname": BUDGET_OPTIONS["field_name"]}
		if doc.value == frappe.db.get_value("DocField", standard, "options"):
			# ERPNext made it for this dimension, whoever may customise forms.
			doc.delete(ignore_permissions=True)
		else:
			# Who may delete dimensions may lack the right to customise forms.
			doc.save(ignore_permissions=True)
		frappe.clear_cache(doctype="Budget")
