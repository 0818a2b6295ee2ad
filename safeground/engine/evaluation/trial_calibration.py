"""Do trials of whole places keep their promises? Made-up parallel and stepped-wedge trials with known truth, and what planning promised.

Places differ threefold and more by what they are, and wander from month to month by themselves: what a place has in one month goes with
what it had in the last. A method that took months of one place for so many observations would call nothing something here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.calibration import Coverage
from safeground.engine.evaluation.checks import Verdict
from safeground.engine.evaluation.designs.place_days import PlaceDays
from safeground.engine.evaluation.designs.stepped_wedge import check_constancy
from safeground.engine.statistics import (
    ParallelDraw,
    RandomisedRatio,
    RatioComparison,
    SteppedWedgeDraw,
    TrialDraw,
    TrialPower,
    estimate_averaged_ratio,
    estimate_group_ratio,
    estimate_trial_power,
    estimate_wave_ratio,
    split_transition,
)

Floats = NDArray[np.float64]

_ALIKE: Final = 0.7
"""How much of what a place's month has beyond the usual stays in the next."""


class TrialWorld(StrEnum):
    """A design and what its world is like."""

    GROUPS = "parallel, 10 of 20 places that wander"
    GROUPS_BEFORE = "parallel, 10 of 20, counts before"
    GROUPS_UNEVEN = "parallel, 6 of 20, bursts of up to six"
    GROUPS_RARE = "parallel, 10 of 20, 40 events in all"
    PAIRS = "parallel, 12 pairs, over-dispersed"
    WAVES = "stepped wedge, 20 places that wander"
    WAVES_FEW = "stepped wedge, 9 places, 3 steps"
    WAVES_OVERDISPERSED = "stepped wedge, over-dispersed"
    WAVES_RARE = "stepped wedge, 80 events in all"
    WAVES_ASIDE = "stepped wedge, a month of transition"
    WAVES_MEAN = "stepped wedge, an effect that grows, mean over time"
    WAVES_GROWING = "stepped wedge, an effect that grows, one ratio"


@dataclass(frozen=True)
class _Scene:
    """`events`: of a whole trial without treatment. `wander`: standard deviation of a place's logarithm."""

    draw: TrialDraw
    events: float
    wander: float = 0.25
    spread: float = 0.0
    """Of a gamma that each place-month is multiplied with: variance of over-dispersion."""
    has_bursts: bool = False
    has_pairs: bool = False
    """Places one after another are alike."""
    before: int = 0
    transition: int = 0
    grows: bool = False
    """From nothing at the start, the ratio being the mean over the months treated."""
    is_averaged: bool = False


_WEDGE = SteppedWedgeDraw(places=20, days=24, steps=5)
_SCENES: Final[Mapping[TrialWorld, _Scene]] = MappingProxyType({
    TrialWorld.GROUPS: _Scene(ParallelDraw(20, 12, 10), 800),
    TrialWorld.GROUPS_BEFORE: _Scene(ParallelDraw(20, 12, 10), 800, before=12),
    TrialWorld.GROUPS_UNEVEN: _Scene(ParallelDraw(20, 12, 6), 800, has_bursts=True, before=12),
    TrialWorld.GROUPS_RARE: _Scene(ParallelDraw(20, 12, 10), 40, before=12),
    TrialWorld.PAIRS: _Scene(ParallelDraw(24, 12, 1, 2), 800, spread=1.0, has_pairs=True),
    TrialWorld.WAVES: _Scene(_WEDGE, 1_600),
    TrialWorld.WAVES_FEW: _Scene(SteppedWedgeDraw(9, 12, 3), 800),
    TrialWorld.WAVES_OVERDISPERSED: _Scene(_WEDGE, 1_600, spread=1.0),
    TrialWorld.WAVES_RARE: _Scene(_WEDGE, 80),
    TrialWorld.WAVES_ASIDE: _Scene(_WEDGE, 1_600, transition=1),
    TrialWorld.WAVES_MEAN: _Scene(_WEDGE, 1_600, grows=True, is_averaged=True),
    TrialWorld.WAVES_GROWING: _Scene(_WEDGE, 1_600, grows=True),
})  # fmt: skip


