"""Installs and removes the app, and takes stock of a site, each in a process of its own.

Run as `python -m tests.site_worker SITES_PATH SITE ACTION`; `run` below does so. A process of its own leaves
no open transaction that the dropping of tables would wait for, and no cache that hides what is left.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACTIONS = ("snapshot", "install", "demo", "remove-demo", "uninstall")

# What an app must not leave behind: label -> (DocType, fields that name a record).
RECORDS = {
	"custom fields": ("Custom Field", ("dt", "fieldname")),
	"property setters": ("Property Setter", ("doc_type", "field_name", "property")),
	"roles": ("Role", ("name",)),
	"roles of users": ("Has Role", ("parent", "role")),
	"workflows": ("Workflow", ("name", "is_active")),
	"workflow states": ("Workflow State", ("name", "style")),
	"workflow actions": ("Workflow Action Master", ("name",)),
	"scheduled jobs": ("Scheduled Job Type", ("method",)),
	"custom permissions": ("Custom DocPerm", ("parent", "role")),
	"permissions": ("DocPerm", ("parent", "role", "permlevel")),
	"DocTypes": ("DocType", ("name",)),
	"modules": ("Module Def", ("name",)),
	"workspaces": ("Workspace", ("name",)),
	"reports": ("Report", ("name",)),
	"sidebars": ("Workspace Sidebar", ("name",)),
	"desktop icons": ("Desktop Icon", ("name",)),
	"number cards": ("Number Card", ("name",)),
	"charts": ("Dashboard Chart", ("name",)),
	"print formats": ("Print Format", ("name",)),
	"notifications": ("Notification", ("name",)),
	"users": ("User", ("name", "enabled")),
	"files": ("File", ("file_url",)),
	"opportunities": ("Opportunity", ("name",)),
	"quotations": ("Quotation", ("name",)),
	"sales orders": ("Sales Order", ("name",)),
	"customers": ("Customer", ("name",)),
	"items": ("Item", ("name",)),
	"ToDos": ("ToDo", ("name",)),
}


def run(python: str, sites_path: Path, site: str, action: str):
	"""Do `action` on a site with the Python `python`; returns the snapshot, for other actions None."""
	command = [python, "-m", "tests.site_worker", str(sites_path), site, action]
	environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
	result = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT)
	if result.returncode:
		raise RuntimeError(f"{action} on {site} failed:\n{result.stdout[-3000:]}\n{result.stderr[-6000:]}")
	return json.loads(result.stdout.splitlines()[-1]) if action == "snapshot" else None


def difference(before: dict, after: dict) -> dict[str, dict[str, list]]:
	"""What two snapshots do not share: {label: {"left behind": [...], "taken away": [...]}}, empty if nothing."""
	found = {}
	for label in sorted({*before, *after}):
		old = {tuple(row) for row in before.get(label, [])}
		new = {tuple(row) for row in after.get(label, [])}
		if old != new:
			found[label] = {
				"left behind": sorted(map(list, new - old)),
				"taken away": sorted(map(list, old - new)),
			}
	return found


def snapshot(frappe) -> dict[str, list]:
	"""Everything of a site that install and uninstall could change."""
	found = {}
	for label, (doctype, fields) in RECORDS.items():
		if frappe.db.table_exists(doctype):
			rows = frappe.get_all(
				doctype, fields=list(fields), order_by="name asc", as_list=True, limit_page_length=0
			)
			found[label] = sorted(
				{tuple("" if value is None else str(value) for value in row) for row in rows}
			)
	found["tables"] = sorted([table] for table in frappe.db.get_tables(cached=False))
	found["columns"] = sorted(
		[doctype, column]
		for doctype in ("Opportunity", "Quotation", "Sales Order")
		for column in frappe.db.get_table_columns(doctype)
	)
	found["indexes"] = sorted(
		[doctype, index]
		for doctype in ("Opportunity", "Quotation", "Quotation Item", "Sales Order", "Sales Order Item")
		for index in index_names(frappe, doctype)
	)
	found["settings"] = sorted(
		[str(row[0])]
		for row in frappe.db.sql("select distinct doctype from `tabSingles` order by doctype")
		if row[0] and row[0].startswith("Presales")
	)
	found["defaults"] = sorted(
		[str(row[0])]
		for row in frappe.db.sql("select distinct defkey from `tabDefaultValue` order by defkey")
		if "presales" in str(row[0]).lower()
	)
	found["apps"] = sorted([app] for app in frappe.get_installed_apps())
	return found


def index_names(frappe, doctype: str) -> set[str]:
	"""The names of the indexes on the table of `doctype`."""
	if frappe.db.db_type == "sqlite":
		return {row.name for row in frappe.db.sql(f"pragma index_list(`tab{doctype}`)", as_dict=True)}
	return {row.Key_name for row in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True)}


def main(sites_path: str, site: str, action: str) -> None:
	os.chdir(sites_path)
	import frappe
	from frappe import installer

	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.flags.mute_emails = True
	try:
		if action == "snapshot":
			frappe.clear_cache()
			sys.stdout.write("\n" + json.dumps(snapshot(frappe)) + "\n")
			return
		if action == "install":
			# The list of apps and modules may be cached from before the app was added to the bench.
			frappe.clear_cache()
			installer.install_app("presales_mgmt")
		elif action == "uninstall":
			installer.remove_app("presales_mgmt", yes=True, no_backup=True)
		else:
			from presales_mgmt.demo import play

			play.run(lang="zh") if action == "demo" else play.remove()
		frappe.db.commit()
	finally:
		frappe.destroy()


if __name__ == "__main__":
	main(*sys.argv[1:])
