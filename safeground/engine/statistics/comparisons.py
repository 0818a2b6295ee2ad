"""Two rates or two shares set side by side, and what their interval allows to be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics import intervals, significance
from safeground.engine.statistics.inputs import (
    FloatArray,
    TextArray,
    align,
    as_counts,
    as_given,
    check_confidence,
    check_parts,
    name_by_code,
)
from safeground.engine.statistics.results import Estimate, read_direction


@dataclass(frozen=True, eq=False)
class Comparison(Estimate):
    """A difference or a ratio with its interval.

    `direction` is 'higher' or 'lower' only where the whole interval lies on that side of no difference, else 'cannot tell'; a missing
    comparison is 'cannot tell' too. `p_value` is two-sided (see `significance`).
    """

    p_value: FloatArray
    direction: TextArray


@dataclass(frozen=True, eq=False)
class RatioComparison(Comparison):
    """The first rate as a multiple of the second; 1 is no difference."""


_RATE_METHODS = (
    "exact conditional binomial (Clopper-Pearson)",
    "quasi-score conditional binomial",
    "not available: a count is missing",
    "not available: there is no population",
    "not available: there are no events on either side",
    "quasi-score conditional binomial (t)",
    "not available: too few months to see how events cluster",
)


def compare_rates(
    count_a: ArrayLike,
    population_a: ArrayLike,
    count_b: ArrayLike,
    population_b: ArrayLike,
    *,
    dispersion: ArrayLike | None = None,
    degrees_of_freedom: ArrayLike | None = None,
    confidence: float = 0.95,
) -> RatioComparison:
    """Ratio of rate a to rate b, from how their events divide between them.

    All four broadcast. With the total fixed, the events of a are binomial, whose exact limits turn into limits of the ratio: at
    least `confidence` of such intervals hold the truth, at any count. No events in b gives a ratio of infinity with a finite lower limit.
    dispersion: variance of the counts over their mean, 1 or more, as `estimate_dispersion` gives; with it the interval is a
    quasi-score interval, wider by about its root. Without it events are taken to be independent, which for crimes claims too much.
    degrees_of_freedom: those of the estimated dispersion, above 0; a t quantile then pays for its having been estimated. Without them
    the dispersion is taken as known.

    NaN, populations of 0 and no events at all give NaN, and `method` says which. ValueError: negative numbers, a dispersion below 1,
    degrees of freedom without one.
    The two must share no events: compare an area with the rest, not with a total that holds it.

    Source: Przyborowski and Wilenski (1940) Biometrika 31:313; Clopper and Pearson (1934); McCullagh and Nelder (1989), chapter 9.

    >>> harlow = compare_rates(310, 93_300, 5_100, 1_760_000)
    >>> print(f"{harlow.value:.2f} ({harlow.lower:.2f} to {harlow.upper:.2f}), p {harlow.p_value:.3f}: {harlow.direction}")
    1.15 (1.02 to 1.29), p 0.023: higher
    >>> print(compare_rates(310, 93_300, 5_100, 1_760_000, dispersion=3).direction)
    cannot tell
    """
    confidence = check_confidence(confidence)
    phi = as_counts(np.nan if dispersion is None else dispersion, "dispersion")
    if (phi < 1).any():
        raise ValueError("dispersion is 1 or more: events that cluster vary more than chance, never less")
    if degrees_of_freedom is not None and dispersion is None:
        raise ValueError("degrees_of_freedom belong to an estimated dispersion; give both or neither")
    # A dispersion without degrees of freedom has no evidence behind it: missing, as `estimate_dispersion` gives it.
    known_freedom = np.inf if degrees_of_freedom is None else as_counts(degrees_of_freedom, "degrees_of_freedom")
    a, people_a, b, people_b, phi, freedom = align(
        count_a=as_counts(count_a, "count_a"),
        population_a=as_counts(population_a, "population_a"),
        count_b=as_counts(count_b, "count_b"),
        population_b=as_counts(population_b, "population_b"),
        dispersion=phi,
        degrees_of_freedom=np.where(known_freedom == 0, np.nan, known_freedom),
    )
    peopled = (people_a > 0) & (people_b > 0)
    exposure_odds = np.divide(people_a, people_b, out=np.full(a.shape, np.nan), where=peopled)
    best = 0 if dispersion is None else 1 if degrees_of_freedom is None else 5
    code = np.full(a.shape, best, dtype=np.intp)
    code[a + b == 0] = 4
    code[(np.isnan(phi) & (dispersion is not None)) | np.isnan(freedom)] = 6
    code[np.isnan(a) | np.isnan(b)] = 2
    code[~peopled] = 3
    usable = code == best
    a, b = np.where(usable, a, np.nan), np.where(usable, b, np.nan)
    if dispersion is None:
        shares = intervals.clopper_pearson(a, a + b, 1 - confidence)
        p_value = significance.binomial(a, a + b, exposure_odds / (1 + exposure_odds))
    else:
        shares, p_value = quasi_score(a, b, exposure_odds, phi, freedom, 1 - confidence)
    return as_ratio(a, b, exposure_odds, shares, p_value, name_by_code(_RATE_METHODS, code), confidence)


def quasi_score(
    a: FloatArray,
    b: FloatArray,
    exposure_odds: FloatArray,
    dispersion: FloatArray,
    degrees_of_freedom: FloatArray,
    alpha: float,
) -> tuple[intervals.Limits, FloatArray]:
    """Limits of the share a of a + b, and the p-value that belongs to them, when counts vary `dispersion` times as much as chance.

    Dividing counts by the dispersion gives Wilson's interval the spread it must have; a t quantile pays for an estimated dispersion.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = exposure_odds / (1 + exposure_odds)
        t = (a - (a + b) * share) / np.sqrt(dispersion * (a + b) * share * (1 - share))
        quantile = -special.stdtrit(degrees_of_freedom, np.full(a.shape, alpha / 2))
        limits = intervals.wilson(a / dispersion, (a + b) / dispersion, quantile)
    return limits, significance.student(t, degrees_of_freedom)


