"""Opportunity: becomes a Presales Project by button or by rule, and shares its loss.

`validate` and `on_change` cost one attribute check when there is no project.
"""

import frappe


def validate(doc, method=None):
	if not doc.get("presales_project"):
		# A form that was opened before the project was made does not know of it, and must not remove it.
		before = doc.get_doc_before_save()
		doc.presales_project = before.get("presales_project") if before else None
		return
	if doc.is_new():
		# A copy of an opportunity does not take the project of the original with it.
		doc.presales_project = None
		return
	from presales_mgmt.overrides.project_link import validate_opportunity

	validate_opportunity(doc)


def after_insert(doc, method=None):
	"""Create a project by the company's rule (R9.9: every project is initiated, as early as possible)."""
	settings = frappe.get_cached_doc("Presales Settings")
	if doc.get("presales_project") or not settings.creates_project_for(doc):
		return
	from presales_mgmt.overrides.project_link import create_project_by_rule

	create_project_by_rule(doc)


def on_change(doc, method=None):
	if not doc.get("presales_project"):
		return
	before = doc.get_doc_before_save()
	if doc.status == "Lost":
		from presales_mgmt.overrides.project_link import lose_with_opportunity

		lose_with_opportunity(doc)
	elif before and before.status == "Lost":
		from presales_mgmt.overrides.project_link import reopen_with_opportunity

		reopen_with_opportunity(doc)
