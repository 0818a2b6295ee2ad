"""The chapter: the youth justice system, children who go missing, and children who are sent out of school."""

from __future__ import annotations

from safeground.engine.assessment.chapters.children_and_young_people.schools import make_published_suspensions
from safeground.engine.assessment.chapters.children_and_young_people.services import FLAGS, make_flag, make_level
from safeground.engine.assessment.counted import count_measure
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, capitalise

SCHOOLS = "school_exclusions"


def make_children_and_young_people(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = []
    for measure in outline.plan.measures:
        counted = count_measure(evidence, measure)
        if counted.is_here:
            blocks += [Heading(capitalise(counted.what)), Paragraph(notes[measure]), *make_level(counted, measure)]
            for flag in FLAGS.get(measure, ()):
                blocks += make_flag(counted, flag, name=measure)
            blocks.append(
                Notice(NoticeKind.CANNOT_TELL, "\n".join(f"* {said}" for said in counted.definition.cannot_tell))
            )
    if evidence.is_usable(SCHOOLS) and evidence.audience in evidence.readers_of_feed(SCHOOLS, "pfa24"):
        blocks += [Heading("Suspensions and exclusions as published"), Paragraph(notes["published"])]
        blocks += make_published_suspensions(evidence, missing=notes["not_in_the_table"])
    warning = [Notice(NoticeKind.WARNING, notes["not_a_score"])] if blocks else []
    return (Paragraph(outline.intro), *warning, *blocks)
