"""Planted breaks of an age curve are found with the stated coverage, and curves without a break gain one at the stated rate alone."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_cluster_dispersion, estimate_growth, find_peak, fit_age_curve

AGES = np.arange(10, 25)
RUNS = 300


def expected(total, *slopes):
    """Expected counts by age: the first slope from 10, and each (age, change) after it."""
    log = slopes[0] * (AGES - 10.0)
    for age, change in slopes[1:]:
        log = log + change * np.maximum(AGES - age, 0)
    return total * np.exp(log) / np.exp(log).sum()


@pytest.mark.slow
@pytest.mark.parametrize("total", [150, 1_000, 10_000])
@pytest.mark.parametrize("slope", [0.0, 0.25])
def test_a_curve_without_a_break_gains_one_at_the_stated_rate_at_most(total, slope):
    rng = np.random.default_rng(total)
    found = [fit_age_curve(rng.poisson(expected(total, slope)), first_age=10, rng=rng).breaks for _ in range(RUNS)]
    assert np.mean([bool(breaks) for breaks in found]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.slow
@pytest.mark.parametrize(("total", "needed"), [(2_000, 0.6), (8_000, 0.92)])
def test_two_planted_breaks_are_found_no_more_are_and_their_intervals_hold_them(total, needed):
    rng = np.random.default_rng(3)
    planted = expected(total, 0.15, (12, 0.75), (15, -0.95))
    curves = [fit_age_curve(rng.poisson(planted), first_age=10, rng=rng) for _ in range(150)]
    numbers = np.array([len(curve.breaks) for curve in curves])
    assert np.mean(numbers == 2) >= needed
    assert np.mean(numbers > 2) <= 0.12
    both = [curve for curve in curves if len(curve.breaks) == 2]
    for at, age in enumerate((12, 15)):
        held = np.mean([curve.breaks[at].lower <= age <= curve.breaks[at].upper for curve in both])
        assert held >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(both)) - 0.02
    assert all(curve.breaks[0].turns_up and not curve.breaks[1].turns_up for curve in both)


@pytest.mark.slow
def test_counts_in_clusters_gain_no_false_break_where_their_dispersion_is_given():
    rng = np.random.default_rng(4)
    share = expected(1, 0.05)

    def draw():
        sizes = rng.choice([1, 2, 6], p=[0.7, 0.2, 0.1], size=rng.poisson(600))
        return np.bincount(rng.choice(15, p=share, size=len(sizes)), sizes, minlength=15), sizes

    drawn = [draw() for _ in range(200)]

    def false(dispersed):
        return np.mean([
            bool(fit_age_curve(counts, first_age=10, rng=rng, dispersion=dispersed(sizes)).breaks)
            for counts, sizes in drawn
        ])  # fmt: skip

    assert false(estimate_cluster_dispersion) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert false(lambda sizes: 1.0) > 0.3


@pytest.mark.parametrize("rates", [[5] * 15, [100] * 15, [20, 50, 60, 60, 55, 30]])
def test_the_true_peak_is_among_those_that_could_be(rates):
    rng, true = np.random.default_rng(5), int(np.argmax(rates))
    held = [true in find_peak(rng.poisson(rates)).could_be for _ in range(2_000)]
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2_000)


def test_growth_along_a_stretch_is_covered():
    rng = np.random.default_rng(6)
    found = [estimate_growth(rng.poisson([10, 15, 22.5])) for _ in range(2_000)]
    assert np.mean([each.lower <= 1.5 <= each.upper for each in found]) == pytest.approx(0.95, abs=0.015)
