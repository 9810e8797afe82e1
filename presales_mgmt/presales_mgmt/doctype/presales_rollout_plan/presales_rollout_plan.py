import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, today

from presales_mgmt.controllers import finish_todos, give_todo
from presales_mgmt.exceptions import CompanyMismatchError, DateOrderError, UserError
from presales_mgmt.rules.validation import (
	refuse,
	require_date_order,
	require_enabled_users,
	require_value,
	validate_input,
)

TASK = "Presales Rollout Task"
# What a ToDo tells of its task.
TOLD = ("task", "due_date")


class PresalesRolloutPlan(Document):
	"""The introduction of a process: what is done by whom until when, and what is done already (R4.6)."""

	def validate(self):
		validate_input(self)
		for fieldname in ("presales_process", "start_date", "due_date"):
			require_value(self, fieldname)
		require_date_order(self, "start_date", "due_date")
		self.set_company()
		self.validate_departments()
		self.validate_people()
		self.validate_task_dates()
		self.set_done_marks()
		self.set_progress()

	def set_company(self):
		"""A process of one company is introduced there and nowhere else."""
		company = frappe.db.get_value("Presales Process", self.presales_process, "only_for_company")
		if not company:
			return
		self.company = self.company or company
		if self.company != company:
			refuse(
				self,
				"Company",
				self.company,
				_("{0}, whose process it is").format(company),
				CompanyMismatchError,
			)

	def validate_departments(self):
		departments = {row.department for row in self.tasks if row.department}
		if not self.company or not departments:
			return
		companies = dict(
			frappe.get_all(
				"Department",
				filters={"name": ["in", sorted(departments)]},
				fields=["name", "company"],
				order_by="name asc",
				as_list=True,
			)
		)
		for row in self.tasks:
			if companies.get(row.department) not in (None, "", self.company):
				refuse(
					row,
					"Department",
					row.department,
					_("a department of company {0}").format(self.company),
					CompanyMismatchError,
				)

	def validate_people(self):
		"""Who is newly named can work on the desk and open the plan. Others may have left in the meantime."""
		before = self.tasks_before()
		new = [
			(row, "responsible")
			for row in self.tasks
			if row.name not in before or before[row.name].responsible != row.responsible
		]
		if self.has_value_changed("coordinator"):
			new.append((self, "coordinator"))
		require_enabled_users(new)
		self.require_readers(new)

	def require_readers(self, places):
		roles = {permission.role for permission in self.meta.permissions if permission.read}
		if not places or roles & {"All", "Desk User"}:
			return
		readers = frappe.get_all(
			"Has Role",
			filters={
				"parenttype": "User",
				"parent": ["in", sorted({row.get(fieldname) for row, fieldname in places})],
				"role": ["in", sorted(roles)],
			},
			pluck="parent",
			order_by="parent asc",
		)
		for row, fieldname in places:
			if row.get(fieldname) not in (*readers, "Administrator"):
				refuse(
					row,
					row.meta.get_label(fieldname),
					row.get(fieldname),
					_("a user with a role that reads {0}").format(_(self.doctype)),
					UserError,
				)

	def validate_task_dates(self):
		for row in self.tasks:
			require_date_order(row, "start_date", "due_date")
			for fieldname in ("start_date", "due_date"):
				date = row.get(fieldname)
				if date and not getdate(self.start_date) <= getdate(date) <= getdate(self.due_date):
					refuse(
						row,
						row.meta.get_label(fieldname),
						row.get_formatted(fieldname),
						_("a date from {0} to {1}").format(
							self.get_formatted("start_date"), self.get_formatted("due_date")
						),
						DateOrderError,
					)

	def set_done_marks(self):
		"""Who did a task and when is what the server knows, whatever was sent."""
		before = self.tasks_before()
		for row in self.tasks:
			old = before.get(row.name)
			row.todo = old.todo if old else None
			row.reminder_level = (
				old.reminder_level if old and getdate(old.due_date) == getdate(row.due_date) else 0
			)
			if not row.done:
				row.done_on = row.done_by = None
			elif old and old.done:
				row.done_on, row.done_by = old.done_on, old.done_by
			else:
				row.done_on, row.done_by = today(), frappe.session.user

	def set_progress(self):
		done = sum(1 for row in self.tasks if row.done)
		self.progress = flt(100 * done / len(self.tasks), 0) if self.tasks else 0
		self.status = (
			"Done" if self.tasks and done == len(self.tasks) else "In Progress" if done else "Planned"
		)

	def tasks_before(self) -> dict:
		"""The tasks as they are stored, by name."""
		before = self.get_doc_before_save()
		return {row.name: row for row in before.tasks} if before else {}

	def on_update(self):
		self.follow_todos()

	def follow_todos(self):
		"""An open task is an open ToDo of whoever is responsible for it; a ToDo lapses with its task."""
		before = self.tasks_before()
		for row in self.tasks:
			old = before.pop(row.name, None)
			if old and old.todo and (row.done or row.responsible != old.responsible):
				end_todo(old.todo, "Closed" if row.done else "Cancelled")
				row.todo = None
			elif old and old.todo and any(str(row.get(field)) != str(old.get(field)) for field in TOLD):
				end_todo(old.todo, "Cancelled")
				row.todo = None
			if not row.done and not row.todo:
				row.todo = give_todo(
					self,
					row.responsible,
					_("{0}: {1}").format(self.plan_title, row.task),
					row.due_date,
				)
			if row.todo != (old.todo if old else None):
				row.db_set("todo", row.todo, update_modified=False)
		for removed in before.values():
			if removed.todo:
				end_todo(removed.todo, "Cancelled")

	def on_trash(self):
		finish_todos(self.doctype, self.name, "Cancelled")

	def get_task(self, name: str):
		"""The row `name`. Raises `frappe.DoesNotExistError` when the plan has none."""
		for row in self.tasks:
			if row.name == name:
				return row
		frappe.throw(
			_("{0} {1} not found").format(_(TASK), frappe.utils.escape_html(name)),
			exc=frappe.DoesNotExistError,
		)

	def mark_task(self, row, done: bool, remarks: str | None = None) -> dict:
		"""Mark `row` as done or as open again; the right to do so is the caller's matter."""
		row.done = int(done)
		if remarks is not None:
			row.remarks = remarks
		# Whoever is responsible for a task marks it, without the right to edit the plan.
		self.save(ignore_permissions=True)
		return {"status": self.status, "progress": self.progress}


def end_todo(name: str, status: str) -> None:
	"""Set a ToDo to `status`, if it is still there and open."""
	todo = frappe.get_all("ToDo", filters={"name": name, "status": "Open"}, pluck="name", order_by="name asc")
	if not todo:
		return
	doc = frappe.get_doc("ToDo", name)
	doc.status = status
	# The ToDo may be another's; what it asked for is done or has lapsed all the same.
	doc.save(ignore_permissions=True)
