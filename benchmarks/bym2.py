"""BYM2 by sparse Laplace on a county's and a nation's areas. Goals: 1,100 areas under 1 CPU s, 33,755 under 60 CPU s.

    python benchmarks/bym2.py
    python benchmarks/bym2.py --calibrate     coverage of its intervals over many maps; takes an hour, calls for no goal

The maps are squares side by side with ratios whose pattern is known, so that what is found can be held to what is true beside what the
raw ratios and ratios shrunk without neighbours reach.
"""

from __future__ import annotations

import os

# One thread, so that CPU seconds are the work and not threads that wait for each other. It must be said before NumPy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from pathlib import Path

import numpy as np
from measure import measure
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from squares import draw_map, make_squares

SIZES = ((33, 33, 1.0), (155, 218, 60.0))
"""Rows, columns and the goal in CPU seconds: 1,089 areas, and 33,790."""


def fit(rows: int, columns: int) -> dict[str, float]:
    from safeground.engine.statistics import shrink_ratios, smooth_ratios

    rng = np.random.default_rng(1)
    smooth = gaussian_filter(rng.standard_normal((rows, columns)), 3).ravel()
    noise = rng.standard_normal(rows * columns)
    true = np.exp(0.45 * (np.sqrt(0.7) * smooth / smooth.std() + np.sqrt(0.3) * noise))
    expected = rng.uniform(2, 12, true.size)
    counts = rng.poisson(expected * true).astype(float)
    true *= expected.sum() / counts.sum()
    found = smooth_ratios(counts, expected, make_squares(rows, columns))
    raw = counts / expected * expected.sum() / counts.sum()
    alone = shrink_ratios(counts, expected).value

    def error(ratios: np.ndarray) -> float:
        return float(np.sqrt(np.mean((ratios - true) ** 2)))

    held = float(np.mean((found.lower <= true) & (true <= found.upper)))
    return {"areas": true.size, "raw": error(raw), "alone": error(alone), "smoothed": error(found.value), "held": held}


def calibrate() -> None:
    """Coverage over spreads, shares and counts."""
    from safeground.engine.statistics import smooth_ratios

    neighbours = make_squares(20)
    rng = np.random.default_rng(1)
    print(f"{'spread':>7}{'share':>7}{'expected':>9}{'held':>8}{'above':>8}{'below':>8}   (held: 95% is right)")
    for spread in (0.2, 0.5, 1.0):
        for share in (0.05, 0.5, 0.95):
            for expected in (1.0, 5.0, 50.0):
                above, below = [], []
                for _ in range(30):
                    truth, counts, base = draw_map(neighbours, spread=spread, share=share, expected=expected, rng=rng)
                    found = smooth_ratios(counts, base, neighbours)
                    true = truth * base.sum() / counts.sum()
                    above.append(np.mean(true > found.upper))
                    below.append(np.mean(true < found.lower))
                over, under = np.mean(above), np.mean(below)
                print(
                    f"{spread:7.2f}{share:7.2f}{expected:9.0f}{1 - over - under:8.3f}{over:8.3f}{under:8.3f}",
                    flush=True,
                )


def main() -> int:
    if "--calibrate" in sys.argv:
        calibrate()
        return 0
    missed = 0
    for rows, columns, goal in SIZES:
        run = measure(f"{rows * columns:,} areas", fit, rows, columns)
        found = run.result
        met = run.cpu_s < goal
        missed += not met
        print(
            f"BYM2 on {found['areas']:,} areas: {run.cpu_s:.2f} CPU s, peak {run.peak_mb:.0f} MB (goal: under {goal:g} s, "
            f"{'met' if met else 'NOT MET'}); error {found['smoothed']:.3f} beside {found['alone']:.3f} without neighbours and "
            f"{found['raw']:.3f} raw; 95% intervals held {100 * found['held']:.1f}%"
        )
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
