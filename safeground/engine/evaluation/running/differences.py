"""A difference in differences from its protocol and its areas: validated, opened, estimated, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import Direction, capitalise, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, failed, judge, judge_absence, not_applicable
from safeground.engine.evaluation.designs.common_checks import check_placebo_in_space, check_unseen, check_window
from safeground.engine.evaluation.designs.differences import (
    DifferenceInDifferences,
    EventTime,
    difference_in_differences,
    try_elsewhere,
)
from safeground.engine.evaluation.designs.imputation import FEWEST_PLACES
from safeground.engine.evaluation.effects import Effect, Role, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Dots, Effects, Mark, PageWords, Quantity, Section
from safeground.engine.evaluation.protocols import DifferenceInDifferencesProtocol
from safeground.engine.evaluation.running.common import check_detectable, check_negative_controls
from safeground.engine.evaluation.running.series_pages import (
    Bools,
    Floats,
    draw_both_sides,
    find_area,
    flow_of_areas,
    name_areas,
    say_basis,
    say_start,
    say_warning,
    show_outcomes,
)
from safeground.engine.evaluation.series_data import SeriesData, count_before, find_treated
from safeground.engine.evaluation.series_validation import check_series, refuse

_ALPHA = 0.05
_FEWEST_EVENTS = 20
"""In the areas of one force alone, for a ratio that gives no small count away."""
_COLUMN = "Times what was to be expected"
_UNIT = "times what was to be expected from the other areas"


def check_differences_protocol(
    protocol: DifferenceInDifferencesProtocol, data: SeriesData, *, is_planned: bool = False
) -> None:
    """Raises EvaluationRefused with a sentence for everything that is wrong. Reads no outcome."""
    _hold(protocol, data, is_planned=is_planned)


def _hold(protocol: DifferenceInDifferencesProtocol, data: SeriesData, *, is_planned: bool = False) -> SeriesData:
    kept = check_series(protocol, data, is_planned=is_planned)
    if protocol.touching and kept.touching is None:
        refuse(
            [
                "Which areas touch is not known, as not all have an outline; land boundaries, or name the ring's areas in rings."
            ]
        )
    ringed = {area for areas in _find_rings(protocol, kept).values() for area in areas}
    treated = set(protocol.treated_areas)
    sides = {"under treatment": len(treated), "to compare them with": len(set(kept.areas) - treated - ringed)}
    problems = [
        f"There {'is' if number == 1 else 'are'} {count_things(number, 'area')} {what}, and an interval needs {FEWEST_PLACES}; for "
        "one treated area take synthetic_control."
        for what, number in sides.items()
        if number < FEWEST_PLACES
    ]
    refuse(problems)
    return kept


def _find_rings(protocol: DifferenceInDifferencesProtocol, data: SeriesData) -> dict[str, tuple[str, ...]]:
    """By name, the areas of each ring: those named, and those that touch treated areas and are in none of them."""
    rings = dict(protocol.rings)
    if protocol.touching and data.touching is not None:
        named = {*protocol.treated_areas, *(area for areas in rings.values() for area in areas)}
        near = data.touching[data.rows_of(protocol.treated_areas)].sum(axis=0)
        found = tuple(area for row, area in enumerate(data.areas) if near[row] and area not in named)
        rings |= {"the areas that touch them": found} if found else {}
    return rings


def evaluate_differences(
    protocol: DifferenceInDifferencesProtocol, data: SeriesData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more."""
    kept = _hold(protocol, data)
    tables = kept.open_outcomes()
    treated = find_treated(protocol, kept)
    found = {
        outcome.name: _estimate(protocol, kept, tables[outcome.name], treated, outcome.title)
        for outcome in protocol.outcomes
    }
    roles = {outcome.name: outcome.role for outcome in protocol.outcomes}
    effects = {name: replace(each.effect, name=name, role=Role.SECONDARY) for name, each in found.items()}
    main, counts = found[protocol.primary.name], tables[protocol.primary.name]
    controls = [effect for name, effect in effects.items() if roles[name] == "negative_control"]
    second = read_effects_together([effect for name, effect in effects.items() if roles[name] == "secondary"])
    primary = replace(effects[protocol.primary.name], role=Role.PRIMARY).with_checks(
        seal, *_check_further(protocol, kept, counts, treated, main), check_negative_controls(controls)
    )
    rings = tuple(replace(ring, name=f"ring_{number}") for number, ring in enumerate(main.rings, start=1))
    others = (*second, *controls, *rings)
    rows = np.flatnonzero(treated.any(axis=1)).tolist()
    ringed = {area for areas in _find_rings(protocol, kept).values() for area in areas}
    compared = [row for row, area in enumerate(kept.areas) if row not in set(rows) and area not in ringed]
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=others,
        words=_say(protocol, kept, len(rows), len(compared), main),
        sections=_show(protocol, kept, counts, (rows, compared), (primary, *second, *controls), rings, main),
        flow=flow_of_areas(
            protocol,
            kept,
            {"Treated areas": rows, "Other areas": compared},
            counts,
        ),
        notes=(),
        sources=data.sources,
        area=find_area(protocol, kept),
    )


