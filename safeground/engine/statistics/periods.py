"""One period against an equal one before it: risen, fallen, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.comparisons import RatioComparison, as_ratio, compare_rates, quasi_score
from safeground.engine.statistics.inputs import (
    FloatArray,
    IntArray,
    as_counts,
    as_given,
    as_numbers,
    check_confidence,
    name_by_code,
)


def compare_periods(count_before: ArrayLike, count_after: ArrayLike, *, confidence: float = 0.95) -> RatioComparison:
    """Ratio of the later count to the earlier one, for two periods of equal length, from the exact conditional binomial.

    The counts broadcast. Events are taken to be independent. Offences are not (quarrels, series, operations), so this claims too
    much for police counts: use it for rare, separate events such as homicides, and `compare_monthly_periods` for the rest.
    NaN, and no events in either period, give NaN. ValueError: negative numbers.

    >>> homicides = compare_periods(16, 21)
    >>> print(f"{homicides.value:.2f} ({homicides.lower:.2f} to {homicides.upper:.2f}): {homicides.direction}")
    1.31 (0.65 to 2.69): cannot tell
    """
    return compare_rates(count_after, 1, count_before, 1, confidence=confidence)


_ROUNDS: Final = 4


@dataclass(frozen=True, eq=False)
class Dispersion:
    """How many times as much counts vary as chance alone would make them; `value` can be below 1, and is NaN without evidence."""

    value: FloatArray
    degrees_of_freedom: IntArray


def estimate_dispersion(counts: ArrayLike, days: ArrayLike = 1.0) -> Dispersion:
    """Dispersion of monthly counts around a model in which each year has its level and each calendar month its season.

    counts: shape (..., years, months), at least two of each. days: of each month, or any other exposure above 0; broadcasts with
    counts. It matters only where a February has 29 in one year: else the season takes up the lengths of months. It is Pearson's
    chi-squared over its degrees of freedom, (years - 1)(months - 1), so that neither season nor a change between years counts as
    clustering. A calendar month missing (NaN) in one year is left out of all; one without any event has nothing to say. ValueError:
    negative numbers, too few axes, days that do not fit.

    It sees clustering within a month. A wave that lasts several months is only partly seen; a common shock of a whole year not at all.

    Source: McCullagh and Nelder (1989) Generalized linear models, section 4.5.

    >>> print(estimate_dispersion([[310, 295, 340, 330], [322, 340, 300, 371]]).value.round(2))
    2.34
    """
    array = as_counts(counts, "counts")
    if array.ndim < 2:
        raise ValueError("counts need an axis of years and a last axis of months")
    exposure = _check_days(days, array.shape, "days")
    used = ~np.isnan(array).any(axis=-2, keepdims=True)
    known = np.where(used, array, 0.0)
    of_month = known.sum(axis=-2, keepdims=True)
    of_year = known.sum(axis=-1, keepdims=True)
    expected = _fit_margins(np.where(used, exposure, 0.0), of_year, of_month)
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_squared = np.where(expected > 0, (known - expected) ** 2 / expected, 0.0).sum(axis=(-2, -1))
    years = (of_year[..., 0] > 0).sum(axis=-1)
    months = (of_month[..., 0, :] > 0).sum(axis=-1)
    freedom = np.maximum(years - 1, 0) * np.maximum(months - 1, 0)
    value = np.divide(chi_squared, freedom, out=np.full(chi_squared.shape, np.nan), where=freedom > 0)
    return Dispersion(as_given(value), as_given(freedom))


def _fit_margins(exposure: FloatArray, of_year: FloatArray, of_month: FloatArray) -> FloatArray:
    """Expected counts: exposure times a level for each year and a season for each month, with the margins observed.

    This is the Poisson maximum likelihood fit, by iterative proportional fitting (Deming and Stephan 1940). Equal exposures are done
    after one round; days differ so little from year to year that each further round gains four digits or more.
    """
    expected = exposure
    for _ in range(_ROUNDS):
        for margin, axis in ((of_month, -2), (of_year, -1)):
            total = expected.sum(axis=axis, keepdims=True)
            expected = expected * np.divide(margin, total, out=np.zeros(total.shape), where=total > 0)
    return expected


def _check_days(days: ArrayLike, shape: tuple[int, ...], name: str) -> FloatArray:
    """Days above 0 in the shape of their counts; a missing or an empty month is missing in the counts, not in the calendar."""
    given = as_numbers(days, name)
    if not (given > 0).all():
        raise ValueError(
            f"{name} are above 0 in every month, from 28 to 31; mark a missing month in the counts instead"
        )
    try:
        return np.broadcast_to(given, shape)
    except ValueError as error:
        raise ValueError(
            f"{name} have shape {given.shape} and the counts {shape}; give one number for each month"
        ) from error


@dataclass(frozen=True, eq=False)
class PeriodComparison(RatioComparison):
    """The later period as a multiple of the earlier, day for day where days were given.

    `count_before`, `count_after` and the days hold only the `months` known in both periods. Where the days differ, the ratio is not
    that of the counts: 121 days of a leap year are one more than 120. Without days every month counts as 1.
    """

    count_before: FloatArray
    count_after: FloatArray
    days_before: FloatArray
    days_after: FloatArray
    months: IntArray
    dispersion: FloatArray
    """What was allowed for: never below 1."""


_METHODS = (
    "quasi-score conditional binomial, dispersion from months",
    "not available: no month is known in both periods",
    "not available: there are no events in either period",
    "value only: too few months to see how events cluster",
)


def compare_monthly_periods(
    before: ArrayLike,
    after: ArrayLike,
    *,
    earlier: ArrayLike | None = None,
    days_before: ArrayLike = 1.0,
    days_after: ArrayLike = 1.0,
    days_earlier: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> PeriodComparison:
    """Ratio of the later period's events to the earlier's, day for day, allowing for the clustering that the months show.

    before, after: monthly counts, shape (..., months), the same calendar months in the same order. earlier: shape (..., years, months),
    years before those two, that only help to see how much months vary: with two years of 12 months there are 11 degrees of
    freedom, with three 22, and the interval narrows. days_before, days_after, days_earlier: the days of these months, which broadcast
    to their counts; without them a month is a month, and a leap year's February looks like a fall a year later. A month missing (NaN)
    in one of the two periods is left out of both. Dispersion below 1 counts as 1, and a t quantile pays for its having been estimated,
    so for independent events the interval is a little too wide.

    No common month, no events, or too few months to see clustering give a NaN interval and 'cannot tell'. ValueError: negative
    numbers, shapes that do not fit, days of some periods only. For the limits of what months can show see `estimate_dispersion`. A
    change in recording is not a change in violence: no interval knows the difference.

    >>> before = [520, 498, 541, 560, 570, 602, 610, 588, 545, 530, 500, 512]
    >>> after = [560, 500, 590, 555, 640, 630, 655, 570, 600, 520, 560, 515]
    >>> year = compare_monthly_periods(before, after)
    >>> print(f"{year.value:.3f} ({year.lower:.3f} to {year.upper:.3f}): {year.direction}")
    1.049 (1.009 to 1.089): higher
    >>> print(compare_monthly_periods([290], [280], days_before=[29], days_after=[28]).value)
    1.0
    """
    confidence = check_confidence(confidence)
    first, second = as_counts(before, "before"), as_counts(after, "after")
    if first.ndim == 0 or first.shape[-1:] != second.shape[-1:]:
        raise ValueError(
            "before and after need the same calendar months along their last axis; give a missing one as NaN"
        )
    first, second = np.broadcast_arrays(first, second)
    given = [days_before, days_after] if earlier is None else [days_before, days_after, days_earlier]
    if 0 < sum(np.ndim(days) > 0 for days in given) < len(given):
        raise ValueError("days are given for some periods only; give those of before, after and earlier, or none")
    days_first = _check_days(days_before, first.shape, "days_before")
    days_second = _check_days(days_after, first.shape, "days_after")
    common = ~np.isnan(first) & ~np.isnan(second)
    count_before, count_after, total_before, total_after = (
        np.where(common, numbers, 0.0).sum(axis=-1) for numbers in (first, second, days_first, days_second)
    )
    years, days = _stack_years(first, second, earlier), np.stack([days_first, days_second], axis=-2)
    if earlier is not None:
        others = _check_days(days_earlier, (*years.shape[:-2], years.shape[-2] - 2, years.shape[-1]), "days_earlier")
        days = np.concatenate([others, days], axis=-2)
    dispersion = estimate_dispersion(years, days)
    phi = np.maximum(np.asarray(dispersion.value), 1.0)
    freedom = np.asarray(dispersion.degrees_of_freedom, dtype=np.float64)
    months = common.sum(axis=-1)
    code = np.zeros(months.shape, dtype=np.intp)
    code[np.isnan(phi)] = 3
    code[count_before + count_after == 0] = 2
    code[months == 0] = 1
    shown = (code == 0) | (code == 3)
    a, b = np.where(shown, count_after, np.nan), np.where(shown, count_before, np.nan)
    odds = np.divide(total_after, total_before, out=np.ones(a.shape), where=months > 0)
    shares, p_value = quasi_score(a, b, odds, phi, freedom, 1 - confidence)
    ratio = as_ratio(a, b, odds, shares, p_value, name_by_code(_METHODS, code), confidence)
    return PeriodComparison(
        value=ratio.value,
        lower=ratio.lower,
        upper=ratio.upper,
        method=ratio.method,
        confidence=confidence,
        p_value=ratio.p_value,
        direction=ratio.direction,
        count_before=as_given(np.asarray(count_before)),
        count_after=as_given(np.asarray(count_after)),
        days_before=as_given(np.asarray(total_before)),
        days_after=as_given(np.asarray(total_after)),
        months=as_given(np.asarray(months)),
        dispersion=as_given(phi),
    )


def _stack_years(first: FloatArray, second: FloatArray, earlier: ArrayLike | None) -> FloatArray:
    """(..., years, months): the two periods, after the earlier years where there are any."""
    pair = np.stack([first, second], axis=-2)
    if earlier is None:
        return pair
    years = as_counts(earlier, "earlier")
    if years.ndim < 2 or years.shape[-1] != pair.shape[-1] or years.shape[:-2] != pair.shape[:-2]:
        raise ValueError(
            f"earlier has shape {years.shape}; give years by the same {pair.shape[-1]} months as before and after"
        )
    return np.concatenate([years, pair], axis=-2)
