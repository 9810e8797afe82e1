"""What Quotation and Sales Order have in common towards a Presales Project."""

import frappe
from frappe import _

from presales_mgmt.exceptions import DuplicateEntryError, GateError, ProjectMismatchError
from presales_mgmt.gates.definitions import load_process
from presales_mgmt.gates.engine import refuse_gate
from presales_mgmt.gates.evaluation import blocking, evaluate
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import require_company
from presales_mgmt.statuses import status_label

# Under which statuses of its project a document may be submitted.
OPEN_STATUSES = ("Active", "Won")


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
	require_company(doc, PROJECT, doc.presales_project, PROJECT, doc.company)
	before = doc.get_doc_before_save()
	if before and before.presales_project == doc.presales_project:
		return
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
	if not projects:
		frappe.has_permission(PROJECT, "read", doc=doc.presales_project, throw=True)


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
			earliest in which the document may be submitted. A process without the mark has no gate.
		setting: "quotation_gate" or "sales_order_gate" of Presales Settings: Stop, Warn or Off.

	Raises:
		GateError: with the requirements that are missing on the way to that stage.
	"""
	mode = frappe.get_cached_doc("Presales Settings").get_for_company(setting, doc.company)
	if mode == "Off":
		return
	project = frappe.db.get_value(
		PROJECT, doc.presales_project, ["name", "status", "stage", "process_version"], as_dict=True
	)
	try:
		_check_gate(doc, project, stage_flag)
	except GateError as error:
		if mode == "Stop":
			raise
		frappe.clear_last_message()
		frappe.msgprint(str(error), title=_("Gate Not Passed"), indicator="orange")


def _check_gate(doc, project, stage_flag: str) -> None:
	name = doc.name
	if project.status not in OPEN_STATUSES:
		frappe.throw(
			_("{0} cannot be submitted: the status of presales project {1} is {2}, expected {3}.").format(
				name,
				project.name,
				status_label(project.status),
				_(" or ").join(map(status_label, OPEN_STATUSES)),
			),
			exc=GateError,
			title=_("Gate Not Passed"),
		)
	process = load_process(project.process_version)
	earliest = process.first_stage_that(stage_flag)
	if not earliest:
		return
	start = process.position(project.stage) if project.stage else 0
	end = process.position(earliest.name)
	if start >= end:
		return

	message = _(
		"{0} cannot be submitted: presales project {1} is in stage {2}, expected {3} or later."
	).format(name, project.name, _(project.stage or "no stage"), _(earliest.name))
	if not frappe.has_permission(PROJECT, doc=project.name):
		# Who may not see the project is not told what it lacks.
		frappe.throw(message, exc=GateError, title=_("Gate Not Passed"))
	gates = [stage.name for stage in process.stages[start:end]]
	refuse_gate(message, blocking(evaluate([project.name], {project.name: gates})[project.name]))
