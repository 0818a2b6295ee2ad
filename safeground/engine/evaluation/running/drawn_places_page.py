"""What the page of a trial of whole places shows: outcomes, both sides over time, time since the start, places from draw to count."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import (
    Column,
    Direction,
    capitalise,
    count_things,
    format_confidence,
    format_day,
)
from safeground.engine.evaluation.designs.stepped_wedge import SinceStart
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.exhibits import (
    Counted,
    Dots,
    Effects,
    Flow,
    Line,
    Lines,
    Mark,
    PageWords,
    Quantity,
    Section,
    Told,
)
from safeground.engine.evaluation.protocols import (
    DrawnPlacesProtocol,
    ParallelProtocol,
    SteppedWedgeProtocol,
)
from safeground.engine.evaluation.running.common import say_how_many_clear
from safeground.engine.evaluation.running.trials import Dose
from safeground.engine.evaluation.trial_data import TrialData
from safeground.months import add_months

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NOT_MEASURED = "What would happen at places unlike those of the trial, or with more or less of the same."


def say_parallel(protocol: ParallelProtocol, data: TrialData) -> PageWords:
    treated = int(data.treated[:, 0].sum())
    others = len(data.places) - treated
    before = count_things(protocol.before, protocol.unit)
    allowed = (
        f" How many events each place had in the {before} before the start is allowed for." if protocol.before else ""
    )
    return PageWords(
        what_it_is=(
            f"A lot decided which places were to have {protocol.treatment} all along ({protocol.period}): {treated:,} were drawn to, "
            f"{others:,} not to. Whole places are compared as they were drawn, whether or not it was done there.{allowed} It is a "
            "difference between places, and says nothing of whether numbers have changed over time."
        ),
        method=_say_draws(protocol, "lots"),
        cannot_tell=(
            "Whether there are fewer events than before the trial: places are set against other places of the same time.",
            _NOT_MEASURED,
        ),
        costs_not_told=f"What {protocol.treatment} cost for each one fewer, as no costs are in the protocol.",
    )


def say_stepped_wedge(protocol: SteppedWedgeProtocol, data: TrialData) -> PageWords:
    starts = np.unique(data.treated.argmax(axis=1)[data.treated.any(axis=1)]).size
    aside = (
        f" The first {count_things(protocol.transition, protocol.unit)} after each start belong to neither side."
        if protocol.transition
        else ""
    )
    return PageWords(
        what_it_is=(
            f"{len(data.places):,} places started with {protocol.treatment} one after another, in {count_things(starts, 'step')} "
            f"({protocol.period}); a lot decided the order. Each {protocol.unit} places that had started are set against those that had "
            f"not, each place allowed its own level.{aside}"
        ),
        method=_say_draws(protocol, "orders of starting"),
        cannot_tell=(
            f"What becomes of it in the long run: in the last {protocol.unit}s all places had it, with none left to compare them with.",
            _NOT_MEASURED,
        ),
        costs_not_told=f"What {protocol.treatment} cost for each one fewer, as no costs are in the protocol.",
    )


def _say_draws(protocol: DrawnPlacesProtocol, what: str) -> str:
    return (
        f"{protocol.runs:,} {what} were drawn anew by the trial's own mechanism (seed {protocol.seed}); p is the share of them that "
        "would have looked as different, and the interval holds every ratio that this test does not refuse."
    )


def show_drawn_outcomes(protocol: DrawnPlacesProtocol, effects: Sequence[Effect]) -> Section:
    other = protocol.contrast.other
    exhibit = Effects(
        key="outcomes",
        title=say_how_many_clear(effects, protocol),
        effects=tuple(effects),
        labels=tuple(capitalise(effect.outcome) for effect in effects),
        column="Times the others",
        subtitle=(
            f"Events {protocol.contrast.at_treated}, times those {protocol.contrast.preposition} {other}, {_say_basis(protocol)}"
        ),
        unit=f"times the events {protocol.contrast.preposition} {other}",
        notes=(
            "Left of the line there were fewer events with treatment, right of it more.",
            "An interval that leaves out the line may still be chance among so many: see the note below the numbers.",
        ),
    )
    return Section("Outcomes", (exhibit,))


def draw_both_sides(protocol: ParallelProtocol, counts: Floats, treated: Bools, before: Floats | None) -> Lines:
    """Events a place and month on either side, the time before the start too. Of a trial by days its whole months are added up."""
    table = counts if before is None else np.hstack([before, counts])
    first = protocol.first_counted
    labels = [_month(protocol, first, number) for number in range(table.shape[1])]
    months = sorted(set(labels))
    cut = np.array([months.index(label) for label in labels])
    lines = tuple(
        Line(label, _marks(protocol, label, table[side], cut, months), is_main)
        for label, side, is_main in (
            (capitalise(protocol.contrast.treated), treated[:, 0], True),
            (capitalise(protocol.contrast.other), ~treated[:, 0], False),
        )
    )
    start = format_day(protocol.starts)
    return Lines(
        key="both_sides",
        title=f"{capitalise(protocol.primary.title)} a place-{protocol.unit}, on both sides",
        subtitle=f"By month, {protocol.period}"
        + (f"; before {start} nothing had been done" if before is not None else ""),
        alternative="Two lines by month: places drawn to be treated and the others; see the table.",
        unit=f"events a place-{protocol.unit}",
        lines=lines,
        notes=(
            "Places differ by themselves: what lies between the lines is no effect until it is set against the lot.",
        ),
    )


def _month(protocol: DrawnPlacesProtocol, first: datetime.date, number: int) -> str:
    day = add_months(first, number) if protocol.unit == "month" else first + datetime.timedelta(days=number)
    return f"{day:%Y-%m}"


def _marks(
    protocol: ParallelProtocol, side: str, table: Floats, cut: NDArray[np.int64], months: Sequence[str]
) -> tuple[Mark, ...]:
    marks = []
    for number, month in enumerate(months):
        cells = table[:, cut == number]
        seen = int((~np.isnan(cells)).sum())
        if seen:
            events = float(np.nansum(cells))
            of = Counted(protocol.primary.name, (side,), (month,))
            marks.append(Mark(month, Quantity(events / seen, "events", events, of=of)))
    return tuple(marks)


def draw_since_start(
    protocol: SteppedWedgeProtocol, counts: Floats, treated: Bools, found: Sequence[SinceStart]
) -> Dots:
    unit = protocol.unit
    start = np.where(treated.any(axis=1), treated.argmax(axis=1), 10**6)
    since = np.arange(counts.shape[1]) - start[:, np.newaxis]

    def mark(each: SinceStart) -> Mark:
        if each.last < 0:
            label = (
                f"The last {count_things(-each.first, unit)} before" if each.first < -1 else f"The last {unit} before"
            )
        else:
            label = f"{capitalise(unit)} {each.first + 1}" + (f" to {each.last + 1}" if each.last > each.first else "")
        rests_on = float(np.nansum(counts[(since >= each.first) & (since <= each.last)]))
        return Mark(label, Quantity(each.ratio, "times", rests_on, each.lower, each.upper), each.last >= 0)

    after = [each for each in found if each.last >= 0]
    clear = [each for each in after if not each.lower <= 1 <= each.upper]
    directions = {Direction.LOWER if each.upper < 1 else Direction.HIGHER for each in clear}
    title = (
        "No stretch of time after the start is clear of no difference by itself"
        if not clear
        else f"{len(clear)} of {count_things(len(after), 'stretch', 'stretches')} after the start "
        f"{'is' if len(clear) == 1 else 'are'} clear of no difference"
        + ("" if len(directions) == 1 else ", not all one way")
    )
    return Dots(
        key="since_start",
        title=title,
        subtitle=f"Events, times those at places that had not started, by {unit}s since the start, {_say_basis(protocol)}",
        alternative=f"Dots with intervals for {count_things(len(found), 'stretch', 'stretches')} around the start; see the table.",
        unit="times the events at places that had not started",
        marks=tuple(mark(each) for each in found),
        heads=(f"{capitalise(unit)}s since the start", "Times those not started"),
        nothing=("no difference", 1.0),
        notes=(
            "Diamonds lie after the start and are set against the time before it. Intervals leave out each place in turn.",
            "Before the start nothing had been done: a dot clear of the line there is chance (one in twenty is) or something else.",
        ),
    )


def flow_of_places(
    protocol: DrawnPlacesProtocol,
    data: TrialData,
    counts: Floats,
    treated: Bools | None,
    doses: tuple[Dose, Dose] | None,
    *,
    before: Floats | None = None,
) -> Flow:
    """From places drawn to events counted. counts: NaN where a place-period is on neither side. treated: the places drawn to be treated
    all along; None where every place is on both sides in its turn."""
    unit = protocol.unit
    cells = data.treated, ~data.treated
    places = [np.ones(len(data.places), dtype=bool)] * 2 if treated is None else [treated, ~treated]
    lost = np.isnan(counts).all(axis=1)
    steps: list[tuple[str, tuple[Told, ...]]] = [
        ("Places drawn", tuple(f"{int(side.sum()):,}" for side in places)),
        ("Places lost altogether", tuple(f"{int((side & lost).sum()):,}" for side in places)),
        (f"Place-{unit}s", tuple(f"{int(side.sum()):,}" for side in cells)),
        ("On neither side, or left out", tuple(f"{int((side & np.isnan(counts)).sum()):,}" for side in cells)),
        (f"Place-{unit}s that count", tuple(f"{int((side & ~np.isnan(counts)).sum()):,}" for side in cells)),
    ]
    if doses is not None:
        steps.append(("Visited", tuple(f"{dose.visited:,} of {dose.assigned:,}" for dose in doses)))
        if all(dose.minutes is not None for dose in doses):
            steps.append((f"Minutes a place-{unit}", tuple(f"{dose.minutes or 0:.1f}" for dose in doses)))
    title = capitalise(protocol.primary.title)
    if before is not None and treated is not None:
        sums = tuple(Quantity(float(np.nansum(before[side])), "events") for side in places)
        steps.append((f"{title}, in the {count_things(protocol.periods_before, unit)} before", sums))
    steps.append((title, tuple(Quantity(float(np.nansum(counts[side])), "events") for side in cells)))
    sides = ("Treated places", "Other places") if treated is not None else ("After the start", "Before the start")
    note = "All places stand where the lot put them, whether or not it was done there (intention to treat)."
    return Flow(
        caption="From the draw to the count",
        sides=tuple(Column(key, side, is_number=True) for key, side in zip(("treated", "other"), sides, strict=True)),
        steps=tuple(steps),
        notes=(note,) if treated is not None else (note, "Every place is on both sides, one after the other."),
    )


def _say_basis(protocol: DrawnPlacesProtocol) -> str:
    return f"{format_confidence(protocol.confidence)} intervals, {protocol.period}"
