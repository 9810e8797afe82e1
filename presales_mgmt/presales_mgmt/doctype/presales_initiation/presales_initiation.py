import frappe
from frappe import _
from frappe.utils import flt, now_datetime, strip_html

from presales_mgmt.controllers import ProjectRecord, require_open_project
from presales_mgmt.exceptions import (
	DuplicateEntryError,
	InitiationError,
	LifecycleError,
	OutOfRangeError,
	SelfApprovalError,
	TeamError,
)
from presales_mgmt.gates import engine
from presales_mgmt.gates.rules import Answer, Finding, Requirement
from presales_mgmt.initiation import DOCTYPE, WITHDRAWN, is_large
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import PROJECT_WRITERS, get_project_roles, sees_everything
from presales_mgmt.rules import initiation as rules
from presales_mgmt.rules.followup import SUPERVISOR_ROLES, is_own_matter
from presales_mgmt.rules.validation import (
	able_users,
	refuse,
	refuse_own_supervision,
	require_date_order,
	require_unique_rows,
	require_value,
	set_full_names,
	validate_input,
)
from presales_mgmt.statuses import DRAFT, INITIATION, status_label

# The roles of a project that one person has, and the project's field that names it.
LEADING_ROLES = {"Director": "director", "Manager": "manager"}

DECISION_FIELDS = ("result", "applied_by", "applied_on", "decided_by", "decided_on", "decision_reason")
PROJECT_FIELDS = (
	"name",
	"status",
	"company",
	"project_title",
	"director",
	"manager",
	"goal",
	"scope",
	"base_expected_amount",
	"presales_process",
	"initiation",
)