def as_ratio(
    a: FloatArray,
    b: FloatArray,
    exposure_odds: FloatArray,
    shares: intervals.Limits,
    p_value: FloatArray,
    method: TextArray,
    confidence: float,
) -> RatioComparison:
    """Turn a's share of all events into a ratio of rates."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = a / b / exposure_odds
        lower, upper = (share / (1 - share) / exposure_odds for share in shares)
    return RatioComparison(
        value=as_given(np.asarray(value)),
        lower=as_given(np.asarray(lower)),
        upper=as_given(np.asarray(upper)),
        method=method,
        confidence=confidence,
        p_value=as_given(np.asarray(p_value)),
        direction=as_given(read_direction(lower, upper, 1.0)),
    )


_PROPORTION_METHODS = (
    "difference of proportions (Wald)",
    "difference of proportions (Newcombe)",
    "not available: a count or a total is missing or there is nothing to take a share of",
)


@dataclass(frozen=True, eq=False)
class DifferenceOfProportions(Comparison):
    """Share b minus share a; 0 is no difference. `z` is the pooled score statistic behind `p_value`."""

    z: FloatArray


def compare_proportions(
    count_a: ArrayLike, total_a: ArrayLike, count_b: ArrayLike, total_b: ArrayLike, *, confidence: float = 0.95
) -> DifferenceOfProportions:
    """Share b minus share a, as for 'before' and 'after', with its interval and pooled z test.

    All four broadcast; a and b share no cases. Where those with and those without number 10 or more in both, the interval is the
    textbook one (Wald); below that Newcombe's, because Wald's is too narrow there and has no width at all at none and at all.
    `direction` follows the interval; in rare close calls `p_value` (pooled) is on the other side of the line.

    NaN and empty totals give NaN. ValueError: negative numbers, a count above its total, shapes that do not fit.

    Source: Newcombe (1998), methods 1 and 10.

    >>> trust = compare_proportions(180, 400, 228, 400)
    >>> print(f"{trust.value:.2f} ({trust.lower:.4f} to {trust.upper:.4f}), z {trust.z:.4f}, p {trust.p_value:.4f}")
    0.12 (0.0512 to 0.1888), z 3.3948, p 0.0007
    """
    confidence = check_confidence(confidence)
    a, all_a, b, all_b = align(
        count_a=as_counts(count_a, "count_a"),
        total_a=as_counts(total_a, "total_a"),
        count_b=as_counts(count_b, "count_b"),
        total_b=as_counts(total_b, "total_b"),
    )
    check_parts(a, all_a, "count_a", "total_a")
    check_parts(b, all_b, "count_b", "total_b")
    quantile = intervals.normal_quantile(1 - confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share_a, share_b, pooled = a / all_a, b / all_b, (a + b) / (all_a + all_b)
        difference = share_b - share_a
        half_width = quantile * np.sqrt(share_a * (1 - share_a) / all_a + share_b * (1 - share_b) / all_b)
        z = difference / np.sqrt(pooled * (1 - pooled) * (1 / all_a + 1 / all_b))
    # All or none in both groups: the shares are equal and the test statistic is 0 / 0.
    z = np.where((difference == 0) & np.isnan(z), 0.0, z)
    careful = intervals.newcombe(
        share_b, intervals.wilson(b, all_b, quantile), share_a, intervals.wilson(a, all_a, quantile)
    )
    small = np.minimum(np.minimum(a, all_a - a), np.minimum(b, all_b - b)) < intervals.BYAR_FROM
    lower = np.where(small, careful[0], difference - half_width)
    upper = np.where(small, careful[1], difference + half_width)
    code = np.asarray(small, dtype=np.intp)
    code[np.isnan(difference)] = 2
    return DifferenceOfProportions(
        value=as_given(np.asarray(difference)),
        lower=as_given(lower),
        upper=as_given(upper),
        method=name_by_code(_PROPORTION_METHODS, code),
        confidence=confidence,
        p_value=as_given(np.asarray(significance.normal(z))),
        direction=as_given(read_direction(lower, upper, 0.0)),
        z=as_given(z),
    )
