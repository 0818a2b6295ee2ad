"""What a shift takes with it: the places of a day and window, team by team, in the order drawn. Places and times, and no person."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safeground.engine.areas import name_grid_reference
from safeground.engine.catalogue import minutes_of
from safeground.engine.documents import format_day
from safeground.engine.places.patrols.plans import PlanStatus
from safeground.engine.places.patrols.sealing import SealedSchedule
from safeground.engine.places.patrols.specification import Window

SHEET_COLUMNS = ("patrol_day", "window", "team", "order", "about", "place", "grid_reference", "minutes")
_A_DAY = 24 * 60


@dataclass(frozen=True)
class Stop:
    """One visit to be made: about when, where, for how long."""

    order: int
    about: str
    place: str
    grid_reference: str
    minutes: int
    plan: str
    """The role that owns the place's plan, or that it has none."""


@dataclass(frozen=True)
class TeamList:
    """The stops of a team, in order."""

    team: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class ShiftSheet:
    """A day's window. `teams` without a stop have none that day."""

    trial: str
    title: str
    day: datetime.date
    window: str
    hours: str
    officers: int
    teams: tuple[TeamList, ...]
    commitment: str

    @property
    def name(self) -> str:
        """A file's name without its end."""
        window = "".join(letter if letter.isalnum() else "-" for letter in self.window.lower())
        return f"{self.day.isoformat()}-{window}"

    @property
    def day_words(self) -> str:
        return f"{self.day:%A} {format_day(self.day)}"


def make_sheets(schedule: SealedSchedule, plans: Sequence[PlanStatus] = ()) -> tuple[ShiftSheet, ...]:
    """A sheet for each day and window of a schedule.

    A team gets places that lie near each other, and visits them in an order that was drawn with the schedule, so that nobody can learn
    when it comes.
    """
    spec, design = schedule.design.spec, schedule.design
    owners = {plan.place: f"Plan: {plan.owner}" if plan.is_whole else "No problem-solving plan" for plan in plans}
    sheets = []
    for number, day in enumerate(spec.dates):
        treated = np.flatnonzero(schedule.treated[:, number]).tolist()
        for window in spec.windows:
            visits = [place for place in treated for _ in range(spec.patrol.visits)]
            shares = _share_out(visits, window.teams, [design.places[place].easting for place in visits])
            teams = []
            for team, those in enumerate(shares, start=1):
                ordered = sorted(those, key=lambda place: float(schedule.order[place, number]))
                stops = tuple(
                    Stop(
                        order=at + 1,
                        about=_about(window, at, len(ordered)),
                        place=design.places[place].name,
                        grid_reference=name_grid_reference(design.places[place].easting, design.places[place].northing),
                        minutes=spec.patrol.minutes,
                        plan=owners.get(design.places[place].name, "No problem-solving plan"),
                    )
                    for at, place in enumerate(_spread(ordered))
                )
                teams.append(TeamList(team, stops))
            sheets.append(
                ShiftSheet(
                    trial=spec.name,
                    title=spec.title,
                    day=day,
                    window=window.name,
                    hours=f"{window.starts} to {window.ends}",
                    officers=spec.patrol.officers,
                    teams=tuple(teams),
                    commitment=schedule.entry.commitment,
                )
            )
    return tuple(sheets)


def render_sheets_csv(sheets: Sequence[ShiftSheet]) -> str:
    """Every stop of every sheet, a row each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SHEET_COLUMNS)
    for sheet in sheets:
        for team in sheet.teams:
            for stop in team.stops:
                place = stop.place if not stop.place.startswith(("=", "+", "-", "@")) else f"'{stop.place}"
                row = (
                    sheet.day,
                    sheet.window,
                    team.team,
                    stop.order,
                    stop.about,
                    place,
                    stop.grid_reference,
                    stop.minutes,
                )
                writer.writerow(row)
    return text.getvalue()


def _share_out(visits: Sequence[int], teams: int, eastings: Sequence[float]) -> list[list[int]]:
    """As many for each team as for any other, give or take one, from west to east."""
    ordered = [visits[at] for at in np.argsort(np.array(eastings), kind="stable").tolist()]
    return [part.tolist() for part in np.array_split(np.array(ordered, dtype=np.int64), teams)]


def _spread(places: Sequence[int]) -> list[int]:
    """Visits of one place as far apart as can be: all first visits, then all second ones."""
    rounds: dict[int, list[int]] = {}
    for place in places:
        seen = sum(place in those for those in rounds.values())
        rounds.setdefault(seen, []).append(place)
    return [place for number in sorted(rounds) for place in rounds[number]]


def _about(window: Window, at: int, stops: int) -> str:
    """The start of a stop's even share of the window, to five minutes."""
    start, end = minutes_of(window.starts), minutes_of(window.ends)
    length = (end - start) % _A_DAY or _A_DAY
    moment = (start + length * at // max(stops, 1)) // 5 * 5 % _A_DAY
    return f"{moment // 60:02d}:{moment % 60:02d}"
