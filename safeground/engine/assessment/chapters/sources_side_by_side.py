"""Sources side by side: what the police, A&E, the ambulance service and hospital wards each see of violence."""

from __future__ import annotations

from safeground.engine.assessment.counted import Counted, count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.sources import (
    describe_typed_places,
    find_common_period,
    make_district_table,
    make_month_table,
)
from safeground.engine.assessment.times import make_months
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph


def make_sources_side_by_side(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    sources = _sources(evidence, outline)
    if len(sources) < 2:
        return (Paragraph(outline.intro), Notice(NoticeKind.MISSING, notes["one_source"]))
    blocks: list[Block] = [Paragraph(outline.intro), Notice(NoticeKind.CANNOT_TELL, notes["overlap"])]
    period = find_common_period(sources)
    if period is None:
        return (*blocks, Notice(NoticeKind.MISSING, notes["no_common_month"]))
    blocks += [Heading("Month by month"), Paragraph(notes["months"]), make_month_table(sources, period)]
    for name, source in sources.items():
        figure = make_months(source, name=f"source_{name}")
        blocks += [figure] if figure is not None else []
    by_district = make_district_table(evidence, sources, period)
    if by_district is not None:
        blocks += [Heading("District by district"), Paragraph(notes["districts"]), by_district]
        for measure in outline.plan.measures:
            typed = describe_typed_places(evidence, measure) if measure in sources else None
            blocks += [typed] if typed is not None else []
    return tuple(blocks)


def _sources(evidence: Evidence, outline: ChapterOutline) -> dict[str, Counted]:
    """What has landed and may be told, the partnership's own definition first."""
    own = count_own_definition(evidence)
    found = {} if own is None else {"own_definition": own}
    counted = {measure: count_measure(evidence, measure) for measure in outline.plan.measures}
    return found | {name: each for name, each in counted.items() if each.is_here}
