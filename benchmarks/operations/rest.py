"""Reading over REST, with one and with four clients at once.

The requests go through Frappe's WSGI application in this process, each client in a thread of its own with its own
connection to the database: all that a web worker does, without the network. Python lets one thread run at a time, so
four clients say how well requests wait for the database side by side, not how many a site with several workers serves;
the counterpart is under the same conditions.
"""

import threading
from collections.abc import Iterator

from frappe.utils.password import set_encrypted_password

from benchmarks.data import opportunity_name, project_name
from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, find_project, people

GROUP = "REST"
REQUESTS = 10


def operations(bench: Bench) -> Iterator[Comparison]:
	project = find_project(status="Active")
	number = int(project.rsplit("-", 1)[1])
	client = Client(bench, people("manager", project))
	requests = REQUESTS if bench.timed else 2
	paths = {
		"list of 20": (
			f'/api/resource/{PROJECT}?fields=["name","status","customer_name"]&limit_page_length=20',
			'/api/resource/Opportunity?fields=["name","status","customer_name"]&limit_page_length=20',
		),
		"one document": (
			f"/api/resource/{PROJECT}/{project_name(number)}",
			f"/api/resource/Opportunity/{opportunity_name(number)}",
		),
	}
	for operation, (ours, theirs) in paths.items():
		for clients in (1, 4):
			yield Comparison(
				GROUP,
				f"{operation}, {clients} client{'s' if clients > 1 else ''}",
				ours=Side(run=lambda path=ours, clients=clients: client.read(path, clients, requests)),
				counterpart_name="Opportunity",
				counterpart=Side(
					run=lambda path=theirs, clients=clients: client.read(path, clients, requests)
				),
				note=f"{requests} requests each",
				counted=False,
			)


class Client:
	"""Reads as a user by a key, as programs do. The key is made when it is first needed, and kept for the run."""

	def __init__(self, bench: Bench, user: str):
		self.bench, self.user = bench, user
		self.headers: dict[str, str] = {}

	def connect(self) -> None:
		import frappe.app

		user, bench = self.user, self.bench
		key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
		frappe.db.set_value("User", user, "api_key", key, update_modified=False)
		set_encrypted_password("User", user, secret, "api_secret")
		frappe.db.commit()
		frappe.clear_document_cache("User", user)
		frappe.app._sites_path = bench.sites
		self.application = frappe.app.application
		self.headers = {"X-Frappe-Site-Name": bench.site, "Authorization": f"token {key}:{secret}"}

	def read(self, path: str, clients: int, requests: int) -> None:
		"""Let `clients` at once make `requests` each. Raises what went wrong with one of them."""
		if not self.headers:
			self.connect()
		failures = []

		def work():
			from werkzeug.test import Client as WsgiClient

			try:
				for _request in range(requests):
					response = WsgiClient(self.application).get(path, headers=self.headers)
					if response.status_code != 200:
						raise RuntimeError(
							f"{path}: {response.status_code} {response.get_data(as_text=True)[:500]}"
						)
					response.close()
			except Exception as error:
				failures.append(error)

		# Always in a thread: Frappe keeps the connection of a request, and closes it, by thread.
		threads = [threading.Thread(target=work) for _client in range(clients)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join()
		if failures:
			raise failures[0]
