"""Local statistics and classes in space and time: false alarms where nothing happens, and whether what was planted is found."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from safeground.engine.statistics import (
    classify_space_time,
    local_getis_ord,
    local_moran,
    measure_class_alarms,
)

SIDE, PERIODS = 25, 12


def queen(side: int = SIDE) -> scipy.sparse.csr_array:
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.maximum(abs(row[:, None] - row), abs(column[:, None] - column))
    return scipy.sparse.csr_array((apart == 1).astype(float))


NEIGHBOURS = queen()


def skewed(rng: np.random.Generator) -> np.ndarray:
    """Cells that differ, as streets do, with nothing that puts the busy ones together."""
    return rng.poisson(rng.gamma(0.3, 2, SIDE * SIDE)).astype(float)


def block(row: int, column: int, size: int = 3) -> np.ndarray:
    return (np.arange(row, row + size)[:, None] * SIDE + np.arange(column, column + size)).ravel()


@pytest.mark.parametrize(
    ("statistic", "options"),
    [
        (local_getis_ord, {"runs": 99}),
        (local_getis_ord, {"runs": 99, "hold_own": False}),
        (local_getis_ord, {"runs": 1_999, "exact": False}),
        (local_moran, {"runs": 99}),
    ],
    ids=["Gi*", "Gi*, own drawn", "Gi* by draws", "local Moran"],
)
def test_alarms_on_maps_without_clusters_are_as_rare_as_told(statistic, options) -> None:
    rng = np.random.default_rng(1)
    maps = 120
    found = [statistic(skewed(rng), NEIGHBOURS, rng=rng, **options) for _ in range(maps)]
    share_of_cells = np.mean([one.p_value <= 0.05 for one in found])
    alarmed = np.mean([(one.adjusted_p_value < 0.05).any() for one in found])
    # Below, for where most cells are empty none can be told to be cold. A standard error of 120 maps is 0.02.
    assert 0.015 < share_of_cells < 0.0515
    assert alarmed < 0.05 + 2 * 0.02


def test_where_counts_are_large_alarms_are_neither_more_nor_fewer_than_told() -> None:
    rng = np.random.default_rng(8)
    found = [local_getis_ord(rng.poisson(20, SIDE * SIDE), NEIGHBOURS, runs=99, rng=rng) for _ in range(60)]
    assert np.mean([one.p_value <= 0.05 for one in found]) == pytest.approx(0.048, abs=0.006)


def test_the_normal_approximation_alarms_far_too_often_on_such_maps_as_its_words_warn() -> None:
    rng = np.random.default_rng(2)
    found = [local_getis_ord(skewed(rng), NEIGHBOURS, runs=0, rng=rng) for _ in range(50)]
    assert np.mean([(one.kind == "hot").any() for one in found]) > 0.5


def test_a_planted_hot_spot_is_found_and_little_else() -> None:
    rng = np.random.default_rng(3)
    planted = block(10, 10)
    found_share, elsewhere = [], []
    around = np.flatnonzero(NEIGHBOURS[planted].sum(axis=0))
    for _ in range(40):
        counts = rng.poisson(1, SIDE * SIDE)
        counts[planted] += rng.poisson(4, 9)
        hot = local_getis_ord(counts, NEIGHBOURS, runs=99, rng=rng, hold_own=False).kind == "hot"
        found_share.append(hot[planted].mean())
        elsewhere.append(np.setdiff1d(np.flatnonzero(hot), np.union1d(planted, around)).size)
    assert np.mean(found_share) > 0.6  # the block's corners have most of their neighbours outside
    assert np.mean(elsewhere) < 1.5  # of 600 cells: 5% of some 20 that are called hot


def test_classes_are_seldom_given_where_nothing_happens() -> None:
    rng = np.random.default_rng(4)
    risk = np.full(SIDE * SIDE, 0.3)
    risk[block(3, 3)] += 3
    risk[block(15, 12)] += 2
    counts = rng.poisson(risk[:, None], (SIDE * SIDE, PERIODS))
    alarms = measure_class_alarms(counts, NEIGHBOURS, rng=rng, simulations=40)
    # A standard error of 40 maps is 0.035 at 5%.
    assert max(alarms.hot_maps, alarms.emerging_maps, alarms.former_maps) <= 0.05 + 2 * 0.035
    assert alarms.emerging < 0.02 and alarms.former < 0.02


def test_series_of_events_do_not_make_places_emerge() -> None:
    rng = np.random.default_rng(5)
    risk = np.full(SIDE * SIDE, 0.1)
    risk[block(3, 3)] += 1
    risk[block(15, 12)] += 1
    named = []
    for _ in range(30):
        # Each series has three events on average, all in one period.
        counts = rng.poisson(3 * rng.poisson(risk[:, None], (SIDE * SIDE, PERIODS)))
        found = classify_space_time(counts, NEIGHBOURS, rng=rng)
        assert 2 < found.dispersion < 6
        named.append(bool(np.isin(found.kind, ["emerging", "former"]).any()))
    assert np.mean(named) <= 0.05 + 2 * 0.04


def test_what_was_planted_is_given_its_class() -> None:
    rng = np.random.default_rng(6)
    persistent, emerging, former = block(3, 3), block(15, 3), block(15, 18)
    right = []
    for _ in range(15):
        mean = np.full((SIDE * SIDE, PERIODS), 0.4)
        mean[persistent] += 5
        mean[emerging, 9:] += 5
        mean[former, :6] += 5
        kind = classify_space_time(rng.poisson(mean), NEIGHBOURS, rng=rng).kind
        quiet = block(3, 18, 4)
        right.append(
            [(kind[cells] == name).mean() for cells, name in
             ((persistent, "persistent"), (emerging, "emerging"), (former, "former"), (quiet, "never"))]
        )  # fmt: skip
    assert (np.mean(right, axis=0) > [0.65, 0.9, 0.9, 0.95]).all()
