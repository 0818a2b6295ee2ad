"""How a rate changes along a ranking of areas, such as tenths of deprivation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics import significance
from safeground.engine.statistics.comparisons import Comparison, RatioComparison
from safeground.engine.statistics.inputs import (
    BoolArray,
    FloatArray,
    align,
    as_counts,
    as_given,
    check_confidence,
    check_per,
    name_by_code,
)
from safeground.engine.statistics.rates import RateEstimate, estimate_rate
from safeground.engine.statistics.results import read_direction

_METHODS = (
    "weighted least squares on ranked population",
    "log-linear quasi-Poisson on ranked population",
    "not available: a group's count or population is missing",
    "not available: too few groups have events",
)
_STEPS = 50
"""Newton steps allowed; a gradient needs about six."""


@dataclass(frozen=True, eq=False)
class Gradient:
    """Rates of ranked groups and the two indices of inequality that sum them up.

    `rates`: shape (..., groups). `slope_index` (SII): rate at the top of the ranking minus rate at its bottom, for `per` people, from a
    straight line. `relative_index` (RII): the one over the other, from a curve of constant relative change. Both have shape (...).
    `dispersion`: how many times as much the groups vary around that curve as chance makes them. Well above 1, the gradient is
    no such curve, or events cluster; the intervals are widened accordingly.
    """

    rates: RateEstimate
    slope_index: Comparison
    relative_index: RatioComparison
    dispersion: FloatArray


def estimate_gradient(
    counts: ArrayLike, populations: ArrayLike, *, per: float = 100_000, confidence: float = 0.95
) -> Gradient:
    """Rates by ranked group with slope index and relative index of inequality.

    counts, populations: shape (..., groups), at least three groups, in order of rank with the group of interest (most deprived) first,
    so that 'higher' means higher there. They broadcast. Groups weigh by their people: each stands at the middle of its share of the
    ranked population. Intervals allow for scatter around the fit (dispersion, not below 1) with groups - 2 degrees of freedom.

    A missing (NaN) count or population, and fewer than two groups with events, give NaN, and `method` says which; a group without people
    is left out. ValueError: negative numbers, fewer than three groups.

    The indices describe areas, not people: that rates are higher in deprived areas does not say that deprived people offend or are
    harmed more. Look at the rates first: where they do not rise steadily no index sums them up.

    Source: Moreno-Betancur M et al (2015) Epidemiology 26:518; Regidor E (2004) J Epidemiol Community Health 58:858.

    >>> gradient = estimate_gradient([480, 400, 310, 250, 210], [20_000] * 5, per=1_000)
    >>> rii, sii = gradient.relative_index, gradient.slope_index
    >>> print(f"{rii.value:.1f} times ({rii.lower:.1f} to {rii.upper:.1f}): {rii.direction}")
    2.9 times (2.2 to 3.9): higher
    >>> print(f"{sii.value:.1f} more per 1,000 ({sii.lower:.1f} to {sii.upper:.1f})")
    17.3 more per 1,000 (12.6 to 21.9)
    """
    confidence, scale = check_confidence(confidence), check_per(per)
    count, people = align(counts=as_counts(counts, "counts"), populations=as_counts(populations, "populations"))
    if count.ndim == 0 or count.shape[-1] < 3:
        raise ValueError("a gradient needs at least three groups along the last axis")
    missing = (np.isnan(count) | np.isnan(people)).any(axis=-1)
    enough = ((count > 0) & (people > 0)).sum(axis=-1) >= 2
    usable = (~missing & enough)[..., np.newaxis]
    # Unusable rows are given a flat gradient, so that the fit of the others runs without exceptions; their results are erased below.
    people_known = np.where(usable, people, 1.0)
    count_known = np.where(usable, np.where(people_known > 0, count, 0.0), 1.0)
    rank = _rank(people_known)
    slope, fitted = _fit_log_linear(count_known, people_known, rank)
    freedom = np.maximum((people_known > 0).sum(axis=-1) - 2, 0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.where(fitted > 0, (count_known - fitted) ** 2 / fitted, 0.0).sum(axis=-1) / freedom
    widening = np.maximum(dispersion, 1.0)
    quantile = -special.stdtrit(freedom, (1 - confidence) / 2)
    code = np.where(missing, 2, np.where(enough, 0, 3))
    usable = usable[..., 0]

    log_error = np.sqrt(widening / _information(fitted, rank))
    line, line_error = _fit_line(count_known, people_known, rank, fitted)
    line_error = line_error * np.sqrt(widening)
    absolute = _Interval.of(line * scale, line_error * scale, quantile, freedom, usable)
    relative = _Interval.of(-slope, log_error, quantile, freedom, usable)
    return Gradient(
        rates=estimate_rate(count, people, per=per, confidence=confidence),
        slope_index=Comparison(
            value=as_given(absolute.value),
            lower=as_given(absolute.lower),
            upper=as_given(absolute.upper),
            method=name_by_code(_METHODS, code),
            confidence=confidence,
            p_value=as_given(absolute.p_value),
            direction=as_given(read_direction(absolute.lower, absolute.upper, 0.0)),
        ),
        relative_index=RatioComparison(
            value=as_given(_exp(relative.value)),
            lower=as_given(_exp(relative.lower)),
            upper=as_given(_exp(relative.upper)),
            method=name_by_code(_METHODS, np.where(code == 0, 1, code)),
            confidence=confidence,
            p_value=as_given(relative.p_value),
            direction=as_given(read_direction(relative.lower, relative.upper, 0.0)),
        ),
        dispersion=as_given(np.where(usable, dispersion, np.nan)),
    )


def _exp(log_ratio: FloatArray) -> FloatArray:
    """Back from the log scale; a limit too large to tell is infinite."""
    with np.errstate(over="ignore"):
        return np.exp(log_ratio)


def _rank(people: FloatArray) -> FloatArray:
    """The middle of each group's share of the ranked population: from near 0 (first group) to near 1."""
    share = people / people.sum(axis=-1, keepdims=True)
    return np.asarray(np.cumsum(share, axis=-1) - share / 2)


