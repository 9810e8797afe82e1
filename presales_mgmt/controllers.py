"""The base of every DocType that lies under a Presales Project."""

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.utils import getdate

from presales_mgmt.exceptions import LifecycleError, ProjectMismatchError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import READING, require_project_permission
from presales_mgmt.rules.validation import refuse, require_value, validate_input
from presales_mgmt.statuses import CLOSED


class ProjectRecord(Document):
	"""A document of one project. Subclasses call `super().validate()` first."""

	def validate(self):
		require_value(self, "presales_project")
		validate_input(self)
		self.validate_project()

	def validate_project(self):
		"""The project must be one that the user sees, must not change, and must not be closed.

		A document is moved from project to project by nobody: what hangs under a project is its record.
		"""
		before = self.get_doc_before_save()
		if before and before.presales_project != self.presales_project:
			frappe.throw(
				_("{0} {1} belongs to project {2} and cannot be moved to {3}.").format(
					_(self.doctype), self.name, before.presales_project, self.presales_project
				),
				exc=LifecycleError,
			)
		if self.is_new() and self.get("amended_from"):
			self.validate_amended()
		if self.is_new() and not self.flags.ignore_permissions:
			require_project_permission(self.presales_project)
		require_open_project(self.presales_project)

	def validate_amended(self):
		"""What amends a record of one project belongs to that project: it takes the record's name and place."""
		project = frappe.db.get_value(self.doctype, self.amended_from, "presales_project")
		if project and project != self.presales_project:
			frappe.throw(
				_("{0} amends {1} of presales project {2}, and cannot belong to {3}.").format(
					self.name, self.amended_from, project, self.presales_project
				),
				exc=ProjectMismatchError,
			)

	def before_cancel(self):
		keep_as_submitted(self)
		require_open_project(self.presales_project)
		let_reviews_stand(self)

	def on_trash(self):
		if self.presales_project:
			require_open_project(self.presales_project)


class ProjectRow(Document):
	"""A row of a child table: read with its parent's permission, and written only together with it.

	Frappe checks no more than the role on the parent's DocType when a row is handled by itself, so that rows
	of other people's projects could be read, added, moved and removed.
	"""

	def has_permission(self, permtype="read", **kwargs) -> bool:
		if self.flags.ignore_permissions:
			return True
		if permtype not in READING or not self.parenttype or not self.parent:
			return False
		return frappe.has_permission(self.parenttype, permtype, doc=self.parent, user=kwargs.get("user"))

	def validate(self):
		# Not called when the parent is saved.
		self.refuse_alone()

	def on_trash(self):
		self.refuse_alone()

	def refuse_alone(self):
		frappe.throw(
			_("Rows of {0} are changed together with {1} {2} only.").format(
				_(self.doctype), _(self.parenttype or ""), self.parent
			),
			exc=frappe.PermissionError,
		)


def keep_as_submitted(doc) -> None:
	"""Take everything of `doc`, which is about to be cancelled, from what is stored.

	Frappe compares nothing when a document is cancelled, and writes whatever a client sends with it.
	"""
	before = doc.get_doc_before_save()
	for df in doc.meta.fields:
		if df.fieldtype in table_fields or df.fieldtype not in no_value_fields:
			doc.set(df.fieldname, before.get(df.fieldname))
	doc.owner, doc.creation = before.owner, before.creation


def let_reviews_stand(doc) -> None:
	"""Let `doc` be cancelled although a review names it: the review then speaks for it no more (R1.4).

	Frappe would refuse as long as the review is submitted, and a concluded review is not cancelled.
	"""
	doc.ignore_linked_doctypes = (*(doc.get("ignore_linked_doctypes") or ()), "Presales Review")


def require_open_project(project: str) -> None:
	"""Raise `LifecycleError` when the project is closed: its record is complete and stays as it is."""
	if frappe.db.get_value(PROJECT, project, "status") == CLOSED:
		frappe.throw(
			_("Project {0} is closed: nothing under it can be changed.").format(project), exc=LifecycleError
		)


def keep_reminder_level(doc, date_field: str, level_field: str = "reminder_level") -> None:
	"""Keep what the daily job has noted in `level_field`, whatever a form still holds; see `reminders`.

	When the date moves, reminding begins anew.
	"""
	before = doc.get_doc_before_save()
	if before and _day(doc.get(date_field)) == _day(before.get(date_field)):
		doc.set(level_field, before.get(level_field))
	else:
		doc.set(level_field, 0)


def read_to_settle(doctype: str, name: str):
	"""The document under a lock, for a function that changes its state. The user must be able to read it."""
	doc = frappe.get_doc(doctype, name, for_update=True)
	doc.check_permission("read")
	return doc


def read_present(doctype: str, fields: list[str], filters: dict, order_by: str) -> list[frappe._dict]:
	"""Rows as they are now, under a lock: a plain read shows what was there when the transaction began to read.

	Rows that somebody else is writing are left out instead of waited for.
	"""
	return frappe.qb.get_query(
		doctype, fields=fields, filters=filters, order_by=order_by, for_update=True, skip_locked=True
	).run(as_dict=True)


def read_with_present(doctype: str, fields: list[str], filters: dict, order_by: str) -> list[frappe._dict]:
	"""Rows as they were when the transaction began to read, and as they are now: for whoever holds a lock for which
	others wait. What somebody holds who waits is as it was; a locking read would wait for it in turn.

	`fields` must have the name.
	"""
	known = frappe.get_all(doctype, filters=filters, fields=fields, order_by=order_by)
	present = read_present(doctype, fields, filters, order_by)
	return list({row.name: row for row in (*known, *present)}.values())


def require_status(doc, exception: type[Exception], *expected: str) -> None:
	"""Raise `exception` unless the status of `doc` is one of those expected."""
	if doc.status not in expected:
		refuse(
			doc,
			"Status",
			_(doc.status, context=doc.doctype),
			_(" or ").join(_(status, context=doc.doctype) for status in expected),
			exception,
		)


def settle(doc, values: dict) -> None:
	"""Write what a function has decided on, which nobody could write by hand."""
	doc.update(values)
	doc.flags.by_function = True
	# The caller has checked who may do this; that person often has no right to edit the document.
	doc.save(ignore_permissions=True)


def _day(value):
	return getdate(value) if value else None


def give_todo(
	doc, allocated_to: str, description: str, date=None, priority: str = "Medium", assigned_by=None
) -> str:
	"""Give a user an open ToDo that refers to `doc`; returns its name.

	`description` is plain text.
	"""
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": allocated_to,
			"assigned_by": assigned_by or frappe.session.user,
			"reference_type": doc.doctype,
			"reference_name": doc.name,
			"description": frappe.utils.escape_html(description),
			"date": date,
			"priority": priority,
		}
	)
	# Whoever causes the task may have no right to edit the other's ToDos.
	return todo.insert(ignore_permissions=True).name


def finish_todos(doctype: str, name: str, status: str) -> None:
	"""Set the open ToDos that refer to a document to Closed or Cancelled.

	Frappe's `assign_to` would also send a mail, which nobody needs who has just done the thing.
	"""
	for todo in frappe.get_all(
		"ToDo",
		filters={"reference_type": doctype, "reference_name": name, "status": "Open"},
		pluck="name",
		order_by="creation asc",
	):
		doc = frappe.get_doc("ToDo", todo)
		doc.status = status
		# The ToDo may be another's; what it asked for is done or has lapsed all the same.
		doc.save(ignore_permissions=True)
