import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, getdate

from presales_mgmt import notifications
from presales_mgmt.exceptions import DateOrderError, DelegationError, DuplicateEntryError
from presales_mgmt.permissions.delegation import clear_cache, may_delegate_for_others
from presales_mgmt.rules.validation import (
	able_users,
	refuse,
	require_date_order,
	require_value,
	validate_input,
)

SETTLED = ("delegator", "delegate")


class PresalesDelegation(Document):
	"""Who acts for somebody who is absent, and from when to when (R4.1)."""

	def before_validate(self):
		if self.is_new() and not self.delegator:
			self.delegator = frappe.session.user

	def validate(self):
		for fieldname in ("delegator", "delegate", "from_date", "to_date"):
			require_value(self, fieldname)
		validate_input(self)
		self.validate_settled()
		self.validate_delegator()
		self.validate_dates()
		if self.enabled:
			self.validate_delegate()
			self.validate_overlap()

	def validate_settled(self):
		"""Who acted for whom stays on record; another delegate takes another delegation."""
		before = self.get_doc_before_save()
		for fieldname in SETTLED if before else ():
			if self.get(fieldname) != before.get(fieldname):
				refuse(
					self,
					self.meta.get_label(fieldname),
					self.get(fieldname),
					before.get(fieldname),
					DelegationError,
				)

	def validate_delegator(self):
		user = frappe.session.user
		if self.delegator != user and not may_delegate_for_others(user):
			frappe.throw(
				_(
					"Only a leader or a System Manager may delegate for {0}. You delegate for yourself."
				).format(self.delegator),
				exc=frappe.PermissionError,
			)

	def validate_dates(self):
		require_date_order(self, "from_date", "to_date")
		if self.is_new() and getdate(self.to_date) < getdate():
			refuse(
				self,
				"To",
				self.get_formatted("to_date"),
				_("not before today ({0})").format(formatdate(getdate())),
				DateOrderError,
			)

	def validate_delegate(self):
		"""The delegate must be able to open what the delegator leaves."""
		if self.delegate == self.delegator:
			refuse(self, "Delegate", self.delegate, _("somebody else than the delegator"), DelegationError)
		if not able_users([self.delegate]):
			refuse(
				self,
				"Delegate",
				self.delegate,
				_("an enabled user with one of the presales roles"),
				DelegationError,
			)

	def validate_overlap(self):
		other = frappe.get_all(
			self.doctype,
			filters={
				"delegator": self.delegator,
				"delegate": self.delegate,
				"enabled": 1,
				"from_date": ["<=", self.to_date],
				"to_date": [">=", self.from_date],
				"name": ["!=", self.name or ""],
			},
			pluck="name",
			order_by="name asc",
			limit=1,
		)
		if other:
			frappe.throw(
				_("{0} names {1} for a part of this time already, in {2}.").format(
					self.delegator, self.delegate, other[0]
				),
				exc=DuplicateEntryError,
			)

	def on_change(self):
		clear_cache()
		# Others may read what was there before, and keep it, until this is settled.
		frappe.db.after_commit.add(clear_cache)
		frappe.db.after_rollback.add(clear_cache)

	def after_insert(self):
		"""Tell the delegate, and the delegator in whose name somebody else has made it."""
		users = {self.delegator, self.delegate} - {frappe.session.user}
		notifications.send(
			[
				notifications.Notice(user, self.get_notice(language), self.doctype, self.name)
				for user, language in notifications.languages_of(users).items()
			]
		)

	def on_trash(self):
		self.on_change()

	def get_notice(self, language: str) -> str:
		return _("{0} acts for {1} from {2} to {3}", lang=language).format(
			self.delegate, self.delegator, formatdate(self.from_date), formatdate(self.to_date)
		)
