"""The base of every DocType that lies under a Presales Project."""

import frappe
from frappe import _
from frappe.model.document import Document

from presales_mgmt.exceptions import LifecycleError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import require_project_permission
from presales_mgmt.rules.validation import validate_input


class ProjectRecord(Document):
	"""A document of one project. Subclasses call `super().validate()` first."""

	def validate(self):
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
		if self.is_new() and not self.flags.ignore_permissions:
			require_project_permission(self.presales_project)
		if self.is_new() and frappe.db.get_value(PROJECT, self.presales_project, "status") == "Closed":
			frappe.throw(
				_("Project {0} is closed: nothing can be added to it.").format(self.presales_project),
				exc=LifecycleError,
			)
