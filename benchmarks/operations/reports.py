"""Each report as a person opens it, permissions included, beside a single SQL with the same result."""

from collections.abc import Callable, Iterator

import frappe

from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, Measurement, as_user, one_of, same
from benchmarks.operations.gate_sql import missing_sql
from benchmarks.result import Budget, Row
from benchmarks.world import email, frozen_processes
from presales_mgmt.presales_mgmt.report.presales_gate_status.presales_gate_status import STATUSES

GROUP = "Reports"
BUDGET = Budget(ratio=2.0, queries=20)


def operations(bench: Bench) -> Iterator[Comparison | Measurement]:
	for report in frappe.get_all(
		"Report",
		filters={"module": "Presales Mgmt", "report_type": "Script Report"},
		pluck="name",
		order_by="name asc",
	):
		if report not in COUNTERPARTS:
			yield Measurement(
				GROUP,
				report,
				lambda report=report: [Row(GROUP, report, note="has no counterpart yet")],
			)
			continue
		for person, user in (("leader", email("leader")), ("member", one_of("engineer"))):
			yield compare(report, person, user)


def compare(report: str, person: str, user: str) -> Comparison:
	name = frappe.scrub(report)
	execute = frappe.get_attr(f"presales_mgmt.presales_mgmt.report.{name}.{name}.execute")
	counterpart = COUNTERPARTS[report](person, user)
	within = lambda: as_user(user)  # noqa: E731 (one line says it)

	def check():
		with as_user(user):
			counterpart.check(execute({}))

	return Comparison(
		GROUP,
		f"{report}, as {person}",
		ours=Side(run=lambda _user: execute({}), prepare=lambda: frappe.set_user(user), within=within),
		counterpart_name="single SQL",
		counterpart=Side(run=lambda: counterpart.run()),
		budget=BUDGET,
		check=check,
		rounds=0.3,
	)


class GateStatus:
	"""Projects in a stage that the user sees, with what they need for their row, and the number of what is missing."""

	def __init__(self, person: str, user: str):
		condition = "p.status in %(statuses)s and coalesce(p.stage, '') != ''"
		values: dict = {"statuses": STATUSES}
		if person != "leader":
			condition += f""" and p.name in (select parent from `tabPresales Project Member`
				where parenttype = '{PROJECT}' and user = %(user)s and active = 1)"""
			values["user"] = user
		versions = frappe.get_all(
			PROJECT,
			filters={"process_version": ["is", "set"]},
			pluck="process_version",
			distinct=True,
			order_by="process_version asc",
		)
		versions = {*versions, *(process.name for process in frozen_processes().values())}
		missing, self.values = missing_sql(versions, condition, values)
		self.sql = f"""select q.name, q.project_title, q.status, q.stage, q.stage_entered_on, q.manager, m.missing
			from `tab{PROJECT}` q join ({missing}) m on m.name = q.name"""

	def run(self):
		return frappe.db.sql(self.sql, self.values, as_dict=True)

	def check(self, result) -> None:
		ours = {row["project"]: row["missing"] for row in result[1]}
		theirs = {row.name: int(row.missing) for row in self.run()}
		same(ours, theirs, "Presales Gate Status")


COUNTERPARTS: dict[str, Callable] = {"Presales Gate Status": GateStatus}
