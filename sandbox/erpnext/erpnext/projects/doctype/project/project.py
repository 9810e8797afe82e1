import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, flt, today

import erpnext
from erpnext.setup.doctype.holiday_list.holiday_list import is_holiday


class Project(Document):
	def validate(self):
		if not self.is_new():
			self.copy_from_template()
		self.update_costing()
		self.update_percent_complete()
		self.validate_from_to_dates("expected_start_date", "expected_end_date")

	def after_insert(self):
		self.copy_from_template()
		if self.sales_order:
			frappe.db.set_value("Sales Order", self.sales_order, "project", self.name)

	def on_trash(self):
		orders = frappe.get_all("Sales Order", {"project": self.name}, pluck="name", order_by="name")
		for order in orders:
			frappe.db.set_value("Sales Order", order, "project", None)

	def copy_from_template(self):
		"""Make the tasks of the template, once."""
		if not self.project_template or frappe.db.exists("Task", {"project": self.name}):
			return
		self.expected_start_date = self.expected_start_date or today()
		template = frappe.get_doc("Project Template", self.project_template)
		self.project_type = self.project_type or template.project_type
		for row in template.tasks:
			self.create_task_from_template(frappe.get_doc("Task", row.task))

	def create_task_from_template(self, task_details):
		"""Make and return a task of the project from a template task."""
		holidays = self.holiday_list or get_holiday_list(self.company)
		start = _get_workday(holidays, self.expected_start_date, task_details.start)
		values = {
			field: task_details.get(field)
			for field in ("subject", "description", "task_weight", "is_group", "color", "priority")
		}
		values |= {
			"doctype": "Task",
			"project": self.name,
			"status": "Open",
			"exp_start_date": start,
			"exp_end_date": _get_workday(holidays, start, task_details.duration),
			"template_task": task_details.name,
		}
		return frappe.get_doc(values).insert()

	def update_project(self):
		"""Bring progress and costing up to date; called when tasks and timesheets change."""
		self.update_percent_complete()
		self.update_costing()
		self.db_update()

	def update_percent_complete(self):
		"""Set the progress from the tasks, by the chosen method, and the status from the progress."""
		if self.percent_complete_method == "Manual":
			if self.status == "Completed":
				self.percent_complete = 100
			return
		tasks = frappe.get_all(
			"Task", {"project": self.name}, ["status", "progress", "task_weight"], order_by="name"
		)
		if self.status == "Completed" and not tasks:
			self.percent_complete_method = "Manual"
			self.percent_complete = 100
			return
		self.percent_complete = flt(_get_progress(tasks, self.percent_complete_method), 2)
		if self.status != "Cancelled":
			self.status = "Completed" if self.percent_complete == 100 else "Open"

	def update_costing(self):
		"""Set times, cost and amounts from timesheets, purchase invoices, orders and invoices."""
		logs = frappe.get_all(
			"Timesheet Detail",
			{"project": self.name, "docstatus": 1},
			["from_time", "to_time", "hours", "base_costing_amount", "base_billing_amount"],
			order_by="from_time",
		)
		self.actual_start_date = logs[0].from_time if logs else None
		self.actual_end_date = max((log.to_time for log in logs), default=None)
		self.actual_time = sum(flt(log.hours) for log in logs)
		self.total_costing_amount = sum(flt(log.base_costing_amount) for log in logs)
		self.total_billable_amount = sum(flt(log.base_billing_amount) for log in logs)
		self.update_purchase_costing()
		self.update_sales_amount()
		self.update_billed_amount()
		self.calculate_gross_margin()

	def update_purchase_costing(self):
		"""Set what was bought for the project."""
		self.total_purchase_cost = self._get_sum("Purchase Invoice Item", "base_net_amount")

	def update_sales_amount(self):
		"""Set what is ordered."""
		self.total_sales_amount = self._get_sum("Sales Order", "base_net_total")

	def update_billed_amount(self):
		"""Set what is billed."""
		self.total_billed_amount = self._get_sum("Sales Invoice", "base_net_total")

	def calculate_gross_margin(self):
		"""Set the margin of what is billed over cost."""
		cost = flt(self.total_costing_amount) + flt(self.total_purchase_cost)
		self.gross_margin = flt(self.total_billed_amount) - cost - flt(self.total_consumed_material_cost)
		billed = flt(self.total_billed_amount)
		self.per_gross_margin = self.gross_margin / billed * 100 if billed else 0

	def _get_sum(self, doctype, field):
		values = frappe.get_all(doctype, {"project": self.name, "docstatus": 1}, pluck=field, order_by="name")
		return sum(flt(value) for value in values)


def get_holiday_list(company=None):
	"""Return the holiday list of a company, by default the default one; projects with a template need it."""
	company = company or erpnext.get_default_company()
	holiday_list = frappe.get_cached_value("Company", company, "default_holiday_list")
	if not holiday_list:
		frappe.throw(_("Please set a default Holiday List for Company {0}").format(frappe.bold(company)))
	return holiday_list


def _get_workday(holiday_list, date, days):
	date = add_days(date, days or 0)
	while is_holiday(holiday_list, date):
		date = add_days(date, 1)
	return date


def _get_progress(tasks, method):
	if not tasks:
		return 0
	if method == "Task Progress":
		return sum(flt(task.progress) for task in tasks) / len(tasks)
	if method == "Task Weight":
		weight = sum(flt(task.task_weight) for task in tasks)
		return sum(flt(task.progress) * flt(task.task_weight) for task in tasks) / weight if weight else 0
	done = [task for task in tasks if task.status in ("Completed", "Cancelled")]
	return len(done) / len(tasks) * 100
