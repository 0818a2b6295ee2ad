"""The model of counts on a map, held to what slow and plain methods say of small maps."""

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse
from squares import make_neighbours, make_squares

from safeground.engine.statistics import shrink_ratios, smooth_ratios
from safeground.engine.statistics.bym2 import MapModel, approximate, draw, variances
from safeground.engine.statistics.intrinsic_fields import make_intrinsic_field, make_share_prior
from safeground.engine.statistics.sparse_inverse import factorise, find_order

TWO_PARTS = make_neighbours([(0, 1), (1, 2), (2, 0), (2, 3), (4, 5), (5, 6)], 8)  # and area 7, an island


def scaled_by_hand(neighbours):
    """Precision, constraints and covariance of the field by dense algebra."""
    links = neighbours.toarray()
    parts, part_of = scipy.sparse.csgraph.connected_components(neighbours)
    precision = np.diag(links.sum(axis=1)) - links
    covariance = np.linalg.pinv(precision)
    sums = []
    for part in range(parts):
        inside = np.flatnonzero(part_of == part)
        if inside.size == 1:
            precision[inside[0], inside[0]] = covariance[inside[0], inside[0]] = 1.0
            continue
        scale = np.exp(np.log(np.diag(covariance)[inside]).mean())
        precision[np.ix_(inside, inside)] *= scale
        covariance[np.ix_(inside, inside)] /= scale
        sums.append(np.isin(np.arange(len(links)), inside).astype(float))
    return precision, np.array(sums), covariance


@pytest.mark.parametrize("neighbours", [make_squares(7), make_squares(1, 12), TWO_PARTS])
def test_the_field_is_scaled_exactly_in_each_part_of_the_map(neighbours):
    field = make_intrinsic_field(neighbours)
    precision, sums, covariance = scaled_by_hand(neighbours)
    assert np.allclose(field.precision.toarray(), precision)
    assert np.allclose(field.variances, np.diag(covariance))
    assert np.array_equal(field.sums.toarray(), sums)
    eigenvalues = np.linalg.eigvalsh(precision)
    assert field.log_pseudo_determinant == pytest.approx(np.log(eigenvalues[eigenvalues > 1e-9]).sum())
    assert field.islands == int((neighbours.sum(axis=1) == 0).sum())


def test_the_prior_of_the_share_is_that_of_the_distance_from_no_pattern():
    neighbours = make_squares(6)
    prior = make_share_prior(make_intrinsic_field(neighbours))
    covariance = scaled_by_hand(neighbours)[2]

    def distance(share):
        mixed = (1 - share) * np.eye(36) + share * covariance
        return np.sqrt(np.trace(mixed) - 36 - np.linalg.slogdet(mixed)[1])

    shares = np.linspace(0.02, 0.98, 600)
    distances = np.array([distance(share) for share in shares])
    rate = -np.log(1 / 3) / distance(0.5)
    by_hand = np.log(rate) - rate * distances + np.log(np.gradient(distances, shares)) + np.log(shares * (1 - shares))
    told = prior(np.log(shares / (1 - shares)))
    assert np.abs(told - by_hand)[20:-20].max() < 0.02


def test_the_diagonal_of_an_inverse_is_that_of_the_whole_inverse():
    rng = np.random.default_rng(3)
    size = 300
    pairs = rng.integers(0, size, (500, 2))
    links = make_neighbours(pairs[pairs[:, 0] != pairs[:, 1]], size)
    matrix = scipy.sparse.csc_array(scipy.sparse.diags_array(links.sum(axis=1) + rng.uniform(0.01, 1, size)) - links)
    factor = factorise(matrix, find_order(matrix))
    dense = matrix.toarray()
    assert np.allclose(factor.inverse_diagonal, np.diag(np.linalg.inv(dense)))
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1])
    right = rng.standard_normal((size, 3))
    assert np.allclose(factor.solve(right), np.linalg.solve(dense, right))


def test_a_matrix_that_is_not_positive_definite_is_refused():
    matrix = scipy.sparse.csc_array(np.array([[1.0, -2.0], [-2.0, 1.0]]))
    with pytest.raises(ValueError, match="not positive definite"):
        factorise(matrix, find_order(matrix))


