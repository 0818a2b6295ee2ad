"""Probabilities beside what happened: by hand, groups, missing cases and refusals."""

import numpy as np
import pytest

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
    ],
)
def test_refusals(chance, happened, options, words):
    with pytest.raises(ValueError, match=words):
        measure_calibration(chance, happened, **options)
