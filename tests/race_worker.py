"""Two people at once: each is a process of its own with its own connection.

Run as `python -m tests.race_worker SITES_PATH SITE ACTION [ARGUMENTS]`; prints one JSON value as its last line.
What is committed here is deleted again by `clean`.
"""

import json
import os
import sys
import time

TITLE = "Presales concurrency test"
REVIEWERS = ("race-1@presales-test.example.com", "race-2@presales-test.example.com")


def prepare(frappe) -> list[str]:
	"""Two projects in the first stage of the shipped process, whose gates an override passes, and a draft.

	The draft is led by two users who can work on it.
	"""
	for user in REVIEWERS:
		frappe.get_doc(
			{
				"doctype": "User",
				"email": user,
				"first_name": "Race",
				"send_welcome_email": 0,
				"user_type": "System User",
				"roles": [{"role": "Presales Engineer"}],
			}
		).insert()
	company = frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)[0]
	names = []
	for number in range(3):
		project = frappe.get_doc(
			{
				"doctype": "Presales Project",
				"project_title": TITLE,
				"company": company,
				"presales_process": "Nine-Stage Presales",
				"start_date": "2026-03-02",
				"director": "Administrator" if number < 2 else REVIEWERS[0],
				"manager": "Administrator" if number < 2 else REVIEWERS[1],
			}
		).insert()
		names.append(project.name)
		if number == 2:
			continue
		# The way through initiation is tested elsewhere; here only the move counts.
		project.db_set("status", "Active")
		from presales_mgmt.gates.engine import start

		start(project)
	return names


def move(frappe, project: str, at: str) -> str:
	"""Move `project` at the time `at` (seconds since 1970), as somebody who sees it in the first stage."""
	from presales_mgmt.exceptions import PresalesError
	from presales_mgmt.gates.engine import move_to_stage

	time.sleep(max(0, float(at) - time.time()))
	try:
		move_to_stage(
			project, "Opportunity Assessment", from_stage="Opportunity Capture", override_reason="Race"
		)
		# Somebody slow: the other one has to wait for this transaction.
		time.sleep(0.5)
		frappe.db.commit()
		return "moved"
	except PresalesError as error:
		frappe.db.rollback()
		return type(error).__name__


def save(frappe, project: str, at: str) -> str:
	"""Load the project, wait until `at`, save it."""
	doc = frappe.get_doc("Presales Project", project)
	doc.goal = f"Written by process {os.getpid()}"
	time.sleep(max(0, float(at) - time.time()))
	try:
		doc.save()
		frappe.db.commit()
		return "saved"
	except frappe.TimestampMismatchError as error:
		frappe.db.rollback()
		return type(error).__name__


def draft(frappe, project: str, at: str) -> str:
	"""Begin an application for initiation at the time `at`, having read before, as every request has."""
	from presales_mgmt.exceptions import PresalesError

	frappe.db.count("Presales Initiation", {"presales_project": project})
	time.sleep(max(0, float(at) - time.time()))
	try:
		frappe.get_doc({"doctype": "Presales Initiation", "presales_project": project}).insert()
		time.sleep(0.5)
		frappe.db.commit()
		return "drafted"
	except PresalesError as error:
		frappe.db.rollback()
		return type(error).__name__


def prepare_review(frappe, project: str) -> list[str]:
	"""Two opinions on one review, filled in and waiting for their reviewers to submit them."""
	review = frappe.get_doc(
		{
			"doctype": "Presales Review",
			"presales_project": project,
			"review_kind": "Safety",
			"subject": TITLE,
			"reviewers": [{"reviewer": user, "required": 1} for user in REVIEWERS],
		}
	).insert()
	review.submit()
	for name in frappe.get_all(
		"Presales Review Opinion", {"review": review.name}, pluck="name", order_by="name asc"
	):
		opinion = frappe.get_doc("Presales Review Opinion", name)
		opinion.update({"decision": "Approve with Conditions", "conflict_of_interest": "None"})
		# Entered before: rows that are new to two documents at once can lock each other out in MariaDB.
		opinion.append("rectifications", {"item": f"Asked by {opinion.reviewer}"})
		for row in opinion.scores:
			row.score = 80
		frappe.set_user(opinion.reviewer)
		opinion.save()
		frappe.set_user("Administrator")
	return review.name


