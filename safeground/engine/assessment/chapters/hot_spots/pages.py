"""A page for each hot spot, for whoever is sent there: where it is, what happened at which point, when, and how sure it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import numpy as np

from safeground.engine.assessment.chapters.hot_spots.hours import PARTS
from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots, is_unsure
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Chapter,
    Choropleth,
    Figure,
    Heading,
    MapClass,
    Notice,
    NoticeKind,
    Paragraph,
    format_value,
)
from safeground.engine.places import HotSpot
from safeground.engine.statistics import aoristic_weights

_CLASSES = (
    MapClass("none", 0.0),
    MapClass("1 or 2", 1.0),
    MapClass("3 to 5", 3.0),
    MapClass("6 to 10", 6.0),
    MapClass("11 to 20", 11.0),
    MapClass("over 20", 21.0),
)
"""The same on every page, so that pages can be laid beside each other."""

_ACROSS, _UP = 6.2, 2.3
"""How far from a spot its map reaches, in widths of a cell. Wider than tall, so that a place is one sheet of paper."""


def make_spot_page(told: ToldSpots, spot: HotSpot, notes: Mapping[str, str]) -> Chapter:
    """One spot's page. Where small numbers are withheld it has no map of its surroundings and no hours, which are all small numbers."""
    blocks: list[Block] = [Paragraph(_where(told, spot)), *_warn(told, spot)]
    if told.rule.threshold == 0:
        blocks.append(_make_map(told, spot))
    blocks += [_make_points(told, spot), _make_years(told, spot)]
    if told.rule.threshold == 0:
        blocks += _make_hours(told, spot)
    blocks += [Heading("Before anyone is sent"), Paragraph(notes["before_a_patrol"])]
    summary = f"{format_value(told.events(spot))} offences of {told.what} in {told.when}. {_how_sure(told, spot)}"
    return Chapter(f"spot_{spot.rank:02d}", f"{spot.rank}. {spot.name}", summary, tuple(blocks), is_sheet=True)


def _where(told: ToldSpots, spot: HotSpot) -> str:
    plan, degrees = told.found.plan, told.degrees[spot.rank - 1]
    return (
        f"A {plan.kind} {plan.cell:g} metres across with its centre at **{spot.grid_reference}** "
        f"(easting {spot.easting:.0f}, northing {spot.northing:.0f}; latitude {degrees[1]:.5f}, longitude {degrees[0]:.5f})."
    )


def _how_sure(told: ToldSpots, spot: HotSpot) -> str:
    moved, luck = (told.times(spot, share) for share in (spot.kept_when_moved, spot.kept_by_chance))
    if not (moved.is_published and luck.is_published):
        return "How sure it is is not told, as its number is not."
    times = told.found.plan.moved_grids
    on_grids, with_luck = format_value(moved), format_value(luck)
    return f"Chosen on {on_grids} of {times} shifted grids, and in {with_luck} of {times} repetitions with other luck."


def _warn(told: ToldSpots, spot: HotSpot) -> list[Block]:
    """What to look at first, in one notice; none where nothing is amiss."""
    said: list[str] = []
    if is_unsure(spot):
        said.append(
            "This place is one of several that could be on the list: another grid, or other luck over the same months, would as often "
            "have chosen another. Look at it before it is given patrols that a surer place would go without."
        )
    if told.at_one_point(spot) == "yes":
        point = spot.largest_point
        what = (
            "The publisher moves offences to such points from the streets around."
            if told.gives_months_alone
            else "That may be one address."
        )
        said.append(
            f"{format_value(told.count(point.events))} of {format_value(told.events(spot))} offences lie at one point: "
            f"{point.name or spot.grid_reference}. {what} If it is one venue, start with its manager, its licence and its door."
        )
    return [Notice(NoticeKind.WARNING, " ".join(said))] if said else []


