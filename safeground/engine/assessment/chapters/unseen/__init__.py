"""What the police do not see: attendances of which they were not told, those no crime fits, how many there may be, and where to ask."""

from __future__ import annotations

from safeground.engine.assessment.chapters.unseen.answers import is_asked, make_answers
from safeground.engine.assessment.chapters.unseen.lists import make_linked_share, read_lists
from safeground.engine.assessment.chapters.unseen.places import make_placements
from safeground.engine.assessment.chapters.unseen.totals import make_totals
from safeground.engine.assessment.chapters.unseen.under_reporting import make_under_reporting
from safeground.engine.assessment.counted import count_measure
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.sources import describe_typed_places
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph

__all__ = ["make_unseen"]


def make_unseen(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    (measure,) = outline.plan.measures
    treated = count_measure(evidence, measure)
    if not treated.is_here:
        return (*blocks, Notice(NoticeKind.MISSING, notes["nothing_landed"]))
    blocks += [Heading("What patients said"), Paragraph(notes["answers"])]
    shares = evidence.measures.placements(measure)
    place_notes = (f"{shares.caveat}.",) if shares is not None and shares.events else ()
    blocks += (
        make_answers(treated, place_notes=place_notes)
        if is_asked(treated)
        else [Notice(NoticeKind.MISSING, notes["not_asked"])]
    )
    blocks += [Heading("What fits no recorded crime"), Paragraph(notes["links"])]
    lists = read_lists(evidence, treated)
    if lists is None:
        blocks += [Notice(NoticeKind.MISSING, notes["no_crimes"])]
    else:
        blocks += make_linked_share(lists, place_notes=place_notes)
        blocks += [Heading("How many there may be in all"), Notice(NoticeKind.WARNING, notes["assumptions"])]
        blocks += (
            make_totals(lists) if lists.ambulance is not None else [Notice(NoticeKind.MISSING, notes["two_lists"])]
        )
    under = make_under_reporting(treated, place_notes=place_notes) if is_asked(treated) else []
    if under:
        blocks += [Heading("Where the police may be told less"), Notice(NoticeKind.WARNING, notes["caution"]), *under]
    placements = make_placements(treated)
    if placements:
        typed = describe_typed_places(evidence, measure)
        blocks += [Heading("How surely places are known"), *([typed] if typed is not None else []), *placements]
    return tuple(blocks)
