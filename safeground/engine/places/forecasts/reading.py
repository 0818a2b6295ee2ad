"""From the warehouse to a history by cell: one query for the events, and the outline of the force for the area."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid, cover_outlines, make_grid, make_outlines, to_grid
from safeground.engine.measures import Measures
from safeground.engine.places.forecasts.history import CellHistory, ForecastError, make_history
from safeground.engine.places.forecasts.plan import BacktestPlan
from safeground.engine.places.forecasts.windows import as_months
from safeground.engine.warehouse import check_operators

_Answer: TypeAlias = Any
"""A table of Arrow's, which has no types of its own."""

_POINTS = (("easting", "northing"), ("longitude", "latitude"))


def read_history(measures: Measures, plan: BacktestPlan, feed: str, *, keep: Collection[str] = ()) -> CellHistory:
    """The history of our own force by the cells of the plan.

    What police record on their own initiative is left out, but for `keep`. ForecastError: nothing landed of the feed, no coordinates in
    it, no outline of the force.
    """
    warehouse = measures.warehouse
    months = warehouse.coverage(feed).get(measures.own, frozenset())
    if not months:
        raise ForecastError(f"no month of {feed} has landed from {measures.own}; land some and build, then test again")
    events = warehouse.table("events")
    carried = warehouse.columns_carried("events", feed)
    points = next((pair for pair in _POINTS if set(pair) <= set(carried)), None)
    if points is None:
        raise ForecastError(
            f"{feed} carries no coordinates, so that no place can be forecast from it; name another feed"
        )
    columns = ("month", "offence", *points, *(["location"] if "location" in carried else []))
    rows = events.filter((events.feed == feed) & (events.partner == measures.own))
    question = rows.group_by(list(columns)).aggregate(number=rows.count()).order_by(list(columns))
    check_operators(question)
    answer = question.to_pyarrow()
    grid = make_grid(cell=plan.cells.metres, kind=plan.cells.kind, offset=plan.cells.origin)
    easting, northing = _find_points(answer, points)
    return make_history(
        grid=grid,
        area=_find_area(measures, grid),
        months=as_months(sorted(months)),
        easting=easting,
        northing=northing,
        month=as_months(answer["month"].to_numpy(zero_copy_only=False)),
        offence=_texts(answer, "offence"),
        location=_texts(answer, "location"),
        number=answer["number"].to_numpy(zero_copy_only=False),
        leave_out=set(plan.police_initiated.offences) - set(keep),
    )


def _find_area(measures: Measures, grid: Grid) -> NDArray[np.int64]:
    """Cells whose centre lies in the force's area."""
    outlines = make_outlines(measures.warehouse.table("boundaries").to_pyarrow(), measures.locator.base)
    cells = cover_outlines(grid, outlines, measures.areas(measures.locator.base))
    if not len(cells):
        raise ForecastError(
            "no outline of the force's own areas has landed, so that a share of its area cannot be told; land area_boundaries and build"
        )
    return cells


def _find_points(answer: _Answer, points: tuple[str, str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = (np.asarray(answer[name].to_numpy(zero_copy_only=False), dtype=np.float64) for name in points)
    if points[0] == "easting":
        return first, second
    # Published points are few and borne by many events: each is converted once.
    both, which = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    easting, northing = to_grid(both[:, 0], both[:, 1])
    return easting[which.ravel()], northing[which.ravel()]


def _texts(answer: _Answer, name: str) -> NDArray[np.object_]:
    found = np.full(answer.num_rows, "", dtype=object)
    if name in answer.column_names:
        found[:] = [text or "" for text in answer[name].to_numpy(zero_copy_only=False)]
    return found
