import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord, finish_todos, give_todo
from presales_mgmt.exceptions import DateOrderError, PresalesError, TeamError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER
from presales_mgmt.rules.validation import refuse, require_date_order, require_past, set_full_names


class PresalesAnalysisMeeting(ProjectRecord):
	"""An analysis meeting with decisions and actions (R5.13, R9.14, R9.15). Submitted when it has been held."""

	def validate(self):
		super().validate()
		require_date_order(self, "starts_on", "ends_on")
		set_full_names(self.attendees, name_field="attendee_name", keep=True)
		self.validate_attendees()
		self.validate_actions()

	def validate_attendees(self):
		for row in self.attendees:
			if not row.user and not row.attendee_name:
				refuse(row, "Name", None, _("a user or a name"), PresalesError)

	def validate_actions(self):
		members = frappe.get_all(
			MEMBER,
			filters={"parenttype": PROJECT, "parent": self.presales_project, "active": 1},
			pluck="user",
			order_by="idx asc",
		)
		held_on = frappe.utils.getdate(self.starts_on)
		for row in self.actions:
			if row.responsible not in members:
				# The ToDo would tell an outsider of the project, and could not be opened.
				refuse(
					row, "Responsible", row.responsible, _("somebody of the team or a supervisor"), TeamError
				)
			if frappe.utils.getdate(row.due_date) < held_on:
				refuse(
					row,
					"Due Date",
					row.get_formatted("due_date"),
					_("not before the meeting ({0})").format(frappe.utils.formatdate(held_on)),
					DateOrderError,
				)

	def before_submit(self):
		require_past(self, "starts_on")
		if not any(row.attended for row in self.attendees):
			refuse(self, "Attendees", None, _("at least one who attended"), PresalesError)
		if not self.minutes and not self.decisions:
			refuse(self, "Minutes", None, _("minutes or decisions"), PresalesError)

	def on_submit(self):
		"""Every action becomes a ToDo of the person responsible."""
		for row in self.actions:
			todo = give_todo(
				self, row.responsible, row.action, row.due_date, row.priority, assigned_by=self.chair
			)
			row.db_set("todo", todo, update_modified=False)

	def on_cancel(self):
		finish_todos(self.doctype, self.name, "Cancelled")
