"""What may be spent on a sale: its budget, and what approved requests add to it (R6.3, R9.6, R8.8)."""

from dataclasses import dataclass

STOP, WARN, OFF = "Stop", "Warn", "Off"


@dataclass(frozen=True)
class Budget:
	"""The budget of a project and its thresholds.

	Args:
		amount: the budget in company currency; 0 stands for none, and so for no limit.
		agreed: what approved requests for purchases outside the plan come to. Who approved them has agreed to
			spend this besides the budget, so it raises what may be spent. Requests within the plan do not: the
			budget has foreseen them.
		warn_percent, stop_percent: the thresholds, in percent of the budget with what was agreed.
	"""

	amount: float
	agreed: float = 0.0
	warn_percent: float = 80.0
	stop_percent: float = 100.0

	@property
	def is_set(self) -> bool:
		return self.amount > 0

	@property
	def warn_from(self) -> float:
		return round((self.amount + self.agreed) * self.warn_percent / 100, 2)

	@property
	def stop_above(self) -> float:
		return round((self.amount + self.agreed) * self.stop_percent / 100, 2)


def exceeds(before: float, after: float, limit: float) -> bool:
	"""Whether what is added goes beyond `limit`.

	Nothing is said of what adds nothing: an invoice of what was ordered, and a return, pass also when more than the
	limit is spent already.
	"""
	return after > before and after > limit


def is_beyond(budget: Budget, before: float, after: float) -> bool:
	"""Whether what is added takes the project beyond its budget."""
	return budget.is_set and exceeds(before, after, budget.stop_above)


def is_to_be_warned(budget: Budget, spent: float) -> bool:
	"""Whether what is spent has reached the threshold of the warning."""
	return budget.is_set and spent >= budget.warn_from
