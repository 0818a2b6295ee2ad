"""The county's calendar: months as `2024-01`, as police.uk writes them."""

from __future__ import annotations

from safeground.months import months_after, shift_month


def month_range(last: str, count: int) -> tuple[str, ...]:
    """The `count` months that end with `last`, the earliest first."""
    return tuple(shift_month(last, by) for by in range(1 - count, 1))


def month_of_year(month: str) -> int:
    """1 to 12."""
    return int(month[5:])


def years_from(start: str, month: str) -> float:
    """Years between two months, negative before."""
    return months_after(start, month) / 12