def decide(frappe, review: str, user: str, at: str) -> str:
	"""Approve with a condition as `user`, having read before, as every request has, what was there then."""
	frappe.set_user(user)
	name = frappe.get_all("Presales Review Opinion", {"review": review, "reviewer": user}, pluck="name")[0]
	opinion = frappe.get_doc("Presales Review Opinion", name)
	time.sleep(max(0, float(at) - time.time()))
	opinion.submit()
	time.sleep(0.5)
	frappe.db.commit()
	return "decided"


def prepare_solutions(frappe, project: str) -> list[str]:
	"""Two complete drafts of a solution."""
	return [
		frappe.get_doc(
			{
				"doctype": "Presales Solution",
				"presales_project": project,
				"title": TITLE,
				"feasibility": "Feasible",
				"feasibility_notes": "Race",
				"technical_part": "Race",
				"commercial_part": "Race",
				"implementation_part": "Race",
			}
		)
		.insert()
		.name
		for _number in range(2)
	]


def release(frappe, solution: str, at: str) -> str:
	"""Submit a solution, having read before, as every request has, what was there then."""
	doc = frappe.get_doc("Presales Solution", solution)
	time.sleep(max(0, float(at) - time.time()))
	doc.submit()
	time.sleep(0.5)
	frappe.db.commit()
	return "released"


def versions(frappe, project: str) -> list:
	return [
		[row.solution_version, row.status]
		for row in frappe.get_all(
			"Presales Solution",
			filters={"presales_project": project},
			fields=["solution_version", "status"],
			order_by="solution_version asc",
		)
	]


def outcome(frappe, review: str) -> list:
	"""What the review has come to, whether its scores say so, and how much is to be put right."""
	from presales_mgmt.api import get_review_computation

	computed = get_review_computation(review)
	asked = frappe.db.count("Presales Rectification", {"review": review})
	return [
		computed["status"],
		computed["as_stored"],
		[row["average"] for row in computed["criteria"]],
		asked,
	]


def estimate(frappe, project: str, at: str) -> int:
	"""Begin and submit a cost estimate at the time `at`; its version. What was there before has been read."""
	frappe.get_all("Presales Cost Estimate", {"presales_project": project})
	time.sleep(max(0, float(at) - time.time()))
	lines = [{"cost_kind": "Other", "description": "Travel", "qty": 1, "unit_cost": 100}]
	doc = frappe.get_doc({"doctype": "Presales Cost Estimate", "presales_project": project, "lines": lines})
	doc.insert()
	time.sleep(0.5)
	doc.submit()
	frappe.db.commit()
	return doc.version_number


def current_versions(frappe, project: str) -> list[list]:
	"""Version and status of each estimate, and what the project says is its cost."""
	estimates = frappe.get_all(
		"Presales Cost Estimate",
		filters={"presales_project": project},
		fields=["version_number", "status"],
		order_by="version_number asc",
		as_list=True,
	)
	return [*map(list, estimates), frappe.db.get_value("Presales Project", project, "base_estimated_cost")]


def bid(frappe, project: str, at: str) -> str:
	"""Begin a bid at the time `at`, having read before, as every request has."""
	from presales_mgmt.exceptions import PresalesError

	frappe.db.count("Presales Bid", {"presales_project": project})
	time.sleep(max(0, float(at) - time.time()))
	try:
		frappe.get_doc(
			{
				"doctype": "Presales Bid",
				"presales_project": project,
				"tender_title": TITLE,
				"bid_kind": "Open",
				"evaluation_method": "Other",
			}
		).insert()
		time.sleep(0.5)
		frappe.db.commit()
		return "begun"
	except PresalesError as error:
		frappe.db.rollback()
		return type(error).__name__


