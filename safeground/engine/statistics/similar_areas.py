"""Areas like this one: the nearest by what they are, and what they have in common to be compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import spatial, special

from safeground.engine.statistics.funnels import FUNNEL_LEVELS, WINSORISED_SHARE
from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray, TextArray, as_counts, as_numbers

_HALF = 0.5
_FEWEST_AREAS = 10
"""Of fewer, nothing is known of how areas differ from those like them, and there are no limits."""


@dataclass(frozen=True, eq=False)
class SimilarAreas:
    """The group of each area.

    `members`: shape (areas, size), the rows of the areas most like it, the nearest first and never itself; -1 where a characteristic of
    the area is missing. `distances`: the same shape, in standard deviations of the characteristics taken together (root mean square),
    NaN where there is no group. `typical_distance`: the median between any two areas, which tells whether a distance is a small one.
    """

    members: IntArray
    distances: FloatArray
    typical_distance: float

    @property
    def has_group(self) -> BoolArray:
        return np.asarray(self.members[:, 0] >= 0)

    def share_kept(self, other: SimilarAreas) -> FloatArray:
        """How much of each group is in another choice of it, 0 to 1, shape (areas,); NaN where either has none."""
        same = (self.members[:, :, None] == other.members[:, None, :]).any(axis=2).mean(axis=1)
        return np.asarray(np.where(self.has_group & other.has_group, same, np.nan))


def find_similar_areas(characteristics: ArrayLike, *, size: int) -> SimilarAreas:
    """The `size` nearest areas of each by Euclidean distance over standardised characteristics, each weighing the same.

    characteristics: shape (areas, characteristics), NaN where unknown: such an area has no group and is in none. Scale them before, by a
    root or a logarithm, where a few areas lie far out. ValueError: fewer areas than a group and its area need; a characteristic
    that is the same everywhere.

    Nearest neighbours are each area's own: that one is in the group of another does not put the other in its own. Clusters, which would
    give every area of a cluster the same group, were the alternative, and leave the areas at a cluster's edge with a group unlike them.

    Source: CIPFA (2014) Nearest Neighbour Model; Home Office, Most Similar Groups. Both take the nearest by standardised variables.

    >>> found = find_similar_areas([[0, 0], [0, 1], [9, 9], [9, 8], [10, 9]], size=2)
    >>> found.members[2].tolist(), bool(found.distances[2, 0] < found.typical_distance)
    ([4, 3], True)
    """
    values = as_numbers(characteristics, "characteristics")
    if values.ndim != 2:
        raise ValueError("characteristics have a row for each area and a column for each of what it is described by")
    known = np.flatnonzero(~np.isnan(values).any(axis=1))
    if size < 1 or known.size < size + 1:
        raise ValueError(f"groups of {size} need at least {size + 1} areas, and {known.size} have every characteristic")
    spread = values[known].std(axis=0)
    if (spread == 0).any():
        place = int(np.argmin(spread))
        raise ValueError(
            f"characteristic {place} is the same everywhere, so that no area is like another by it; leave it out"
        )
    # Divided by the root of their number, so that a distance does not grow with how many characteristics there are.
    standard = (values[known] - values[known].mean(axis=0)) / spread / np.sqrt(values.shape[1])
    distance, nearest = (np.asarray(found) for found in spatial.KDTree(standard).query(standard, k=size + 1))
    # An area is not always its own nearest: another may be the same in everything.
    own = nearest == np.arange(known.size)[:, None]
    own[~own.any(axis=1), -1] = True
    members = np.full((len(values), size), -1, dtype=np.int64)
    distances = np.full((len(values), size), np.nan)
    members[known] = known[nearest[~own].reshape(-1, size)]
    distances[known] = distance[~own].reshape(-1, size)
    return SimilarAreas(members, distances, _typical_distance(standard))


@dataclass(frozen=True, eq=False)
class SimilarComparison:
    """Each area beside its group; arrays of shape (areas,), limits of shape (levels, areas), a row for each of `confidence`.

    `value`: the area's rate as a multiple of its group's. `group_rate`: the group's, events for one person. `lower`, `upper`: between
    which an area lies that differs from its group no more than these areas commonly do. `spread`: the standard deviation of the
    logarithm of the ratio that chance does not explain.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    group_rate: FloatArray
    spread: float
    confidence: tuple[float, ...]
    method: str

    def position(self) -> TextArray:
        """'inside', or the widest limit the area lies outside, such as 'above 99.8%'; 'not available' for a missing one."""
        text = np.full(self.value.shape, "inside", dtype="<U32")
        for level in np.argsort(self.confidence):
            percent = f"{100 * self.confidence[level]:g}%"
            text = np.where(self.value > self.upper[level], f"above {percent}", text)
            text = np.where(self.value < self.lower[level], f"below {percent}", text)
        return np.where(np.isnan(self.value), "not available", text)


