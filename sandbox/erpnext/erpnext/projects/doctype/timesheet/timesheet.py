import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_to_date, flt, get_datetime, getdate, time_diff_in_hours


class OverlapError(frappe.ValidationError):
	"""Two time logs of one person overlap."""


class Timesheet(Document):
	def validate(self):
		self.set_status()
		self.validate_dates()
		self.calculate_hours()
		self.validate_time_logs()
		self.update_cost()
		self.calculate_total_amounts()
		self.set_dates()

	def before_cancel(self):
		self.set_status()

	def on_submit(self):
		self.validate_mandatory_fields()
		self.update_task_and_project()

	def on_cancel(self):
		self.update_task_and_project()

	def set_status(self):
		"""Draft, submitted or cancelled."""
		self.status = ("Draft", "Submitted", "Cancelled")[self.docstatus or 0]

	def validate_dates(self):
		"""No log ends before it starts."""
		for log in self.time_logs:
			if log.from_time and log.to_time and get_datetime(log.to_time) < get_datetime(log.from_time):
				frappe.throw(_("To date cannot be before from date"))

	def calculate_hours(self):
		"""Hours follow from the two times."""
		for log in self.time_logs:
			if log.from_time and log.to_time:
				log.hours = time_diff_in_hours(log.to_time, log.from_time)

	def validate_time_logs(self):
		"""Every log has its end and project and overlaps no other log of the person."""
		for log in self.time_logs:
			if log.from_time and log.hours:
				log.to_time = add_to_date(log.from_time, hours=log.hours, as_datetime=True)
			if log.task and not log.project:
				log.project = frappe.db.get_value("Task", log.task, "project")
			if self.parent_project and log.project != self.parent_project:
				frappe.throw(
					_("Row {0}: Project must be same as the one set in the Timesheet: {1}.").format(
						log.idx, self.parent_project
					)
				)
		for field, setting in (
			("user", "ignore_user_time_overlap"),
			("employee", "ignore_employee_time_overlap"),
		):
			if self.get(field) and not frappe.db.get_single_value("Projects Settings", setting):
				self._validate_overlap(field)

	def _validate_overlap(self, field):
		others = frappe.get_all(
			"Timesheet",
			{field: self.get(field), "docstatus": ["<", 2], "name": ["!=", self.name]},
			pluck="name",
			order_by="name",
		)
		logs = frappe.get_all(
			"Timesheet Detail",
			{"parent": ["in", others]},
			["parent", "from_time", "to_time"],
			order_by="from_time",
		)
		mine = [log for log in self.time_logs if log.from_time and log.to_time]
		for log in mine:
			for other in [*logs, *(row for row in mine if row.idx < log.idx)]:
				if get_datetime(log.from_time) < get_datetime(other.to_time) and get_datetime(
					other.from_time
				) < get_datetime(log.to_time):
					frappe.throw(
						_("Row {0}: From Time and To Time of {1} is overlapping with {2}").format(
							log.idx, self.name, other.parent
						),
						OverlapError,
					)

	def update_cost(self):
		"""Set rates from the employee's or the general cost of the activity, and the amounts."""
		rate = flt(self.exchange_rate) or 1.0
		for log in self.time_logs:
			log.billing_hours = (flt(log.billing_hours) or flt(log.hours)) if log.is_billable else 0
			if not (log.activity_type or log.is_billable):
				continue
			cost = get_activity_cost(self.employee, log.activity_type)
			if not cost:
				continue
			log.billing_rate = flt(log.billing_rate) or flt(cost.get("billing_rate"))
			log.costing_rate = flt(log.costing_rate) or flt(cost.get("costing_rate"))
			log.billing_amount = log.billing_rate * log.billing_hours
			log.costing_amount = log.costing_rate * flt(log.hours)
			for name in ("billing_rate", "costing_rate", "billing_amount", "costing_amount"):
				log.set(f"base_{name}", flt(log.get(name) * rate, log.precision(f"base_{name}")))

	def calculate_total_amounts(self):
		"""Add up hours and amounts."""
		billable = [log for log in self.time_logs if log.is_billable]
		self.total_hours = sum(flt(log.hours) for log in self.time_logs)
		self.total_costing_amount = sum(flt(log.costing_amount) for log in self.time_logs)
		self.base_total_costing_amount = sum(flt(log.base_costing_amount) for log in self.time_logs)
		self.total_billable_hours = sum(flt(log.billing_hours) for log in billable)
		self.total_billable_amount = sum(flt(log.billing_amount) for log in billable)
		self.base_total_billable_amount = sum(flt(log.base_billing_amount) for log in billable)

	def set_dates(self):
		"""First and last day of the logs."""
		starts = [getdate(log.from_time) for log in self.time_logs if log.from_time]
		ends = [getdate(log.to_time) for log in self.time_logs if log.to_time]
		if starts and ends:
			self.start_date, self.end_date = min(starts), max(ends)

	def validate_mandatory_fields(self):
		"""Times, hours and (for an employee) the activity are there on submission."""
		for log in self.time_logs:
			if not (log.from_time and log.to_time):
				frappe.throw(_("Row {0}: From Time and To Time is mandatory.").format(log.idx))
			if self.employee and not log.activity_type:
				frappe.throw(_("Row {0}: Activity Type is mandatory.").format(log.idx))
			if not flt(log.hours):
				frappe.throw(_("Row {0}: Hours value must be greater than zero.").format(log.idx))

	def update_task_and_project(self):
		"""Bring the tasks and projects of the logs up to date."""
		for name in sorted({log.task for log in self.time_logs if log.task}):
			task = frappe.get_doc("Task", name)
			task.update_time_and_costing()
			task.save(ignore_permissions=True)
		for name in sorted({log.project for log in self.time_logs if log.project}):
			project = frappe.get_doc("Project", name)
			project.update_project()
			project.save(ignore_permissions=True)


@frappe.whitelist()
def get_activity_cost(employee=None, activity_type=None, currency=None):
	"""Return the costing and billing rate of an activity: the employee's own, else the general one."""
	fields = ["costing_rate", "billing_rate"]
	own = frappe.db.get_value(
		"Activity Cost", {"employee": employee, "activity_type": activity_type}, fields, as_dict=True
	)
	return own or frappe.db.get_value("Activity Type", activity_type, fields, as_dict=True) or {}
