"""Hot spots of known intensity in the made-up county are found again, and what is said of later months is true."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.areas import make_grid, to_grid
from safeground.engine.places.hot_spots.choosing import choose_cells, move_grids, score_cells
from safeground.synthetic import make_county
from safeground.synthetic.crime_types import NAMES
from safeground.synthetic.events import NOWHERE, draw_month
from safeground.synthetic.hot_spots import OF_TYPE, choose_hot_points, expected_at_points


@pytest.fixture(scope="module")
def county():
    return make_county(seed=7, small_areas=300, months=30, neighbour_months=0)


def draw_points(county):
    """Points of all robberies of the county's months, by their position."""
    land, kind = county.territory, NAMES.index(OF_TYPE)
    found = []
    for month in land.months:
        events = draw_month(county, land, month)
        mine = (events.kind == kind) & (events.place != NOWHERE) & (events.place < len(land.points.longitude))
        found.append(events.place[mine])
    return np.concatenate(found)


def choose(county, points, *, count):
    land = county.territory
    x, y = to_grid(land.points.longitude[points], land.points.latitude[points])
    grid = make_grid(cell=150, kind="hexagon")
    scores = score_cells(grid, move_grids(grid, 48, np.random.default_rng(1)), x, y, np.ones(len(x)))
    return scores.centres[choose_cells(scores, count=count, spacing=500)]


def test_the_places_with_most_to_be_expected_are_among_those_chosen(county):
    spots = choose(county, draw_points(county), count=20)
    land = county.territory
    hot = choose_hot_points(land, count=10)
    x, y = to_grid(land.points.longitude[hot], land.points.latitude[hot])
    apart = np.hypot(*(spots[:, None] - np.column_stack([x, y])[None]).transpose(2, 0, 1)).min(axis=0)
    assert (apart <= 150).sum() >= 8


def test_no_other_choice_of_as_many_would_be_expected_to_hold_much_more(county):
    """By the truth: what the chosen cells are to be expected to hold, beside the cells with most to be expected."""
    land = county.territory
    expected = expected_at_points(land)
    x, y = to_grid(land.points.longitude, land.points.latitude)
    grid = make_grid(cell=150, kind="hexagon")
    cells, which = np.unique(grid.locate(x, y), return_inverse=True)
    by_cell = np.bincount(which.ravel(), weights=expected)
    spots = choose(county, draw_points(county), count=20)
    chosen = np.searchsorted(cells, grid.locate(spots[:, 0], spots[:, 1]))
    best = np.sort(by_cell)[-20:].sum()
    assert by_cell[chosen].sum() > 0.7 * best
