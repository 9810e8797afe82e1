import frappe
from frappe import _
from frappe.utils import now_datetime

from presales_mgmt.controllers import ProjectRecord, require_open_project
from presales_mgmt.exceptions import PresalesError
from presales_mgmt.rules.validation import refuse


class PresalesDocument(ProjectRecord):
	"""One document of the project's archive (R9.13). Submitting it files it; then it can no longer be changed."""

	def validate(self):
		super().validate()
		self.validate_file()
		self.validate_supersedes()
		self.status = "Draft"

	def validate_file(self):
		if self.file and not self.file.startswith("/private/files/"):
			refuse(self, "File", self.file, _("a private file (/private/files/...)"), PresalesError)

	def validate_supersedes(self):
		if not self.supersedes:
			return
		older = frappe.db.get_value(
			"Presales Document",
			self.supersedes,
			["presales_project", "document_type", "docstatus"],
			as_dict=True,
		)
		if (older.presales_project, older.document_type) != (self.presales_project, self.document_type):
			refuse(
				self,
				"Supersedes",
				self.supersedes,
				_("a document of the same project and type"),
				PresalesError,
			)
		if older.docstatus != 1:
			refuse(self, "Supersedes", self.supersedes, _("a document that is archived"), PresalesError)

	def before_submit(self):
		if not self.file and not self.paper_location and not self.content:
			frappe.throw(
				_("{0} has no file, no content and no paper copy: there is nothing to archive.").format(
					self.title
				),
				exc=PresalesError,
			)
		self.status = "Archived"
		self.archived_by = frappe.session.user
		self.archived_on = now_datetime()

	def on_submit(self):
		if self.supersedes:
			self._set_status_of(self.supersedes, "Superseded", only_from="Archived")

	def before_cancel(self):
		require_open_project(self.presales_project)

	def on_cancel(self):
		self.db_set("status", "Withdrawn")
		if self.supersedes:
			self._set_status_of(self.supersedes, "Archived", only_from="Superseded")

	@staticmethod
	def _set_status_of(name: str, status: str, only_from: str) -> None:
		if frappe.db.get_value("Presales Document", name, "status") == only_from:
			frappe.db.set_value("Presales Document", name, "status", status)
