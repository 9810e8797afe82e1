"""The statuses in the life of a Presales Project, as its Workflow has them."""

from frappe import _

from presales_mgmt.permissions.scope import PROJECT

DRAFT, INITIATION, ACTIVE, ON_HOLD = "Draft", "Initiation Review", "Active", "On Hold"
WON, LOST, ABANDONED, CLOSED = "Won", "Lost", "Abandoned", "Closed"
STATUSES = (DRAFT, INITIATION, ACTIVE, ON_HOLD, WON, LOST, ABANDONED, CLOSED)
# Decided, but not yet closed: the outcome may still change.
DECIDED = (WON, LOST, ABANDONED)


def status_label(status: str | None) -> str:
	"""The status in the user's language: as this app calls it, which is not how ERPNext calls its own."""
	return _(status or "", context=PROJECT)
