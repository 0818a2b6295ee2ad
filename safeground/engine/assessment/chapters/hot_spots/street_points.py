"""The busiest points of the published street map, for whoever knows the streets better than a grid does."""

from __future__ import annotations

import shapely

from safeground.engine.areas import name_grid_reference
from safeground.engine.assessment.chapters.hot_spots.told import MapRows, ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Block, Heading, Paragraph, Table, capitalise, count_things, format_number
from safeground.engine.places import StreetPoints, find_street_points

_LISTED = 20


def make_street_points(told: ToldSpots) -> tuple[list[Block], MapRows] | None:
    """The blocks and the layer; None where points are addresses of the police's record and not the publisher's."""
    if not told.gives_months_alone:
        return None
    points = find_street_points(told.evidence.measures, told.found)
    layer = MapRows(
        _make_table(told, points, "hot_spots_points", len(points.events)),
        shapely.points(points.easting, points.northing),
        "Street points",
    )
    caption = "Points of the street map with most"
    listed = _make_table(told, points, "hot_spots_points_listed", _LISTED, caption=caption)
    return [Heading("Point by point"), Paragraph(_say(told, points)), listed], layer


def _say(told: ToldSpots, points: StreetPoints) -> str:
    beyond, inside = int(points.more_than_even.sum()), int((points.spot > 0).sum())
    some = format_number(len(points.events))
    holds = "holds" if beyond == 1 else "hold"
    return (
        f"{capitalise(told.what)} lies at {some} of {format_number(points.known)} points of the publisher's street map where anything "
        f"was ever recorded. {capitalise(count_things(beyond, 'point'))} {holds} more than an even spread over all points would give; "
        f"{format_number(inside)} of the {some} lie in a hot spot. No grid decides what a point holds. But a point stands for the "
        "streets around it, more of them in the country than in a town, and two points of one square are two rows here."
    )


def _make_table(told: ToldSpots, points: StreetPoints, name: str, rows: int, *, caption: str | None = None) -> Table:
    return make_table(
        id=name,
        caption=caption or f"Points of the street map at which {told.what} was recorded",
        columns=[
            ("point", "On or near"),
            ("grid_reference", "Grid reference"),
            ("easting", "Easting"),
            ("northing", "Northing"),
            ("events", "Offences"),
            ("more_than_even", "More than an even spread gives"),
            ("hot_spot", "In hot spot"),
        ],
        rows=[_make_row(told, points, at) for at in range(min(rows, len(points.events)))],
        source=told.source,
        readers=told.readers,
        shows_hot_spots=True,
        about=[
            ("definition", told.definition.label),
            ("geography", "points of the publisher's street map, British National Grid"),
            ("period", told.when),
        ],
    )


def _make_row(told: ToldSpots, points: StreetPoints, at: int) -> tuple[str | Protected, ...]:
    easting, northing = float(points.easting[at]), float(points.northing[at])
    return (
        str(points.name[at]) or "a point without a name",
        name_grid_reference(easting, northing),
        f"{easting:.0f}",
        f"{northing:.0f}",
        told.count(int(points.events[at])),
        "yes" if points.more_than_even[at] else "not shown",
        str(points.spot[at]) if points.spot[at] else "",
    )
