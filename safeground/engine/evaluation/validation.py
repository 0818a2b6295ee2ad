"""A protocol against its trial, before any outcome is read: all that can be wrong, told at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import count_things, join_words
from safeground.engine.evaluation.draws import tell_why_untold
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import CrossoverProtocol
from safeground.engine.evaluation.trial_data import TrialData
from safeground.engine.statistics import draw_schedules

_DRAWS = 99
_MISMATCH = 0.2
"""By how much another reading of the schedule must fit the visits better, as a difference of shares."""
_FAR = 4.0
"""And by how many standard errors: the best of a dozen readings is some way above nothing by chance alone."""
_SHIFTS = 3


def check_trial_protocol(protocol: CrossoverProtocol, data: TrialData, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Reads no outcome.

    is_planned: the trial may still be to come, so that neither its outcomes nor its visits need have landed.
    """
    problems = [
        *_check_outcomes(protocol, data),
        *_check_dates(protocol, data),
        *_check_treated(data),
        *_check_draw(data),
        *_check_mechanism(data),
        *(() if is_planned else _check_landed(protocol, data)),
        *(() if is_planned else _check_visits(data)),
        *_check_buffer(protocol, data),
    ]
    if problems:
        raise EvaluationRefused("\n".join(problems))


def _check_outcomes(protocol: CrossoverProtocol, data: TrialData) -> Iterator[str]:
    for outcome in protocol.outcomes:
        if outcome.name not in data.outcomes_known:
            what = f"the definition {outcome.definition!r} in the feed {outcome.feed!r}"
            yield f"Outcome {outcome.name}: there is no {what}; name one that counts events in that feed."
        if theirs := data.police_initiated.get(outcome.name):
            yield (
                f"Outcome {outcome.name}: patrols themselves put offences of it on record (such as {join_words(theirs[:3])}), so that "
                "it would tell where officers were; name a definition without them."
            )


def _check_dates(protocol: CrossoverProtocol, data: TrialData) -> Iterator[str]:
    first = protocol.dates[0]
    if data.dates != protocol.dates:
        yield (
            f"The protocol's {count_things(protocol.days, 'day')} from {first} are not the schedule's, which has "
            f"{count_things(len(data.dates), 'day')} from {data.dates[0]} to {data.dates[-1]}; give the trial's own."
        )


def _check_landed(protocol: CrossoverProtocol, data: TrialData) -> Iterator[str]:
    first, last = protocol.dates[0], protocol.dates[-1]
    for outcome in protocol.outcomes:
        if outcome.name in data.not_landed:
            yield f"Outcome {outcome.name}: nothing of the feed {outcome.feed!r} has landed; land it, and build."
    if data.covered is not None and not (data.covered[0] <= first and last <= data.covered[1]):
        yield (
            f"The trial runs from {first} to {last}, and outcomes have landed from {data.covered[0]} to {data.covered[1]}; land the "
            "rest first, or mend the dates."
        )


def _check_treated(data: TrialData) -> Iterator[str]:
    counted = data.treated[~data.left_out]
    if counted.size == 0 or counted.all() or not counted.any():
        share = "All" if counted.size and counted.all() else "None"
        yield f"{share} of the place-days that count are treated, so that there is nothing to compare them with."


def _check_draw(data: TrialData) -> Iterator[str]:
    if why := tell_why_untold(data.draw):
        yield why


def _check_mechanism(data: TrialData) -> Iterator[str]:
    """Sums that every draw has, the schedule must have."""
    drawn = draw_schedules(data.draw, _DRAWS, np.random.default_rng(0))
    for axis, unit, name in ((0, "places", "day"), (1, "days", "place")):
        sums, own = drawn.sum(axis=axis + 1), data.treated.sum(axis=axis)
        wrong = np.flatnonzero((sums == sums[0]).all(axis=0) & (own != sums[0]))
        if wrong.size:
            at = int(wrong[0])
            which = data.dates[at] if name == "day" else data.places[at]
            yield (
                f"The draw treats {sums[0][at]} {unit} each {name}, and the schedule has {own[at]} for {which}; give the draw that made "
                "this schedule, or the schedule it made."
            )
            return


def _check_visits(data: TrialData) -> Iterator[str]:
    """Visits that another reading of the schedule fits clearly better belong to that one. Visits that fit none are a trial carried out
    poorly: a finding of its own (the check of compliance), and no reason to keep its result back."""
    if data.visits is None or data.treated.all() or not data.treated.any():
        return
    made = data.visits > 0
    own = _fit(made, data.treated)
    others = {"turned over": ~data.treated}
    for axis, unit in ((1, "day"), (0, "place")):
        for shift in range(1, min(_SHIFTS, data.treated.shape[axis] - 1) + 1):
            moved = f"moved by {count_things(shift, unit)}"
            others[f"{moved} back"] = np.roll(data.treated, -shift, axis=axis)
            others[f"{moved} on"] = np.roll(data.treated, shift, axis=axis)
    name, best = max(((name, _fit(made, other)) for name, other in others.items()), key=lambda found: found[1])
    sides = 1 / data.treated.sum() + 1 / (~data.treated).sum()
    chance = float(np.sqrt(made.mean() * (1 - made.mean()) * sides))
    if best - own > max(_MISMATCH, _FAR * chance):
        yield (
            f"The schedule does not match the visits: {100 * made[data.treated].mean():.0f}% of treated place-days and "
            f"{100 * made[~data.treated].mean():.0f}% of the others were visited, and the schedule {name} fits them better; look whether "
            "days or places were mixed up."
        )


def _fit(made: NDArray[np.bool_], treated: NDArray[np.bool_]) -> float:
    """How much more often treated place-days were visited than the others, -1 to 1."""
    return float(made[treated].mean() - made[~treated].mean())


def _check_buffer(protocol: CrossoverProtocol, data: TrialData) -> Iterator[str]:
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
