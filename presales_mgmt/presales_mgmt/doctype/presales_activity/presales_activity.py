from frappe.utils import time_diff_in_hours

from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.rules.validation import require_date_order, require_past

# What was answered at once has waited this long: 0 stands for what still waits.
SHORTEST_RESPONSE = 0.01


class PresalesActivity(ProjectRecord):
	"""A contact with the customer: visit, negotiation, demo, question ... with minutes and response time (R2.3)."""

	def validate(self):
		super().validate()
		require_date_order(self, "starts_on", "ends_on")
		require_date_order(self, "received_on", "responded_on")
		if self.status == "Completed":
			require_past(self, "starts_on")
		self.set_response_hours()

	def set_response_hours(self):
		self.response_hours = (
			max(time_diff_in_hours(self.responded_on, self.received_on), SHORTEST_RESPONSE)
			if self.responded_on and self.received_on
			else 0
		)
