"""Numbers are written with the digits their interval carries, and never as a number where there is none."""

import pytest

from safeground.engine.disclosure import DisclosureRule, State, protect
from safeground.engine.documents import (
    choose_common_decimals,
    choose_decimals,
    format_estimate,
    format_interval,
    format_number,
    format_value,
)

OPEN = DisclosureRule("open", "Open data", threshold=0, rounding=1, owner="publisher", source="licence")


@pytest.mark.parametrize(
    ("value", "lower", "upper", "decimals"),
    [(12.34, 12.1, 12.6, 1), (12.34, 7.1, 17.6, 0), (0.034, 0.03, 0.04, 3), (1320, 1250, 1390, 0), (7, None, None, 0)],
)
def test_digits_follow_the_interval(value, lower, upper, decimals):
    assert choose_decimals(value, lower, upper) == decimals


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1234.6, 0, "1,235"), (-0.04, 1, "0.0"), (-12.34, 1, "−12.3"), (1e6, 0, "1,000,000")],
)
def test_numbers_have_separators_and_a_true_minus(value, decimals, text):
    assert format_number(value, decimals=decimals) == text


def test_an_estimate_is_written_with_unit_and_interval():
    estimate = protect(12.34, unit="per 1,000 residents", rule=OPEN, count=500, lower=12.1, upper=12.6, confidence=0.95)
    assert format_estimate(estimate) == "12.3 per 1,000 residents"
    assert format_interval(estimate) == "95% interval 12.1 to 12.6"


def test_no_number_is_written_for_what_is_not_published():
    estimate = protect(None, unit="offences", rule=OPEN, state=State.INCOMPLETE, reason="March is missing")
    assert format_value(estimate) == "incomplete"
    assert format_estimate(estimate) == "incomplete"
    assert format_interval(estimate) == ""


def test_a_ratio_keeps_the_side_of_one_that_its_bounds_lie_on():
    higher = protect(1.12, unit="times", rule=OPEN, count=500, lower=1.01, upper=1.25, confidence=0.95)
    wide = protect(3.4, unit="times", rule=OPEN, count=500, lower=2.5, upper=4.6, confidence=0.95)
    hardly = protect(1.3, unit="times", rule=OPEN, count=500, lower=0.997, upper=1.73, confidence=0.95)
    assert format_interval(higher) == "95% interval 1.01 to 1.25"
    assert format_interval(wide) == "95% interval 2.5 to 4.6"
    assert format_interval(hardly) == "95% interval 1.00 to 1.73"  # more digits than two are not worth reading
    assert choose_common_decimals([wide, wide, higher]) == 2


def test_a_ratio_near_one_is_told_as_finely_as_words_tell_it_in_percent():
    higher = protect(1.31, unit="times", rule=OPEN, count=500, lower=1.12, upper=1.53, confidence=0.95)
    assert f"{format_estimate(higher)}, {format_interval(higher)}" == "1.31 times, 95% interval 1.12 to 1.53"
    lower = protect(0.548, unit="times", rule=OPEN, count=500, lower=0.38, upper=0.79, confidence=0.95)
    assert f"{format_estimate(lower)}, {format_interval(lower)}" == "0.55 times, 95% interval 0.38 to 0.79"
