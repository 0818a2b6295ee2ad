"""Scores of areas from risk factors, and how surely each belongs to those that score highest. Arrays in, frozen results out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

FloatArray = NDArray[np.float64]

_TAKEN_FOR = (("the county's middle", 0.0), ("worse than nine in ten", float(ndtri(0.9))))
"""What a missing number may have been: ordinary, or bad, since sources blank the few and forget the poor."""


@dataclass(frozen=True, eq=False)
class Layout:
    """How risk factors make a score. `domain_of`: (factors,), each one's position among the domains; `weights`: (factors,);
    `domain_weights`: (domains,). Weights count within their domain, and domains against each other; only their ratios count."""

    domain_of: NDArray[np.intp]
    weights: FloatArray
    domain_weights: FloatArray

    @cached_property
    def members(self) -> tuple[NDArray[np.intp], ...]:
        return tuple(np.flatnonzero(self.domain_of == domain) for domain in range(self.domain_weights.size))

    def without(self, factors: NDArray[np.bool_]) -> Layout:
        """The same where some factors are not to be had, and with them any domain that has no other."""
        kept = np.unique(self.domain_of[~factors])
        return Layout(
            np.searchsorted(kept, self.domain_of[~factors]), self.weights[~factors], self.domain_weights[kept]
        )

    def draw(self, vary: float, rng: np.random.Generator) -> Layout:
        """Weights as another might set them who agrees on the whole: Dirichlet about the stated ones, each by `vary` of itself."""
        weights = self.weights.copy()
        for members in self.members:
            weights[members] = _draw_shares(self.weights[members], vary, rng)
        return Layout(self.domain_of, weights, _draw_shares(self.domain_weights, vary, rng))


def _draw_shares(stated: FloatArray, vary: float, rng: np.random.Generator) -> FloatArray:
    if stated.size == 1:
        return stated
    # Of weights all alike, each has this standard deviation as a share of itself.
    strength = max((stated.size - 1) / vary**2 - 1, 0.5)
    return rng.dirichlet(strength * stated / stated.sum())


@dataclass(frozen=True, eq=False)
class Membership:
    """How often each area is among the highest, shape (areas,): of all draws with both chance and weights, with chance alone, and with
    weights alone. `runs`: draws of each."""

    probability: FloatArray
    by_chance: FloatArray
    by_weights: FloatArray
    runs: int

    def bound(self, share: FloatArray) -> FloatArray:
        """A share of draws as it may be told: never surer, on either side, than so many draws can tell."""
        return np.clip(share, 1 / self.runs, 1 - 1 / self.runs)


def normal_scores(values: FloatArray) -> FloatArray:
    """Each column by its ranks alone, as if drawn from one bell curve: shape kept, NaN where the value is.

    Ranks and not values, since factors have long tails, and one area far out would else outweigh all it lacks elsewhere; a bell curve
    and not percentiles, since the difference between the highest and the next matters more than that between two in the middle.
    """
    found = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        known = ~np.isnan(values[:, column])
        found[known, column] = ndtri((rankdata(values[known, column]) - 0.5) / max(int(known.sum()), 1))
    return found


def score_domains(z: FloatArray, layout: Layout) -> FloatArray:
    """(areas, domains): the weighted mean of a domain's factors that are known, then brought to one spread, so that a domain of factors
    which go together weighs no more than its weight. NaN where none is known."""
    found = np.empty((len(z), len(layout.members)))
    for domain, members in enumerate(layout.members):
        found[:, domain] = _weighted_mean(z[:, members], layout.weights[members])
        spread = found[:, domain].std()
        if np.isnan(spread):
            spread = np.nanstd(found[:, domain])
        found[:, domain] /= spread if spread > 0 else 1.0
    return found


def score_areas(z: FloatArray, layout: Layout) -> FloatArray:
    """(areas,): the weighted mean of the domains that are known; NaN where none is."""
    return _weighted_mean(score_domains(z, layout), layout.domain_weights)


def _weighted_mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    if known.all():
        return np.asarray(values @ (weights / weights.sum()))
    total = known @ weights
    summed = np.where(known, values, 0.0) @ weights
    return np.asarray(np.divide(summed, total, out=np.full(len(values), np.nan), where=total > 0))


def find_highest(scores: FloatArray, number: int) -> NDArray[np.bool_]:
    """Which areas are the `number` that score highest; of equal ones the first. NaN is never among them."""
    found = np.zeros(scores.shape, dtype=bool)
    found[np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")[:number]] = True
    return found & ~np.isnan(scores)


def draw_membership(
    z: FloatArray,
    layout: Layout,
    drawn: Mapping[int, NDArray[np.float32]],
    *,
    number: int,
    vary: float,
    runs: int,
    rng: np.random.Generator,
) -> Membership:
    """z: (areas, factors) of normal scores. drawn: for factors that chance moves, by position, (runs, areas) draws of their true values.

    A factor that is not drawn stays as published: of it nobody says how far chance moved it, so certainty is then about the score as
    defined, and what varies is the weights.
    """
    counts = np.zeros((3, len(z)))
    moved = z.copy()
    known = {factor: np.flatnonzero(~np.isnan(z[:, factor])) for factor in drawn}
    curve = {factor: ndtri((np.arange(rows.size) + 0.5) / rows.size) for factor, rows in known.items()}
    for run in range(runs):
        for factor, draws in drawn.items():
            rows = known[factor]
            moved[rows[draws[run, rows].argsort()], factor] = curve[factor]
        other = layout.draw(vary, rng)
        for row, (values, weights) in enumerate(((moved, other), (moved, layout), (z, other))):
            counts[row] += _among_highest(score_areas(values, weights), number)
    both, chance, weighing = counts / runs
    return Membership(both, chance, weighing, runs)


def _among_highest(scores: FloatArray, number: int) -> NDArray[np.bool_]:
    """As `find_highest`, without the order among equals: draws have none."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    found = np.zeros(scores.shape, dtype=bool)
    found[np.argpartition(known, len(known) - number)[len(known) - number :]] = True
    return found


def fill_missing(z: FloatArray) -> tuple[tuple[str, FloatArray], ...]:
    """The same with what is missing taken for something, in each way that could be defended, with its name; nothing where nothing is."""
    missing = np.isnan(z)
    if not missing.any():
        return ()
    return tuple((f"a missing number taken for {what}", np.where(missing, taken, z)) for what, taken in _TAKEN_FOR)


def correlate(z: FloatArray) -> FloatArray:
    """Correlations between factors over the areas that have all of them, (factors, factors)."""
    whole = z[~np.isnan(z).any(axis=1)]
    return np.asarray(np.corrcoef(whole, rowvar=False)) if len(whole) > 2 else np.full((z.shape[1],) * 2, np.nan)


def count_effective(correlations: FloatArray) -> float:
    """How many unrelated factors would differ as these do: the square of the sum of the eigenvalues over the sum of their squares."""
    values = np.linalg.eigvalsh(correlations)
    return float(values.sum() ** 2 / (values**2).sum())
