"""What Quotation, Contract and Sales Order have in common towards a Presales Project."""

import json
from collections.abc import Callable, Sequence

import frappe
from frappe import _
from frappe.permissions import get_user_permissions

from presales_mgmt.exceptions import DuplicateEntryError, GateError, ProjectMismatchError
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.engine import LOG, refuse_gate
from presales_mgmt.gates.evaluation import answer, blocking
from presales_mgmt.gates.rules import Finding, Process
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import refuse_company, require_company
from presales_mgmt.statuses import status_label

# Under which statuses of its project a document may be submitted.
OPEN_STATUSES = ("Active", "Won")
GATE_FIELDS = (
	"name",
	"company",
	"status",
	"stage",
	"process_version",
	"project_class",
	"is_large_project",
	"quotation",
	"base_quoted_amount",
	"contract",
	"sales_order",
	"cost_estimate",
	"party_type",
	"party",
	"currency",
	"conversion_rate",
)


def refuse_second_project(opportunity: str, project: str) -> None:
	"""Raise since the Opportunity has a project already."""
	frappe.throw(
		_("Opportunity {0} already has presales project {1}.").format(opportunity, project),
		exc=DuplicateEntryError,
	)


def validate_project(doc, source_doctype: str, sources: set[str]) -> None:
	"""Refuse a project of another company, and one that the user may not see or that the source contradicts.

	Args:
		doc: a Quotation or Sales Order with a project.
		source_doctype: what it is made from: Opportunity or Quotation.
		sources: names of those records. Who makes a document from one of them takes over its project without
			having to see it: the order desk is not on the team.
	"""
	if doc.has_value_changed("presales_project") or doc.has_value_changed("company"):
		require_company(doc, PROJECT, doc.presales_project, PROJECT, doc.company)
	validate_source(doc, source_doctype, sources)


def validate_source(doc, source_doctype: str, sources: set[str]) -> None:
	"""Refuse a project that the user may not see or that the source contradicts; see `validate_project`."""
	before = doc.get_doc_before_save()
	if before and before.presales_project == doc.presales_project:
		return
	# Into another project is out of this one.
	keep_project(doc)
	projects = set()
	if sources:
		projects = set(
			frappe.get_all(
				source_doctype,
				filters={"name": ["in", sorted(sources)], "presales_project": ["is", "set"]},
				pluck="presales_project",
				order_by="name asc",
			)
		)
	if projects - {doc.presales_project}:
		frappe.throw(
			_("{0} is made from {1} of presales project {2}, and cannot belong to {3}.").format(
				doc.name or _(doc.doctype),
				", ".join(sorted(sources)),
				", ".join(sorted(projects)),
				doc.presales_project,
			),
			exc=ProjectMismatchError,
		)
	if not projects and not _is_listed(doc.presales_project):
		frappe.has_permission(PROJECT, "read", doc=doc.presales_project, throw=True)


def _is_listed(project: str) -> bool:
	"""Whether the user reads the project as far as the list of projects tells. One query.

	It asks for one row, where the check of the document would read its tables, too; so it does not know which User
	Permissions hold for what their rows name.
	"""
	return (
		not get_user_permissions(frappe.session.user)
		and frappe.has_permission(PROJECT, "read")
		and bool(frappe.get_list(PROJECT, filters={"name": project}, order_by="name asc", limit=1))
	)


def keep_project(doc) -> None:
	"""Refuse to take a document out of its project, and past its gate, to all who may not change the project."""
	before = doc.get_doc_before_save()
	project = before.get("presales_project") if before else None
	if project and not frappe.has_permission(PROJECT, "write", doc=project):
		frappe.throw(
			_("{0} belongs to presales project {1}. Only its director or manager may take it out.").format(
				doc.name, project
			),
			exc=frappe.PermissionError,
		)


def check_gate(doc, stage_flag: str, setting: str) -> None:
	"""Hold back the submission of `doc` until its project has come far enough.

	Args:
		doc: a Quotation or Sales Order with a project.
		stage_flag: "allows_quotation" or "allows_sales_order": the first stage with this mark is the
			earliest in which the document may be submitted. A process without the mark has no such stage.
		setting: "quotation_gate" or "sales_order_gate" of Presales Settings: Stop, Warn or Off.

	Raises:
		GateError: with the requirements that are missing on the way to that stage, and those that are needed before
			such a document, whichever stage they belong to (R1.7, R5.11, R8.6).
	"""
	mode = frappe.get_cached_doc("Presales Settings").get_for_company(setting, doc.company)
	hold_back(mode, lambda: _check_gate(doc, stage_flag), _("Gate Not Passed"))


def hold_back(mode: str, check: Callable[[], None], title: str) -> None:
	"""Run `check`, which raises `GateError`: with mode Stop the error is raised, with Warn it is shown, Off asks nothing."""
	if mode == "Off":
		return
	try:
		check()
	except GateError as error:
		if mode == "Stop":
			raise
		frappe.clear_last_message()
		frappe.msgprint(str(error), title=title, indicator="orange")


