"""Comparisons: an area with the rest, a force with its neighbours, and a period with the year before. Only like months; no shared events.

An area is compared with the partnership *without* it: compared with a total that holds it, a large district would meet itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from safeground.engine.measures.matrices import AreaPeriodMatrix, FloatMatrix
from safeground.engine.measures.periods import ComparablePeriods, Period, PeriodKind, find_comparison, find_latest_run
from safeground.engine.statistics import (
    PeriodComparison,
    RatioComparison,
    compare_monthly_periods,
    compare_rates,
    estimate_dispersion,
    read_together,
)
from safeground.months import add_months

EARLIER_YEARS = 3
"""How many years before the two compared may help to see how months vary. Recording changes; older years would show that instead."""


@dataclass(frozen=True, eq=False)
class AreaComparison:
    """Each area's rate over that of the rest of the areas in a period; `ratio` has shape (areas,), 1 is no difference.

    `ratio` reads all areas together: `direction` and `p_value` allow for their number (Benjamini and Hochberg), and of the areas called
    higher or lower at most one in twenty is expected to be wrong. The intervals are each area's own. `dispersion`: how many times as
    much the monthly counts vary as chance alone, which the intervals allow for, estimated on `degrees_of_freedom`.
    """

    areas: tuple[str, ...]
    period: Period
    ratio: RatioComparison
    dispersion: float
    degrees_of_freedom: int


@dataclass(frozen=True, eq=False)
class ForceComparison:
    """One force's rate over each neighbour's, in the latest months that all have landed; `ratio` has shape (neighbours,).

    Its neighbours are read together as in `AreaComparison`.
    """

    force: str
    neighbours: tuple[str, ...]
    period: Period
    ratio: RatioComparison
    dispersion: float
    degrees_of_freedom: int


@dataclass(frozen=True, eq=False)
class YearOnYear:
    """The latest twelve months over the twelve before, or only the months both have; `change` has shape (areas,), 1 is no change."""

    areas: tuple[str, ...]
    periods: ComparablePeriods
    change: PeriodComparison


def compare_with_rest(monthly: AreaPeriodMatrix, denominators: Sequence[float], period: Period) -> AreaComparison:
    """Compare each area with all others together.

    monthly: monthly counts of areas that do not overlap. denominators: people (or events) of each area over the period, shape (areas,).
    ValueError where the two do not fit. A missing month in any area leaves every comparison without a number.
    """
    people = np.asarray(denominators, dtype=float)
    if people.shape != (len(monthly.areas),):
        raise ValueError(f"there are {len(monthly.areas)} areas but {people.size} denominators; give one for each area")
    counts = monthly.gather([period]).values[:, 0]
    dispersion, freedom = _pool_dispersion(monthly, period)
    ratio = compare_rates(
        counts,
        people,
        counts.sum() - counts,
        people.sum() - people,
        dispersion=dispersion,
        degrees_of_freedom=freedom,
    )
    return AreaComparison(monthly.areas, period, read_together([ratio])[0], dispersion, freedom)


def compare_forces(
    monthly: AreaPeriodMatrix, denominators: Sequence[float], *, force: str, period: Period | None = None
) -> ForceComparison | None:
    """Compare a force with each of the others in the matrix, over the latest run of months that all have (or a period given).

    None where they have no month in common, or there is no other force.
    """
    others = tuple(area for area in monthly.areas if area != force)
    if period is None:
        months = (
            frozenset.intersection(*(monthly.covered_months(area) for area in monthly.areas)) if others else frozenset()
        )
        period = find_latest_run(months)
    if period is None or not others:
        return None
    people = dict(zip(monthly.areas, denominators, strict=True))
    counts = dict(zip(monthly.areas, monthly.gather([period]).values[:, 0], strict=True))
    dispersion, freedom = _pool_dispersion(monthly, period)
    ratio = compare_rates(
        counts[force],
        people[force],
        [counts[other] for other in others],
        [people[other] for other in others],
        dispersion=dispersion,
        degrees_of_freedom=freedom,
    )
    return ForceComparison(force, others, period, read_together([ratio])[0], dispersion, freedom)


def read_changes_together(changes: Mapping[str, YearOnYear]) -> dict[str, YearOnYear]:
    """Changes of many types (or areas) on one page, read as one family: their directions and p-values allow for their number.

    Read each family once. For a single headline change use it as it came.
    """
    together = read_together([year.change for year in changes.values()])
    return {name: replace(year, change=change) for (name, year), change in zip(changes.items(), together, strict=True)}


def compare_with_year_before(monthly: AreaPeriodMatrix, *, confidence: float = 0.95) -> YearOnYear | None:
    """Each area's latest twelve months over the twelve before, day for day, with an interval that allows for how its months vary.

    Where either year lacks a month, only the calendar months that both have are compared. None where there are none. ValueError where the
    areas do not have the same months: take the areas of one force at a time.
    """
    covered = {monthly.covered_months(area) for area in monthly.areas}
    if len(covered) > 1:
        raise ValueError("these areas have landed different months; compare the areas of one force at a time")
    months = covered.pop() if covered else frozenset()
    periods = find_comparison(months)
    if periods is None:
        return None
    years = [_shift(periods.latest, -years) for years in range(EARLIER_YEARS + 2)]
    latest, before, *earlier = [_months_of(monthly, year) for year in years]
    days_latest, days_before, *days_earlier = [np.array(year.days) for year in years]
    known = [place for place in reversed(range(EARLIER_YEARS)) if not np.isnan(earlier[place]).any()]
    change = compare_monthly_periods(
        before,
        latest,
        earlier=np.stack([earlier[place] for place in known], axis=-2) if known else None,
        days_before=days_before,
        days_after=days_latest,
        days_earlier=np.stack([days_earlier[place] for place in known]) if known else 1.0,
        confidence=confidence,
    )
    return YearOnYear(monthly.areas, periods, change)


def _pool_dispersion(monthly: AreaPeriodMatrix, period: Period) -> tuple[float, int]:
    """How many times as much as chance alone the areas' months vary, around each area's level and a season shared by all, 1 or more;
    and its degrees of freedom.

    One number for all areas: twelve months of one area say too little. The areas stand where `estimate_dispersion` has years: each
    has its own level. NaN where too few months are known to tell.
    """
    counts = _months_of(monthly, period)
    found = estimate_dispersion(counts[~np.isnan(counts).any(axis=1)])
    return float(np.maximum(found.value, 1.0)), int(found.degrees_of_freedom)


def _months_of(monthly: AreaPeriodMatrix, period: Period) -> FloatMatrix:
    """Counts of each month of a period, shape (areas, months); NaN for a month that is not there."""
    return monthly.gather([Period((month,), PeriodKind.MONTH) for month in period.months]).values


def _shift(period: Period, years: int) -> Period:
    return Period(tuple(add_months(month, 12 * years) for month in period.months), period.kind)
