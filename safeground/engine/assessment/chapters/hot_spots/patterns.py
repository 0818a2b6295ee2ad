"""Which cells are busy among busy ones, and which stand alone: a map of where most are, and a row for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import scipy.spatial
import shapely
from numpy.typing import NDArray

from safeground.engine.areas import to_wgs84
from safeground.engine.assessment.chapters.hot_spots.told import MapRows, ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.maps import make_shapes
from safeground.engine.assessment.sentences import count_words
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    AreaShape,
    Block,
    Choropleth,
    Figure,
    Heading,
    MapClass,
    Notice,
    NoticeKind,
    Paragraph,
    capitalise,
)
from safeground.engine.places import CellPatterns

_WINDOW = 10_000.0
"""Metres from side to side of the part of the county that is drawn: at this scale a cell of 150 metres can be seen."""

_KINDS = {
    "high-high": "busy among busy",
    "high-low": "busy among quiet",
    "low-high": "quiet among busy",
    "low-low": "quiet among quiet",
}
_CANNOT_TELL = "nothing beyond chance"
_DRAWN = (_CANNOT_TELL, "quiet among busy", "busy among quiet", "busy among busy")
"""From the lightest shade to the darkest. Quiet among quiet is most of the county, and is never told beyond chance where cells are as
empty as here."""
_HOT = {"hot": "yes", "cold": "fewer"}


def make_pattern_blocks(told: ToldSpots, patterns: CellPatterns, notes: Mapping[str, str]) -> list[Block]:
    """Heading, words, the map and its table; a notice instead of the map where no cell stands out."""
    blocks: list[Block] = [Heading("Busy among busy, and busy alone"), Paragraph(notes["patterns"])]
    if not (patterns.alike.kind == "high-high").any():
        said = f"No cell can be told to be busy among busy ones beyond chance: {told.what} is too rare for it, or too spread out."
        return [*blocks, Notice(NoticeKind.CANNOT_TELL, said)]
    return [*blocks, _make_map(told, patterns)]


def make_pattern_rows(told: ToldSpots, patterns: CellPatterns) -> MapRows:
    """A row for each cell with an offence or with something to tell."""
    at = np.flatnonzero((patterns.counts > 0) | patterns.is_found)
    centres = told.found.grid.centres(patterns.cells[at])
    table = make_table(
        id="hot_spots_cells",
        caption=f"Cells where {told.what} was recorded, with what stands out beyond chance",
        columns=[
            ("easting", "Easting"),
            ("northing", "Northing"),
            ("events", "Offences"),
            ("stands_out", "With the cells around it more than chance gives (Gi*)"),
            ("stands_out_z", "Gi* in standard deviations"),
            ("stands_out_p", "Its p-value, adjusted for all cells"),
            ("alike", "Beside the cells around it (local Moran)"),
            ("alike_p", "Its p-value, adjusted for all cells"),
        ],
        rows=[
            (
                f"{x:.0f}",
                f"{y:.0f}",
                told.count(int(patterns.counts[cell])),
                _HOT.get(str(patterns.together.kind[cell]), "not shown"),
                _number(told, patterns.together.z[cell], "standard deviations"),
                _number(told, patterns.together.adjusted_p_value[cell], "p-value"),
                _KINDS.get(str(patterns.alike.kind[cell]), _CANNOT_TELL),
                _number(told, patterns.alike.adjusted_p_value[cell], "p-value"),
            )
            for cell, (x, y) in zip(at.tolist(), centres.tolist(), strict=True)
        ],
        source=told.source,
        readers=told.readers,
        shows_hot_spots=True,
        about=[
            ("definition", told.definition.label),
            ("geography", f"{told.cell_words}, British National Grid"),
            ("method", f"{patterns.together.method}; {patterns.alike.method}; false discoveries held to 5%"),
            ("period", told.when),
        ],
    )
    return MapRows(table, told.found.grid.polygons(patterns.cells[at]), "Cells and what stands out")


def _number(told: ToldSpots, value: float, unit: str) -> Protected:
    return protect(float(f"{value:.4g}"), unit=unit, rule=told.rule, reason="no cell around it is in use")


def _make_map(told: ToldSpots, patterns: CellPatterns) -> Figure:
    kinds = np.array([_KINDS.get(str(kind), _CANNOT_TELL) for kind in patterns.alike.kind])
    centres = told.found.grid.centres(patterns.cells)
    middle = _find_window(centres[kinds == _DRAWN[-1]])
    inside = (np.abs(centres - middle) <= _WINDOW / 2).all(axis=1)
    drawn = np.flatnonzero(inside & ((patterns.counts > 0) | (kinds != _CANNOT_TELL)))
    everywhere = {kind: int((kinds == kind).sum()) for kind in _DRAWN}
    here = {kind: int((kinds[inside] == kind).sum()) for kind in _DRAWN}
    shapes = told.shapes(patterns.cells[drawn], kinds[drawn].tolist())
    spots = [spot for spot in told.found.spots if (np.abs([spot.easting, spot.northing] - middle) <= _WINDOW / 2).all()]
    where = _name_window(told, middle)
    return Figure(
        id="hot_spots_patterns",
        title=f"{capitalise(count_words(here[_DRAWN[-1]], 'cell'))} in and around {where} "
        f"{'is' if here[_DRAWN[-1]] == 1 else 'are'} busy among busy ones",
        subtitle=(
            f"{capitalise(told.cell_words)}, by {told.what} in {told.when}: the {_WINDOW / 1000:g} kilometres with most of them; "
            "numbers are those of the hot spots"
        ),
        alternative=(
            f"A map of {len(drawn)} cells in and around {where}, the darkest of which are busy and have busy cells around them. Numbers "
            "mark the hot spots. The table counts the cells of each kind here and in the whole county."
        ),
        chart=Choropleth(
            tuple(
                (shape, protect(float(_DRAWN.index(kind)), unit="kind", rule=told.rule))
                for shape, kind in zip(shapes, kinds[drawn].tolist(), strict=True)
                if kind in _DRAWN
            ),
            tuple(MapClass(capitalise(kind), float(at)) for at, kind in enumerate(_DRAWN) if here[kind]),
            (
                *_clip_districts(told, middle),
                *told.shapes(
                    np.array([spot.cell for spot in spots], dtype=np.int64), [str(spot.rank) for spot in spots]
                ),
            ),
            "A cell beside those around it",
            counted_as="cell",
        ),
        table=make_table(
            id="hot_spots_patterns",
            caption="Cells by what they are beside those around them",
            columns=[("kind", "Kind"), ("here", "In this part"), ("everywhere", "In the whole county")],
            rows=[(capitalise(kind), f"{here[kind]:,}", f"{everywhere[kind]:,}") for kind in reversed(_DRAWN)],
            source=told.source,
            notes=(
                "Of cells where anything of any kind was ever recorded. Those with no offence and nothing to tell are not drawn.",
            ),
            readers=told.readers,
            shows_hot_spots=True,
        ),
        source=told.source,
        shows_hot_spots=True,
        readers=told.readers,
    )


def _find_window(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle of the square that holds most of the points: of those around the one with most others near it."""
    near = scipy.spatial.cKDTree(points).query_ball_point(points, _WINDOW / 2, p=np.inf)
    most = max(range(len(points)), key=lambda at: (len(near[at]), -at))
    those = points[near[most]]
    return np.asarray((those.min(axis=0) + those.max(axis=0)) / 2)


def _name_window(told: ToldSpots, middle: NDArray[np.float64]) -> str:
    spot = min(told.found.spots, key=lambda spot: float(np.hypot(*(np.array([spot.easting, spot.northing]) - middle))))
    return spot.district or spot.name


def _clip_districts(told: ToldSpots, middle: NDArray[np.float64]) -> tuple[AreaShape, ...]:
    outlines = told.evidence.district_outlines
    if outlines is None:
        return ()
    corners = middle + _WINDOW / 2 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    window = shapely.Polygon(np.column_stack(to_wgs84(corners[:, 0], corners[:, 1])))
    parts = shapely.intersection(outlines.geometries, window)
    kept = np.flatnonzero(shapely.area(parts) > 0)
    clipped = dataclasses.replace(
        outlines, codes=outlines.codes[kept], names=outlines.names[kept], geometries=parts[kept]
    )
    return make_shapes(clipped)