def read_project_of(doc, for_update: bool = False) -> None:
	"""Read the project of `doc`, which is about to be submitted, once for all checks: `get_project_of` gives it to them
	until `leave_project_of`.

	Raises `CompanyMismatchError` when it is of another company, as its draft may have become since `doc` was saved.
	"""
	leave_project_of(doc)
	project = _read_project(doc.presales_project, for_update)
	if project.company != doc.company:
		refuse_company(doc, PROJECT, project.name, project.company, doc.company)
	doc.flags.presales_project_read = project


def get_project_of(doc) -> frappe._dict:
	"""`GATE_FIELDS` of the project of `doc`."""
	return doc.flags.presales_project_read or _read_project(doc.presales_project)


def leave_project_of(doc) -> None:
	"""What comes now sees the project as it is by then."""
	doc.flags.pop("presales_project_read", None)


def _read_project(name: str, for_update: bool = False) -> frappe._dict:
	return frappe.db.get_value(PROJECT, name, GATE_FIELDS, as_dict=True, for_update=for_update)


def require_open(doc, project) -> None:
	"""Raise `GateError` when the project is not one in which documents are submitted."""
	if project.status not in OPEN_STATUSES:
		frappe.throw(
			_("{0} cannot be submitted: the status of presales project {1} is {2}, expected {3}.").format(
				doc.name,
				project.name,
				status_label(project.status),
				_(" or ").join(map(status_label, OPEN_STATUSES)),
			),
			exc=GateError,
			title=_("Gate Not Passed"),
		)


def require_needed(
	doc,
	project,
	process: Process,
	stages: Sequence[str] = (),
	message: str | None = None,
	judge: Callable[[list[Finding]], list[Finding]] = list,
) -> None:
	"""Raise `GateError` while something is missing that is needed before `doc`, or to leave one of `stages`.

	Args:
		doc: a document of `gates.rules.DOCUMENTS`.
		project: see `get_project_of`.
		process: the project's.
		stages: names of stages whose gates are asked, too.
		message: what is said before the list; without it that something is missing.
		judge: looks at the findings, and returns them with what it has found itself.
	"""
	asked = [
		requirement
		for requirement in process.requirements_before(doc.doctype)
		if requirement.stage not in stages
	]
	asked += [requirement for stage in stages for requirement in process.requirements_of(stage)]
	asked = [
		requirement
		for requirement in asked
		if requirement.applies(project.project_class, bool(project.is_large_project))
	]
	blockers = blocking(judge(answer({project.name: asked})[project.name]))
	if blockers:
		blockers = _not_overridden(project, process, blockers)
	if not blockers and not message:
		return
	message = message or _(
		"{0} cannot be submitted: something is missing that presales project {1} needs before."
	).format(doc.name, project.name)
	if not frappe.has_permission(PROJECT, doc=project.name):
		# Who may not see the project is not told what it lacks.
		frappe.throw(message, exc=GateError, title=_("Gate Not Passed"))
	refuse_gate(message, blockers)


def _check_gate(doc, stage_flag: str) -> None:
	project = get_project_of(doc)
	require_open(doc, project)
	process = load_process(project.process_version)
	earliest = process.first_stage_that(stage_flag)
	start = process.position(project.stage) if project.stage else 0
	end = process.position(earliest.name) if earliest else 0
	if start >= end:
		require_needed(doc, project, process)
		return
	message = _(
		"{0} cannot be submitted: presales project {1} is in stage {2}, expected {3} or later."
	).format(doc.name, project.name, _(project.stage or "no stage"), _(earliest.name))
	require_needed(doc, project, process, [stage.name for stage in process.stages[start:end]], message)


def _not_overridden(project, process: Process, blockers: list[Finding]) -> list[Finding]:
	"""Leave out what the director has overridden in leaving its stage: the log has the reason, nobody is asked twice."""
	position = process.position(project.stage) if project.stage else 0
	left = {stage.name for stage in process.stages[:position]}
	if not any(finding.requirement.stage in left for finding in blockers):
		return blockers
	overridden = set()
	for findings in frappe.get_all(
		LOG,
		filters={"presales_project": project.name, "is_override": 1},
		pluck="gate_findings",
		order_by="moved_on asc, name asc",
	):
		overridden |= {row["code"] for row in json.loads(findings or "[]") if row["blocks"]}
	return [
		finding
		for finding in blockers
		if finding.requirement.stage not in left or finding.requirement.code not in overridden
	]


def are_items_updated(doc) -> bool:
	"""Whether ERPNext's "Update Items" saves the submitted `doc`.

	It has written the rows before, so that they cannot be compared with what they were; and value that only moves from
	one row to another shows in no total.
	"""
	return bool(doc.flags.ignore_validate_update_after_submit)
