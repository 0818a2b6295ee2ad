"""What stands out beyond chance: a cell by itself, and a cell with those around it."""

from __future__ import annotations

import numpy as np

from safeground.engine.areas import make_grid
from safeground.engine.places.hot_spots.detecting import find_more_than_even, find_standing_out

GRID = make_grid(cell=150, kind="square")
LONE, AMONG = 205, 610
"""Positions of a busy cell in quiet streets, and of one whose neighbours are busy too."""


def make_events() -> tuple[np.ndarray, np.ndarray]:
    """1,600 cells in use with 0.5 events each, a lone cell with 13, and nine cells together with six each."""
    x, y = np.meshgrid(580_075 + 150 * np.arange(40), 180_075 + 150 * np.arange(40))
    in_use = np.unique(GRID.locate(x.ravel(), y.ravel()))
    counts = np.random.default_rng(5).poisson(0.5, in_use.size)
    together = GRID.neighbours(in_use)[[AMONG]].toarray().ravel() > 0
    counts[together] = counts[AMONG] = 6
    counts[GRID.neighbours(in_use)[[LONE]].toarray().ravel() > 0] = 0
    counts[LONE] = 13
    return in_use, np.repeat(in_use, counts)


def test_a_lone_busy_cell_holds_more_than_an_even_spread_and_has_no_busy_neighbours() -> None:
    in_use, cell_of = make_events()
    more = find_more_than_even(in_use, cell_of)
    with_neighbours = find_standing_out(GRID, in_use, cell_of, np.random.default_rng(1))
    assert more[LONE] and not with_neighbours[LONE]
    assert more[AMONG] and with_neighbours[AMONG]


def test_an_even_map_has_no_cell_that_holds_more_in_most_draws() -> None:
    in_use, _ = make_events()
    rng = np.random.default_rng(3)
    found = [find_more_than_even(in_use, np.repeat(in_use, rng.poisson(0.5, in_use.size))).any() for _ in range(200)]
    assert np.mean(found) <= 0.1
