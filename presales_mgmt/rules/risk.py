"""How large a risk is: score = probability x impact on a 5 x 5 matrix, and exposure in money (ISO 31000; R5.6)."""

from dataclasses import dataclass

SCALE = range(1, 6)
LEVELS = ("Low", "Medium", "High", "Extreme")


@dataclass(frozen=True)
class RiskBands:
	"""The highest score of each level; what lies above `high_max` is extreme. Bands belong to the organisation."""

	low_max: int = 4
	medium_max: int = 9
	high_max: int = 14

	def __post_init__(self):
		if not 0 < self.low_max < self.medium_max < self.high_max < 25:
			raise ValueError(
				f"Risk bands must rise between 1 and 24, found {self.low_max}, {self.medium_max}, {self.high_max}"
			)

	def level(self, score: int) -> str:
		"""The level of a score between 1 and 25."""
		for level, highest in zip(LEVELS, (self.low_max, self.medium_max, self.high_max), strict=False):
			if score <= highest:
				return level
		return LEVELS[-1]

	def highest_score(self, level: str) -> int:
		"""The highest score that still is of `level`."""
		return dict(zip(LEVELS, (self.low_max, self.medium_max, self.high_max, 25), strict=True))[level]


def score(probability: int, impact: int) -> int:
	"""Probability times impact, each 1 to 5. Raises `ValueError` outside the scale."""
	if probability not in SCALE or impact not in SCALE:
		raise ValueError(
			f"Probability and impact are whole numbers from 1 to 5, found {probability} and {impact}"
		)
	return probability * impact


# The value of each step of the scale of probability, as PMBOK's probability and impact matrix has them.
PROBABILITIES = {1: 0.1, 2: 0.3, 3: 0.5, 4: 0.7, 5: 0.9}


def expected_exposure(
	impact_amount: float, probability: int, residual_probability: int = 0, occurred: bool = False
) -> float:
	"""What a risk costs on average: the loss if it occurs times its probability (expected monetary value, PMBOK).

	Args:
		impact_amount: the loss if it occurs.
		probability: 1 to 5.
		residual_probability: 1 to 5 after the response, which then counts; 0 when it is not assessed.
		occurred: what has happened is not probable any more: it costs all of the loss.

	Raises `ValueError` outside the scale.
	"""
	if occurred:
		return impact_amount
	step = residual_probability or probability
	if step not in SCALE:
		raise ValueError(f"Probability is a whole number from 1 to 5, found {step}")
	return impact_amount * PROBABILITIES[step]
