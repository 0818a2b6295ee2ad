"""Months have one home, in which a month written, a month as its first day and its number are the same month."""

from __future__ import annotations

import calendar
import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeground.months import (
    add_months,
    days_in_month,
    get_months,
    month_end,
    month_label,
    month_number,
    month_start,
    months_after,
    months_between,
    shift_month,
)

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))


@given(DAYS, st.integers(-1_000, 1_000))
def test_months_are_counted_as_numpy_counts_them(day: datetime.date, by: int) -> None:
    month = np.datetime64(day, "M")
    label = str(month)
    assert month_label(month_number(label)) == label
    assert month_start(month_number(day)) == month.astype("datetime64[D]").item()
    assert shift_month(label, by) == str(month + by)
    assert add_months(day, by) == (month + by).astype("datetime64[D]").item()
    assert months_after(label, shift_month(label, by)) == by == months_after(day, add_months(day, by))


@given(DAYS)
def test_a_month_ends_the_day_before_the_next_begins(day: datetime.date) -> None:
    assert month_end(day) + datetime.timedelta(days=1) == add_months(day, 1)
    assert days_in_month(day) == month_end(day).day == calendar.monthrange(day.year, day.month)[1]


def test_a_range_holds_both_its_ends_and_is_empty_backwards() -> None:
    assert months_between("2023-11", "2024-02") == ("2023-11", "2023-12", "2024-01", "2024-02")
    assert months_between("2024-02", "2023-11") == ()
    first, last = datetime.date(2023, 12, 31), datetime.date(2024, 1, 1)
    assert get_months(first, last) == (datetime.date(2023, 12, 1), last)
    assert get_months(last, first) == ()


def test_a_text_that_is_no_month_is_no_number() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        month_number("June 2024")
    assert (days_in_month("2024-02"), days_in_month("2023-02")) == (29, 28)
