"""A hot spot is where most happened, wherever the grid lies."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from safeground.engine.areas import make_grid
from safeground.engine.places.hot_spots.choosing import choose_cells, move_grids, repeat_choice, score_cells
from safeground.engine.places.hot_spots.plan import Exclusion, HotSpotPlan

SPACING = 500


def scatter(rng, *, spots=8, in_each=40, elsewhere=600, spread=25.0):
    """Points of `spots` clusters on a lattice of 2 km, and others all over 20 km."""
    anchors = np.array([(580_500.0 + 2_000 * (at % 4), 180_700.0 + 2_000 * (at // 4)) for at in range(spots)])
    inside = np.repeat(anchors, in_each, axis=0) + rng.normal(0, spread, (spots * in_each, 2))
    points = np.vstack([inside, rng.uniform((575_000, 175_000), (595_000, 195_000), (elsewhere, 2))])
    return anchors, points[:, 0], points[:, 1]


def choose(x, y, *, kind="hexagon", count=8, seed=1, method="greedy", exclusions=()):
    grid, rng = make_grid(cell=150, kind=kind), np.random.default_rng(seed)
    moved, ones = move_grids(grid, 32, rng), np.ones(len(x))
    scores = score_cells(grid, moved, x, y, ones)
    chosen = choose_cells(scores, count=count, spacing=SPACING, method=method, exclusions=exclusions)
    again = repeat_choice(
        grid,
        moved,
        x,
        y,
        ones,
        scores,
        chosen,
        in_use=find_in_use(grid, scores),
        spacing=SPACING,
        rng=rng,
        method=method,
        exclusions=exclusions,
    )
    return scores, chosen, again


def find_in_use(grid, scores):
    """Cells where an event could have been: a square of 20 km and whatever holds one."""
    return np.unique(np.r_[grid.cover(shapely.box(575_000, 175_000, 595_000, 195_000)), scores.ids])


@pytest.mark.parametrize("kind", ["square", "hexagon"])
def test_planted_places_are_found(kind):
    found = 0
    for seed in range(5):
        anchors, x, y = scatter(np.random.default_rng(seed))
        scores, chosen, _ = choose(x, y, kind=kind, seed=seed)
        apart = np.hypot(*(scores.centres[chosen][:, None] - anchors[None]).transpose(2, 0, 1)).min(axis=0)
        found += int((apart < 150).sum())
    assert found >= 38  # of 40


def test_planted_places_are_chosen_again_and_chance_ones_are_not():
    _, x, y = scatter(np.random.default_rng(2))
    _, _, again = choose(x, y, count=16)
    assert again.moved[:8].min() > 0.9 and again.redrawn[:8].min() > 0.9
    # A pair of events that chance put side by side stays one on most grids: it is other luck that would not choose it again.
    assert again.redrawn[8:].max() < 0.4 and again.moved[8:].mean() < 0.75


def test_a_list_of_luck_does_not_say_that_it_would_be_chosen_again():
    """Events dealt evenly over 20 km: the places with most of them are not more likely to have most again than any other."""
    rng = np.random.default_rng(6)
    x, y = rng.uniform(575_000, 595_000, 9_000), rng.uniform(175_000, 195_000, 9_000)
    _, _, again = choose(x, y, count=20)
    assert again.redrawn.mean() < 0.1


def test_the_best_set_is_held_against_best_sets():
    """Two cells side by side that are better together than the one between them: greedy repetitions would choose that one."""
    x, y = np.repeat([580_000.0, 580_420.0, 580_840.0], [90, 100, 90]), np.full(280, 180_000.0)
    _, chosen, again = choose(x, y, count=2, method="optimal")
    assert len(chosen) == 2 and again.moved.min() > 0.9


def test_spots_keep_their_distance_and_stand_in_order():
    _, x, y = scatter(np.random.default_rng(3), elsewhere=3_000)
    scores, chosen, _ = choose(x, y, count=40)
    spots = scores.centres[chosen]
    apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)) + np.eye(len(spots)) * 1e9
    assert apart.min() >= SPACING
    assert (np.diff(scores.ranked_by[chosen]) <= 0).all()


def test_a_cell_cannot_rank_by_what_lies_next_door():
    grid = make_grid(cell=150, kind="square")
    centre = grid.centres(grid.locate([580_075], [180_075]))[0]
    x, y = np.r_[np.full(30, centre[0] + 80), centre[0]], np.full(31, centre[1])
    scores = score_cells(grid, move_grids(grid, 64, np.random.default_rng(1)), x, y, np.ones(31))
    own, beside = scores.own.argmin(), scores.own.argmax()
    assert scores.own[own] == 1 and scores.steady[own] > 5
    assert scores.ranked_by[own] == 1 and scores.ranked_by[beside] > 5


def test_a_cluster_ranks_by_what_another_grid_would_give_it():
    """Thirty events on a line as long as a cell is wide: one grid in its place holds them all, most hold a part."""
    grid = make_grid(cell=150, kind="square")
    x, y = np.linspace(580_051, 580_199, 30), np.full(30, 180_001.0)
    scores = score_cells(grid, move_grids(grid, 64, np.random.default_rng(1)), x, y, np.ones(30))
    assert scores.ranked_by.max() < 0.9 * 30


@pytest.mark.parametrize("method", ["greedy", "optimal"])
def test_where_none_may_be_chosen_none_is_nor_would_be_again_and_the_others_stay(method):
    anchors, x, y = scatter(np.random.default_rng(5))
    left_out = Exclusion("A site", *anchors[2], 300)
    scores, everywhere, _ = choose(x, y, count=8, method=method)
    _, chosen, again = choose(x, y, count=7, method=method, exclusions=(left_out,))
    apart = np.hypot(*(scores.centres - anchors[2]).T)
    assert apart[everywhere].min() <= 300 < apart[chosen].min()
    assert set(chosen) == {at for at in everywhere if apart[at] > 300}
    # Were it chosen on other grids, the seven would not all be: it is busier than what chance scattered.
    assert again.moved.min() > 0.9 and again.redrawn.min() > 0.9


def test_the_same_seed_chooses_the_same():
    _, x, y = scatter(np.random.default_rng(4))
    first, second = choose(x, y, seed=9), choose(x, y, seed=9)
    assert np.array_equal(first[1], second[1]) and np.array_equal(first[2].moved, second[2].moved)


def test_fewer_are_chosen_where_no_more_have_room():
    x, y = np.array([580_000.0, 580_200.0, 580_400.0]), np.full(3, 180_000.0)
    _, chosen, _ = choose(x, y, count=5)
    assert len(chosen) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"cell": 5}, "25 to 5,000 metres"),
        ({"count": 0}, "1 to 500 hot spots"),
        ({"spacing": -1}, "metres between two spots"),
        ({"months": 0}, "at least one month"),
        ({"override": " "}, "say why"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(given, says):
    with pytest.raises(ValueError, match=says):
        HotSpotPlan(**given)
