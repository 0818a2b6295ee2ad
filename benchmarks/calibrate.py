"""Do the designs of evaluation keep their promises? Size, power and coverage over made-up trials with known truth, as a table.

    python benchmarks/calibrate.py [TRIALS [WORDS ...]]

1,000 trials a row unless told; WORDS: only rows whose name holds one of them. A row holds where coverage is no less than promised
by three Monte Carlo errors, and the share of false alarms without an effect no more; more cautious than promised is no fault, and
is there to be read. Rows beyond what a design assumes stand apart, with how often its check tells a reader so.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from safeground.engine.evaluation import (
    Coverage,
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
HEAD = f"{'':62} {'ratio':>5} {'refused':>8} {'covered':>8} {'below':>6} {'above':>6} {'planned':>8}"


Row = tuple[str, float, Coverage, float | None]
"""What it is of, the true ratio, what was found, and the power that was planned."""


def run_crossover(at: int, world: World, ratio: float, trials: int) -> Row:
    name, draw = tuple(DRAWS.items())[at]
    rng = np.random.default_rng(
        [1, at, tuple(World).index(world), round(10 * ratio)]
    )  # rows that do not share their luck
    return f"{name:26} {world}", ratio, calibrate_crossover(world, draw=draw, ratio=ratio, trials=trials, rng=rng), None


def run_trial(world: TrialWorld, ratio: float, trials: int) -> Row:
    """With an effect, beside what the planner promises of the same world (one ratio, no time before, no transition)."""
    rng = np.random.default_rng([3, tuple(TrialWorld).index(world), round(10 * ratio)])
    found = calibrate_trial(world, ratio=ratio, trials=trials, rng=rng)
    planned = None if ratio == 1 else float(plan_trial(world, ratio=ratio, simulations=trials, rng=rng).value[0])
    return world, ratio, found, planned


def run_design(world: DesignWorld, ratio: float, trials: int) -> Row:
    rng = np.random.default_rng([2, tuple(DesignWorld).index(world), round(10 * ratio)])
    return world, ratio, calibrate_design(world, ratio=ratio, trials=trials, rng=rng), None


def main() -> int:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    only = sys.argv[2:]
    groups = {
        "Crossover of 90 days; 399 schedules drawn anew each": [
            (run_crossover, (at, world, ratio)) for at in range(len(DRAWS)) for world in World for ratio in RATIOS
        ],
        "Parallel and stepped-wedge trials; 399 lots drawn anew each": [
            (run_trial, (world, ratio)) for world in TrialWorld for ratio in RATIOS
        ],
        "Designs without a lottery": [(run_design, (world, ratio)) for world in DesignWorld for ratio in RATIOS[:2]],
    }
    worst, beyond = 0, []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        waiting = {
            title: [pool.submit(run, *given, trials) for run, given in rows if _is_asked(given, only)]
            for title, rows in groups.items()
        }
        for title, rows in waiting.items():
            print(f"\n{title}, {trials:,} a row\n{HEAD}")
            for row in rows:
                found = row.result()
                if found[2].told is not None:
                    beyond.append(found)
                    continue
                worst = max(worst, not found[2].holds)
                print(tell(found), flush=True)
    print(
        f"\nBeyond what a design assumes, or more than so few months can show: its check has to say so\n{HEAD}{'told':>8} {'untold':>7}"
    )
    for name, ratio, found, planned in beyond:
        print(f"{tell((name, ratio, found, planned))} {found.told:7.3f} {found.untold:7.3f}")
    print("\ntold: its check failed. untold: no effect was refused, and its check had not failed.")
    return worst


def tell(row: Row) -> str:
    name, ratio, found, planned = row
    promised = "" if planned is None else f"{planned:8.3f}"
    numbers = f"{found.refused:8.3f} {found.covered:8.3f} {found.below:6.3f} {found.above:6.3f}"
    wrong = "" if found.holds or found.told is not None else "  DOES NOT HOLD"
    return f"{name:62} {ratio:5.1f} {numbers} {promised:8}{wrong}"


def _is_asked(given: tuple[object, ...], only: list[str]) -> bool:
    return not only or any(word in str(part) for word in only for part in given)


if __name__ == "__main__":
    sys.exit(main())
