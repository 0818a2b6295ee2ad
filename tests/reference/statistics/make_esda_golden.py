"""Writes esda_golden.csv: local statistics of a small map by esda 2.9.0 (BSD-3), with 99,999 conditional permutations.

    python tests/reference/statistics/make_esda_golden.py

Run once by hand where esda is installed; the tests read the file. esda's own p-values are one-sided, so both tails are taken from its
simulated statistics and doubled by the house's rule. The counts are invented: skewed, with a cluster and many zeros.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from esda import G_Local, Moran_Local
from libpysal.weights import lat2W

SIDE, RUNS = 12, 99_999


def two_sided(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """simulated: (runs, cells). Sums in another order differ in their last digits, which must not break a tie."""
    slack = 1e-9
    low = ((simulated <= observed + slack).sum(axis=0) + 1) / (len(simulated) + 1)
    high = ((simulated >= observed - slack).sum(axis=0) + 1) / (len(simulated) + 1)
    return np.minimum(1.0, 2 * np.minimum(low, high))


def main() -> None:
    rng = np.random.default_rng(20)
    counts = rng.negative_binomial(0.6, 0.3, (SIDE, SIDE))
    counts[2:5, 7:10] += rng.poisson(6, (3, 3))
    values = counts.ravel().astype(float)
    weights = lat2W(SIDE, SIDE, rook=False)
    star = G_Local(values, weights, transform="B", star=True, permutations=RUNS, seed=1, n_jobs=1)
    plain = G_Local(values, weights, transform="B", permutations=RUNS, seed=2, n_jobs=1)
    moran = Moran_Local(values, weights, permutations=RUNS, seed=3, n_jobs=1)
    columns = {
        "count": values.astype(int),
        "gi_star_z": star.Zs,
        "gi_z": plain.Zs,
        "gi_p": two_sided(plain.sim, plain.Gs),
        "moran": moran.Is,
        "moran_p": two_sided(moran.sim, moran.Is),
    }
    with Path(__file__).with_name("esda_golden.csv").open("w", newline="", encoding="utf-8") as file:
        file.write(
            "# Local statistics of an invented 12 x 12 map, queen neighbours, by esda 2.9.0 (BSD-3) on 2026-11-22, made by\n"
        )
        file.write(
            "# make_esda_golden.py beside this file. p-values: both tails of 99,999 conditional permutations, doubled.\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([f"{cell:.10g}" for cell in row] for row in zip(*columns.values(), strict=True))


if __name__ == "__main__":
    main()
