"""What the page of a crossover shows: outcomes, the days after, what was only observed, and place-days from the draw to the count."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.documents import Column, Direction, capitalise, format_confidence
from safeground.engine.evaluation.effects import Effect, Role, Side
from safeground.engine.evaluation.exhibits import Effects, Flow, PageWords, Quantity, Section, Told
from safeground.engine.evaluation.protocols import CrossoverProtocol
from safeground.engine.evaluation.running.common import say_how_many_clear
from safeground.engine.evaluation.running.trials import Dose

_TIMING = ("lag_", "days_in_a_row_")


def say_crossover(protocol: CrossoverProtocol, assigned: tuple[int, int]) -> PageWords:
    """assigned: treated and other place-days, as drawn."""
    treated, other = assigned
    return PageWords(
        what_it_is=(
            f"Days with a patrol are set against days without one at the same places, in the same weeks ({protocol.period}). Which "
            f"places had a patrol was drawn by lot each day: {treated:,} place-days with one, {other:,} without. It is a difference "
            "between two kinds of days, and says nothing of whether violence has changed over time."
        ),
        method=(
            f"{protocol.runs:,} schedules were drawn anew by the trial's own mechanism (seed {protocol.seed}); p is the share of them "
            "that would have looked as different, and the interval holds every ratio that this test does not refuse."
        ),
        cannot_tell=(
            "Whether violence is lower than it was before: patrol days are set against other days of the same weeks.",
            "What would happen with more patrols or fewer, at other places or at another time of year.",
        ),
        costs_not_told="What the patrols cost for each offence fewer, as no costs are in the protocol.",
    )


def show_crossover(protocol: CrossoverProtocol, effects: Sequence[Effect]) -> tuple[Section, ...]:
    """effects: the primary one first."""
    observed = [effect for effect in effects if effect.role is Role.OBSERVED]
    timing = [effect for effect in effects if effect.name.startswith(_TIMING)]
    outcomes = [effect for effect in effects if effect not in observed and effect not in timing]
    sections = [Section("Outcomes", (_show(protocol, "outcomes", say_how_many_clear(outcomes, protocol), outcomes),))]
    if timing:
        sections.append(
            Section("The days after, and days in a row", (_show(protocol, "timing", _say_timing(timing), timing),))
        )
    if observed:
        table = _show(protocol, "observed", "By what was done and not by what was drawn", observed, is_drawn=False)
        words = (
            "Who was visited, and for how long, was not drawn: a busy night can be why a visit was missed or cut short. These numbers "
            "say how the answer would look by what was done. They do not answer the question."
        )
        sections.append(Section("Observed, and not by lot", (table,), words))
    return tuple(sections)


def flow_of_place_days(
    primary: Effect, assigned: tuple[int, int], counted: tuple[Side, Side], doses: tuple[Dose, Dose] | None
) -> Flow:
    """counted: place-days that were not left out, and their events."""
    steps: list[tuple[str, tuple[Told, ...]]] = [
        ("Place-days drawn", tuple(f"{number:,}" for number in assigned)),
        ("Left out", tuple(f"{number - side.units:,}" for number, side in zip(assigned, counted, strict=True))),
        ("Place-days that count", tuple(f"{side.units:,}" for side in counted)),
    ]
    if doses is not None:
        steps.append(("Visited", tuple(f"{dose.visited:,} of {dose.assigned:,}" for dose in doses)))
        if all(dose.minutes is not None for dose in doses):
            steps.append(("Minutes of patrol a place-day", tuple(f"{dose.minutes or 0:.1f}" for dose in doses)))
    steps.append((capitalise(primary.outcome), tuple(Quantity(side.events, "events") for side in counted)))
    return Flow(
        caption="From the draw to the count",
        sides=(
            Column("patrol_days", "Patrol days", is_number=True),
            Column("other_days", "Other days", is_number=True),
        ),
        steps=tuple(steps),
        notes=("All place-days stand where the draw put them, whether or not they were visited (intention to treat).",),
    )


def _show(
    protocol: CrossoverProtocol, key: str, title: str, effects: Sequence[Effect], *, is_drawn: bool = True
) -> Effects:
    confidence = format_confidence(protocol.confidence)
    return Effects(
        key=key,
        title=title,
        effects=tuple(effects),
        labels=tuple(_label(effect) for effect in effects),
        column="Times other days",
        subtitle=f"Events a place-day, times those on other days, {confidence} intervals, {protocol.period}",
        unit="times the events on other days",
        is_drawn=is_drawn,
        notes=(
            "Left of the line there were fewer events on patrol days, right of it more.",
            "An interval that leaves out the line may still be chance among so many: see the note below the numbers.",
        ),
    )


def _say_timing(effects: Sequence[Effect]) -> str:
    lags = [effect for effect in effects if effect.name.startswith("lag_")]
    clear = [effect for effect in lags if effect.direction in (Direction.HIGHER, Direction.LOWER)]
    return (
        "On some of the days after a patrol events differ from other days"
        if clear
        else "No single day after a patrol is clearly different from other days"
    )


def _label(effect: Effect) -> str:
    if effect.name.startswith(_TIMING) or effect.role is Role.OBSERVED:
        return capitalise(effect.contrast.treated if effect.name.startswith((*_TIMING, "dose")) else effect.basis)
    return capitalise(effect.outcome).rstrip(",")
