import frappe
from frappe import _
from frappe.utils import flt, getdate, time_diff_in_seconds

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import LifecycleError, SelfApprovalError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.rules.followup import SUPERVISOR_ROLES
from presales_mgmt.rules.review import weighted_score
from presales_mgmt.rules.validation import (
	require_between,
	require_unique_rows,
	require_weights_of_100,
	set_full_names,
)
from presales_mgmt.statuses import ABANDONED, LOST, WON, status_label

REPORT_TYPE = "Project Evaluation Report"


class PresalesProjectEvaluation(ProjectRecord):
	"""The evaluation report on a finished project: result, level of operation, problems, performance (R9.15)."""

	def validate(self):
		super().validate()
		require_unique_rows(self, "criteria", "criterion")
		require_unique_rows(self, "members", "user")
		for row in (*self.criteria, *self.members):
			require_between(row, "score", 0, 100)
		require_weights_of_100(self, "criteria")
		set_full_names(self.members)
		self.set_evaluator()
		self.set_members()
		self.set_result()
		self.set_scores()

	def set_evaluator(self):
		"""A supervisor of the project or a leader evaluates it, and nobody evaluates their own work."""
		self.evaluator = frappe.session.user
		if self.evaluator == "Administrator":
			return
		roles = get_project_roles(self.presales_project, self.evaluator)
		if not roles & set(SUPERVISOR_ROLES) and not sees_everything(self.evaluator):
			frappe.throw(
				_("Only a supervisor of {0} or a leader may evaluate it.").format(self.presales_project),
				exc=frappe.PermissionError,
			)
		own = roles & {"Director", "Manager"}
		if own or acting_for(self.evaluator) & {row.user for row in self.members}:
			frappe.throw(
				_("{0} worked on {1} and cannot evaluate it.").format(self.evaluator, self.presales_project),
				exc=SelfApprovalError,
			)

	def set_members(self):
		"""State the role of every member evaluated, as the project has it."""
		roles = dict(
			frappe.get_all(
				"Presales Project Member",
				filters={"parenttype": PROJECT, "parent": self.presales_project, "parentfield": "team"},
				fields=["user", "project_role"],
				order_by="idx desc",
				as_list=True,
			)
		)
		for row in self.members:
			if row.user not in roles:
				frappe.throw(
					_("Row {0}: {1} is not a member of {2}.").format(
						row.idx, row.user, self.presales_project
					),
					exc=LifecycleError,
				)
			row.project_role = roles[row.user]

	def set_result(self):
		project = frappe.db.get_value(
			PROJECT, self.presales_project, ["status", "start_date", "decided_on"], as_dict=True
		)
		if project.status not in (WON, LOST, ABANDONED):
			frappe.throw(
				_("{0} cannot be evaluated yet: its status is {1}, expected Won, Lost or Abandoned.").format(
					self.presales_project, status_label(project.status)
				),
				exc=LifecycleError,
			)
		self.result = project.status
		end = project.decided_on or getdate(self.evaluation_date)
		self.duration_days = max(0, flt(time_diff_in_seconds(str(end), str(project.start_date)) / 86400, 2))

	def set_scores(self):
		self.total_score = weighted_score((flt(row.weight), flt(row.score)) for row in self.criteria)
		bands = frappe.get_cached_doc("Presales Settings").get_evaluation_bands()
		self.operation_level = bands.level(self.total_score)

	def on_submit(self):
		self.make_report()

	def make_report(self):
		"""Hand the report to the document controller: a draft in the archive, filed by submitting it."""
		report = frappe.get_doc(
			{
				"doctype": "Presales Document",
				"presales_project": self.presales_project,
				"document_type": REPORT_TYPE,
				"title": _("Evaluation of {0}").format(self.presales_project),
				"responsible": self.evaluator,
				"confidentiality_level": "Confidential",
				"reference_doctype": self.doctype,
				"reference_name": self.name,
				"content": frappe.render_template(
					"presales_mgmt/templates/evaluation_report.html", {"evaluation": self}
				),
			}
		)
		# The report is handed in by the evaluation; supervisors and leaders file nothing themselves.
		report.flags.ignore_permissions = True
		report.insert()
		self.db_set("archived_document", report.name)

	def on_cancel(self):
		"""The report goes with the evaluation: a draft is deleted, an archived one withdrawn."""
		if not self.archived_document:
			return
		report = frappe.get_doc("Presales Document", self.archived_document)
		# The right to cancel the evaluation is what counts: without it the report has nothing to report.
		report.flags.ignore_permissions = True
		self.db_set("archived_document", None)
		if report.docstatus == 0:
			report.delete()
		elif report.docstatus == 1:
			report.cancel()
