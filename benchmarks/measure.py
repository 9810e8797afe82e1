"""How two sides of an operation are compared: in turn, in one process, each time from the same data."""

import gc
import statistics
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

# A side that is faster than this is run several times for one sample, or the clock would be measured.
LEAST_SECONDS = 0.02
MOST_REPEATS = 200


@dataclass(frozen=True)
class Side:
	"""One side of a comparison.

	Args:
		run: what is timed; takes what `prepare` has returned, if there is a `prepare`.
		prepare: makes what `run` needs. Not timed, but undone with it.
		within: entered before `prepare` and left after all is undone, such as hooks that are switched off.
		repeatable: `run` only reads, and may be called again with the same argument.
	"""

	run: Callable
	prepare: Callable[[], Any] | None = None
	within: Callable[[], AbstractContextManager] = nullcontext
	repeatable: bool = False


@dataclass(frozen=True)
class Sample:
	"""What was measured: seconds of each run of the two sides, in pairs, and the SQL statements of one run."""

	ours: tuple[float, ...]
	counterpart: tuple[float, ...] = ()
	queries: int | None = 0
	counterpart_queries: int | None = None

	@property
	def ratios(self) -> tuple[float, ...]:
		"""Ours ÷ counterpart, pair by pair: both of a pair were run one directly after the other."""
		return tuple(a / b for a, b in zip(self.ours, self.counterpart, strict=True))


class Stopwatch:
	"""Runs sides and undoes what they do.

	Args:
		undo: takes back what a run has written, and lets go of what it has put aside.
		counting: a context manager that counts SQL statements, as `.count`.
		rounds: how often each side is run.
		exact: warm up twice, run what is fast several times for one sample, and keep Python's memory tidy.
	"""

	def __init__(self, undo: Callable[[], None], counting: Callable, rounds: int, exact: bool = True):
		self.undo = undo
		self.counting = counting
		self.rounds = rounds
		self.exact = exact

	def compare(
		self, ours: Side, counterpart: Side | None = None, rounds: int | None = None, warm_ups: int = 3
	) -> Sample:
		"""Measure `ours` and `counterpart` in turn: A B, B A, A B … so that neither always comes first.

		Each is run `warm_ups` times before, and the SQL statements are counted then.
		"""
		sides = [side for side in (ours, counterpart) if side]
		queries = [self.warm_up(side, warm_ups) for side in sides]
		repeats = [self.repeats(side) for side in sides]
		times: list[list[float]] = [[] for _side in sides]
		for number in range(rounds or self.rounds):
			order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
			for index in order:
				times[index].append(self.time(sides[index], repeats[index]))
		return Sample(
			ours=tuple(times[0]),
			counterpart=tuple(times[1]) if counterpart else (),
			queries=queries[0],
			counterpart_queries=queries[1] if counterpart else None,
		)

	def warm_up(self, side: Side, times: int = 3) -> int:
		"""Run a side some times; returns the SQL statements of the run that found the caches filled."""
		return min(self.count(side) for _run in range(times))

	def count(self, side: Side) -> int:
		"""The SQL statements of one run of a side."""
		with side.within():
			try:
				arguments = _prepared(side)
				with self.counting() as counter:
					side.run(*arguments)
				return counter.count
			finally:
				self.undo()

	def repeats(self, side: Side) -> int:
		if not side.repeatable or not self.exact:
			return 1
		return max(1, min(MOST_REPEATS, round(LEAST_SECONDS / max(self.time(side), 1e-6))))

	def time(self, side: Side, repeats: int = 1) -> float:
		"""Seconds of one run of a side."""
		with side.within():
			try:
				arguments = _prepared(side)
				if self.exact:
					gc.collect()
				gc.disable()
				started = time.perf_counter()
				for _repeat in range(repeats):
					side.run(*arguments)
				return (time.perf_counter() - started) / repeats
			finally:
				gc.enable()
				self.undo()


def _prepared(side: Side) -> tuple:
	return (side.prepare(),) if side.prepare else ()


def median_and_range(values) -> tuple[float, float, float]:
	"""Median, lowest, highest."""
	return statistics.median(values), min(values), max(values)


def growth(small: Sample, large: Sample) -> tuple[float, ...]:
	"""How much more an operation costs on the large database than on the small one, round by round.

	Between the two the database grows, so times of the one cannot be set against times of the other. Each is set
	against the same piece of work that depends on no data and was run in turn with it, and those ratios are compared.
	"""
	usual = statistics.median(small.ratios)
	return tuple(ratio / usual for ratio in large.ratios)


class Memory:
	"""The peak of Python's memory between marks, in bytes. Slows everything down: nothing is timed meanwhile."""

	def __init__(self):
		self.peaks: list[int] = []

	def mark(self) -> None:
		"""Note the peak since the last mark, above what was in use at the beginning."""
		self.peaks.append(tracemalloc.get_traced_memory()[1] - self.base)
		tracemalloc.reset_peak()

	@property
	def peak(self) -> int:
		return max(self.peaks, default=0)


def flatness(peaks: Sequence[int], kinds: Sequence) -> float:
	"""The peak of the later half ÷ that of the earlier half: 1 when the need does not grow with what is done.

	Batches of different kinds need different amounts, so each kind is looked at by itself, and the worst one counts.
	A kind of less than four batches says nothing.
	"""
	of_kind = defaultdict(list)
	for peak, kind in zip(peaks, kinds, strict=True):
		of_kind[kind].append(peak)
	found = [1.0]
	for values in of_kind.values():
		half = len(values) // 2
		if half >= 2:
			found.append(max(values[half:]) / max(1, *values[:half]))
	return max(found)


@contextmanager
def traced_memory() -> Iterator[Memory]:
	memory = Memory()
	gc.collect()
	tracemalloc.start()
	try:
		memory.base = tracemalloc.get_traced_memory()[0]
		tracemalloc.reset_peak()
		yield memory
		memory.mark()
	finally:
		tracemalloc.stop()
