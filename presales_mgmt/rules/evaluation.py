"""How well a project was run (R9.15)."""

from dataclasses import dataclass

LEVELS = ("Excellent", "Good", "Acceptable", "Poor")


@dataclass(frozen=True)
class EvaluationBands:
	"""From which total score (0 to 100) on a level is reached; below `acceptable_from` it is poor."""

	excellent_from: float = 90
	good_from: float = 75
	acceptable_from: float = 60

	def __post_init__(self):
		if not 0 < self.acceptable_from < self.good_from < self.excellent_from <= 100:
			raise ValueError(
				"Evaluation bands must fall from 100 to 0, found "
				f"{self.excellent_from}, {self.good_from}, {self.acceptable_from}"
			)

	def level(self, total: float) -> str:
		"""The level of a total score between 0 and 100."""
		for level, lowest in zip(
			LEVELS, (self.excellent_from, self.good_from, self.acceptable_from), strict=False
		):
			if total >= lowest:
				return level
		return LEVELS[-1]
