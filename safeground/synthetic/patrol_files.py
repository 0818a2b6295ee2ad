"""The files of a patrol trial of the made-up county: what was drawn, and the visits that were made."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

from safeground.months import days_in_month
from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.patrol_trial import PatrolTrial, make_patrol_trial

TRIAL = "wrenshire_patrols"
PLANNED_COLUMNS = ("trial", "force", "place", "patrol_day", "assigned", "planned_visits", "planned_minutes")
VISIT_COLUMNS = ("trial", "force", "place", "unit", "started", "ended", "mode", "officers")
_MONTHS, _DAYS, _MINUTES = 3, 90, 15
_NO_END = 25
"""Of so many visits one came without its end."""


def write_patrol_visits(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A plan and a file of visits a month, of the last three months asked for: 20 places, 8 a day, at most 90 days.

    The schedule was drawn apart from the county's crimes, so that no patrol of this trial changed anything: an evaluation that finds an
    effect in them is wrong. For one with an effect see `make_patrol_trial`.
    """
    months = assaults.months[-_MONTHS:]
    days = min(_DAYS, sum(days_in_month(month) for month in months))
    trial = make_patrol_trial(seed=county.seed, days=days, first_day=datetime.date.fromisoformat(f"{months[0]}-01"))
    planned, visits = _plan_rows(trial, county), _visit_rows(trial, county)
    paths = []
    for month in months:
        for name, columns, rows, day_at in (
            ("planned", PLANNED_COLUMNS, planned, 3),
            ("visits", VISIT_COLUMNS, visits, 4),
        ):
            own = [row for row in rows if row[day_at].startswith(month)]
            if own:
                paths.append(write_file(folder / f"{name}-{county.slug}-{month}.csv", _table(columns, own)))
    visited = {(int(place), int(day)) for place, day in zip(trial.visit_place, trial.visit_day, strict=True)}
    treated = {(int(place), int(day)) for place, day in zip(*trial.treated.nonzero(), strict=True)}
    truth = {
        "trial": TRIAL,
        "place_days": int(trial.treated.size),
        "treated": len(treated),
        "treated_and_visited": len(treated & visited),
        "others_visited": len(visited - treated),
        "visits": len(visits),
        "without_end": sum(row[5] == "" for row in visits),
        "effect_on_crime": "none",
    }
    return FeedFiles(tuple(paths), truth)


def _plan_rows(trial: PatrolTrial, county: County) -> list[tuple[str, ...]]:
    force = county.territory.police
    return [
        (
            TRIAL,
            force,
            name,
            day.isoformat(),
            *(("Y", "1", str(_MINUTES)) if trial.treated[row, column] else ("N", "0", "0")),
        )
        for column, day in enumerate(trial.dates)
        for row, name in enumerate(trial.names)
    ]


def _visit_rows(trial: PatrolTrial, county: County) -> list[tuple[str, ...]]:
    midnight = datetime.datetime.combine(trial.first_day, datetime.time())
    rows = []
    for number, (place, start, minutes) in enumerate(
        zip(trial.visit_place.tolist(), trial.visit_start.tolist(), trial.visit_minutes.tolist(), strict=True), start=1
    ):
        began = midnight + datetime.timedelta(minutes=start)
        ended = "" if number % _NO_END == 0 else f"{began + datetime.timedelta(minutes=minutes):%Y-%m-%d %H:%M}"
        unit = f"T-{1 + place % 2}"
        rows.append(
            (TRIAL, county.territory.police, trial.names[place], unit, f"{began:%Y-%m-%d %H:%M}", ended, "foot", "2")
        )
    return rows


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()