def make_model(neighbours, *, seed=1, covariates=0):
    rng = np.random.default_rng(seed)
    size = neighbours.shape[0]
    field = make_intrinsic_field(neighbours)
    expected = rng.uniform(1, 8, size)
    counts = rng.poisson(expected * np.exp(rng.normal(0, 0.5, size))).astype(float)
    design = np.column_stack([np.ones(size), rng.standard_normal((size, covariates))])
    return MapModel(counts, expected, design, field, make_share_prior(field))


@pytest.mark.parametrize(("neighbours", "covariates"), [(make_squares(4), 0), (make_squares(4), 1), (TWO_PARTS, 0)])
def test_the_approximation_is_that_of_dense_algebra(neighbours, covariates):
    """Mode, curvature, density and draws, with the field's null space taken out by a basis and nothing eliminated."""
    model = make_model(neighbours, covariates=covariates)
    size, spread = len(model.counts), 0.6
    precision, sums, _ = scaled_by_hand(neighbours)
    basis = scipy.linalg.null_space(sums)
    inner = basis.T @ precision @ basis
    heights = []
    for share in (0.3, 0.8):
        at = approximate(model, spread, share, np.zeros(size))
        # log ratio = design b + scale basis a + noise, the three of them one vector
        kappa, scale = 1 / (spread**2 * (1 - share)), spread * np.sqrt(share)
        whole = np.hstack([model.design, scale * basis, np.eye(size)])
        prior = scipy.linalg.block_diag(1e-3 * np.eye(model.design.shape[1]), inner, kappa * np.eye(size))
        x = np.zeros(whole.shape[1])
        for _ in range(100):
            rate = model.expected * np.exp(whole @ x)
            curvature = prior + whole.T @ (rate[:, None] * whole)
            x = x + 0.7 * np.linalg.solve(curvature, whole.T @ (model.counts - rate) - prior @ x)
        covariance = whole @ np.linalg.inv(curvature) @ whole.T
        assert np.allclose(at.mean, whole @ x, atol=1e-5)
        assert np.allclose(variances(model, at), np.diag(covariance), rtol=1e-3)
        height = model.counts @ (whole @ x) - rate.sum() - x @ prior @ x / 2
        height += (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(curvature)[1]) / 2
        heights.append((at.log_density - model.share_prior(np.log(share / (1 - share))), height))
        drawn = draw(model, at, 20_000, np.random.default_rng(2))
        assert np.abs(np.cov(drawn) - covariance).max() < 0.06 * covariance.max()
    (ours, plain), (ours_2, plain_2) = heights
    assert ours_2 - ours == pytest.approx(plain_2 - plain, abs=1e-3)


