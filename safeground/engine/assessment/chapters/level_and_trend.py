"""Level and trend: how much, rising or falling, of what kind, and how neighbours compare."""

from __future__ import annotations

from safeground.engine.assessment.crime_types import make_crime_types
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.headline import (
    VIOLENCE,
    bounds_finding,
    change_finding,
    level_finding,
    missing_months_sentence,
)
from safeground.engine.assessment.neighbours import make_neighbours
from safeground.engine.assessment.trend import make_monthly_figure, make_run_chart_figure, make_years_table
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Audience,
    Block,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
)


def make_level_and_trend(evidence: Evidence, outline: ChapterOutline, audience: Audience) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    blocks += [Heading("How much"), level_finding(evidence, VIOLENCE, evidence.latest, id="level.violence.latest")]
    if evidence.latest_year is not None and evidence.latest_year != evidence.latest:
        blocks.append(level_finding(evidence, VIOLENCE, evidence.latest_year, id="level.violence.latest_year"))
    blocks.append(bounds_finding(evidence, evidence.latest, id="level.public_space_violence.latest"))
    for measure in ("robbery_rate", "possession_of_weapons_rate"):
        name = measure.removesuffix("_rate")
        blocks.append(level_finding(evidence, measure, evidence.latest, id=f"level.{name}.latest"))
    if (gap := missing_months_sentence(evidence)) is not None:
        blocks.append(Notice(NoticeKind.MISSING, gap))
    blocks += [Heading("Rising or falling"), Paragraph(notes["chance"])]
    for measure in (VIOLENCE, "robbery_rate", "possession_of_weapons_rate"):
        finding = change_finding(evidence, measure, id=f"change.{measure.removesuffix('_rate')}")
        if finding is not None:
            blocks.append(finding)
    blocks += [make_monthly_figure(evidence), make_run_chart_figure(evidence)]
    blocks += [Paragraph(notes["gaps"]), Notice(NoticeKind.WARNING, notes["recording"]), make_years_table(evidence)]
    blocks += [Heading("Of what kind"), *make_crime_types(evidence)]
    blocks += [Heading("Beside the neighbours"), Paragraph(notes["neighbours"]), *make_neighbours(evidence)]
    return tuple(blocks)
