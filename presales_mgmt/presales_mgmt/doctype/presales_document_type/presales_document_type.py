import frappe
from frappe import _
from frappe.model.document import Document

from presales_mgmt.exceptions import ProcessError
from presales_mgmt.gates import definitions


class PresalesDocumentType(Document):
	"""A kind of document in the archive (R9.13)."""

	def before_rename(self, old: str, new: str, merge: bool = False):
		if merge:
			frappe.throw(
				_("Document types cannot be merged: gates that ask for {0} would be met by {1}.").format(
					old, new
				),
				exc=ProcessError,
			)

	def after_rename(self, old: str, new: str, merge: bool = False):
		definitions.forget_all()
