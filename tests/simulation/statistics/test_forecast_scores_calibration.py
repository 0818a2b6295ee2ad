"""Intervals of margins between forecasts hold what they say where windows, or towns, hang together; so do probabilities.

Made up: events by window and block, of which one method catches more than the other by a margin that differs from block to block, from
window to window, or both, about a true mean of five in a hundred. Looked at with 300 repetitions: shared blocks covered the truth in
92% (four windows) to 96% of cases, 100% where nothing hangs together; blocks drawn anew in each window in 76% to 92%.
"""

import numpy as np
import pytest

from safeground.engine.statistics import bootstrap_blocks, measure_calibration

MARGIN = 0.05


def make_sums(rng, windows, blocks, by_block, by_window):
    size, season = rng.gamma(0.7, 1 / 0.7, blocks), rng.gamma(20, 1 / 20, windows)
    events = rng.poisson(6 * size * season[:, np.newaxis])
    margin = MARGIN + by_block * rng.standard_normal(blocks) + by_window * rng.standard_normal((windows, 1))
    return np.stack([rng.binomial(events, np.clip(0.4 + margin, 0, 1)), rng.binomial(events, 0.4), events])


def cover(by_block, by_window, space, repetitions, windows=8):
    rng = np.random.default_rng(31)
    inside = 0
    for _ in range(repetitions):
        sums = make_sums(rng, windows, 60, by_block, by_window)
        found = bootstrap_blocks(sums, lambda total: (total[0] - total[1]) / total[2], runs=199, rng=rng, space=space)
        inside += found.lower <= MARGIN <= found.upper
    return inside / repetitions


@pytest.mark.parametrize(("by_block", "by_window"), [(0.15, 0), (0, 0.05), (0.15, 0.05), (0, 0)])
def test_the_truth_lies_in_the_interval_as_often_as_told(by_block, by_window):
    assert cover(by_block, by_window, "shared", 120) > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 120)


def test_blocks_drawn_anew_in_each_window_are_too_narrow_where_an_advantage_lasts():
    assert cover(0.15, 0, "each window", 120) < 0.9 < cover(0, 0, "each window", 120)


def test_calibrated_probabilities_are_called_uncalibrated_as_rarely_as_told_and_others_are_found():
    rng = np.random.default_rng(32)
    right, wrong = [], []
    for _ in range(400):
        chance = rng.beta(0.5, 20, 2_000)
        happened = rng.random(2_000) < chance
        right.append(measure_calibration(chance, happened).p_value)
        wrong.append(measure_calibration(np.minimum(1.8 * chance, 1), happened).p_value)
    assert abs((np.array(right) < 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 400)
    assert (np.array(wrong) < 0.05).mean() > 0.95


def test_chances_right_on_average_are_called_wrong_as_rarely_as_told_where_places_and_windows_hang_together():
    """Places that stay busier than told, and windows in which everything is: taken for independent, three in ten were called wrong."""
    rng = np.random.default_rng(33)
    places, windows = np.tile(np.repeat(np.arange(60), 20), 8), np.repeat(np.arange(8), 1_200)
    alone, together, wrong = [], [], []
    for _ in range(150):
        chance = rng.beta(0.5, 10, places.size)
        busier = rng.gamma(10, 0.1, 60)[places] * rng.gamma(40, 0.025, 8)[windows]
        happened = rng.random(places.size) < np.minimum(chance * busier, 1)
        alone.append(measure_calibration(chance, happened).p_value)
        together.append(measure_calibration(chance, happened, clusters=(places, windows)).p_value)
        wrong.append(measure_calibration(np.minimum(1.5 * chance, 1), happened, clusters=(places, windows)).p_value)
    assert (np.array(alone) < 0.05).mean() > 0.15
    assert (np.array(together) < 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)
    assert (np.array(wrong) < 0.05).mean() > 0.9