def prepare_hours(frappe, project: str) -> list[str]:
	"""Two drafts of hours that cost 100 each, of a project that may spend 150."""
	frappe.db.set_value("Presales Project", project, "presales_budget", 150)
	if not frappe.db.exists("Activity Type", TITLE):
		frappe.get_doc({"doctype": "Activity Type", "activity_type": TITLE, "costing_rate": 100}).insert()
	company = frappe.db.get_value("Presales Project", project, "company")
	return [
		frappe.get_doc(
			{
				"doctype": "Timesheet",
				"company": company,
				"time_logs": [
					{
						"activity_type": TITLE,
						"from_time": f"2026-03-2{number} 09:00:00",
						"hours": 1,
						"presales_project": project,
					}
				],
			}
		)
		.insert()
		.name
		for number in range(2)
	]


def spend(frappe, timesheet: str, at: str) -> str:
	"""Submit hours at the time `at`, having read what was spent before."""
	from presales_mgmt.exceptions import PresalesError

	doc = frappe.get_doc("Timesheet", timesheet)
	frappe.get_all("Presales Cost Entry", {"presales_project": doc.time_logs[0].presales_project})
	time.sleep(max(0, float(at) - time.time()))
	try:
		doc.submit()
		time.sleep(0.5)
		frappe.db.commit()
		return "submitted"
	except PresalesError as error:
		frappe.db.rollback()
		return type(error).__name__


def cost(frappe, project: str) -> list:
	"""What the project says it cost, and what its ledger says."""
	entries = frappe.get_all("Presales Cost Entry", {"presales_project": project}, pluck="base_amount")
	return [frappe.db.get_value("Presales Project", project, "base_cost_of_sale"), entries]


def logs(frappe, project: str) -> int:
	return frappe.db.count("Presales Stage Log", {"presales_project": project, "move_type": "Forward"})


def clean(frappe) -> None:
	for project in frappe.get_all(
		"Presales Project", filters={"project_title": TITLE}, pluck="name", order_by="name asc"
	):
		frappe.db.delete("Presales Stage Log", {"presales_project": project})
		frappe.db.delete("Presales Cost Entry", {"presales_project": project})
		for name in frappe.get_all(
			"Timesheet Detail", filters={"presales_project": project}, pluck="parent", order_by="parent asc"
		):
			frappe.db.set_value("Timesheet", name, "docstatus", 2)
			frappe.delete_doc("Timesheet", name, force=True)
		frappe.db.set_value("Presales Project", project, "cost_estimate", None)
		for doctype in (
			"Presales Rectification",
			"Presales Review Opinion",
			"Presales Review",
			"Presales Initiation",
			"Presales Solution",
			"Presales Cost Estimate",
			"Presales Bid",
		):
			for name in frappe.get_all(
				doctype, filters={"presales_project": project}, pluck="name", order_by="name asc"
			):
				frappe.db.delete("ToDo", {"reference_type": doctype, "reference_name": name})
				frappe.db.set_value(doctype, name, "docstatus", 2)
				frappe.delete_doc(doctype, name, force=True)
		frappe.db.set_value("Presales Project", project, "status", "Draft")
		frappe.delete_doc("Presales Project", project, force=True)
	if frappe.db.exists("Activity Type", TITLE):
		frappe.delete_doc("Activity Type", TITLE, force=True)
	for user in REVIEWERS:
		if frappe.db.exists("User", user):
			frappe.delete_doc("User", user, force=True)


ACTIONS_OF_A_WORKER = (
	prepare,
	move,
	save,
	draft,
	prepare_review,
	decide,
	outcome,
	prepare_solutions,
	release,
	versions,
	estimate,
	current_versions,
	bid,
	prepare_hours,
	spend,
	cost,
	logs,
	clean,
)
ACTIONS = {function.__name__: function for function in ACTIONS_OF_A_WORKER}


def main(sites_path: str, site: str, action: str, *arguments: str) -> None:
	os.chdir(sites_path)
	import frappe

	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")
	try:
		result = ACTIONS[action](frappe, *arguments)
		frappe.db.commit()
	finally:
		frappe.destroy()
	sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
	main(*sys.argv[1:])
