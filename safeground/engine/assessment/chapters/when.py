"""When: the week and the months of the partnership's own definition, and of what A&E and the ambulance service saw."""

from __future__ import annotations

from safeground.engine.assessment.counted import count_measure, count_own_definition
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.times import make_months, make_times
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Paragraph, capitalise


def make_when(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    own = count_own_definition(evidence)
    if own is not None:
        months = make_months(own, name="serious_violence")
        blocks += [Heading("As the police recorded it"), *make_times(own, name="serious_violence")]
        blocks += [Paragraph(notes["police_times"]), *([months] if months is not None else [])]
    for measure in outline.plan.measures:
        seen = count_measure(evidence, measure)
        if seen.is_here:
            blocks += [Heading(capitalise(seen.what)), *make_times(seen, name=measure)]
    return tuple(blocks)
