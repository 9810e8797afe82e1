import frappe
from frappe import _
from frappe.utils import cstr, flt, getdate, now_datetime

from presales_mgmt.change_requests import APPROVED, DRAFT, REJECTED, REQUESTED, ask_to_decide
from presales_mgmt.controllers import ProjectRecord, finish_todos, read_with_present
from presales_mgmt.exceptions import (
	ChangeRequestError,
	DateOrderError,
	DuplicateEntryError,
)
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import get_project_roles
from presales_mgmt.requirements import LEADERS_OF_PROJECT, REQUIREMENT, require_archived
from presales_mgmt.rules import requirement as rules
from presales_mgmt.rules.validation import refuse, require_storable, require_value

WRITTEN_BY_DECISION = ("decided_by", "decided_on", "decision_remarks", "requested_by", "requested_on")
# Of a requirement these are never empty.
NEEDED = frozenset({"title", "kind", "priority"})


class PresalesChangeRequest(ProjectRecord):
	"""A change of what the customer has confirmed, with what it costs (R6.3). See `presales_mgmt.change_requests`.

	Submitting it asks for the decision; cancelling it withdraws it. Approved ones are the history of a requirement.
	"""

	def before_validate(self):
		require_value(self, "requirement")
		if not self.presales_project:
			self.presales_project = frappe.db.get_value(
				REQUIREMENT, cstr(self.requirement), "presales_project"
			)

	def validate(self):
		super().validate()
		requirement = self.get_requirement()
		self.validate_only_one()
		self.set_new_values(requirement)
		self.set_changes(requirement)
		self.validate_asked_on()
		self.set_effects()
		self.clear_decision()

	def get_requirement(self):
		"""The requirement, locked: of two who ask for a change of it at once, the second is refused."""
		requirement = frappe.db.get_value(
			REQUIREMENT,
			self.requirement,
			["name", "presales_project", "status", "requirement_version", *rules.CONTENT],
			as_dict=True,
			for_update=True,
		)
		if requirement.presales_project != self.presales_project:
			refuse(
				self,
				"Requirement",
				self.requirement,
				_("a record of project {0}").format(self.presales_project),
				ChangeRequestError,
			)
		if requirement.status != rules.CONFIRMED:
			refuse(
				self,
				"Requirement",
				f"{self.requirement}: {_(requirement.status, context=REQUIREMENT)}",
				_("a requirement that the customer has confirmed; others are changed directly"),
				ChangeRequestError,
			)
		return requirement

	def validate_only_one(self):
		# What somebody has asked for while this waited for the requirement is seen, too.
		other = read_with_present(
			self.doctype,
			["name"],
			{
				"requirement": self.requirement,
				"docstatus": ["<", 2],
				"status": ["in", [DRAFT, REQUESTED]],
				"name": ["!=", self.name or ""],
			},
			order_by="creation asc",
		)
		if other:
			frappe.throw(
				_("A change of {0} is asked for already: {1}.").format(self.requirement, other[0].name),
				exc=DuplicateEntryError,
			)

	def set_new_values(self, requirement):
		"""What a new request does not speak of stays as it is; a field that is emptied afterwards is to be empty."""
		self.requirement_title = requirement.title
		self.from_version = requirement.requirement_version
		for fieldname in rules.CONTENT:
			found = self.get(f"new_{fieldname}")
			if (self.is_new() and found is None) or (fieldname in NEEDED and not cstr(found).strip()):
				self.set(f"new_{fieldname}", requirement[fieldname])
		self.new_quantity = flt(self.new_quantity)

	def set_changes(self, requirement):
		"""What was and what is to be, side by side."""
		self.set("changes", [])
		if self.change_type == rules.WITHDRAWAL:
			return
		for change in rules.changes(requirement, self.new_values()):
			self.append(
				"changes", {"changed_field": change.label, "old_value": change.old, "new_value": change.new}
			)

	def new_values(self) -> dict:
		"""The content of the requirement as it is to be."""
		return {fieldname: self.get(f"new_{fieldname}") for fieldname in rules.CONTENT}

	def validate_asked_on(self):
		require_value(self, "asked_on")
		if getdate(self.asked_on) > getdate():
			refuse(
				self,
				"Asked For On",
				self.get_formatted("asked_on"),
				_("a date that is not ahead"),
				DateOrderError,
			)

	def set_effects(self):
		"""Cost and price in the currency of the project and, at its exchange rate, in that of the company."""
		project = frappe.db.get_value(
			PROJECT, self.presales_project, ["company", "currency", "conversion_rate"], as_dict=True
		)
		self.update(project)
		for fieldname in ("cost_effect", "price_effect"):
			base = f"base_{fieldname}"
			amount = flt(self.get(fieldname)) * flt(project.conversion_rate)
			self.set(base, flt(amount, self.precision(base)))
			require_storable(self, base)

	def clear_decision(self):
		"""A draft is not decided on, whatever was sent."""
		self.status = DRAFT
		for fieldname in WRITTEN_BY_DECISION:
			self.set(fieldname, None)

	def before_submit(self):
		if self.change_type == rules.CHANGE and not self.changes:
			frappe.throw(
				_("{0} changes nothing: every new value of {1} is what it is already.").format(
					self.name, self.requirement
				),
				exc=ChangeRequestError,
			)
		require_archived(self, "Customer's Document", self.customer_document)
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
				exc=ChangeRequestError,
			)
		user = frappe.session.user
		own = self.requested_by in acting_for(user)
		if not own and not set(LEADERS_OF_PROJECT) & get_project_roles(self.presales_project, user):
			frappe.throw(
				_("Only {0}, the director or the manager may withdraw this.").format(self.requested_by),
				exc=frappe.PermissionError,
			)

	def on_cancel(self):
		self.db_set("status", rules.WITHDRAWN)
		finish_todos(self.doctype, self.name, "Cancelled")

	def on_trash(self):
		super().on_trash()
		if self.docstatus != 0:
			frappe.throw(
				_("{0} is part of the history of {1} and cannot be deleted.").format(
					self.name, self.requirement
				),
				exc=ChangeRequestError,
			)
