"""Two connections at once, as two processes would have them. These tests commit, on a site of their own."""

import threading

import pytest

from sandbox.pytest_support import another_site
from sandbox.site import disconnect


@pytest.fixture(scope="module")
def shared(bench, site):
	"""A site that several threads connect to."""
	with another_site(bench) as frappe:
		yield frappe


def in_thread(bench, site, function):
	"""Run `function(frappe)` with a connection of its own; return its result or the exception it raised."""
	outcome = {}

	def run():
		try:
			outcome["value"] = function(bench.connect(site))
		except Exception as error:
			outcome["value"] = error
		finally:
			disconnect()

	thread = threading.Thread(target=run)
	thread.start()
	thread.join(60)
	return outcome["value"]


def test_the_later_writer_is_told(bench, shared):
	item = shared.get_doc(doctype="Fixture Item", title="Start").insert()
	shared.db.commit()
	mine = shared.get_doc("Fixture Item", item.name)

	def change(frappe):
		other = frappe.get_doc("Fixture Item", item.name)
		other.title = "Theirs"
		other.save()
		frappe.db.commit()
		return other.title

	assert in_thread(bench, shared.local.site, change) == "Theirs"
	mine.title = "Mine"
	with pytest.raises(shared.TimestampMismatchError):
		mine.save()
	shared.db.rollback()
	assert shared.db.get_value("Fixture Item", item.name, "title") == "Theirs"


def test_a_reader_does_not_wait_for_a_writer(bench, shared):
	item = shared.get_doc(doctype="Fixture Item", title="Start").insert()
	shared.db.commit()
	shared.db.set_value("Fixture Item", item.name, "title", "Not yet")
	seen = in_thread(bench, shared.local.site, lambda f: f.db.get_value("Fixture Item", item.name, "title"))
	assert seen == "Start"
	shared.db.commit()
	seen = in_thread(bench, shared.local.site, lambda f: f.db.get_value("Fixture Item", item.name, "title"))
	assert seen == "Not yet"


def test_a_writer_waits_and_then_gives_up(bench, shared):
	item = shared.get_doc(doctype="Fixture Item", title="Start").insert()

	def write(frappe):
		frappe.db.sql("select 1")
		frappe.db.set_execution_timeout(1)
		frappe.db.set_value("Fixture Item", item.name, "title", "Other")

	assert isinstance(in_thread(bench, shared.local.site, write), shared.QueryTimeoutError)
	shared.db.rollback()


def test_many_writers_take_turns(bench, shared):
	name = shared.get_doc(doctype="Fixture Item", title="Counter", amount=0).insert().name
	shared.db.commit()
	site = shared.local.site
	errors = []

	def count():
		try:
			frappe = bench.connect(site)
			for _ in range(10):
				amount = frappe.db.get_value("Fixture Item", name, "amount", for_update=True)
				frappe.db.set_value("Fixture Item", name, "amount", amount + 1)
				frappe.db.commit()
		except Exception as error:
			errors.append(error)
		finally:
			disconnect()

	threads = [threading.Thread(target=count) for _ in range(4)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(60)
	assert errors == []
	assert shared.db.get_value("Fixture Item", name, "amount") == 40


def test_names_from_series_are_never_given_twice(bench, shared):
	site, names = shared.local.site, []
	shared.db.commit()

	def insert():
		frappe = bench.connect(site)
		for _ in range(5):
			names.append(frappe.get_doc(doctype="Fixture Item", title="x").insert().name)
			frappe.db.commit()
		disconnect()

	threads = [threading.Thread(target=insert) for _ in range(3)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(60)
	assert len(names) == len(set(names)) == 15
