"""Risk factors between areas, areas like this one, and likeness next door: what is refused, what is missing, what is found."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from safeground.engine.statistics import (
    compare_with_similar,
    estimate_spatial_autocorrelation,
    find_similar_areas,
    fit_count_regression,
)

RNG = np.random.default_rng(2)
FACTOR = RNG.normal(size=(80, 1))
COUNTS = RNG.poisson(20 * np.exp(0.3 * FACTOR[:, 0]))
PEOPLE = np.full(80, 1_000.0)
DISTRICTS = np.arange(80) % 8


def test_areas_with_a_missing_number_are_left_out_and_change_nothing() -> None:
    counts, factor = np.append(COUNTS, [5.0, np.nan]), np.vstack([FACTOR, [[np.nan]], [[0.0]]])
    with_missing = fit_count_regression(
        counts, np.append(PEOPLE, [900, 900]), factor, clusters=np.append(DISTRICTS, [0, 1])
    )
    without = fit_count_regression(COUNTS, PEOPLE, FACTOR, clusters=DISTRICTS)
    assert with_missing.areas == 80
    assert with_missing.ratio.lower[0] == without.ratio.lower[0]
    assert np.isnan(with_missing.residuals[-2:]).all()


def test_too_few_districts_give_a_ratio_without_an_interval() -> None:
    ratio = fit_count_regression(COUNTS, PEOPLE, FACTOR, clusters=DISTRICTS % 5).ratio
    assert ratio.value[0] > 1
    assert np.isnan(ratio.lower[0])
    assert ratio.direction[0] == "cannot tell"
    assert str(ratio.method[0]).startswith("not available: fewer than 6 clusters")


@pytest.mark.parametrize(
    ("counts", "factors", "said"),
    [
        (np.zeros(80), FACTOR, "no event"),
        (COUNTS, np.hstack([FACTOR, 2 * FACTOR + 1]), "one factor follows from the others"),
        (COUNTS, FACTOR[:70], "shapes do not fit"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(counts: np.ndarray, factors: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit_count_regression(counts, PEOPLE, factors, clusters=DISTRICTS)


def test_the_nearest_come_first_and_an_area_is_never_its_own() -> None:
    found = find_similar_areas([[0.0], [1.0], [1.0], [5.0], [6.0]], size=2)
    assert found.members[0].tolist() in ([1, 2], [2, 1])
    assert found.members[1, 0] == 2
    assert found.members[2, 0] == 1
    assert found.distances[1, 0] == 0
    assert all(row not in group for row, group in enumerate(found.members.tolist()))
    assert (np.diff(found.distances) >= 0).all()


def test_an_area_of_which_something_is_unknown_has_no_group_and_is_in_none() -> None:
    found = find_similar_areas([[0.0, 1], [1, np.nan], [2, 0], [3, 5]], size=2)
    assert found.has_group.tolist() == [True, False, True, True]
    assert 1 not in found.members[[0, 2, 3]]
    compared = compare_with_similar([10, 10, 10, 10], [100] * 4, found)
    assert np.isnan(compared.value[1])
    assert compared.value[0] == pytest.approx(1)


def test_what_is_kept_of_a_group_is_its_share() -> None:
    first, second = (find_similar_areas([[0.0], [1.0], [x], [9.0]], size=2) for x in (2.0, 50.0))
    assert first.share_kept(second)[0] == 0.5
    assert first.share_kept(first).tolist() == [1, 1, 1, 1]


def test_the_rate_beside_it_is_that_of_the_group_alone() -> None:
    found = compare_with_similar(
        [10, 19.5, 39.5, 900], [100, 100, 100, 100], find_similar_areas([[0.0], [1], [2], [99]], size=2)
    )
    assert found.group_rate[0] == pytest.approx(np.sqrt(0.2 * 0.4))
    assert found.value[0] == pytest.approx(0.105 / np.sqrt(0.2 * 0.4))
    assert np.isnan(found.upper).all()  # of four areas it cannot be known how they differ
    assert set(found.position()) == {"inside"}


def test_one_area_far_from_those_like_it_stands_out_and_does_not_hide_itself() -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(1_000 * np.exp(rng.normal(0, 0.1, 40)))
    counts[7] = 2_500
    found = compare_with_similar(counts, np.full(40, 50_000), find_similar_areas(rng.normal(size=(40, 2)), size=5))
    assert found.position()[7] == "above 99.8%"
    assert 0.05 < found.spread < 0.2


@pytest.mark.parametrize(
    ("values", "said"), [([[1.0], [2.0]], "at least 3 areas"), ([[1.0]] * 5, "the same everywhere")]
)
def test_groups_that_cannot_be_made_are_refused(values: list[list[float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        find_similar_areas(values, size=2)


def test_a_checkerboard_is_unlike_its_neighbours_and_noise_is_like_nothing() -> None:
    side = 12
    path = scipy.sparse.diags_array([np.ones(side - 1), np.ones(side - 1)], offsets=[-1, 1])
    grid = scipy.sparse.csr_array(scipy.sparse.kronsum(path, path))
    board = np.indices((side, side)).sum(axis=0).ravel() % 2.0
    found = estimate_spatial_autocorrelation(board, grid, random_numbers=np.random.default_rng(1))
    assert found.value == pytest.approx(-1)
    assert found.p_value == 0.001
    noise = np.random.default_rng(9).normal(size=side**2)
    assert estimate_spatial_autocorrelation(noise, grid, random_numbers=np.random.default_rng(1)).p_value > 0.05


def test_islands_and_missing_areas_are_left_out() -> None:
    line = scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(29), np.ones(29)], offsets=[-1, 1]))
    values = np.arange(30.0)
    values[[5, 29]] = np.nan
    found = estimate_spatial_autocorrelation(values, line, random_numbers=np.random.default_rng(1))
    assert found.areas == 28
    assert np.isnan(estimate_spatial_autocorrelation(np.ones(30), line, random_numbers=np.random.default_rng(1)).value)
