import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import DateOrderError, PresalesError
from presales_mgmt.rules.validation import refuse, require_date_order


class PresalesAnalysisMeeting(ProjectRecord):
	"""An analysis meeting with decisions and actions (R5.13, R9.14, R9.15). Submitted when it has been held."""

	def validate(self):
		super().validate()
		require_date_order(self, "starts_on", "ends_on")
		self.validate_attendees()
		self.validate_actions()

	def validate_attendees(self):
		for row in self.attendees:
			if not row.user and not row.attendee_name:
				refuse(row, "Name", None, _("a user or a name"), PresalesError)

	def validate_actions(self):
		held_on = frappe.utils.getdate(self.starts_on)
		for row in self.actions:
			if frappe.utils.getdate(row.due_date) < held_on:
				refuse(
					row,
					"Due Date",
					row.get_formatted("due_date"),
					_("not before the meeting ({0})").format(frappe.utils.formatdate(held_on)),
					DateOrderError,
				)

	def before_submit(self):
		if not any(row.attended for row in self.attendees):
			refuse(self, "Attendees", None, _("at least one who attended"), PresalesError)
		if not self.minutes and not self.decisions:
			refuse(self, "Minutes", None, _("minutes or decisions"), PresalesError)

	def on_submit(self):
		"""Every action becomes a ToDo of the person responsible."""
		for row in self.actions:
			todo = frappe.get_doc(
				{
					"doctype": "ToDo",
					"allocated_to": row.responsible,
					"assigned_by": self.chair,
					"reference_type": self.doctype,
					"reference_name": self.name,
					"description": frappe.utils.escape_html(row.action),
					"date": row.due_date,
					"priority": row.priority,
				}
			)
			# Whoever records the meeting gives tasks to people whose ToDos they may not edit.
			todo.insert(ignore_permissions=True)
			row.db_set("todo", todo.name, update_modified=False)

	def on_cancel(self):
		for row in self.actions:
			if row.todo and frappe.db.get_value("ToDo", row.todo, "status") == "Open":
				frappe.db.set_value("ToDo", row.todo, "status", "Cancelled")
