"""What a handover lacks before it is offered, and who answers for a won project (R1.8, R1.10, R6.4)."""

from collections.abc import Collection, Iterable

DRAFT, OFFERED, SENT_BACK = "Draft", "Offered", "Sent Back"
ACCEPTED, WITHDRAWN, REVOKED = "Accepted", "Withdrawn", "Revoked"
# The package can be written in; otherwise it stays as it was offered.
EDITABLE = (DRAFT, SENT_BACK, WITHDRAWN)

# No handover is without these.
NEEDED = ("Goal", "Scope", "Sales Order")
# Of these a project may have none, for a reason that is stated.
PARTS = (
	"Promises",
	"Requirements",
	"Risks",
	"Solution",
	"Cost Estimate",
	"Contract",
	"Quotation",
	"Contacts",
	"Open Points",
	"Documents",
)


def missing_parts(
	present: Collection[str], omitted: Collection[str], available: Collection[str]
) -> list[str]:
	"""The parts that are missing, in their order.

	Args:
		present: what the package has.
		omitted: parts of which it states why there is none.
		available: parts of which the project has something: a reason does not stand for them.
	"""
	missing = [part for part in NEEDED if part not in present]
	return missing + [
		part for part in PARTS if part not in present and (part not in omitted or part in available)
	]


def unsettled_reasons(reasons: Iterable) -> list[int]:
	"""The numbers of the rows, each a reason for sending back, that are not answered and done."""
	return [row.idx for row in reasons if not (row.done and (row.answer or "").strip())]


def responsible(status: str | None, manager: str | None, delivery_manager: str | None) -> str | None:
	"""Who answers for the project: its manager until the delivery manager has accepted the handover (R1.10)."""
	return delivery_manager if status == ACCEPTED and delivery_manager else manager


def project_name(title: str, project: str, taken: bool, length: int = 140) -> str:
	"""What the ERPNext project is called: as the presales project, with its number where the name is taken.

	ERPNext wants the name to be unique, in at most `length` characters.
	"""
	if not taken:
		return title[:length]
	suffix = f" ({project})"
	return title[: length - len(suffix)] + suffix
