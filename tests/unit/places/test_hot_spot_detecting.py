"""What stands out beyond chance: a cell by itself, and a cell with those around it."""

from __future__ import annotations

import numpy as np

from safeground.engine.areas import make_grid
from safeground.engine.places.hot_spots.detecting import find_more_than_even, find_near_repeats, find_standing_out
from safeground.engine.places.hot_spots.incidents import Incidents

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
    with_neighbours = find_standing_out(GRID, in_use, cell_of, np.random.default_rng(1)).kind == "hot"
    assert more[LONE] and not with_neighbours[LONE]
    assert more[AMONG] and with_neighbours[AMONG]


def test_an_even_map_has_no_cell_that_holds_more_in_most_draws() -> None:
    in_use, _ = make_events()
    rng = np.random.default_rng(3)
    found = [find_more_than_even(in_use, np.repeat(in_use, rng.poisson(0.5, in_use.size))).any() for _ in range(200)]
    assert np.mean(found) <= 0.1


def make_dated(days: np.ndarray, *, lasts: np.ndarray, x: np.ndarray, months: int) -> Incidents:
    """Robberies of so many months to June 2025; only what near repeats are looked for in is filled."""
    first = np.datetime64("2025-06", "M") - (months - 1)
    start = first.astype("datetime64[m]") + (24 * 60 * days).astype("timedelta64[m]")
    text = np.full(days.size, "", dtype=object)
    return Incidents(
        definition=None,  # type: ignore[arg-type]
        months=tuple((first + at).astype(object) for at in range(months)),
        easting=x,
        northing=np.full(days.size, 180_000.0),
        month=start.astype("datetime64[M]"),
        start=start,
        end=start + lasts.astype("timedelta64[m]"),
        offence=text,
        ho_code=text,
        location=text,
        area_code=text,
        left_out={},
    )


def test_near_repeats_are_of_the_newest_two_years_and_of_offences_known_to_a_day() -> None:
    rng = np.random.default_rng(2)
    days, x = rng.uniform(0, 60 * 30, 400), rng.uniform(580_000, 582_000, 400)
    lasts = np.where(np.arange(400) % 4 == 0, 20 * 24 * 60, 60)
    every = make_dated(days, lasts=lasts, x=x, months=60)
    certain = (every.month > np.datetime64("2023-06", "M")) & (lasts == 60)
    assert 30 < certain.sum() < 200
    same = [find_near_repeats(each, np.random.default_rng(1)) for each in (every, every.select(certain))]
    assert not any(isinstance(each, str) for each in same)
    assert np.array_equal(same[0].observed, same[1].observed)  # type: ignore[union-attr]


def test_offences_without_a_certain_day_get_a_sentence() -> None:
    days, x = np.arange(100.0), np.linspace(580_000, 582_000, 100)
    found = find_near_repeats(make_dated(days, lasts=np.full(100, 9_000), x=x, months=12), np.random.default_rng(1))
    assert isinstance(found, str) and "known to within a day" in found