def _centred(weight: FloatArray, rank: FloatArray) -> FloatArray:
    return np.asarray(rank - (weight * rank).sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True))


def _information(fitted: FloatArray, rank: FloatArray) -> FloatArray:
    """The reciprocal of the variance of the log-linear slope."""
    return np.asarray((fitted * _centred(fitted, rank) ** 2).sum(axis=-1))


def _fit_log_linear(count: FloatArray, people: FloatArray, rank: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Poisson maximum likelihood for log rate = level + slope x rank: slope (without group axis) and fitted counts."""
    total = count.sum(axis=-1, keepdims=True)
    slope = np.zeros(total.shape)
    fitted = people * total / people.sum(axis=-1, keepdims=True)
    for _ in range(_STEPS):
        # The level is given by the total, so that only the slope is searched. Steps are held to 2, or a steep start would overshoot.
        centred = _centred(fitted, rank)
        step = ((count - fitted) * centred).sum(axis=-1, keepdims=True) / (fitted * centred**2).sum(
            axis=-1, keepdims=True
        )
        slope = slope + np.clip(step, -2.0, 2.0)
        relative = people * np.exp(slope * rank)
        fitted = total * relative / relative.sum(axis=-1, keepdims=True)
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return slope[..., 0], fitted


def _fit_line(
    count: FloatArray, people: FloatArray, rank: FloatArray, fitted: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rate at rank 0 minus rate at rank 1 by least squares weighted by people, and its standard error for independent events.

    The slope is a weighted sum of the counts, so that its variance is the same sum of their variances: no simulation. Each count's
    variance is its fitted value, which is not 0 where none happened to occur.
    """
    centred = _centred(people, rank)
    spread = (people * centred**2).sum(axis=-1)
    # The weight of a rate, people x centred, times the rate, count / people.
    slope = (centred * count).sum(axis=-1) / spread
    return -slope, np.sqrt((centred**2 * fitted).sum(axis=-1)) / spread


@dataclass(frozen=True, eq=False)
class _Interval:
    """A normal estimate with a t interval; all NaN where not usable."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray

    @classmethod
    def of(
        cls, value: FloatArray, error: FloatArray, quantile: FloatArray, freedom: FloatArray, usable: BoolArray
    ) -> _Interval:
        known = np.where(usable, value, np.nan)
        lower, upper = np.asarray(known - quantile * error), np.asarray(known + quantile * error)
        return cls(known, lower, upper, significance.student(known / error, freedom))
