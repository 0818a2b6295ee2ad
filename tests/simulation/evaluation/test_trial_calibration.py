"""Trials of whole places call nothing something in one of twenty, their intervals hold the truth, and they find what planning promised.

More of it: make calibrate.
"""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.evaluation import TrialWorld, calibrate_trial, plan_trial

WITH_AN_EFFECT = (
    TrialWorld.GROUPS_BEFORE,
    TrialWorld.GROUPS_RARE,
    TrialWorld.PAIRS,
    TrialWorld.WAVES,
    TrialWorld.WAVES_ASIDE,
    TrialWorld.WAVES_MEAN,
)
ALIKE = (TrialWorld.GROUPS, TrialWorld.PAIRS, TrialWorld.WAVES, TrialWorld.WAVES_FEW, TrialWorld.WAVES_OVERDISPERSED)
"""Worlds in which the planner's test is the evaluation's: nothing from before the start, no transition."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "ratio"),
    [
        *((world, 1.0) for world in TrialWorld if world is not TrialWorld.WAVES_GROWING),
        *((world, 0.6) for world in WITH_AN_EFFECT),
    ],
)
def test_size_and_coverage_are_as_promised(world: TrialWorld, ratio: float) -> None:
    found = calibrate_trial(world, ratio=ratio, trials=30, redraws=199, rng=np.random.default_rng(21))
    assert found.holds, found


@pytest.mark.slow
@pytest.mark.parametrize("world", ALIKE)
def test_the_planner_promises_the_power_that_is_found(world: TrialWorld) -> None:
    planned = float(plan_trial(world, ratio=0.6, simulations=100, redraws=199, rng=np.random.default_rng(22)).value[0])
    found = calibrate_trial(world, ratio=0.6, trials=50, redraws=199, rng=np.random.default_rng(23)).refused
    middle = (planned + found) / 2
    assert abs(planned - found) <= 3 * np.sqrt(middle * (1 - middle) * (1 / 100 + 1 / 50)) + 0.02


@pytest.mark.slow
def test_counts_from_before_find_more_than_was_promised_without() -> None:
    world = TrialWorld.GROUPS_BEFORE
    planned = float(plan_trial(world, ratio=0.6, simulations=100, redraws=199, rng=np.random.default_rng(24)).value[0])
    assert calibrate_trial(world, ratio=0.6, trials=40, redraws=199, rng=np.random.default_rng(25)).refused > planned


@pytest.mark.slow
def test_one_ratio_for_an_effect_that_grows_is_told_by_its_check() -> None:
    found = calibrate_trial(TrialWorld.WAVES_GROWING, ratio=0.6, trials=20, redraws=199, rng=np.random.default_rng(26))
    assert found.told is not None and found.told >= 0.5 and not found.holds, found
