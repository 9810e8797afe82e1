import frappe


def _get_link(parenttype, doctype, name):
	"""Return the contact or address that is linked to a document, if any."""
	links = frappe.get_all(
		"Dynamic Link",
		filters={"parenttype": parenttype, "link_doctype": doctype, "link_name": name},
		pluck="parent",
		order_by="creation",
		limit=1,
	)
	return links[0] if links else None


def _set_contact_and_address(source, target, source_parent=None):
	"""Give a mapped document the contact and address of its source."""
	if address := _get_link("Address", source.doctype, source.name):
		target.customer_address = address
	if contact := _get_link("Contact", source.doctype, source.name):
		target.contact_person = contact
