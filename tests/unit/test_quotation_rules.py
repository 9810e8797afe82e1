"""Rules of versions of an offer, without a site."""

from types import SimpleNamespace

from presales_mgmt.rules.quotation import CURRENT, LOST, SUPERSEDED, choose_offer, statuses


def row(name, version, party="A", status="Open"):
	return SimpleNamespace(
		name=name, presales_version=version, quotation_to="Customer", party_name=party, status=status
	)


def test_the_newest_of_each_customer_is_current():
	rows = [row("1", 1), row("3", 3), row("2", 2), row("B1", 1, party="B")]
	assert statuses(rows) == {"1": SUPERSEDED, "2": SUPERSEDED, "3": CURRENT, "B1": CURRENT}


def test_a_lead_is_the_customer_that_it_has_become():
	lead = SimpleNamespace(
		name="1",
		presales_version=1,
		quotation_to="Lead",
		party_name="L",
		status="Open",
		bidder=("Customer", "A"),
	)
	assert statuses([lead, row("2", 2)]) == {"1": SUPERSEDED, "2": CURRENT}
	lead.bidder = None
	assert statuses([lead, row("2", 2)]) == {"1": CURRENT, "2": CURRENT}


def test_of_two_with_the_same_number_the_later_is_current():
	assert statuses([row("1", 1), row("2", 1)]) == {"1": SUPERSEDED, "2": CURRENT}


def test_a_loss_brings_no_earlier_offer_back():
	assert statuses([row("1", 1), row("2", 2, status="Lost")]) == {"1": SUPERSEDED, "2": LOST}
	assert statuses([row("1", 1, status="Lost"), row("2", 2)]) == {"1": LOST, "2": CURRENT}
	assert statuses([]) == {}


def test_the_offer_to_the_projects_own_party_comes_first():
	rows = [row("A", 1), row("B", 1, party="B")]
	assert choose_offer(rows, ("Customer", "A")).name == "A"
	assert choose_offer(rows, ("Customer", "C")).name == "B"
	assert choose_offer(rows, (None, None)).name == "B"
	assert choose_offer([], ("Customer", "A")) is None
