"""How far something that nobody wrote down could have made a difference between matched people."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from safeground.engine.statistics.inputs import FloatArray, as_numbers

_STRONGEST = 1e4


def bound_hidden_bias(outcomes: ArrayLike, *, odds: float) -> float:
    """The largest one-sided p that the treated have higher outcomes than those they were matched to, were something unseen at work.

    outcomes: shape (sets, 1 + ratio), the treated first, NaN where a set has fewer. odds: by how much two people of one set may differ in
    their odds of having been treated, 1 or more; 1 is chance alone. The statistic is the sum over the treated. Exact where outcomes are 0
    and 1 (for pairs McNemar's test), and normal elsewhere, with the worst that the unseen can do in each set. For lower outcomes, give
    them with their sign turned.

    Source: Rosenbaum P (2002) Observational Studies, chapter 4; Gastwirth J, Krieger A, Rosenbaum P (2000) Journal of the Royal
    Statistical Society B 62:545. ValueError: odds below 1, a set without a treated or without another.

    >>> heavier = np.r_[np.tile([1.0, 0.0], (110, 1)), np.tile([0.0, 1.0], (12, 1))]  # Hammond 1964: smokers and lung cancer
    >>> [round(bound_hidden_bias(heavier, odds=odds), 4) for odds in (4, 5, 6)]
    [0.002, 0.0232, 0.0969]
    """
    table = _read(outcomes)
    if not odds >= 1:
        raise ValueError(f"odds of 1 are chance alone, and {odds:g} is less than that")
    mixed = table[np.nanmax(table, axis=1) > np.nanmin(table, axis=1)]
    if not len(mixed):
        return 1.0
    seen = float(mixed[:, 0].sum())
    if np.isin(mixed[~np.isnan(mixed)], (0.0, 1.0)).all():
        ones, size = np.nansum(mixed, axis=1), (~np.isnan(mixed)).sum(axis=1)
        return _exact_tail(odds * ones / (odds * ones + size - ones), round(seen))
    mean, variance = _worst_moments(mixed, odds)
    return float(stats.norm.sf((seen - mean) / np.sqrt(variance)))


def find_tolerated_bias(outcomes: ArrayLike, *, significance: float = 0.025) -> float:
    """The largest odds of hidden bias at which the treated still have higher outcomes at that one-sided significance; 1 where they do
    not without any, infinite where none that could be hides it.

    >>> heavier = np.r_[np.tile([1.0, 0.0], (110, 1)), np.tile([0.0, 1.0], (12, 1))]
    >>> round(find_tolerated_bias(heavier), 2)
    5.04
    """
    if bound_hidden_bias(outcomes, odds=1.0) > significance:
        return 1.0
    if bound_hidden_bias(outcomes, odds=_STRONGEST) <= significance:
        return np.inf
    return float(
        np.exp(
            optimize.brentq(
                lambda log: bound_hidden_bias(outcomes, odds=float(np.exp(log))) - significance, 0, np.log(_STRONGEST)
            )
        )
    )


def _exact_tail(chances: FloatArray, seen: int) -> float:
    """The chance of `seen` or more, of independent events with these chances."""
    spread = np.ones(1)
    for chance, times in zip(*np.unique(chances, return_counts=True), strict=True):
        spread = np.convolve(spread, stats.binom.pmf(np.arange(times + 1), times, chance))
    return float(min(spread[seen:].sum(), 1.0))


def _worst_moments(table: FloatArray, odds: float) -> tuple[float, float]:
    """Mean and variance of the statistic where in each set the unseen favours the highest outcomes: the split with the largest mean, and
    of equal ones with the largest variance."""
    mean = variance = 0.0
    sizes = (~np.isnan(table)).sum(axis=1)
    for size in np.unique(sizes).tolist():
        ranked = np.sort(table[sizes == size], axis=1)[:, :size]
        weights = np.where(np.arange(size) >= np.arange(1, size)[:, np.newaxis], odds, 1.0)
        weights /= weights.sum(axis=1, keepdims=True)
        means = ranked @ weights.T
        variances = ranked**2 @ weights.T - means**2
        best = means.max(axis=1, keepdims=True)
        is_best = means >= best - 1e-12 * np.abs(best)
        mean += float(best.sum())
        variance += float(np.where(is_best, variances, 0.0).max(axis=1).sum())
    return mean, variance


def _read(outcomes: ArrayLike) -> FloatArray:
    table = as_numbers(outcomes, "outcomes")
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError("give a row for each set: the outcome of the treated, then of the others")
    if np.isnan(table[:, 0]).any() or np.isnan(table[:, 1:]).all(axis=1).any():
        raise ValueError("a set has no outcome of its treated or of any other; leave it out")
    return table
