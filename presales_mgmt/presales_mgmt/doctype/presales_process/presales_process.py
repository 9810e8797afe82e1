import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_months, cint, now_datetime, today

from presales_mgmt.controllers import keep_reminder_level
from presales_mgmt.exceptions import ProcessError
from presales_mgmt.gates.checkers import get_checkers
from presales_mgmt.gates.definitions import (
	CONDITION_FIELDS,
	STAGE_FIELDS,
	VERSION,
	parse_filters,
	project_link_field,
)
from presales_mgmt.gates.rules import AT_LEAST, AT_MOST, DOCUMENTS
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.validation import (
	refuse,
	require_enabled_users,
	require_unique_rows,
	require_value,
	validate_input,
)

STAGE = "Presales Process Stage"

# What makes one version differ from another: everything that the engine or a reader of the process goes by.
STAGE_CONTENT = (*STAGE_FIELDS, "purpose", "inputs", "activities", "outputs")
REQUIREMENT_CONTENT = (
	"code",
	"stage",
	"kind",
	"title",
	"mandatory",
	"responsible_role",
	"applies_to",
	"needed_before",
	"clause",
	*CONDITION_FIELDS,
)

# Written when a review of the process is noted, never by saving a form.
WRITTEN_ELSEWHERE = ("last_reviewed_on", "last_reviewed_by")

# The fields of a condition that each kind needs.
NEEDED = {
	"Document": ("document_type",),
	"Review": ("review_kind",),
	"Record": ("reference_doctype",),
	"Field": ("project_field", "operator"),
	"Risk": ("max_risk_level",),
}

# The kinds that count something.
COUNTED = ("Document", "Record")


