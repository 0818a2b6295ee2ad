"""The page of an evaluation: what was found, how sure that is, what was done, what was looked at, and what others have said.

Made from an `Evaluation` alone, alike for every design. Every number of an outcome comes through the disclosure rule; what counts
place-days and draws is plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from safeground.engine.disclosure import DisclosureRule, State
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Column,
    Direction,
    Document,
    Finding,
    Heading,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    capitalise,
    format_day,
    join_words,
)
from safeground.engine.evaluation.checks import OF_NO_OUTCOME, CheckResult
from safeground.engine.evaluation.cost_benefit import CostBenefit, tell_cost_benefit
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.evidence import EvidenceGrade
from safeground.engine.evaluation.exhibit_blocks import ExhibitBlocks
from safeground.engine.evaluation.wording import say_effect

_NOTE = re.compile(r"\[source:\s*([^\]]+?)\s*\](?!\()", re.IGNORECASE)
"""Where a caveat's number comes from, as an author notes it."""

_MARYLAND = {
    5: "drawn by lot, the strongest design",
    4: "matched or weighted comparison over time",
    3: "comparison over time",
    2: "before and after alone",
    1: "observed together, not assigned",
}


def make_evaluation_report(
    evaluation: Evaluation,
    *,
    rule: DisclosureRule,
    audience: Audience,
    partnership: str,
    handling: str,
    area: tuple[str, str],
    cost_benefit: CostBenefit | None = None,
) -> Document:
    """One evaluation as a document of one chapter. rule: of the feed its outcomes come from, for this audience. area: code and name of
    the force's area. cost_benefit: what was made of the protocol's. Raises ValueError for an audience that the protocol bars."""
    protocol = evaluation.protocol
    if audience not in protocol.readers:
        allowed = join_words([f"the {reader}" for reader in Audience if reader in protocol.readers])
        raise ValueError(f"{protocol.name} is reported to {allowed}, and not to the {audience}; choose one of them.")
    last = protocol.span[1]
    return Document(
        title=protocol.title,
        partnership=partnership,
        marking=Marking(audience, True, handling),
        as_at=format_day(last),
        chapters=(make_evaluation_chapter(evaluation, rule=rule, area=area, cost_benefit=cost_benefit),),
        kind="evaluation",
    )


def make_evaluation_chapter(
    evaluation: Evaluation, *, rule: DisclosureRule, area: tuple[str, str], cost_benefit: CostBenefit | None = None
) -> Chapter:
    """The page itself, of its own document or of the assessment."""
    protocol = evaluation.protocol
    return Chapter(
        id=f"evaluation_{protocol.name}",
        title=protocol.title,
        summary=protocol.question,
        blocks=tuple(_blocks(evaluation, rule, area, cost_benefit)),
    )


def _blocks(
    evaluation: Evaluation, rule: DisclosureRule, area: tuple[str, str], cost_benefit: CostBenefit | None
) -> Iterable[Block]:
    protocol, primary = evaluation.protocol, evaluation.primary
    if protocol.is_made_up:
        yield Notice(
            NoticeKind.WARNING,
            "The data of this page are made up, with an effect that was planned. They show what an evaluation looks like and say nothing "
            "of any place.",
        )
    if evaluation.words.warning:
        yield Notice(NoticeKind.WARNING, evaluation.words.warning)
    yield make_finding(evaluation, primary, rule, area)
    yield Paragraph(evaluation.words.what_it_is)
    yield Heading("How much this can bear")
    checks = tell_checks(primary, rule)
    yield Paragraph(say_grade(replace(primary, checks=checks).evidence))
    blocks = ExhibitBlocks(evaluation, rule, _source(evaluation))
    for section in evaluation.sections:
        yield from blocks.show_section(section)
    yield Heading("What was done")
    yield blocks.show_flow()
    yield Heading("What was checked")
    yield _checks_table(checks, blocks)
    if cost_benefit is not None:
        yield from _cost_benefit(evaluation, cost_benefit, rule, area)
    yield Heading("Method and assumptions")
    yield from _method(evaluation)
    if protocol.published:
        yield Heading("What has been published")
        yield Paragraph("\n".join(f"* {line}" for line in protocol.published))
    yield Notice(
        NoticeKind.CANNOT_TELL,
        "\n".join(f"* {line}" for line in _cannot_tell(evaluation, has_costs=cost_benefit is not None)),
    )


