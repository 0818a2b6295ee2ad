"""Designs without a lottery call nothing something in one of twenty, and intervals hold the truth. More of it: make calibrate."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.evaluation import DesignWorld, calibrate_design
from safeground.engine.evaluation.design_calibration import TOLD_BY

FEW = {DesignWorld.CALM_SERIES, DesignWorld.WAVES, DesignWorld.RARE}
"""Slower worlds."""


@pytest.mark.slow
@pytest.mark.parametrize("world", [world for world in DesignWorld if world not in TOLD_BY])
@pytest.mark.parametrize("ratio", [1.0, 0.7])
def test_size_and_coverage_are_as_promised(world: DesignWorld, ratio: float) -> None:
    found = calibrate_design(world, ratio=ratio, trials=25 if world in FEW else 40, rng=np.random.default_rng(1))
    assert found.holds, found


@pytest.mark.slow
@pytest.mark.parametrize("world", TOLD_BY)
def test_beyond_what_a_design_assumes_its_check_tells_a_reader(world: DesignWorld) -> None:
    found = calibrate_design(world, ratio=1.0, trials=20, rng=np.random.default_rng(3))
    assert found.told is not None and found.told >= 0.15, found
    assert found.untold is not None and found.untold <= found.refused


@pytest.mark.slow
def test_large_effects_are_found_nearly_always() -> None:
    for world in (DesignWorld.TOGETHER, DesignWorld.STAGGERED):
        assert calibrate_design(world, ratio=0.6, trials=20, rng=np.random.default_rng(2)).refused >= 0.9
