"""What a trial is evaluated from: the schedule and what was done, open; the outcomes, closed until somebody asks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from safeground.engine.statistics import TrialDraw


@dataclass(frozen=True, eq=False)
class OutcomeEvents:
    """Events of one outcome: place and day are numbers of the trial's (shape (events,)); harm is NaN where it is not known.

    `buffer_place`, `buffer_day`: the same of events around a place; None where nobody looked. `before_place`, `before_period`: of events
    at the places before the start, the periods numbered from the first that counts.
    """

    place: NDArray[np.int64]
    day: NDArray[np.int64]
    harm: NDArray[np.float64] | None = None
    buffer_place: NDArray[np.int64] | None = None
    buffer_day: NDArray[np.int64] | None = None
    before_place: NDArray[np.int64] | None = None
    before_period: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class TrialData:
    """A trial as it was run, by days or by months; `dates` are the first days of its periods.

    treated: bool, shape (places, periods). left_out: the same shape, place-periods that do not count. visits, minutes: the same shape, of
    the visits that were made, None where they were not recorded. points: (places, 3) easting, northing and radius in metres, or None.
    sealed: whether the draw is on record from before its first day, None where nothing tells. fingerprint: SHA-256 of all that the
    schedule was read from. open_outcomes: reads the outcomes; nothing else does.
    """

    places: tuple[str, ...]
    dates: tuple[datetime.date, ...]
    treated: NDArray[np.bool_]
    left_out: NDArray[np.bool_]
    draw: TrialDraw
    fingerprint: str
    open_outcomes: Callable[[], Mapping[str, OutcomeEvents]]
    outcomes_known: frozenset[str]
    visits: NDArray[np.float64] | None = None
    minutes: NDArray[np.float64] | None = None
    points: NDArray[np.float64] | None = None
    touching: NDArray[np.bool_] | None = None
    """Of places that are areas, which touch, shape (places, places); None where no outlines are known."""
    sealed: bool | None = None
    covered: tuple[datetime.date, datetime.date] | None = None
    """First and last day for which outcomes have landed; None where the files say nothing of it."""
    not_landed: frozenset[str] = frozenset()
    """Outcomes of which nothing has landed yet."""
    names_in_file: frozenset[str] | None = None
    """What the file of events calls its outcomes; None where they come from feeds, or where the file is not there yet."""
    police_initiated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By outcome, the offences it counts that are on paper because police were there."""
    sources: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.places), len(self.dates)
