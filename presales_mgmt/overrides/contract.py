"""Contract: states what the regulations ask for, is reviewed before it is submitted, and is the project's afterwards.

Each function starts with the one attribute check that a contract without a project costs.
"""


def validate(doc, method=None):
	if not doc.get("presales_project"):
		if doc.get_doc_before_save() and doc.get_doc_before_save().get("presales_project"):
			from presales_mgmt.overrides.common import keep_project

			keep_project(doc)
		return
	from presales_mgmt.contracts import prepare

	prepare(doc)


def before_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.contracts import check_gate

	check_gate(doc)


def on_submit(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.overrides.project_link import set_current_contract

	set_current_contract(doc.presales_project)


def before_cancel(doc, method=None):
	"""Frappe compares nothing when a document is cancelled: a client could send it without its project."""
	before = doc.get_doc_before_save()
	if before and before.get("presales_project"):
		from presales_mgmt.contracts import require_no_order
		from presales_mgmt.controllers import keep_as_submitted

		keep_as_submitted(doc)
		require_no_order(doc)


def on_cancel(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.controllers import let_reviews_stand
	from presales_mgmt.overrides.project_link import set_current_contract

	let_reviews_stand(doc)
	set_current_contract(doc.presales_project)
