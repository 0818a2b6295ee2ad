"""The files of a ready example: a made-up trial after the design of Southend 2020 as its evaluation reads it, with what was planned."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.synthetic.patrol_trial import HARM_DAYS, HARM_SHARES, PatrolTrial, make_patrol_trial
from safeground.synthetic.streams import random_stream

RATE_RATIO = 0.5
"""Planned: half as many offences of community violence on patrol days. Street crime follows at `STREET_RATIO`; fraud not at all."""
STREET_RATIO = 0.8
_STREET_RATE, _FRAUD_RATE, _BUFFER_RATE = 0.35, 0.15, 0.08
_RADIUS, _APART = 75.0, 600.0


def make_evaluation_files(*, seed: int = 2020, rate_ratio: float = RATE_RATIO) -> dict[str, str]:
    """schedule.csv, events.csv and places.csv by name; the same for the same seed. They are what the protocol of the example names."""
    trial = make_patrol_trial(seed=seed, rate_ratio=rate_ratio)
    rng = random_stream(seed, "patrol evaluation", "events")
    street = rng.poisson(_STREET_RATE * np.where(trial.treated, STREET_RATIO, 1.0))
    fraud, around = (rng.poisson(rate, trial.treated.shape) for rate in (_FRAUD_RATE, _BUFFER_RATE))
    violence = trial.counts.astype(np.int64)
    rows = [
        *_event_rows(trial, violence, "community_violence", "place", rng),
        *_event_rows(trial, around, "community_violence", "buffer", rng),
        *_event_rows(trial, violence + street, "street_crime", "place", None),
        *_event_rows(trial, fraud, "online_fraud", "place", None),
    ]
    return {
        "schedule.csv": _write(("place", "day", "treated", "visits", "minutes", "left_out"), _schedule_rows(trial)),
        "events.csv": _write(
            ("place", "day", "outcome", "harm", "where"), sorted(rows, key=lambda row: (row[1], row[0], row[2]))
        ),
        "places.csv": _write(("place", "easting", "northing", "radius"), _place_rows(trial)),
    }


def write_evaluation_example(folder: Path, *, protocol: str) -> None:
    """The example's protocol and files into a folder. Files that are there already are written over."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"protocol.yaml": protocol, **make_evaluation_files()}.items():
        (folder / name).write_text(text, encoding="utf-8")


def _schedule_rows(trial: PatrolTrial) -> Iterable[tuple[object, ...]]:
    visits, minutes = np.zeros(trial.treated.shape, dtype=np.int64), np.zeros(trial.treated.shape, dtype=np.int64)
    within = trial.visit_day < trial.treated.shape[1]
    at = trial.visit_place[within], trial.visit_day[within]
    np.add.at(visits, at, 1)
    np.add.at(minutes, at, trial.visit_minutes[within])
    for day, date in enumerate(trial.dates):
        for place, name in enumerate(trial.names):
            yield name, date, "Y" if trial.treated[place, day] else "N", visits[place, day], minutes[place, day], ""


def _event_rows(
    trial: PatrolTrial, counts: NDArray[np.int64], outcome: str, where: str, rng: np.random.Generator | None
) -> Iterable[tuple[object, ...]]:
    """A row an event; with harm, made up as in the trial, where a generator is given."""
    cells = np.repeat(np.arange(counts.size), counts.reshape(-1))
    harm = rng.choice(HARM_DAYS, size=cells.size, p=HARM_SHARES) if rng is not None else np.full(cells.size, np.nan)
    for cell, weight in zip(cells.tolist(), harm.tolist(), strict=True):
        place, day = divmod(cell, counts.shape[1])
        yield trial.names[place], trial.dates[day], outcome, "" if np.isnan(weight) else f"{weight:g}", where


def _place_rows(trial: PatrolTrial) -> Iterable[tuple[object, ...]]:
    for number, name in enumerate(trial.names):
        row, column = divmod(number, 5)
        yield name, 612_000 + _APART * column, 389_000 + _APART * row, _RADIUS


def _write(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
