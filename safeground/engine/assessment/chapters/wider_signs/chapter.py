"""The chapter: what a survey of residents found, and what practices prescribe for mental health where their patients live."""

from __future__ import annotations

from safeground.engine.assessment.chapters.wider_signs.prescribed import PRESCRIBING, make_prescribing
from safeground.engine.assessment.chapters.wider_signs.surveyed import SURVEY, make_survey
from safeground.engine.assessment.evidence import DISTRICT, FORCE, Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph
from safeground.engine.measures import PRESCRIBING_CAVEATS


def make_wider_signs(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    if evidence.is_usable(SURVEY) and evidence.audience in evidence.readers_of_feed(SURVEY, FORCE):
        blocks += [Heading("How safe people feel"), Paragraph(notes["survey"]), *make_survey(evidence)]
    if evidence.is_usable(PRESCRIBING) and evidence.audience in evidence.readers_of_feed(PRESCRIBING, DISTRICT):
        caveats = "\n".join(f"* {caveat}" for caveat in (notes["places"], *PRESCRIBING_CAVEATS))
        blocks += [Heading("Prescribing for mental health"), Notice(NoticeKind.WARNING, caveats)]
        blocks += make_prescribing(evidence, missing=notes["no_patients"])
    return tuple(blocks)
