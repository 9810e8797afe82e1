"""How two lists of rows differ, without a site."""

import pytest

from presales_mgmt.rules.comparison import Change, Difference, compare_rows, compare_values, moved_keys


def rows(text: str) -> list[dict]:
	"""One row for each letter; a digit after it is its value."""
	return [{"key": word[0], "value": word[1:]} for word in text.split()]


@pytest.mark.parametrize(
	("shipped", "own", "found"),
	[
		("a b c", "a b c", []),
		("", "a", [("Added", "a", 1)]),
		("a b", "b", [("Removed", "a", 1)]),
		("a b c", "c a b", [("Moved", "c", 1)]),
		("a b c d", "a c d x b", [("Added", "x", 4), ("Moved", "b", 5)]),
		("a b c d", "d b c a", [("Moved", "d", 1), ("Moved", "a", 4)]),
		("a1 b c", "a2 c", [("Changed", "a", 1), ("Removed", "b", 2)]),
		("a b1", "b2 a", [("Changed", "b", 1), ("Moved", "b", 1)]),
	],
)
def test_rows_are_compared_by_key(shipped, own, found):
	differences = compare_rows(rows(shipped), rows(own), "key", ("key", "value"))
	assert [(each.kind, each.key, each.position) for each in differences] == found


def test_a_changed_row_says_what_it_was():
	(difference,) = compare_rows(rows("a1"), rows("a2"), "key", ("key", "value"))
	assert difference == Difference("Changed", "a", 1, (Change("value", "1", "2"),))


def test_nothing_and_an_empty_text_are_the_same():
	assert compare_values({"a": None, "b": 0}, {"a": "", "b": None}, ("a", "b", "c")) == ()
	assert compare_values({"a": 0}, {"a": 1}, ("a",)) == (Change("a", 0, 1),)


def test_as_few_rows_as_possible_are_moved():
	positions = {letter: index for index, letter in enumerate("abcdefgh")}
	assert moved_keys("abcdefgh", positions) == set()
	assert moved_keys("habcdefg", positions) == {"h"}
	assert moved_keys("bcdaefhg", positions) in ({"a", "g"}, {"a", "h"})
	assert moved_keys("", positions) == set()