def make_finding(evaluation: Evaluation, effect: Effect, rule: DisclosureRule, area: tuple[str, str]) -> Finding:
    """The effect as a finding, for this page and for the assessment."""
    protocol = evaluation.protocol
    told = effect.protect(rule)
    code, name, vintage = evaluation.area or (*area, "pfa24")
    return Finding(
        id=f"evaluation.{protocol.name}.{effect.name}",
        sentence=say_effect(effect, told),
        estimate=told,
        measure=f"{effect.outcome}: {effect.contrast.treated} against {effect.contrast.other}",
        period=protocol.period,
        area_code=code,
        area_name=name,
        area_vintage=vintage,
        definition=f"evaluation {protocol.name} {evaluation.sha256[:12]}",
        sources=evaluation.sources or (protocol.name,),
        caveats=protocol.caveats,
        # Of a number that is withheld the direction would give part of it back.
        direction=effect.direction if told.is_published else Direction.NOT_COMPARED,
        readers=protocol.readers,
    )


def _cost_benefit(
    evaluation: Evaluation, found: CostBenefit, rule: DisclosureRule, area: tuple[str, str]
) -> Iterable[Block]:
    """What it cost and what fewer offences were worth, its sentence as a finding under the heading."""
    effects = {effect.name: effect for effect in evaluation.effects}
    name = evaluation.protocol.name
    section = tell_cost_benefit(
        found,
        effects,
        rule=rule,
        prefix=f"{name}_cost_benefit",
        source=_source(evaluation),
        readers=evaluation.protocol.readers,
    )
    heading, *others = section.blocks
    yield heading
    yield replace(
        make_finding(evaluation, evaluation.primary, rule, area),
        id=f"evaluation.{name}.cost_benefit",
        sentence=section.sentence,
        estimate=section.estimate,
        measure="benefits for each £1 of costs",
        direction=section.direction,
    )
    yield from others


def say_grade(evidence: EvidenceGrade) -> str:
    first = (
        f"**{evidence.maryland} of 5** on the Maryland scale ({_MARYLAND[evidence.maryland]}), and **{evidence.security} of 5** for how "
        "securely it was carried out. Both are worked out from the design and the checks below."
    )
    return "\n".join([first, "", *(f"* Taken off: {reason}" for reason in evidence.reasons)])


def tell_checks(effect: Effect, rule: DisclosureRule) -> tuple[CheckResult, ...]:
    """The checks of an effect as they may be told: where the effect is withheld, what was seen in its outcome is too, since it gives
    ratios of the same few events. What only looks at the draw, the seal and what was done stays."""
    if effect.protect(rule).state is not State.SUPPRESSED:
        return effect.checks
    why = "What was seen is not told, as the effect itself is withheld."
    return tuple(check if check.name in OF_NO_OUTCOME else replace(check, sentence=why) for check in effect.checks)


def _checks_table(checks: Iterable[CheckResult], blocks: ExhibitBlocks) -> Table:
    return blocks.table(
        "checks",
        "Checks of the design",
        (Column("question", "Question"), Column("seen", "How it came out")),
        tuple((check.question, f"{capitalise(str(check.verdict))}. {check.sentence}") for check in checks),
        ("A check that was passed does not prove that there is nothing wrong.",),
    )


def _method(evaluation: Evaluation) -> Iterable[Block]:
    yield Notice(
        NoticeKind.METHOD,
        f"{capitalise(evaluation.primary.method)}. {evaluation.words.method} The protocol was settled as {evaluation.sha256[:12]}.",
    )
    yield Paragraph("It is assumed that:\n\n" + "\n".join(f"* {line}" for line in evaluation.primary.assumptions))
    if evaluation.notes:
        yield Paragraph("Not told:\n\n" + "\n".join(f"* {line}" for line in evaluation.notes))


def _cannot_tell(evaluation: Evaluation, *, has_costs: bool) -> tuple[str, ...]:
    words = evaluation.words
    own = (_NOTE.sub(r"(source: \1)", caveat) for caveat in evaluation.protocol.caveats)
    return (*words.cannot_tell, *(() if has_costs else (words.costs_not_told,)), *own)


def _source(evaluation: Evaluation) -> str:
    return ", ".join(evaluation.sources) or evaluation.protocol.name
