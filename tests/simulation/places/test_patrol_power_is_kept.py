"""The evaluation finds what the planner promised it would, and finds as little where there is nothing."""

import numpy as np

from safeground.engine.evaluation import estimate_crossover_effect
from safeground.engine.statistics import DailyDraw, estimate_trial_power, simulate_counts

TRIALS, RATIO = 60, 0.6


def test_power_is_what_the_evaluation_finds():
    draw = DailyDraw(places=10, days=60, treated=4)
    rng = np.random.default_rng(11)
    counts = simulate_counts(0.25, places=10, days=60, runs=600, rng=rng, spread=0.6, dispersion=1.4)
    promised = estimate_trial_power(counts, draw, rate_ratios=[RATIO], redraws=199, rng=rng)
    place, day = (index.ravel() for index in np.indices((10, 60)))
    found = 0
    for untreated in counts[:TRIALS]:
        treated = draw(rng)
        seen = rng.binomial(untreated.astype(int), np.where(treated, RATIO, 1.0))
        effect = estimate_crossover_effect(
            seen.ravel(), treated.ravel(), place=place, day=day, draw_schedule=draw, runs=199, rng=rng, has_checks=False
        )
        found += effect.p <= 0.05
    expected = float(promised.value[0])
    assert 0.3 < expected < 0.95
    error = np.sqrt(expected * (1 - expected) * (1 / TRIALS + 1 / 600))
    assert abs(found / TRIALS - expected) < 3 * error
    assert promised.false_alarms.lower < 0.05 < promised.false_alarms.upper
