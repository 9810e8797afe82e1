"""What an application for initiation comes to: class, size, figures, and whether it is complete (R8.7, R9.2, R9.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REGULAR = "Regular"
CHANNEL = "Channel"
COMPANY_LEVEL = "Company Level"
# Lowest first: a class may be raised, never lowered.
CLASSES = (REGULAR, CHANNEL, COMPANY_LEVEL)

YES, NO = "Yes", "No"

# Which basis documents a process asks for.
AT_LEAST_ONE = "At Least One"
EVERY_BASIS_TYPE = "Every Basis Type"

# R6.1, R7.3, R9.9. The chance to win is not among them, and nothing here looks at it: small chances are no ground.
REQUIRED_VALUES = (
	"prospect_analysis",
	"goal",
	"scope",
	"market_value",
	"authenticity",
	"feasibility",
	"technical_difficulty",
	"competition",
	"strengths",
	"weaknesses",
	"opportunities",
	"threats",
)
REQUIRED_AMOUNTS = ("expected_revenue", "expected_cost", "cost_of_sale", "person_months")

# Twelve digits before the point are what a number field holds.
LARGEST_FIGURE = 10**12 - 1


def classify(answers: Iterable[tuple[str, str | None]]) -> str:
	"""The class that follows from (class of the criterion, answer) pairs (R9.2).

	One Yes among the company-level criteria makes a company-level project, else one among the channel
	criteria a channel project; otherwise it is a regular one. The order of the rows means nothing.
	"""
	met = {project_class for project_class, answer in answers if answer == YES}
	return next(candidate for candidate in reversed(CLASSES) if candidate in met or candidate == REGULAR)


def is_raise(answered: str, raised_to: str) -> bool:
	"""Whether going from class `answered` to `raised_to` is a step up. Raises `ValueError` for an unknown class."""
	return CLASSES.index(raised_to) > CLASSES.index(answered)


def is_large(person_months: float, threshold: float) -> bool:
	"""Whether a project is large: more person-months than the threshold; as many are not enough (R8.7)."""
	return person_months > threshold


@dataclass(frozen=True)
class CostBenefit:
	"""What a deal is expected to bring (R6.1). A figure that is not to be told is 0."""

	margin: float
	margin_percent: float
	benefit_cost_ratio: float
	payback_months: float


def cost_benefit(
	revenue: float, cost: float, cost_of_sale: float, monthly_net_inflow: float = 0
) -> CostBenefit:
	"""The figures of a cost-benefit analysis, from four estimates in one currency.

	Margin is revenue less the cost of delivery and of sale, and is also given in percent of the revenue. The
	benefit-cost ratio is the revenue over both costs. The payback is the simple payback period of capital
	budgeting: what is spent over the net inflow of a period (here a month), without discounting.
	"""
	spent = cost + cost_of_sale
	margin = revenue - spent
	return CostBenefit(
		margin=margin,
		margin_percent=_quotient(margin * 100, revenue, 2),
		benefit_cost_ratio=_quotient(revenue, spent, 2),
		payback_months=_quotient(spent, monthly_net_inflow, 1),
	)


def _quotient(dividend: float, divisor: float, digits: int) -> float:
	"""`dividend` over `divisor`; 0 when there is nothing to divide by, or when no field would hold the result."""
	if not divisor:
		return 0.0
	quotient = round(dividend / divisor, digits)
	return quotient if abs(quotient) <= LARGEST_FIGURE else 0.0


@dataclass(frozen=True)
class Missing:
	"""Something that an application lacks: a field of its own, or one of a row of `table` (counted from 1).

	`document_types` are those of which a basis document is to be named: one of them, or each.
	"""

	fieldname: str
	table: str | None = None
	row: int = 0
	document_types: tuple[str, ...] = ()


def missing(
	application: Mapping[str, Any], basis_rule: str | None, basis_types: Iterable[str]
) -> list[Missing]:
	"""What an application for initiation lacks, in the order of its form; empty when it is complete.

	Args:
		application: its fields; tables are lists of mappings.
		basis_rule: `AT_LEAST_ONE`, `EVERY_BASIS_TYPE` or anything else for none.
		basis_types: the document types that are a basis of initiation.
	"""
	found = [Missing(fieldname) for fieldname in REQUIRED_VALUES if not _text(application.get(fieldname))]
	found += [
		Missing(fieldname) for fieldname in REQUIRED_AMOUNTS if not (application.get(fieldname) or 0) > 0
	]
	found += [
		Missing("answer", "classification", number)
		for number, row in enumerate(application.get("classification") or [], 1)
		if row.get("answer") not in (YES, NO)
	]
	if application.get("raised_to") and not _text(application.get("raise_reason")):
		found.append(Missing("raise_reason"))
	found += _missing_documents(application.get("basis_documents") or [], basis_rule, basis_types)
	if not application.get("team"):
		found.append(Missing("team"))
	found += [
		Missing("quantity", "resources", number)
		for number, row in enumerate(application.get("resources") or [], 1)
		if not (row.get("quantity") or 0) > 0
	]
	return found


def _missing_documents(
	rows: list[Mapping[str, Any]], basis_rule: str | None, basis_types: Iterable[str]
) -> list[Missing]:
	"""The three reports are the basis on which is decided whether to initiate (R9.13). They lack in one place.

	Where no type is a basis, none can be named: whoever sets the types up is told so.
	"""
	named = {row.get("document_type") for row in rows}
	basis_types = tuple(basis_types)
	if basis_rule == AT_LEAST_ONE:
		return [] if named else [Missing("basis_documents", document_types=basis_types)]
	if basis_rule != EVERY_BASIS_TYPE:
		return []
	lacking = tuple(document_type for document_type in basis_types if document_type not in named)
	return [Missing("basis_documents", document_types=lacking)] if lacking or not basis_types else []


def _text(value: Any) -> str:
	return str(value or "").strip()
