"""A new table of 2,000 series, many of them withheld, against twenty earlier ones of overlapping years. Goal: under 60 s of CPU time.

python benchmarks/release_check.py
"""

from __future__ import annotations

import time

import numpy as np

from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Leak,
    Release,
    Series,
    SeriesSum,
    ToldCell,
    find_exposures,
)

GOAL_S = 60.0
RULE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")
MEASURE, AREA = "recorded_crime/violence", "E23000028"


def make_releases(number: int, *, years: int = 21) -> list[Release]:
    """Rolling years of invented series: every fifth withheld throughout, and whatever is small."""
    rng = np.random.default_rng(5)
    monthly = rng.poisson(rng.gamma(1, 1, (number, 1)), (number, years + 12))
    parts = tuple(Series(MEASURE, AREA, f"kind={at}") for at in range(number))
    total = Series(MEASURE, AREA)
    found = []
    for first in range(years):
        when = tuple(f"{2023 + at // 12}-{at % 12 + 1:02d}" for at in range(first, first + 12))
        counts = monthly[:, first : first + 12].sum(axis=1).tolist()
        cells = [ToldCell(CellKey(total, when), float(sum(counts)))]
        for at, (part, count) in enumerate(zip(parts, counts, strict=True)):
            cells.append(ToldCell(CellKey(part, when), None if 0 < count <= 4 or at % 5 == 0 else float(count)))
        found.append(Release(f"{when[-1]}", RULE, tuple(cells), (SeriesSum(total, parts),)))
    return found


def main() -> None:
    for number in (100, 500, 2_000):
        releases = make_releases(number)
        start = time.process_time()
        found = find_exposures(releases, only=releases[-1].name)
        taken = time.process_time() - start
        asked = "not asked in full" if any(each.leak is Leak.NOT_ASKED for each in found) else "asked in full"
        verdict = f" (goal {GOAL_S:.0f} s: {'met' if taken < GOAL_S else 'missed'})" if number == 2_000 else ""
        print(f"{number:>5} series: {taken:6.1f} s of CPU time, {len(found)} found, {asked}{verdict}")


if __name__ == "__main__":
    main()
