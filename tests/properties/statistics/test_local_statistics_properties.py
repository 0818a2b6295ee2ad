"""What holds of local statistics, aoristic weights and chosen spots whatever the map."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import spatial

from safeground.engine.statistics import aoristic_weights, choose_spots, local_getis_ord, local_moran
from safeground.engine.statistics.neighbour_sums import tails_of_sums

COUNTS = st.lists(st.integers(0, 60), min_size=12, max_size=40).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def neighbours(cells: int, seed: int) -> scipy.sparse.csr_array:
    """Each cell has none to three of the others."""
    rng = np.random.default_rng(seed)
    links = np.zeros((cells, cells))
    for cell in range(cells):
        links[cell, rng.choice(np.delete(np.arange(cells), cell), rng.integers(0, 4), replace=False)] = 1
    return scipy.sparse.csr_array(links)


@settings(max_examples=60, deadline=None)
@given(counts=COUNTS, seed=SEEDS, held=st.booleans())
def test_tails_overlap_in_what_is_observed_and_turn_about_with_the_counts(counts, seed, held) -> None:
    links, rng = neighbours(counts.size, seed), np.random.default_rng(seed)
    values = counts.astype(float)
    tails = tails_of_sums(values, links, held=held, runs=9, rng=rng)
    asked = np.diff(links.indptr) > 0
    if not asked.any():
        return
    assert tails.exact and np.isnan(tails.lower[~asked]).all()
    lower, upper = tails.lower[asked], tails.upper[asked]
    assert ((lower > 0) & (upper > 0) & (lower <= 1) & (upper <= 1) & (lower + upper > 1 - 1e-12)).all()
    turned = tails_of_sums(100 - values, links, held=held, runs=9, rng=rng)
    np.testing.assert_allclose(turned.lower[asked], upper, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(counts=COUNTS, seed=SEEDS)
def test_neither_order_of_cells_nor_a_level_added_to_all_changes_a_p_value(counts, seed) -> None:
    links, rng = neighbours(counts.size, seed), np.random.default_rng(seed)
    order = np.random.default_rng(seed + 1).permutation(counts.size)
    for statistic in (local_getis_ord, local_moran):
        plain = statistic(counts, links, runs=9, rng=rng)
        turned = statistic(counts[order] + 7, links[order][:, order], runs=9, rng=rng)
        np.testing.assert_allclose(turned.p_value, plain.p_value[order], atol=1e-12)
        np.testing.assert_allclose(turned.z, plain.z[order], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    starts=st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    lasts=st.lists(st.integers(-(10**5), 10**6), min_size=20, max_size=20),
    weeks=st.integers(-50, 50),
)
def test_no_weight_is_lost_whatever_the_ranges_and_a_week_later_is_the_same_hour(starts, lasts, weeks) -> None:
    start = np.array(starts).astype("datetime64[s]")
    end = start + np.array(lasts[: len(starts)]).astype("timedelta64[s]")
    weights = np.arange(1.0, len(starts) + 1)
    found = aoristic_weights(start, end, weights=weights)
    assert found.value.sum() + found.unplaced == pytest.approx(weights.sum()) == pytest.approx(found.total)
    assert found.value.min() > -1e-9 and found.exact <= found.total - found.unplaced + 1e-9
    later = np.timedelta64(weeks * 7 * 86_400, "s")
    np.testing.assert_allclose(
        aoristic_weights(start + later, end + later, weights=weights).value, found.value, atol=1e-8
    )


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, places=st.integers(2, 40), k=st.integers(1, 12), spacing=st.floats(0, 800))
def test_spots_keep_their_spacing_and_lie_between_the_greedy_choice_and_the_bound(seed, places, k, spacing) -> None:
    rng = np.random.default_rng(seed)
    scores, points = rng.poisson(3, places) + 0.5, rng.uniform(0, 1_000, (places, 2))
    greedy, best = (choose_spots(scores, *points.T, k=k, spacing=spacing, method=m) for m in ("greedy", "optimal"))
    for found in (greedy, best):
        assert 1 <= found.chosen.size <= k and np.unique(found.chosen).size == found.chosen.size
        assert (spatial.distance.pdist(points[found.chosen]) >= spacing * (1 - 1e-8)).all()
        assert found.total == pytest.approx(scores[found.chosen].sum())
    assert best.proven and greedy.total <= best.total + 1e-9 <= greedy.upper_bound + 2e-9
