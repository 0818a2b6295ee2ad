"""When and where each event happened, to the day and the metre, for what is told of single places and days."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import to_grid
from safeground.engine.catalogue import Rule
from safeground.engine.measures.compiling import compile_rule
from safeground.engine.measures.events import choose_events_table
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import pyarrow as pa

    from safeground.engine.warehouse import Warehouse

_NO_MOMENT = np.iinfo(np.int64).min
_A_DAY = 24 * 60


@dataclass(frozen=True, eq=False)
class DatedPlaces:
    """Events as points in space and time, arrays of one length n. It is for statistics: single events are told nobody.

    easting, northing: metres, NaN where not known. moment: minutes from 1970, the middle of the time in which it may have happened;
    meaningless where `has_day` is False: no day is stated, or it may have happened on more than one.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    moment: NDArray[np.int64]
    has_day: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.moment)


def read_dated_places(
    warehouse: Warehouse, rule: Rule, *, feed: str, months: Collection[datetime.date], partner: str | None = None
) -> DatedPlaces:
    """The events that a rule counts, of months in which they count. Where a feed says from when to when an event may have happened, its
    day is known if that is less than a day; a feed that only has a date is taken at noon of it."""
    # Groups of counted events, which are smaller and do for most questions, have neither days nor points.
    table = choose_events_table(warehouse, rule, "longitude", feed=feed)
    is_wanted = (table.feed == feed) & table.month.isin(sorted(months)) & compile_rule(rule, table).verdict
    rows = table.filter(is_wanted if partner is None else is_wanted & (table.partner == partner))
    wanted = ("easting", "northing", "longitude", "latitude", "happened_from", "happened_to", "date")
    carried = [name for name in wanted if name in rows.columns]
    times = {"happened_from", "happened_to", "date"}
    question = rows.select(**{name: rows[name].cast("string") if name in times else rows[name] for name in carried})
    check_operators(question)
    answer = question.to_pyarrow()
    easting, northing = _read_points(answer, carried)
    start, end = (_read_minutes(answer, name) for name in ("happened_from", "happened_to"))
    if not {"happened_from", "happened_to"} & set(carried):
        start = end = _read_minutes(answer, "date", add=_A_DAY // 2)
    end, start = np.where(end == _NO_MOMENT, start, end), np.where(start == _NO_MOMENT, end, start)
    has_day = (start != _NO_MOMENT) & (end >= start) & (end - start < _A_DAY)
    return DatedPlaces(easting, northing, np.where(has_day, start + (end - start) // 2, 0), has_day)


def _read_points(answer: pa.Table, carried: Collection[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    def column(name: str) -> NDArray[np.float64]:
        if name not in carried:
            return np.full(answer.num_rows, np.nan)
        return answer[name].to_numpy(zero_copy_only=False).astype(np.float64)

    easting, northing = column("easting"), column("northing")
    missing = np.isnan(easting) | np.isnan(northing)
    longitude, latitude = column("longitude"), column("latitude")
    told = missing & ~np.isnan(longitude) & ~np.isnan(latitude)
    if told.any():
        easting, northing = easting.copy(), northing.copy()
        easting[told], northing[told] = to_grid(longitude[told], latitude[told])
    return easting, northing


def _read_minutes(answer: pa.Table, name: str, *, add: int = 0) -> NDArray[np.int64]:
    if name not in answer.column_names:
        return np.full(answer.num_rows, _NO_MOMENT)
    texts = answer[name].to_pylist()
    moments = np.array(["NaT" if not text else text[:16].replace(" ", "T") for text in texts], dtype="datetime64[m]")
    return np.where(np.isnat(moments), _NO_MOMENT, moments.astype(np.int64) + add)