class PresalesProcess(Document):
	"""A process template: its stages, and what each needs before it may be left (R4.1, R8.2).

	Projects run on frozen versions. Editing a process that a project has used begins a new version, on which
	later projects run; running projects keep theirs.
	"""

	def validate(self):
		validate_input(self)
		self.validate_stages()
		self.set_codes()
		self.set_counts()
		self.validate_requirements()
		self.set_version()
		self.validate_owner()
		self.set_review_dates()

	def validate_stages(self):
		require_value(self, "stages")
		require_unique_rows(self, "stages", "stage")
		types = [row.stage_type for row in self.stages]
		if types[0] != "Open":
			refuse(
				self.stages[0],
				"Stage Type",
				_(types[0], context=STAGE),
				_("Open, since a project begins here"),
				ProcessError,
			)
		if types.count("Lost") > 1 or ("Lost" in types and types[-1] != "Lost"):
			row = self.stages[types.index("Lost")]
			refuse(
				row,
				"Stage Type",
				_("Lost", context=STAGE),
				_("at most one Lost stage, as the last"),
				ProcessError,
			)
		order = [stage_type for stage_type in types if stage_type != "Lost"]
		for index, stage_type in enumerate(order):
			if stage_type == "Open" and "Won" in order[:index]:
				refuse(
					self.stages[index],
					"Stage Type",
					_("Open", context=STAGE),
					_("Won, like the stage before"),
					ProcessError,
				)

	def set_codes(self):
		"""Give every requirement a code that stays with it, by which ticks and logs name it."""
		taken = set()
		for row in self.requirements:
			if row.is_new() and row.code in taken:
				row.code = None  # a row that was duplicated in the grid
			if row.code:
				taken.add(row.code)
		for row in self.requirements:
			if row.code:
				continue
			stem = re.sub(r"\W+", "-", f"{row.stage}-{row.kind}".lower()).strip("-")
			number = 1
			while f"{stem}-{number}" in taken:
				number += 1
			row.code = f"{stem}-{number}"
			taken.add(row.code)
		require_unique_rows(self, "requirements", "code")

	def set_counts(self):
		"""At least none is no demand: it means one. A number that may not be exceeded can be 0."""
		for row in self.requirements:
			row.count_rule = row.count_rule or AT_LEAST
			if row.count_rule == AT_LEAST and row.kind in COUNTED:
				row.min_count = row.min_count or 1

	def validate_requirements(self):
		stages = {row.stage for row in self.stages}
		kinds = get_checkers()
		for row in self.requirements:
			if row.stage not in stages:
				refuse(row, "To Leave Stage", row.stage, _("a stage of this process"), ProcessError)
			if row.kind not in kinds:
				refuse(row, "Kind", row.kind, ", ".join(_(kind) for kind in kinds), ProcessError)
			for fieldname in NEEDED.get(row.kind, ()):
				if not row.get(fieldname):
					refuse(
						row,
						row.meta.get_label(fieldname),
						None,
						_("a value for kind {0}").format(_(row.kind)),
						ProcessError,
					)
			if row.count_rule == AT_MOST and row.kind != "Record":
				refuse(
					row,
					"How Many",
					_(row.count_rule, context=row.doctype),
					_("At Least, as for every kind but Record"),
					ProcessError,
				)
			self.validate_needed_before(row)
			if row.kind == "Record":
				self.validate_record_condition(row)
			if row.kind == "Field":
				self.validate_field_condition(row)

	def validate_needed_before(self, row):
		"""A document cannot wait for one of its own kind, or for one that follows it."""
		if row.kind != "Record" or row.count_rule == AT_MOST or not row.needed_before:
			return
		if row.reference_doctype in DOCUMENTS[DOCUMENTS.index(row.needed_before) :]:
			refuse(
				row,
				"Needed Before",
				_(row.needed_before, context=row.doctype),
				_("nothing, or a document that comes after {0}").format(_(row.reference_doctype)),
				ProcessError,
			)

	def validate_record_condition(self, row):
		if not project_link_field(row.reference_doctype):
			refuse(
				row,
				"Record Type",
				row.reference_doctype,
				_("a record type with a link to Presales Project"),
				ProcessError,
			)
		try:
			filters = parse_filters(row.reference_filters)
		except ValueError:
			refuse(
				row, "Record Filters", row.reference_filters, '[["status", "=", "Completed"]]', ProcessError
			)
		meta = frappe.get_meta(row.reference_doctype)
		for fieldname, operator, _value in filters:
			if not meta.has_field(fieldname) and fieldname not in frappe.db.DEFAULT_COLUMNS:
				refuse(
					row,
					"Record Filters",
					fieldname,
					_("a field of {0}").format(_(row.reference_doctype)),
					ProcessError,
				)
			if operator not in ("=", "!=", ">", ">=", "<", "<=", "in", "not in", "like"):
				refuse(row, "Record Filters", operator, "=, !=, >, >=, <, <=, in, not in, like", ProcessError)

		try:
			frappe.qb.get_query(row.reference_doctype, fields=["name"], filters=filters, limit=1).run()
		except Exception as error:
			# Databases differ in what they compare; one that refuses would stop the gates of every project.
			refuse(row, "Record Filters", row.reference_filters, str(error), ProcessError)

	def validate_field_condition(self, row):
		meta = frappe.get_meta(PROJECT)
		if not meta.has_field(row.project_field):
			refuse(
				row, "Project Field", row.project_field, _("a field of {0}").format(_(PROJECT)), ProcessError
			)
		if row.operator != "is set" and not row.value:
			refuse(row, "Value", None, _("a value for operator {0}").format(_(row.operator)), ProcessError)

	def set_version(self):
		"""Begin a new version when the content changes and the present version has been frozen by a project."""
		before = self.get_doc_before_save()
		if not before:
			self.version = 1
			return
		self.version = before.version
		if self.content() != before.content() and frappe.db.exists(VERSION, self.version_name()):
			self.version = before.version + 1

	def validate_owner(self):
		if self.process_owner and self.has_value_changed("process_owner"):
			require_enabled_users([(self, "process_owner")])

	def set_review_dates(self):
		"""When the process is to be reviewed (R3.1), and a new beginning for the reminder when that changes."""
		before = self.get_doc_before_save()
		for fieldname in WRITTEN_ELSEWHERE:
			self.set(fieldname, before.get(fieldname) if before else None)
		if not before and not self.next_review_date:
			self.next_review_date = review_due(self.review_interval_months)
		keep_reminder_level(self, "next_review_date")

	def content(self) -> list:
		"""Stages and requirements as plain values, for comparison."""

		def values(rows, fieldnames):
			return [[row.get(fieldname) or None for fieldname in fieldnames] for row in rows]

		return [values(self.stages, STAGE_CONTENT), values(self.requirements, REQUIREMENT_CONTENT)]

	def version_name(self) -> str:
		return f"{self.name}-v{self.version}"

	def on_trash(self):
		"""Versions that no project uses go with their process; Frappe refuses to delete those in use."""
		for name in frappe.get_all(
			VERSION, filters={"presales_process": self.name}, pluck="name", order_by="version asc"
		):
			# Versions are nobody's to delete by themselves.
			frappe.delete_doc(VERSION, name, ignore_permissions=True)


def freeze(process: PresalesProcess) -> str:
	"""The name of the frozen Presales Process Version with the process's content; made if not there yet."""
	name = process.version_name()
	if frappe.db.exists(VERSION, name):
		return name
	# Two first projects at once: the second waits here, and then finds what the first has made.
	process = frappe.get_doc(process.doctype, process.name, for_update=True)
	name = process.version_name()
	if frappe.db.get_value(VERSION, name, "name", for_update=True):
		return name
	version = frappe.new_doc(VERSION)
	version.update(
		{"presales_process": process.name, "version": process.version, "frozen_on": now_datetime()}
	)
	for row in process.stages:
		version.append("stages", {fieldname: row.get(fieldname) for fieldname in STAGE_CONTENT})
	for row in process.requirements:
		version.append("requirements", {fieldname: row.get(fieldname) for fieldname in REQUIREMENT_CONTENT})
	# Whoever starts a project freezes its process; nobody writes versions by hand.
	version.insert(ignore_permissions=True)
	return name


def review_due(months: int | None) -> str | None:
	"""The date of the next review, `months` from today; None when the process is not reviewed periodically."""
	return add_months(today(), cint(months)) if cint(months) else None
