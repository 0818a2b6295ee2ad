"""Matched people from their protocol and files: matched and looked at before outcomes are opened, then every outcome with its checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import Column, capitalise, format_confidence, join_words
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.designs.matched_groups import MatchedEffect, estimate_matched_effect
from safeground.engine.evaluation.designs.matched_people import ALIKE, MatchedPeople, match_people
from safeground.engine.evaluation.effects import Effect, Role, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Dots, Flow, Mark, PageWords, Quantity, Section, Told
from safeground.engine.evaluation.people_files import PeopleData
from safeground.engine.evaluation.protocols import MatchedGroupsProtocol, OutcomeOfProtocol
from safeground.engine.evaluation.running.people import count_steps, read_families, show_effects

Floats = NDArray[np.float64]


def check_matched_protocol(protocol: MatchedGroupsProtocol, data: PeopleData, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Matches, and reads no outcome.

    is_planned: the file of outcomes may still be to come.
    """
    problems = list(_check_outcomes(protocol, data, is_planned=is_planned))
    try:
        _match(protocol, data)
    except EvaluationRefused as refusal:
        problems.append(str(refusal))
    if problems:
        raise EvaluationRefused("\n".join(problems))


def evaluate_matched_groups(
    protocol: MatchedGroupsProtocol, data: PeopleData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Match, then open the outcomes, then estimate each. Raises EvaluationRefused before any is read where the protocol cannot stand."""
    check_matched_protocol(protocol, data)
    people = _match(protocol, data)
    outcomes = data.open_outcomes()
    controls = frozenset(outcome.name for outcome in protocol.outcomes if outcome.role == "negative_control")
    found: dict[str, MatchedEffect] = {}
    for outcome in sorted(
        protocol.outcomes, key=lambda each: each.role == "primary"
    ):  # the primary last: its checks need the controls
        told = [found[name].effect for name in controls if name in found] if outcome.role == "primary" else []
        found[outcome.name] = _estimate(protocol, people, outcome, outcomes, told)
    main = found[protocol.primary.name]
    primary = main.effect.with_checks(seal)
    others = [found[outcome.name].effect for outcome in protocol.outcomes if outcome.role != "primary"]
    differences = (
        main.difference,
        *(found[outcome.name].difference for outcome in protocol.outcomes if outcome.role == "secondary"),
    )
    read = read_families(others, alone=controls)
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=(*read, *read_families(differences, alone=frozenset({main.difference.name}))),
        words=_say(protocol, people),
        sections=_show(protocol, people, (primary, *read), differences),
        flow=_flow(protocol, data, main),
        notes=(),
        sources=data.sources,
    )


def _check_outcomes(protocol: MatchedGroupsProtocol, data: PeopleData, *, is_planned: bool) -> Iterator[str]:
    if data.outcomes_known is None:
        if not is_planned:
            yield f"The file of outcomes, {protocol.files.outcomes}, is not there yet; put it beside the protocol."
        return
    if "person" not in data.outcomes_known:
        yield f"The file of outcomes, {protocol.files.outcomes}, has no column 'person'."
    for outcome in protocol.outcomes:
        if outcome.name not in data.outcomes_known:
            known = join_words(sorted(data.outcomes_known - {"person"})) or "none"
            yield f"Outcome {outcome.name}: {protocol.files.outcomes} has no such column; its outcomes are {known}."


def _match(protocol: MatchedGroupsProtocol, data: PeopleData) -> MatchedPeople:
    return match_people(
        data.covariates,
        data.took_part,
        names=[each.title for each in protocol.match_on],
        ratio=protocol.ratio,
        caliper=protocol.caliper,
        distance=protocol.distance,
        exactly=data.exactly,
        rng=np.random.default_rng(protocol.seed),
    )


def _estimate(
    protocol: MatchedGroupsProtocol,
    people: MatchedPeople,
    outcome: OutcomeOfProtocol,
    outcomes: Mapping[str, Floats],
    negative_controls: Sequence[Effect],
) -> MatchedEffect:
    return estimate_matched_effect(
        people,
        outcomes[outcome.name],
        title=outcome.title,
        has_own_past=protocol.has_own_past,
        contrast=protocol.contrast,
        negative_controls=negative_controls,
        name=outcome.name,
        role=Role.PRIMARY if outcome.role == "primary" else Role.SECONDARY,
        confidence=protocol.confidence,
    )


def _say(protocol: MatchedGroupsProtocol, people: MatchedPeople) -> PageWords:
    contrast = protocol.contrast
    return PageWords(
        what_it_is=(
            f"{capitalise(contrast.treated)} are set beside {contrast.other}, over the same time ({protocol.period}). Nobody drew who "
            "took part: people were matched on what was known of them before, and somebody who took part may differ in what nobody "
            "wrote down. It is a difference between people, and says nothing of whether anything has changed over time."
        ),
        method=(
            f"People were matched before an outcome was opened: {people.method}. The interval is Student's, of matched sets. Nobody's "
            "odds of taking part are kept or told."
        ),
        cannot_tell=(
            "Whether it was taking part that made the difference, or something about those who came that nobody wrote down.",
            "What it would do for people unlike those who took part.",
        ),
    )


def _show(
    protocol: MatchedGroupsProtocol, people: MatchedPeople, ratios: tuple[Effect, ...], differences: tuple[Effect, ...]
) -> tuple[Section, ...]:
    basis = f"{protocol.period}, {format_confidence(protocol.confidence)} intervals"
    treated = protocol.contrast.treated
    forest = show_effects(
        protocol,
        ratios,
        key="outcomes",
        column="Times the others",
        subtitle=f"Outcomes of {treated}, times those of people matched to them; {basis}",
        unit="times the others",
        notes=(f"Left of the line there were fewer among {treated}, right of it more.",),
    )
    per_100 = show_effects(
        protocol,
        differences,
        key="differences",
        title="For each 100 people",
        column="More (or fewer)",
        subtitle=f"Outcomes of {treated}, less those of people matched to them, for each 100; {basis}",
        unit="more for each 100 people",
        notes=("Left of the line there were fewer, right of it more.",),
    )
    return (
        Section("Outcomes", (forest, per_100)),
        Section("Are the two sides alike?", (_balance_plot(people),), _say_balance(people)),
    )


def _say_balance(people: MatchedPeople) -> str:
    return (
        f"Each thing that people were matched on, before and after matching. A difference of more than {ALIKE:g} standard deviations "
        "either way is one to worry about. This was settled before any outcome was opened."
    )


def _balance_plot(people: MatchedPeople) -> Dots:
    marks = []
    for each in people.balance:
        for when, value in (("unmatched", each.before), ("matched", each.after)):
            quantity = Quantity(
                value, "standard deviations", count=float(each.rests_on), missing="nobody differs in it"
            )
            marks.append(Mark(f"{capitalise(each.name)}, {when}", quantity, is_marked=when == "matched"))
    alike = sum(abs(each.after) <= ALIKE for each in people.balance)
    return Dots(
        key="balance",
        title=f"After matching the sides are alike in {alike} of {len(people.balance)}",
        subtitle="Mean of those who took part less mean of the others, in standard deviations",
        alternative="A dot for each thing before and after matching and a line at no difference; see the table.",
        unit="standard deviations",
        marks=tuple(marks),
        heads=("Matched on", "Difference"),
        nothing=("no difference", 0.0),
        notes=("Those of matched people are marked.",),
    )


def _flow(protocol: MatchedGroupsProtocol, data: PeopleData, found: MatchedEffect) -> Flow:
    people, (ours, theirs) = found.people, found.followed
    names = [*(step.step for step in protocol.flow), "Started, or could be matched"]
    one: list[int | None] = [*(step.took_part for step in protocol.flow), people.took_part]
    other: list[int | None] = [*(step.others for step in protocol.flow), people.others]
    names += ["Matched", "Followed up"]
    one += [people.matched, ours.known]
    other += [people.beside, theirs.known]
    rows: list[tuple[str, tuple[Told, ...]]] = list(
        zip(names, zip(count_steps(one), count_steps(other), strict=True), strict=True)
    )
    if data.finished is not None:
        finished = int((data.finished & data.took_part).sum())
        rows.insert(
            len(protocol.flow) + 1, ("Finished", (count_steps([people.took_part, finished])[1], "does not apply"))
        )
    sides = [side for side in (found.effect.treated, found.effect.other) if side is not None]
    if len(sides) == 2:
        rows.append((f"{capitalise(found.effect.outcome)} of theirs", tuple(_count(side) for side in sides)))
    return Flow(
        caption="From those approached to those followed up",
        sides=(
            Column("took_part", "Took part", is_number=True),
            Column("others", "Did not", is_number=True),
        ),
        steps=tuple(rows),
        notes=(
            "Whoever started counts as having taken part, whether or not they finished.",
            "A step is withheld where subtraction from an earlier one would count a few people.",
        ),
    )


def _count(side: Side) -> Quantity:
    """What was met of one side; of people, withheld too where all but a few are among it."""
    if not side.is_of_people:
        return Quantity(side.events, "events")
    return Quantity(side.events, "people", count=min((count for count in side.told_of if count > 0), default=0.0))