def compare_with_similar(counts: ArrayLike, people: ArrayLike, similar: SimilarAreas) -> SimilarComparison:
    """Each area's rate over the typical rate of its group, with limits that let areas differ from those like them.

    counts, people: shape (areas,), NaN where missing; a missing area leaves its group to the others. A group's rate is the geometric mean
    of its areas', so that one town centre does not speak for all; half an event is added to each, lest an area without any be left out.

    Areas differ from those like them for more reasons than chance. How much more is learnt from all of them, with the outer tenths drawn
    in and set right for it (winsorising alone would put one in ten outside 95%). Outside the limits an area is unusual *among areas that
    do differ*; of areas of which none is unusual, one in 20 lies outside 95% and one in 500 outside 99.8%.

    Source: Spiegelhalter D (2005) Statistics in Medicine 24:1185, on the logarithm of the ratio.

    >>> similar = find_similar_areas([[0], [1], [2], [3], [4], [5]], size=2)
    >>> found = compare_with_similar([100, 110, 90, 105, 95, 400], [10_000] * 6, similar)
    >>> print(found.value[:3].round(1).tolist(), found.group_rate[0].round(4))
    [1.0, 1.2, 0.8] 0.01
    """
    count, size = as_counts(counts, "counts"), as_counts(people, "people")
    if count.shape != size.shape or count.shape != similar.members.shape[:1]:
        raise ValueError(
            f"shapes do not fit together: counts {count.shape}, people {size.shape}, groups {similar.members.shape}"
        )
    known = ~np.isnan(count) & (size > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_rate = np.where(known, np.log((count + _HALF) / size), np.nan)
    grouped = np.where(similar.has_group[:, None], log_rate[similar.members], np.nan)
    in_group = (~np.isnan(grouped)).sum(axis=1)
    group = np.divide(np.nansum(grouped, axis=1), in_group, out=np.full(count.shape, np.nan), where=in_group > 0)
    log_ratio, chance = log_rate - group, 1 / (np.exp(group) * np.where(known, size, np.nan))
    spread = _estimate_spread(log_ratio, chance)
    reach = np.array([special.ndtri((1 + level) / 2) for level in FUNNEL_LEVELS])[:, None] * np.sqrt(chance + spread**2)
    with np.errstate(invalid="ignore"):
        return SimilarComparison(
            value=np.exp(log_ratio),
            lower=np.exp(-reach),
            upper=np.exp(reach),
            group_rate=np.exp(group),
            spread=spread,
            confidence=FUNNEL_LEVELS,
            method="ratio to the geometric mean of the group; limits with additive over-dispersion on the log scale",
        )


def _estimate_spread(log_ratio: FloatArray, chance: FloatArray) -> float:
    """The standard deviation beyond chance, by moments, from ratios drawn in at both ends."""
    known = ~np.isnan(log_ratio)
    if known.sum() < _FEWEST_AREAS:
        return float("nan")
    ratio, variance = log_ratio[known], chance[known]
    low, high = np.quantile(ratio, [WINSORISED_SHARE, 1 - WINSORISED_SHARE])
    return float(
        np.sqrt(max(0.0, np.mean(np.clip(ratio, low, high) ** 2) / _drawn_in(WINSORISED_SHARE) - variance.mean()))
    )


def _drawn_in(share: float) -> float:
    """What is left of the variance of a normal sample of which this share at each end is drawn in to the share's edge."""
    edge = -float(special.ndtri(share))
    density = float(np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi))
    return 1 - 2 * share - 2 * edge * density + 2 * share * edge**2


def _typical_distance(standard: FloatArray, most: int = 2_000) -> float:
    """The median distance between two areas; of many areas every so-manieth is taken, since all pairs would not fit into memory."""
    chosen = standard[:: max(1, len(standard) // most)]
    return float(np.median(spatial.distance.pdist(chosen)))
