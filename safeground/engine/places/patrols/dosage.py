"""The dose of a trial: visits, minutes and gaps on place-days with and without a patrol, and how well the schedule was kept.

A dose is visits, minutes a visit and the time between visits, never a total alone: an hour in one piece is not four visits of a quarter.
A visit of 10 to 20 minutes is the one that Koper (1995, Justice Quarterly 12:649) found best worth making; the share of such visits
describes, and judges nobody.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.places.patrols.visits import PatrolVisit, PlannedDay
from safeground.engine.statistics import ProportionEstimate, estimate_proportion

KOPER_MINUTES = (10, 20)


@dataclass(frozen=True, eq=False)
class Dosage:
    """What each place-day got. Arrays of shape (places, days).

    assigned: 1 where the draw gave a patrol, 0 where not, NaN where no plan landed. visits: how many began that day. minutes: in which
    anybody was there, two units at once counted once; visits of unknown length add none, and `of_unknown_length` says how many they
    were. lengths: minutes of each visit whose end is known; gap_hours: from the end of a visit to the start of the next at the same
    place on the same patrol day. elsewhere, outside: visits at places or on days that the trial does not have.
    """

    trial: str
    places: tuple[str, ...]
    days: tuple[datetime.date, ...]
    assigned: NDArray[np.float64]
    visits: NDArray[np.float64]
    minutes: NDArray[np.float64]
    lengths: NDArray[np.float64]
    gap_hours: NDArray[np.float64]
    of_unknown_length: int
    elsewhere: int
    outside: int

    @property
    def is_treated(self) -> NDArray[np.bool_]:
        return np.asarray(self.assigned == 1)

    @property
    def is_control(self) -> NDArray[np.bool_]:
        return np.asarray(self.assigned == 0)

    @property
    def compliance(self) -> ProportionEstimate:
        """Place-days drawn for a patrol that got at least one visit, of those drawn; with Wilson's interval."""
        return _share(self.visits[self.is_treated] > 0)

    @property
    def contamination(self) -> ProportionEstimate:
        """Place-days drawn for none that got a visit all the same."""
        return _share(self.visits[self.is_control] > 0)

    @property
    def in_koper_range(self) -> ProportionEstimate:
        """Visits of 10 to 20 minutes, of those whose length is known."""
        low, high = KOPER_MINUTES
        return _share((self.lengths >= low) & (self.lengths <= high))

    @property
    def minutes_treated(self) -> float:
        """Minutes a place-day drawn for a patrol, on average; NaN where there is none."""
        return _mean(self.minutes[self.is_treated])

    @property
    def minutes_control(self) -> float:
        return _mean(self.minutes[self.is_control])

    @property
    def contrast(self) -> float:
        """Minutes on place-days with a patrol over those without; infinite where the others had none, NaN where nothing is known."""
        if np.isnan(self.minutes_treated) or np.isnan(self.minutes_control) or self.minutes_treated == 0:
            return float("nan")
        return float("inf") if self.minutes_control == 0 else self.minutes_treated / self.minutes_control

    @property
    def missed(self) -> tuple[tuple[str, datetime.date], ...]:
        """Place-days that were drawn and not visited, in the order of days."""
        days, places = np.nonzero((self.is_treated & (self.visits == 0)).T)
        return tuple((self.places[place], self.days[day]) for day, place in zip(days, places, strict=True))


def work_out_dosage(
    trial: str,
    *,
    planned: Sequence[PlannedDay],
    visits: Sequence[PatrolVisit],
    boundary: int,
    places: Sequence[str] | None = None,
    days: Sequence[datetime.date] | None = None,
) -> Dosage:
    """The dose of each place-day. boundary: minutes after midnight at which a day begins; a visit belongs to the day in which it began.

    places, days: those of the trial; where they are not given, those of the plan. ValueError: neither a plan nor places and days.
    """
    names = tuple(places) if places is not None else tuple(sorted({each.place for each in planned}))
    dates = tuple(days) if days is not None else tuple(sorted({each.day for each in planned}))
    if not names or not dates:
        raise ValueError(f"nothing says which places and days belong to {trial}; land its plan")
    place_of, day_of = ({each: number for number, each in enumerate(listed)} for listed in (names, dates))
    assigned = np.full((len(names), len(dates)), np.nan)
    for each in planned:
        if each.place in place_of and each.day in day_of and each.is_assigned is not None:
            assigned[place_of[each.place], day_of[each.day]] = float(each.is_assigned)
    found: dict[tuple[int, int], list[PatrolVisit]] = {}
    elsewhere = outside = 0
    for visit in sorted(visits, key=lambda visit: (visit.started, visit.place)):
        day = (visit.started - datetime.timedelta(minutes=boundary)).date()
        if visit.place not in place_of:
            elsewhere += 1
        elif day not in day_of:
            outside += 1
        else:
            found.setdefault((place_of[visit.place], day_of[day]), []).append(visit)
    number, minutes = np.zeros_like(assigned), np.zeros_like(assigned)
    gaps: list[float] = []
    for cell, those in found.items():
        number[cell] = len(those)
        minutes[cell], between = _merge(those)
        gaps += between
    counted = [visit.minutes for those in found.values() for visit in those]
    lengths = [length for length in counted if length is not None]
    return Dosage(
        trial=trial,
        places=names,
        days=dates,
        assigned=assigned,
        visits=number,
        minutes=minutes,
        lengths=np.array(lengths, dtype=np.float64),
        gap_hours=np.array(gaps, dtype=np.float64),
        of_unknown_length=len(counted) - len(lengths),
        elsewhere=elsewhere,
        outside=outside,
    )


def render_place_days(dosage: Dosage) -> str:
    """A row a place-day as an evaluation's files name them: place, day, treated, visits, minutes. One without a plan is left out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("place", "day", "treated", "visits", "minutes"))
    for row, place in enumerate(dosage.places):
        for column, day in enumerate(dosage.days):
            if not np.isnan(dosage.assigned[row, column]):
                treated = "yes" if dosage.assigned[row, column] else "no"
                dose = f"{dosage.visits[row, column]:g}", f"{dosage.minutes[row, column]:g}"
                writer.writerow((place, day.isoformat(), treated, *dose))
    return text.getvalue()


def _merge(visits: Sequence[PatrolVisit]) -> tuple[float, list[float]]:
    """Minutes with anybody there, and the hours between one stretch and the next; visits are in the order of their start."""
    total, gaps = 0.0, []
    reached: datetime.datetime | None = None
    for visit in visits:
        length = visit.minutes
        end = visit.started if length is None else visit.ended or visit.started
        if reached is not None and visit.started > reached:
            gaps.append((visit.started - reached) / datetime.timedelta(hours=1))
        start = visit.started if reached is None else max(visit.started, reached)
        total += max((end - start).total_seconds() / 60, 0.0)
        reached = end if reached is None else max(reached, end)
    return total, gaps


def _share(is_so: NDArray[np.bool_]) -> ProportionEstimate:
    return estimate_proportion(float(is_so.sum()), float(is_so.size))


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")
