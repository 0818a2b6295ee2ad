"""The days on which events happened or were recorded, for events so rare that months have none."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Rule
from safeground.engine.measures.breakdowns import select_counted
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse


def find_event_days(
    warehouse: Warehouse, rule: Rule, *, feed: str, months: Collection[datetime.date], partner: str | None = None
) -> NDArray[np.datetime64]:
    """The day of each event that a rule counts, in order; several of one day are there several times, and one without a day not at all.

    Each is the date of one event: it is for statistics, and told only where a count of one may be.
    """
    rows = select_counted(warehouse, rule, feed=feed, months=months, partner=partner)
    question = rows.filter(rows.date.notnull()).select(day=rows.date.cast("string").substr(0, 10))
    check_operators(question)
    days = np.array(question.to_pyarrow()["day"].to_pylist(), dtype="datetime64[D]")
    return np.sort(days)
