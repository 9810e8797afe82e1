"""Notices in the desk's bell. They send no mail: many mails are read by nobody."""

from dataclasses import dataclass

import frappe
from frappe.utils import now

NOTIFICATION = "Notification Log"
SETTINGS = "Notification Settings"

FIELDS = (
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"for_user",
	"from_user",
	"type",
	"subject",
	"document_type",
	"document_name",
)


@dataclass(frozen=True)
class Notice:
	"""A line for one user about one document. `subject` is HTML, in the language of the user."""

	user: str
	subject: str
	doctype: str
	name: str


def send(notices: list[Notice]) -> None:
	"""Put `notices` before their users, with three queries however many there are.

	Frappe's own way would take several for each. Who has switched notifications off must not be among them.
	"""
	if not notices:
		return
	stamp, sender = now(), frappe.session.user
	frappe.db.bulk_insert(
		NOTIFICATION,
		FIELDS,
		[
			(
				frappe.generate_hash(length=10),
				sender,
				stamp,
				stamp,
				sender,
				notice.user,
				sender,
				"Alert",
				notice.subject,
				notice.doctype,
				notice.name,
			)
			for notice in notices
		],
		chunk_size=len(notices),
	)
	users = sorted({notice.user for notice in notices})
	frappe.db.set_value(SETTINGS, {"name": ["in", users]}, "seen", 0, update_modified=False)
	for user in users:
		frappe.publish_realtime("notification", user=user, after_commit=True)


def languages_of(users) -> dict[str, str]:
	"""Language of each of `users` who is enabled and has not switched notifications off. One query."""
	user, settings = frappe.qb.DocType("User"), frappe.qb.DocType(SETTINGS)
	if not users:
		return {}
	rows = (
		frappe.qb.from_(user)
		.left_join(settings)
		.on(settings.name == user.name)
		.select(user.name, user.language)
		.where(
			user.name.isin(sorted(users))
			& (user.enabled == 1)
			& (settings.enabled.isnull() | (settings.enabled == 1))
		)
	).run()
	default = frappe.db.get_default("lang") or "en"
	return {name: language or default for name, language in rows}
