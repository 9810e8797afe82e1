"""Indexes on links of ERPNext's documents: ERPNext follows them at every linked submission, and does not index them.

Without them the whole table is read each time: a quotation that is made from an opportunity takes the longer to
submit the more quotations there are. They are made at install and migrate, go at uninstall, and an administrator can
switch them off in Presales Settings. An index that was there before is nobody's business here.
"""

import json

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.utils import cint

# Default under which the site remembers which indexes this app has made: [[DocType, field name], ...]
MADE = "presales_mgmt_indexes"

SWITCH = "index_erpnext_links"

DATABASES = ("mariadb", "sqlite")

INDEXED_LINKS = (
	# Opportunity.has_active_quotation and has_ordered_quotation, at each submission and loss of a quotation.
	("Quotation Item", "prevdoc_docname"),
	# Opportunity.has_lost_quotation, and the two above for an opportunity without items.
	("Quotation", "opportunity"),
	# The ordered quantity of each row of a quotation, at each submission of an order made from it.
	("Sales Order Item", "quotation_item"),
	# Lead.has_opportunity, at each submission of a quotation to a lead.
	("Opportunity", "party_name"),
	# The customer that a lead or prospect has become, by each quotation to one and each order made from it.
	("Customer", "lead_name"),
	("Customer", "prospect_name"),
)


def sync_indexes() -> None:
	"""Make the indexes where the switch is on, and take ours away where it is off. Again, it changes nothing.

	Nothing either on a database of which Frappe does not tell what is indexed: PostgreSQL.
	"""
	if frappe.db.db_type not in DATABASES:
		return
	if cint(frappe.db.get_single_value("Presales Settings", SWITCH)):
		make_indexes()
	else:
		remove_indexes()


def make_indexes() -> None:
	"""Make those of `INDEXED_LINKS` that the site lacks, and remember them as ours."""
	for doctype, fieldname in INDEXED_LINKS:
		if not frappe.db.exists("DocType", doctype):
			continue
		df = frappe.get_meta(doctype).get_field(fieldname)
		if not df or is_indexed(doctype, fieldname):
			continue
		ours = [doctype, fieldname] in made_indexes()
		if df.search_index and not ours:
			# Somebody has asked for it already; the next migrate makes it.
			continue
		add_index(doctype, fieldname)
		if not ours:
			_write([*made_indexes(), [doctype, fieldname]])


def remove_indexes() -> None:
	"""Take away what `make_indexes` has made, and nothing else."""
	for doctype, fieldname in made_indexes():
		if not frappe.db.table_exists(doctype):
			continue
		frappe.db.delete("Property Setter", _property(doctype, fieldname))
		frappe.clear_cache(doctype=doctype)
		if is_indexed(doctype, fieldname):
			index = frappe.db.get_index_name([fieldname])
			frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{index}`")
	frappe.db.delete("DefaultValue", {"parent": "__global", "defkey": MADE})


def is_indexed(doctype: str, fieldname: str) -> bool:
	"""Whether there is an index on this field, by whatever name."""
	return bool(frappe.db.get_column_index(f"tab{doctype}", fieldname))


def add_index(doctype: str, fieldname: str) -> None:
	"""Make an index that a migrate keeps: it drops that of a field which does not ask for one."""
	in_patch = frappe.flags.in_patch
	# Frappe asks for it as well, but would check the whole DocType, and ERPNext's do not pass everywhere.
	frappe.flags.in_patch = True
	try:
		frappe.db.add_index(doctype, [fieldname])
	finally:
		frappe.flags.in_patch = in_patch
	# While an app is installed, and in a migrate, Frappe asks for nothing.
	if not frappe.db.exists("Property Setter", _property(doctype, fieldname)):
		make_property_setter(
			doctype, fieldname, "search_index", "1", "Check", validate_fields_for_doctype=False
		)


def made_indexes() -> list[list[str]]:
	"""[DocType, field name] of the indexes that this app has made on this site."""
	# Read from the table: while an app is being installed, v15 does not renew its cache of defaults.
	stored = frappe.db.get_value("DefaultValue", {"parent": "__global", "defkey": MADE}, "defvalue")
	return json.loads(stored or "[]")


def _write(indexes: list[list[str]]) -> None:
	frappe.db.set_global(MADE, json.dumps(indexes))


def _property(doctype: str, fieldname: str) -> dict:
	return {"doc_type": doctype, "field_name": fieldname, "property": "search_index"}
