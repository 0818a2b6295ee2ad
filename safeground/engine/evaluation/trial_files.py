"""A trial that lies in CSV files beside its protocol. The schedule is read at once, the events only when they are asked for."""

from __future__ import annotations

import csv
import datetime
import hashlib
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.draws import Draw
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import TrialProtocol
from safeground.engine.evaluation.trial_data import OutcomeEvents, TrialData
from safeground.engine.statistics import TrialDraw

_YES, _NO = frozenset({"y", "yes", "1", "true"}), frozenset({"n", "no", "0", "false"})
_NOT_THERE = "{} is not there; put it beside the protocol."
Row = dict[str, str]


def read_trial_files(protocol: TrialProtocol, folder: Path) -> TrialData:
    """The trial of a protocol's files; its events stay unread, and where a feed is counted there are none.

    Raises EvaluationRefused, in a sentence, for a file that is not one.
    """
    files = protocol.files
    if files is None:
        raise EvaluationRefused(f"{protocol.name} names no files; name a trial's schedule and events.")
    path = folder / files.schedule
    rows = read_rows(path, needed=("place", "day", "treated"))
    places = tuple(dict.fromkeys(row["place"] for _, row in rows))
    dates = tuple(sorted({_read_day(path, line, row) for line, row in rows}))
    at_place = {place: number for number, place in enumerate(places)}
    at_day = {date: number for number, date in enumerate(dates)}
    shape = len(places), len(dates)
    seen = np.zeros(shape, dtype=np.int64)
    treated, left_out = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    doses = {name: np.zeros(shape) for name in ("visits", "minutes") if rows and name in rows[0][1]}
    for line, row in rows:
        cell = at_place[row["place"]], at_day[_read_day(path, line, row)]
        seen[cell] += 1
        treated[cell] = _read_flag(path, line, row, "treated")
        left_out[cell] = bool(row.get("left_out"))
        for name, table in doses.items():
            table[cell] = _read_amount(path, line, row, name)
    if (seen != 1).any():
        number, day = (int(x[0]) for x in np.nonzero(seen != 1))
        what = "lacks" if seen[number, day] == 0 else "has twice"
        raise EvaluationRefused(f"{path} {what} {places[number]} on {dates[day]}; give every place every day, once.")
    events = None if files.events is None else folder / files.events
    return TrialData(
        places=places,
        dates=dates,
        treated=treated,
        left_out=left_out,
        draw=_make_draw(files.draw, shape),
        fingerprint=_hash(*(folder / name for name in (files.schedule, files.places) if name)),
        open_outcomes=dict if events is None else partial(_read_events, protocol, events, at_place, protocol.period_of),
        outcomes_known=frozenset(outcome.name for outcome in protocol.outcomes),
        names_in_file=None if events is None else _read_names(events),
        visits=doses.get("visits"),
        minutes=doses.get("minutes"),
        points=None if files.places is None else _read_points(folder / files.places, places),
        sources=tuple(name for name in (files.schedule, files.events) if name is not None),
    )


def _make_draw(draw: Draw, shape: tuple[int, int]) -> TrialDraw:
    try:
        return draw.make(places=shape[0], days=shape[1])
    except ValueError as error:
        raise EvaluationRefused(f"The draw cannot be one of this trial: {error}.") from None


def _read_names(path: Path) -> frozenset[str] | None:
    """The names of outcomes alone: not where, when or how often."""
    if not path.exists():
        return None
    return frozenset(row["outcome"] for _, row in read_rows(path, needed=("outcome",)))


