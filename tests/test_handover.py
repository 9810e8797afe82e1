"""The handover of a won project: the package, its rounds, the ERPNext project, responsibility, cancelled orders."""

import pytest

from tests.world import email

HANDOVER = "Presales Handover"
PROJECT = "Presales Project"


@pytest.fixture
def project(world, frappe):
	"""A won project with what is handed over."""
	return world.make_won_project()


@pytest.fixture
def handover(world, project):
	return world.make_handover(project)


@pytest.fixture
def offered(world, handover):
	return world.offer(handover)


@pytest.fixture
def accepted(world, offered):
	return world.accept_handover(offered)


def get(frappe, doc):
	return frappe.get_doc(doc.doctype, doc.name)


def test_smoke(world, frappe, accepted, project):
	project.reload()
	assert project.responsible == email("delivery")