def _estimate(
    protocol: DifferenceInDifferencesProtocol, data: SeriesData, counts: Floats, treated: Bools, outcome: str
) -> DifferenceInDifferences:
    after = np.array(data.periods) >= protocol.starts
    rings = {}
    for name, areas in _find_rings(protocol, data).items():
        cells = np.zeros(treated.shape, dtype=bool)
        cells[data.rows_of(areas)] = after
        rings[name] = cells
    names = [data.names[row] for row in np.flatnonzero(treated.any(axis=1))]
    return difference_in_differences(
        counts, treated, rings=rings, leads=protocol.leads, outcome=outcome, places=name_areas(names),
        unit=f"{protocol.period_word} for {protocol.period_word}", were_chosen_for_being_extreme=protocol.chosen_for_being_extreme,
        confidence=protocol.confidence,
    )  # fmt: skip


def _check_further(
    protocol: DifferenceInDifferencesProtocol,
    data: SeriesData,
    counts: Floats,
    treated: Bools,
    found: DifferenceInDifferences,
) -> tuple[CheckResult, ...]:
    ringed = data.rows_of(tuple(area for areas in _find_rings(protocol, data).values() for area in areas))
    kept = np.setdiff1d(np.arange(len(data.areas)), ringed)
    own, given = counts[kept], treated[kept]
    rng = np.random.default_rng(protocol.seed)
    before = count_before(protocol, data)
    elsewhere = try_elsewhere(own, given, tries=protocol.placebos, rng=rng, confidence=protocol.confidence)
    return (
        _check_early_start(protocol, own, given, before),
        check_placebo_in_space(found.effect, elsewhere),
        check_window(found.effect, _try_windows(protocol, own, given, before)),
        *_check_forces(protocol, data, kept, (own, given), found.effect),
        _check_rings(found.rings),
        check_unseen(found.effect),
        check_detectable(found.effect),
    )


