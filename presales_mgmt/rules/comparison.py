"""How a company's process differs from another, row by row. Plain values in, plain values out."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ADDED = "Added"
REMOVED = "Removed"
CHANGED = "Changed"
MOVED = "Moved"


@dataclass(frozen=True)
class Change:
	"""One field that has another value than in the shipped row."""

	fieldname: str
	shipped: Any
	own: Any


@dataclass(frozen=True)
class Difference:
	"""One row that is not as shipped. `position` is where it stands (for a removed one: stood), from 1."""

	kind: str
	key: str
	position: int
	changes: tuple[Change, ...] = ()


def compare_values(
	shipped: Mapping[str, Any], own: Mapping[str, Any], fieldnames: Sequence[str]
) -> tuple[Change, ...]:
	"""The fields among `fieldnames` in which `own` differs; nothing, an empty text and 0 are the same."""
	return tuple(
		Change(fieldname, shipped.get(fieldname), own.get(fieldname))
		for fieldname in fieldnames
		if (shipped.get(fieldname) or None) != (own.get(fieldname) or None)
	)


def compare_rows(
	shipped: Sequence[Mapping[str, Any]],
	own: Sequence[Mapping[str, Any]],
	key: str,
	fieldnames: Sequence[str],
) -> list[Difference]:
	"""What was added to, changed or moved in the shipped rows, in the order of `own`, then what was removed.

	Args:
		shipped, own: rows in their order.
		key: the field by which a row is the same row; its values are unique on each side.
		fieldnames: what is compared.

	As few rows as possible count as moved; one that is both moved and changed is listed as changed and as moved.
	"""
	shipped_rows = {row[key]: row for row in shipped}
	shipped_positions = {row[key]: position for position, row in enumerate(shipped, 1)}
	own_keys = {row[key] for row in own}
	moved = moved_keys([row[key] for row in own if row[key] in shipped_rows], shipped_positions)

	differences = []
	for position, row in enumerate(own, 1):
		name = row[key]
		if name not in shipped_rows:
			differences.append(Difference(ADDED, name, position))
			continue
		if changes := compare_values(shipped_rows[name], row, fieldnames):
			differences.append(Difference(CHANGED, name, position, changes))
		if name in moved:
			differences.append(
				Difference(MOVED, name, position, (Change("idx", shipped_positions[name], position),))
			)
	differences.extend(
		Difference(REMOVED, row[key], shipped_positions[row[key]])
		for row in shipped
		if row[key] not in own_keys
	)
	return differences


def moved_keys(keys: Sequence[str], positions: Mapping[str, int]) -> set[str]:
	"""Those of `keys` to take out so that the positions of the others rise: as few as possible."""
	tails: list[int] = []  # the lowest position in which a rising chain of each length ends
	lengths = []  # of the longest rising chain that ends in each key
	for key in keys:
		place = bisect_left(tails, positions[key])
		tails[place : place + 1] = [positions[key]]
		lengths.append(place + 1)
	kept, wanted = set(), len(tails)
	for key, length in zip(reversed(keys), reversed(lengths), strict=True):
		if length == wanted:
			kept.add(key)
			wanted -= 1
	return set(keys) - kept
