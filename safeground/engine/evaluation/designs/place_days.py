"""Rows of place-days as tables of places by days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.evaluation.designs.refusals import read_numbers
from safeground.engine.evaluation.effects import Side
from safeground.engine.evaluation.errors import EvaluationRefused


@dataclass(frozen=True, eq=False)
class PlaceDays:
    """counts: shape (places, days), NaN where a place-day is left out. treated: bool of that shape, as assigned. places, days: labels."""

    counts: NDArray[np.float64]
    treated: NDArray[np.bool_]
    places: NDArray[Any]
    days: NDArray[Any]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Treated and other: place-days that count, and their events."""
        seen = ~np.isnan(self.counts)
        treated, other = (
            Side(int((seen & side).sum()), float(np.nansum(self.counts[side])))
            for side in (self.treated, ~self.treated)
        )
        return treated, other

    @property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number of the place and of the day of each cell, in the order of `counts.ravel()`."""
        place, day = np.indices(self.counts.shape)
        return place.ravel(), day.ravel()


def tabulate(
    counts: ArrayLike, treated: ArrayLike, *, place: ArrayLike, day: ArrayLike, unit: str = "day"
) -> PlaceDays:
    """Tables of one row a place-day; places and days in the order of their sorted labels, which is the schedule's. unit: what a day is.

    Raises EvaluationRefused where a place-day is lacking or there twice, where none or all are treated, or where shapes do not fit.
    """
    count, given = read_numbers(counts, "counts"), np.asarray(treated)
    places, first = np.unique(np.asarray(place), return_inverse=True)
    days, second = np.unique(np.asarray(day), return_inverse=True)
    if not count.shape == given.shape == first.shape == second.shape or count.ndim != 1:
        raise EvaluationRefused(
            f"Counts {count.shape}, treated {given.shape}, place {np.shape(place)} and {unit} {np.shape(day)} must be of one length: a "
            f"row a place-{unit}."
        )
    if not count.size:
        raise EvaluationRefused(f"There is no place-{unit} at all; give a row for each.")
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        raise EvaluationRefused(f"Treated must say of every place-{unit} yes or no; leave one out by a count of NaN.")
    shape = len(places), len(days)
    number = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1])
    if (number != 1).any():
        at = int(np.flatnonzero(number != 1)[0])
        what = "is lacking" if number[at] == 0 else "is there more than once"
        raise EvaluationRefused(
            f"Place {places[at // shape[1]]} on {unit} {days[at % shape[1]]} {what}; give every place-{unit} once, with a count of NaN "
            "where it is left out."
        )
    table, schedule = np.empty(shape), np.empty(shape, dtype=bool)
    table[first, second], schedule[first, second] = count, given.astype(bool)
    if not schedule.any() or schedule.all():
        raise EvaluationRefused(
            f"{'All' if schedule.all() else 'None'} of the place-{unit}s are treated, so that there is nothing to compare them with."
        )
    return PlaceDays(table, schedule, places, days)
