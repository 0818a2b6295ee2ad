"""One rule for every p-value: two-sided, twice the smaller tail, never above 1. Each tail includes the value observed.

Doubling is the rule because the intervals here leave half of alpha in each tail: a p-value is below alpha exactly when the interval of
that level excludes what was tested, so that a sentence and its interval cannot disagree. Rejected: adding up all outcomes no more
likely than the observed one (its interval can have holes), one-sided tests (they let the reader choose the side afterwards), and
simulated p-values of 0 (nothing is impossible because it was not drawn). A tail too small for a computer's number is told as the
smallest there is, so that no p-value is ever 0.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics.inputs import FloatArray, as_numbers

_SMALLEST: Final = float(np.finfo(np.float64).tiny)


def two_sided(lower_tail: FloatArray, upper_tail: FloatArray) -> FloatArray:
    """The rule: twice the smaller of P(as low or lower) and P(as high or higher), above 0 and at most 1; NaN where a tail is NaN."""
    return np.asarray(np.clip(2 * np.minimum(lower_tail, upper_tail), _SMALLEST, 1.0))


def normal(z: FloatArray) -> FloatArray:
    """For a statistic that is standard normal where nothing differs."""
    return two_sided(special.ndtr(z), special.ndtr(-z))


def student(t: FloatArray, degrees_of_freedom: FloatArray) -> FloatArray:
    """For a statistic that is Student's t where nothing differs."""
    return two_sided(special.stdtr(degrees_of_freedom, t), special.stdtr(degrees_of_freedom, -t))


def binomial(counts: FloatArray, totals: FloatArray, share: FloatArray) -> FloatArray:
    """For `counts` of `totals` where each has probability `share`: the exact test, in its continuous form for fractions."""
    missed = totals - counts
    lower_tail = np.where(missed > 0, special.betaincc(counts + 1, np.maximum(missed, 1e-300), share), 1 + missed * 0)
    upper_tail = np.where(counts > 0, special.betainc(np.maximum(counts, 1e-300), missed + 1, share), 1 + counts * 0)
    return two_sided(lower_tail, upper_tail)


def simulated(observed: FloatArray, draws: FloatArray) -> FloatArray:
    """For `draws` made where nothing differs, along axis 0. The observed counts as one draw, so that p is never 0."""
    number = draws.shape[0] + 1
    return two_sided(((draws <= observed).sum(axis=0) + 1) / number, ((draws >= observed).sum(axis=0) + 1) / number)


def adjust_false_discovery(p_values: ArrayLike) -> FloatArray:
    """p-values of comparisons that are read together, adjusted so that of those below a level at most that share is expected to be false.

    p_values: any shape, read as one family. NaN stays NaN and counts as no comparison. The adjusted value of the i-th smallest of m
    is the least p(j) m / j over j from i on, at most 1; it is never below the p-value itself. Holds for independent p-values and for
    those that rise together. ValueError: a number outside 0 to 1.

    Source: Benjamini Y, Hochberg Y (1995) J R Statist Soc B 57:289; Benjamini Y, Yekutieli D (2001) Annals of Statistics 29:1165.

    >>> adjust_false_discovery([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    given = as_numbers(p_values, "p_values")
    if ((given < 0) | (given > 1)).any():
        raise ValueError("p_values lie between 0 and 1; give one that is missing as NaN")
    flat = given.ravel()
    known = np.flatnonzero(~np.isnan(flat))
    order = known[np.argsort(flat[known], kind="stable")]
    raised = flat[order] * known.size / np.arange(1, known.size + 1)
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return np.asarray(adjusted.reshape(given.shape))


def rank_trend(values: FloatArray) -> tuple[float, float]:
    """Mann-Kendall test of a series in order of time, NaN left out: (Kendall's S, p-value); no p-value below three values or all equal.

    S is pairs that rise less pairs that fall; its variance allows for ties and its normal approximation is corrected for continuity.
    Months that hang together make the p-value too small. Source: Mann H (1945) Econometrica 13:245; Kendall M (1975).
    """
    known = values[~np.isnan(values)]
    n = known.size
    if n < 3:
        return 0.0, np.nan
    later_less_earlier = np.sign(known[np.newaxis, :] - known[:, np.newaxis])
    s = float(np.triu(later_less_earlier).sum())
    ties = np.unique(known, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if not variance > 0:
        return 0.0, np.nan
    return s, float(normal(np.asarray((s - np.sign(s)) / np.sqrt(variance))))
