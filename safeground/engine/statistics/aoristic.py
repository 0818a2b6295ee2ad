"""At which hours of which days, for events known only to have happened between two times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts

HOURS_OF_WEEK: Final = 168
_SECONDS_OF_HOUR: Final = 3_600
_MONDAY: Final = np.datetime64("1970-01-05T00:00:00", "s")


@dataclass(frozen=True, eq=False)
class AoristicWeights:
    """Events by day of the week and hour of the day.

    `value`: shape (7, 24), Monday first, the hour from midnight first. Nothing is lost: `value` and what is `unplaced` add up to
    `total`. `unknown`, `inverted`, `too_long`: how many events were not placed, and why. `exact`: what is placed of events known to lie
    in one hour of the clock.
    """

    value: FloatArray
    total: float
    unplaced: float
    unknown: int
    inverted: int
    too_long: int
    exact: float
    method: str

    @property
    def exact_share(self) -> float:
        """Of what is placed; the rest is spread by assumption, and the lower this is the flatter the picture. NaN where nothing is."""
        placed = self.total - self.unplaced
        return self.exact / placed if placed > 0 else float("nan")


def aoristic_weights(
    start: ArrayLike,
    end: ArrayLike,
    *,
    weights: ArrayLike = 1.0,
    longest_hours: float = HOURS_OF_WEEK,
    end_missing: Literal["unknown", "at_start"] = "unknown",
) -> AoristicWeights:
    """Each event spread evenly over the time in which it can have happened.

    start, end: shape (events,), times of the local clock (datetime64 or ISO text, NaT where unknown); both the same where the moment is
    known. weights: of each event, such as its harm; by default each counts 1. longest_hours: an event known to a longer range says next
    to nothing of its hour, and evenly spread it would only flatten the picture, so it is not placed. end_missing: a blank end is
    unknown, unless the source leaves it blank where the moment is known ('at_start').

    A range whose end lies before its start is not placed and not turned about: which of the two is wrong is not known. The hour that
    is skipped or repeated when the clocks change is not allowed for. ValueError: shapes that do not fit, negative or missing weights, a
    longest range that is not above 0.

    Evenly spread is an assumption: what is found missing in the morning was not taken evenly over the night. Read an hour as "at or
    about", and compare hours only where `exact_share` is high.

    Source: Ratcliffe J, McCullagh M (1998) Int J Geographical Information Science 12:751; Ratcliffe J (2002) J Quant Criminol 18:23.

    >>> found = aoristic_weights(["2024-03-02T22:30", "2024-03-03T01:10"], ["2024-03-03T00:30", "2024-03-03T01:10"])
    >>> found.value[5, 22:].tolist(), found.value[6, :2].tolist()
    ([0.25, 0.5], [0.25, 1.0])
    """
    if not longest_hours > 0:
        raise ValueError(f"longest_hours is above 0, for example {HOURS_OF_WEEK} for a week, not {longest_hours:g}")
    begins, ends = _as_times(start, "start"), _as_times(end, "end")
    if begins.ndim != 1 or begins.shape != ends.shape:
        raise ValueError(
            f"shapes do not fit together: start {begins.shape}, end {ends.shape}; give both times of each event"
        )
    weight = np.broadcast_to(as_counts(weights, "weights"), begins.shape)
    if np.isnan(weight).any():
        raise ValueError("weights are missing for some events; give each its weight, or leave the event out")
    if end_missing == "at_start":
        ends = np.where(np.isnat(ends), begins, ends)
    unknown = np.isnat(begins) | np.isnat(ends)
    since = np.where(unknown, 0, (begins - _MONDAY).astype(np.int64)) / _SECONDS_OF_HOUR
    lasts = np.where(unknown, 0, (ends - begins).astype(np.int64)) / _SECONDS_OF_HOUR
    inverted, too_long = lasts < 0, lasts > longest_hours
    placed = ~(unknown | inverted | too_long)
    value = _spread(since[placed], lasts[placed], weight[placed])
    in_one_hour = placed & (since + lasts <= np.floor(since) + 1)
    return AoristicWeights(
        value=value.reshape(7, 24),
        total=float(weight.sum()),
        unplaced=float(weight[~placed].sum()),
        unknown=int(unknown.sum()),
        inverted=int(inverted.sum()),
        too_long=int(too_long.sum()),
        exact=float(weight[in_one_hour].sum()),
        method="aoristic: each event spread evenly over the time in which it can have happened",
    )


def _as_times(times: ArrayLike, name: str) -> NDArray[np.datetime64]:
    try:
        return np.asarray(times, dtype="datetime64[s]")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} holds what is no time; give times such as 2024-03-02T22:30, and NaT for one unknown"
        ) from error


def _spread(since: FloatArray, lasts: FloatArray, weight: FloatArray) -> FloatArray:
    """Weight by hour of the week; since: hours from a Monday's midnight, lasts: hours.

    Where ranges begin and end is added up, and one running sum gives every hour: the cost does not grow with how long they are.
    """
    at_once: BoolArray = lasts == 0
    moment = np.floor(since[at_once]).astype(np.int64) % HOURS_OF_WEEK
    hours = np.bincount(moment, weights=weight[at_once], minlength=HOURS_OF_WEEK)
    begin, length = since[~at_once], lasts[~at_once]
    density = weight[~at_once] / length
    weeks = np.floor(length / HOURS_OF_WEEK)
    finish = begin + length - weeks * HOURS_OF_WEEK
    first, last = np.floor(begin), np.floor(finish)
    # The first and the last hour are touched whole and then cut down to what the range has of them.
    size = 2 * HOURS_OF_WEEK + 1
    from_hour = (first % HOURS_OF_WEEK).astype(np.int64)
    to_hour = from_hour + (last - first).astype(np.int64)
    change = np.bincount(from_hour, density, size) - np.bincount(to_hour + 1, density, size)
    touched = np.cumsum(change)
    touched -= np.bincount(from_hour, density * (begin - first), size)
    touched -= np.bincount(to_hour, density * (last + 1 - finish), size)
    folded = touched[:HOURS_OF_WEEK] + touched[HOURS_OF_WEEK : 2 * HOURS_OF_WEEK]
    return np.asarray(hours + folded + (density * weeks).sum())