def _check_forces(
    protocol: DifferenceInDifferencesProtocol,
    data: SeriesData,
    kept: NDArray[np.int_],
    looked_at: tuple[Floats, Bools],
    effect: Effect,
) -> tuple[CheckResult, ...]:
    """Only where it is known whose areas they are. What passes in one force for a while is in no area's own ups and downs, and so in
    no interval: in made-up forces whose recording wandered by 8% a p below 0.05 came up in 47 of 100 where nothing was done."""
    if data.forces is None or len(set(data.forces)) == 1:
        return ()
    question = "Is the answer the same within the force that the treated areas lie in?"
    counts, treated = looked_at
    forces = np.array(data.forces)[kept]
    theirs = sorted(set(forces[treated.any(axis=1)].tolist()))
    warning = (
        f"Areas of {count_things(len(set(forces.tolist())), 'force')} are compared. What changes in all of a force at once, such as how "
        "it records, would look like an effect, and the interval does not allow for it."
    )
    inside = forces == theirs[0]
    others = inside & ~treated.any(axis=1)
    if len(theirs) > 1 or others.sum() < FEWEST_PLACES or np.nansum(counts[others]) < _FEWEST_EVENTS:
        return (failed("one_force", question, f"{warning} Too few others lie in the same force to look there alone."),)
    try:
        within = difference_in_differences(
            counts[inside], treated[inside], leads=0, confidence=protocol.confidence
        ).effect
    except EvaluationRefused:
        return (failed("one_force", question, f"{warning} In the force itself no ratio can be had."),)
    told = (
        f"Beside the {others.sum()} others of {theirs[0]} alone the ratio is {format_number(within.estimate, decimals=2)} "
        f"({format_number(within.lower, decimals=2)} to {format_number(within.upper, decimals=2)})."
    )
    is_good = effect.direction in (Direction.CANNOT_TELL, within.direction)
    return (judge(is_good, "one_force", question, told if is_good else f"{told} {warning}"),)


def _check_early_start(
    protocol: DifferenceInDifferencesProtocol, counts: Floats, treated: Bools, before: int
) -> CheckResult:
    """As if it had begun half-way through the time before."""
    question = "Is there an effect before there was any, as if it had begun half-way through the time before?"
    half = before // 2
    early = np.zeros((len(counts), before), dtype=bool)
    early[treated.any(axis=1), half:] = True
    try:
        found = difference_in_differences(counts[:, :before], early, leads=0, confidence=protocol.confidence).effect
    except EvaluationRefused:
        return not_applicable(
            "placebo_in_time", question, f"The {protocol.period_word}s before the start are too few to be parted."
        )
    if found.p <= _ALPHA:
        told = f"{format_number(found.lower, decimals=2)} and {format_number(found.upper, decimals=2)}"
        return failed(
            "placebo_in_time", question, f"There seems to be: the ratio lies between {told} where nothing had begun."
        )
    return judge_absence("placebo_in_time", question, found.lower, found.upper, seen="No sign of it")


