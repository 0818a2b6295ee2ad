"""A crossover calls nothing something in one trial of twenty, and its intervals hold the truth. More of it: make calibrate."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.evaluation import World, calibrate_crossover
from safeground.engine.statistics import BlockedDraw, DailyDraw

DAILY = DailyDraw(places=12, days=42, treated=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "ratio"), [*((world, 1.0) for world in World), (World.RARE, 0.4), (World.BURSTS, 0.4), (World.WEEKS, 0.4)]
)
def test_size_and_coverage_are_as_promised(world: World, ratio: float) -> None:
    found = calibrate_crossover(world, draw=DAILY, ratio=ratio, trials=60, redraws=199, rng=np.random.default_rng(11))
    assert found.holds, found


@pytest.mark.slow
def test_the_draw_that_is_redrawn_has_to_be_the_trials_own() -> None:
    """Blocks even out the week; daily draws in their place would be another trial, and are refused where their sums differ."""
    blocked = BlockedDraw(places=12, days=42, treated=5, block=7)
    found = calibrate_crossover(
        World.WEEKS, draw=blocked, ratio=1.0, trials=60, redraws=199, rng=np.random.default_rng(12)
    )
    assert found.holds, found


@pytest.mark.slow
def test_a_large_effect_is_found_nearly_always() -> None:
    found = calibrate_crossover(
        World.INDEPENDENT, draw=DAILY, ratio=0.3, trials=40, redraws=199, rng=np.random.default_rng(13)
    )
    assert found.refused >= 0.9
