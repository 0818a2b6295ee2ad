"""Scores before and after from their protocol and files: the first asking held against the protocol, then the second opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import Column, capitalise, count_things, format_confidence, format_number
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.designs.outcome_scores import (
    FEWEST_PEOPLE,
    ScoreChange,
    compare_score_changes,
    estimate_score_change,
)
from safeground.engine.evaluation.effects import Effect, Role
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Flow, PageWords, Rows, Section, Told
from safeground.engine.evaluation.protocols import OutcomeOfProtocol, OutcomeScoresProtocol
from safeground.engine.evaluation.running.people import count_steps, read_families, share_together, show_effects
from safeground.engine.evaluation.score_files import ScoreData

Floats = NDArray[np.float64]


def check_scores_protocol(protocol: OutcomeScoresProtocol, data: ScoreData, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Reads no second score."""
    if problems := list(_check(protocol, data, is_planned=is_planned)):
        raise EvaluationRefused("\n".join(problems))


def evaluate_outcome_scores(
    protocol: OutcomeScoresProtocol, data: ScoreData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Open the second scores and compare each. Raises EvaluationRefused before that where the protocol cannot stand."""
    check_scores_protocol(protocol, data)
    after = data.open_outcomes()
    found = {outcome.name: _estimate(protocol, data, after, outcome) for outcome in protocol.outcomes}
    main = found[protocol.primary.name]
    primary = main.effect.with_checks(seal)
    second = [found[outcome.name].effect for outcome in protocol.outcomes if outcome.role != "primary"]
    # Of those helped alone: what came with help and what would have come without cannot be told apart in it.
    alone = [each.helped.effect for each in found.values() if each.effect is not each.helped.effect]
    observed = [replace(effect, name=f"{effect.name}_helped", role=Role.OBSERVED) for effect in alone]
    others = (*read_families(second, alone=frozenset()), *observed)
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=others,
        words=_say(protocol),
        sections=_show(protocol, (primary, *others), found),
        flow=_flow(protocol, data, after[protocol.primary.name]),
        notes=(),
        sources=data.sources,
    )


@dataclass(frozen=True, eq=False)
class _Scored:
    """`effect`: the answer of a questionnaire; `helped`: of those helped alone, the same where nobody waited."""

    effect: Effect
    helped: ScoreChange


def _check(protocol: OutcomeScoresProtocol, data: ScoreData, *, is_planned: bool) -> Iterator[str]:
    for tool in protocol.tools:
        for side, rows in (("helped", data.helped), ("waiting", ~data.helped)):
            known = int((~np.isnan(data.before[tool.name][rows])).sum())
            if known < FEWEST_PEOPLE and (side == "helped" or protocol.has_people_who_waited):
                yield (
                    f"{capitalise(tool.questionnaire)}: {count_things(known, 'person', 'people')} {side} were scored before, and "
                    f"{FEWEST_PEOPLE} are the least."
                )
    if data.outcomes_known is None:
        if not is_planned:
            yield f"The file of second scores, {protocol.files.after}, is not there yet; put it beside the protocol."
        return
    for tool in protocol.tools:
        if tool.name not in data.outcomes_known:
            yield f"Outcome {tool.name}: {protocol.files.after} has no such column; give each questionnaire one."


def _estimate(
    protocol: OutcomeScoresProtocol, data: ScoreData, after: Mapping[str, Floats], outcome: OutcomeOfProtocol
) -> _Scored:
    tool, before = protocol.tool(outcome.name), data.before[outcome.name]
    scored = ~np.isnan(before)
    helped, waited = scored & data.helped, scored & ~data.helped
    change = estimate_score_change(
        before[helped], after[outcome.name][helped], reliability=tool.reliability, is_lower_better=tool.is_lower_better,
        score=outcome.title, name=outcome.name, confidence=protocol.confidence,
    )  # fmt: skip
    effect = change.effect
    if protocol.has_people_who_waited:
        sides = ((before[rows], after[outcome.name][rows]) for rows in (helped, waited))
        first, second = sides
        effect = compare_score_changes(
            first, second, score=outcome.title, name=outcome.name, confidence=protocol.confidence
        )
    if outcome.role == "primary":
        return _Scored(effect, change)
    second_effect = replace(effect, role=Role.SECONDARY)
    return _Scored(second_effect, change if effect is not change.effect else replace(change, effect=second_effect))


def _say(protocol: OutcomeScoresProtocol) -> PageWords:
    if protocol.has_people_who_waited:
        what = (
            "How scores changed among those who were helped is set beside how they changed among those who waited, whom nobody drew by "
            "lot."
        )
        cannot = "Whether those who were helped would have changed as those who waited did."
    else:
        what = (
            "The same people were scored before and after help, and nobody else. People come to help when they are at their worst, and "
            "are better later without it too: how much of the change that is cannot be told."
        )
        cannot = "Whether help made the change: there is nobody to compare with."
    return PageWords(
        what_it_is=f"{what} ({protocol.period}.) Only totals are held; the questions belong to whoever made the questionnaire.",
        method="A change counts as reliable where it is beyond what a questionnaire of its reliability gives from one day to the next "
        "(Jacobson and Truax).",
        cannot_tell=(cannot, "How those fared who were not asked again.", "Whether there is less violence for it."),
        costs_not_told="What it cost: a score has no price.",
    )  # fmt: skip


def _show(
    protocol: OutcomeScoresProtocol, effects: tuple[Effect, ...], found: Mapping[str, _Scored]
) -> tuple[Section, ...]:
    basis = f"{protocol.period}, {format_confidence(protocol.confidence)} intervals"
    main = [effect for effect in effects if effect.role is not Role.OBSERVED]
    aside = [effect for effect in effects if effect.role is Role.OBSERVED]
    forest = show_effects(
        protocol,
        main,
        key="outcomes",
        column="Points more (or fewer)",
        subtitle=f"Points at the second asking, less those {'to be expected' if aside else 'at the first'}; {basis}",
        unit="points",
        notes=("Left of the line scores are lower, right of it higher.",),
    )
    sections = [Section("Scores", (forest,))]
    if aside:
        table = show_effects(
            protocol,
            aside,
            key="helped",
            title="Those who were helped, alone",
            column="Points more (or fewer)",
            subtitle=basis,
            unit="points",
            notes=(),
        )
        words = "Part of this would have come without help: it is what stands above, with those who waited, that answers the question."
        sections.append(Section("Those who were helped, alone", (replace(table, is_drawn=False),), words))
    sections.append(Section("How many changed more than chance", (_reliable(protocol, found), _tools(protocol))))
    return tuple(sections)


def _reliable(protocol: OutcomeScoresProtocol, found: Mapping[str, _Scored]) -> Rows:
    columns = (
        Column("tool", "Questionnaire"),
        Column("points", "Reliable from, points", is_number=True),
        Column("improved", "Better", is_number=True),
        Column("same", "No reliable change", is_number=True),
        Column("worse", "Worse", is_number=True),
    )
    rows: list[tuple[Told, ...]] = []
    for tool in protocol.tools:
        change = found[tool.name].helped
        counts = share_together((change.improved, change.no_reliable_change, change.worse), "people")
        rows.append((tool.questionnaire, format_number(change.smallest_reliable, decimals=1), *counts))
    return Rows(
        "reliable", "Of those who were helped and asked twice", columns, tuple(rows),
        ("Where one number is small all of its row are withheld, as they make up a whole.",),
    )  # fmt: skip


def _tools(protocol: OutcomeScoresProtocol) -> Rows:
    columns = (
        Column("tool", "Questionnaire"),
        Column("range", "Scores"),
        Column("reliability", "Reliability"),
        Column("licence", "Used under"),
    )
    rows = tuple(
        (
            tool.questionnaire,
            f"{tool.lowest:g} to {tool.highest:g}, {'lower' if tool.is_lower_better else 'higher'} is better",
            f"{tool.reliability:g} ({tool.reliability_source})",
            tool.licence,
        )
        for tool in protocol.tools
    )
    return Rows("tools", "Questionnaires", columns, rows)


def _flow(protocol: OutcomeScoresProtocol, data: ScoreData, after: Floats) -> Flow:
    before = data.before[protocol.primary.name]
    sides = {"helped": data.helped, **({"waited": ~data.helped} if protocol.has_people_who_waited else {})}
    names = [*(step.step for step in protocol.flow), "Scored before", "Asked again"]
    cells = []
    for side, rows in sides.items():
        early: list[int | None] = [step.took_part if side == "helped" else step.others for step in protocol.flow]
        scored = rows & ~np.isnan(before)
        cells.append(count_steps([*early, int(scored.sum()), int((scored & ~np.isnan(after)).sum())]))
    return Flow(
        caption="From those approached to those asked again",
        sides=tuple(Column(side, capitalise(side), is_number=True) for side in sides),
        steps=tuple(zip(names, zip(*cells, strict=True), strict=True)),
        notes=("A step is withheld where subtraction from an earlier one would count a few people.",),
    )
