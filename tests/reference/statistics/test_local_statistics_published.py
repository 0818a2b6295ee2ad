"""Local statistics against what others published or computed.

Getis and Ord's own tables (1992, 1995) are of data that are not open to us; what is checked instead is the example of six points in the
documentation of esda (BSD-3), a whole map by esda 2.9.0, and, for the formulas of Ord and Getis (1995) themselves, every permutation.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from scipy import spatial

from safeground.engine.statistics import local_getis_ord, local_moran

POINTS = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
VALUES = [2, 3, 3.2, 5, 8, 7]
RNG = np.random.default_rng(0)


def six_points() -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array((spatial.distance_matrix(POINTS, POINTS) <= 15).astype(float))


def queen(side: int) -> scipy.sparse.csr_array:
    row, column = np.divmod(np.arange(side * side), side)
    apart = np.maximum(abs(row[:, None] - row), abs(column[:, None] - column))
    return scipy.sparse.csr_array((apart == 1).astype(float))


def test_the_example_of_six_points_in_the_documentation_of_esda() -> None:
    plain = local_getis_ord(VALUES, six_points(), star=False, runs=0, rng=RNG)
    star = local_getis_ord(VALUES, six_points(), star=True, runs=0, rng=RNG)
    np.testing.assert_allclose(
        plain.z, [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941], atol=5e-9
    )
    np.testing.assert_allclose(
        star.z, [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], atol=5e-9
    )


def test_the_mean_and_variance_are_those_of_every_permutation() -> None:
    values, links = np.array(VALUES), six_points().toarray()
    star = local_getis_ord(values, six_points(), star=True, runs=0, rng=RNG)
    sums = np.array(list(itertools.permutations(values))) @ links.T
    np.testing.assert_allclose(star.z, (links @ values - sums.mean(axis=0)) / sums.std(axis=0), rtol=1e-12)
    plain = local_getis_ord(values, six_points(), star=False, runs=0, rng=RNG)
    moran = local_moran(values, six_points(), runs=0, rng=RNG)
    np.fill_diagonal(links, 0)
    for cell in range(6):
        others = np.delete(np.arange(6), cell)
        conditional = np.array(list(itertools.permutations(values[others]))) @ links[cell, others]
        z = (links[cell] @ values - conditional.mean()) / conditional.std()
        assert plain.z[cell] == pytest.approx(z, rel=1e-12)
        assert moran.z[cell] == pytest.approx(np.sign(values[cell] - values.mean()) * z, rel=1e-12)


@pytest.mark.parametrize("exact", [True, False])
def test_a_map_agrees_with_esda_within_the_error_of_its_draws(exact: bool) -> None:
    golden = np.genfromtxt(Path(__file__).with_name("esda_golden.csv"), delimiter=",", names=True, skip_header=2)
    rng, runs = np.random.default_rng(5), 99_999
    star = local_getis_ord(golden["count"], queen(12), star=True, runs=runs, rng=rng, exact=exact)
    plain = local_getis_ord(golden["count"], queen(12), star=False, runs=runs, rng=rng, exact=exact)
    moran = local_moran(golden["count"], queen(12), runs=runs, rng=rng, exact=exact)
    np.testing.assert_allclose(star.z, golden["gi_star_z"], rtol=1e-8)
    np.testing.assert_allclose(plain.z, golden["gi_z"], rtol=1e-8)
    # esda divides by the sum of squares over n - 1, Anselin (1995) by that over n.
    np.testing.assert_allclose(moran.value, golden["moran"] * 144 / 143, rtol=1e-8)
    for ours, theirs in (
        (plain.p_value, golden["gi_p"]),
        (star.p_value, golden["gi_p"]),
        (moran.p_value, golden["moran_p"]),
    ):
        error = 2 * np.sqrt(np.maximum(theirs / 2, 1 / runs) / runs) * (1 if exact else np.sqrt(2))
        assert (abs(ours - theirs) / error).max() < 4.5
        assert abs(((ours - theirs) / error).mean()) < 1  # all cells share draws, and so their error
