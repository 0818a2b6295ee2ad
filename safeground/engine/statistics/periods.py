"""One period against an equal one before it: risen, fallen, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.comparisons import RatioComparison, as_ratio, compare_rates, quasi_score
from safeground.engine.statistics.inputs import (
    FloatArray,
    IntArray,
    as_counts,
    as_given,
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


@dataclass(frozen=True, eq=False)
class Dispersion:
    """How many times as much counts vary as chance alone would make them; `value` can be below 1, and is NaN without evidence."""

    value: FloatArray
    degrees_of_freedom: IntArray


def estimate_dispersion(counts: ArrayLike) -> Dispersion:
    """Dispersion of monthly counts around a model in which each year has its level and each calendar month its season.

    counts: shape (..., years, months), at least two of each. It is Pearson's chi-squared over its degrees of freedom,
    (years - 1)(months - 1), so that neither season nor a change between years counts as clustering. A calendar month missing
    (NaN) in one year is left out of all; one without any event has nothing to say. ValueError: negative numbers, too few axes.

    It sees clustering within a month. A wave that lasts several months is only partly seen; a common shock of a whole year not at all.

    Source: McCullagh and Nelder (1989) Generalized linear models, section 4.5.

    >>> print(estimate_dispersion([[310, 295, 340, 330], [322, 340, 300, 371]]).value.round(2))
    2.34
    """
    array = as_counts(counts, "counts")
    if array.ndim < 2:
        raise ValueError("counts need an axis of years and a last axis of months")
    used = ~np.isnan(array).any(axis=-2, keepdims=True)
    known = np.where(used, array, 0.0)
    of_month = known.sum(axis=-2, keepdims=True)
    of_year = known.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = of_month * of_year / known.sum(axis=(-2, -1), keepdims=True)
        chi_squared = np.where(expected > 0, (known - expected) ** 2 / expected, 0.0).sum(axis=(-2, -1))
    years = (of_year[..., 0] > 0).sum(axis=-1)
    months = (of_month[..., 0, :] > 0).sum(axis=-1)
    freedom = np.maximum(years - 1, 0) * np.maximum(months - 1, 0)
    value = np.divide(chi_squared, freedom, out=np.full(chi_squared.shape, np.nan), where=freedom > 0)
    return Dispersion(as_given(value), as_given(freedom))


@dataclass(frozen=True, eq=False)
class PeriodComparison(RatioComparison):
    """The later period as a multiple of the earlier. `count_before` and `count_after` hold only the `months` known in both periods."""

    count_before: FloatArray
    count_after: FloatArray
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
    before: ArrayLike, after: ArrayLike, *, earlier: ArrayLike | None = None, confidence: float = 0.95
) -> PeriodComparison:
    """Ratio of the later period's events to the earlier's, allowing for the clustering that the months show.

    before, after: monthly counts, shape (..., months), the same calendar months in the same order. earlier: shape (..., years, months),
    years before those two, that only help to see how much months vary: with two years of 12 months there are 11 degrees of
    freedom, with three 22, and the interval narrows. A month missing (NaN) in one of the two periods is left out of both. Dispersion
    below 1 counts as 1, and a t quantile pays for its having been estimated, so for independent events the interval is a little too wide.

    No common month, no events, or too few months to see clustering give a NaN interval and 'cannot tell'. ValueError: negative
    numbers, shapes that do not fit. For the limits of what months can show see `estimate_dispersion`. A change in recording is not a
    change in violence: no interval knows the difference.

    >>> before = [520, 498, 541, 560, 570, 602, 610, 588, 545, 530, 500, 512]
    >>> after = [560, 500, 590, 555, 640, 630, 655, 570, 600, 520, 560, 515]
    >>> year = compare_monthly_periods(before, after)
    >>> print(f"{year.value:.3f} ({year.lower:.3f} to {year.upper:.3f}): {year.direction}")
    1.049 (1.009 to 1.089): higher
    """
    confidence = check_confidence(confidence)
    first, second = as_counts(before, "before"), as_counts(after, "after")
    if first.ndim == 0 or first.shape[-1:] != second.shape[-1:]:
        raise ValueError(
            "before and after need the same calendar months along their last axis; give a missing one as NaN"
        )
    first, second = np.broadcast_arrays(first, second)
    common = ~np.isnan(first) & ~np.isnan(second)
    count_before = np.where(common, first, 0.0).sum(axis=-1)
    count_after = np.where(common, second, 0.0).sum(axis=-1)
    dispersion = estimate_dispersion(_stack_years(first, second, earlier))
    phi = np.maximum(np.asarray(dispersion.value), 1.0)
    freedom = np.asarray(dispersion.degrees_of_freedom, dtype=np.float64)
    months = common.sum(axis=-1)
    code = np.zeros(months.shape, dtype=np.intp)
    code[np.isnan(phi)] = 3
    code[count_before + count_after == 0] = 2
    code[months == 0] = 1
    shown = (code == 0) | (code == 3)
    a, b = np.where(shown, count_after, np.nan), np.where(shown, count_before, np.nan)
    shares, p_value = quasi_score(a, b, np.ones(a.shape), phi, freedom, 1 - confidence)
    ratio = as_ratio(a, b, np.ones(a.shape), shares, p_value, name_by_code(_METHODS, code), confidence)
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
