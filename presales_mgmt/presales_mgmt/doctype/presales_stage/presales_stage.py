import frappe
from frappe import _
from frappe.model.document import Document

from presales_mgmt.exceptions import ProcessError
from presales_mgmt.gates import definitions


class PresalesStage(Document):
	"""A stage that processes are made of."""

	def before_rename(self, old: str, new: str, merge: bool = False):
		if merge:
			frappe.throw(
				_("Stages cannot be merged: {0} and {1} may both stand in a process.").format(old, new),
				exc=ProcessError,
			)

	def after_rename(self, old: str, new: str, merge: bool = False):
		definitions.forget_all()
