import frappe
from frappe import _
from frappe.utils import flt
from frappe.utils.nestedset import NestedSet


class Task(NestedSet):
	nsm_parent_field = "parent_task"

	def validate(self):
		self.validate_from_to_dates("exp_start_date", "exp_end_date")
		self.validate_status()
		self.validate_progress()
		self.update_depends_on()

	def on_update(self):
		super().on_update()
		self.update_project()

	def after_delete(self):
		self.update_project()

	def validate_status(self):
		"""A task is complete only after those it depends on; a template has its own status."""
		if self.is_template:
			self.status = "Template"
		if self.status == "Completed" and self.has_value_changed("status"):
			for row in self.depends_on:
				if frappe.db.get_value("Task", row.task, "status") not in ("Completed", "Cancelled"):
					frappe.throw(
						_("Cannot complete task {0} before task {1} is completed or cancelled.").format(
							frappe.bold(self.name), frappe.bold(row.task)
						)
					)

	def validate_progress(self):
		"""Progress is at most 100 percent, and that when completed."""
		if flt(self.progress) > 100:
			frappe.throw(_("Progress % for a task cannot be more than 100."))
		if self.status == "Completed":
			self.progress = 100

	def update_depends_on(self):
		"""Write the tasks it depends on into one field."""
		self.depends_on_tasks = "".join(f"{row.task}," for row in self.depends_on if row.task)

	def update_time_and_costing(self):
		"""Set times and cost from timesheets."""
		logs = frappe.get_all(
			"Timesheet Detail",
			{"task": self.name, "docstatus": 1},
			["from_time", "to_time", "hours", "billing_amount", "costing_amount"],
			order_by="from_time",
		)
		if self.status == "Open":
			self.status = "Working"
		self.actual_time = sum(flt(log.hours) for log in logs)
		self.total_costing_amount = sum(flt(log.costing_amount) for log in logs)
		self.total_billing_amount = sum(flt(log.billing_amount) for log in logs)
		self.act_start_date = logs[0].from_time if logs else None
		self.act_end_date = max((log.to_time for log in logs), default=None)

	def update_project(self):
		"""Bring the project's progress up to date."""
		if self.project:
			frappe.get_doc("Project", self.project).update_project()
