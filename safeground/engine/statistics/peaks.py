"""Where a curve is highest, with every place that could be; and how fast it grows along a stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from safeground.engine.statistics import segmented_poisson
from safeground.engine.statistics.comparisons import RatioComparison
from safeground.engine.statistics.inputs import FloatArray, align, as_counts, as_given, check_confidence
from safeground.engine.statistics.results import read_direction


@dataclass(frozen=True)
class Peak:
    """Where a rate is highest. `highest`: the position of the largest; `could_be`: positions among which the true one lies with this
    confidence, in order; all of them where nothing was counted."""

    highest: int
    could_be: tuple[int, ...]
    method: str
    confidence: float


def find_peak(
    counts: ArrayLike, populations: ArrayLike | None = None, *, dispersion: float = 1.0, confidence: float = 0.95
) -> Peak:
    """The places that may be the highest of a curve.

    counts: shape (places,), two or more, none missing; populations: of each, all the same by default. dispersion: how many times as much
    counts vary as Poisson's. A place is left out where another is higher beyond chance: exact conditional binomial tests of each pair,
    one-sided, at the level shared among its rivals, so that the true peak is left out at most at 1 - confidence however many there are.

    ValueError: fewer than two places, a missing or negative number, a place without people.

    Source: Hsu JC (1984) Annals of Statistics 12:1136 (multiple comparisons with the best); Przyborowski and Wilenski (1940).

    >>> find_peak([14, 23, 50, 42, 20]).could_be
    (2, 3)
    """
    confidence = check_confidence(confidence)
    count, people = _read(counts, populations)
    effective = count / dispersion
    total = effective[:, np.newaxis] + effective
    share = people / (people[:, np.newaxis] + people)
    # The chance that the rival (column) has so many of both, were its rate no higher than that of the place (row).
    with np.errstate(invalid="ignore"):
        p_value = special.betainc(effective, total - effective + 1, share)
    p_value = np.where(effective > 0, p_value, 1.0)
    np.fill_diagonal(p_value, 1.0)
    stays = p_value.min(axis=1) > (1 - confidence) / (len(count) - 1)
    return Peak(
        highest=int((count / people).argmax()),
        could_be=tuple(np.flatnonzero(stays).tolist()),
        method="exact conditional binomial tests of each pair, Bonferroni",
        confidence=confidence,
    )


def estimate_growth(
    counts: ArrayLike, populations: ArrayLike | None = None, *, dispersion: float = 1.0, confidence: float = 0.95
) -> RatioComparison:
    """How many times as many there are from one place to the next, along a stretch of two or more in a row.

    counts, populations, dispersion: as in `find_peak`. One ratio for the whole stretch (log-linear Poisson regression). None counted
    along the stretch, or at either place of two, gives NaN, and `method` says so.

    >>> growth = estimate_growth([14, 23, 50])
    >>> print(f"{growth.value:.1f} times ({growth.lower:.1f} to {growth.upper:.1f}): {growth.direction}")
    1.9 times (1.5 to 2.6): higher
    """
    confidence = check_confidence(confidence)
    count, people = _read(counts, populations)
    if (count > 0).sum() < 2:
        nothing, why = as_given(np.array(np.nan)), np.array("not available: too few places have events")
        return RatioComparison(nothing, nothing, nothing, why, confidence, nothing, as_given(np.array("cannot tell")))
    slope, error = (float(each[0]) for each in segmented_poisson.slopes(count, people, (), dispersion))
    quantile = float(stats.norm.isf((1 - confidence) / 2))
    lower, upper = slope - quantile * error, slope + quantile * error
    return RatioComparison(
        value=as_given(np.exp(np.array(slope))),
        lower=as_given(np.exp(np.array(lower))),
        upper=as_given(np.exp(np.array(upper))),
        method=np.array("log-linear Poisson regression"),
        confidence=confidence,
        p_value=as_given(np.array(2 * stats.norm.sf(abs(slope) / error))),
        direction=as_given(read_direction(np.array(lower), np.array(upper), 0.0)),
    )


def _read(counts: ArrayLike, populations: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    count, people = align(
        counts=as_counts(counts, "counts"),
        populations=as_counts(1.0 if populations is None else populations, "populations"),
    )
    if count.ndim != 1 or len(count) < 2:
        raise ValueError("a curve needs counts of at least two places in a row")
    if np.isnan(count).any() or np.isnan(people).any():
        raise ValueError("a count or population of the curve is missing; leave that stretch out")
    if (people == 0).any():
        raise ValueError("a place of the curve has no people, so that it has no rate; leave it out")
    return count, people
