"""Months as `2024-01`, as police.uk writes them."""

from __future__ import annotations

from calendar import monthrange


def month_range(last: str, count: int) -> tuple[str, ...]:
    """The `count` months that end with `last`, the earliest first."""
    return tuple(shift_month(last, by) for by in range(1 - count, 1))


def month_of_year(month: str) -> int:
    return int(month[5:])


def days_in(month: str) -> int:
    return monthrange(int(month[:4]), month_of_year(month))[1]


def years_from(start: str, month: str) -> float:
    """Years between two months, negative before."""
    return (_ordinal(month) - _ordinal(start)) / 12


def shift_month(month: str, by: int) -> str:
    """The month so many after, or before where `by` is negative."""
    n = _ordinal(month) + by
    return f"{n // 12}-{n % 12 + 1:02d}"


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + month_of_year(month) - 1
