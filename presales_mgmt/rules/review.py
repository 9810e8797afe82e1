"""What a review comes to, from what its reviewers said (R1.4, R5.11, R7.5, R7.7, R8.6, R9.9).

Nothing here knows a site: from the same opinions and the same policy follows the same result, today and later.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

APPROVE = "Approve"
CONDITIONS = "Approve with Conditions"
SEND_BACK = "Send Back"
REJECT = "Reject"
APPROVALS = (APPROVE, CONDITIONS)
DECISIONS = (*APPROVALS, SEND_BACK, REJECT)

APPROVED = "Approved"
APPROVED_WITH_CONDITIONS = "Approved with Conditions"
SENT_BACK = "Sent Back"
REJECTED = "Rejected"
APPROVING_OUTCOMES = (APPROVED, APPROVED_WITH_CONDITIONS)
OUTCOMES = (*APPROVING_OUTCOMES, SENT_BACK, REJECTED)

NO_CONFLICT = "None"
CONFLICT = "Declared"

STRATEGIES = ("Avoid", "Compete", "Follow")


@dataclass(frozen=True)
class Opinion:
	"""One reviewer's decision and score (0 to 100), and the score of each criterion where there are any."""

	decision: str
	score: float
	criteria: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
	"""How opinions become an outcome.

	`minimum_scores` has criterion -> the average below which the review sends back, however good the rest is.
	`quorum` is the number of opinions without which there is no outcome.
	"""

	pass_score: float = 60
	one_veto_rejects: bool = True
	minimum_scores: Mapping[str, float] = field(default_factory=dict)
	quorum: int = 1


class Reason(NamedTuple):
	"""One thing that decided, for people to be told in words.

	Kinds: `rejection`, `return` (of how many opinions); `majority` against approving; `criterion` and
	`average` (found, needed); `conditions`, `approval` (of how many opinions).
	"""

	kind: str
	found: float
	of: float
	criterion: str = ""


@dataclass(frozen=True)
class Result:
	"""The outcome of a review, its average score, the average of each criterion, and what decided."""

	status: str
	average: float
	criteria: Mapping[str, float]
	reasons: tuple[Reason, ...]


class Participant(NamedTuple):
	"""How many reviewers of a role, of a department or of both must take part."""

	role: str | None
	department: str | None
	number: int


class Reviewer(NamedTuple):
	"""Somebody who takes part in a review."""

	user: str
	roles: frozenset[str]
	department: str | None = None


def weighted_score(scores: Iterable[tuple[float, float]]) -> float:
	"""Mean of (weight, score) pairs, to two decimals; 0 when the weights are all zero or there are none."""
	scores = [(float(weight or 0), float(score or 0)) for weight, score in scores]
	weights = sum(weight for weight, _score in scores)
	return round(sum(weight * score for weight, score in scores) / weights, 2) if weights else 0.0


def outcome(opinions: Iterable[Opinion], policy: Policy) -> Result:
	"""The outcome of a review.

	Where one rejection rejects, so does one return send back: an expert who was asked cannot be outvoted.
	Otherwise the majority counts. A review is rejected unless more than half of the reviewers do not reject,
	and sent back unless more than half of them approve, with or without conditions; so an even split goes to
	the more cautious side, and who sends back stands between who rejects and who approves.

	What the decisions approve is still sent back, for what was reviewed can be improved, when the average of
	a criterion lies below its minimum, or the average of all below the pass score. Scores alone never reject.
	An approval has conditions as soon as one reviewer made some, whatever the majority.

	Raises `ValueError` when there are fewer opinions than the quorum, or none.
	"""
	opinions = list(opinions)
	if len(opinions) < max(policy.quorum, 1):
		raise ValueError(f"{len(opinions)} opinions are no quorum of {max(policy.quorum, 1)}")

	average = weighted_score((1, opinion.score) for opinion in opinions)
	criteria = _averages(opinions)
	if against := _against(opinions, policy.one_veto_rejects):
		status, reason = against
		return Result(status, average, criteria, (reason,))

	shortfalls = [
		Reason("criterion", criteria[criterion], minimum, criterion)
		for criterion, minimum in policy.minimum_scores.items()
		if criterion in criteria and criteria[criterion] < minimum
	]
	if average < policy.pass_score:
		shortfalls.append(Reason("average", average, policy.pass_score))
	if shortfalls:
		return Result(SENT_BACK, average, criteria, tuple(shortfalls))

	made = sum(opinion.decision == CONDITIONS for opinion in opinions)
	if made:
		reason = Reason("conditions", made, len(opinions))
		return Result(APPROVED_WITH_CONDITIONS, average, criteria, (reason,))
	approved = sum(opinion.decision in APPROVALS for opinion in opinions)
	return Result(APPROVED, average, criteria, (Reason("approval", approved, len(opinions)),))


def _against(opinions: Sequence[Opinion], one_veto_rejects: bool) -> tuple[str, Reason] | None:
	"""The outcome that the decisions alone bring about, when they do not approve."""
	number = len(opinions)
	rejected = sum(opinion.decision == REJECT for opinion in opinions)
	returned = sum(opinion.decision == SEND_BACK for opinion in opinions)
	if one_veto_rejects:
		if rejected:
			return REJECTED, Reason("rejection", rejected, number)
		if returned:
			return SENT_BACK, Reason("return", returned, number)
		return None
	if 2 * rejected >= number:
		return REJECTED, Reason("majority", rejected, number)
	if 2 * (rejected + returned) >= number:
		return SENT_BACK, Reason("majority", rejected + returned, number)
	return None


def _averages(opinions: Sequence[Opinion]) -> dict[str, float]:
	"""Criterion -> mean of what the reviewers gave for it, in the order in which the criteria first occur."""
	given: dict[str, list[float]] = {}
	for opinion in opinions:
		for criterion, score in opinion.criteria.items():
			given.setdefault(criterion, []).append(score)
	return {criterion: weighted_score((1, score) for score in scores) for criterion, scores in given.items()}


def prevailing_advice(advices: Iterable[str | None]) -> str | None:
	"""The advice that most reviewers gave; None when none was given or several were given as often (R9.9)."""
	ranking = Counter(advice for advice in advices if advice).most_common(2)
	if not ranking or (len(ranking) == 2 and ranking[0][1] == ranking[1][1]):
		return None
	return ranking[0][0]


def missing_participants(
	participants: Iterable[Participant], reviewers: Sequence[Reviewer]
) -> list[Participant]:
	"""Which participants the reviewers do not provide, each with the number that is missing.

	Every seat needs a person of its own: who has two of the roles that are asked for speaks for one of them.
	Seats are given so that as many as possible are taken, whatever the order of rows and reviewers.
	"""
	participants = list(participants)
	seats = [participant for participant in participants for _seat in range(participant.number)]
	seated: dict[int, int] = {}  # reviewer -> seat

	def seat(number: int, tried: set[int]) -> bool:
		for index, reviewer in enumerate(reviewers):
			if index in tried or not _fits(seats[number], reviewer):
				continue
			tried.add(index)
			if index not in seated or seat(seated[index], tried):
				seated[index] = number
				return True
		return False

	missing = Counter(seats[number] for number in range(len(seats)) if not seat(number, set()))
	return [
		participant._replace(number=missing[participant])
		for participant in dict.fromkeys(participants)
		if missing[participant]
	]


def _fits(participant: Participant, reviewer: Reviewer) -> bool:
	return (not participant.role or participant.role in reviewer.roles) and (
		not participant.department or participant.department == reviewer.department
	)
