"""What landed of a trial's patrols: the plan, the visits, the fixes of trackers; and visits made of fixes."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from safeground.engine.places.patrols.candidates import TrialPlace, locate_in_places

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

LONGEST_SILENCE = datetime.timedelta(minutes=5)
"""Between two fixes at a place, beyond which they are two visits."""
SHORTEST_VISIT = datetime.timedelta(minutes=1)
"""Below which fixes at a place are somebody passing."""
VISIT_COLUMNS = ("trial", "force", "place", "unit", "started", "ended")


@dataclass(frozen=True)
class PlannedDay:
    """Whether the draw gave a place a patrol on a day; None where the file does not say."""

    place: str
    day: datetime.date
    is_assigned: bool | None


@dataclass(frozen=True, order=True)
class PatrolVisit:
    """A visit. `ended` is None where nobody wrote it down. No officer is in it."""

    started: datetime.datetime
    place: str
    ended: datetime.datetime | None = None

    @property
    def minutes(self) -> float | None:
        """None where the end is not known, or lies before the start."""
        if self.ended is None or self.ended < self.started:
            return None
        return (self.ended - self.started).total_seconds() / 60


@dataclass(frozen=True)
class PatrolFix:
    """A fix of a tracker: the unit is a number that is given out anew each shift."""

    unit: str
    at: datetime.datetime
    easting: float
    northing: float
    delivery: str


@dataclass(frozen=True)
class PatrolRecords:
    """All that landed of one trial."""

    planned: tuple[PlannedDay, ...]
    visits: tuple[PatrolVisit, ...]
    fixes: tuple[PatrolFix, ...]
    deliveries: tuple[str, ...] = ()
    """Ids of all that it came in."""

    @property
    def fix_deliveries(self) -> tuple[str, ...]:
        return tuple(sorted({fix.delivery for fix in self.fixes}))


def read_patrol_trials(warehouse: Warehouse) -> tuple[str, ...]:
    """The trials of which something has landed, by name."""
    trials = warehouse.table("patrol_visits").select("trial").distinct().to_pyarrow()["trial"].to_pylist()
    return tuple(sorted(trial for trial in trials if trial))


def read_patrol_records(warehouse: Warehouse, trial: str) -> PatrolRecords:
    """What landed of a trial, in the order of time."""
    table = warehouse.table("patrol_visits")
    rows = table.filter(table.trial == trial).to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (row["delivery"], row["row"]))
    return PatrolRecords(
        planned=tuple(_read_planned(row) for row in rows if row["kind"] == "planned" and row["patrol_day"]),
        visits=tuple(
            sorted(
                (
                    PatrolVisit(row["started"], row["place"], row["ended"])
                    for row in rows
                    if row["kind"] == "visit" and row["started"]
                ),
                key=lambda visit: (visit.started, visit.place),
            )
        ),
        fixes=tuple(
            PatrolFix(row["unit"] or "", row["started"], row["easting"], row["northing"], row["delivery"])
            for row in rows
            if row["kind"] == "fix" and row["started"]
        ),
        deliveries=tuple(sorted({row["delivery"] for row in rows})),
    )


def find_visits(fixes: Sequence[PatrolFix], places: Sequence[TrialPlace]) -> tuple[PatrolVisit, ...]:
    """Visits made of fixes: a unit's fixes at one place, none more than five minutes after the one before.

    A visit runs from the first fix at the place to the last, so that it is short by up to the time between two fixes at either end. Less
    than a minute is somebody passing, and no visit. A fix without a position is at no place.
    """
    ordered = sorted(fixes, key=lambda fix: (fix.unit, fix.at))
    at = locate_in_places(
        np.array([np.nan if fix.easting is None else fix.easting for fix in ordered], dtype=np.float64),
        np.array([np.nan if fix.northing is None else fix.northing for fix in ordered], dtype=np.float64),
        places,
    ).tolist()
    found: list[PatrolVisit] = []
    begun: PatrolFix | None = None
    last: PatrolFix | None = None
    where = -1
    for fix, place in zip([*ordered, None], [*at, -1], strict=True):
        goes_on = (
            fix is not None
            and last is not None
            and place == where
            and fix.unit == last.unit
            and fix.at - last.at <= LONGEST_SILENCE
        )
        if not goes_on:
            if begun is not None and last is not None and last.at - begun.at >= SHORTEST_VISIT:
                found.append(PatrolVisit(begun.at, places[where].name, last.at))
            begun, where = (fix, place) if place >= 0 else (None, -1)
        last = fix
    return tuple(sorted(found, key=lambda visit: (visit.started, visit.place)))


def render_visits(visits: Iterable[PatrolVisit], *, trial: str, force: str) -> str:
    """Visits as the feed patrol_visits takes them in, so that what was made of fixes can be landed when the fixes are gone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(VISIT_COLUMNS)
    for visit in visits:
        ended = "" if visit.ended is None else f"{visit.ended:%Y-%m-%d %H:%M:%S}"
        writer.writerow([trial, force, visit.place, "", f"{visit.started:%Y-%m-%d %H:%M:%S}", ended])
    return text.getvalue()


def parse_visits(text: str) -> tuple[PatrolVisit, ...]:
    """What `render_visits` wrote."""

    def moment(cell: str) -> datetime.datetime | None:
        return datetime.datetime.fromisoformat(cell) if cell else None

    return tuple(
        PatrolVisit(datetime.datetime.fromisoformat(row["started"]), row["place"], moment(row["ended"]))
        for row in csv.DictReader(text.splitlines())
    )


def _read_planned(row: dict[str, Any]) -> PlannedDay:
    assigned = {"yes": True, "no": False}.get(row["assigned"] or "")
    return PlannedDay(row["place"], row["patrol_day"], assigned)
