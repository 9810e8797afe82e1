"""The site over HTTP: sessions, REST, files, permissions. On a site of its own."""

import io
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from werkzeug.test import Client

from sandbox.engine import paths
from sandbox.pytest_support import another_site
from sandbox.serve import make_application
from sandbox.tests.test_documents import make_user

PASSWORD = "Long-Enough-1"


class Browser:
	"""A client with cookies. Requests run in a thread, which has Frappe's context to itself as in the server."""

	def __init__(self, application):
		self.client = Client(application)
		self.token = None

	def __call__(self, method, path, **arguments):
		outcome = {}
		headers = {"Accept": "application/json", **arguments.pop("headers", {})}
		if self.token:
			headers["X-Frappe-CSRF-Token"] = self.token

		def run():
			outcome["response"] = self.client.open(path, method=method, headers=headers, **arguments)

		thread = threading.Thread(target=run)
		thread.start()
		thread.join(60)
		return outcome["response"]

	def login(self, user, password):
		return self("POST", "/api/method/login", json={"usr": user, "pwd": password})


@pytest.fixture(scope="module")
def application(bench, site):
	with another_site(bench) as frappe:
		from frappe.utils.password import update_password

		name = frappe.local.site
		for email, roles in (
			("user@example.com", ["Fixture User"]),
			("chinese@example.com", ["Fixture User"]),
			("stranger@example.com", []),
		):
			make_user(frappe, email, roles)
			update_password(email, PASSWORD)
		frappe.db.set_value("User", "chinese@example.com", "language", "zh")
		frappe.db.set_single_value("System Settings", "deny_multiple_sessions", 0)
		frappe.db.commit()
		application = make_application(bench, name)
		bench.connect(name)
		yield application


@pytest.fixture
def browser(application):
	return Browser(application)


@pytest.fixture
def user(browser):
	assert browser.login("user@example.com", PASSWORD).status_code == 200
	return browser


def test_ping_and_pages(browser):
	assert browser("GET", "/api/method/ping").json == {"message": "pong"}
	assert browser("GET", "/login", headers={"Accept": "text/html"}).status_code == 200
	assert browser("GET", "/no-such-page", headers={"Accept": "text/html"}).status_code == 404


def test_logging_in_and_out(browser):
	assert browser("GET", "/api/method/frappe.auth.get_logged_user").status_code == 403
	assert browser.login("user@example.com", "wrong").status_code == 401
	response = browser.login("user@example.com", PASSWORD)
	assert response.status_code == 200
	assert response.json["full_name"] == "user"
	assert browser("GET", "/api/method/frappe.auth.get_logged_user").json["message"] == "user@example.com"
	browser("POST", "/api/method/logout")
	assert browser("GET", "/api/method/frappe.auth.get_logged_user").status_code == 403


def test_rest(user):
	response = user("POST", "/api/resource/Fixture Item", json={"title": "50% off", "rows": [{"label": "a"}]})
	assert response.status_code == 200, response.text
	name = response.json["data"]["name"]
	assert user("GET", f"/api/resource/Fixture Item/{name}").json["data"]["rows"][0]["label"] == "a"
	query = {"filters": json.dumps([["title", "like", "50%"]]), "fields": json.dumps(["name", "title"])}
	assert user("GET", "/api/resource/Fixture Item", query_string=query).json["data"] == [
		{"name": name, "title": "50% off"}
	]
	assert user("PUT", f"/api/resource/Fixture Item/{name}", json={"title": "x"}).json["data"]["title"] == "x"
	assert user("POST", "/api/resource/Fixture Item", json={}).status_code == 417
	assert user("DELETE", f"/api/resource/Fixture Item/{name}").status_code == 202
	assert user("GET", f"/api/resource/Fixture Item/{name}").status_code == 404


def test_rest_v2(user):
	response = user("POST", "/api/v2/document/Fixture Item", json={"title": "two"})
	name = response.json["data"]["name"]
	assert user("GET", f"/api/v2/document/Fixture Item/{name}").json["data"]["title"] == "two"


def test_methods_of_the_app(user):
	response = user("POST", "/api/method/sandbox_fixture.events.add", json={"one": 2, "other": 3})
	assert response.json == {"message": 5}
	response = user("POST", "/api/method/sandbox_fixture.events.add", json={"one": "x", "other": 3})
	assert response.status_code == 417 or response.status_code == 500
	assert (
		user(
			"POST", "/api/method/sandbox_fixture.events.set_title", json={"name": "x", "title": "y"}
		).status_code
		== 403
	)


def test_permissions_over_http(user, application):
	name = user("POST", "/api/resource/Fixture Item", json={"title": "mine"}).json["data"]["name"]
	stranger = Browser(application)
	stranger.login("stranger@example.com", PASSWORD)
	assert stranger("GET", f"/api/resource/Fixture Item/{name}").status_code == 403
	assert stranger("GET", "/api/resource/Fixture Item").status_code == 403
	assert Browser(application)("GET", f"/api/resource/Fixture Item/{name}").status_code == 403