class PresalesInitiation(ProjectRecord):
	"""The application for initiation of a project (R9.9): what management decides on, and whom it appoints.

	Its result is written by the lifecycle of the project (`presales_mgmt.initiation`) and by nothing else.
	"""

	def before_validate(self):
		self.flags.project = get_project_values(self.presales_project, for_update=self.is_new())
		if self.flags.project and self.docstatus < 2:
			self.set_defaults()
			self.set_criteria()

	def validate(self):
		super().validate()
		self.validate_author()
		self.validate_project_status()
		self.validate_only_one()
		self.set_project_values()
		self.validate_team()
		self.validate_basis_documents()
		self.validate_dates()
		self.set_figures()
		self.set_class()
		self.clear_decision()

	def before_submit(self):
		self.require_applicant()
		self.require_complete()
		self.applied_by = frappe.session.user
		self.applied_on = now_datetime()

	def before_update_after_submit(self):
		require_value(self, "presales_project")
		validate_input(self)
		self.validate_granting()

	def before_cancel(self):
		super().before_cancel()
		if self.result:
			frappe.throw(
				_("{0} has been decided on ({1}) and stands.").format(
					self.name, _(self.result, context=self.doctype)
				),
				exc=LifecycleError,
			)
		project = get_project_values(self.presales_project)
		if not self.flags.by_lifecycle and project.status == INITIATION and project.initiation == self.name:
			frappe.throw(
				_("{0} is being evaluated. Withdraw it with the status of project {1}.").format(
					self.name, self.presales_project
				),
				exc=LifecycleError,
			)
		# Reviews of it remain as the record of why it went back.
		self.ignore_linked_doctypes = (
			"Presales Review",
			"Presales Rectification",
			"Presales Guidance Note",
			PROJECT,
		)

	def on_cancel(self):
		if not self.flags.by_lifecycle:
			self.decide(WITHDRAWN)

	def set_defaults(self):
		"""What the project says already need not be typed again."""
		if self.is_new():
			for fieldname, value in project_defaults(self.flags.project).items():
				if not self.get(fieldname):
					self.set(fieldname, value)
		present = {row.project_role for row in self.team}
		for row in leaders_of(self.flags.project):
			if row["project_role"] not in present:
				self.append("team", row)

	def set_criteria(self):
		"""Every enabled criterion is asked, in its order; what the form leaves out comes back unanswered (R9.2)."""
		given = {row.criterion: row for row in self.classification}
		self.set("classification", [])
		for criterion in enabled_criteria():
			row = self.append("classification", given.get(criterion.name) or {"criterion": criterion.name})
			row.idx = len(self.classification)
			row.project_class = criterion.project_class

	def validate_author(self):
		"""Director, manager and planning manager prepare it (R9.5-R9.7); leaders decide and prepare nothing."""
		user = frappe.session.user
		if user == "Administrator" or self.flags.ignore_permissions:
			return
		if not get_project_roles(self.presales_project, user) & PROJECT_WRITERS:
			frappe.throw(
				_("The application of {0} is prepared by its director, manager or planning manager.").format(
					self.presales_project
				),
				exc=frappe.PermissionError,
			)

	def validate_project_status(self):
		status = self.flags.project.status
		if status not in (DRAFT, INITIATION):
			frappe.throw(
				_("{0} cannot be applied for: its status is {1}, expected {2}.").format(
					self.presales_project, status_label(status), status_label(DRAFT)
				),
				exc=LifecycleError,
			)

	def validate_only_one(self):
		"""A project has one application that is open: a draft, or one that is not decided on."""
		other = frappe.db.get_value(
			DOCTYPE,
			{
				"presales_project": self.presales_project,
				"docstatus": ["<", 2],
				"result": ["is", "not set"],
				"name": ["!=", self.name or ""],
			},
			"name",
			order_by="creation asc",
			# What somebody has made while this waited for the project is seen by a locking read only.
			for_update=self.is_new(),
		)
		if other:
			frappe.throw(
				_("{0} has an open application already: {1}.").format(self.presales_project, other),
				exc=DuplicateEntryError,
			)

	def set_project_values(self):
		self.company = self.flags.project.company
		self.project_title = self.flags.project.project_title

	def validate_team(self):
		"""Who is to be appointed must be able to work: an enabled user with a role of this app."""
		for table in ("team", "supervisors"):
			require_unique_rows(self, table, "user", "project_role")
			for row in self.get(table):
				if (row.project_role in SUPERVISOR_ROLES) != (table == "supervisors"):
					refuse(
						row,
						"Project Role",
						_(row.project_role or ""),
						_("a role of supervisors")
						if table == "supervisors"
						else _("a role of the team, not of supervisors"),
						TeamError,
					)
		self.require_leaders(self.flags.project)
		refuse_own_supervision(self.supervisors, self.flags.project.director, self.flags.project.manager)
		self.require_able_people()
		set_full_names([*self.team, *self.supervisors])

	def require_leaders(self, project):
		"""Director and manager are those whom the project names, and nobody becomes either beside them."""
		for row in self.team:
			expected = project.get(LEADING_ROLES.get(row.project_role, ""))
			if row.project_role in LEADING_ROLES and row.user != expected:
				refuse(
					row,
					"User",
					row.user,
					_("{0}, whom the project names as {1}").format(
						expected or _("nobody"), _(row.project_role)
					),
					TeamError,
				)

	def require_able_people(self):
		rows = [*self.team, *self.supervisors]
		able = able_users({row.user for row in rows if row.user})
		for row in rows:
			if row.user and row.user not in able:
				refuse(row, "User", row.user, _("a user who is enabled and has a presales role"), TeamError)

	def validate_basis_documents(self):
		"""They are archived documents of this project, of types on which the decision rests (R9.13)."""
		require_unique_rows(self, "basis_documents", "document")
		if not self.basis_documents:
			return
		documents = {
			document.name: document
			for document in frappe.get_all(
				"Presales Document",
				filters={
					"name": ["in", [row.document for row in self.basis_documents]],
					"presales_project": self.presales_project,
				},
				fields=["name", "document_type", "title", "status", "docstatus"],
				order_by="name asc",
			)
		}
		types = basis_types()
		for row in self.basis_documents:
			document = documents.get(row.document)
			if not document or document.docstatus != 1 or document.status != "Archived":
				refuse(
					row,
					"Document",
					row.document,
					_("an archived document of project {0}").format(self.presales_project),
					InitiationError,
				)
			if document.document_type not in types:
				refuse(
					row,
					"Document",
					f"{row.document} ({_(document.document_type)})",
					_("a document of a type that is a basis of initiation"),
					InitiationError,
				)
			row.document_type = document.document_type
			row.title = document.title

	def validate_dates(self):
		for row in self.resources:
			require_date_order(row, "from_date", "to_date")

	def set_figures(self):
		figures = rules.cost_benefit(
			flt(self.expected_revenue),
			flt(self.expected_cost),
			flt(self.cost_of_sale),
			flt(self.monthly_net_inflow),
		)
		if abs(figures.margin) > rules.LARGEST_FIGURE:
			refuse(
				self,
				"Expected Margin",
				f"{figures.margin:.0f}",
				_("a number between {0} and {1}").format(-rules.LARGEST_FIGURE, rules.LARGEST_FIGURE),
				OutOfRangeError,
			)
		self.expected_margin = flt(figures.margin, self.precision("expected_margin"))
		self.margin_percent = figures.margin_percent
		self.benefit_cost_ratio = figures.benefit_cost_ratio
		self.payback_months = figures.payback_months
		self.is_large_project = int(is_large(self.person_months))

	def set_class(self):
		"""The class follows from the answers, and may be raised by hand, never lowered (R9.2)."""
		self.answered_class = rules.classify((row.project_class, row.answer) for row in self.classification)
		if self.raised_to and not rules.is_raise(self.answered_class, self.raised_to):
			refuse(
				self,
				"Raised To",
				_(self.raised_to, context=self.doctype),
				_("a class above {0}").format(_(self.answered_class, context=self.doctype)),
				InitiationError,
			)
		self.project_class = self.raised_to or self.answered_class

	def clear_decision(self):
		"""A draft is not decided on, whatever was sent."""
		for fieldname in DECISION_FIELDS:
			self.set(fieldname, None)
		for row in self.resources:
			row.granted_quantity = row.not_granted = 0

	def require_applicant(self):
		user = frappe.session.user
		if user != "Administrator" and not get_project_roles(self.presales_project, user) & engine.MOVERS:
			frappe.throw(
				_("Only the director or the manager of {0} may submit its application.").format(
					self.presales_project
				),
				exc=frappe.PermissionError,
			)

	def complete_for_submission(self):
		"""Bring a draft up to date, as submitting it will, and raise `GateError` with what it lacks."""
		self.before_validate()
		self.set_figures()
		self.set_class()
		self.require_complete()

	def require_complete(self):
		"""Raise `GateError` with what the application lacks."""
		findings = self.lacks()
		if findings:
			engine.refuse_gate(_("The application {0} is not complete.").format(self.name), findings)

	def lacks(self) -> list[Finding]:
		"""What is missing, in the form in which gates say it."""
		process = frappe.get_cached_doc("Presales Process", self.flags.project.presales_process)
		values = {**self.as_dict(), "prospect_analysis": strip_html(self.prospect_analysis or "")}
		rule = process.basis_documents_required
		types = basis_types() if rule in (rules.AT_LEAST_ONE, rules.EVERY_BASIS_TYPE) else []
		return [self._finding(lack, rule) for lack in rules.missing(values, rule, types)]

	def _finding(self, lack: rules.Missing, basis_rule: str | None) -> Finding:
		field = self.meta.get_field(lack.table or lack.fieldname)
		label = _(field.label, context=self.doctype)
		place, title, found = _(self.doctype), label, _("nothing")
		if lack.table == "classification":
			place, title = label, self.classification[lack.row - 1].criterion
			expected = _("Yes or No")
		elif lack.table:
			row = self.get(lack.table)[lack.row - 1]
			place = _("{0}, row {1}").format(label, lack.row)
			title = _(row.meta.get_label(lack.fieldname), context=row.doctype)
			expected = _("a number above 0")
		elif lack.fieldname in rules.REQUIRED_AMOUNTS:
			found, expected = f"{flt(self.get(lack.fieldname)):g}", _("a number above 0")
		elif lack.fieldname == "basis_documents":
			found = ", ".join(_(row.document_type) for row in self.basis_documents) or found
			types = ", ".join(map(_, lack.document_types))
			if not types:
				expected = _("a document type that is a basis of initiation; there is none")
			elif basis_rule == rules.AT_LEAST_ONE:
				expected = _("an archived document of one of these types: {0}").format(types)
			else:
				expected = _("also an archived document of each of these types: {0}").format(types)
		elif field.fieldtype == "Table":
			expected = _("at least one row")
		else:
			expected = _("a value")
		code = ":".join(map(str, filter(None, (lack.table, lack.row, lack.fieldname))))
		requirement = Requirement(code=code, stage=place, kind="Field", title=title)
		return Finding(requirement, Answer(satisfied=False, found=found, expected=expected))

	def validate_granting(self):
		"""Resources are granted by a leader who did not apply, as long as nothing is decided (R9.9)."""
		user = frappe.session.user
		require_open_project(self.presales_project)
		if not sees_everything(user):
			frappe.throw(
				_("The resources that {0} asks for are granted by a leader.").format(self.name),
				exc=frappe.PermissionError,
			)
		project = get_project_values(self.presales_project)
		drafter = self.get_doc_before_save().owner
		if is_own_matter(acting_for(user), self.applied_by, drafter, project.director, project.manager):
			frappe.throw(
				_(
					"{0} applied for {1} or leads it, or acts for who does, and grants it nothing. Ask another leader."
				).format(user, self.presales_project),
				exc=SelfApprovalError,
			)
		if self.result:
			frappe.throw(
				_("{0} has been decided on ({1}) and stands.").format(
					self.name, _(self.result, context=self.doctype)
				),
				exc=LifecycleError,
			)
		before = {row.name for row in self.get_doc_before_save().resources}
		if before != {row.name for row in self.resources}:
			frappe.throw(
				_("What {0} asks for stays as it was submitted: rows are neither added nor removed.").format(
					self.name
				),
				exc=InitiationError,
			)
		for row in self.resources:
			if row.not_granted and flt(row.granted_quantity):
				refuse(
					row,
					"Granted",
					row.granted_quantity,
					_("0 for what is not granted"),
					InitiationError,
				)

	def grant_resources(self):
		"""What the leader left open is granted as asked for."""
		for row in self.resources:
			if not row.not_granted and not flt(row.granted_quantity):
				row.db_set("granted_quantity", row.quantity, update_modified=False)

	def decide(self, result: str, reason: str | None = None) -> None:
		"""Write the result. Called by the lifecycle of the project, and when an application is withdrawn."""
		self.db_set(
			{
				"result": result,
				"decided_by": frappe.session.user,
				"decided_on": now_datetime(),
				"decision_reason": reason,
			},
			notify=True,
		)


