import frappe
from frappe import _
from frappe.utils import flt

from presales_mgmt.controllers import ProjectRecord, keep_reminder_level
from presales_mgmt.exceptions import RequirementError
from presales_mgmt.rules import requirement as rules
from presales_mgmt.rules.validation import refuse, require_unchanged

# Written by hand, as long as nothing is agreed with the customer.
WRITTEN_BY_HAND = (*rules.CONTENT, "source", "source_doctype", "source_record", "needs_development")
SOURCE_DOCTYPES = ("Presales Activity", "Presales Analysis Meeting", "Presales Document")


class PresalesRequirement(ProjectRecord):
	"""One thing that the customer needs (R1.1, R5.2, R8.3). See `presales_mgmt.requirements` for what becomes of it."""

	def validate(self):
		super().validate()
		self.quantity = flt(self.quantity)
		self.set_captured()
		self.validate_written_elsewhere()
		self.validate_settled()
		self.validate_development()
		self.validate_source()
		self.set_status()
		self.set_reminder_level()

	def written_by_function(self) -> list[str]:
		by_hand = {*WRITTEN_BY_HAND, "naming_series", "presales_project", "reminder_level"}
		return [
			df.fieldname
			for df in self.meta.fields
			if df.fieldname not in by_hand and not df.fieldtype.endswith("Break")
		]

	def set_captured(self):
		"""A new requirement has come nowhere yet, whatever was sent."""
		if not self.is_new():
			return
		for fieldname in self.written_by_function():
			self.set(fieldname, None)
		self.status, self.requirement_version, self.development_effort = rules.CAPTURED, 1, 0

	def validate_written_elsewhere(self):
		before = self.get_doc_before_save()
		if before and not self.flags.by_function:
			require_unchanged(self, before, self.written_by_function(), RequirementError)

	def validate_settled(self):
		"""What is agreed with the customer is changed by a change request (R6.3), what was dropped not at all."""
		before = self.get_doc_before_save()
		if not before or self.flags.by_function or before.status in rules.OPEN_STATUSES:
			return
		if before.status == rules.CONFIRMED and rules.changes(before.as_dict(), self.as_dict()):
			frappe.throw(
				_("{0} is confirmed by the customer. What is to be another is asked for by a {1}.").format(
					self.name, _("Presales Change Request")
				),
				exc=RequirementError,
			)
		require_unchanged(self, before, WRITTEN_BY_HAND, RequirementError)

	def validate_development(self):
		"""Once R&D has been asked, its request says whether custom development is needed (R8.4)."""
		before = self.get_doc_before_save()
		if before and not self.flags.by_function and before.development_status in ("Requested", "Answered"):
			require_unchanged(self, before, ("needs_development",), RequirementError)

	def validate_source(self):
		"""The record that it comes from is one of the same project."""
		if not self.source_doctype:
			self.source_record = None
			return
		if self.source_doctype not in SOURCE_DOCTYPES or not self.source_record:
			refuse(
				self,
				"Source Record",
				self.source_record,
				_("a record of the type that is named, or no type"),
				RequirementError,
			)
		if not self.is_new() and not (
			self.has_value_changed("source_doctype") or self.has_value_changed("source_record")
		):
			return
		record = {"name": self.source_record, "presales_project": self.presales_project}
		if not frappe.db.exists(self.source_doctype, record):
			refuse(
				self,
				"Source Record",
				self.source_record,
				_("a record of project {0}").format(self.presales_project),
				RequirementError,
			)

	def set_status(self):
		"""What is put in other words after the analysis has to be analysed again."""
		before = self.get_doc_before_save()
		if not before or self.flags.by_function or before.status != rules.ANALYSED:
			return
		changed = rules.changes(before.as_dict(), self.as_dict())
		if any(change.fieldname in rules.ANALYSED_CONTENT for change in changed):
			self.status = rules.CAPTURED

	def set_reminder_level(self):
		keep_reminder_level(self, "development_due")
		if self.has_value_changed("development_requested_on"):
			self.reminder_level = 0  # what is asked again waits anew
