"""A person at the desk: every act is a request of that person to a whitelisted method, as a browser sends it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import frappe
from frappe.handler import execute_cmd
from frappe.utils import set_request, strip_html

SAVE_POINT = "presales_demo_request"
_UNSET = object()


class Desk:
	"""Sends requests as the person who sits at it. `users` lists who did, in order of appearance."""

	def __init__(self, lang: str):
		self.lang = lang
		self.users: list[str] = []

	def call(self, user: str, method: str, **arguments):
		"""What the method at the dotted path `method` answers to `user`, as plain values.

		Arguments travel as text, as they do from a browser, so that Frappe's checks of types, of HTTP methods
		and of what is whitelisted apply. What a refused request has written is undone, as after any request.
		"""
		if user not in self.users:
			self.users.append(user)
		frappe.set_user(user)
		frappe.local.lang = self.lang
		set_request(method="POST", path=f"/api/method/{method}")
		frappe.local.form_dict = frappe._dict(
			{key: _as_text(value) for key, value in arguments.items() if value is not None}
		)
		frappe.clear_messages()
		frappe.flags.error_message = None
		frappe.db.savepoint(SAVE_POINT)
		try:
			answer = execute_cmd(method)
		except Exception:
			frappe.db.rollback(save_point=SAVE_POINT)
			raise
		frappe.db.release_savepoint(SAVE_POINT)
		return json.loads(frappe.as_json(answer))

	def insert(self, user: str, doc: dict) -> dict:
		return self.call(user, "frappe.client.insert", doc=doc)

	def get(self, user: str, doctype: str, name: str) -> dict:
		return self.call(user, "frappe.client.get", doctype=doctype, name=name)

	def save(self, user: str, doc: dict) -> dict:
		return self.call(user, "frappe.client.save", doc=doc)

	def submit(self, user: str, doc: dict) -> dict:
		return self.call(user, "frappe.client.submit", doc=doc)

	def find(
		self, user: str, doctype: str, filters: dict, fields=("name",), order_by="creation asc", limit=0
	):
		return self.call(
			user,
			"frappe.client.get_list",
			doctype=doctype,
			filters=filters,
			fields=list(fields),
			order_by=order_by,
			limit_page_length=limit,
		)

	@contextmanager
	def speaking(self, lang: str) -> Iterator[None]:
		"""What is done inside is done in another language."""
		before, self.lang = self.lang, lang
		try:
			yield
		finally:
			self.lang = before

	@contextmanager
	def open(self) -> Iterator["Desk"]:
		"""Speak the desk's language. Afterwards user, language, request and mail are as they were before."""
		local = frappe.local
		before = {name: getattr(local, name, _UNSET) for name in ("request", "form_dict", "lang")}
		user, muted = frappe.session.user, frappe.flags.mute_emails
		frappe.flags.mute_emails = True
		local.lang = self.lang
		try:
			yield self
		finally:
			frappe.set_user(user)
			frappe.flags.mute_emails = muted
			frappe.clear_messages()
			for name, value in before.items():
				if value is not _UNSET:
					setattr(local, name, value)
				elif hasattr(local, name):
					delattr(local, name)


def message_of(error: Exception) -> str:
	"""What a refused person reads, as plain text, without the list of what is missing."""
	text = str(error)
	if not text and frappe.local.message_log:
		last = frappe.local.message_log[-1]
		last = json.loads(last) if isinstance(last, str) else last
		text = last.get("message") or ""
	text = text or frappe.flags.error_message or ""
	text = re.sub(r"<(br|p|div|li|/p|/div|/li)\b", r" <\1", text.split("<ul>")[0])
	return " ".join(unescape(strip_html(text)).split()) or type(error).__name__


def _as_text(value) -> str:
	return value if isinstance(value, str) else frappe.as_json(value, indent=None)
