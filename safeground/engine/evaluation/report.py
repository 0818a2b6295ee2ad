"""The page of an evaluation: what was found, how sure that is, what was done, what was looked at, and what others have said.

Every number of an outcome comes through the disclosure rule; what counts place-days and draws is plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Column,
    Direction,
    Document,
    Figure,
    Finding,
    Heading,
    IntervalChart,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    Table,
    capitalise,
    count_things,
    format_confidence,
)
from safeground.engine.evaluation.cost_benefit import CostBenefit, tell_cost_benefit
from safeground.engine.evaluation.effects import Effect, Role, Side
from safeground.engine.evaluation.evidence import EvidenceGrade
from safeground.engine.evaluation.running import Evaluation
from safeground.engine.evaluation.wording import say_effect, say_p

READERS = frozenset({Audience.POLICE, Audience.PARTNERSHIP})
"""Nothing of a patrol trial is for the public: where patrols were can be told from when there were fewer events."""

_TIMING = ("lag_", "days_in_a_row_")
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
    the force's area. cost_benefit: what was made of the protocol's. Raises ValueError for the public, who may not have it."""
    if audience not in READERS:
        raise ValueError(
            "A patrol trial is reported to the police and the partnership, and not to the public; choose one of them."
        )
    protocol = evaluation.protocol
    last = protocol.dates[-1]
    chapter = Chapter(
        id=protocol.name,
        title=protocol.title,
        summary=protocol.question,
        blocks=tuple(_blocks(evaluation, rule, area, cost_benefit)),
    )
    return Document(
        title=protocol.title,
        partnership=partnership,
        marking=Marking(audience, True, handling),
        as_at=f"{last.day} {last:%B %Y}",
        chapters=(chapter,),
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
    yield make_finding(evaluation, primary, rule, area)
    yield Paragraph(_what_it_is(evaluation))
    yield Heading("How much this can bear")
    yield Paragraph(_say_grade(primary.evidence))
    yield Heading("Outcomes")
    outcomes = [
        effect
        for effect in evaluation.effects
        if not effect.name.startswith(_TIMING) and effect.role is not Role.OBSERVED
    ]
    yield _forest(evaluation, outcomes, rule, key="outcomes", title=_say_outcomes(outcomes))
    timing = [effect for effect in evaluation.effects if effect.name.startswith(_TIMING)]
    if timing:
        yield Heading("The days after, and days in a row")
        yield _forest(evaluation, timing, rule, key="timing", title=_say_timing(timing))
    observed = [effect for effect in evaluation.effects if effect.role is Role.OBSERVED]
    if observed:
        yield Heading("Observed, and not by lot")
        yield Paragraph(
            "Who was visited, and for how long, was not drawn: a busy night can be why a visit was missed or cut short. These numbers "
            "say how the answer would look by what was done. They do not answer the question."
        )
        yield _effects_table(
            evaluation, observed, rule, key="observed", caption="By what was done and not by what was drawn"
        )
    yield Heading("What was done")
    yield _flow_table(evaluation, rule)
    yield Heading("What was checked")
    yield _checks_table(evaluation)
    if cost_benefit is not None:
        yield from _cost_benefit(evaluation, cost_benefit, rule, area)
    yield Heading("How this was made")
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
    return Finding(
        id=f"evaluation.{protocol.name}.{effect.name}",
        sentence=say_effect(effect, told),
        estimate=told,
        measure=f"{effect.outcome}: {effect.contrast.treated} against {effect.contrast.other}",
        period=_period(evaluation),
        area_code=area[0],
        area_name=area[1],
        area_vintage="pfa24",
        definition=f"evaluation {protocol.name} {evaluation.sha256[:12]}",
        sources=evaluation.sources or (protocol.name,),
        caveats=protocol.caveats,
        direction=effect.direction,
        readers=READERS,
    )


def _cost_benefit(
    evaluation: Evaluation, found: CostBenefit, rule: DisclosureRule, area: tuple[str, str]
) -> Iterable[Block]:
    """What it cost and what fewer offences were worth, its sentence as a finding under the heading."""
    effects = {effect.name: effect for effect in evaluation.effects}
    name = evaluation.protocol.name
    section = tell_cost_benefit(
        found, effects, rule=rule, prefix=f"{name}_cost_benefit", source=_source(evaluation), readers=READERS
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


def _what_it_is(evaluation: Evaluation) -> str:
    treated, other = evaluation.assigned
    return (
        f"Days with a patrol are set against days without one at the same places, in the same weeks ({_period(evaluation)}). Which "
        f"places had a patrol was drawn by lot each day: {treated:,} place-days with one, {other:,} without. It is a difference between "
        "two kinds of days, and says nothing of whether violence has changed over time."
    )


def _say_grade(evidence: EvidenceGrade) -> str:
    first = (
        f"**{evidence.maryland} of 5** on the Maryland scale ({_MARYLAND[evidence.maryland]}), and **{evidence.security} of 5** for how "
        "securely it was carried out. Both are worked out from the design and the checks below."
    )
    return "\n".join([first, "", *(f"* Taken off: {reason}" for reason in evidence.reasons)])


def _say_outcomes(effects: Sequence[Effect]) -> str:
    clear = sum(effect.direction in (Direction.HIGHER, Direction.LOWER) for effect in effects)
    if not clear:
        return "None of these comparisons is clear of no difference"
    number = f"{clear} of {count_things(len(effects), 'comparison')}"
    return f"{number} {'is' if clear == 1 else 'are'} clear of no difference"


def _say_timing(effects: Sequence[Effect]) -> str:
    lags = [effect for effect in effects if effect.name.startswith("lag_")]
    clear = [effect for effect in lags if effect.direction in (Direction.HIGHER, Direction.LOWER)]
    return (
        "On some of the days after a patrol events differ from other days"
        if clear
        else "No single day after a patrol is clearly different from other days"
    )


def _forest(evaluation: Evaluation, effects: Sequence[Effect], rule: DisclosureRule, *, key: str, title: str) -> Figure:
    points = tuple(Point(_label(effect), effect.protect(rule), effect.role is Role.PRIMARY) for effect in effects)
    nothing = protect(1.0, unit="times", rule=rule, count=float(rule.threshold + 1))
    table = _effects_table(evaluation, effects, rule, key=key, caption=f"{title}: numbers")
    return Figure(
        id=f"{evaluation.protocol.name}_{key}",
        title=title,
        subtitle=f"Events a place-day, times those on other days, {format_confidence(evaluation.protocol.confidence)} intervals, "
        f"{_period(evaluation)}",
        alternative=f"Dots with intervals for {count_things(len(effects), 'comparison')} and a line at no difference; see the table.",
        chart=IntervalChart(points, "times the events on other days", reference=Point("no difference", nothing)),
        table=table,
        source=_source(evaluation),
        notes=(
            "Left of the line there were fewer events on patrol days, right of it more.",
            "An interval that leaves out the line may still be chance among so many: see the note below the numbers.",
        ),
        readers=READERS,
    )


def _effects_table(
    evaluation: Evaluation, effects: Sequence[Effect], rule: DisclosureRule, *, key: str, caption: str
) -> Table:
    rows = []
    for effect in effects:
        told = effect.protect(rule)
        p = say_p(effect.p).removeprefix("p ").removeprefix("= ") if told.is_published else ""
        rows.append((_label(effect), told, p, str(effect.role), effect.basis))
    return Table(
        id=f"{evaluation.protocol.name}_{key}_numbers",
        caption=caption,
        columns=(
            Column("outcome", "Outcome"),
            Column("ratio", "Times other days", is_number=True),
            Column("p", "p", is_number=True),
            Column("role", "Role"),
            Column("basis", "Counted"),
        ),
        rows=tuple(rows),
        source=_source(evaluation),
        notes=(
            "p is of each comparison alone. Where several are read together, one is called clear only if it stays so for their number.",
        ),
        readers=READERS,
    )


def _flow_table(evaluation: Evaluation, rule: DisclosureRule) -> Table:
    (treated, other), (on, off) = evaluation.assigned, evaluation.counted
    rows: list[tuple[str | Protected, ...]] = [
        ("Place-days drawn", f"{treated:,}", f"{other:,}"),
        ("Left out", f"{treated - on.units:,}", f"{other - off.units:,}"),
        ("Place-days that count", f"{on.units:,}", f"{off.units:,}"),
    ]
    if evaluation.doses is not None:
        doses = evaluation.doses
        rows.append(("Visited", *(f"{dose.visited:,} of {dose.assigned:,}" for dose in doses)))
        if all(dose.minutes is not None for dose in doses):
            rows.append(("Minutes of patrol a place-day", *(f"{dose.minutes or 0:.1f}" for dose in doses)))
    rows.append((capitalise(evaluation.primary.outcome), *(_events(side, rule) for side in (on, off))))
    return Table(
        id=f"{evaluation.protocol.name}_flow",
        caption="From the draw to the count",
        columns=(
            Column("step", "Step"),
            Column("patrol_days", "Patrol days", is_number=True),
            Column("other_days", "Other days", is_number=True),
        ),
        rows=tuple(rows),
        source=_source(evaluation),
        notes=("All place-days stand where the draw put them, whether or not they were visited (intention to treat).",),
        readers=READERS,
    )


def _events(side: Side, rule: DisclosureRule) -> Protected:
    return protect(side.events, unit="events", rule=rule, count=side.events)


def _checks_table(evaluation: Evaluation) -> Table:
    return Table(
        id=f"{evaluation.protocol.name}_checks",
        caption="Checks of the design",
        columns=(Column("question", "Question"), Column("seen", "How it came out")),
        rows=tuple(
            (check.question, f"{capitalise(str(check.verdict))}. {check.sentence}")
            for check in evaluation.primary.checks
        ),
        source=_source(evaluation),
        notes=("A check that was passed does not prove that there is nothing wrong.",),
        readers=READERS,
    )


def _method(evaluation: Evaluation) -> Iterable[Block]:
    protocol = evaluation.protocol
    yield Notice(
        NoticeKind.METHOD,
        f"{evaluation.primary.method}. {protocol.runs:,} schedules were drawn anew by the trial's own mechanism (seed {protocol.seed}); "
        "p is the share of them that would have looked as different, and the interval holds every ratio that this test does not refuse. "
        f"The protocol was settled as {evaluation.sha256[:12]}.",
    )
    yield Paragraph("It is assumed that:\n\n" + "\n".join(f"* {line}" for line in evaluation.primary.assumptions))
    if evaluation.notes:
        yield Paragraph("Not told:\n\n" + "\n".join(f"* {line}" for line in evaluation.notes))


def _cannot_tell(evaluation: Evaluation, *, has_costs: bool) -> tuple[str, ...]:
    return (
        "Whether violence is lower than it was before: patrol days are set against other days of the same weeks.",
        "What would happen with more patrols or fewer, at other places or at another time of year.",
        *(() if has_costs else ("What the patrols cost for each offence fewer, as no costs are in the protocol.",)),
        *evaluation.protocol.caveats,
    )


def _label(effect: Effect) -> str:
    if effect.name.startswith(_TIMING) or effect.role is Role.OBSERVED:
        return capitalise(effect.contrast.treated if effect.name.startswith((*_TIMING, "dose")) else effect.basis)
    return capitalise(effect.outcome).rstrip(",")


def _period(evaluation: Evaluation) -> str:
    first, last = evaluation.protocol.dates[0], evaluation.protocol.dates[-1]
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _source(evaluation: Evaluation) -> str:
    return ", ".join(evaluation.sources) or evaluation.protocol.name
