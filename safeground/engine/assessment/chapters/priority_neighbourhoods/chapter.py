"""The chapter: which neighbourhoods are a priority for help, how sure that is, why, who lives there, and how far the choice stands."""

from __future__ import annotations

from safeground.engine.assessment.chapters.priority_neighbourhoods.choice import NAMED_TO, Choice, make_choice
from safeground.engine.assessment.chapters.priority_neighbourhoods.naming import (
    make_list,
    make_map,
    make_reasons_figure,
    say_outcomes,
)
from safeground.engine.assessment.chapters.priority_neighbourhoods.standing import (
    make_other_choices_table,
    make_risk_factor_table,
    say_double_counting,
    say_standing,
)
from safeground.engine.assessment.chapters.priority_neighbourhoods.who_lives_there import (
    make_residents_finding,
    make_residents_table,
)
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph
from safeground.engine.places import NoPriority


def make_priority_neighbourhoods(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    """Neighbourhoods are named to the police and partners; the public is told how many, who lives there, and how they are chosen."""
    notes = outline.plan.notes
    try:
        choice = make_choice(evidence)
    except NoPriority as reason:
        return (Paragraph(outline.intro), Notice(NoticeKind.MISSING, f"No neighbourhood is chosen: {reason}."))
    may_name = evidence.audience in NAMED_TO
    blocks: list[Block] = [
        Paragraph(outline.intro),
        Paragraph(_say_number(choice)),
        *make_residents_finding(choice),
        Notice(NoticeKind.WARNING, notes["not_a_target" if may_name else "public"]),
    ]
    if may_name:
        blocks += [Heading("Where they are"), *make_map(choice), make_list(choice)]
        blocks += [Heading("Why these"), Paragraph(notes["why"]), *make_reasons_figure(choice)]
        blocks += say_outcomes(choice, notes["outcomes"])
        if choice.outcomes and evidence.is_usable("istv"):
            blocks.append(Notice(NoticeKind.CANNOT_TELL, notes["under_reporting"]))
    blocks += [Heading("Who lives there"), *make_residents_table(choice)]
    blocks += [
        Heading("How they are chosen"),
        Paragraph(notes["method"]),
        make_risk_factor_table(choice),
        Paragraph(say_double_counting(choice)),
        Paragraph(_say_left_out(choice)),
        Heading("How far the choice stands"),
        Paragraph(say_standing(choice)),
        Paragraph(notes["feedback"]),
        make_other_choices_table(choice),
    ]
    return tuple(blocks)


def _say_number(choice: Choice) -> str:
    found, plan = choice.found, choice.found.plan
    always, likely, borderline = (int(found.in_band(band).sum()) for band in ("always", "likely", "borderline"))
    return (
        f"Of {len(found.areas):,} neighbourhoods {found.number} are {100 * plan.share:g}%. How far chance moves a risk factor is known "
        f"of {found.counted} of the {len(found.factors)}; the others stand as published, as if they were exact. With chance in "
        f"those {found.counted} and other weights, {always} are among them nearly every time "
        f"({100 * plan.bands.always:g}% or more: *always*), {likely} more than half of the time (*likely*), and "
        f"{borderline} one time in ten or more (*borderline*): between those and the last that is in there is no line "
        "that these data can draw."
    )


def _say_left_out(choice: Choice) -> str:
    said = [f"* {each.what}: {each.why}" for each in choice.found.plan.left_out]
    said += [f"* {title}: it {why}" for title, why in choice.found.lacking]
    return "Left out:\n\n" + "\n".join(said) if said else "Nothing is left out."
