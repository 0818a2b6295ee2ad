"""What was tested, and what it showed: every evaluation beside the others, then each with what it can bear, what it cost, and what is
known of its approach elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from safeground.engine.assessment.chapters.evaluations.beside_each_other import set_beside_each_other
from safeground.engine.assessment.chapters.evaluations.strategy import tell_strategy
from safeground.engine.assessment.chapters.evaluations.told import ToldEvaluation
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import Approach, ChapterOutline
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    format_day,
)
from safeground.engine.evaluation import WaitingProtocol, warn_of


def make_evaluations(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes, told = outline.plan.notes, _tell(evidence)
    is_public = evidence.audience is Audience.PUBLIC
    blocks: list[Block] = [Paragraph(outline.intro)]
    if not told:
        blocks.append(Notice(NoticeKind.MISSING, notes["none_public" if is_public else "none"]))
    else:
        blocks += [*set_beside_each_other(told), Notice(NoticeKind.CANNOT_TELL, notes["not_added"])]
    for each in told:
        blocks += _tell_one(each, notes)
    blocks += _tell_waiting(evidence.tested.waiting)
    if not is_public:
        blocks += tell_strategy(evidence, told, notes)
    return (*blocks, Notice(NoticeKind.METHOD, notes["how"]))


def make_evaluation_pages(evidence: Evidence) -> tuple[Chapter, ...]:
    """A page for each evaluation that these readers may have."""
    return tuple(each.page for each in _tell(evidence))


def _tell(evidence: Evidence) -> list[ToldEvaluation]:
    return [ToldEvaluation(evidence, quoted) for quoted in evidence.tested.evaluations]


def _tell_one(told: ToldEvaluation, notes: Mapping[str, str]) -> Iterable[Block]:
    protocol = told.protocol
    yield Heading(protocol.title)
    if protocol.is_made_up:
        yield Notice(NoticeKind.WARNING, notes["made_up"])
    if told.evaluation.words.warning:
        yield Notice(NoticeKind.WARNING, told.evaluation.words.warning)
    for sentence in told.stale:
        yield Notice(NoticeKind.WARNING, sentence)
    yield told.finding
    files = f" {notes['from_files']}" if told.quoted.kept.result.made_from.are_files else ""
    yield Paragraph(f"{_say_grade(told)}{files} [All that was looked at]({told.page.id}.html).")
    yield from _tell_costs(told, notes)
    yield from _tell_elsewhere(told.quoted.approach, notes)


def _say_grade(told: ToldEvaluation) -> str:
    grade = told.grade
    lost = "Nothing was taken off." if not grade.reasons else "What was taken off, and why, stands on its own page."
    return (
        f"It was asked: {told.question} The answer stands at {grade.maryland} of 5 on the Maryland scale, which grades what a design can "
        f"rule out, and at {grade.security} of 5 for how securely it was carried out. {lost}"
    )


def _tell_costs(told: ToldEvaluation, notes: Mapping[str, str]) -> Iterable[Block]:
    yield told.cost_finding or Paragraph(notes["no_costs"])


def _tell_elsewhere(approach: Approach | None, notes: Mapping[str, str]) -> Iterable[Block]:
    if approach is None:
        yield Paragraph(notes["no_approach"])
        return
    warning = warn_of(approach)
    said = f"Elsewhere: {warning.sentence} Source: {approach.source}."
    yield Notice(NoticeKind.WARNING, said) if warning.stops else Paragraph(said)


def _tell_waiting(waiting: Sequence[WaitingProtocol]) -> Iterable[Block]:
    if not waiting:
        return
    yield Heading("Sealed, and not told yet")
    lines = [
        f"* **{each.protocol.title}**, sealed on {format_day(each.sealed)}: {_say_why_waiting(each)}."
        for each in waiting
    ]
    yield Paragraph("\n".join(lines))


def _say_why_waiting(waiting: WaitingProtocol) -> str:
    if waiting.was_run:
        return "its result was written by another version of Safeground, so that it has to be run again"
    if waiting.opened is not None:
        return f"its outcomes were opened on {format_day(waiting.opened)}, and no result was kept: it has to be run to its end"
    return f"its outcomes have not been opened; it is about {waiting.protocol.period}"
