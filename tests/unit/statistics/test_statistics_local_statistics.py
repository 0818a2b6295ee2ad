"""Local statistics: the exact distribution against every choice, missing cells, islands, kinds, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse
from scipy import stats

from safeground.engine.statistics import adjust_false_discovery, local_getis_ord, local_moran
from safeground.engine.statistics.neighbour_sums import EXACT_FLOOR, tails_of_sums, with_own

COUNTS = np.array([0, 3, 1, 7, 0, 2, 2, 5, 1, 0, 0, 0, 20, 1, 1, 0, 4, 1, 0, 2], dtype=float)


def ring(cells: int, reach: int = 1) -> scipy.sparse.csr_array:
    """Each cell with the `reach` cells before and after it."""
    from_cell = np.repeat(np.arange(cells), 2 * reach)
    steps = np.tile([step for step in range(-reach, reach + 1) if step], cells)
    return scipy.sparse.csr_array((np.ones(from_cell.size), (from_cell, (from_cell + steps) % cells)))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("values", [COUNTS, COUNTS - 4], ids=["counts", "below nought"])
def test_the_exact_tails_are_those_of_every_choice(held: bool, values: np.ndarray) -> None:
    links = ring(20, 2) if held else with_own(ring(20, 2))
    tails = tails_of_sums(values, links, held=held, runs=0, rng=rng())
    assert tails.exact
    for cell in range(20):
        pool = np.delete(values, cell) if held else values
        sums = np.array([sum(chosen) for chosen in itertools.combinations(pool, np.diff(links.indptr)[cell])])
        observed = links[[cell]].toarray()[0] @ values
        assert tails.upper[cell] == pytest.approx((sums >= observed).mean(), abs=1e-13)
        assert tails.lower[cell] == pytest.approx((sums <= observed).mean(), abs=1e-13)


@pytest.mark.parametrize("held", [True, False])
def test_draws_approach_the_exact_tails_whatever_the_weights_are_called(held: bool) -> None:
    links = ring(20, 2) if held else with_own(ring(20, 2))
    exact = tails_of_sums(COUNTS, links, held=held, runs=0, rng=rng())
    alike = tails_of_sums(COUNTS, links, held=held, runs=20_000, rng=rng(), exact=False)
    assert not alike.exact
    np.testing.assert_allclose(alike.upper, exact.upper, atol=0.015)
    np.testing.assert_allclose(alike.lower, exact.lower, atol=0.015)
    # Weights that differ by too little to change the order of any two sums: the other way of counting, the same draws.
    values, weights = COUNTS + 1e-3 * rng().random(20), links.copy()
    weights.data = weights.data * (1 + 1e-9 * np.arange(weights.nnz))
    by_order = tails_of_sums(values, links, held=held, runs=4_000, rng=rng())
    by_product = tails_of_sums(values, weights, held=held, runs=4_000, rng=rng())
    np.testing.assert_allclose(by_product.upper, by_order.upper, atol=2e-3)
    np.testing.assert_allclose(by_product.lower, by_order.lower, atol=2e-3)


def test_draws_that_weigh_unequally_are_those_of_a_slow_obvious_loop() -> None:
    weights = ring(20, 2)
    weights.data = np.random.default_rng(3).uniform(0.2, 2, weights.nnz)
    fast = tails_of_sums(COUNTS, weights, held=True, runs=20_000, rng=rng())
    generator = rng(9)
    for cell in (0, 7, 12, 19):
        others = np.delete(COUNTS, cell)
        weight = weights.data[weights.indptr[cell] : weights.indptr[cell + 1]]
        sums = generator.permuted(np.tile(others, (20_000, 1)), axis=1)[:, : weight.size] @ weight
        observed = weights[[cell]].toarray()[0] @ COUNTS
        assert fast.upper[cell] == pytest.approx(((sums >= observed - 1e-9).sum() + 1) / 20_001, abs=0.016)


def test_an_exact_tail_is_never_nought_and_holds_where_a_value_is_unique() -> None:
    counts = np.zeros(2_000)
    counts[100:109] = 1_000 + np.arange(9)
    found = local_getis_ord(counts, ring(2_000, 4), runs=9, rng=rng())
    # Eight of the other 1,999 drawn: the eight highest there are.
    assert found.p_value[104] == EXACT_FLOOR * 2
    lone = np.zeros(2_000)
    lone[5] = 40
    alone = local_getis_ord(lone, ring(2_000, 1), runs=9, rng=rng())
    assert alone.p_value[4] == pytest.approx(2 * 2 / 1_999) and alone.p_value[5] == 1


def test_drawing_the_own_value_too_finds_the_cell_that_holds_everything() -> None:
    lone = np.zeros(2_000)
    lone[5] = 40
    found = local_getis_ord(lone, ring(2_000, 1), runs=9, rng=rng(), hold_own=False)
    np.testing.assert_allclose(found.p_value[[4, 5, 6]], 2 * 3 / 2_000)
    assert "conditional" not in found.method


def test_a_missing_cell_is_left_out_and_spoils_nothing() -> None:
    counts = np.append(COUNTS, [np.nan, 3.0, np.nan])
    links = scipy.sparse.lil_array((23, 23))
    links[:20, :20] = ring(20, 2)
    for here, there in ((20, 0), (20, 1), (21, 22)):
        links[here, there] = links[there, here] = 1
    for statistic in (local_getis_ord, local_moran):
        with_gaps = statistic(counts, links.tocsr(), runs=99, rng=rng())
        inner = scipy.sparse.block_diag([ring(20, 2), scipy.sparse.csr_array((1, 1))], format="csr")
        without = statistic(np.append(COUNTS, 3.0), scipy.sparse.csr_array(inner), runs=99, rng=rng())
        np.testing.assert_array_equal(with_gaps.p_value[:20], without.p_value[:20])
        np.testing.assert_allclose(with_gaps.z[:20], without.z[:20])
        assert np.isnan(with_gaps.value[20:]).all() and np.isnan(with_gaps.adjusted_p_value[20:]).all()
        assert (with_gaps.kind[20:] == "not available").all()
        assert (with_gaps.missing, with_gaps.islands) == (2, 1)


def test_a_kind_is_told_only_after_adjusting_for_all_cells() -> None:
    counts = np.random.default_rng(4).poisson(3, 400).astype(float)
    counts[50:55] += 30
    counts[52] = 0
    getis, moran = (s(counts, ring(400, 2), runs=99, rng=rng()) for s in (local_getis_ord, local_moran))
    for found in (getis, moran):
        np.testing.assert_array_equal(found.adjusted_p_value, adjust_false_discovery(found.p_value))
        assert set(found.kind[found.adjusted_p_value >= 0.05]) == {"cannot tell"}
        assert (found.p_value < 0.05).sum() > (found.adjusted_p_value < 0.05).sum() > 2
    assert (getis.kind[51:54] == "hot").all() and (moran.kind[[51, 53]] == "high-high").all()
    assert moran.kind[52] == "low-high" and moran.value[52] < 0
    assert (moran.p_value == getis.p_value).all()


def test_cold_and_low() -> None:
    counts = np.random.default_rng(4).poisson(30, 400).astype(float)
    counts[100:107] = 2
    counts[103] = 90
    assert local_getis_ord(counts, ring(400, 3), runs=99, rng=rng()).kind[103] == "cold"
    assert local_moran(counts, ring(400, 3), runs=99, rng=rng()).kind[103] == "high-low"
    counts[103] = 2
    assert local_moran(counts, ring(400, 3), runs=99, rng=rng()).kind[103] == "low-low"


def test_a_cell_at_the_mean_has_no_local_moran() -> None:
    found = local_moran([1.0, 5, 3, 5, 1, 3], ring(6), runs=99, rng=rng())
    assert (found.value[[2, 5]] == 0).all() and (found.p_value[[2, 5]] == 1).all()


def test_without_runs_the_normal_approximation_is_named() -> None:
    found = local_getis_ord(COUNTS, ring(20), runs=0, rng=rng())
    assert found.method == "Gi*, normal approximation"
    np.testing.assert_allclose(found.p_value, 2 * stats.norm.sf(abs(found.z)))


@pytest.mark.parametrize("statistic", [local_getis_ord, local_moran])
def test_no_p_value_is_nought_however_far_out(statistic) -> None:
    values = np.zeros(4_000)
    values[2_000:2_003] = 1e6
    found = statistic(values, ring(values.size), runs=0, rng=rng())
    assert found.z.max() > 40 and (found.p_value > 0).all() and (found.adjusted_p_value > 0).all()


def test_values_that_are_not_whole_are_drawn_and_the_seed_repeats_them() -> None:
    harm = COUNTS * 10.1
    first, again = (local_getis_ord(harm, ring(20), runs=199, rng=rng()) for _ in range(2))
    assert first.method == "Gi*, 199 conditional permutations, too few to tell fewer than 4 cells together"
    assert local_getis_ord(harm, ring(20), runs=999, rng=rng()).method == "Gi*, 999 conditional permutations"
    np.testing.assert_array_equal(first.p_value, again.p_value)
    assert first.p_value.min() >= 2 / 200


def test_scale_order_of_cells_and_kind_of_matrix_do_not_matter() -> None:
    order = np.random.default_rng(2).permutation(20)
    links = ring(20, 2)
    whole = local_getis_ord(COUNTS, links, runs=9, rng=rng())
    turned = local_getis_ord(COUNTS[order], links[order][:, order], runs=9, rng=rng())
    np.testing.assert_allclose(turned.p_value, whole.p_value[order], atol=1e-12)
    dense = local_getis_ord(COUNTS, links.toarray(), runs=9, rng=rng())  # type: ignore[arg-type]
    np.testing.assert_array_equal(dense.p_value, whole.p_value)
    weighed = local_getis_ord(COUNTS * 1_000, links * 7, runs=9, rng=rng())
    np.testing.assert_allclose(weighed.p_value, whole.p_value, atol=1e-12)
    np.testing.assert_allclose(weighed.z, whole.z)


@pytest.mark.parametrize("values", [[], [1.0], [2.0] * 9, [np.nan] * 9, [1, 2, 3, *[np.nan] * 6]])
def test_too_little_to_compare_is_not_available(values: list[float]) -> None:
    links = scipy.sparse.csr_array(np.ones((len(values), len(values))))
    for statistic in (local_getis_ord, local_moran):
        for runs in (0, 9):
            found = statistic(values, links, runs=runs, rng=rng())
            assert np.isnan(found.value).all() and np.isnan(found.p_value).all()
            assert "not available" in found.method and set(found.kind) <= {"not available"}


@pytest.mark.parametrize("runs", [0, 99])
def test_a_sum_that_is_the_same_however_the_values_lie_tells_nothing(runs: int) -> None:
    all_neighbours = scipy.sparse.csr_array(np.ones((6, 6)))
    for star, hold_own in ((True, True), (True, False), (False, True)):
        found = local_getis_ord(range(6), all_neighbours, star=star, hold_own=hold_own, runs=runs, rng=rng())
        assert (found.z == 0).all() and (found.p_value == 1).all() and set(found.kind) == {"cannot tell"}
    lone = np.zeros(12)
    lone[3] = 25.3
    plain = local_getis_ord(lone, ring(12), star=False, runs=runs, rng=rng())
    for found in (plain, local_moran(lone, ring(12), runs=runs, rng=rng())):
        assert (found.z[3], found.p_value[3], found.kind[3]) == (0, 1, "cannot tell")


@pytest.mark.parametrize(
    ("values", "weights", "options", "words"),
    [
        ([1, 2], np.ones((3, 3)), {}, "a row and a column for each cell"),
        ([[1, 2]], np.ones((2, 2)), {}, "shapes do not fit"),
        ([1, 2], [[0, -1], [1, 0]], {}, "negative or missing weight"),
        ([1, 2], [[0, np.nan], [1, 0]], {}, "negative or missing weight"),
        ([1, np.inf], np.ones((2, 2)), {}, "infinite"),
        ([1, 2], np.ones((2, 2)), {"runs": -1}, "runs are 0 or more"),
        ([1, 2], np.ones((2, 2)), {"level": 1.0}, "level"),
        ([1, 2], np.ones((2, 2)), {"star": False, "hold_own": False}, "hold_own=False goes with star=True"),
    ],
)
def test_refusals(values: list[float], weights: np.ndarray, options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        local_getis_ord(
            values, scipy.sparse.csr_array(np.array(weights, dtype=float)), **{"runs": 0, "rng": rng(), **options}
        )
