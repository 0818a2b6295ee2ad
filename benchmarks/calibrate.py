"""Do the designs of evaluation keep their promises? Size, power and coverage over made-up trials with known truth, as a table.

    python benchmarks/calibrate.py [TRIALS]

1,000 trials a row unless told (about half an hour). A row holds where coverage, and without an effect the share of false alarms, lie
within three Monte Carlo errors of what is promised.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from safeground.engine.evaluation import (
    DesignWorld,
    TrialWorld,
    World,
    calibrate_crossover,
    calibrate_design,
    calibrate_trial,
    plan_trial,
)
from safeground.engine.statistics import BlockedDraw, DailyDraw, TrialDraw

DRAWS: dict[str, TrialDraw] = {
    "8 of 20 a day": DailyDraw(places=20, days=90, treated=8),
    "8 of 20, blocks of 7 days": BlockedDraw(places=20, days=90, treated=8, block=7),
}
RATIOS = (1.0, 0.7, 0.4)


def main() -> int:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"Crossover of 90 days, {trials:,} trials a row; 399 schedules drawn anew each")
    print(f"{'draw':26} {'events':32} {'ratio':>5} {'refused':>8} {'covered':>8} {'below':>6} {'above':>6}")
    worst = 0
    for at, (name, draw) in enumerate(DRAWS.items()):
        for number, world in enumerate(World):
            for ratio in RATIOS:
                rng = np.random.default_rng([1, at, number, round(10 * ratio)])  # rows that do not share their luck
                row = calibrate_crossover(world, draw=draw, ratio=ratio, trials=trials, rng=rng)
                worst = max(worst, not row.holds)
                told = f"{row.refused:8.3f} {row.covered:8.3f} {row.below:6.3f} {row.above:6.3f}"
                print(f"{name:26} {world:32} {ratio:5.1f} {told}{'' if row.holds else '  DOES NOT HOLD'}", flush=True)
    return max(worst, calibrate_places(trials), calibrate_others(trials))


def calibrate_places(trials: int) -> int:
    """Trials of whole places; with an effect, beside what the planner promises of the same world (no time before, no transition)."""
    print(f"\nParallel and stepped-wedge trials, {trials:,} a row; 399 lots drawn anew each")
    print(f"{'':59} {'ratio':>5} {'refused':>8} {'covered':>8} {'below':>6} {'above':>6} {'planned':>8}")
    worst = 0
    for number, world in enumerate(TrialWorld):
        for ratio in RATIOS:
            rng = np.random.default_rng([3, number, round(10 * ratio)])
            row = calibrate_trial(world, ratio=ratio, trials=trials, rng=rng)
            worst = max(worst, not row.holds)
            planned = (
                ""
                if ratio == 1
                else f"{float(plan_trial(world, ratio=ratio, simulations=trials, rng=rng).value[0]):8.3f}"
            )
            told = f"{row.refused:8.3f} {row.covered:8.3f} {row.below:6.3f} {row.above:6.3f} {planned}"
            print(f"{world:59} {ratio:5.1f} {told}{'' if row.holds else '  DOES NOT HOLD'}", flush=True)
    return worst


def calibrate_others(trials: int) -> int:
    print(f"\nDesigns without a lottery, {trials:,} made-up evaluations a row")
    worst = 0
    for world in DesignWorld:
        for ratio in RATIOS[:2]:
            row = calibrate_design(world, ratio=ratio, trials=trials, rng=np.random.default_rng(1))
            worst = max(worst, not row.holds)
            told = f"{row.refused:8.3f} {row.covered:8.3f} {row.below:6.3f} {row.above:6.3f}"
            print(f"{world:59} {ratio:5.1f} {told}{'' if row.holds else '  DOES NOT HOLD'}", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main())
