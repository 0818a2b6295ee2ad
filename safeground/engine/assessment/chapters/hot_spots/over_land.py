"""All places together: where it lies thick, which cells are busy among busy ones, and when."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import shapely

from safeground.engine.areas import Outlines, to_wgs84
from safeground.engine.assessment.chapters.hot_spots.hours import make_hours
from safeground.engine.assessment.chapters.hot_spots.patterns import make_pattern_blocks, make_pattern_rows
from safeground.engine.assessment.chapters.hot_spots.street_points import make_street_points
from safeground.engine.assessment.chapters.hot_spots.told import MapRows, ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.maps import make_shape, make_shapes
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    Chapter,
    Choropleth,
    Figure,
    Heading,
    MapClass,
    Paragraph,
    Table,
    capitalise,
    format_number,
    join_words,
)
from safeground.engine.places import BAND_SHARES, DensitySurface, find_patterns, smooth_events

_PARTS = ("the thickest quarter", "the next quarter", "the next quarter", "the next 15%")
"""What each band of `BAND_SHARES` holds of all events, as smoothed."""


_PICTURE = 1_000.0
"""Metres: on a map of a county less is no more than a dot."""


def make_over_land(told: ToldSpots, notes: Mapping[str, str]) -> tuple[Chapter, tuple[MapRows, ...]] | None:
    """The chapter and its layers for map programmes; None where small numbers are withheld, which nearly all of these are."""
    if told.rule.threshold > 0:
        return None
    surface = smooth_events(told.found)
    patterns = find_patterns(told.found, told.evidence.random_numbers())
    blocks: list[Block] = [
        Heading("Where it lies thick"),
        Paragraph(notes["surface"]),
        _make_surface_map(told),
        *make_pattern_blocks(told, patterns, notes),
        *make_hours(told),
    ]
    layers = [_make_surface_rows(told, surface), make_pattern_rows(told, patterns)]
    if (points := make_street_points(told)) is not None:
        blocks += points[0]
        layers.append(points[1])
    chapter = Chapter(
        "over_land",
        "The county as a whole",
        f"Where {told.what} lies thick, and which cells are busy among busy ones.",
        tuple(blocks),
    )
    return chapter, tuple(layers)


def _make_surface_map(told: ToldSpots) -> Figure:
    """Smoothed wider than the layer is: what reaches a few streets cannot be seen on a map of a county."""
    reach = max(_PICTURE, 4 * told.found.plan.cell)
    surface = smooth_events(told.found, bandwidth=reach, cell=reach / 4)
    labels = _label_bands(surface)
    shapes = [
        (
            make_shape(str(band), label, shapely.transform(shape, _to_degrees)),
            _density(told, float(surface.floors[band])),
        )
        for band, (label, shape) in enumerate(zip(labels, _dissolve(surface), strict=True))
        if not shape.is_empty
    ]
    outlines = told.evidence.district_outlines
    where = _name_thickest(surface, outlines) if outlines is not None else ""
    land = format_number(float(surface.square_kilometres[:2].sum()), decimals=0)
    half = (
        f"{capitalise(told.what)} lies thickest in {where}"
        if where
        else f"Half of {told.what} lies on {land} square kilometres"
    )
    return Figure(
        id="hot_spots_surface",
        title=half,
        subtitle=(
            f"{capitalise(told.what)} a square kilometre in {told.when}, each spread over {reach:,.0f} metres around its point; white is "
            "the last tenth, or none"
        ),
        alternative=(
            f"A map of the county, darkest where {told.what} lies thickest. Half of it lies on {land} square kilometres. The table gives "
            "the land of each shade and the offences on it."
        ),
        chart=Choropleth(
            tuple(shapes),
            tuple(
                # Rounded as the numbers are that are held against it: a band's own floor lies in its class.
                MapClass(label, _round_density(float(floor)))
                for label, floor in zip(labels[::-1], surface.floors[::-1], strict=True)
            ),
            make_shapes(outlines) if outlines is not None else (),
            "Offences a square kilometre",
            counted_as=None,
        ),
        table=_make_surface_table(told, surface),
        source=told.source,
        notes=(
            f"Quartic kernel of {reach:,.0f} metres on squares of {reach / 4:g}.",
            "The layer for map programmes reaches less far, so that it shows streets.",
        ),
        shows_hot_spots=True,
        readers=told.readers,
    )


def _dissolve(surface: DensitySurface) -> tuple[shapely.Geometry, ...]:
    """Each band as one shape in metres; empty where it has no square."""
    squares = surface.grid.polygons(surface.squares)
    return tuple(shapely.union_all(squares[surface.band == band]) for band in range(len(BAND_SHARES)))


def _name_thickest(surface: DensitySurface, outlines: Outlines) -> str:
    """The districts with most of the thickest quarter, three at most: those that hold a seventh of it or more."""
    inside = surface.band == 0
    points = shapely.points(_to_degrees(surface.centres[inside]))
    point, district = shapely.STRtree(outlines.geometries).query(points, predicate="within")
    held = np.bincount(district, weights=surface.density[inside][point], minlength=len(outlines))
    named = [at for at in np.argsort(-held, kind="stable")[:3] if held[at] * 7 >= held.sum() > 0]
    return join_words([str(outlines.names[at]) for at in named])


def _make_surface_table(told: ToldSpots, surface: DensitySurface) -> Table:
    incidents = told.found.incidents
    at = surface.grid.locate(incidents.easting, incidents.northing)
    inside = np.array([np.isin(at, surface.squares[surface.band == band]).sum() for band in range(len(BAND_SHARES))])
    return make_table(
        id="hot_spots_surface",
        caption=f"How much land {told.what} lies thick on",
        columns=[
            ("part", "Part of it, smoothed"),
            ("density", "At least so many a square kilometre"),
            ("square_kilometres", "Square kilometres"),
            ("events", "Offences on this land"),
        ],
        rows=[
            (
                capitalise(part) if at != 2 else "The quarter after that",
                _density(told, float(surface.floors[at])),
                format_number(float(surface.square_kilometres[at]), decimals=2),
                told.count(int(inside[at])),
            )
            for at, part in enumerate(_PARTS)
        ],
        source=told.source,
        notes=(
            "Smoothing spreads an offence over land around its point, so that shares and offences on the land differ a little.",
        ),
        readers=told.readers,
        shows_hot_spots=True,
    )


def _make_surface_rows(told: ToldSpots, surface: DensitySurface) -> MapRows:
    table = make_table(
        id="hot_spots_surface_squares",
        caption=f"Where {told.what} lies thick: squares that hold the thickest nine tenths of it, smoothed",
        columns=[
            ("easting", "Easting"),
            ("northing", "Northing"),
            ("density", "Offences a square kilometre"),
            ("part", "Part of it, smoothed"),
        ],
        rows=[
            (
                f"{x:.0f}",
                f"{y:.0f}",
                _density(told, float(density)),
                f"{band + 1} of {len(BAND_SHARES)}: {_PARTS[band]}",
            )
            for (x, y), density, band in zip(
                surface.centres.tolist(), surface.density, surface.band.tolist(), strict=True
            )
        ],
        source=told.source,
        readers=told.readers,
        shows_hot_spots=True,
        about=[
            ("definition", told.definition.label),
            ("geography", f"squares {surface.cell:g} metres wide, British National Grid"),
            ("method", surface.method),
            ("period", told.when),
        ],
    )
    return MapRows(table, surface.grid.polygons(surface.squares), "Smoothed surface")


def _label_bands(surface: DensitySurface) -> list[str]:
    """'41 and over: the thickest quarter', '19 to under 41: the next quarter', the thickest first."""
    numbers = [format_number(float(floor), decimals=0 if surface.floors[-1] >= 1 else 1) for floor in surface.floors]
    spans = [
        f"{numbers[0]} and over",
        *(f"{low} to under {high}" for high, low in itertools.pairwise(numbers)),
    ]
    return [f"{span}: {part}" for span, part in zip(spans, _PARTS, strict=True)]


def _round_density(value: float) -> float:
    return round(value, 2)


def _density(told: ToldSpots, value: float) -> Protected:
    return protect(_round_density(value), unit="offences a square kilometre", rule=told.rule)


def _to_degrees(points: np.ndarray) -> np.ndarray:
    return np.column_stack(to_wgs84(points[:, 0], points[:, 1]))
