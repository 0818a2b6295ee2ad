"""Like with like: who stands beside whom, and how alike the two sides are then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray, as_numbers

NOBODY: Final = -1


@dataclass(frozen=True, eq=False)
class MatchedSets:
    """Each treated row that found others, and those: `treated` (sets,) and `others` (sets, ratio) are positions, `NOBODY` where no
    further one was near enough. `alone`: treated rows that found nobody."""

    treated: IntArray
    others: IntArray
    alone: int
    method: str

    @property
    def weights(self) -> FloatArray:
        """Of the others, (sets, ratio): those of a set make up one."""
        found = self.others != NOBODY
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1))


def match_nearest(
    points: ArrayLike,
    treated: ArrayLike,
    *,
    ratio: int = 1,
    caliper: float | None = None,
    along: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> MatchedSets:
    """Each treated row with its nearest others, none of them twice.

    points: shape (rows, dimensions), or (rows,); distance is Euclid's. treated: (rows,), bool. ratio: others for each. caliper: how far
    apart two may lie on `along`, (rows,), at most; `along` is the points themselves where they have one dimension. strata: (rows,), codes
    that must be the same. In rounds: everybody finds one before anybody finds a second; within a round whoever has the fewest others
    near goes first, since the rest can choose. Of equally near ones the first row is taken: shuffle rows that come in an order.

    Greedy and not optimal: the sum of distances is seldom much larger, and it takes rows times treated rows and no more. ValueError:
    shapes that do not fit, missing numbers, nobody on a side.

    Source: Rosenbaum P, Rubin D (1985) American Statistician 39:33; Stuart E (2010) Statistical Science 25:1.

    >>> sets = match_nearest([0.0, 1.0, 0.1, 0.9, 5.0], [True, True, False, False, False], caliper=0.5)
    >>> sets.treated.tolist(), sets.others.tolist(), sets.alone
    ([0, 1], [[2], [3]], 0)
    """
    place, is_treated, line = _read(points, treated, along, caliper)
    groups = np.zeros(len(place), dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    if groups.shape != is_treated.shape:
        raise ValueError("strata are one code for each row")
    if ratio < 1:
        raise ValueError(f"each is matched to 1 or more others, not {ratio}")
    ours, theirs = np.flatnonzero(is_treated), np.flatnonzero(~is_treated)
    found = np.full((len(ours), ratio), NOBODY, dtype=np.int64)
    reach = np.inf if caliper is None else caliper
    for group in np.unique(groups[ours]):
        rows, candidates = np.flatnonzero(groups[ours] == group), theirs[groups[theirs] == group]
        _match_group(found, rows, ours[rows], candidates, place, line, reach)
    has = found[:, 0] != NOBODY
    named = f"nearest {ratio} of the others, none twice" + ("" if caliper is None else f", within {caliper:.3g}")
    return MatchedSets(ours[has], found[has], int((~has).sum()), named)


def standardise_differences(
    covariates: ArrayLike, treated: ArrayLike, *, sets: MatchedSets | None = None
) -> FloatArray:
    """Means of the treated less means of the others, in standard deviations, shape (covariates,); NaN where neither side varies.

    covariates: shape (rows, covariates). sets: of matched rows alone, the others weighted; the standard deviation is that of both sides
    before matching all the same (the root of their mean variance), so that a difference before and after is in one measure.

    Source: Austin P (2009) Statistics in Medicine 28:3083.

    >>> standardise_differences([[1.0], [3.0], [2.0], [4.0]], [True, True, False, False]).round(3).tolist()
    [-0.707]
    """
    table, is_treated = as_numbers(covariates, "covariates"), np.asarray(treated, dtype=np.bool_)
    one, other = table[is_treated], table[~is_treated]
    spread = np.sqrt((one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / 2)
    gap = one.mean(axis=0) - other.mean(axis=0)
    if sets is not None:
        # Position -1 reads the last row; its weight is nought.
        beside = (table[sets.others] * sets.weights[:, :, np.newaxis]).sum(axis=1)
        gap = (table[sets.treated] - beside).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(spread > 0, gap / spread, np.nan))


def _match_group(
    found: IntArray,
    rows: NDArray[np.intp],
    ours: NDArray[np.intp],
    theirs: NDArray[np.intp],
    place: FloatArray,
    line: FloatArray,
    reach: float,
) -> None:
    """Fill in `found` for the rows of one stratum. Others are sorted along the caliper's line: those beyond it are not looked at."""
    if not theirs.size:
        return
    theirs = theirs[np.argsort(line[theirs], kind="stable")]
    points, ranked = place[theirs], line[theirs]
    first = np.searchsorted(ranked, line[ours] - reach, "left")
    last = np.searchsorted(ranked, line[ours] + reach, "right")
    free = np.ones(len(theirs), dtype=np.bool_)
    for turn in range(found.shape[1]):
        for at in np.argsort(last - first, kind="stable"):
            if turn and found[rows[at], turn - 1] == NOBODY:
                continue
            near = first[at] + np.flatnonzero(free[first[at] : last[at]])
            if not near.size:
                continue
            apart = ((points[near] - place[ours[at]]) ** 2).sum(axis=1)
            nearest = near[apart == apart.min()]
            best = nearest[theirs[nearest].argmin()]
            free[best] = False
            found[rows[at], turn] = theirs[best]


def _read(
    points: ArrayLike, treated: ArrayLike, along: ArrayLike | None, caliper: float | None
) -> tuple[FloatArray, BoolArray, FloatArray]:
    place, is_treated = as_numbers(points, "points"), np.asarray(treated)
    place = place[:, np.newaxis] if place.ndim == 1 else place
    if is_treated.dtype != np.bool_ or is_treated.shape != place.shape[:1]:
        raise ValueError("treated is true or false for each row of points")
    if along is None and caliper is not None and place.shape[1] > 1:
        raise ValueError("points have several dimensions; say along which number the caliper lies")
    line = place[:, 0] if along is None else as_numbers(along, "along")
    if line.shape != is_treated.shape or np.isnan(place).any() or np.isnan(line).any():
        raise ValueError("a number is missing, or there is not one for each row; leave rows out that have none")
    if not is_treated.any() or is_treated.all():
        raise ValueError("there is nobody on one side; give rows of both")
    if caliper is not None and not caliper > 0:
        raise ValueError(f"a caliper lies above 0, not at {caliper:g}")
    return place, is_treated, line
