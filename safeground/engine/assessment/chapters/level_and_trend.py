"""Level and trend: how much, rising or falling, of what kind, and how neighbours compare."""

from __future__ import annotations

from safeground.engine.assessment.crime_types import make_crime_types
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.headline import (
    BOUNDS,
    bounds_finding,
    change_finding,
    level_finding,
    missing_months_sentence,
)
from safeground.engine.assessment.neighbours import make_neighbours
from safeground.engine.assessment.trend import make_monthly_figure, make_run_chart_figure, make_years_table
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Block,
    Finding,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
)


def make_level_and_trend(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    blocks += [Heading("How much"), *_levels(evidence, outline)]
    if (gap := missing_months_sentence(evidence)) is not None:
        blocks.append(Notice(NoticeKind.MISSING, gap))
    blocks += [Heading("Rising or falling"), Paragraph(notes["chance"])]
    for measure in outline.plan.measures:
        if evidence.catalogue.measures[measure].unit.is_rate and measure != BOUNDS:
            finding = change_finding(evidence, measure, id=f"change.{measure.removesuffix('_rate')}")
            blocks += [finding] if finding is not None else []
    blocks += [make_monthly_figure(evidence), make_run_chart_figure(evidence)]
    blocks += [Paragraph(notes["gaps"]), Notice(NoticeKind.WARNING, notes["recording"]), make_years_table(evidence)]
    for measure in outline.plan.measures:
        if evidence.catalogue.measures[measure].by is not None:
            blocks += [Heading("Of what kind"), *make_crime_types(evidence, measure)]
    if evidence.measures.has_residents:
        blocks += [Heading("Beside the neighbours"), Paragraph(notes["neighbours"]), *make_neighbours(evidence)]
    return tuple(blocks)


def _levels(evidence: Evidence, outline: ChapterOutline) -> list[Finding]:
    """How much of each rate and share that the outline names, in its order; of the first also in the latest complete year."""
    found = []
    for measure in outline.plan.measures:
        name, kind = measure.removesuffix("_rate"), evidence.catalogue.measures[measure].unit.type
        if measure == BOUNDS:
            found.append(bounds_finding(evidence, evidence.latest, id=f"level.{name}.latest"))
        elif kind in ("rate", "share"):
            found.append(level_finding(evidence, measure, evidence.latest, id=f"level.{name}.latest"))
        if measure == outline.plan.measures[0] and evidence.latest_year not in (None, evidence.latest):
            found.append(level_finding(evidence, measure, evidence.latest_year, id=f"level.{name}.latest_year"))
    return found
