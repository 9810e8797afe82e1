import frappe
from frappe import _

from presales_mgmt.controllers import ProjectRecord, finish_todos, keep_reminder_level
from presales_mgmt.exceptions import RectificationError, SelfApprovalError, TeamError
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.rectification import ask_responsible, members_of
from presales_mgmt.rules.followup import OPEN, is_own_matter
from presales_mgmt.rules.validation import refuse, require_unchanged

# Changed by hand while it is open -> the project roles of who may do so, besides leaders. The manager is
# responsible for most, and does not put off what is asked of himself.
CHANGED_BY_HAND = {"responsible": frozenset({"Director", "Manager"}), "due_date": frozenset({"Director"})}


class PresalesRectification(ProjectRecord):
	"""One thing that a review asked to be put right (R3.8, R9.9). See `presales_mgmt.rectification`."""

	def validate(self):
		super().validate()
		self.validate_written_elsewhere()
		self.validate_changes()
		self.validate_responsible()
		self.set_reminder_level()

	def validate_written_elsewhere(self):
		"""It is made by the conclusion of a review, and its state changes by its buttons."""
		if self.flags.by_function:
			return
		before = self.get_doc_before_save()
		if not before:
			frappe.throw(
				_("What has to be put right comes from the conclusion of a review; nobody adds to it."),
				exc=RectificationError,
			)
		by_function = [
			df.fieldname
			for df in self.meta.fields
			if df.fieldname not in (*CHANGED_BY_HAND, "reminder_level") and not df.fieldtype.endswith("Break")
		]
		require_unchanged(self, before, by_function, RectificationError)

	def validate_changes(self):
		before = self.get_doc_before_save()
		if not before or self.flags.by_function:
			return
		user = frappe.session.user
		for fieldname, project_roles in CHANGED_BY_HAND.items():
			if not self.has_value_changed(fieldname):
				continue
			if before.status != OPEN:
				require_unchanged(self, before, (fieldname,), RectificationError)
			if not sees_everything(user) and not project_roles & get_project_roles(
				self.presales_project, user
			):
				frappe.throw(
					_("{0} of {1} is changed by {2} of the project, or by a leader.").format(
						_(self.meta.get_label(fieldname), context=self.doctype),
						self.name,
						_(" or ").join(_(role) for role in sorted(project_roles)),
					),
					exc=frappe.PermissionError,
				)

		if self.has_value_changed("responsible"):
			self.validate_handing_over(before, user)

	def validate_handing_over(self, before, user: str):
		"""Who may waive does not hand over the own matter, to waive it then as another's."""
		if not is_own_matter(acting_for(user), before.responsible):
			return
		if sees_everything(user) or "Director" in get_project_roles(self.presales_project, user):
			frappe.throw(
				_(
					"{0} may waive {1} and so does not hand it over. Ask the manager or another leader."
				).format(user, self.name),
				exc=SelfApprovalError,
			)

	def validate_responsible(self):
		if not self.is_new() and not self.has_value_changed("responsible"):
			return
		if self.responsible not in members_of(self.presales_project):
			refuse(
				self, "Responsible", self.responsible, _("somebody of the team or a supervisor"), TeamError
			)

	def set_reminder_level(self):
		keep_reminder_level(self, "due_date")
		if self.has_value_changed("status"):
			self.reminder_level = 0  # what was sent back waits anew

	def after_insert(self):
		ask_responsible(self)

	def on_update(self):
		before = self.get_doc_before_save()
		if before and not self.flags.by_function and self.has_value_changed("responsible"):
			finish_todos(self.doctype, self.name, "Cancelled")
			ask_responsible(self)
