"""Numbers as a reader sees them: as exact as their interval and no more."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeground.engine.disclosure import DisclosureRule, State, protect
from safeground.engine.documents import (
    choose_common_decimals,
    choose_decimals,
    format_bounds,
    format_estimate,
    format_interval,
    format_number,
    format_value,
)

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")


def estimate(value, lower=None, upper=None, unit="per 1,000 residents", **options):
    return protect(value, unit=unit, rule=OPEN, lower=lower, upper=upper, confidence=0.95, **options)


@pytest.mark.parametrize(
    ("value", "lower", "upper", "words", "interval"),
    [
        (13.0512, 12.1003, 14.0249, "13.1 per 1,000 residents", "95% interval 12.1 to 14.0"),
        (13.0512, 12.9803, 13.1249, "13.05 per 1,000 residents", "95% interval 12.98 to 13.12"),
        (130.512, 120.2, 141.9, "131 per 1,000 residents", "95% interval 120 to 142"),
        (-3.8, -5.4, -2.2, "−3.8 per 1,000 residents", "95% interval −5.4 to −2.2"),
        (0.0, 0.0, 3.69, "0.0 per 1,000 residents", "95% interval 0.0 to 3.7"),
    ],
)
def test_the_interval_decides_the_decimals(value, lower, upper, words, interval):
    number = estimate(value, lower, upper)
    assert (format_estimate(number), format_interval(number)) == (words, interval)


def test_a_count_is_whole_with_separators():
    number = estimate(14310, 14074.6, 14545.4, unit="offences", count=14310)
    assert (format_estimate(number), format_bounds(number)) == ("14,310 offences", "14,075 to 14,545")


def test_per_cent_stands_on_the_number():
    number = estimate(24.31, 23.2, 25.4, unit="% of offences")
    assert (format_estimate(number), format_bounds(number)) == ("24.3% of offences", "23.2% to 25.4%")


@pytest.mark.parametrize("state", [State.SUPPRESSED, State.INCOMPLETE, State.NOT_AVAILABLE])
def test_what_is_not_published_is_written_as_its_state(state):
    number = estimate(None, state=state, reason="because")
    assert (format_value(number), format_estimate(number), format_interval(number)) == (str(state), str(state), "")


def test_a_number_that_rounds_to_nought_has_no_sign():
    assert format_number(-0.04, decimals=1) == "0.0"
    assert format_number(-0.06, decimals=1) == "−0.1"


def test_without_an_interval_whole_numbers_stay_whole():
    assert (choose_decimals(1234.0), choose_decimals(123.4), choose_decimals(1.234), choose_decimals(0.01234)) == (
        0,
        0,
        1,
        3,
    )


def test_a_column_writes_its_numbers_alike():
    column = [
        estimate(13.05, 12.1, 14.0),
        estimate(9.0, 8.2, 9.9),
        estimate(200.0, 180, 220),
        estimate(None, state=State.SUPPRESSED, reason="r"),
    ]
    assert choose_common_decimals(column) == 1
    assert choose_common_decimals(column[3:]) is None


@given(st.floats(0.001, 1e6), st.floats(0.0001, 1e4))
def test_rounding_never_hides_that_there_is_an_interval(value, half):
    decimals = choose_decimals(value, value - half, value + half)
    if half >= 0.002:
        assert format_number(value - half, decimals=decimals) != format_number(value + half, decimals=decimals)
    assert 0 <= decimals <= 3 and math.isfinite(value)
