"""Which cells are chosen, and whether they would be chosen again: on another grid, and with another year's luck.

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
from safeground.engine.statistics import choose_spots

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

    moved: on grids moved and turned, with the same events. redrawn: on the same grid, with events drawn anew from what was seen
    (each event none, once or several times, as chance would have it).
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
    steady = np.zeros(ids.size)
    for other in moved:
        theirs, total = _add_up(other, easting, northing, weights)
        over = other.locate(centres[:, 0], centres[:, 1])
        at = np.minimum(np.searchsorted(theirs, over), theirs.size - 1)
        steady += np.where(theirs[at] == over, total[at], 0.0)
    return CellScores(ids, centres, own, steady / len(moved))


def choose_cells(
    scores: CellScores, *, count: int, spacing: float, method: Literal["greedy", "optimal"] = "greedy"
) -> NDArray[np.intp]:
    """Positions of the cells chosen, the highest first; fewer where there are no more with room between them."""
    return _choose(scores.ranked_by, scores.centres, count, spacing, method)


def repeat_choice(
    grid: Grid,
    moved: Sequence[Grid],
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weights: NDArray[np.float64],
    scores: CellScores,
    chosen: NDArray[np.intp],
    *,
    spacing: float,
    rng: np.random.Generator,
) -> Persistence:
    """How often each chosen cell would be chosen again."""
    spots = scores.centres[chosen]
    moved_hits, redrawn_hits = np.zeros(chosen.size), np.zeros(chosen.size)
    cells = np.searchsorted(scores.ids, grid.locate(easting, northing))
    share = np.divide(scores.ranked_by, scores.own, out=np.zeros_like(scores.own), where=scores.own > 0)
    for other in moved:
        ids, own = _add_up(other, easting, northing, weights)
        centres = other.centres(ids)
        moved_hits += _is_near(spots, centres[_choose(own, centres, chosen.size, spacing)], grid.cell)
        times = rng.poisson(1.0, size=weights.size)
        redrawn = np.bincount(cells, weights=weights * times, minlength=scores.ids.size).astype(np.float64)
        again = _choose(redrawn * share, scores.centres, chosen.size, spacing)
        redrawn_hits += _is_near(spots, scores.centres[again], grid.cell)
    return Persistence(moved_hits / len(moved), redrawn_hits / len(moved), len(moved))


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
    method: Literal["greedy", "optimal"] = "greedy",
) -> NDArray[np.intp]:
    if not (scores > 0).any():
        return np.zeros(0, dtype=np.intp)
    found = choose_spots(scores, centres[:, 0], centres[:, 1], k=count, spacing=spacing, method=method)
    return found.chosen.astype(np.intp)


def _is_near(spots: NDArray[np.float64], others: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
    if not len(others):
        return np.zeros(len(spots), dtype=bool)
    distance, _ = scipy.spatial.cKDTree(others).query(spots)
    return np.asarray(distance <= reach)