def _try_windows(
    protocol: DifferenceInDifferencesProtocol, counts: Floats, treated: Bools, before: int
) -> dict[str, Effect]:
    """The later half of the time before, and the earlier half of the time after."""
    after, word = counts.shape[1] - before, protocol.period_word
    windows = {
        f"{count_things(before - before // 2, word)} before": slice(before // 2, None),
        f"{count_things(after - after // 2, word)} after": slice(None, before + after - after // 2),
    }
    found = {}
    for name, window in windows.items():
        try:
            found[name] = difference_in_differences(counts[:, window], treated[:, window], leads=0).effect
        except EvaluationRefused:
            continue
    return found


def _check_rings(rings: Sequence[Effect]) -> CheckResult:
    question = "Did something spill over into the areas around?"
    if not rings:
        return not_applicable("displacement", question, "No area was named into which something could have spilt over.")
    least, most = min(ring.lower for ring in rings), max(ring.upper for ring in rings)
    acting = [ring.contrast.treated for ring in rings if ring.lower > 1 or ring.upper < 1]
    if acting:
        sentence = (
            f"It seems so in {' and '.join(acting)}: they are kept apart and are no comparison; what lies farther out was not "
            "looked at."
        )
        return failed("displacement", question, sentence)
    return judge_absence("displacement", question, least, most, seen="Not clearly")


def _say(
    protocol: DifferenceInDifferencesProtocol,
    data: SeriesData,
    treated: int,
    others: int,
    found: DifferenceInDifferences,
) -> PageWords:
    staggered = " Starts differ; only periods without treatment serve as a comparison." if found.is_staggered else ""
    return PageWords(
        warning=say_warning(protocol),
        what_it_is=(
            f"{say_start(protocol)} {capitalise(count_things(treated, 'treated area'))} {'is' if treated == 1 else 'are'} set against "
            f"{others} others ({protocol.period}): by what share what was counted came to differ from what it would have been, had it "
            f"changed as in the others.{staggered} Nobody drew lots: why these areas were chosen may also be why they changed."
        ),
        method=(
            "To see what is found where nothing was done, as many untreated areas as were treated, or half of them where they are fewer, "
            f"were drawn {protocol.placebos} times (seed {protocol.seed})."
        ),
        cannot_tell=(
            "Whether what was done is why: anything else that began in the treated areas then, and not in the others, is in the ratio.",
            "Whether numbers went up or down: they are set against what was to be expected, and not against the past alone.",
            "What is recorded otherwise in one force than in another, or from some month on.",
        ),
    )


def _show(
    protocol: DifferenceInDifferencesProtocol,
    data: SeriesData,
    counts: Floats,
    rows: tuple[list[int], list[int]],
    effects: Sequence[Effect],
    rings: tuple[Effect, ...],
    found: DifferenceInDifferences,
) -> tuple[Section, ...]:
    name = name_areas([data.names[row] for row in rows[0]])
    sections = [
        show_outcomes(protocol, effects, column=_COLUMN, unit=_UNIT),
        Section(
            f"{capitalise(protocol.period_word)} by {protocol.period_word}",
            (
                draw_both_sides(protocol, data, counts, rows, name=name),
                _draw_event_study(protocol, data, counts, found),
            ),
        ),
    ]
    if rings:
        exhibit = Effects(
            key="rings",
            title="Areas around the treated ones",
            effects=rings,
            labels=tuple(capitalise(ring.contrast.treated) for ring in rings),
            column=_COLUMN,
            subtitle=say_basis(protocol),
            unit=_UNIT,
        )
        sections.append(Section("Around the treated areas", (exhibit,)))
    return tuple(sections)


def _draw_event_study(
    protocol: DifferenceInDifferencesProtocol, data: SeriesData, counts: Floats, found: DifferenceInDifferences
) -> Dots:
    word, treated = protocol.period_word, find_treated(protocol, data)
    since = (
        np.arange(counts.shape[1])
        - np.where(treated.any(axis=1), treated.argmax(axis=1), counts.shape[1] * 2)[:, np.newaxis]
    )

    counted = [float(np.nansum(counts[since == event.periods])) for event in found.event_times]
    # All rest on the smallest that is not nought: told beside noughts and a sum, a few withheld could be worked out.
    rests_on = min((number for number in counted if number > 0), default=0.0)

    def mark(event: EventTime) -> Mark:
        label = (
            f"{count_things(-event.periods, word)} before"
            if event.periods < 0
            else f"{word} {event.periods + 1} from the start"
        )
        quantity = Quantity(
            event.ratio,
            "times",
            rests_on,
            event.lower,
            event.upper,
            missing=f"nothing was to be expected in that {word}",
        )
        return Mark(label, quantity, event.periods >= 0)

    clear = [event for event in found.event_times if event.periods < 0 and not event.lower <= 1 <= event.upper]
    before = [event for event in found.event_times if event.periods < 0]
    title = (
        "Before the start the treated areas went as the others did, as far as can be seen"
        if before and not clear
        else f"Already before the start {count_things(len(clear), word)} {'was' if len(clear) == 1 else 'were'} out of line"
        if clear
        else f"Each {word} after the start by itself"
    )
    return Dots(
        key="event_study",
        title=title,
        subtitle=f"{capitalise(_UNIT)}, each {word} by itself, {say_basis(protocol)}",
        alternative=f"Dots with intervals for {count_things(len(found.event_times), word)} around the start; see the table.",
        unit=_UNIT,
        marks=tuple(mark(event) for event in found.event_times),
        heads=(f"{capitalise(word)}", _COLUMN),
        nothing=("no difference", 1.0),
        notes=(
            f"Diamonds are {word}s from the start on.",
            f"Intervals are of each {word} alone: one in twenty leaves out the line by chance.",
        ),
    )
