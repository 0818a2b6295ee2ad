"""Projections of yearly counts: what they must do whatever the numbers, and a slow obvious version beside the fast one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import Projection, project_counts, project_level
from safeground.engine.statistics.projections import _count_at_most

YEARS = [96, 88, 93, 80, 84, 75, 70]


def _project(counts: object, ahead: int = 5, **options: object) -> Projection:
    return project_counts(counts, ahead=ahead, rng=np.random.default_rng(1), **options)  # type: ignore[arg-type]


def test_the_same_generator_gives_the_same_projection() -> None:
    assert (_project(YEARS).counts == _project(YEARS).counts).all()


def test_the_count_is_negative_binomial_with_dispersion_times_its_mean_as_variance() -> None:
    mean, phi = 14.0, 2.5
    expected = stats.nbinom.cdf(np.arange(40), mean / (phi - 1), 1 / phi)
    assert _count_at_most(np.arange(40.0), np.full(40, mean), np.full(40, phi)) == pytest.approx(expected, abs=1e-12)
    assert stats.nbinom.var(mean / (phi - 1), 1 / phi) == pytest.approx(phi * mean)
    poisson = stats.poisson.cdf(np.arange(40), mean)
    assert _count_at_most(np.arange(40.0), np.full(40, mean), np.ones(40)) == pytest.approx(poisson, abs=1e-12)


def test_the_trend_agrees_with_sampling_the_same_model() -> None:
    """Importance sampling of level, trend, steps and their size from the prior: slow, and without Laplace's approximation."""
    rng, years, number = np.random.default_rng(2), len(YEARS), 1_500_000
    counts = np.array(YEARS, dtype=float)
    trend = rng.normal(0, 0.08, number)
    size = np.abs(rng.normal(0, 0.10, number))
    size = np.where(size > 0.3, 0.3, size)
    steps = trend[:, None] + size[:, None] * rng.standard_normal((number, years - 1))
    shape = np.concatenate([np.zeros((number, 1)), np.cumsum(steps, axis=1)], axis=1)
    share = np.exp(shape) / np.exp(shape).sum(axis=1, keepdims=True)
    # A flat prior of the log level leaves the multinomial of the years given their total.
    weight = np.exp((counts * np.log(share / (counts / counts.sum()))).sum(axis=1))
    mean, spread = np.average(trend, weights=weight), 0.0
    spread = np.sqrt(np.average((trend - mean) ** 2, weights=weight))
    found = _project(YEARS, draws=20_000)
    half = (np.log1p(found.trend.upper) - np.log1p(found.trend.lower)) / 2 / 1.96
    assert np.log1p(found.trend.value) == pytest.approx(mean, abs=0.004)
    assert half == pytest.approx(spread, rel=0.12)


def test_a_longer_way_is_less_sure_and_a_lower_goal_less_likely() -> None:
    projection = _project(YEARS, ahead=7)
    width = projection.upper - projection.lower
    assert (np.diff(width / projection.value) > 0).all()
    chances = [float(projection.probability_at_most(limit, ahead=5)) for limit in (30, 45, 60, 90)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < 0.1


def test_clustering_makes_the_interval_wider() -> None:
    calm, clustered = _project(YEARS), _project(YEARS, dispersion=3.0, degrees_of_freedom=60)
    assert clustered.upper[0] - clustered.lower[0] > 1.2 * (calm.upper[0] - calm.lower[0])


def test_a_year_that_is_not_known_is_not_nought() -> None:
    gap = _project([96, 88, np.nan, 80, 84, 75, 70])
    assert gap.value[0] == pytest.approx(_project(YEARS).value[0], rel=0.06)
    assert gap.value[0] > 1.2 * _project([96, 88, 0, 80, 84, 75, 70]).value[0] * 0.7


def test_many_series_are_each_projected_as_alone() -> None:
    together = _project([YEARS, [8, 4, 6, 9, 5, 7, 6]], draws=20_000)
    alone = _project(YEARS, draws=20_000)
    assert together.value.shape == (2, 5)
    assert together.value[0] == pytest.approx(alone.value, abs=1)
    assert together.lower[1, -1] >= 0


@pytest.mark.parametrize("counts", [[10, 12, 9], [np.nan, 12, 9, 10], [0, 0, 0, 0, 0]])
def test_what_cannot_be_projected_says_why(counts: list[float]) -> None:
    found = _project(counts)
    assert np.isnan(found.value).all()
    assert str(found.method).startswith("not available: fewer than 4 years")
    assert np.isnan(found.probability_at_most(5, ahead=3))


def test_a_level_that_stays_has_no_trend() -> None:
    level = project_level(YEARS, ahead=5, rng=np.random.default_rng(1), draws=20_000)
    assert level.trend.value == 0
    assert level.value == pytest.approx(np.full(5, 76), abs=1)
    # Jeffreys' gamma of three years and a Poisson year after them is negative binomial, exactly.
    exact = stats.nbinom.cdf(60, 84 + 75 + 70 + 0.5, 3 / 4)
    assert level.probability_at_most(60, ahead=5) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize(("counts", "ahead"), [([1, 2, -3, 4], 2), (5, 2), (YEARS, 0)])
def test_what_makes_no_sense_is_refused(counts: object, ahead: int) -> None:
    with pytest.raises(ValueError, match=r"negative|axis of years"):
        _project(counts, ahead=ahead)


def test_a_year_beyond_the_projection_is_refused() -> None:
    with pytest.raises(ValueError, match="goes 5 years ahead, not 6"):
        _project(YEARS).probability_at_most(48, ahead=6)
