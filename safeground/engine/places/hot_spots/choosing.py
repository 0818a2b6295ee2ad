"""Which cells are chosen, and whether they would be chosen again: on another grid, and with other luck over the same months.

Where a grid begins is arbitrary: a cell that is busy on one grid may be cut in two on the next. So a cell is ranked by the lesser
of two numbers: its own count, and the mean count of the cells over its centre as the grid is moved and turned. It can rank neither
by events that lie next door nor by a fit that another grid would not give it. Rejected: to multiply the count by how often a cell
is chosen again, since that share depends on what else is chosen and has no unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from safeground.engine.areas import Grid, make_grid
from safeground.engine.places.hot_spots.plan import Exclusion, find_excluded
from safeground.engine.statistics import choose_spots, shrink_ratios

_EVENLY = 1.2207440846057596 ** -np.arange(1.0, 4.0)
"""Steps that fill a cube evenly (powers of the root of x^4 = x + 1): a mean over such grids varies less than over random ones."""


@dataclass(frozen=True, eq=False)
class CellScores:
    """Cells with an event in them, arrays of one length n, in order of their ids.

    own: what each cell's own events add up to. steady: the mean of that over the grids as moved. centres: (n, 2), metres.
    """

    ids: NDArray[np.int64]
    centres: NDArray[np.float64]
    own: NDArray[np.float64]
    steady: NDArray[np.float64]

    @property
    def ranked_by(self) -> NDArray[np.float64]:
        return np.minimum(self.own, self.steady)


@dataclass(frozen=True, eq=False)
class Persistence:
    """Of each chosen cell, the share of repetitions in which a place within one cell's width of it was chosen again.

    moved: on grids moved and turned, with the same events. redrawn: on the same grid, with events drawn anew over all cells in
    use, from the counts seen drawn towards their mean: other luck over as many months, if each place is what it seems.
    """

    moved: NDArray[np.float64]
    redrawn: NDArray[np.float64]
    repetitions: int


def move_grids(grid: Grid, number: int, rng: np.random.Generator) -> tuple[Grid, ...]:
    """The grid moved by up to one cell and turned as far as it looks different, evenly from a random start."""
    turn = 90.0 if grid.kind == "square" else 60.0
    drawn = (rng.random(3) + np.arange(number)[:, None] * _EVENLY) % 1.0
    return tuple(
        make_grid(cell=grid.cell, kind=grid.kind, offset=(x * grid.cell, y * grid.cell), rotation=angle * turn)
        for x, y, angle in drawn
    )


def score_cells(
    grid: Grid,
    moved: Sequence[Grid],
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> CellScores:
    """Weights of points (1 for a count) added up by cell, and the mean of it over the moved grids."""
    ids, own = _add_up(grid, easting, northing, weights)
    centres = grid.centres(ids)
    sums = [_add_up(other, easting, northing, weights) for other in moved]
    return CellScores(ids, centres, own, _mean_over(moved, sums, centres))


def choose_cells(
    scores: CellScores,
    *,
    count: int,
    spacing: float,
    method: Literal["greedy", "optimal"] = "greedy",
    exclusions: Sequence[Exclusion] = (),
) -> NDArray[np.intp]:
    """Positions of the cells chosen, the highest first; fewer where there are no more with room between them."""
    return _choose(scores.ranked_by, scores.centres, count, spacing, method, exclusions)


def repeat_choice(
    grid: Grid,
    moved: Sequence[Grid],
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weights: NDArray[np.float64],
    scores: CellScores,
    chosen: NDArray[np.intp],
    *,
    in_use: NDArray[np.int64],
    spacing: float,
    rng: np.random.Generator,
    method: Literal["greedy", "optimal"] = "greedy",
    exclusions: Sequence[Exclusion] = (),
) -> Persistence:
    """How often each chosen cell would be chosen again, by the same method, the same two numbers and outside the same exclusions.

    in_use: ids of the cells where an event could have been, in ascending order, those of `scores` among them.
    """
    spots = scores.centres[chosen]
    moved_hits, redrawn_hits = np.zeros(chosen.size), np.zeros(chosen.size)
    sums = [_add_up(other, easting, northing, weights) for other in moved]
    draw = _Redrawing.of(grid, easting, northing, scores, in_use)
    # A cell that holds less than half of the last one chosen would not be: with 40,000 cells, to rank those too takes 20 seconds.
    least = scores.ranked_by[chosen].min(initial=np.inf) / 2
    for other, (ids, own) in zip(moved, sums, strict=True):
        centres, own = other.centres(ids)[own >= least], own[own >= least]
        ranked_by = np.minimum(own, _mean_over(moved, sums, centres))
        again = _choose(ranked_by, centres, chosen.size, spacing, method, exclusions)
        moved_hits += _is_near(spots, centres[again], grid.cell)
        again = _choose(draw.draw(rng), draw.centres, chosen.size, spacing, method, exclusions)
        redrawn_hits += _is_near(spots, draw.centres[again], grid.cell)
    return Persistence(moved_hits / len(moved), redrawn_hits / len(moved), len(moved))


@dataclass(frozen=True, eq=False)
class _Redrawing:
    """Cells in use with the events to be expected of each in as long a time, and what one event adds to what a cell ranks by.

    Expected are the counts drawn towards the mean of all cells: a cell is chosen for having many, in part by luck, and to draw anew
    around its own count would give it that luck again. An event in a cell that had none adds what one adds on average.
    """

    centres: NDArray[np.float64]
    expected: NDArray[np.float64]
    worth: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        grid: Grid,
        easting: NDArray[np.float64],
        northing: NDArray[np.float64],
        scores: CellScores,
        in_use: NDArray[np.int64],
    ) -> _Redrawing:
        counts = np.zeros(in_use.size)
        at = np.searchsorted(in_use, scores.ids)
        counts[at] = _add_up(grid, easting, northing, np.ones(easting.size))[1]
        worth = np.full(in_use.size, scores.ranked_by.sum() / counts.sum())
        worth[at] = scores.ranked_by / counts[at]
        expected = shrink_ratios(counts, np.ones(in_use.size)).value * counts.mean()
        return cls(grid.centres(in_use), expected, worth)

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        return rng.poisson(self.expected) * self.worth


def _mean_over(
    moved: Sequence[Grid],
    sums: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]],
    centres: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The mean, over the moved grids, of what the cell over each centre adds up to."""
    total = np.zeros(len(centres))
    for grid, (ids, own) in zip(moved, sums, strict=True):
        over = grid.locate(centres[:, 0], centres[:, 1])
        at = np.minimum(np.searchsorted(ids, over), ids.size - 1)
        total += np.where(ids[at] == over, own[at], 0.0)
    return total / len(moved)


def _add_up(
    grid: Grid, easting: NDArray[np.float64], northing: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    ids, which = np.unique(grid.locate(easting, northing), return_inverse=True)
    return ids, np.bincount(which.ravel(), weights=weights, minlength=ids.size).astype(np.float64)


def _choose(
    scores: NDArray[np.float64],
    centres: NDArray[np.float64],
    count: int,
    spacing: float,
    method: Literal["greedy", "optimal"],
    exclusions: Sequence[Exclusion],
) -> NDArray[np.intp]:
    excluded = find_excluded(exclusions, centres)
    if not (scores[~excluded] > 0).any():
        return np.zeros(0, dtype=np.intp)
    found = choose_spots(
        scores, centres[:, 0], centres[:, 1], k=count, spacing=spacing, method=method, exclude=excluded
    )
    return found.chosen.astype(np.intp)


def _is_near(spots: NDArray[np.float64], others: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
    if not len(others):
        return np.zeros(len(spots), dtype=bool)
    distance, _ = scipy.spatial.cKDTree(others).query(spots)
    return np.asarray(distance <= reach)
