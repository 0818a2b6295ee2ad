"""The three aims of the strategy, each with its split at 25, and the partnership's own definition."""

from __future__ import annotations

from collections.abc import Mapping

from safeground.engine.assessment.aims import make_aim
from safeground.engine.assessment.counted import Counted, count_measure, count_own_definition, say_missing
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.own_definition import make_own_definition
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, capitalise


def make_aims(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    for measure in outline.plan.measures:
        aim = count_measure(evidence, measure)
        blocks += [
            Heading(capitalise(aim.what)),
            Paragraph(notes[f"target_{measure}"]),
            *_tell(aim, measure, outline.plan.uses),
        ]
    blocks += [Heading("The partnership's own definition"), Paragraph(notes["own_definition"])]
    own = count_own_definition(evidence)
    return (
        *blocks,
        *(make_own_definition(own) if own is not None else [Notice(NoticeKind.MISSING, notes["own_missing"])]),
    )


def _tell(aim: Counted, measure: str, missing: Mapping[str, str]) -> list[Block]:
    """An aim's numbers, or why there are none. `missing`: what to say of a feed that has not landed."""
    if aim.evidence.audience not in aim.readers:
        return [
            Notice(
                NoticeKind.MISSING,
                "Who shares these data does not let numbers from them be told to readers of this edition.",
            )
        ]
    if not aim.is_here:
        return [Notice(NoticeKind.MISSING, f"It cannot be counted. {say_missing(aim, missing)}")]
    return make_aim(aim, name=measure)