def test_posteriors_are_those_of_importance_sampling():
    """The whole answer, hyper-parameters integrated out: against weighted draws, which are exact but for their number."""
    neighbours = make_squares(4)
    model = make_model(neighbours, seed=7)
    found = smooth_ratios(model.counts, model.expected, neighbours)
    model = MapModel(
        model.counts, model.expected * model.counts.sum() / model.expected.sum(), model.design, model.field, model.share_prior
    )  # fmt: skip
    rng = np.random.default_rng(5)
    precision, sums, _ = scaled_by_hand(neighbours)
    basis = scipy.linalg.null_space(sums)
    inner = np.linalg.inv(basis.T @ precision @ basis)
    ratios, weights = [], []
    for spread in np.exp(np.linspace(-3.5, 0.7, 12)):
        for share in 1 / (1 + np.exp(-np.linspace(-4.5, 4.5, 9))):
            at = approximate(model, spread, share, np.zeros(16))
            covariance = spread**2 * (share * basis @ inner @ basis.T + (1 - share) * np.eye(16)) + 1e3
            own = np.diag(variances(model, at))
            drawn = draw(model, at, 2500, rng)
            posterior = np.linalg.inv(np.linalg.inv(covariance) + np.diag(at.weights))
            del own
            apart = drawn - at.mean[:, None]
            exact = model.counts @ drawn - model.expected @ np.exp(drawn)
            exact -= (
                np.einsum("id,id->d", drawn, np.linalg.solve(covariance, drawn)) / 2
                + np.linalg.slogdet(covariance)[1] / 2
            )
            guess = (
                -np.einsum("id,id->d", apart, np.linalg.solve(posterior, apart)) / 2
                - np.linalg.slogdet(posterior)[1] / 2
            )
            hyper = model.share_prior(np.log(share / (1 - share))) + np.log(100) * -spread + np.log(spread)
            ratios.append(np.exp(drawn))
            weights.append(exact - guess + hyper)
    weight = np.exp(np.concatenate(weights) - np.max(np.concatenate(weights)))
    weight /= weight.sum()
    ratio = np.hstack(ratios)
    mean = ratio @ weight
    assert np.abs(found.value / mean - 1).max() < 0.03
    for quantile, told in ((0.025, found.lower), (0.975, found.upper)):
        order = ratio.argsort(axis=1)
        reached = np.take_along_axis(np.tile(weight, (16, 1)), order, axis=1).cumsum(axis=1)
        exactly = np.array(
            [row[np.searchsorted(c, quantile)] for row, c in zip(np.sort(ratio, axis=1), reached, strict=True)]
        )
        assert np.abs(told / exactly - 1).max() < 0.06
    # Beside it, of ratios taken alone: drawn to the same whole, but to no neighbour.
    assert np.corrcoef(found.value, shrink_ratios(model.counts, model.expected).value)[0, 1] > 0.6


def test_draws_have_the_intervals_and_hang_together():
    neighbours = make_squares(12)
    model = make_model(neighbours, seed=4)
    found = smooth_ratios(model.counts, model.expected, neighbours, draws=2000, rng=np.random.default_rng(1))
    assert found.draws.shape == (2000, 144) and found.draws.dtype == np.float32
    lower, upper = np.quantile(found.draws, [0.025, 0.975], axis=0)
    assert np.allclose(lower, found.lower, rtol=0.02) and np.allclose(upper, found.upper, rtol=0.02)
    assert np.allclose(found.draws.mean(axis=0), found.value, rtol=0.02)
    again = smooth_ratios(model.counts, model.expected, neighbours, draws=2000, rng=np.random.default_rng(1))
    assert np.array_equal(found.draws, again.draws)


def test_what_is_missing_is_nan_and_an_island_stands_alone():
    neighbours = make_squares(5).tolil()
    neighbours[24, :] = 0
    neighbours[:, 24] = 0
    counts = np.arange(25.0) % 7 + 2
    counts[3] = np.nan
    expected = np.full(25, 5.0)
    expected[4] = 0
    found = smooth_ratios(counts, expected, scipy.sparse.csr_array(neighbours), draws=10, rng=np.random.default_rng(1))
    assert np.isnan(found.value[[3, 4]]).all() and found.method[3].startswith("not available")
    assert np.isnan(found.draws[:, [3, 4]]).all() and not np.isnan(np.delete(found.draws, [3, 4], axis=1)).any()
    assert found.islands == 1 and found.lower[24] < found.value[24] < found.upper[24]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"observed": [1.0, 2.0]}, "shapes do not fit"),
        ({"observed": np.zeros(25)}, "no event is counted"),
        ({"expected": np.r_[np.zeros(20), np.ones(5)]}, "only 5 areas"),
        ({"covariates": np.r_[np.nan, np.ones(24)]}, "missing number"),
        ({"covariates": np.ones((3, 1))}, "25 counts, covariates"),
        ({"draws": 3}, "draws need rng"),
        ({"neighbours": scipy.sparse.csr_array(np.triu(np.ones((25, 25)), 1))}, "not mutual"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(change, said):
    given = {"observed": np.ones(25), "expected": np.ones(25), "neighbours": make_squares(5)} | change
    arrays = [given.pop(name) for name in ("observed", "expected", "neighbours")]
    with pytest.raises(ValueError, match=said):
        smooth_ratios(*arrays, **given)
