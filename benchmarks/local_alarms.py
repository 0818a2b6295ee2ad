"""How often local statistics and classes in space and time alarm where nothing happens.

The tables of docs/explanation/hot-cells-and-chance.md.

    python benchmarks/local_alarms.py [maps]

No race and no goal, so it is not among those that `make bench` runs; the tests hold smaller runs of the same to their limits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from local_statistics import queen

from safeground.engine.statistics import SpaceTimeClasses, classify_space_time, local_getis_ord

SIDE, PERIODS = 40, 12

Maker = Callable[[np.random.Generator], np.ndarray]

MAPS: dict[str, Maker] = {
    "20 events a cell, all alike": lambda rng: rng.poisson(20, SIDE * SIDE),
    "1 event a cell, all alike": lambda rng: rng.poisson(1, SIDE * SIDE),
    "0.6 events a cell, most in few": lambda rng: rng.poisson(rng.gamma(0.3, 2, SIDE * SIDE)),
    "3 events a cell, most in very few": lambda rng: rng.poisson(rng.gamma(0.1, 30, SIDE * SIDE)),
}


def risks() -> np.ndarray:
    """Two busy blocks that stay as they are."""
    risk = np.full((SIDE, SIDE), 0.3)
    risk[3:6, 3:6] += 3
    risk[25:28, 30:33] += 2
    return risk.reshape(-1, 1)


HISTORIES: dict[str, Maker] = {
    "no cell differs": lambda rng: rng.poisson(0.3, (SIDE * SIDE, PERIODS)),
    "busy places that stay as they are": lambda rng: rng.poisson(risks(), (SIDE * SIDE, PERIODS)),
    "the same, events in series of three": lambda rng: rng.poisson(
        3 * rng.poisson(risks() / 3, (SIDE * SIDE, PERIODS))
    ),
}


def pattern_alone(found: SpaceTimeClasses) -> bool:
    """What a scheme without a test of change would call emerging: hot lately and never before."""
    late = found.hot[:, -found.recent :].any(axis=1)
    return bool((late & ~found.hot[:, : -found.recent].any(axis=1)).any())


def main(maps: int = 500) -> None:
    neighbours, rng = queen(SIDE, SIDE), np.random.default_rng(1)
    ways = {
        "normal": {"runs": 0},
        "exact, own value held": {"runs": 9},
        "exact, own value drawn": {"runs": 9, "hold_own": False},
    }
    print(
        f"share of {maps} maps of {SIDE * SIDE:,} cells with any cell called hot or cold (standard error at 5%: ",
        end="",
    )
    print(f"{100 * np.sqrt(0.05 * 0.95 / maps):.1f} points), and share of cells with p of 0.05 or less")
    for name, make in MAPS.items():
        drawn = [make(rng) for _ in range(maps)]
        for way, options in ways.items():
            found = [local_getis_ord(counts, neighbours, rng=rng, **options) for counts in drawn]  # type: ignore[arg-type]
            alarmed = np.mean([(one.adjusted_p_value < 0.05).any() for one in found])
            cells = np.mean([(one.p_value <= 0.05).mean() for one in found])
            print(f"  {name:36} {way:24} {100 * alarmed:5.1f}%  {100 * cells:4.1f}%")
    print(
        f"share of {maps // 2} maps in {PERIODS} periods with any cell hot, emerging, former, and emerging by the pattern alone"
    )
    for name, make in HISTORIES.items():
        classes = [classify_space_time(make(rng), neighbours, rng=rng) for _ in range(maps // 2)]
        shares = [np.mean([found.hot.any() for found in classes])]
        shares += [np.mean([(found.kind == kind).any() for found in classes]) for kind in ("emerging", "former")]
        shares += [np.mean([pattern_alone(found) for found in classes])]
        print(f"  {name:36} " + "  ".join(f"{100 * share:5.1f}%" for share in shares))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
