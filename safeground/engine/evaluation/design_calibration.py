"""Do the designs without a lottery keep their promises? Made-up worlds that their assumptions allow, and some that they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from safeground.engine.evaluation import area_worlds, people_worlds
from safeground.engine.evaluation.area_worlds import Found
from safeground.engine.evaluation.calibration import Coverage
from safeground.engine.evaluation.checks import Verdict


class DesignWorld(StrEnum):
    """A design and what its world is like."""

    TOGETHER = "difference in differences, one start, waves"
    STAGGERED = "difference in differences, starts apart, waves"
    RARE = "difference in differences, rare events"
    ONE_LARGE = "difference in differences, 3 treated, one of them large"
    FEW_PERSISTING = "difference in differences, 4 treated, persistence 0.9"
    CALM_SERIES = "interrupted series, months apart"
    WAVES = "interrupted series, persistence 0.4"
    EIGHT_COUNTS = "weighted displacement, independent events"
    BURSTS = "weighted displacement, bursts, dispersion told"
    SHIFTS = "weighted displacement, whole areas shift by a tenth"
    CHOSEN_HIGH = "areas chosen for high counts"
    CHOSEN_LOG_NORMAL = "areas chosen for high counts, rates log-normal"
    CHOSEN_TWO_KINDS = "areas chosen for high counts, two kinds of areas"
    MIX = "synthetic control, area drawn by lot"
    MIX_CHOSEN_HIGH = "synthetic control, area chosen for its peak"
    MIX_STEADY = "synthetic control, area steadier than the others"
    MATCHED_COUNTS = "matched people, offences after"
    MATCHED_YES_OR_NO = "matched people, any offence after"
    TWO_SAMPLES = "survey, two samples"
    CLUSTERS = "survey, two samples in clusters, design effect told"
    SAME_PEOPLE = "survey, the same people twice"
    SCORES = "scores, the same people twice"
    ELSEWHERE = "survey, two samples here and two elsewhere"
    SCORES_WAITING = "scores, beside people who waited"
    AT_PEAK = "difference in differences, chosen at a peak"
    LONG_WAVES = "interrupted series, persistence 0.8"
    WANDERING = "interrupted series, a level that wanders for good"
    CHOSEN_POWER_LAW = "areas chosen for high counts, rates with a power law"
    MIX_DRIFT = "synthetic control, steadier area, areas that drift apart"


TOLD_BY: Final[Mapping[DesignWorld, str]] = MappingProxyType({
    DesignWorld.AT_PEAK: "parallel_trends",
    DesignWorld.LONG_WAVES: "persistence",
    DesignWorld.WANDERING: "persistence",
    DesignWorld.CHOSEN_POWER_LAW: "regression_to_the_mean",
    DesignWorld.MIX_DRIFT: "like_others",
})  # fmt: skip
"""Worlds beyond what the design assumes, or more than so few months can show, and the check that has to tell a reader so."""


def calibrate_design(world: DesignWorld, *, ratio: float, trials: int, rng: np.random.Generator) -> Coverage:
    """Of made-up evaluations with a true ratio, the share whose p is 0.05 or less and whose interval holds the truth; beyond the design's
    assumptions, also the share in which its check failed."""
    refused = covered = below = above = told = untold = 0
    for _ in range(trials):
        effect, truth = _WORLDS[world](ratio, rng)
        refused += bool(effect.p <= 0.05)
        covered += bool(effect.lower <= truth <= effect.upper)
        below += bool(effect.upper < truth)
        above += bool(effect.lower > truth)
        says_so = any(check.name == TOLD_BY.get(world) and check.verdict is Verdict.FAILED for check in effect.checks)
        told += says_so
        untold += bool(effect.p <= 0.05) and not says_so
    return Coverage(
        world, ratio, trials, refused / trials, covered / trials, below / trials, above / trials,
        told=told / trials if world in TOLD_BY else None, untold=untold / trials if world in TOLD_BY else None,
    )  # fmt: skip


_WORLDS: Final[Mapping[DesignWorld, Callable[[float, np.random.Generator], Found]]] = MappingProxyType({
    DesignWorld.TOGETHER: area_worlds.together,
    DesignWorld.STAGGERED: area_worlds.staggered,
    DesignWorld.RARE: area_worlds.rare,
    DesignWorld.ONE_LARGE: area_worlds.one_large,
    DesignWorld.FEW_PERSISTING: area_worlds.few_persisting,
    DesignWorld.AT_PEAK: area_worlds.chosen_at_peak,
    DesignWorld.CALM_SERIES: partial(area_worlds.series, persistence=0.0),
    DesignWorld.WAVES: partial(area_worlds.series, persistence=0.4),
    DesignWorld.LONG_WAVES: partial(area_worlds.series, persistence=0.8),
    DesignWorld.WANDERING: partial(area_worlds.series, persistence=1.0),
    DesignWorld.EIGHT_COUNTS: partial(area_worlds.eight_counts, size=1),
    DesignWorld.BURSTS: partial(area_worlds.eight_counts, size=2),
    DesignWorld.SHIFTS: area_worlds.shifting_areas,
    DesignWorld.CHOSEN_HIGH: partial(area_worlds.chosen_high, kind="gamma"),
    DesignWorld.CHOSEN_LOG_NORMAL: partial(area_worlds.chosen_high, kind="log-normal"),
    DesignWorld.CHOSEN_TWO_KINDS: partial(area_worlds.chosen_high, kind="two kinds"),
    DesignWorld.CHOSEN_POWER_LAW: partial(area_worlds.chosen_high, kind="power law"),
    DesignWorld.MIX: area_worlds.mix,
    DesignWorld.MIX_CHOSEN_HIGH: partial(area_worlds.mix, is_peak=True),
    DesignWorld.MIX_STEADY: area_worlds.steady,
    DesignWorld.MIX_DRIFT: partial(area_worlds.steady, drift=0.33),
    DesignWorld.MATCHED_COUNTS: people_worlds.matched_counts,
    DesignWorld.MATCHED_YES_OR_NO: people_worlds.matched_yes_or_no,
    DesignWorld.TWO_SAMPLES: people_worlds.two_samples,
    DesignWorld.CLUSTERS: lambda ratio, rng: people_worlds.two_samples(ratio, rng, cluster=10),
    DesignWorld.SAME_PEOPLE: people_worlds.same_people,
    DesignWorld.SCORES: people_worlds.scores,
    DesignWorld.ELSEWHERE: people_worlds.here_and_elsewhere,
    DesignWorld.SCORES_WAITING: people_worlds.scores_beside_waiting,
})  # fmt: skip
