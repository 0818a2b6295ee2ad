"""Periods: the months a number is told for, what the period is called, and whether all its months are there."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from safeground.months import add_months, days_in_month, get_months, month_number, month_start, months_after

DAYS_IN_A_MONTH = 365.25 / 12
"""A month of average length: rates of single months are told for it, so that a long month is not a bad month."""


class PeriodKind(StrEnum):
    """How months are gathered. The values are the words of a measure file."""

    MONTH = "month"
    QUARTER = "quarter"
    """Calendar quarters: January to March and so on."""
    CALENDAR_YEAR = "calendar_year"
    FINANCIAL_YEAR = "financial_year"
    """April to March."""
    ROLLING_YEAR = "rolling_year"
    """The twelve months that end with a month."""
    SELECTED_MONTHS = "selected_months"
    """Whichever months two years have in common: the fair comparison where a year is incomplete."""


# How many months a kind holds and the calendar month (0 = January) its first period begins with.
_SHAPE = {
    PeriodKind.MONTH: (1, 0),
    PeriodKind.QUARTER: (3, 0),
    PeriodKind.CALENDAR_YEAR: (12, 0),
    PeriodKind.FINANCIAL_YEAR: (12, 3),
}


@dataclass(frozen=True, order=True)
class Period:
    """The months of a number, each as its first day, in order, without repeats.

    Periods of one kind sort by time. ValueError: no month, a day that is not the first, months out of order, or a number of months
    that the kind does not have.
    """

    months: tuple[datetime.date, ...]
    kind: PeriodKind

    def __post_init__(self) -> None:
        if not self.months:
            raise ValueError("a period needs at least one month")
        if any(month.day != 1 for month in self.months):
            raise ValueError("a period's months are given as first days, for example 2025-06-01")
        if any(later <= earlier for earlier, later in zip(self.months, self.months[1:], strict=False)):
            raise ValueError("a period's months must be in order and without repeats")
        expected = 12 if self.kind is PeriodKind.ROLLING_YEAR else _SHAPE.get(self.kind, (len(self.months), 0))[0]
        if len(self.months) != expected:
            raise ValueError(f"a {self.kind} has {expected} months, not {len(self.months)}")

    @property
    def first(self) -> datetime.date:
        return self.months[0]

    @property
    def last(self) -> datetime.date:
        return self.months[-1]

    @property
    def days(self) -> tuple[int, ...]:
        """The days of each month."""
        return tuple(map(days_in_month, self.months))

    @property
    def label(self) -> str:
        """The period in words: 'June 2025', 'April to June 2025', '2024', '2024/25', 'year ending June 2025'."""
        first, last = self.first, self.last
        if self.kind is PeriodKind.CALENDAR_YEAR:
            return str(first.year)
        if self.kind is PeriodKind.FINANCIAL_YEAR:
            return f"{first.year}/{last.year % 100:02d}"
        if self.kind is PeriodKind.ROLLING_YEAR:
            return f"year ending {_month_name(last)}"
        if len(self.months) == 1:
            return _month_name(first)
        if months_after(first, last) == len(self.months) - 1:
            start = calendar.month_name[first.month] if first.year == last.year else _month_name(first)
            return f"{start} to {_month_name(last)}"
        *before, final = [_month_name(month) for month in self.months]
        return f"{', '.join(before)} and {final}"

    def is_complete(self, covered: Collection[datetime.date]) -> bool:
        """Whether every month of the period is among the months a partner's feed covers."""
        return not self.missing_months(covered)

    def missing_months(self, covered: Collection[datetime.date]) -> tuple[datetime.date, ...]:
        return tuple(month for month in self.months if month not in covered)

    def year_before(self) -> Period:
        """The same months a year earlier."""
        return Period(tuple(add_months(month, -12) for month in self.months), self.kind)


def make_period(kind: PeriodKind, month: datetime.date) -> Period:
    """The period of a kind that holds a month; of rolling years the one that ends with it."""
    if kind is PeriodKind.ROLLING_YEAR:
        return Period(get_months(add_months(month, -11), month), kind)
    if kind is PeriodKind.SELECTED_MONTHS:
        raise ValueError("selected months have no calendar of their own; give the months to Period")
    length, begin = _SHAPE[kind]
    start = begin + (month_number(month) - begin) // length * length
    return Period(tuple(month_start(start + step) for step in range(length)), kind)


def get_periods(kind: PeriodKind, covered: Iterable[datetime.date]) -> tuple[Period, ...]:
    """Every period of a kind from the first to the last month covered, in order, incomplete ones and gaps included.

    Of rolling years: one for each month, from the first whose twelve months begin with the first month covered.
    """
    months = sorted(covered)
    if not months:
        return ()
    first = add_months(months[0], 11) if kind is PeriodKind.ROLLING_YEAR else months[0]
    return tuple(dict.fromkeys(make_period(kind, month) for month in get_months(first, months[-1])))


@dataclass(frozen=True)
class ComparablePeriods:
    """Two periods of the same calendar months, the later compared with the earlier.

    `is_full_year`: both are complete years. Otherwise they hold only the months that both years have, and may be compared with each
    other and with nothing else.
    """

    latest: Period
    before: Period
    is_full_year: bool


def find_comparison(covered: Collection[datetime.date]) -> ComparablePeriods | None:
    """The latest twelve months with the twelve before; where a month is missing, only the months that both have.

    None where the two years have no calendar month in common.
    """
    if not covered:
        return None
    latest = make_period(PeriodKind.ROLLING_YEAR, max(covered))
    before = latest.year_before()
    if latest.is_complete(covered) and before.is_complete(covered):
        return ComparablePeriods(latest, before, is_full_year=True)
    common = tuple(month for month in latest.months if {month, add_months(month, -12)} <= set(covered))
    if not common:
        return None
    selected = Period(common, PeriodKind.SELECTED_MONTHS)
    return ComparablePeriods(selected, selected.year_before(), is_full_year=False)


def find_latest_year(covered: Collection[datetime.date]) -> Period | None:
    """The most recent twelve months in a row that are all covered; None where there are none."""
    years = (make_period(PeriodKind.ROLLING_YEAR, month) for month in sorted(covered, reverse=True))
    return next((year for year in years if year.is_complete(covered)), None)


def find_latest_run(covered: Collection[datetime.date]) -> Period | None:
    """The latest months in a row that are covered, at most twelve: a rolling year where they are twelve."""
    if not covered:
        return None
    run = [max(covered)]
    while len(run) < 12 and add_months(run[0], -1) in covered:
        run.insert(0, add_months(run[0], -1))
    return Period(tuple(run), PeriodKind.ROLLING_YEAR if len(run) == 12 else PeriodKind.SELECTED_MONTHS)


def say_months_of_senders(
    coverage: Mapping[str, Collection[datetime.date]], periods: Iterable[Period]
) -> Iterator[tuple[str, str]]:
    """Each sender with the months of these periods that it has sent, 'June 2024 to May 2025, 12 months'; none that sent none."""
    wanted = {month for period in periods for month in period.months}
    for sender, covered in coverage.items():
        months = sorted(wanted.intersection(covered))
        if len(months) == 1:
            yield sender, _month_name(months[0])
        elif months:
            yield sender, f"{_month_name(months[0])} to {_month_name(months[-1])}, {len(months)} months"


def _month_name(month: datetime.date) -> str:
    return f"{calendar.month_name[month.month]} {month.year}"
