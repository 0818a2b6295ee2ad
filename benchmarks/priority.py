"""Priority neighbourhoods of a nation: 35,000 areas, ten risk factors, 1,000 draws. Goal: under 120 CPU s.

    python benchmarks/priority.py

Three of the factors are counts, as income, children and employment deprivation are; of them one is rare enough to be smoothed over the
map. Printed too: whether areas given 80% belong 80% of the time, since the truth behind invented counts is known.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from pathlib import Path

import numpy as np
from measure import measure
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from squares import make_squares

ROWS, COLUMNS, FACTORS, RUNS, GOAL = 175, 200, 10, 1000, 120.0


def choose() -> list[tuple[float, float, int]]:
    from safeground.engine.places.priority.reading import smooth_with_draws
    from safeground.engine.places.priority.scores import (
        Layout,
        draw_membership,
        find_highest,
        normal_scores,
        score_areas,
    )

    rng = np.random.default_rng(1)
    areas = ROWS * COLUMNS
    level = gaussian_filter(rng.standard_normal((ROWS, COLUMNS)), 3).ravel()
    level /= level.std()
    true = np.column_stack([np.exp(0.4 * level + 0.35 * rng.standard_normal(areas)) for _ in range(FACTORS)])
    neighbours = make_squares(ROWS, COLUMNS)
    values, drawn = true.copy(), {}
    for factor, expected in enumerate((200.0, 150.0, 40.0)):
        base = expected * rng.uniform(0.6, 1.4, areas)
        counts = rng.poisson(base * true[:, factor]).astype(float)
        found, drawn[factor] = smooth_with_draws(counts, base, neighbours, runs=RUNS, rng=rng)
        values[:, factor] = found.value
    layout = Layout(np.arange(FACTORS) // 2, np.ones(FACTORS), np.array([1.0, 1.0, 1.0, 0.5, 0.5]))
    number = round(0.05 * areas)
    member = draw_membership(normal_scores(values), layout, drawn, number=number, vary=0.33, runs=RUNS, rng=rng)
    belongs = find_highest(score_areas(normal_scores(true), layout), number)
    bins = ((0.05, 0.3), (0.3, 0.7), (0.7, 0.95))
    inside = [(member.by_chance >= low) & (member.by_chance < high) for low, high in bins]
    return [(float(member.by_chance[each].mean()), float(belongs[each].mean()), int(each.sum())) for each in inside]


def main() -> int:
    run = measure("priority neighbourhoods", choose)
    met = run.cpu_s < GOAL
    print(
        f"priority neighbourhoods: {ROWS * COLUMNS:,} areas, {FACTORS} risk factors, {RUNS:,} draws: {run.cpu_s:.1f} CPU s, peak "
        f"{run.peak_mb:.0f} MB (goal: under {GOAL:g} s, {'met' if met else 'NOT MET'})"
    )
    for said, share, areas in run.result:
        print(f"  areas given {100 * said:.0f}% on average: {100 * share:.0f}% belong ({areas:,} areas)")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
