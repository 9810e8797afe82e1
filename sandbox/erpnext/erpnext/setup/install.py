import frappe


def after_install():
	"""Write the defaults of the settings into the database, as a first save in the desk would."""
	for doctype in (
		"Accounts Settings",
		"Buying Settings",
		"CRM Settings",
		"Projects Settings",
		"Selling Settings",
		"Stock Settings",
	):
		doc = frappe.get_single(doctype)
		for field in doc.meta.fields:
			if field.default and not doc.get(field.fieldname):
				doc.set(field.fieldname, field.default)
		if doctype == "Selling Settings":
			doc.sales_update_frequency = "Each Transaction"
		doc.flags.ignore_mandatory = True
		doc.save(ignore_permissions=True)
