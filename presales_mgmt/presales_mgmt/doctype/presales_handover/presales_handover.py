import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.permissions import get_role_permissions
from frappe.utils import cstr, flt, get_datetime, now_datetime

from presales_mgmt import handover, package
from presales_mgmt.controllers import ProjectRecord, keep_reminder_level
from presales_mgmt.exceptions import (
	DuplicateEntryError,
	HandoverError,
	LifecycleError,
	ProjectMismatchError,
	TeamError,
)
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import handover as rules
from presales_mgmt.rules.validation import (
	NUMBER_FIELDS,
	refuse,
	require_company,
	require_date_order,
	require_enabled_users,
	require_unchanged,
	require_unique_rows,
)
from presales_mgmt.statuses import ACTIVE, WON, status_label

# Written by the functions of `handover`.
WRITTEN_ELSEWHERE = (
	"status",
	"round_number",
	"offered_by",
	"offered_on",
	"decided_by",
	"decided_on",
	"decision_remarks",
	"cancelled_order",
	"erpnext_project",
)
# Noted by the daily job.
NOTED = ("reminder_level",)


class PresalesHandover(ProjectRecord):
	"""The package with which a won project goes to delivery (R1.8, R5.12, R6.4). See `presales_mgmt.handover`."""

	# Frappe's standard print shows the headings of the sections, without which nobody knows which table is which.
	print_section_headings = True

	def validate(self):
		super().validate()
		self.set_new()
		self.validate_written_elsewhere()
		self.validate_frozen()
		self.validate_running_project()
		self.validate_only_handover()
		if self.status in rules.EDITABLE and not self.flags.by_function:
			self.set_package()
		self.set_done_marks()
		self.set_reminder_level()

	def validate_project(self):
		# An order of a closed project is cancelled, too.
		if not self.flags.by_order:
			super().validate_project()

	def set_new(self):
		if not self.is_new():
			return
		self.update(dict.fromkeys(WRITTEN_ELSEWHERE))
		self.status, self.round_number = rules.DRAFT, 0
		self.rounds, self.reasons = [], []

	def validate_written_elsewhere(self):
		before = self.get_doc_before_save()
		if not before or self.flags.by_function:
			return
		require_unchanged(self, before, WRITTEN_ELSEWHERE, HandoverError)
		self.require_same_rows(before, "rounds", by_hand=())
		self.require_same_rows(before, "reasons", by_hand=("answer", "done", "done_by", "done_on"))

	def validate_frozen(self):
		"""What is offered, or was accepted, stays as it is."""
		before = self.get_doc_before_save()
		if not before or self.flags.by_function or before.status in rules.EDITABLE:
			return
		fieldnames = [
			df.fieldname
			for df in self.meta.fields
			if df.fieldtype not in no_value_fields and df.fieldtype != "Table" and df.fieldname not in NOTED
		]
		require_unchanged(self, before, fieldnames, HandoverError)
		for df in self.meta.get_table_fields():
			self.require_same_rows(before, df.fieldname, by_hand=())

	def require_same_rows(self, before, table: str, by_hand: tuple):
		if _contents(self, table, by_hand) != _contents(before, table, by_hand):
			frappe.throw(
				_("{0} of {1} cannot be changed: its status is {2}.").format(
					_(self.meta.get_label(table), context=self.doctype),
					self.name,
					_(before.status, context=self.doctype),
				),
				exc=HandoverError,
			)

	def validate_running_project(self):
		"""A package is prepared while the deal is about to be won, and handed over when it is (R1.8)."""
		if not self.is_new():
			return
		status = frappe.db.get_value(PROJECT, self.presales_project, "status")
		if status not in (ACTIVE, WON):
			refuse(
				self,
				"Presales Project",
				f"{self.presales_project} ({status_label(status)})",
				_(" or ").join(map(status_label, (ACTIVE, WON))),
				LifecycleError,
			)

	def validate_only_handover(self):
		"""A project is handed over once; after a revocation anew."""
		if not self.is_new():
			return
		# Of two people who make one at once, one has to wait, and is refused.
		frappe.db.get_value(PROJECT, self.presales_project, "name", for_update=True)
		other = frappe.qb.get_query(
			self.doctype,
			fields=["name", "status"],
			filters={"presales_project": self.presales_project, "status": ["!=", rules.REVOKED]},
			order_by="creation asc",
			limit=1,
			for_update=True,
		).run(as_dict=True)
		if other:
			frappe.throw(
				_("Project {0} already has handover {1} ({2}).").format(
					self.presales_project, other[0].name, _(other[0].status, context=self.doctype)
				),
				exc=DuplicateEntryError,
			)

	def set_package(self):
		self.set_project_values()
		self.validate_delivery_manager()
		self.validate_documents()
		package.show_records(self)
		self.validate_promises()
		self.validate_points()
		require_unique_rows(self, "omissions", "part")
		require_date_order(self, "expected_start_date", "expected_end_date")
		package.set_budget(self)

	def set_project_values(self):
		project = frappe.db.get_value(
			PROJECT,
			self.presales_project,
			["project_title", "customer_name", "company", "sales_order"],
			as_dict=True,
		)
		# A package that was copied, or begun before the order was amended, names an order that is gone.
		if not self.sales_order or frappe.db.get_value("Sales Order", self.sales_order, "docstatus") != 1:
			self.sales_order = project.sales_order
		self.update({key: project[key] for key in ("project_title", "customer_name", "company")})

	def validate_delivery_manager(self):
		if not self.delivery_manager:
			return  # Frappe says that it is mandatory
		require_enabled_users([(self, "delivery_manager")])
		leaders = frappe.db.get_value(PROJECT, self.presales_project, ["director", "manager"])
		if self.delivery_manager in leaders:
			refuse(
				self,
				"Delivery Manager",
				self.delivery_manager,
				_("somebody else than director and manager of the project"),
				TeamError,
			)
		if not get_role_permissions(self.meta, user=self.delivery_manager).get("read"):
			refuse(
				self,
				"Delivery Manager",
				self.delivery_manager,
				_("a user with the role {0}").format(_("Presales Delivery Manager")),
				TeamError,
			)

	def validate_documents(self):
		"""Solution, estimate, order, quotation and contract are those of this project."""
		for fieldname in package.LINKS:
			doctype = self.meta.get_field(fieldname).options
			if not self.get(fieldname):
				continue
			if frappe.get_meta(doctype).has_field("presales_project"):
				found = frappe.db.get_value(doctype, self.get(fieldname), "presales_project")
				# A contract from before it named its project is taken on the word of somebody who may read it.
				known = found or doctype != package.CONTRACT
				if not known and self.has_value_changed(fieldname) and not self.flags.ignore_permissions:
					frappe.has_permission(doctype, "read", doc=self.get(fieldname), throw=True)
				self.require_record(self, fieldname, not known or found == self.presales_project)
			if frappe.get_meta(doctype).has_field("company"):
				label = self.meta.get_label(fieldname)
				require_company(self, doctype, self.get(fieldname), label, self.company)
		documents = {row.source_document for row in self.promises if row.source_document}
		if documents:
			own = frappe.get_all(
				"Presales Document",
				filters={"name": ["in", sorted(documents)], "presales_project": self.presales_project},
				pluck="name",
				order_by="name asc",
			)
			for row in self.promises:
				self.require_record(
					row, "source_document", not row.source_document or row.source_document in own
				)

	def require_record(self, row, fieldname: str, is_own: bool):
		"""Raise `ProjectMismatchError` unless the record in `fieldname` belongs to the project."""
		if not is_own:
			refuse(
				row,
				row.meta.get_label(fieldname),
				row.get(fieldname),
				_("a record of project {0}").format(self.presales_project),
				ProjectMismatchError,
			)

	def validate_promises(self):
		require_enabled_users([(row, "promised_by") for row in self.promises if row.is_new()])

	def validate_points(self):
		require_enabled_users([(row, "responsible") for row in self.open_points if not row.done])

	def set_done_marks(self):
		"""Who did something and when is what the server knows, whatever was sent."""
		before = self.get_doc_before_save()
		for table in ("open_points", "reasons"):
			stored = {row.name: row for row in before.get(table)} if before else {}
			for row in self.get(table):
				old = stored.get(row.name)
				if not row.done:
					row.done_by = row.done_on = None
				elif old and old.done:
					row.done_by, row.done_on = old.done_by, old.done_on
				else:
					row.done_by, row.done_on = frappe.session.user, now_datetime()

	def set_reminder_level(self):
		keep_reminder_level(self, "answer_due")
		if self.has_value_changed("status"):
			self.reminder_level = 0  # what is offered again waits anew

	def before_insert(self):
		if not self.is_new() or not self.presales_project:
			return
		package.take_over(self)

	def on_update(self):
		handover.follow(self)

	def on_trash(self):
		super().on_trash()
		if self.round_number:
			frappe.throw(
				_("{0} cannot be deleted: it was offered already, and its status is {1}.").format(
					self.name, _(self.status, context=self.doctype)
				),
				exc=HandoverError,
			)
		handover.forget(self)


def _contents(doc, table: str, by_hand: tuple) -> list[list]:
	"""What stands in the rows of `table`, but for the fields `by_hand`, in a form in which it can be compared."""
	return [
		[
			row.name,
			*(
				_comparable(row.get(df.fieldname), df)
				for df in row.meta.fields
				if df.fieldtype not in no_value_fields and df.fieldname not in by_hand
			),
		]
		for row in doc.get(table)
	]


def _comparable(value, df):
	if df.fieldtype in NUMBER_FIELDS:
		return flt(value, 6)
	if value and df.fieldtype in ("Date", "Datetime"):
		return get_datetime(value)
	return cstr(value)
