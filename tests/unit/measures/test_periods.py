"""Periods: what they hold, what they are called, and which may be compared."""

from __future__ import annotations

import datetime

import pytest

from safeground.engine.measures import (
    Period,
    PeriodKind,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_periods,
    make_period,
)
from safeground.months import get_months


def month(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{text}-01")


def months(first: str, last: str) -> tuple[datetime.date, ...]:
    return get_months(month(first), month(last))


@pytest.mark.parametrize(
    ("kind", "holding", "label", "first", "last"),
    [
        ("month", "2025-06", "June 2025", "2025-06", "2025-06"),
        ("quarter", "2025-06", "April to June 2025", "2025-04", "2025-06"),
        ("quarter", "2025-10", "October to December 2025", "2025-10", "2025-12"),
        ("calendar_year", "2024-12", "2024", "2024-01", "2024-12"),
        ("financial_year", "2025-03", "2024/25", "2024-04", "2025-03"),
        ("financial_year", "1999-04", "1999/00", "1999-04", "2000-03"),
        ("rolling_year", "2025-06", "year ending June 2025", "2024-07", "2025-06"),
    ],
)
def test_a_period_knows_its_months_and_its_name(kind, holding, label, first, last):
    period = make_period(PeriodKind(kind), month(holding))
    assert period.label == label
    assert period.months == months(first, last)


def test_selected_months_are_named_one_by_one_unless_they_follow_each_other():
    kind = PeriodKind.SELECTED_MONTHS
    assert Period(months("2025-01", "2025-04"), kind).label == "January to April 2025"
    assert Period(months("2024-11", "2025-02"), kind).label == "November 2024 to February 2025"
    assert Period((month("2024-11"), month("2025-02")), kind).label == "November 2024 and February 2025"


def test_a_period_without_one_of_its_months_is_incomplete_and_names_it():
    year = make_period(PeriodKind.CALENDAR_YEAR, month("2024-01"))
    covered = set(months("2024-01", "2024-12"))
    assert year.is_complete(covered)
    covered.remove(month("2024-05"))
    assert year.missing_months(covered) == (month("2024-05"),)


def test_periods_run_from_the_first_month_to_the_last_and_include_the_gap():
    covered = {*months("2024-11", "2025-01"), *months("2025-08", "2025-08")}
    quarters = get_periods(PeriodKind.QUARTER, covered)
    assert [quarter.first for quarter in quarters] == [month(m) for m in ("2024-10", "2025-01", "2025-04", "2025-07")]
    assert [quarter.is_complete(covered) for quarter in quarters] == [False] * 4


def test_rolling_years_begin_with_the_first_month_covered():
    years = get_periods(PeriodKind.ROLLING_YEAR, months("2024-01", "2025-02"))
    assert [year.label for year in years] == [
        "year ending December 2024",
        "year ending January 2025",
        "year ending February 2025",
    ]


def test_two_full_years_are_compared_as_years():
    comparison = find_comparison(months("2023-07", "2025-06"))
    assert comparison is not None and comparison.is_full_year
    assert (comparison.latest.label, comparison.before.label) == ("year ending June 2025", "year ending June 2024")


def test_where_months_are_missing_only_the_months_both_years_have_are_compared():
    # The open Essex files of this project: January to April 2024 and January to June 2025.
    comparison = find_comparison({*months("2024-01", "2024-04"), *months("2025-01", "2025-06")})
    assert comparison is not None and not comparison.is_full_year
    assert (comparison.latest.label, comparison.before.label) == ("January to April 2025", "January to April 2024")


def test_years_without_a_month_in_common_are_not_compared():
    assert find_comparison({*months("2024-01", "2024-02"), *months("2025-05", "2025-06")}) is None
    assert find_comparison(()) is None


def test_the_latest_year_is_the_last_unbroken_one_and_the_latest_run_stops_at_a_gap():
    covered = {*months("2021-03", "2022-03"), *months("2025-01", "2025-06")}
    assert find_latest_year(covered).label == "year ending March 2022"
    assert find_latest_run(covered).label == "January to June 2025"
    assert find_latest_run(months("2021-03", "2022-03")).kind is PeriodKind.ROLLING_YEAR


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ((), "month", "at least one month"),
        ((datetime.date(2025, 6, 2),), "month", "first days"),
        ((month("2025-06"), month("2025-05")), "selected_months", "in order"),
        ((month("2025-05"), month("2025-06")), "month", "has 1 months"),
        (months("2025-01", "2025-06"), "rolling_year", "has 12 months"),
    ],
)
def test_months_that_make_no_period_are_refused(given, kind, message):
    with pytest.raises(ValueError, match=message):
        Period(given, PeriodKind(kind))
