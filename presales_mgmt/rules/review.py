"""What a review comes to, from what its reviewers said (R1.4, R7.5, R7.7, R9.9)."""

from collections.abc import Iterable
from dataclasses import dataclass

APPROVE = "Approve"
CONDITIONS = "Approve with Conditions"
SEND_BACK = "Send Back"
REJECT = "Reject"

APPROVED = "Approved"
APPROVED_WITH_CONDITIONS = "Approved with Conditions"
APPROVING_OUTCOMES = (APPROVED, APPROVED_WITH_CONDITIONS)
OUTCOMES = (*APPROVING_OUTCOMES, "Sent Back", "Rejected")


@dataclass(frozen=True)
class Opinion:
	"""One reviewer's decision and score (0 to 100)."""

	decision: str
	score: float


def weighted_score(scores: Iterable[tuple[float, float]]) -> float:
	"""Mean of (weight, score) pairs, to two decimals; 0 when the weights are all zero or there are none."""
	scores = list(scores)
	weights = sum(weight for weight, _score in scores)
	return round(sum(weight * score for weight, score in scores) / weights, 2) if weights else 0.0


def outcome(opinions: Iterable[Opinion], pass_score: float) -> tuple[str, float]:
	"""The outcome of a review and the average score.

	A single rejection rejects, a single return sends back: an expert who was asked cannot be outvoted.
	An average below `pass_score` sends back too, for what was reviewed can be improved. Otherwise the
	review approves, with conditions if any reviewer made one.

	Raises `ValueError` when there is no opinion.
	"""
	opinions = list(opinions)
	if not opinions:
		raise ValueError("A review without opinions has no outcome")

	average = weighted_score((1, opinion.score) for opinion in opinions)
	decisions = {opinion.decision for opinion in opinions}
	if REJECT in decisions:
		return "Rejected", average
	if SEND_BACK in decisions or average < pass_score:
		return "Sent Back", average
	if CONDITIONS in decisions:
		return APPROVED_WITH_CONDITIONS, average
	return APPROVED, average
