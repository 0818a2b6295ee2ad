"""Proportions: how many of all."""

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
    check_parts,
    name_by_code,
)
from safeground.engine.statistics.results import Estimate

_METHODS = (
    "Wilson score",
    "not available: the count or the total is missing",
    "not available: there is nothing to take a share of",
)


@dataclass(frozen=True, eq=False)
class ProportionEstimate(Estimate):
    """A share from 0 to 1, with the count and the total behind it."""

    count: FloatArray
    total: FloatArray


def estimate_proportion(counts: ArrayLike, totals: ArrayLike, *, confidence: float = 0.95) -> ProportionEstimate:
    """Share of `totals` with Wilson's score interval, which stays inside 0 to 1 and works at none and at all.

    counts: how many, 0 or more; totals: of how many. They broadcast. Fractions are allowed. None of none, and NaN in either, give NaN,
    and `method` says so. ValueError: a negative or infinite number, a count above its total, or shapes that do not fit.

    Not for a share of one thing in another (offences for each resident): that is a rate.

    Source: Wilson (1927); PHEindicatormethods 2.1.0, phe_proportion.

    >>> knife = estimate_proportion(8, 21)
    >>> print(f"{knife.value:.0%}, {knife.lower:.0%} to {knife.upper:.0%}")
    38%, 21% to 59%
    """
    confidence = check_confidence(confidence)
    count, total = align(counts=as_counts(counts, "counts"), totals=as_counts(totals, "totals"))
    check_parts(count, total, "counts", "totals")
    value = np.full(count.shape, np.nan)
    np.divide(count, total, out=value, where=total > 0)
    lower, upper = intervals.wilson(count, total, intervals.normal_quantile(1 - confidence))
    code = np.zeros(count.shape, dtype=np.intp)
    code[np.isnan(count) | np.isnan(total)] = 1
    code[total == 0] = 2
    return ProportionEstimate(
        value=as_given(value),
        lower=as_given(lower),
        upper=as_given(upper),
        method=name_by_code(_METHODS, code),
        confidence=confidence,
        count=as_given(count),
        total=as_given(total),
    )
