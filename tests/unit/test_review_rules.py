"""What a review comes to, without a site."""

import itertools

import pytest

from presales_mgmt.rules.review import (
	Opinion,
	Participant,
	Policy,
	Reason,
	Reviewer,
	missing_participants,
	outcome,
	prevailing_advice,
	weighted_score,
)

MAJORITY = Policy(one_veto_rejects=False)
LETTERS = {"A": "Approve", "C": "Approve with Conditions", "S": "Send Back", "R": "Reject"}


def opinions(letters: str, score: float = 80):
	return [Opinion(LETTERS[letter], score) for letter in letters]


@pytest.mark.parametrize(
	("given", "expected"),
	[
		([("Approve", 80)], ("Approved", 80)),
		([("Approve", 80), ("Approve", 61)], ("Approved", 70.5)),
		([("Approve", 80), ("Approve with Conditions", 70)], ("Approved with Conditions", 75)),
		([("Approve", 100), ("Send Back", 90)], ("Sent Back", 95)),
		([("Approve", 100), ("Reject", 90)], ("Rejected", 95)),
		([("Send Back", 10), ("Reject", 10)], ("Rejected", 10)),
		([("Approve", 60)], ("Approved", 60)),
		([("Approve", 59.99)], ("Sent Back", 59.99)),
		([("Approve with Conditions", 50)], ("Sent Back", 50)),
	],
)
def test_outcome_where_one_veto_rejects(given, expected):
	result = outcome([Opinion(*opinion) for opinion in given], Policy(pass_score=60))
	assert (result.status, result.average) == expected


@pytest.mark.parametrize(
	("letters", "status"),
	[
		("AAR", "Approved"),
		("AAS", "Approved"),
		("ACR", "Approved with Conditions"),
		("AAAC", "Approved with Conditions"),
		("ARR", "Rejected"),
		("ASS", "Sent Back"),
		("ASR", "Sent Back"),
		("AR", "Rejected"),
		("AS", "Sent Back"),
		("SR", "Rejected"),
		("AASR", "Sent Back"),
		("AARR", "Rejected"),
		("ASSRR", "Sent Back"),
		("AAASR", "Approved"),
		("R", "Rejected"),
	],
)
def test_otherwise_the_majority_counts_and_a_tie_goes_to_the_more_cautious(letters, status):
	for order in set(itertools.permutations(letters)):
		assert outcome(opinions(order), MAJORITY).status == status


def test_a_criterion_below_its_minimum_sends_back_however_good_the_rest_is():
	policy = Policy(minimum_scores={"Feasible": 40})
	given = [
		Opinion("Approve", 95, {"Value": 100, "Feasible": 50}),
		Opinion("Approve", 85, {"Value": 100, "Feasible": 28}),
	]
	result = outcome(given, policy)
	assert (result.status, result.average) == ("Sent Back", 90)
	assert result.criteria == {"Value": 100, "Feasible": 39}
	assert result.reasons == (Reason("criterion", 39, 40, "Feasible"),)
	enough = [given[0], Opinion("Approve", 85, {"Value": 100, "Feasible": 30})]
	assert outcome(enough, policy).status == "Approved"


def test_scores_alone_never_reject():
	policy = Policy(minimum_scores={"Chance": 40})
	result = outcome([Opinion("Approve", 0, {"Chance": 0})], policy)
	assert result.status == "Sent Back"
	assert [reason.kind for reason in result.reasons] == ["criterion", "average"]


@pytest.mark.parametrize("policy", [Policy(), MAJORITY])
def test_the_decisions_of_people_come_before_scores(policy):
	assert outcome(opinions("R", score=100), policy).status == "Rejected"
	assert outcome(opinions("S", score=100), policy).status == "Sent Back"


@pytest.mark.parametrize(
	("letters", "policy", "reason"),
	[
		("AR", Policy(), Reason("rejection", 1, 2)),
		("AS", Policy(), Reason("return", 1, 2)),
		("ASR", MAJORITY, Reason("majority", 2, 3)),
		("ARR", MAJORITY, Reason("majority", 2, 3)),
		("AAC", Policy(), Reason("conditions", 1, 3)),
		("AAR", MAJORITY, Reason("approval", 2, 3)),
		("AAA", Policy(), Reason("approval", 3, 3)),
	],
)
def test_the_result_says_what_decided(letters, policy, reason):
	assert outcome(opinions(letters), policy).reasons == (reason,)


@pytest.mark.parametrize(("letters", "quorum"), [("", 1), ("", 0), ("A", 2), ("AA", 3)])
def test_without_a_quorum_there_is_no_outcome(letters, quorum):
	with pytest.raises(ValueError, match="no quorum"):
		outcome(opinions(letters), Policy(quorum=quorum))


def test_the_outcome_is_the_same_whenever_it_is_computed():
	given = [Opinion("Approve", 33.33, {"A": 1 / 3}), Opinion("Approve", 66.67, {"A": 2 / 3})]
	assert outcome(given, Policy()) == outcome(list(reversed(given)), Policy()) == outcome(given, Policy())


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize(
	("advices", "expected"),
	[
		(["Compete"], "Compete"),
		(["Compete", "Follow", "Compete"], "Compete"),
		(["Compete", "Follow"], None),
		(["Avoid", "Avoid", "Follow", "Follow", "Compete"], None),
		([None, "", "Avoid"], "Avoid"),
		([], None),
		([None], None),
	],
)
def test_prevailing_advice(advices, expected):
	assert prevailing_advice(advices) == expected


LEADER, FINANCE = Participant("Leader", None, 1), Participant("Finance", None, 1)


def reviewer(user, *roles, department=None):
	return Reviewer(user, frozenset(roles), department)


@pytest.mark.parametrize(
	("participants", "reviewers", "missing"),
	[
		([], [], []),
		([LEADER], [reviewer("a", "Leader")], []),
		([LEADER, FINANCE], [reviewer("a", "Leader")], [FINANCE]),
		([Participant("Leader", None, 3)], [reviewer("a", "Leader")], [Participant("Leader", None, 2)]),
		# Who has both roles speaks for one of them ...
		([LEADER, FINANCE], [reviewer("a", "Leader", "Finance")], [FINANCE]),
		# ... and for the one that nobody else could speak for.
		([LEADER, FINANCE], [reviewer("a", "Leader", "Finance"), reviewer("b", "Leader")], []),
		([LEADER, FINANCE], [reviewer("b", "Leader"), reviewer("a", "Leader", "Finance")], []),
		([Participant(None, "R&D", 1)], [reviewer("a", department="R&D")], []),
		([Participant(None, "R&D", 1)], [reviewer("a", "Leader")], [Participant(None, "R&D", 1)]),
		(
			[Participant("Leader", "R&D", 1)],
			[reviewer("a", "Leader"), reviewer("b", department="R&D")],
			[Participant("Leader", "R&D", 1)],
		),
		([Participant("Leader", None, 0)], [], []),
	],
)
def test_missing_participants(participants, reviewers, missing):
	assert missing_participants(participants, reviewers) == missing


def test_weighted_score():
	assert weighted_score([(40, 90), (30, 80), (30, 70)]) == 81
	assert weighted_score([(1, 1), (1, 2), (1, 2)]) == 1.67
	assert weighted_score([(0, 90)]) == 0
	assert weighted_score([]) == 0