def test_outdated_copies_over_http(user):
	doc = user("POST", "/api/resource/Fixture Item", json={"title": "start"}).json["data"]
	user("PUT", f"/api/resource/Fixture Item/{doc['name']}", json={"title": "changed"})
	response = user(
		"POST",
		"/api/method/frappe.desk.form.save.savedocs",
		data={"doc": json.dumps({**doc, "title": "late"}), "action": "Save"},
	)
	assert response.status_code == 417
	assert "TimestampMismatchError" in response.text


def test_files(user, application):
	name = user("POST", "/api/resource/Fixture Item", json={"title": "with file"}).json["data"]["name"]
	response = user(
		"POST",
		"/api/method/upload_file",
		data={
			"file": (io.BytesIO("秘密".encode()), "secret.txt"),
			"is_private": "1",
			"doctype": "Fixture Item",
			"docname": name,
		},
	)
	url = response.json["message"]["file_url"]
	assert user("GET", url).data.decode() == "秘密"
	stranger = Browser(application)
	stranger.login("stranger@example.com", PASSWORD)
	assert stranger("GET", url).status_code == 403
	assert Browser(application)("GET", url).status_code == 403
	response = user(
		"POST", "/api/method/upload_file", data={"file": (io.BytesIO(b"open"), "open.txt"), "is_private": "0"}
	)
	assert Browser(application)("GET", response.json["message"]["file_url"]).data == b"open"


def test_language_of_the_user(browser):
	browser.login("chinese@example.com", PASSWORD)
	response = browser("POST", "/api/resource/Fixture Item", json={"title": "x", "amount": -1})
	assert response.status_code == 417
	assert "金额不能为负" in response.json["exception"]


def test_reports_and_lists_over_http(user):
	user("POST", "/api/resource/Fixture Item", json={"title": "listed", "amount": 3})
	response = user(
		"GET",
		"/api/method/frappe.desk.query_report.run",
		query_string={"report_name": "Fixture Items", "filters": "{}"},
	)
	assert response.status_code == 200
	assert response.json["message"]["result"]
	response = user(
		"GET",
		"/api/method/frappe.desk.reportview.get",
		query_string={
			"doctype": "Fixture Item",
			"fields": json.dumps(["`tabFixture Item`.`name`"]),
			"page_length": 20,
		},
	)
	assert response.json["message"]["keys"] == ["name"]
	response = user(
		"POST", "/api/method/frappe.desk.search.search_link", data={"doctype": "Fixture Item", "txt": "list"}
	)
	assert response.json["message"]


def test_the_server_itself(bench, site):
	"""As `python -m sandbox serve` runs it: several clients at once, jobs in the background."""
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		port = probe.getsockname()[1]
	with another_site(bench) as frappe:
		name = frappe.local.site
		script = f"""
from sandbox.tests.conftest import BENCH
from sandbox.serve import run
run({name!r}, port={port}, bench=BENCH)
"""
		server = subprocess.Popen(
			[sys.executable, "-c", script], cwd=paths.REPO_ROOT, stderr=subprocess.DEVNULL
		)
		try:
			url = f"http://127.0.0.1:{port}"
			_wait_for(f"{url}/api/method/ping")
			login = urllib.request.Request(
				f"{url}/api/method/login",
				data=json.dumps({"usr": "Administrator", "pwd": "admin"}).encode(),
				headers={"Content-Type": "application/json"},
			)
			with urllib.request.urlopen(login) as response:
				cookies = "; ".join(value.split(";")[0] for value in response.headers.get_all("Set-Cookie"))
			errors = []

			def insert(number):
				for i in range(5):
					request = urllib.request.Request(
						f"{url}/api/resource/Fixture%20Item",
						data=json.dumps({"title": f"{number}-{i}"}).encode(),
						headers={"Content-Type": "application/json", "Cookie": cookies},
					)
					try:
						urllib.request.urlopen(request).read()
					except Exception as error:
						errors.append(f"{error} {getattr(error, 'read', bytes)()}")

			threads = [threading.Thread(target=insert, args=(number,)) for number in range(4)]
			for thread in threads:
				thread.start()
			for thread in threads:
				thread.join(60)
			assert errors == []
			assert frappe.db.count("Fixture Item") == 20
		finally:
			server.terminate()
			server.wait(10)


def _wait_for(url, seconds=30):
	deadline = time.monotonic() + seconds
	while True:
		try:
			return urllib.request.urlopen(url).read()
		except OSError:
			if time.monotonic() > deadline:
				raise
			time.sleep(0.2)
