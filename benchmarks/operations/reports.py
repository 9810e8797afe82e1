"""Each report as a person opens it, permissions included, beside a single SQL with the same result."""

from collections.abc import Iterator

import frappe
from frappe.utils import flt

from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, Measurement, as_user, one_of, same
from benchmarks.operations.gate_sql import missing_sql
from benchmarks.result import Budget, Row
from benchmarks.world import email, frozen_processes
from presales_mgmt.cost_of_sale import ENTRY
from presales_mgmt.presales_mgmt.report.presales_cost_of_sale.presales_cost_of_sale import KIND_FIELDS
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
		for person, user in (("leader", email("leader")), ("member", one_of(COUNTERPARTS[report].member))):
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


def seen_by(person: str) -> str:
	"""The rule of visibility as SQL, with `{project}` for the column that names the project, and the value `user`."""
	if person == "leader":
		return "1 = 1"
	return f"""{{project}} in (select parent from `tabPresales Project Member`
		where parenttype = '{PROJECT}' and user = %(user)s and active = 1)"""


class GateStatus:
	"""Projects in a stage that the user sees, with what they need for their row, and the number of what is missing."""

	member = "engineer"

	def __init__(self, person: str, user: str):
		condition = f"""p.status in %(statuses)s and coalesce(p.stage, '') != ''
			and {seen_by(person).format(project="p.name")}"""
		values = {"statuses": STATUSES, "user": user}
		versions = frappe.get_all(
			PROJECT,
			filters={"process_version": ["is", "set"]},
			pluck="process_version",
			distinct=True,
			order_by="process_version asc",
		)
		versions = {*versions, *(process.name for process in frozen_processes().values())}
		columns = ("project_title", "status", "stage", "stage_entered_on", "manager")
		self.sql, self.values = missing_sql(versions, condition, values, columns)

	def run(self):
		return frappe.db.sql(self.sql, self.values, as_dict=True)

	def check(self, result) -> None:
		ours = {row["project"]: row["missing"] for row in result[1]}
		theirs = {row.name: int(row.missing) for row in self.run()}
		same(ours, theirs, "Presales Gate Status")


class CostOfSale:
	"""Projects that have cost something and that the user sees, with what was spent on them by kind."""

	# Engineers see no costs.
	member = "manager"

	def __init__(self, person: str, user: str):
		inside = seen_by(person)
		kinds = ", ".join(
			f"sum(case when kind = '{kind}' then base_amount else 0 end) {fieldname}"
			for kind, fieldname in KIND_FIELDS.items()
		)
		self.values = {"user": user}
		fields = ", ".join(f"e.{fieldname}" for fieldname in ("hours", *KIND_FIELDS.values(), "cost"))
		self.sql = f"""select p.name project, p.project_title, p.status, p.won_on, p.stage, {fields},
				p.base_commitments commitments, p.presales_budget budget,
				case when p.presales_budget > 0 then
					(p.base_cost_of_sale + p.base_commitments) * 100 / p.presales_budget else 0 end spent_percent,
				c.default_currency currency, p.manager
			from (select presales_project, sum(base_amount) cost, sum(hours) hours, {kinds}
				from `tab{ENTRY}` where {inside.format(project="presales_project")} group by presales_project) e
			join `tab{PROJECT}` p on p.name = e.presales_project
			join `tabCompany` c on c.name = p.company
			order by e.cost desc, p.name asc"""

	def run(self):
		return frappe.db.sql(self.sql, self.values, as_dict=True)

	def check(self, result) -> None:
		texts = ("project_title", "stage", "currency", "manager")
		numbers = ("hours", *KIND_FIELDS.values(), "cost", "commitments", "budget", "spent_percent")

		def shown(rows):
			return {
				row["project"]: [
					*(row[fieldname] for fieldname in texts),
					*(flt(row[fieldname], 2) for fieldname in numbers),
				]
				for row in rows
			}

		same(shown(result[1]), shown(self.run()), "Presales Cost of Sale")


COUNTERPARTS: dict[str, type] = {"Presales Gate Status": GateStatus, "Presales Cost of Sale": CostOfSale}
