import frappe
from frappe import _
from frappe.utils import cstr, now_datetime, strip_html

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import PresalesError
from presales_mgmt.requirements import CHANGE_REQUEST, take_back_confirmations
from presales_mgmt.rules.validation import refuse


class PresalesDocument(ProjectRecord):
	"""One document of the project's archive (R9.13). Submitting it files it; then it can no longer be changed."""

	def validate(self):
		super().validate()
		self.validate_file()
		self.validate_report()
		self.validate_supersedes()
		self.status = "Draft"

	def validate_file(self):
		"""The file must be one that is there, private, and the user's to read."""
		if not self.file or not (self.is_new() or self.has_value_changed("file")):
			return
		if not isinstance(self.file, str) or not self.file.startswith("/private/files/") or ".." in self.file:
			refuse(self, "File", cstr(self.file), _("a private file (/private/files/...)"), PresalesError)
		files = frappe.get_all("File", filters={"file_url": self.file}, pluck="name", order_by="creation asc")
		if not any(frappe.has_permission("File", "read", doc=name) for name in files):
			refuse(
				self, "File", self.file, _("a file that was uploaded and that you may read"), PresalesError
			)

	def validate_report(self):
		"""An evaluation report is filed as it was handed in, not as those evaluated would have it (R9.15)."""
		before = self.get_doc_before_save()
		if not before or before.reference_doctype != "Presales Project Evaluation":
			return
		for fieldname in ("document_type", "title", "content", "reference_doctype", "reference_name"):
			if self.get(fieldname) != before.get(fieldname):
				refuse(
					self,
					self.meta.get_label(fieldname),
					strip_html(cstr(self.get(fieldname)))[:140],
					_("the report as the evaluation made it"),
					PresalesError,
				)

	def validate_supersedes(self):
		if not self.supersedes:
			return
		older = frappe.db.get_value(
			"Presales Document",
			self.supersedes,
			["presales_project", "document_type", "status"],
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
		if older.status != "Archived":
			refuse(self, "Supersedes", self.supersedes, _("a document that is archived"), PresalesError)

	def before_submit(self):
		if not self.file and not self.paper_location and not strip_html(self.content or "").strip():
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
		super().before_cancel()
		# A request that rests on it stands as the record of what was asked; it can no longer be approved.
		self.ignore_linked_doctypes = (*self.ignore_linked_doctypes, CHANGE_REQUEST)

	def on_cancel(self):
		self.db_set("status", "Withdrawn")
		take_back_confirmations(self.name)
		replaced_again = self.supersedes and frappe.db.exists(
			"Presales Document", {"supersedes": self.supersedes, "docstatus": 1, "name": ["!=", self.name]}
		)
		if self.supersedes and not replaced_again:
			self._set_status_of(self.supersedes, "Archived", only_from="Superseded")

	@staticmethod
	def _set_status_of(name: str, status: str, only_from: str) -> None:
		if frappe.db.get_value("Presales Document", name, "status") == only_from:
			frappe.db.set_value("Presales Document", name, "status", status)
