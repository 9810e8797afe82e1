"""People who are asked for something on a project: whoever is not on its team joins as Reviewer (R1.9, R7.5, R8.4).
Whoever is to take it over joins as Delivery Manager (R1.8).
"""

import frappe
from frappe.utils import now_datetime

from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER
from presales_mgmt.rules.validation import set_full_names

DELIVERY_MANAGER = "Delivery Manager"


def add_reviewers(project: str, users: list[str]) -> None:
	"""Let each of `users` see `project`: whoever is not on its team joins as Reviewer.

	Reviewers read and answer what they are asked, and write nothing else; so the one rule of visibility needs no
	exception. Whoever is on the team already keeps the place.
	"""
	insiders = frappe.get_all(
		MEMBER,
		filters={"parenttype": PROJECT, "parent": project, "user": ["in", users], "active": 1},
		pluck="user",
		order_by="idx asc",
	)
	outsiders = [user for user in users if user not in insiders]
	if not outsiders:
		return
	doc = frappe.get_doc(PROJECT, project, for_update=True)
	for user in outsiders:
		row = next((m for m in doc.team if (m.user, m.project_role) == (user, "Reviewer")), None)
		if row:  # was a reviewer before and left
			row.db_set("active", 1)
		else:
			row = doc.append("team", {"user": user, "project_role": "Reviewer", "active": 1})
			set_full_names([row])
			row.db_insert()
	# Somebody who has the project open and saves it must be told, or the new rows would be lost.
	doc.db_set("modified", now_datetime(), notify=True)


def set_delivery_manager(project: str, user: str | None) -> None:
	"""Let `user` see `project` as its delivery manager, and nobody else as such; None for nobody.

	Somebody who has another place on the team keeps that one, too.
	"""
	doc = frappe.get_doc(PROJECT, project, for_update=True)
	row = None
	for member in doc.team:
		if member.project_role != DELIVERY_MANAGER:
			continue
		if user and member.user == user:
			row = member
		if member.active != int(member is row):
			member.db_set("active", int(member is row))
	if user and not row:
		row = doc.append("team", {"user": user, "project_role": DELIVERY_MANAGER, "active": 1})
		set_full_names([row])
		row.db_insert()
	doc.db_set("modified", now_datetime(), notify=True)
