"""When in the week events happened: known to the hour they weigh one in it; known from when to when, a part in each hour between."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Rule
from safeground.engine.measures.breakdowns import select_counted
from safeground.engine.statistics import aoristic_weights
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import pyarrow as pa

    from safeground.engine.warehouse import Warehouse

_LONGEST_HOURS = 24.0
"""Who knows no more than the day or longer knows nothing of the hour, and would only make the grid flatter."""


@dataclass(frozen=True, eq=False)
class TimesOfWeek:
    """Events by hour of the week.

    weights: shape (7, 24) from Monday and midnight; they add up to all events in it. exact: those known to the hour. shared: those shared
    out over more than one. unknown: those with no time, none that runs forwards, or none known within a day; they are in no hour.
    """

    weights: NDArray[np.float64]
    exact: int
    shared: int
    unknown: int


def weigh_times_of_week(
    warehouse: Warehouse, rule: Rule, *, feed: str, months: Collection[datetime.date], partner: str | None = None
) -> TimesOfWeek:
    """Events that a rule counts, by hour of the week, with aoristic weights for those known only from when to when.

    An event that may have happened at any minute from an earliest to a latest time has the same chance in each, so that its weight of one
    is divided over the hours by how many of those minutes they hold. A year of them is one query.

    Source: Ratcliffe JH, McCullagh MJ (1998) International Journal of Geographical Information Science 12:751 (aoristic crime analysis).
    """
    rows = select_counted(warehouse, rule, feed=feed, months=months, partner=partner)
    if not {"happened_from", "happened_to"} <= set(rows.columns):
        return TimesOfWeek(np.zeros((7, 24)), 0, 0, int(rows.count().to_pyarrow().as_py()))
    # As text, which is the same on every engine; not each engine's hours are.
    first, last = (rows[name].cast("string").substr(0, 16) for name in ("happened_from", "happened_to"))
    question = rows.group_by(first=first, last=last).aggregate(events=rows.count())
    check_operators(question)
    answer = question.to_pyarrow()
    events = answer["events"].to_numpy().astype(np.float64)
    return weigh_intervals(_minutes(answer["first"]), _minutes(answer["last"]), events)


def weigh_intervals(
    first: NDArray[np.datetime64], last: NDArray[np.datetime64], events: NDArray[np.float64]
) -> TimesOfWeek:
    """The same from arrays of one length: earliest and latest time, NaT where there is none, and how many events have them."""
    found = aoristic_weights(first, last, weights=events, longest_hours=_LONGEST_HOURS)
    return TimesOfWeek(
        weights=found.value,
        exact=round(found.exact),
        shared=round(found.total - found.unplaced - found.exact),
        unknown=round(found.unplaced),
    )


def _minutes(column: pa.ChunkedArray) -> NDArray[np.datetime64]:
    """'2025-03-15 23:10' as a moment; NaT for none."""
    texts = column.cast("string").to_numpy(zero_copy_only=False)
    return np.array(
        [np.datetime64("NaT") if text is None else text.replace(" ", "T") for text in texts], "datetime64[m]"
    )
