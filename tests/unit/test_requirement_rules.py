"""What keeps a requirement from being confirmed, what a change comes to, and how they are counted."""

from datetime import date, datetime

import pytest

from presales_mgmt.rules import requirement as rules


@pytest.mark.parametrize(
	("before", "after", "expected"),
	[
		({"title": "A"}, {"title": "A"}, []),
		({"title": "A"}, {"title": " A "}, []),
		({"title": "A"}, {"title": "B"}, [("Title", "A", "B")]),
		({"device": None}, {"device": ""}, []),
		({"device": "Sensor"}, {}, [("Device", "Sensor", "")]),
		({"quantity": 0.0}, {}, []),
		({"quantity": 600}, {"quantity": 600.0}, []),
		({"quantity": 0.1 + 0.2}, {"quantity": 0.3}, []),
		({"quantity": 100}, {"quantity": 1000.5}, [("Quantity", "100", "1000.5")]),
		({"due_date": date(2026, 12, 31)}, {"due_date": "2026-12-31"}, []),
		({"due_date": datetime(2026, 12, 31)}, {"due_date": date(2026, 12, 31)}, []),
		({"due_date": None}, {"due_date": date(2027, 1, 1)}, [("Due Date", "", "2027-01-01")]),
		(
			{"description": "<p>Green or red.</p>"},
			{"description": "<p>Green,\nor red.</p>"},
			[("Description", "Green or red.", "Green, or red.")],
		),
		({"status": "Captured"}, {"status": "Confirmed"}, []),
		(
			{"title": "A", "uom": "Nos"},
			{"title": "B", "uom": "Set"},
			[("Title", "A", "B"), ("UOM", "Nos", "Set")],
		),
	],
)
def test_changes(before, after, expected):
	assert [(each.label, each.old, each.new) for each in rules.changes(before, after)] == expected


def test_priority_and_date_need_no_new_analysis():
	assert set(rules.CONTENT) - set(rules.ANALYSED_CONTENT) == {"priority", "due_date"}


@pytest.mark.clause("R8.4")
@pytest.mark.parametrize(
	("needed", "status", "answer", "waits", "refused"),
	[
		(0, None, None, False, False),
		(1, None, None, True, False),
		(1, "Requested", None, True, False),
		(0, "Requested", None, True, False),
		(1, "Answered", "Feasible", False, False),
		(1, "Answered", "Feasible with Changes", False, False),
		(1, "Answered", "Not Feasible", False, True),
		(0, "Withdrawn", None, False, False),
		(1, "Withdrawn", None, True, False),
	],
)
def test_what_r_and_d_has_to_say(needed, status, answer, waits, refused):
	requirement = {
		"needs_development": needed,
		"development_status": status,
		"development_answer": answer,
	}
	assert rules.needs_development_answer(requirement) is waits
	assert rules.is_refused_by_development(requirement) is refused


def test_the_summary_of_nothing():
	summary = rules.summarise([])
	assert (summary["total"], summary["open"], summary["must_have_open"], summary["overdue"]) == (0, 0, 0, 0)
	assert summary["by_status"] == dict.fromkeys(rules.STATUSES, 0)
	assert set(summary["by_priority"]) == set(rules.PRIORITIES)


def test_the_summary_adds_up():
	def row(status, priority, number, overdue=0, asked=0):
		return {
			"status": status,
			"priority": priority,
			"number": number,
			"overdue": overdue,
			"asked": asked,
		}

	summary = rules.summarise(
		[
			row("Captured", "Must Have", 2, overdue=1, asked=1),
			row("Analysed", "Must Have", 1),
			row("Confirmed", "Must Have", 4),
			row("Captured", "Could Have", 3, overdue=2),
			row("Rejected", "Won't Have", 1),
		]
	)
	assert (summary["total"], summary["open"], summary["must_have_open"]) == (11, 6, 3)
	assert (summary["overdue"], summary["development_requested"]) == (3, 1)
	assert summary["by_status"] == {
		"Captured": 5,
		"Analysed": 1,
		"Confirmed": 4,
		"Rejected": 1,
		"Withdrawn": 0,
	}
	assert summary["by_priority"]["Must Have"]["Confirmed"] == 4
