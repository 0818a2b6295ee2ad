"""Hurt again, hurt and suspected, and a domestic abuse connection in any role, for each definition whose feed follows people."""

from __future__ import annotations

from safeground.engine.assessment.counted import count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.repeats import make_repeats
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, capitalise


def make_repeats_chapter(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    own = count_own_definition(evidence)
    sources = {} if own is None else {"own": own}
    for measure in outline.plan.measures:
        counted = count_measure(evidence, measure)
        if counted.is_here:
            sources[measure] = counted
    made: list[Block] = []
    for name, counted in sources.items():
        found = make_repeats(counted, name=name)
        made += [Heading(capitalise(counted.what)), *found] if found else []
    if not made:
        return (Paragraph(outline.intro),)
    return (
        Paragraph(outline.intro),
        Notice(NoticeKind.WARNING, notes["not_a_score"]),
        *made,
        Notice(NoticeKind.METHOD, notes["method"]),
        Notice(NoticeKind.CANNOT_TELL, notes["domestic"]),
    )
