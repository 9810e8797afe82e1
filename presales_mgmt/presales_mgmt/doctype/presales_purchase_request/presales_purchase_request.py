import frappe
from frappe import _
from frappe.utils import cstr, flt, now_datetime

from presales_mgmt.controllers import ProjectRecord, finish_todos
from presales_mgmt.exceptions import OutOfRangeError, PurchaseRequestError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.purchase_requests import (
	APPROVED,
	DRAFT,
	OUTSIDE_PLAN,
	REJECTED,
	REQUESTED,
	WITHDRAWN,
	ask_to_decide,
)
from presales_mgmt.requirements import LEADERS_OF_PROJECT
from presales_mgmt.rules.validation import LARGEST_NUMBER, refuse, require_value

WRITTEN_BY_DECISION = ("decided_by", "decided_on", "decision_remarks", "requested_by", "requested_on")


class PresalesPurchaseRequest(ProjectRecord):
	"""A written request to buy something for a project (R8.8). See `presales_mgmt.purchase_requests`.

	Submitting it asks for the decision; cancelling it withdraws it. What was decided stands.
	"""

	def validate(self):
		super().validate()
		self.validate_reason()
		self.validate_document()
		self.validate_items()
		self.set_amounts()
		self.clear_decision()

	def validate_reason(self):
		"""What the plan has not foreseen needs a reason."""
		if self.request_kind == OUTSIDE_PLAN and not cstr(self.reason).strip():
			refuse(self, "Reason", None, _("a reason for buying outside the plan"), PurchaseRequestError)

	def validate_document(self):
		if not self.document:
			return
		project = frappe.db.get_value("Presales Document", self.document, "presales_project")
		if project != self.presales_project:
			refuse(
				self,
				"Document",
				self.document,
				_("a record of project {0}").format(self.presales_project),
				PurchaseRequestError,
			)

	def validate_items(self):
		require_value(self, "items")
		for row in self.items:
			if not row.item_code and not cstr(row.description).strip():
				refuse(row, "Description", None, _("an item, or what is to be bought"), PurchaseRequestError)
			if flt(row.qty) <= 0:
				refuse(row, "Quantity", row.qty, _("a number above 0"), OutOfRangeError)

	def set_amounts(self):
		"""In the currency of the project and, at its exchange rate, in that of the company."""
		project = frappe.db.get_value(
			PROJECT, self.presales_project, ["company", "currency", "conversion_rate"], as_dict=True
		)
		self.update(project)
		for row in self.items:
			row.currency, row.company = project.currency, project.company
			row.amount = flt(flt(row.qty) * flt(row.rate), row.precision("amount"))
			row.base_amount = flt(row.amount * flt(project.conversion_rate), row.precision("base_amount"))
			if max(row.amount, row.base_amount) > LARGEST_NUMBER:
				refuse(
					row,
					"Amount",
					f"{row.amount:.0f}",
					_("a number between {0} and {1}").format(0, LARGEST_NUMBER),
					OutOfRangeError,
				)
		self.total = flt(sum(row.amount for row in self.items), self.precision("total"))
		self.base_total = flt(sum(row.base_amount for row in self.items), self.precision("base_total"))

	def clear_decision(self):
		"""A draft is not decided on, whatever was sent."""
		self.status = DRAFT
		for fieldname in WRITTEN_BY_DECISION:
			self.set(fieldname, None)

	def before_submit(self):
		if not self.base_total:
			refuse(self, "Total", self.total, _("a number above 0"), OutOfRangeError)
		self.status = REQUESTED
		self.requested_by = frappe.session.user
		self.requested_on = now_datetime()

	def on_submit(self):
		ask_to_decide(self)

	def before_cancel(self):
		super().before_cancel()
		if self.status in (APPROVED, REJECTED):
			frappe.throw(
				_("{0} has been decided on ({1}) and stands.").format(
					self.name, _(self.status, context=self.doctype)
				),
				exc=PurchaseRequestError,
			)
		user = frappe.session.user
		own = self.requested_by in acting_for(user)
		if not own and not set(LEADERS_OF_PROJECT) & get_project_roles(self.presales_project, user):
			frappe.throw(
				_("Only {0}, the director or the manager may withdraw this.").format(self.requested_by),
				exc=frappe.PermissionError,
			)

	def on_cancel(self):
		self.db_set("status", WITHDRAWN)
		finish_todos(self.doctype, self.name, "Cancelled")

	def on_trash(self):
		super().on_trash()
		if self.docstatus != 0:
			frappe.throw(
				_("{0} has been asked for and cannot be deleted.").format(self.name),
				exc=PurchaseRequestError,
			)
