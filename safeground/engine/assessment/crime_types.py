"""Of what kind: every crime type, how many, and whether it rose or fell."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import FORCE, STREET, Evidence
from safeground.engine.assessment.making import change_words, make_table
from safeground.engine.assessment.protecting import protect_change, protect_count
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    IntervalChart,
    Notice,
    NoticeKind,
    Point,
    join_words,
)
from safeground.engine.measures import compare_with_year_before, read_changes_together


def make_crime_types(evidence: Evidence, measure: str) -> list[Block]:
    """Every crime type: how many, and whether it rose or fell."""
    comparison = evidence.comparison
    by_type = evidence.measures.calculate_by(measure, level=FORCE, periods=[evidence.latest])
    monthly = evidence.measures.counts_by(measure, level=FORCE)
    compared_alone = {name: compare_with_year_before(counts.definite) for name, counts in monthly.items()}
    changes = read_changes_together({name: found for name, found in compared_alone.items() if found is not None})
    rows, points = [], []
    directions: dict[str, Direction] = {}
    for name, measurement in by_type.items():
        cell = measurement.cell(evidence.measures.own_area, evidence.latest)
        row: list[str | Protected] = [name, protect_count(cell, evidence.rule)]
        compared = changes.get(name)
        if compared is not None:
            counts = tuple(
                float(np.atleast_1d(x)[0]) for x in (compared.change.count_before, compared.change.count_after)
            )
            change, directions[name] = protect_change(compared.change, 0, evidence.rule, counts=counts)
            row += [change, change_words(directions[name])]
            points.append(Point(name, change, is_marked=directions[name] in (Direction.HIGHER, Direction.LOWER)))
        else:
            row += ["not compared", "not compared"]
        rows.append(row)
    table = make_table(
        id="crime_by_type",
        period=evidence.latest.label,
        caption=f"Police recorded crime by type, {evidence.latest.label}",
        columns=[
            ("type", "Crime type"),
            ("count", "Offences"),
            ("change", "Change on the same months a year before"),
            ("reading", "Reading"),
        ],
        rows=rows,
        source=evidence.source_line(STREET),
        notes=()
        if comparison is None
        else (
            f"Change: {comparison.latest.label} compared with {comparison.before.label}.",
            "The reading allows for so many types being looked at together; each interval is for its type alone.",
        ),
    )
    if comparison is None or not points:
        return [
            table,
            Notice(
                NoticeKind.MISSING,
                "No month has the same month of the year before beside it, so no change can be told.",
            ),
        ]
    rose, fell = (
        [name for name, found in directions.items() if found is way] for way in (Direction.HIGHER, Direction.LOWER)
    )
    told = [f"{len(rose)} rose" if rose else "", f"{len(fell)} fell" if fell else ""]
    unclear = len(directions) - len(rose) - len(fell)
    alone = [point.label for point in points if not point.is_marked and _excludes_no_change(point.estimate)]
    notes = ["Marked: types that changed by more than chance, allowing for so many being looked at together."]
    if alone:
        leave = "its interval leaves" if len(alone) == 1 else "their intervals leave"
        notes.append(
            f"Not marked though {leave} out no change: {join_words(alone)}. "
            f"Each interval is for its type alone, and among {len(directions)} types one or another may leave it out by chance."
        )
    return [
        Figure(
            id="change_by_type",
            title=(
                f"Of {len(directions)} crime types, {join_words([t for t in told if t] or ['none clearly changed'])}; "
                f"for {unclear} we cannot tell"
            ),
            subtitle=(
                f"Change in recorded offences day for day, %, {comparison.latest.label} compared with "
                f"{comparison.before.label}; line: 95% interval"
            ),
            alternative=_describe_changes(rose, fell, unclear),
            chart=IntervalChart(
                tuple(sorted(points, key=lambda point: -(point.estimate.value or 0))),
                "%",
                reference=Point("no change", protect(0.0, unit="%", rule=evidence.rule, count=0.0)),
            ),
            table=table,
            source=evidence.source_line(STREET),
            notes=tuple(notes),
        )
    ]


def _excludes_no_change(change: Protected) -> bool:
    return change.lower is not None and change.upper is not None and not change.lower <= 0 <= change.upper


def _describe_changes(rose: list[str], fell: list[str], unclear: int) -> str:
    parts = [
        f"Rose: {join_words(rose)}." if rose else "None can be said to have risen.",
        f"Fell: {join_words(fell)}." if fell else "None can be said to have fallen.",
    ]
    return " ".join(parts) + f" For {unclear} types these data cannot tell."
