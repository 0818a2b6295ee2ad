"""Do the designs without a lottery keep their promises? Made-up worlds that their assumptions allow, and an area chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation import people_worlds
from safeground.engine.evaluation.calibration import Coverage
from safeground.engine.evaluation.designs.differences import difference_in_differences
from safeground.engine.evaluation.designs.displacement import weighted_displacement_difference
from safeground.engine.evaluation.designs.high_choices import regression_to_mean
from safeground.engine.evaluation.designs.interrupted_series import interrupted_time_series
from safeground.engine.evaluation.designs.synthetic_controls import synthetic_control
from safeground.engine.evaluation.effects import Effect

Floats = NDArray[np.float64]
Found = tuple[Effect, float]
"""An effect, and what it ought to have been."""


class DesignWorld(StrEnum):
    """A design and what its world is like."""

    TOGETHER = "difference in differences, one start, waves"
    STAGGERED = "difference in differences, starts apart, waves"
    RARE = "difference in differences, rare events"
    CALM_SERIES = "interrupted series, months apart"
    WAVES = "interrupted series, persistence 0.4"
    EIGHT_COUNTS = "weighted displacement, independent events"
    BURSTS = "weighted displacement, bursts, dispersion told"
    CHOSEN_HIGH = "areas chosen for high counts"
    MIX = "synthetic control, area drawn by lot"
    MIX_CHOSEN_HIGH = "synthetic control, area chosen for its peak"
    MATCHED_COUNTS = "matched people, offences after"
    MATCHED_YES_OR_NO = "matched people, any offence after"
    TWO_SAMPLES = "survey, two samples"
    CLUSTERS = "survey, two samples in clusters, design effect told"
    SAME_PEOPLE = "survey, the same people twice"
    SCORES = "scores, the same people twice"
    ELSEWHERE = "survey, two samples here and two elsewhere"
    SCORES_WAITING = "scores, beside people who waited"


def calibrate_design(world: DesignWorld, *, ratio: float, trials: int, rng: np.random.Generator) -> Coverage:
    """Of made-up evaluations with a true ratio, the share whose p is 0.05 or less and whose interval holds the truth."""
    refused = covered = below = above = 0
    for _ in range(trials):
        effect, truth = _WORLDS[world](ratio, rng)
        refused += bool(effect.p <= 0.05)
        covered += bool(effect.lower <= truth <= effect.upper)
        below += bool(effect.upper < truth)
        above += bool(effect.lower > truth)
    return Coverage(world, ratio, trials, *(number / trials for number in (refused, covered, below, above)))


def _waves(rng: np.random.Generator, shape: tuple[int, ...], persistence: float, spread: float) -> Floats:
    """First-order autoregressions along the last axis, from their own long run."""
    fresh = rng.normal(0, spread * np.sqrt(1 - persistence**2), shape)
    fresh[..., 0] /= np.sqrt(1 - persistence**2)
    for month in range(1, shape[-1]):
        fresh[..., month] += persistence * fresh[..., month - 1]
    return np.asarray(fresh)


def _panel(ratio: float, rng: np.random.Generator, *, starts: Floats, mean: float, spread: float) -> Found:
    places, months = 30, 36
    treated = np.arange(months) >= starts[:, np.newaxis]
    level = mean * np.exp(
        rng.normal(0, 0.5, (places, 1)) + rng.normal(0, 0.2, months) + _waves(rng, (places, months), 0.5, spread)
    )
    counts = rng.poisson(level * np.where(treated, ratio, 1.0))
    return difference_in_differences(counts, treated).effect, ratio


def _together(ratio: float, rng: np.random.Generator) -> Found:
    return _panel(ratio, rng, starts=np.where(np.arange(30) < 10, 24.0, 99.0), mean=10, spread=0.2)


def _staggered(ratio: float, rng: np.random.Generator) -> Found:
    return _panel(
        ratio, rng, starts=np.where(np.arange(30) < 10, rng.integers(12, 30, 30), 99).astype(float), mean=10, spread=0.2
    )


def _rare(ratio: float, rng: np.random.Generator) -> Found:
    return _panel(ratio, rng, starts=np.where(np.arange(30) < 10, 18.0, 99.0), mean=0.4, spread=0.1)


def _series(ratio: float, rng: np.random.Generator, persistence: float) -> Found:
    month = np.arange(72)
    level = 50 * np.exp(0.002 * month + 0.2 * np.sin(month * np.pi / 6) + _waves(rng, (72,), persistence, 0.1))
    return interrupted_time_series(rng.poisson(level * np.where(month >= 48, ratio, 1.0)), start=48).effect, ratio


def _four(ratio: float, rng: np.random.Generator, size: int) -> Found:
    """Events come `size` at a time; what is displaced is a tenth of what is gained."""
    means = np.array([[120, 120], [200, 200], [80, 80], [150, 150]], dtype=np.float64)
    gain = (1 - ratio) * means[0, 1]
    means[0, 1] -= gain
    means[2, 1] += 0.1 * gain
    counts = rng.poisson(means / size) * size
    found = weighted_displacement_difference(*counts, dispersion=float(size))
    return found.effect, -0.9 * gain


def _chosen(ratio: float, rng: np.random.Generator) -> Found:
    rates = rng.gamma(3, 2, 150)
    before = rng.poisson(rates)
    chosen = np.isin(np.arange(150), np.argsort(before)[-12:])
    return regression_to_mean(before, rng.poisson(rates * 0.9 * np.where(chosen, ratio, 1.0)), chosen).effect, ratio


def _mix(ratio: float, rng: np.random.Generator, *, is_peak: bool = False) -> Found:
    """Thirty areas that follow two waves, each by its own share: twelve months after, and twelve before or four that were chosen by."""
    areas, start = 30, 4 if is_peak else 12
    months = start + 12
    share = rng.random((areas, 1))
    waves = _waves(rng, (2, months), 0.7, 2.0)
    table = 20 + share * waves[0] + (1 - share) * waves[1] + _waves(rng, (areas, months), 0.2, 2.0)
    ours = int(table[:, :start].mean(axis=1).argmax()) if is_peak else 0
    truth = (ratio - 1) * 20
    table[ours, start:] += truth
    return synthetic_control(table[ours], np.delete(table, ours, axis=0), pre_periods=start).effect, truth


_WORLDS: Final[Mapping[DesignWorld, Callable[[float, np.random.Generator], Found]]] = MappingProxyType({
    DesignWorld.TOGETHER: _together,
    DesignWorld.STAGGERED: _staggered,
    DesignWorld.RARE: _rare,
    DesignWorld.CALM_SERIES: lambda ratio, rng: _series(ratio, rng, 0.0),
    DesignWorld.WAVES: lambda ratio, rng: _series(ratio, rng, 0.4),
    DesignWorld.EIGHT_COUNTS: lambda ratio, rng: _four(ratio, rng, 1),
    DesignWorld.BURSTS: lambda ratio, rng: _four(ratio, rng, 2),
    DesignWorld.CHOSEN_HIGH: _chosen,
    DesignWorld.MIX: _mix,
    DesignWorld.MIX_CHOSEN_HIGH: lambda ratio, rng: _mix(ratio, rng, is_peak=True),
    DesignWorld.MATCHED_COUNTS: people_worlds.matched_counts,
    DesignWorld.MATCHED_YES_OR_NO: people_worlds.matched_yes_or_no,
    DesignWorld.TWO_SAMPLES: people_worlds.two_samples,
    DesignWorld.CLUSTERS: lambda ratio, rng: people_worlds.two_samples(ratio, rng, cluster=10),
    DesignWorld.SAME_PEOPLE: people_worlds.same_people,
    DesignWorld.SCORES: people_worlds.scores,
    DesignWorld.ELSEWHERE: people_worlds.here_and_elsewhere,
    DesignWorld.SCORES_WAITING: people_worlds.scores_beside_waiting,
})  # fmt: skip
