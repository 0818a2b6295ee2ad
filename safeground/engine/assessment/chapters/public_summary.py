"""The public edition's first page: what we count, how many, rising or falling, how sure, what we do, where to get help."""

from __future__ import annotations

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.headline import (
    VIOLENCE,
    change_finding,
    level_finding,
    missing_months_sentence,
    neighbour_findings,
)
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Block,
    Direction,
    Heading,
    KeyFigure,
    KeyFigures,
    Notice,
    NoticeKind,
    Paragraph,
)

_ANSWERS = {
    Direction.HIGHER: "**Rising.** More was recorded than in the same months a year before, and chance alone does not explain it.",
    Direction.LOWER: "**Falling.** Less was recorded than in the same months a year before, and chance alone does not explain it.",
    Direction.CANNOT_TELL: "**We cannot tell.** The difference from the same months a year before is one that chance alone could make.",
    Direction.NOT_COMPARED: "**We cannot tell.** There are no earlier months to compare with.",
}


def make_public_summary(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    change = change_finding(evidence, VIOLENCE, id="change.violence")
    level = level_finding(evidence, VIOLENCE, evidence.latest, id="level.violence.latest")
    blocks: list[Block] = [
        Paragraph(outline.intro),
        Heading("What we count"),
        Paragraph(notes["what_we_count"]),
        Heading("How many"),
        KeyFigures((KeyFigure("Violence recorded by the police", level),)),
    ]
    if (gap := missing_months_sentence(evidence)) is not None:
        blocks.append(Notice(NoticeKind.MISSING, gap))
    blocks += [Heading("Rising, falling, or cannot tell")]
    if change is None:
        blocks.append(Paragraph(_ANSWERS[Direction.NOT_COMPARED]))
    else:
        blocks += [Paragraph(_ANSWERS[change.direction]), change]
    if beside := neighbour_findings(evidence, VIOLENCE):
        blocks += [Heading("Beside our neighbours"), *beside]
    blocks += [
        Heading("How sure we are"),
        Paragraph(notes["how_sure"]),
        Notice(NoticeKind.WARNING, notes["not_reported"]),
    ]
    blocks += [Heading("What the partnership does"), Paragraph(evidence.catalogue.partnership.what_we_do)]
    blocks += [Heading("Where to get help"), Paragraph(notes["where_to_get_help"]), Paragraph(_help(evidence))]
    return tuple(blocks)


def _help(evidence: Evidence) -> str:
    lines = []
    for line in sorted(evidence.catalogue.help_lines, key=lambda line: not line.is_emergency):
        reached = " or ".join(
            part
            for part in (f"call **{line.phone}**" if line.phone else "", f"visit <{line.url}>" if line.url else "")
            if part
        )
        lines.append(f"* **{line.name}**: {reached}. {line.for_what}.")
    return "\n".join(lines)
