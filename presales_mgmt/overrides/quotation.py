"""Quotation: gated by its project's stage; the latest submitted one is the project's current offer.

Each function starts with the one attribute check that a quotation without a project costs.
"""


def validate(doc, method=None):
	if not doc.get("presales_project"):
		if doc.get_doc_before_save() and doc.get_doc_before_save().get("presales_project"):
			from presales_mgmt.overrides.common import keep_project

			keep_project(doc)
		return
	from presales_mgmt.overrides.common import validate_project

	opportunities = {doc.opportunity, *(row.prevdoc_docname for row in doc.items)}
	validate_project(doc, "Opportunity", opportunities - {None, ""})


def before_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.overrides.common import check_gate

	check_gate(doc, "allows_quotation", "quotation_gate")


def on_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.overrides.project_link import set_current_quotation

	set_current_quotation(doc.presales_project)


def before_cancel(doc, method=None):
	"""Frappe compares nothing when a document is cancelled: a client could send it without its project."""
	before = doc.get_doc_before_save()
	if before and before.get("presales_project"):
		doc.presales_project = before.presales_project


def on_cancel(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.controllers import let_reviews_stand
	from presales_mgmt.overrides.project_link import set_current_quotation

	let_reviews_stand(doc)
	set_current_quotation(doc.presales_project)


def on_update_after_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	if doc.status == "Lost":
		from presales_mgmt.overrides.project_link import lose_with_last_quotation, set_current_quotation

		set_current_quotation(doc.presales_project)
		lose_with_last_quotation(doc)
	elif doc.has_value_changed("base_net_total"):
		from presales_mgmt.overrides.project_link import set_current_quotation

		set_current_quotation(doc.presales_project)
