"""Who: victims and suspects of the partnership's own definition, and the patients of A&E, by age and sex."""

from __future__ import annotations

from safeground.engine.assessment.counted import count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.people import make_people
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph


def make_who(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = []
    own = count_own_definition(evidence)
    if own is not None:
        blocks += [Heading("Victims and suspects that the police recorded"), Paragraph(notes["roles"])]
        blocks += make_people(own, name="recorded", roles={"victim": "victims", "suspect": "suspects"})
    for measure in outline.plan.measures:
        treated = count_measure(evidence, measure)
        if treated.is_here:
            blocks += [Heading(f"Patients: {treated.what}"), Paragraph(notes["patients"])]
            blocks += make_people(treated, name=measure, roles={"victim": "patients"})
    # Without a number there is nothing to be warned of.
    warning = [Notice(NoticeKind.WARNING, notes["not_a_score"])] if blocks else []
    return (Paragraph(outline.intro), *warning, *blocks)
