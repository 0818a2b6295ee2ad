"""A protocol against its trial, before any outcome is read: all that can be wrong, told at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import count_things, join_words
from safeground.engine.evaluation.draws import design_of, tell_why_untold
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import SteppedWedgeProtocol, TrialProtocol
from safeground.engine.evaluation.trial_data import TrialData
from safeground.engine.statistics import ParallelDraw, draw_schedules, split_transition

_DRAWS = 99
_MISMATCH = 0.2
"""By how much another reading of the schedule must fit the visits better, as a difference of shares."""
_FAR = 4.0
"""And by how many standard errors: the best of a dozen readings is some way above nothing by chance alone."""
_SHIFTS = 3


def check_trial_protocol(protocol: TrialProtocol, data: TrialData, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Reads no outcome.

    is_planned: the trial may still be to come, so that neither its outcomes nor its visits need have landed.
    """
    problems = [
        *_check_outcomes(protocol, data),
        *_check_dates(protocol, data),
        *_check_treated(protocol, data),
        *_check_draw(protocol, data),
        *_check_mechanism(protocol, data),
        *_check_starts(protocol, data),
        *(() if is_planned else _check_landed(protocol, data)),
        *(() if is_planned else _check_visits(protocol, data)),
        *_check_buffer(protocol, data),
    ]
    if problems:
        raise EvaluationRefused("\n".join(problems))


