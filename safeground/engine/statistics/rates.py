"""Rates: events for so many people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics import intervals
from safeground.engine.statistics.inputs import (
    FloatArray,
    align,
    as_counts,
    as_given,
    check_confidence,
    check_per,
    name_by_code,
)
from safeground.engine.statistics.results import Estimate

_METHODS = (
    "exact Poisson (Garwood)",
    "Byar's approximation",
    "not available: the count is missing",
    "not available: there is no population",
)


@dataclass(frozen=True, eq=False)
class RateEstimate(Estimate):
    """A rate for `per` people, with the events and the people behind it."""

    per: float
    count: FloatArray
    population: FloatArray


def estimate_rate(
    counts: ArrayLike, populations: ArrayLike, *, per: float = 100_000, confidence: float = 0.95
) -> RateEstimate:
    """Crude rate for `per` people with its Poisson interval: exact below 10 events, Byar's from 10.

    counts: events, 0 or more. Fractions are allowed (events apportioned over an area that was split): the exact interval is then its
    continuous form, and `method` follows the side of 10 on which the fraction lies. populations: people, or any other exposure.
    The two broadcast. A count of zero has a rate of 0 and an upper limit above it.

    A missing (NaN) count, or a population that is missing or zero, gives NaN, and `method` says which it was. ValueError: a negative or
    infinite number, or shapes that do not fit.

    The interval takes events to be independent. Where one person or quarrel brings many events it is too narrow; and where the
    residents are not the people at risk (a town centre), the rate itself misleads, however narrow its interval.

    Source: PHEindicatormethods 2.1.0, phe_rate; Garwood (1936); Breslow and Day (1987).

    >>> harlow = estimate_rate(8, 93_300, per=1_000)
    >>> print(f"{harlow.value:.3f} ({harlow.lower:.3f} to {harlow.upper:.3f}), {harlow.method}")
    0.086 (0.037 to 0.169), exact Poisson (Garwood)
    >>> estimate_rate([0, 25], [1_500, 1_500], per=1_000).upper.round(2).tolist()
    [2.46, 24.6]
    """
    confidence, per = check_confidence(confidence), check_per(per)
    count, population = align(counts=as_counts(counts, "counts"), populations=as_counts(populations, "populations"))
    lower, upper = intervals.poisson(count, 1 - confidence)
    peopled = population > 0
    scale = np.full(count.shape, np.nan)
    np.divide(per, population, out=scale, where=peopled)
    # The order of the codes is the order of `_METHODS`: later reasons override earlier ones.
    code = np.asarray(count >= intervals.BYAR_FROM, dtype=np.intp)
    code[np.isnan(count)] = 2
    code[~peopled] = 3
    return RateEstimate(
        value=as_given(count * scale),
        lower=as_given(lower * scale),
        upper=as_given(upper * scale),
        method=name_by_code(_METHODS, code),
        confidence=confidence,
        per=per,
        count=as_given(count),
        population=as_given(population),
    )
