"""What was recorded in each cell in each month: all that a forecast may learn from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from safeground.engine.areas import Grid
from safeground.engine.places.forecasts.windows import Months
from safeground.engine.places.published_points import KINDS_OF_PLACE, PREFIX, find_institutions

KINDS_LEARNT = tuple(
    kind
    for kind in KINDS_OF_PLACE
    if kind
    not in {
        "Motorway Service Area", "Airport/Airfield", "Race Track", "Theme/Adventure Park", "Prison", "Police Station", "No Location",
    }
)  # fmt: skip
"""Kinds of place that the model learns from. Police stations and prisons are not among them: what is recorded there the police found.
The order is that of the features, and part of what was tested."""


class ForecastError(ValueError):
    """A forecast that cannot be made from what there is; one sentence that says why and what to do."""


@dataclass(frozen=True, eq=False)
class CellHistory:
    """Events of one force by month and cell.

    cells: ids of the grid's cells that make up the area, sorted, shape (n,). months: numbers of the months received, sorted, (m,).
    counts: by offence, (m, n). Points at which anything was recorded: the cell, the first month and the kind of place (its number in
    `KINDS_LEARNT`, -1 for any other) of each. easting, northing, event_month, event_offence: the events themselves, for kernels.
    event_at_institution: whether its point is a hospital, a prison or a police station; such events count like any other.

    outside: events with a point in no cell of the area; without_point: events without one; left_out: events that police record on
    their own initiative. None of them is in any count, nor are their points.
    """

    grid: Grid
    cells: NDArray[np.int64]
    months: Months
    counts: Mapping[str, scipy.sparse.csr_array]
    point_cell: NDArray[np.int64]
    point_first: Months
    point_kind: NDArray[np.int64]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    event_month: Months
    event_offence: NDArray[np.object_]
    event_number: NDArray[np.float64]
    event_at_institution: NDArray[np.bool_]
    outside: int
    without_point: int
    left_out: int

    @cached_property
    def seen_since(self) -> Months:
        """The first month in which anything was recorded in each cell, (n,); a far month where nothing ever was."""
        first = np.full(len(self.cells), np.iinfo(np.int64).max)
        np.minimum.at(first, self.point_cell, self.point_first)
        return first

    def before(self, month: int) -> Months:
        """Months received before a month."""
        return self.months[self.months < month]

    def sum_over(self, months: ArrayLike, offences: Collection[str]) -> NDArray[np.float64]:
        """Events of these months in each cell, (n,)."""
        return self.weigh(np.isin(self.months, np.asarray(months)).astype(float), offences)

    def weigh(self, weights: NDArray[np.float64], offences: Collection[str]) -> NDArray[np.float64]:
        """Events in each cell, (n,), each counting as much as its month weighs. weights: for each month from the first on."""
        total = np.zeros(len(self.cells))
        for offence in offences:
            if offence in self.counts:
                total += np.asarray(weights @ self.counts[offence][: len(weights)]).ravel()
        return total

    def share_at_institutions(self, offences: Collection[str]) -> NDArray[np.float64]:
        """Of the events of these offences in each cell, the share at institutions, (n,); of all events where there are none of these;
        0 where there are none at all."""
        cell = _find_cells(self.grid, self.cells, self.easting, self.northing)
        share = np.zeros(len(self.cells))
        for which in (np.ones(len(cell), dtype=bool), np.isin(self.event_offence, list(offences))):
            there = which & self.event_at_institution
            counted, at_institutions = (
                np.bincount(cell[mask], weights=self.event_number[mask], minlength=len(share))
                for mask in (which, there)
            )
            np.divide(at_institutions, counted, out=share, where=counted > 0)
        return share


def make_history(
    *,
    grid: Grid,
    area: ArrayLike,
    months: ArrayLike,
    easting: ArrayLike,
    northing: ArrayLike,
    month: ArrayLike,
    offence: ArrayLike,
    location: ArrayLike,
    number: ArrayLike | None = None,
    leave_out: Collection[str] = (),
) -> CellHistory:
    """Counts by month and cell of events.

    area: the cells that make up the area. months: numbers of the months received. Of each event: metres of the National Grid (NaN
    where there is no point), the number of its month, offence, and the name of its point. number: how many events a row stands for.
    leave_out: offences of which nothing enters.

    ForecastError: no event has a point, all lie at one, or none in the area.
    """
    cells = np.unique(np.asarray(area, dtype=np.int64))
    received = np.unique(np.asarray(months, dtype=np.int64))
    east, north = np.asarray(easting, dtype=float), np.asarray(northing, dtype=float)
    when, what = np.asarray(month, dtype=np.int64), np.asarray(offence, dtype=object)
    names = np.asarray(location, dtype=object)
    count = np.ones(len(east)) if number is None else np.asarray(number, dtype=float)
    enters = ~np.isin(what, list(leave_out))
    has_point = enters & np.isfinite(east) & np.isfinite(north)
    _check_points(east[has_point], north[has_point])
    where = _find_cells(grid, cells, east, north)
    inside = has_point & (where >= 0)
    if not inside.any():
        raise ForecastError(
            "no event lies inside the area's outline: check that outline and events are of the same place, then build again"
        )
    kept = inside & np.isin(when, received)
    east, north, when, what, names, where, weight = (
        part[kept] for part in (east, north, when, what, names, where, count)
    )
    at = np.searchsorted(received, when)
    shape = (len(received), len(cells))
    counts = {}
    for kind in np.unique(what.astype(str)):
        those = what == kind
        counts[str(kind)] = scipy.sparse.csr_array((weight[those], (at[those], where[those])), shape=shape)
    order = np.lexsort((when, north, east))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(east[order]) != 0) | (np.diff(north[order]) != 0)
    points = order[new]
    return CellHistory(
        grid=grid,
        cells=cells,
        months=received,
        counts=counts,
        point_cell=where[points],
        point_first=when[points],
        point_kind=_find_kinds(names[points]),
        easting=east,
        northing=north,
        event_month=when,
        event_offence=what,
        event_number=weight,
        event_at_institution=find_institutions(names),
        outside=int(count[has_point & ~inside].sum()),
        without_point=int(count[enters & ~has_point].sum()),
        left_out=int(count[~enters].sum()),
    )


def _find_cells(
    grid: Grid, cells: NDArray[np.int64], east: NDArray[np.float64], north: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The position of each point's cell among the area's; -1 for none."""
    located = grid.locate(east, north)
    if not len(cells):
        return np.full(len(located), -1)
    at = np.minimum(np.searchsorted(cells, located), len(cells) - 1)
    return np.where(cells[at] == located, at, -1)


def _find_kinds(names: NDArray[np.object_]) -> NDArray[np.int64]:
    number = {f"{PREFIX}{kind}": at for at, kind in enumerate(KINDS_LEARNT)}
    return np.array([number.get(str(name).strip(), -1) for name in names], dtype=np.int64)


def _check_points(east: NDArray[np.float64], north: NDArray[np.float64]) -> None:
    if not len(east):
        raise ForecastError(
            "no event has coordinates, so that no place can be forecast; land a feed whose events have points, such as police_uk_street"
        )
    if np.ptp(east) == 0 and np.ptp(north) == 0:
        raise ForecastError(
            "all events lie at one point, so that no place can be told from another; check the coordinates of the feed"
        )
