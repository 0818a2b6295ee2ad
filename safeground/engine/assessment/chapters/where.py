"""Where: districts beside each other, small areas on a map, and how concentrated violence is."""

from __future__ import annotations

from safeground.engine.assessment.concentration import make_concentration
from safeground.engine.assessment.districts import make_district_figures, make_district_table, make_funnel_figure
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.small_areas import make_small_area_figures, make_ward_table
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Block,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
)


def make_where(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    if not evidence.measures.has_residents:
        return (Paragraph(outline.intro), *_count_alone(evidence), Paragraph(notes["not_a_target"]))
    blocks: list[Block] = [
        Paragraph(outline.intro),
        Heading("Districts beside each other"),
        *make_district_figures(evidence),
    ]
    blocks += [Paragraph(notes["funnel"]), make_funnel_figure(evidence)]
    blocks += [
        Heading("Neighbourhoods on a map"),
        Paragraph(notes["map"]),
        *make_small_area_figures(evidence),
    ]
    blocks += [
        Notice(NoticeKind.WARNING, _few_residents(evidence)),
        Paragraph(notes["not_a_target"]),
        make_ward_table(evidence),
    ]
    blocks += [Heading("How concentrated it is"), Paragraph(notes["concentration"])]
    for measure in outline.plan.measures:
        blocks += make_concentration(evidence, measure)
    return tuple(blocks)


def _count_alone(evidence: Evidence) -> tuple[Block, ...]:
    """How many offences each area had, for want of residents to tell a rate over: no league, no map, no concentration."""
    return (
        Heading("How many in each district"),
        make_district_table(evidence),
        Heading("How many in each ward and neighbourhood"),
        make_ward_table(evidence),
        *make_small_area_figures(evidence),
    )


def _few_residents(evidence: Evidence) -> str:
    """Where residents are a poor denominator: the nation's explanation, the partnership's note and the places it names."""
    partnership = evidence.catalogue.partnership
    said = f"{evidence.catalogue.poor_denominator.explanation} {partnership.poor_denominator_note}"
    places = [
        f"{place.name}: {place.why[:1].lower()}{place.why[1:]}" for place in partnership.places_with_few_residents
    ]
    return "\n\n".join([said, *(["\n".join(f"* {place}" for place in places)] if places else [])])
