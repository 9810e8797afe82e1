"""What counts as a number and as markup, without a site."""

import pytest

from presales_mgmt.rules.validation import has_markup, parse_number


@pytest.mark.parametrize(
	("value", "number"),
	[(1, 1), (1.5, 1.5), ("1", 1), (" 1,200,000.50 ", 1200000.5), ("-3", -3), ("1e3", 1000)],
)
def test_numbers(value, number):
	assert parse_number(value) == number


@pytest.mark.parametrize(
	"value", ["abc", "", "12 000", "1.2.3", None, [], {}, True, "inf", "nan", float("nan"), float("inf")]
)
def test_what_is_no_number(value):
	assert parse_number(value) is None


@pytest.mark.parametrize(
	"text",
	[
		"<b>bold</b>",
		"a <script>alert(1)</script>",
		"<img src=x onerror=alert(1)>",
		"</p>",
		"<!-- hidden -->",
		"< script >",
		"<svg/onload=alert(1)>",
		"<svg/onload=a@b>",
		"<img src=x@y onerror=alert(1)>",
	],
)
def test_markup_is_found(text):
	assert has_markup(text)


@pytest.mark.parametrize(
	"text",
	[
		"",
		None,
		"a < b",
		"temperature <5 and >3",
		"x <-> y",
		"1 < 2 > 0",
		"温度 <5℃",
		"R&D",
		"Zhang Wei <zhang@city.example>",
	],
)
def test_plain_text_is_no_markup(text):
	assert not has_markup(text)
