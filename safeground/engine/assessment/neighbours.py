"""Beside the neighbours: the rate of each force in the latest months that all have."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.assessment.evidence import FORCE, STREET, Evidence
from safeground.engine.assessment.headline import (
    VIOLENCE,
    neighbour_findings,
)
from safeground.engine.assessment.making import make_table, protect_row
from safeground.engine.assessment.protecting import protect_count
from safeground.engine.assessment.sentences import name_period
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    Finding,
    IntervalChart,
    Notice,
    NoticeKind,
    Point,
    join_words,
)


def make_neighbours(evidence: Evidence) -> list[Block]:
    found = neighbour_findings(evidence, VIOLENCE)
    compared = evidence.measures.compare_with_neighbours(VIOLENCE)
    if compared is None:
        return [
            Notice(
                NoticeKind.MISSING, "No neighbouring force has the latest months, so there is nothing to compare with."
            )
        ]
    partners = (evidence.measures.own, *evidence.neighbours)
    measurement = evidence.measures.calculate(VIOLENCE, level=FORCE, periods=[compared.period], partners=partners)
    names = {force.area.code: force.area.name for force in evidence.catalogue.partnership.forces}
    names[evidence.measures.own_area] = evidence.area_name
    cells = sorted(measurement.column(compared.period), key=lambda cell: -cell.value)
    points, rows = [], []
    for cell in cells:
        estimate = protect_row(evidence, measurement, cell)
        name = names.get(cell.area_code, cell.area_name)
        points.append(Point(name, estimate, is_marked=cell.area_code == evidence.measures.own_area))
        rows.append((name, protect_count(cell, evidence.rule), estimate))
    return [
        *found,
        Figure(
            id="violence_by_force",
            title=_compare_in_words(evidence, found),
            subtitle=(
                f"Violence recorded by the police, {measurement.unit}, "
                f"{name_period(compared.period.label)}; line: 95% interval"
            ),
            alternative="; ".join(
                f"{point.label}: {point.estimate.value:.1f}" for point in points if point.estimate.value is not None
            )
            + ".",
            chart=IntervalChart(tuple(points), measurement.unit),
            table=make_table(
                id="violence_by_force",
                measurement=measurement,
                period=compared.period.label,
                caption=f"Violence by force, {compared.period.label}",
                columns=[("force", "Force area"), ("count", "Offences"), ("rate", f"Rate {measurement.unit}")],
                rows=rows,
                source=evidence.source_line(STREET, "population"),
            ),
            source=evidence.source_line(STREET, "population"),
            notes=("Forces differ in how they record. The order says how much was recorded, not how safe a place is.",),
        ),
    ]


def _compare_in_words(evidence: Evidence, found: Sequence[Finding]) -> str:
    """'Essex: higher than Suffolk, lower than Kent, not clearly different from Hertfordshire'."""
    area_of = {force.partner: force.area.name for force in evidence.catalogue.partnership.neighbours}
    groups = (
        (Direction.HIGHER, "higher than"),
        (Direction.LOWER, "lower than"),
        (Direction.CANNOT_TELL, "not clearly different from"),
    )
    told = []
    for direction, words in groups:
        names = [area_of.get(f.id.rsplit(".", 1)[-1], "") for f in found if f.direction is direction]
        if names:
            told.append(f"{words} {join_words(names)}")
    return f"{evidence.area_name}: {', '.join(told) or 'not compared'}"
