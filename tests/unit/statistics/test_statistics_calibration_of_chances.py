"""Probabilities beside what happened: by hand, groups, missing cases and refusals."""

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import estimate_proportion, measure_calibration


def test_groups_hold_about_the_same_expected_number_and_cases_alike_stay_together():
    chance = np.repeat([0.001, 0.01, 0.2], [5_000, 500, 25])
    happened = np.zeros(chance.size)
    happened[[0, 1, 2, 3, 4999, 5000, 5001, 5520, 5521, 5522, 5523]] = 1
    found = measure_calibration(chance, happened, groups=3)
    assert found.cases.tolist() == [5_000, 500, 25]
    assert found.predicted.tolist() == pytest.approx([0.001, 0.01, 0.2])
    assert (found.observed * found.cases).tolist() == pytest.approx([5, 2, 4])
    plain = estimate_proportion(4, 25)
    assert (found.lower[2], found.upper[2]) == (plain.lower, plain.upper)
    assert (found.expected, found.happened) == pytest.approx((15, 11))


def test_scores_by_hand():
    found = measure_calibration([0.8, 0.4, 0.4, 0.1], [1, 1, 0, 0], groups=1)
    assert found.brier == pytest.approx((0.04 + 0.36 + 0.16 + 0.01) / 4)
    assert found.brier_skill == pytest.approx(1 - found.brier / 0.25)
    assert found.log_score == pytest.approx(-np.log([0.8, 0.4, 0.6, 0.9]).mean())


def test_spiegelhalters_test_by_hand():
    """z = sum (o - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p (1 - p)) = (9 x -0.1 + 0.9) x 0.8 ... for 12 of 20 at one in ten: 10 / 1.342."""
    found = measure_calibration([0.1] * 20, [1] * 12 + [0] * 8)
    assert found.p_value == pytest.approx(2 * 0.5 * float(_erfc(10 / np.sqrt(1.8) / np.sqrt(2))), rel=1e-6)
    assert measure_calibration([0.1] * 20, [1] * 2 + [0] * 18).p_value == pytest.approx(1)


def test_cases_that_hang_together_by_hand():
    """Chances of one in ten, so that each case weighs 0.8 (o - 0.1). Labels a and b hold 9 and 1 of what happened, of ten each."""
    happened = [1] * 9 + [0] + [1] + [0] * 9
    places = ["a"] * 10 + ["b"] * 10
    found = measure_calibration([0.1] * 20, happened, clusters=[places])
    sums = 0.8 * (np.array([9, 1]) - 1)
    t = sums.sum() / np.sqrt(max(2 * ((sums - sums.mean()) ** 2).sum(), 20 * 0.64 * 0.09))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 1))
    assert found.test.endswith("in 2 clusters")
    alike = measure_calibration([0.1] * 20, happened, clusters=[["one"] * 20])
    assert alike.p_value == measure_calibration([0.1] * 20, happened).p_value


def test_two_kinds_of_clusters_count_what_is_in_both_once():
    rng = np.random.default_rng(3)
    places, seasons = np.repeat(np.arange(30), 40), np.tile(np.arange(8), 150)
    chance = np.full(1_200, 0.2)
    happened = rng.random(1_200) < chance * np.repeat(rng.gamma(4, 0.25, 30), 40)
    away = (happened - chance) * 0.6

    def of(labels):
        sums = np.bincount(labels, weights=away)
        return ((sums - sums.mean()) ** 2).sum() * sums.size / (sums.size - 1)

    variance = max(of(places), of(seasons), of(places) + of(seasons) - of(places * 8 + seasons), 1_200 * 0.36 * 0.16)
    found = measure_calibration(chance, happened, clusters=[places, seasons])
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(away.sum()) / np.sqrt(variance), 7))
    assert found.p_value > measure_calibration(chance, happened).p_value


def _erfc(value):
    import math

    return math.erfc(value)


def test_what_was_given_no_chance_and_happened_is_infinitely_wrong():
    assert measure_calibration([0.0, 0.5], [1, 0]).log_score == np.inf


def test_a_missing_case_is_left_out():
    found = measure_calibration([0.5, np.nan, 0.5, 0.5], [1, 1, np.nan, 0])
    assert (found.cases.sum(), found.happened) == (2, 1)


@pytest.mark.parametrize(
    ("chance", "happened", "options", "words"),
    [
        ([0.5], [1, 0], {}, "one number for each case"),
        ([1.5], [1], {}, "between 0 and 1"),
        ([0.5], [2], {}, "1 where it happened"),
        ([0.0, np.nan], [0, 1], {}, "nothing to hold them to"),
        ([0.5], [1], {"groups": 0}, "groups"),
        ([0.5], [1], {"clusters": [["a", "b"]]}, "one label for each case"),
    ],
)
def test_refusals(chance, happened, options, words):
    with pytest.raises(ValueError, match=words):
        measure_calibration(chance, happened, **options)