def _check_outcomes(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    for outcome in protocol.outcomes:
        if outcome.name not in data.outcomes_known:
            what = f"definition {outcome.definition!r} in the feed {protocol.feed_of(outcome)!r}"
            yield f"Outcome {outcome.name}: there is no {what}; name one that counts events in that feed."
        if theirs := data.police_initiated.get(outcome.name):
            yield (
                f"Outcome {outcome.name}: patrols themselves put offences of it on record (such as {join_words(theirs[:3])}), so that "
                "it would tell where officers were; name a definition without them."
            )


def _check_dates(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    first = protocol.dates[0]
    if data.dates != protocol.dates:
        yield (
            f"The protocol's {count_things(len(protocol.dates), protocol.unit)} from {first} are not the schedule's, which has "
            f"{count_things(len(data.dates), protocol.unit)} from {data.dates[0]} to {data.dates[-1]}; give the trial's own."
        )


def _check_landed(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    first, last = protocol.first_counted, protocol.span[1]
    for outcome in protocol.outcomes:
        if outcome.name in data.not_landed:
            yield f"Outcome {outcome.name}: nothing of the feed {protocol.feed_of(outcome)!r} has landed; land it, and build."
    if data.names_in_file is not None:
        there = join_words(sorted(data.names_in_file)) or "none"
        own = {outcome.name for outcome in protocol.outcomes}
        if unknown := sorted(data.names_in_file - own):
            yield (
                f"Outcome {unknown[0]}: the file of events has it and {protocol.name} does not; add it there, or take its rows out "
                "of the file."
            )
        if protocol.primary.name not in data.names_in_file:
            yield f"Outcome {protocol.primary.name}: the file of events has no row of it ({there}); write its name as the file does."
    if data.covered is not None and not (data.covered[0] <= first and last <= data.covered[1]):
        yield (
            f"Outcomes count from {first} to {last}, and outcomes have landed from {data.covered[0]} to {data.covered[1]}; land the "
            "rest first, or mend the dates."
        )


def _check_treated(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    counted = data.treated[~data.left_out]
    if counted.size == 0 or counted.all() or not counted.any():
        share = "All" if counted.size and counted.all() else "None"
        yield f"{share} of the place-{protocol.unit}s that count are treated, so that there is nothing to compare them with."


def _check_draw(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    """A draw of another kind is another comparison, which needs other words."""
    if (design := design_of(data.draw)) != protocol.design:
        yield f"The trial was drawn as one of the design {design}, and the protocol is of {protocol.design}; write design: {design}."
    elif why := tell_why_untold(data.draw):
        yield why


def _check_mechanism(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    """Sums that every draw has, the schedule must have."""
    drawn = draw_schedules(data.draw, _DRAWS, np.random.default_rng(0))
    unit = protocol.unit
    for axis, counted, name in ((0, "places", unit), (1, f"{unit}s", "place")):
        sums, own = drawn.sum(axis=axis + 1), data.treated.sum(axis=axis)
        wrong = np.flatnonzero((sums == sums[0]).all(axis=0) & (own != sums[0]))
        if wrong.size:
            at = int(wrong[0])
            which = data.dates[at] if name == unit else data.places[at]
            yield (
                f"The draw treats {sums[0][at]} {counted} each {name}, and the schedule has {own[at]} for {which}; give the draw that "
                "made this schedule, or the schedule it made."
            )
            return


def _check_starts(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    """What sums do not show: a place that stops, a stratum with more than its share, a transition that leaves nothing."""
    changes = np.diff(data.treated.astype(np.int8), axis=1)
    if protocol.design == "parallel" and changes.any():
        place = data.places[int(np.argwhere(changes)[0][0])]
        yield f"{place} is treated in some {protocol.unit}s and not in others; give the schedule of whole places."
    elif protocol.design == "parallel" and isinstance(data.draw, ParallelDraw) and (size := data.draw.stratum):
        drawn = data.treated[:, 0].reshape(-1, size).sum(axis=1)
        if (wrong := np.flatnonzero(drawn != data.draw.treated)).size:
            at = int(wrong[0]) * size
            yield (
                f"The draw treats {data.draw.treated} of each {size} places, and the schedule {drawn[wrong[0]]} of those from "
                f"{data.places[at]} to {data.places[at + size - 1]}; give the draw that made this schedule, or the order it drew in."
            )
    if isinstance(protocol, SteppedWedgeProtocol):
        if (changes < 0).any():
            place = data.places[int(np.argwhere(changes < 0)[0][0])]
            yield f"{place} stops being treated, which no place of a stepped wedge does."
        elif not (split_transition(data.treated, protocol.transition)[0] & ~data.left_out).any():
            transition = count_things(protocol.transition, protocol.unit)
            yield f"A transition of {transition} leaves nothing after any start; take a shorter one."


def _check_visits(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    """Visits that another reading of the schedule fits clearly better belong to that one. Visits that fit none are a trial carried out
    poorly: a finding of its own (the check of compliance), and no reason to keep its result back."""
    if data.visits is None or data.treated.all() or not data.treated.any():
        return
    made = data.visits > 0
    own = _fit(made, data.treated)
    others = {"turned over": ~data.treated}
    for axis, unit in ((1, protocol.unit), (0, "place")):
        for shift in range(1, min(_SHIFTS, data.treated.shape[axis] - 1) + 1):
            moved = f"moved by {count_things(shift, unit)}"
            others[f"{moved} back"] = np.roll(data.treated, -shift, axis=axis)
            others[f"{moved} on"] = np.roll(data.treated, shift, axis=axis)
    name, best = max(((name, _fit(made, other)) for name, other in others.items()), key=lambda found: found[1])
    sides = 1 / data.treated.sum() + 1 / (~data.treated).sum()
    chance = float(np.sqrt(made.mean() * (1 - made.mean()) * sides))
    if best - own > max(_MISMATCH, _FAR * chance):
        yield (
            f"The schedule does not match the visits: {100 * made[data.treated].mean():.0f}% of treated place-{protocol.unit}s and "
            f"{100 * made[~data.treated].mean():.0f}% of the others were visited, and the schedule {name} fits them better; look whether "
            f"{protocol.unit}s or places were mixed up."
        )


def _fit(made: NDArray[np.bool_], treated: NDArray[np.bool_]) -> float:
    """How much more often treated place-days were visited than the others, -1 to 1."""
    return float(made[treated].mean() - made[~treated].mean())


def _check_buffer(protocol: TrialProtocol, data: TrialData) -> Iterator[str]:
    if protocol.buffer_metres is None:
        return
    if data.points is None:
        yield "The protocol asks for a buffer and no file gives the places' coordinates; give places, or leave the buffer out."
        return
    apart = np.hypot(*(data.points[:, np.newaxis, :2] - data.points[np.newaxis, :, :2]).transpose(2, 0, 1))
    radius = data.points[:, 2]
    overlap = apart < radius[:, np.newaxis] + radius + protocol.buffer_metres
    pairs = np.argwhere(np.triu(overlap, 1))
    if len(pairs):
        one, other = (data.places[number] for number in pairs[0])
        yield (
            f"The buffer of {protocol.buffer_metres:g} metres around {one} reaches into {other}, which is a place of the trial itself "
            f"({count_things(len(pairs), 'pair')} in all); take a smaller buffer."
        )
