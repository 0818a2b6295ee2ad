"""Months: the one home of their arithmetic. Partners write '2024-01', our tables hold the first day; both become a number here.

What is gathered of months, and what it is called, are the periods of `safeground.engine.measures`.
"""

from __future__ import annotations

import calendar
import datetime


def month_number(month: str | datetime.date) -> int:
    """Months since the year 0: of '2024-01', of any day of it, and of '2024-01-31', which is read as far as its month."""
    year, of_year = (int(month[:4]), int(month[5:7])) if isinstance(month, str) else (month.year, month.month)
    return year * 12 + of_year - 1


def month_label(number: int) -> str:
    """'2024-01', of a month's number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_start(number: int) -> datetime.date:
    """The first day of the month of a number."""
    return datetime.date(number // 12, number % 12 + 1, 1)


def months_after(first: str | datetime.date, second: str | datetime.date) -> int:
    """How many months `second` comes after `first`; negative where it comes before."""
    return month_number(second) - month_number(first)


def shift_month(month: str, by: int) -> str:
    """The month so many after, or before where `by` is negative."""
    return month_label(month_number(month) + by)


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Every month from the first to the last, both included; none where the last comes before."""
    return tuple(map(month_label, range(month_number(first), month_number(last) + 1)))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The first day of the month that lies `months` later than the month of a day."""
    return month_start(month_number(day) + months)


def get_months(first: datetime.date, last: datetime.date) -> tuple[datetime.date, ...]:
    """The first day of every month from that of `first` to that of `last`, both included; none where the last comes before."""
    return tuple(map(month_start, range(month_number(first), month_number(last) + 1)))


def days_in_month(month: str | datetime.date) -> int:
    """28 to 31."""
    start = month_start(month_number(month))
    return calendar.monthrange(start.year, start.month)[1]


def month_end(month: str | datetime.date) -> datetime.date:
    """The last day of a month, given by its label or any of its days."""
    return month_start(month_number(month)).replace(day=days_in_month(month))