def _make_map(told: ToldSpots, spot: HotSpot) -> Figure:
    found = told.found
    middle, reach = np.array([spot.easting, spot.northing]), np.array([_ACROSS, _UP]) * found.plan.cell
    x, y = (np.arange(at - far, at + far + 1, found.plan.cell / 4) for at, far in zip(middle, reach, strict=True))
    cells = np.unique(found.grid.locate(*(each.ravel() for each in np.meshgrid(x, y))))
    cells = cells[(np.abs(found.grid.centres(cells) - middle) <= reach).all(axis=1)]
    near = found.grid.locate(found.incidents.easting, found.incidents.northing)
    counts = np.bincount(np.searchsorted(cells, near[np.isin(near, cells)]), minlength=cells.size)
    names = [f"cell {at}" for at in range(1, cells.size + 1)]
    shapes = told.shapes(cells, names)
    numbers = [told.count(int(count)) for count in counts]
    own = told.shapes(np.array([spot.cell]), [str(spot.rank)])
    most = float(counts.max())
    return Figure(
        id=f"spot_{spot.rank:02d}_around",
        title=f"The cell numbered {spot.rank} and the cells around it",
        subtitle=f"Offences of {told.what} by cell, {told.when}; north is up, each cell {found.plan.cell:g} metres across",
        alternative=(
            f"A map of {cells.size} cells around the hot spot, darker where more was recorded. Its table lists their counts."
        ),
        chart=Choropleth(
            tuple(zip(shapes, numbers, strict=True)),
            tuple(each for each in _CLASSES if each.at_least <= most),
            own,
            "Offences in a cell",
            counted_as="cell",
        ),
        table=make_table(
            id=f"spot_{spot.rank:02d}_around",
            caption="Offences by cell around the hot spot",
            columns=[
                ("cell", "Cell"),
                ("metres_east", "Metres east"),
                ("metres_north", "Metres north"),
                ("events", "Offences"),
            ],
            rows=[
                (name, f"{x - spot.easting:.0f}", f"{y - spot.northing:.0f}", number)
                for name, (x, y), number in zip(names, found.grid.centres(cells), numbers, strict=True)
            ],
            source=told.source,
            notes=("Metres from the centre of the hot spot; those below 0 lie west or south.",),
            rows_shown=10,
            readers=told.readers,
            shows_hot_spots=True,
        ),
        source=told.source,
        shows_hot_spots=True,
        readers=told.readers,
    )


def _make_points(told: ToldSpots, spot: HotSpot) -> Block:
    return make_table(
        id=f"spot_{spot.rank:02d}_points",
        caption="At which points",
        columns=[("point", "On or near"), ("events", "Offences")],
        rows=told.points(spot),
        source=told.source,
        rows_shown=8,
        readers=told.readers,
        shows_hot_spots=True,
    )


def _make_years(told: ToldSpots, spot: HotSpot) -> Block:
    years: dict[int, list[datetime.date]] = {}
    for month in sorted(told.found.incidents.months):
        years.setdefault(month.year, []).append(month)
    counts = [sum(spot.by_month.get(month, 0) for month in months) for months in years.values()]
    numbers = told.parts(spot, counts, [told.key(spot, months=months) for months in years.values()])
    rows: list[tuple[str | Protected, ...]] = [
        (str(year), str(len(months)), number) for (year, months), number in zip(years.items(), numbers, strict=True)
    ]
    return make_table(
        id=f"spot_{spot.rank:02d}_years",
        caption="In which years",
        columns=[("year", "Year"), ("months", "Months received"), ("events", "Offences")],
        rows=rows,
        source=told.source,
        readers=told.readers,
        shows_hot_spots=True,
    )


def _make_hours(told: ToldSpots, spot: HotSpot) -> list[Block]:
    """By part of the day, weekdays and weekends apart; none where no time is known."""
    incidents, grid = told.found.incidents, told.found.grid
    inside = grid.locate(incidents.easting, incidents.northing) == spot.cell
    start, end = incidents.start[inside], incidents.end[inside]
    if np.isnat(start).all():
        return []
    found = aoristic_weights(start, end, longest_hours=24.0)
    rows: list[tuple[str | Protected, ...]] = []
    for first, last, label in PARTS:
        parts = (found.value[:5, first:last].sum(), found.value[5:, first:last].sum())
        rows.append((label, *(told.count(round(float(part))) for part in parts)))
    return [
        make_table(
            id=f"spot_{spot.rank:02d}_hours",
            caption="At which hours",
            columns=[("hours", "Time"), ("weekdays", "Monday to Friday"), ("weekend", "Saturday and Sunday")],
            rows=rows,
            source=told.source,
            notes=(
                (
                    f"Offences known to have happened between two times are shared out evenly between them and rounded. "
                    f"{format_value(told.count(round(found.unplaced)))} have no time, or none within a day."
                ),
            ),
            readers=told.readers,
            shows_hot_spots=True,
        )
    ]