def get_project_values(project: str | None, for_update: bool = False):
	"""The fields of a project that its application builds on.

	With `for_update` the project is locked: of two who begin an application at once, the second is refused.
	"""
	if not project or not isinstance(project, str):
		return None
	return frappe.db.get_value(PROJECT, project, list(PROJECT_FIELDS), as_dict=True, for_update=for_update)


def project_defaults(project) -> dict:
	"""The fields of a new application that the project answers already. Amounts are in company currency."""
	return {
		"goal": project.goal,
		"scope": project.scope,
		"expected_revenue": project.base_expected_amount,
	}


def leaders_of(project) -> list[dict]:
	"""Team rows of those whom the project names as director and manager."""
	return [
		{"user": project.get(fieldname), "project_role": project_role}
		for project_role, fieldname in LEADING_ROLES.items()
		if project.get(fieldname)
	]


def get_defaults(project: str) -> dict:
	"""What a new application begins with, see `presales_mgmt.api.get_initiation_defaults`."""
	values = get_project_values(project)
	return {
		"company": values.company,
		"project_title": values.project_title,
		**project_defaults(values),
		"team": [{**row, "full_name": frappe.utils.get_fullname(row["user"])} for row in leaders_of(values)],
		"classification": [
			{"criterion": criterion.name, "project_class": criterion.project_class}
			for criterion in enabled_criteria()
		],
	}


def enabled_criteria() -> list:
	"""The criteria that an application answers, company level first."""
	criteria = frappe.get_all(
		"Presales Classification Criterion",
		filters={"enabled": 1},
		fields=["name", "project_class", "position"],
		order_by="position asc, name asc",
	)
	return sorted(criteria, key=lambda criterion: -rules.CLASSES.index(criterion.project_class))


def basis_types() -> list[str]:
	"""The document types on which the decision to initiate rests."""
	return frappe.get_all(
		"Presales Document Type", filters={"is_initiation_basis": 1}, pluck="name", order_by="name asc"
	)