def _read_events(
    protocol: TrialProtocol, path: Path, at_place: Mapping[str, int], period_of: Mapping[datetime.date, int]
) -> dict[str, OutcomeEvents]:
    """Every outcome of the protocol. An event of another outcome, place or day is refused: it would be lost without a word."""
    names = {outcome.name for outcome in protocol.outcomes}
    rows = read_rows(path, needed=("place", "day", "outcome"))
    has_buffer = any(row.get("where") == "buffer" for _, row in rows)
    found: dict[str, dict[str, list[float]]] = {
        name: {
            "place": [],
            "day": [],
            "harm": [],
            "buffer_place": [],
            "buffer_day": [],
            "before_place": [],
            "before_day": [],
        }
        for name in names
    }
    for line, row in rows:
        day = _read_day(path, line, row)
        if row["outcome"] not in names:
            raise EvaluationRefused(
                f"{path}, line {line}: {row['outcome']!r} is no outcome of {protocol.name}; add it there, or take the row out."
            )
        in_buffer = row.get("where") == "buffer"
        if row["place"] not in at_place or day not in period_of or (in_buffer and period_of[day] < 0):
            raise EvaluationRefused(
                f"{path}, line {line}: {row['place']} on {day} is not in the trial; take the row out."
            )
        into, period = found[row["outcome"]], period_of[day]
        prefix = "buffer_" if in_buffer else "before_" if period < 0 else ""
        into[f"{prefix}place"].append(at_place[row["place"]])
        into[f"{prefix}day"].append(period + protocol.periods_before if period < 0 else period)
        if not prefix:
            into["harm"].append(_read_amount(path, line, row, "harm") if row.get("harm") else math.nan)
    return {name: _gather(lists, has_buffer=has_buffer) for name, lists in found.items()}


def _gather(lists: Mapping[str, list[float]], *, has_buffer: bool) -> OutcomeEvents:
    whole = {name: np.array(numbers, dtype=np.int64) for name, numbers in lists.items() if name != "harm"}
    harm = np.array(lists["harm"], dtype=np.float64)
    return OutcomeEvents(
        place=whole["place"],
        day=whole["day"],
        harm=harm if harm.size and not np.isnan(harm).any() else None,
        buffer_place=whole["buffer_place"] if has_buffer else None,
        buffer_day=whole["buffer_day"] if has_buffer else None,
        before_place=whole["before_place"],
        before_period=whole["before_day"],
    )


def read_rows(path: Path, *, needed: tuple[str, ...]) -> list[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip().lower() for name in reader.fieldnames or ()]
            if missing := [name for name in needed if name not in header]:
                raise EvaluationRefused(
                    f"{path} has no column {missing[0]!r}; its columns are {', '.join(header) or 'none'}."
                )
            reader.fieldnames = header
            return [
                (line, {name: (cell or "").strip() for name, cell in row.items() if name is not None})
                for line, row in enumerate(reader, start=2)
            ]
    except FileNotFoundError:
        raise EvaluationRefused(_NOT_THERE.format(path)) from None
    except UnicodeDecodeError:
        raise EvaluationRefused(f"{path} is not UTF-8; save it as CSV UTF-8.") from None


def _read_day(path: Path, line: int, row: Row) -> datetime.date:
    try:
        return datetime.date.fromisoformat(row["day"])
    except ValueError:
        raise EvaluationRefused(f"{path}, line {line}: {row['day']!r} is no day; write it as 2025-03-01.") from None


def _read_flag(path: Path, line: int, row: Row, name: str) -> bool:
    text = row[name].lower()
    if text not in _YES | _NO:
        raise EvaluationRefused(f"{path}, line {line}: {name} is {row[name]!r}; write Y or N.")
    return text in _YES


def _read_amount(path: Path, line: int, row: Row, name: str) -> float:
    try:
        amount = float(row[name] or 0)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < math.inf:
        raise EvaluationRefused(f"{path}, line {line}: {name} is {row[name]!r}; write a number from 0 on.")
    return amount


def _read_points(path: Path, places: tuple[str, ...]) -> NDArray[np.float64]:
    rows = {
        row["place"]: (line, row) for line, row in read_rows(path, needed=("place", "easting", "northing", "radius"))
    }
    if lacking := [place for place in places if place not in rows]:
        raise EvaluationRefused(f"{path} has no row for {lacking[0]}; give every place of the schedule.")
    return np.array([
        [_read_amount(path, rows[place][0], rows[place][1], name) for name in ("easting", "northing", "radius")] for place in places
    ])  # fmt: skip


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise EvaluationRefused(_NOT_THERE.format(path)) from None
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
