"""Months in a row: which are missing, and which have far fewer rows than those beside them."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from safeground.months import month_label, month_number

NEIGHBOURS = 6
FEWEST_NEIGHBOURS = 3
FURTHEST = 18
"""Months. Beyond that recording has changed too much for a comparison."""
HALF = 0.5
FEWEST_ROWS = 40
"""Below that median, half of it happens by chance: P(Poisson(40) <= 20) is 0.0004, and a county has some hundred months."""


@dataclass(frozen=True)
class ThinMonth:
    """A month with fewer rows than half of what its neighbours lead to expect."""

    month: str
    rows: int
    expected: int
    """The median of the neighbours."""
    neighbours: int


def month_name(period: str) -> str:
    """'January 2024'; a period that is no month as it is."""
    if len(period) == 7 and period[4] == "-":
        return f"{calendar.month_name[int(period[5:])]} {period[:4]}"
    return period


def find_missing(rows: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Gaps between months that are there, as their first and last month."""
    there = sorted(month_number(month) for month in rows)
    for before, after in pairwise(there):
        if after - before > 1:
            yield month_label(before + 1), month_label(after - 1)


def find_half_empty(rows: Mapping[str, int]) -> Iterator[ThinMonth]:
    """Months with less than half the median of the nearest months landed (up to six, at least three).

    The median bears one or two thin neighbours. The nearest months, not the same month of other years: recording changes more from
    one era to the next (a fifth and more in real files) than the seasons do (a third between February and July).
    """
    numbers = {month_number(month): count for month, count in rows.items()}
    for month, count in sorted(numbers.items()):
        others = sorted((abs(other - month), other) for other in numbers if other != month)
        near = [numbers[other] for distance, other in others[:NEIGHBOURS] if distance <= FURTHEST]
        if len(near) >= FEWEST_NEIGHBOURS and median(near) >= FEWEST_ROWS and count < HALF * median(near):
            yield ThinMonth(month_label(month), count, round(median(near)), len(near))
