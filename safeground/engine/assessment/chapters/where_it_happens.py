"""Where it happens: kinds of place and districts, by the partnership's own definition."""

from __future__ import annotations

from safeground.engine.assessment.counted import count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.places import make_districts, make_kinds_of_place
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Paragraph, capitalise


def make_where_it_happens(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(outline.intro)]
    own = count_own_definition(evidence)
    if own is not None:
        blocks += [Heading("As the police recorded it"), Paragraph(outline.plan.notes["kinds_of_place"])]
        blocks += [*make_kinds_of_place(own, name="serious_violence"), *make_districts(own, name="serious_violence")]
    for measure in outline.plan.measures:
        seen = count_measure(evidence, measure)
        if seen.is_here:
            blocks += [Heading(capitalise(seen.what)), *make_kinds_of_place(seen, name=measure)]
    return tuple(blocks)
