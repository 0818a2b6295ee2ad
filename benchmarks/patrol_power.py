"""Power of the Southend design, 20 places x 90 days x 8 a day, by 1,000 simulated trials of eight effects and none. Goal: 20 CPU s.

No open tool tells the power of this design. Beside ours: the evaluation's test, a trial at a time, for a few trials of one effect,
scaled up. Both see the same counts, and their powers must agree within what so few trials can tell.

python benchmarks/patrol_power.py
"""

from __future__ import annotations

import sys

import numpy as np
from measure import measure

from safeground.engine.statistics import (
    DailyDraw,
    TrialPower,
    estimate_trial_power,
    find_randomisation_p,
    resample_days,
)

PLACES, DAYS, TREATED, SIMULATIONS, REDRAWS = 20, 90, 8, 1000, 499
RATIOS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
PLAIN_TRIALS, PLAIN_RATIO = 40, 0.4
GOAL_CPU_S = 20.0


def make_history() -> np.ndarray:
    """A year of made-up events: 0.1 a place-day, places that differ threefold, some clustering."""
    rng = np.random.default_rng(1)
    rates = rng.gamma(3, 0.1 / 3, size=(PLACES, 1)) * rng.gamma(4, 1 / 4, size=(1, 365))
    return rng.poisson(rates).astype(float)


def ours() -> tuple[list[float], float, float]:
    rng = np.random.default_rng(2)
    counts = resample_days(make_history(), days=DAYS, runs=SIMULATIONS, rng=rng)
    draw = DailyDraw(places=PLACES, days=DAYS, treated=TREATED)
    power: TrialPower = estimate_trial_power(counts, draw, rate_ratios=RATIOS, redraws=REDRAWS, rng=rng)
    return power.value.tolist(), float(power.false_alarms.value), power.detectable


def plainly() -> float:
    """Power at one ratio from a few trials, each tested as an evaluation tests it: a fit, and a score for each redraw."""
    rng = np.random.default_rng(3)
    counts = resample_days(make_history(), days=DAYS, runs=PLAIN_TRIALS, rng=rng)
    draw = DailyDraw(places=PLACES, days=DAYS, treated=TREATED)
    schedules, found = draw.draw_many(rng, runs=REDRAWS), 0
    for untreated in counts:
        schedule = draw(rng)
        trial = untreated - rng.binomial(untreated.astype(int), 1 - PLAIN_RATIO) * schedule
        found += find_randomisation_p(trial, schedule, schedules=schedules) <= 0.05
    return found / PLAIN_TRIALS


def main() -> int:
    fast, plain = measure("ours", ours), measure("plainly", plainly)
    powers, alarms, detectable = fast.result
    told = ", ".join(f"{ratio:g}: {power:.0%}" for ratio, power in zip(RATIOS, powers, strict=True))
    print(
        f"power by rate ratio: {told}; 80% at {detectable:.2f}; found where there is nothing: {alarms:.1%} (5% is meant)"
    )
    scaled = plain.cpu_s * SIMULATIONS / PLAIN_TRIALS * (len(RATIOS) + 1)
    print(
        f"ours: {fast.cpu_s:.1f} CPU s, {fast.peak_mb:.0f} MB for {SIMULATIONS:,} trials x {len(RATIOS) + 1} effects x {REDRAWS} redraws "
        f"(goal: under {GOAL_CPU_S:g} CPU s): {'met' if fast.cpu_s < GOAL_CPU_S else 'NOT MET'}; a trial at a time, scaled up: "
        f"{scaled:.0f} CPU s, {scaled / fast.cpu_s:.0f} times as many"
    )
    apart = abs(powers[RATIOS.index(PLAIN_RATIO)] - plain.result)
    assert apart < 0.25, f"the two ways differ by {apart:.0%}"
    return 0 if fast.cpu_s < GOAL_CPU_S else 1


if __name__ == "__main__":
    sys.exit(main())
