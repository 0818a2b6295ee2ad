"""The chapter: how many were heard, of what they spoke, who they were, what became of it, and words as spoken."""

from __future__ import annotations

from safeground.engine.assessment.chapters.voice.heard import make_ages_table, make_districts_table, make_groups_table
from safeground.engine.assessment.chapters.voice.said import make_answers, make_themes_figure, make_words_table
from safeground.engine.assessment.chapters.voice.telling import Told
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph
from safeground.engine.measures import read_engagement


def make_voice(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    told = Told(evidence, read_engagement(evidence.warehouse))
    blocks: list[Block] = [Paragraph(outline.intro)]
    if not told.engagement.sessions:
        return (*blocks, Notice(NoticeKind.MISSING, notes["no_session"]))
    blocks += [told.finding(), Notice(NoticeKind.WARNING, notes["not_a_survey"])]
    blocks += [Heading("What people spoke of"), *make_themes_figure(told)]
    blocks += [Heading("What we heard, and what was done"), Paragraph(notes["answers"]), *make_answers(told)]
    words = make_words_table(told)
    if words is not None:
        blocks += [Heading("In their own words"), Paragraph(notes["words"]), words]
    blocks += [Heading("Who was heard, and who was not"), Paragraph(notes["who"])]
    blocks += [*make_groups_table(told), *make_ages_table(told), *make_districts_table(told)]
    return tuple(blocks)
