"""What the n-th deal of the benchmark's data looks like. No database: the same number is always the same deal."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from presales_mgmt.gates.rules import Process
from presales_mgmt.rules.cost_of_sale import JOURNAL, LABOUR, PURCHASE

SEED = 20261124

# How many of a hundred projects are in which status. Of each ten one is won or was won, and has an order.
STATUSES = (
	("Draft", 8),
	("Initiation Review", 3),
	("Active", 56),
	("On Hold", 5),
	("Lost", 14),
	("Abandoned", 4),
)
WON_OF_TEN = 1
CLOSED_OF_WON = 0.4

# Of each hundred one, with a quotation, has all that is needed and is about to be signed.
SIGNING = 3

KINDS_OF_ACTIVITY = ("Visit", "Phone Call", "Negotiation", "Demo", "Return Visit")
CATEGORIES = ("Technical", "Commercial", "Competition", "Customer", "Resource", "Schedule", "Legal")
CLASSES = (("Regular", 75), ("Channel", 15), ("Company Level", 10))

# How many people of a kind there are: enough that each has a realistic share of the projects.
PEOPLE = {
	"director": 5,
	"manager": 15,
	"engineer": 30,
	"archivist": 2,
	"supervisor": 3,
	# Who has the same few projects however many there are.
	"specialist": 1,
	"leader": 1,
	"outsider": 1,
}
CUSTOMERS = 200
# The projects of the specialist: the first ones, which the smallest database has as well.
SPECIAL = 20

# What the sale costs is booked as one of these, with the usual amount. Claims of expenses belong to an app that not
# every site has.
COSTS = ((LABOUR, 70, 1_500), (PURCHASE, 20, 8_000), (JOURNAL, 10, 2_000))
COST_OF_AN_HOUR = 150


@dataclass(frozen=True)
class Deal:
	"""A deal, in numbers: people, customers and processes are counted from 0."""

	number: int
	company: int
	customer: int
	process: int
	status: str
	# Where in its process it is; None before it was initiated.
	position: int | None
	people: dict[str, tuple[int, ...]]
	amount: float
	# How much of what the gate of its stage asks for is there.
	done: float
	started: date
	closing: date
	project_class: str | None
	person_months: float
	quotations: int
	has_order: bool
	risks: tuple[tuple[int, int, str, str], ...]
	activities: tuple[str, ...]
	meetings: int
	rectifications: tuple[tuple[int, str], ...]
	guidance: tuple[tuple[int, str], ...]
	# A review that waits for its opinion, with the days until it is due; None for most.
	review_due: int | None
	# What the sale has cost: kind, amount, and when, as a share of the time since it was initiated.
	costs: tuple[tuple[str, float, float], ...]
	# What may be spent on it; 0 where nothing was said.
	budget: float

	@property
	def is_initiated(self) -> bool:
		return self.position is not None


def deal(number: int, processes: Sequence[Process], today: date) -> Deal:
	"""The deal with the number `number`."""
	rng = random.Random(f"{SEED}-{number}")
	won = number % 10 < WON_OF_TEN
	status = _choose(rng, STATUSES)
	if won:
		status = "Closed" if rng.random() < CLOSED_OF_WON else "Won"
	process = rng.randrange(len(processes))
	stages = processes[process].stages
	position = None
	if won:
		position = len(stages) - 1 if status == "Closed" else rng.randrange(len(stages) - 2, len(stages))
		position = min(position, _last(stages, ("Open", "Won")))
	elif status not in ("Draft", "Initiation Review"):
		# Many are at the beginning, few get far.
		position = min(int(rng.betavariate(1.2, 2.0) * len(stages)), _last(stages, ("Open",)))
	signing = number % 100 == SIGNING
	if signing:
		status, process = "Active", 0
		stages = processes[process].stages
		position = _last(stages, ("Open",))
	started = today - timedelta(days=rng.randrange(10, 900))
	return Deal(
		number=number,
		company=0 if signing else int(rng.random() < 0.2),
		customer=rng.randrange(CUSTOMERS),
		process=process,
		status=status,
		position=position,
		people={
			"director": (rng.randrange(PEOPLE["director"]),),
			"manager": (rng.randrange(PEOPLE["manager"]),),
			"engineer": tuple(sorted(rng.sample(range(PEOPLE["engineer"]), 2))),
			"archivist": (rng.randrange(PEOPLE["archivist"]),),
			"supervisor": (rng.randrange(PEOPLE["supervisor"]),),
		},
		amount=round(min(rng.lognormvariate(13.0, 1.0), 5e8), 2),
		done=1.0 if signing else rng.random(),
		started=started,
		closing=started + timedelta(days=rng.randrange(60, 500)),
		project_class=_choose(rng, CLASSES) if position is not None else None,
		person_months=round(rng.lognormvariate(2.5, 0.8), 1) if position is not None else 0,
		quotations=quotations(number),
		has_order=won,
		risks=tuple(
			(
				rng.randint(1, 5),
				rng.randint(1, 5),
				rng.choice(("Open", "Open", "Mitigating", "Closed", "Closed")),
				rng.choice(CATEGORIES),
			)
			for _risk in range(rng.choice((0, 1, 1, 1, 2, 3)))
		),
		activities=tuple(rng.choice(KINDS_OF_ACTIVITY) for _activity in range(rng.choice((0, 0, 1, 1, 2)))),
		meetings=rng.choice((0, 0, 1)) if position is not None else 0,
		rectifications=_follow_ups(rng, None if signing else position, ("Open", "Closed", "Closed")),
		guidance=_follow_ups(rng, position, ("Open", "Answered", "Closed")),
		review_due=rng.randrange(-20, 20)
		if position is not None and not signing and rng.random() < 0.06
		else None,
		costs=tuple(_cost(rng) for _entry in range(rng.randrange(1, 8)))
		if position is not None and rng.random() < 0.9
		else (),
		budget=round(rng.lognormvariate(10.0, 0.6), -2)
		if position is not None and rng.random() < 0.7
		else 0.0,
	)


def quotations(number: int) -> int:
	"""How many quotations a deal has: 40 for a hundred deals, several for one that has any."""
	if number % 10 < WON_OF_TEN:
		return 2
	if number % 10 == 3:
		return 1 if number % 20 == 3 else 3
	return 0


def _cost(rng: random.Random) -> tuple[str, float, float]:
	kind = _choose(rng, [(kind, weight) for kind, weight, _usual in COSTS])
	usual = next(usual for name, _weight, usual in COSTS if name == kind)
	return kind, round(usual * rng.lognormvariate(0.0, 0.7), 2), rng.random()


def _follow_ups(rng: random.Random, position: int | None, statuses: Sequence[str]) -> tuple:
	"""Days until they are due, and status: around today, so that there is something to remind of."""
	if position is None or rng.random() > 0.25:
		return ()
	return ((rng.randrange(-30, 30), rng.choice(statuses)),)


def _choose(rng: random.Random, weighted) -> str:
	return rng.choices([value for value, _weight in weighted], [weight for _value, weight in weighted])[0]


def _last(stages, types: Sequence[str]) -> int:
	return max(index for index, stage in enumerate(stages) if stage.stage_type in types)
