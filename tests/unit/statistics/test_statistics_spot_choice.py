"""Choosing spots: against every choice there is, spacing to the metre, exclusions, bounds, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse
from scipy import optimize, spatial

from safeground.engine.statistics import choose_spots


def best_of_all(scores: np.ndarray, x: np.ndarray, y: np.ndarray, k: int, spacing: float) -> float:
    apart = spatial.distance_matrix(np.column_stack([x, y]), np.column_stack([x, y]))
    best = 0.0
    for size in range(1, k + 1):
        for chosen in itertools.combinations(range(scores.size), size):
            if all(apart[a, b] >= spacing for a, b in itertools.combinations(chosen, 2)):
                best = max(best, float(scores[list(chosen)].sum()))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_is_that_of_every_choice_and_greedy_is_within_its_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, (x, y) = rng.gamma(1, 5, 14).round(1), rng.uniform(0, 1_000, (2, 14))
    truth = best_of_all(scores, x, y, 4, 350)
    best, greedy = (choose_spots(scores, x, y, k=4, spacing=350, method=method) for method in ("optimal", "greedy"))
    assert best.total == pytest.approx(truth) and best.proven
    assert greedy.total == best.greedy_total <= truth + 1e-9 <= greedy.upper_bound + 2e-9
    assert best.greedy_loss == pytest.approx(1 - greedy.total / truth)
    apart = spatial.distance.pdist(np.column_stack([x, y])[best.chosen])
    assert (apart >= 350).all() and (np.diff(scores[best.chosen]) <= 0).all()


def test_a_high_place_that_blocks_two_better_together() -> None:
    greedy = choose_spots([9, 10, 9], [0, 100, 200], [0, 0, 0], k=2, spacing=150)
    best = choose_spots([9, 10, 9], [0, 100, 200], [0, 0, 0], k=2, spacing=150, method="optimal")
    assert (greedy.chosen.tolist(), best.chosen.tolist()) == ([1], [0, 2])
    assert best.greedy_loss == pytest.approx(8 / 18) and not greedy.proven and best.proven
    assert greedy.gap == pytest.approx(1 - 10 / greedy.upper_bound)


def test_places_exactly_the_spacing_apart_are_far_enough_whatever_their_last_digit() -> None:
    x = np.arange(4) * (0.1 + 0.2) * 1_000 + 530_000
    for method in ("greedy", "optimal"):
        assert choose_spots([4, 3, 2, 1], x, np.zeros(4), k=4, spacing=300, method=method).chosen.size == 4
        assert choose_spots([4, 3, 2, 1], x, np.zeros(4), k=4, spacing=300.01, method=method).chosen.tolist() == [0, 2]


def test_excluded_missing_and_worthless_places_are_never_chosen_and_are_counted() -> None:
    found = choose_spots(
        [9, 8, np.nan, 7, 0, -2, 6], [0, 1, 2, np.nan, 4, 5, 6], [0] * 7, k=5, spacing=0, exclude=[True, *[False] * 6]
    )
    assert found.chosen.tolist() == [1, 6]
    assert (found.eligible, found.excluded, found.missing, found.total) == (2, 1, 2, 14)


def test_ties_go_to_the_first_and_without_spacing_the_highest_are_best() -> None:
    scores = np.random.default_rng(1).gamma(1, 5, 3_000)
    found = choose_spots(scores, np.arange(3_000) % 7, np.zeros(3_000), k=20, spacing=0, method="optimal")
    np.testing.assert_array_equal(found.chosen, np.argsort(-scores)[:20])
    assert found.proven and found.method == "optimal (the greedy choice, proven), at least 0 m apart"
    assert choose_spots([5, 5, 5], [0, 10, 20], [0, 0, 0], k=1, spacing=5).chosen.tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_places_left_out_before_solving_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, points = rng.gamma(3, 5, 250), rng.uniform(0, 1_200, (250, 2))
    found = choose_spots(scores, *points.T, k=12, spacing=250, method="optimal")
    # Every place and every pair too close, with nothing clever.
    pairs = spatial.KDTree(points).query_pairs(250, output_type="ndarray")
    rows = scipy.sparse.csr_array(
        (np.ones(pairs.size), (np.repeat(np.arange(len(pairs)), 2), pairs.ravel())), shape=(len(pairs), 250)
    )
    every = scipy.sparse.vstack([rows, np.ones((1, 250))])
    limits = optimize.LinearConstraint(every, -np.inf, [*[1] * len(pairs), 12])
    plain = optimize.milp(-scores, integrality=np.ones(250), bounds=optimize.Bounds(0, 1), constraints=limits)
    assert found.proven and found.total == pytest.approx(-plain.fun, rel=1e-9)


def test_a_town_of_cells_is_solved_to_proof_and_beats_greedy() -> None:
    rng = np.random.default_rng(2)
    row, column = np.divmod(np.arange(60 * 60), 60)
    centres = rng.uniform(0, 60, (15, 2))
    near = np.exp(-(spatial.distance.cdist(np.column_stack([row, column]), centres) ** 2) / 8).sum(axis=1)
    scores = rng.poisson(40 * near)
    best = choose_spots(scores, column * 150, row * 150, k=20, spacing=500, method="optimal")
    assert best.proven and best.chosen.size == 20
    assert 0 < best.greedy_loss < 0.2


@pytest.mark.parametrize(
    ("scores", "options", "words"),
    [
        ([1, 2], {}, "one of each for every place"),
        ([1, 2, 3], {"k": 0}, "at least one place"),
        ([1, 2, 3], {"spacing": -1}, "spacing of 0 metres or more"),
        ([0, -1, np.nan], {}, "no place can be chosen"),
        ([1, 2, 3], {"exclude": [True] * 3}, "no place can be chosen"),
        ([1, 2, 3], {"exclude": [0, 1, 0]}, "True or False"),
        ([1, 2, np.inf], {}, "infinite"),
    ],
)
def test_refusals(scores: list[float], options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        choose_spots(scores, [0, 1, 2], [0, 1, 2], **{"k": 2, "spacing": 1, **options})
