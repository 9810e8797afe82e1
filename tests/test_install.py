"""Install, demo, uninstall: what was made is taken away again; what was there before is left alone.

On a real site this runs when the site does not have the app, which is installed and removed again.
"""

import shutil
import sys
from pathlib import Path

import pytest

from tests import site_worker
from tests.conftest import BENCH, SITE, is_installed_on_real_site


@pytest.fixture(scope="module")
def bare_site():
	"""(Python, path of the sites, name) of a site with ERPNext and without this app."""
	if BENCH:
		if is_installed_on_real_site():
			pytest.skip(f"presales_mgmt is installed on {SITE}; this test needs a site without it")
		yield sys.executable, Path(BENCH, "sites").resolve(), SITE
		return
	from sandbox.engine import paths
	from sandbox.site import Bench

	sites = paths.home() / "install-cycle" / "sites"
	shutil.rmtree(sites, ignore_errors=True)
	bench = Bench(sites)
	Bench(sites, bench.apps[:1]).new_site("cycle")
	bench.write_apps_txt()
	yield sys.executable, sites, "cycle"
	shutil.rmtree(sites)


def test_install_demo_uninstall_leaves_nothing_behind(bare_site):
	before = site_worker.run(*bare_site, "snapshot")
	site_worker.run(*bare_site, "install")
	installed = site_worker.run(*bare_site, "snapshot")
	made = site_worker.difference(before, installed)
	for label in (
		"custom fields",
		"roles",
		"workflows",
		"workflow states",
		"DocTypes",
		"columns",
		"indexes",
		"tables",
	):
		assert made[label]["left behind"], f"install made no {label}, so that this test would prove nothing"
	assert not any(rows["taken away"] for rows in made.values()), made

	site_worker.run(*bare_site, "demo")
	site_worker.run(*bare_site, "remove-demo")
	site_worker.run(*bare_site, "uninstall")
	assert site_worker.difference(before, site_worker.run(*bare_site, "snapshot")) == {}


def test_install_uninstall_install_works(bare_site):
	before = site_worker.run(*bare_site, "snapshot")
	for _round in range(2):
		site_worker.run(*bare_site, "install")
		site_worker.run(*bare_site, "uninstall")
	assert site_worker.difference(before, site_worker.run(*bare_site, "snapshot")) == {}


def test_differences_are_found():
	before = {"roles": [["A"], ["B"]], "tables": [["x"]]}
	after = {"roles": [["B"], ["C"]], "tables": [["x"]]}
	assert site_worker.difference(before, after) == {"roles": {"left behind": [["C"]], "taken away": [["A"]]}}
	assert site_worker.difference(before, before) == {}


@pytest.mark.parametrize(
	("versions", "message"),
	[
		({"frappe": "14.99.0", "erpnext": "15.0.0"}, "needs frappe v15 or v16, found 14.99.0"),
		({"frappe": "15.1.0", "erpnext": "13.2.1"}, "needs erpnext v15 or v16, found 13.2.1"),
		({"frappe": "17.0.0-dev", "erpnext": "16.0.0"}, "found 17.0.0-dev"),
		({"frappe": "15.1.0", "erpnext": None}, "needs erpnext v15 or v16, which is not installed"),
	],
)
def test_versions_that_were_never_tried_are_refused(frappe, versions, message):
	from presales_mgmt.exceptions import UnsupportedVersionError
	from presales_mgmt.setup.install import check_versions

	with pytest.raises(UnsupportedVersionError) as refusal:
		check_versions(versions)
	assert message in str(refusal.value)


def test_this_site_is_supported(frappe):
	from presales_mgmt.setup.install import check_versions

	check_versions()
	check_versions({"frappe": "16.17.0", "erpnext": "15.103.1"})


def test_a_migrate_adds_nothing(world, frappe):
	from presales_mgmt.setup.install import make_records

	before = site_worker.snapshot(frappe)
	processes = frappe.get_all("Presales Process", pluck="modified", order_by="name asc")
	make_records()
	assert site_worker.difference(before, site_worker.snapshot(frappe)) == {}
	assert frappe.get_all("Presales Process", pluck="modified", order_by="name asc") == processes


def test_a_document_type_comes_with_its_process_as_it_is_shipped(world, frappe):
	"""A site from before has neither; the process brings more than the name of the type."""
	from presales_mgmt.setup.install import make_processes

	for doctype, name in (
		("Presales Process", "Marketing-Centre Project Presales"),
		("Presales Document Type", "Strategy Plan"),
	):
		frappe.delete_doc(doctype, name, force=True)
	make_processes()
	found = frappe.db.get_value(
		"Presales Document Type", "Strategy Plan", ["clause", "default_confidentiality_level"]
	)
	assert found == ("R9.13", "Confidential")


def test_shared_records_that_were_there_before_are_not_taken_for_ours(world, frappe):
	"""A workflow state of the same name that the company had before is not in the list that uninstall goes by."""
	from presales_mgmt.setup.install import created_records, insert_if_missing

	record = {"doctype": "Workflow State", "workflow_state_name": "Approved", "style": "Success"}
	assert not insert_if_missing(record, key="workflow_state_name")
	assert ["Workflow State", "Approved"] not in created_records()


def test_a_state_that_another_workflow_has_come_to_use_stays(world, frappe):
	from presales_mgmt.setup.uninstall import is_used_by_another_workflow

	frappe.db.delete("Workflow Document State", {"parent": "Presales Project Lifecycle"})
	assert not is_used_by_another_workflow("Workflow State", "On Hold")
	world.insert(
		"Workflow",
		workflow_name="Another",
		document_type="ToDo",
		workflow_state_field="status",
		states=[{"state": "On Hold", "doc_status": "0", "allow_edit": "System Manager"}],
		transitions=[],
	)
	assert is_used_by_another_workflow("Workflow State", "On Hold")
