from frappe import _, throw
from frappe.model.document import Document

from presales_mgmt.exceptions import StageError


class PresalesStageLog(Document):
	"""One move of a project from stage to stage. Written by the engine, changed by nobody."""

	def validate(self):
		if not self.is_new():
			throw(_("The stage log cannot be changed."), exc=StageError)
