import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_field
from frappe.model.document import Document


class AccountingDimension(Document):
	def before_insert(self):
		self.set_fieldname_and_label()

	def validate(self):
		self.validate_doctype()

	def after_insert(self):
		make_dimension_in_accounting_doctypes(self)

	def on_trash(self):
		delete_accounting_dimension(self)

	def set_fieldname_and_label(self):
		"""Label and fieldname follow from the DocType unless given."""
		self.label = self.label or self.document_type
		self.fieldname = self.fieldname or frappe.scrub(self.label)

	def validate_doctype(self):
		"""Not a dimension already, neither built in nor made before."""
		if self.document_type in ("Accounting Dimension", "Project", "Cost Center", "Company", "Account"):
			frappe.throw(_("Not allowed to create accounting dimension for {0}").format(self.document_type))
		if frappe.db.exists(
			"Accounting Dimension", {"document_type": self.document_type, "name": ["!=", self.name]}
		):
			frappe.throw(_("Document Type already used as a dimension"))


def make_dimension_in_accounting_doctypes(doc, doclist=None):
	"""Make the custom field of a dimension in all DocTypes that have dimensions."""
	for doctype in doclist or get_doctypes_with_dimensions():
		if not frappe.get_meta(doctype).has_field(doc.fieldname):
			create_custom_field(
				doctype,
				{
					"fieldname": doc.fieldname,
					"label": doc.label,
					"fieldtype": "Link",
					"options": doc.document_type,
					"insert_after": "accounting_dimensions_section",
				},
				ignore_validate=True,
			)


def delete_accounting_dimension(doc):
	"""Delete the custom fields of a dimension."""
	fields = frappe.get_all(
		"Custom Field",
		filters={"fieldname": doc.fieldname, "dt": ["in", get_doctypes_with_dimensions()]},
		fields=["name", "dt"],
		order_by="name",
	)
	for field in fields:
		frappe.delete_doc("Custom Field", field.name, ignore_permissions=True)
		frappe.clear_cache(doctype=field.dt)


def get_doctypes_with_dimensions():
	"""Return the DocTypes that have dimensions."""
	return frappe.get_hooks("accounting_dimension_doctypes")


def get_accounting_dimensions(as_list=True):
	"""Return the fieldnames of the dimensions, or the dimensions themselves."""
	dimensions = frappe.get_all(
		"Accounting Dimension",
		filters={"disabled": 0},
		fields=["label", "fieldname", "disabled", "document_type"],
		order_by="label",
	)
	return [row.fieldname for row in dimensions] if as_list else dimensions
