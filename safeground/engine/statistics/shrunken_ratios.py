"""Ratios of areas drawn towards what all areas share, as far as chance explains that they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics import intervals
from safeground.engine.statistics.inputs import FloatArray, TextArray, align, as_counts, check_confidence
from safeground.engine.statistics.results import Estimate, read_direction

_SHRUNK = "gamma-Poisson shrinkage, moments of Marshall"
_CHANCE = "areas differ no more than chance: the ratio of all, with Byar's interval of the area alone"
_MISSING = "not available: a count is missing or nothing is expected"


@dataclass(frozen=True, eq=False)
class ShrunkenRatios(Estimate):
    """Observed over expected, shape (areas,), 1 being what all areas share.

    `direction`: 'higher', 'lower' or 'cannot tell', beside 1. `between`: the variance of true ratios between areas, 0 where chance
    explains all.
    """

    direction: TextArray
    between: float


def shrink_ratios(observed: ArrayLike, bases: ArrayLike, *, confidence: float = 0.95) -> ShrunkenRatios:
    """How many times an area's share each area has, if all had as many for each of `bases`.

    observed, bases: counts of shape (areas,). The true ratios are taken for draws from a gamma distribution, whose spread is estimated by
    moments; an area's ratio is the mean of what it can be, given its count, and its interval the middle of that distribution. Areas with
    few events are drawn towards 1 the most. Where the areas differ no more than chance makes them, nothing can be told of any. The bases
    are taken as known: use it where they are many times the observed. NaN and a base of 0 give NaN.

    Source: Clayton D, Kaldor J (1987) Biometrics 43:671; Marshall R (1991) Applied Statistics 40:283.

    ValueError: negative numbers, or more than one dimension.

    >>> found = shrink_ratios([40, 44, 90, 38], [1000, 1000, 1000, 1000])
    >>> [f"{value:.2f} {word}" for value, word in zip(found.value, found.direction)]
    ['0.78 cannot tell', '0.85 cannot tell', '1.62 higher', '0.75 lower']
    """
    confidence = check_confidence(confidence)
    counts, base = align(observed=as_counts(observed, "observed"), bases=as_counts(bases, "bases"))
    if counts.ndim != 1:
        raise ValueError("ratios are shrunk for one row of areas; give one count and one base for each")
    known = ~np.isnan(counts) & ~np.isnan(base) & (base > 0)
    value, lower, upper = (np.full(counts.shape, np.nan) for _ in range(3))
    total = counts[known].sum()
    if total == 0:
        words = np.full(counts.shape, "cannot tell")
        return ShrunkenRatios(value, lower, upper, np.full(counts.shape, _MISSING), confidence, words, 0.0)
    expected = base[known] * total / base[known].sum()
    between = _between(counts[known], expected)
    alpha = 1 - confidence
    if between > 0:
        shape, rate = counts[known] + 1 / between, expected + 1 / between
        value[known] = shape / rate
        lower[known] = special.gammaincinv(shape, alpha / 2) / rate
        upper[known] = special.gammaincinv(shape, 1 - alpha / 2) / rate
        direction = read_direction(lower, upper, 1.0)
    else:
        low, high = intervals.poisson(counts[known], alpha)
        value[known], lower[known], upper[known] = 1.0, low / expected, high / expected
        direction = np.full(counts.shape, "cannot tell")
    method = np.where(known, _SHRUNK if between > 0 else _CHANCE, _MISSING)
    return ShrunkenRatios(value, lower, upper, method, confidence, direction, between)


def _between(counts: FloatArray, expected: FloatArray) -> float:
    """The variance of true ratios between areas: what is left of that of the ratios seen when chance is taken off; 0 at least."""
    seen = float((expected * (counts / expected - 1) ** 2).sum() / expected.sum())
    return max(0.0, seen - 1 / float(expected.mean()))