def calibrate_trial(
    world: TrialWorld, *, ratio: float, trials: int, redraws: int = 399, rng: np.random.Generator
) -> Coverage:
    """Run made-up trials through the estimate that an evaluation makes. A trial without any event is drawn again."""
    scene = _SCENES[world]
    is_beyond = scene.grows and not scene.is_averaged
    refused = covered = below = above = told = untold = 0
    for _ in range(trials):
        found, says_so = _estimate(scene, ratio, redraws, rng)
        told += says_so
        untold += bool(found.p_value <= 0.05) and not says_so
        refused += bool(found.p_value <= 0.05)
        covered += bool(found.lower <= ratio <= found.upper)
        below += bool(found.upper < ratio)
        above += bool(found.lower > ratio)
    return Coverage(
        world, ratio, trials, refused / trials, covered / trials, below / trials, above / trials,
        told=told / trials if is_beyond else None, untold=untold / trials if is_beyond else None,
    )  # fmt: skip


def plan_trial(
    world: TrialWorld, *, ratio: float, simulations: int, redraws: int = 399, rng: np.random.Generator
) -> TrialPower:
    """What the planner promises of the same world: power of an effect of this ratio. Time before the start is nothing it knows of."""
    scene = _SCENES[world]
    counts = np.stack([_simulate(scene, 1.0, rng)[0] for _ in range(simulations)])
    return estimate_trial_power(counts, scene.draw, rate_ratios=(ratio,), redraws=redraws, rng=rng)


def _estimate(
    scene: _Scene, ratio: float, redraws: int, rng: np.random.Generator
) -> tuple[RandomisedRatio | RatioComparison, bool]:
    """And whether the check of an effect that is the same at all times failed, where it is not."""
    counts, treated, before = _simulate(scene, ratio, rng)
    while not counts.sum() > 0:
        counts, treated, before = _simulate(scene, ratio, rng)
    if scene.is_averaged:
        return estimate_averaged_ratio(counts, treated), False
    if isinstance(scene.draw, ParallelDraw):
        before_start = before if scene.before else None
        return estimate_group_ratio(
            counts, treated, draw_schedule=scene.draw, runs=redraws, rng=rng, before=before_start
        ), False
    found = estimate_wave_ratio(
        counts, treated, draw_schedule=scene.draw, runs=redraws, rng=rng, transition=scene.transition
    )
    return found, scene.grows and _is_seen_to_grow(counts, treated)


def _is_seen_to_grow(counts: Floats, treated: NDArray[np.bool_]) -> bool:
    table = PlaceDays(counts, treated, np.arange(len(counts)), np.arange(counts.shape[1]))
    full, aside = split_transition(treated, 0)
    return check_constancy(table, full, aside, "month", 0.95).verdict is Verdict.FAILED


def _growth(treated: NDArray[np.bool_]) -> Floats:
    """Months since the start, over what they are on average."""
    since = np.maximum(np.arange(treated.shape[1]) - treated.argmax(axis=1)[:, np.newaxis], 0)
    return np.asarray(since / since[treated].mean())


def _simulate(scene: _Scene, ratio: float, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Counts, schedule and counts before the start, each of shape (places, months)."""
    treated = scene.draw(rng)
    places, months = treated.shape[0], treated.shape[1] + scene.before
    usual = np.asarray(rng.gamma(2, 0.5, places // 2 if scene.has_pairs else places))
    usual = np.repeat(usual, 2) if scene.has_pairs else usual
    fresh: Floats = np.asarray(rng.normal(0, 1, (places, months)))
    wander: Floats = np.empty((places, months))
    wander[:, 0] = fresh[:, 0]
    for month in range(1, months):
        wander[:, month] = _ALIKE * wander[:, month - 1] + np.sqrt(1 - _ALIKE**2) * fresh[:, month]
    season = 0.2 * np.sin(np.arange(months) * np.pi / 6) + rng.normal(0, 0.1, months)
    mean: Floats = np.asarray(usual[:, np.newaxis] * np.exp(season))
    mean *= scene.events / mean[:, scene.before :].sum()
    mean *= np.exp(scene.wander * wander)
    if scene.spread:
        mean *= rng.gamma(1 / scene.spread, scene.spread, mean.shape)
    mean[:, scene.before :] *= np.where(treated, ratio ** _growth(treated) if scene.grows else ratio, 1.0)
    if scene.has_bursts:
        number = rng.poisson(mean / 1.7)
        cell = np.repeat(np.arange(mean.size), number.ravel())
        size = rng.choice([1.0, 2.0, 6.0], p=[0.7, 0.2, 0.1], size=cell.size)
        counts = np.bincount(cell, size, minlength=mean.size).reshape(mean.shape)
    else:
        counts = rng.poisson(mean).astype(np.float64)
    return np.asarray(counts[:, scene.before :]), treated, np.asarray(counts[:, : scene.before])
