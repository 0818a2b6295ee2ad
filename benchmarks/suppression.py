"""Complementary suppression of 2,000 cells with their margins, of a hierarchy and of linked tables. Goal: under 10 s of CPU time each.

python benchmarks/suppression.py

The audit of the result, which asks two linear programmes for each withheld cell, is timed apart. Rare small counts are the hardest:
where many cells are withheld anyway they protect each other.
"""

from __future__ import annotations

import time

import numpy as np

from safeground.engine.disclosure import CountTable, DisclosureRule, audit, cross_table, link, suppress

GOAL_S = 10.0
POLICE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")
NHS = DisclosureRule("nhs", "NHS counts", threshold=7, rounding=5, owner="NHS", source="guide")


def counts(mean: float, shape: tuple[int, ...]) -> np.ndarray:
    """Invented counts, most of them far below the mean."""
    return np.random.default_rng(1).negative_binomial(0.7, 0.7 / (0.7 + mean), shape)


def hierarchy() -> CountTable:
    """60 small areas in 12 districts in 3 areas, by 25 kinds of offence."""
    districts = [range(5 * each, 5 * each + 5) for each in range(12)]
    areas = [range(60 + 4 * each, 60 + 4 * each + 4) for each in range(3)]
    return cross_table(counts(60, (60, 25)), groups=[[*districts, *areas, range(72, 75)], [range(25)]])[0]


def linked() -> CountTable:
    """40 areas by 24 offences and by 24 months, which share the totals of the areas."""
    by_offence = counts(60, (40, 24))
    rng = np.random.default_rng(2)
    by_month = np.array([rng.multinomial(total, np.full(24, 1 / 24)) for total in by_offence.sum(axis=1)])
    tables = []
    for inner, kind in ((by_offence, "offence"), (by_month, "month")):
        table, places = cross_table(inner)
        names = [f"{kind} {column} of {row}" for row in range(41) for column in range(25)]
        for row, place in enumerate(places[:, -1].tolist()):
            names[place] = f"all of {row}"
        tables.append(CountTable(table.counts, table.sums, names=tuple(names)))
    return link(*tables)


def main() -> None:
    shape = (49, 39)
    cases = [
        (f"rows by columns, mean {mean}", cross_table(counts(mean, shape))[0], rule)
        for mean, rule in ((15, POLICE), (60, POLICE), (200, POLICE), (1_000, POLICE), (15, NHS), (200, NHS))
    ]
    cases += [("a hierarchy by columns", hierarchy(), POLICE), ("two linked tables", linked(), POLICE)]
    suppress(cross_table(counts(15, (4, 4)))[0], POLICE)  # what is imported only when it is needed
    for title, table, rule in cases:
        start = time.process_time()
        found = suppress(table, rule)
        taken = time.process_time() - start
        start = time.process_time()
        report = audit(table, found.published, rule)
        audited = time.process_time() - start
        print(
            f"{title}, {rule.name}: {len(table.counts):,} cells, {found.small.sum()} small and {found.for_others.sum()} for others; "
            f"{taken:.1f} s (goal: under {GOAL_S:.0f} s): {'met' if taken < GOAL_S else 'NOT MET'}; "
            f"{found.method}; audit {audited:.1f} s: {'safe' if report.is_safe else 'NOT SAFE'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
