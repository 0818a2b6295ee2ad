"""Ratios of areas drawn towards what like areas have, whatever the spread of true ratios between areas is like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics.inputs import FloatArray, align, as_counts
from safeground.engine.statistics.shrunken_ratios import shrink_ratios

_POINTS: Final = 80
"""From the lowest ratio to the highest, their logarithms equally far apart: more change no mean by a hundredth."""
_STEPS: Final = 200
"""Of the expectation-maximisation: masses go on moving after that, means of areas hardly."""


@dataclass(frozen=True, eq=False)
class FreeRatios:
    """`value`: how many times an area's share each area has, the mean of what it can be, shape (areas,). `support`: by how much the
    logarithm of the likelihood of the counts is above that of a gamma distribution with the moments of `shrink_ratios`."""

    value: FloatArray
    support: float


def shrink_freely(observed: ArrayLike, bases: ArrayLike) -> FreeRatios:
    """How many times an area's share each area has, if all had as many for each of `bases`.

    observed, bases: counts of shape (areas,), none missing, each count's variance being its mean; divide counts and bases by the
    dispersion where there is more. The true ratios are draws from that distribution, of any shape, that makes the counts most likely.
    `shrink_ratios` takes a gamma distribution for granted, and draws the few areas that are high among many alike towards the many by far
    too much; its price is that with a hundred areas or fewer this one hears more of chance. There is no interval.

    Source: Kiefer J, Wolfowitz J (1956) Annals of Mathematical Statistics 27:887; Koenker R, Mizera I (2014) JASA 109:674.

    ValueError: negative numbers, and no events.

    >>> shrink_freely([3, 4, 5, 4, 3, 5, 4, 4, 41, 38], np.ones(10)).value.round(1).tolist()
    [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 3.6, 3.6]
    """
    counts, base = align(observed=as_counts(observed, "observed"), bases=as_counts(bases, "bases"))
    if not counts.sum() > 0 or not (base > 0).all():
        raise ValueError("there is no event, or a base of nought, so that no area has a ratio")
    expected = base * counts.sum() / base.sum()
    seen = (counts + 0.5) / expected
    points = np.exp(np.linspace(np.log(seen.min()), np.log(seen.max()), _POINTS))
    # Areas of one count and one base are one row, however many they are.
    pairs, which, areas = np.unique(
        np.column_stack([counts, expected]), axis=0, return_inverse=True, return_counts=True
    )
    logs = pairs[:, [0]] * np.log(points) - pairs[:, [1]] * points
    most = logs.max(axis=1)
    likely = np.exp(logs - most[:, np.newaxis])
    mass = np.full(points.size, 1 / points.size)
    for _ in range(_STEPS):
        mass = mass * (likely.T @ (areas / (likely @ mass))) / counts.size
    whole = likely @ mass
    return FreeRatios(
        value=np.asarray(((likely @ (mass * points)) / whole)[which.ravel()]),
        support=float(areas @ (most + np.log(whole)))
        - _of_gamma(counts, expected, shrink_ratios(counts, base).between),
    )


def _of_gamma(counts: FloatArray, expected: FloatArray, between: float) -> float:
    """The logarithm of the likelihood, without what does not depend on the distribution of ratios."""
    if not between > 0:
        return float(-expected.sum())
    shape = 1 / between
    each = special.gammaln(counts + shape) - special.gammaln(shape) + shape * np.log(shape)
    return float((each - (counts + shape) * np.log(expected + shape)).sum())
