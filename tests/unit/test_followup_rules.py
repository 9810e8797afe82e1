"""Rules of following up and reminding, without a site."""

from datetime import date, timedelta

import pytest

from presales_mgmt.rules.followup import guide_role, is_own_matter
from presales_mgmt.rules.reminder import DUE_SOON, ESCALATED, NONE, OVERDUE, bounds, level

TODAY = date(2026, 3, 20)


@pytest.mark.parametrize(
	("days", "expected"),
	[
		(30, NONE),
		(4, NONE),
		(3, DUE_SOON),
		(1, DUE_SOON),
		(0, DUE_SOON),
		(-1, OVERDUE),
		(-2, OVERDUE),
		(-3, ESCALATED),
		(-300, ESCALATED),
	],
)
def test_level_by_days_to_go(days, expected):
	assert level(TODAY + timedelta(days=days), TODAY, days_before=3, days_after=3) == expected


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (-5, -5)])
def test_without_intervals_nothing_is_early_and_all_that_is_overdue_is_escalated(before, after):
	levels = [level(TODAY + timedelta(days=days), TODAY, before, after) for days in (1, 0, -1)]
	assert levels == [NONE, DUE_SOON, ESCALATED]


def test_levels_rise_with_time_and_skip_none():
	levels = [level(TODAY, TODAY + timedelta(days=days), 2, 2) for days in range(-4, 5)]
	assert levels == [0, 0, 1, 1, 1, 2, 3, 3, 3]


def test_bounds_are_the_first_and_last_day_that_matter():
	assert bounds(TODAY, 3, 2) == (date(2026, 3, 23), date(2026, 3, 18))


def test_own_matter_is_that_of_whom_one_acts_for():
	assert is_own_matter({"a", "b"}, "b", None)
	assert not is_own_matter({"a"}, "b", None)
	assert not is_own_matter({"a"}, None)


@pytest.mark.parametrize(
	("project_roles", "is_leader", "expected"),
	[
		({"Director Supervisor", "Company Supervisor"}, False, "Company Supervisor"),
		({"Director Supervisor", "Manager"}, True, "Director Supervisor"),
		({"Director"}, True, "Presales Leader"),
		({"Director", "Manager"}, False, None),
		(set(), False, None),
	],
)
def test_as_what_one_guides(project_roles, is_leader, expected):
	assert guide_role(project_roles, is_leader) == expected
