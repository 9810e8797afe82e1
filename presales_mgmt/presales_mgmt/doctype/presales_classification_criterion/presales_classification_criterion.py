import frappe
from frappe import _
from frappe.model.document import Document

from presales_mgmt.exceptions import InitiationError
from presales_mgmt.rules.validation import require_value, validate_input


class PresalesClassificationCriterion(Document):
	"""One question by which projects are classified (R9.2). Disabling it leaves past answers as they are."""

	def validate(self):
		for fieldname in ("criterion", "project_class"):
			require_value(self, fieldname)
		validate_input(self)

	def before_rename(self, old: str, new: str, merge: bool = False):
		if merge:
			frappe.throw(
				_(
					"Criteria cannot be merged: applications that answered {0} would have answered {1}."
				).format(old, new),
				exc=InitiationError,
			)
