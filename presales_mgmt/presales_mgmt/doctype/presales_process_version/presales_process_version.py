from frappe import _, throw
from frappe.model.document import Document

from presales_mgmt.exceptions import ProcessError
from presales_mgmt.gates import definitions


class PresalesProcessVersion(Document):
	"""What a process was when a project began to run on it. Never changes."""

	def validate(self):
		if not self.is_new():
			throw(
				_("Version {0} is frozen. Edit process {1}.").format(self.name, self.presales_process),
				exc=ProcessError,
			)

	def after_insert(self):
		definitions.forget(self.name)

	def on_trash(self):
		definitions.forget(self.name)
