"""Install and migrate. Everything made here is named by the same definitions that `uninstall` goes by."""

import json
from pathlib import Path

import frappe
from frappe import _
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from presales_mgmt.exceptions import UnsupportedVersionError
from presales_mgmt.setup.custom_fields import present_custom_fields
from presales_mgmt.setup.indexes import sync_indexes
from presales_mgmt.setup.roles import ROLES
from presales_mgmt.setup.shipped import shipped_processes

SUPPORTED_MAJOR_VERSIONS = (15, 16)
APP_PATH = Path(__file__).resolve().parent.parent

# Default under which the site remembers which shared records were made by this app, so that uninstall takes
# those and leaves what was there before. Workflow states and actions have plain names that others use too.
CREATED_RECORDS = "presales_mgmt_created_records"


def before_install():
	"""Refuse versions that were never tried, and note which shared records are made by this app."""
	check_versions()
	make_roles()


def after_install():
	make_document_types()
	make_records()


def after_migrate():
	make_records()


def make_records():
	"""Custom fields, workflow, settings, indexes, processes and criteria: what is missing. Running it again adds nothing."""
	create_custom_fields(present_custom_fields(), update=True)
	make_workflow()
	make_settings()
	sync_indexes()
	make_review_templates()
	make_processes()
	make_classification_criteria()


def check_versions(versions: dict[str, str | None] | None = None) -> None:
	"""Raise `UnsupportedVersionError` unless Frappe and ERPNext are of a supported version.

	Args:
		versions: app -> version, None where the app is missing; without it what this site has.
	"""
	versions = versions or {"frappe": frappe.__version__, "erpnext": installed_erpnext_version()}
	supported = " or ".join(f"v{major}" for major in SUPPORTED_MAJOR_VERSIONS)
	for app, version in versions.items():
		if not version:
			frappe.throw(
				_("Presales Management needs {0} {1}, which is not installed on this site.").format(
					app, supported
				),
				exc=UnsupportedVersionError,
			)
		if int(version.split(".", 1)[0]) not in SUPPORTED_MAJOR_VERSIONS:
			frappe.throw(
				_("Presales Management needs {0} {1}, found {2}.").format(app, supported, version),
				exc=UnsupportedVersionError,
			)


def installed_erpnext_version() -> str | None:
	"""The version of ERPNext, None when the site does not have it."""
	if "erpnext" not in frappe.get_installed_apps():
		return None
	return frappe.get_attr("erpnext.__version__")


def make_roles() -> None:
	"""The roles that are missing, each remembered, so that uninstall takes it away again."""
	for role in ROLES:
		if insert_if_missing({"doctype": "Role", "role_name": role, "desk_access": 1}, key="role_name"):
			remember_created("Role", role)


def make_workflow() -> None:
	"""The lifecycle of a project. A company's own edits are never overwritten, nor is its own workflow displaced."""
	workflow = json.loads(
		(APP_PATH / "workflow" / "presales_project_lifecycle.json").read_text(encoding="utf-8")
	)
	styles = {row["state"]: row.pop("style") for row in workflow["states"]}
	for state, style in styles.items():
		record = {"doctype": "Workflow State", "workflow_state_name": state, "style": style}
		if insert_if_missing(record, key="workflow_state_name"):
			remember_created("Workflow State", state)
	for action in dict.fromkeys(row["action"] for row in workflow["transitions"]):
		record = {"doctype": "Workflow Action Master", "workflow_action_name": action}
		if insert_if_missing(record, key="workflow_action_name"):
			remember_created("Workflow Action Master", action)
	if frappe.db.exists("Workflow", {"document_type": workflow["document_type"]}):
		return
	frappe.get_doc(workflow).insert(ignore_permissions=True)


def make_settings() -> None:
	"""Write the defaults of settings that were never written, so that thresholds are never read as 0."""
	settings = frappe.get_doc("Presales Settings")
	stored = frappe.db.get_singles_dict("Presales Settings")
	missing = [df for df in settings.meta.fields if df.default and stored.get(df.fieldname) is None]
	if not missing:
		return
	for df in missing:
		settings.set(df.fieldname, df.default)
	settings.flags.ignore_mandatory = True
	# A company's own value may contradict a new default; that is for the company to settle, not for a migration.
	settings.flags.ignore_validate = True
	# Whoever installs or migrates may have no role of ours.
	settings.save(ignore_permissions=True)


def make_document_types() -> None:
	for record in read_records("document_types.json"):
		insert_if_missing({"doctype": "Presales Document Type", **record}, key="document_type")


def make_classification_criteria() -> None:
	"""The shipped criteria (R9.2), on a site that has none: what a company renamed or deleted does not come back."""
	if frappe.db.count("Presales Classification Criterion"):
		return
	for record in read_records("classification_criteria.json"):
		insert_if_missing({"doctype": "Presales Classification Criterion", **record}, key="criterion")


def make_review_templates() -> None:
	"""The shipped review templates that the site does not have. One that a company has edited is left alone."""
	defaults = frappe.get_all(
		"Presales Review Template",
		filters={"enabled": 1, "is_default": 1},
		fields=["review_kind", "only_for_company"],
		order_by="name asc",
	)
	taken = {template.review_kind for template in defaults if not template.only_for_company}
	for record in read_records("review_templates.json"):
		# A company's own default stays the default; a second one would not be accepted.
		record["is_default"] = int(record["review_kind"] not in taken)
		insert_if_missing({"doctype": "Presales Review Template", **record}, key="template_name")


def make_processes() -> None:
	"""The shipped processes that the site does not have, with the stages and document types that they name.

	One that a company has edited is left alone, and stages and types that it has renamed do not come back.
	"""
	types = {record["document_type"]: record for record in read_records("document_types.json")}
	for process in shipped_processes():
		if frappe.db.exists("Presales Process", process["process_name"]):
			continue
		for stage in process["stages"]:
			insert_if_missing({"doctype": "Presales Stage", "stage_name": stage["stage"]}, key="stage_name")
		for row in process["requirements"]:
			if document_type := row.get("document_type"):
				record = types.get(document_type, {"document_type": document_type})
				insert_if_missing({"doctype": "Presales Document Type", **record}, key="document_type")
		insert_if_missing({"doctype": "Presales Process", **process}, key="process_name")


def read_records(filename: str) -> list[dict]:
	"""The records in a JSON file of this folder."""
	return json.loads((APP_PATH / "setup" / filename).read_text(encoding="utf-8"))


def insert_if_missing(record: dict, key: str) -> bool:
	"""Insert `record` unless one with the same value in `key` is there. Returns whether it was inserted."""
	if frappe.db.exists(record["doctype"], {key: record[key]}):
		return False
	frappe.get_doc(record).insert(ignore_permissions=True)
	return True


def created_records() -> list[list[str]]:
	"""[DocType, name] of the shared records that this app made on this site."""
	# Read from the table: while an app is being installed, v15 does not renew its cache of defaults.
	stored = frappe.db.get_value(
		"DefaultValue", {"parent": "__global", "defkey": CREATED_RECORDS}, "defvalue"
	)
	return json.loads(stored or "[]")


def remember_created(doctype: str, name: str) -> None:
	records = created_records()
	if [doctype, name] not in records:
		records.append([doctype, name])
		frappe.db.set_global(CREATED_RECORDS, json.dumps(records))
