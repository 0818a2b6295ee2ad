"""Maps of areas coloured by class, with the outlines and names of the districts over them.

Outlines are projected and simplified here, so that a map of a thousand areas is a picture of a few hundred kilobytes. Simplifying
is done for all areas together (a coverage): neighbours keep a common border and no slivers open between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import shapely

from safeground.design import palette
from safeground.engine.disclosure import Protected, State
from safeground.engine.documents import AreaShape, Choropleth, count_things
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.text import Box, measure_text, wrap_text

_TOLERANCE = 0.7
"""How far, in pixels, a simplified border may stray: under what the eye resolves at print size."""
_HIDING = 1.5
"""A name this many times wider than the district's widest circle would hide it, and stands outside where there is room."""
_LEGEND_WIDTH = 196.0
_SWATCH = 22.0
_TALLEST = 1.25
"""A map is at most this much taller than wide; a long county is drawn smaller instead."""


@dataclass(frozen=True)
class _Fill:
    """A class of the legend: how it is drawn, how it is worded and how many areas it has."""

    colour: str
    label: str
    count: int


def draw_choropleth(chart: Choropleth, canvas: Canvas) -> dict[str, Any]:
    """The map's finished spec. Areas whose number is withheld are hatched, those without a number are dotted."""
    map_width = canvas.width - 8 if canvas.is_narrow else canvas.width - _LEGEND_WIDTH - 24
    areas, outlines, map_width, map_height = _project(chart, map_width)
    colours = _choose_colours(chart)
    fills = [_choose_fill(estimate, chart, colours) for _, estimate in chart.areas]
    legend = _make_legend(chart, colours, fills)
    rows = sum(len(wrap_text(entry.label, width=_legend_room(canvas), size=canvas.font_size)) for entry in legend)
    legend_height = 30 + rows * 22 + len(legend) * 6
    height = map_height + legend_height + 16 if canvas.is_narrow else max(map_height, legend_height)
    plot = Plot(canvas, height, (0.0, canvas.width - 8), (height, 0.0), left=4, right=4, top=4, bottom=4)
    sketch = Sketch(plot)
    sketch.hide_axes()
    if canvas.is_narrow:
        _draw_legend(sketch, chart, legend, left=4, top=map_height + 16)
    else:
        _draw_legend(
            sketch, chart, legend, left=plot.width - _LEGEND_WIDTH, top=max(0.0, (map_height - legend_height) / 2)
        )
    name_outlines(sketch, chart.outlines, outlines, Box(0, 0, map_width, map_height))
    beneath = [
        _draw_shapes(sketch, areas, fills, stroke=palette.MAP_LINE, width=_hairline(len(areas), canvas)),
        _draw_shapes(sketch, outlines, None, stroke=palette.MAP_OUTLINE, width=1.1),
    ]
    return sketch.make_spec(beneath=[layer for layer in beneath if layer is not None])


def _project(chart: Choropleth, width: float) -> tuple[list[Any], list[Any], float, float]:
    """Areas and outlines as shapely geometries in pixels, with the map's width and height."""
    shapes = [_make_geometry(area) for area, _ in chart.areas]
    outlines = [_make_geometry(outline) for outline in chart.outlines]
    every = [*shapes, *outlines]
    if not every:
        return [], [], width, 40.0
    frame = frame_map(shapely.total_bounds(every), width)
    projected = [
        _simplify(shapely.transform(np.array(group, dtype=object), frame.to_pixels)) for group in (shapes, outlines)
    ]
    return projected[0], projected[1], frame.width, frame.height


@dataclass(frozen=True)
class Frame:
    """From degrees to a map's pixels: `west` and `north` are its corner, `scale` pixels a degree of latitude."""

    west: float
    north: float
    scale: float
    stretch: float
    width: float
    height: float

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        across = (points[:, 0] - self.west) * self.stretch * self.scale
        return np.column_stack((across, (self.north - points[:, 1]) * self.scale))


def frame_map(bounds: Sequence[float], width: float) -> Frame:
    """A map of these bounds (west, south, east, north) as wide as there is room, but not much taller than wide."""
    west, south, east, north = bounds
    stretch = math.cos(math.radians((south + north) / 2))
    scale = min(width / ((east - west) * stretch), width * _TALLEST / (north - south))
    return Frame(west, north, scale, stretch, (east - west) * stretch * scale, (north - south) * scale)


def draw_outlines(sketch: Sketch, frame: Frame, outlines: Sequence[AreaShape]) -> tuple[Any, list[Any]]:
    """The layer of outlines alone, and their shapes in pixels."""
    geometries = np.array([_make_geometry(outline) for outline in outlines], dtype=object)
    shapes = _simplify(shapely.transform(geometries, frame.to_pixels))
    return _draw_shapes(sketch, shapes, None, stroke=palette.MAP_OUTLINE, width=0.8), shapes


def find_bounds(outlines: Sequence[AreaShape]) -> Sequence[float]:
    """West, south, east and north of all of them."""
    return [float(edge) for edge in shapely.total_bounds([_make_geometry(outline) for outline in outlines])]


def _make_geometry(area: AreaShape) -> Any:
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in area.polygons if rings and len(rings[0]) >= 4]
    return shapely.MultiPolygon(polygons)


def _simplify(shapes: np.ndarray) -> list[Any]:
    if len(shapes) == 0:
        return []
    simple = shapely.coverage_simplify(shapes, _TOLERANCE)
    # An area may not vanish: one smaller than the tolerance keeps its own outline.
    return [new if not new.is_empty else old for new, old in zip(simple, shapes, strict=True)]


def _choose_colours(chart: Choropleth) -> Sequence[str]:
    count = len(chart.classes)
    if count not in palette.SEQUENTIAL:
        raise ValueError(
            f"a map has one to {max(palette.SEQUENTIAL)} classes, not {count}; join the classes that are alike"
        )
    return palette.SEQUENTIAL[count]


def _choose_fill(estimate: Protected, chart: Choropleth, colours: Sequence[str]) -> str:
    if estimate.value is None:
        return palette.SUPPRESSED if estimate.state is State.SUPPRESSED else palette.NOT_AVAILABLE
    inside = [number for number, each in enumerate(chart.classes) if estimate.value >= each.at_least]
    return colours[max(inside, default=0)]


def _make_legend(chart: Choropleth, colours: Sequence[str], fills: Sequence[str]) -> list[_Fill]:
    entries = [(colour, each.label) for colour, each in zip(colours, chart.classes, strict=True)]
    withheld = ((palette.SUPPRESSED, "suppressed"), (palette.NOT_AVAILABLE, "no number"))
    entries += [(colour, label) for colour, label in withheld if colour in fills]

    def word(colour: str, label: str) -> str:
        return label if chart.counted_as is None else f"{label}: {count_things(fills.count(colour), chart.counted_as)}"

    return [_Fill(colour, word(colour, label), fills.count(colour)) for colour, label in entries]


def _legend_room(canvas: Canvas) -> float:
    return (canvas.width - 8 if canvas.is_narrow else _LEGEND_WIDTH) - _SWATCH - 10


def _draw_legend(sketch: Sketch, chart: Choropleth, legend: Sequence[_Fill], *, left: float, top: float) -> None:
    plot = sketch.plot
    size = plot.canvas.font_size
    for number, line in enumerate(
        wrap_text(chart.unit, width=_legend_room(plot.canvas) + _SWATCH, size=size, is_bold=True)
    ):
        sketch.add_text(line, x=left, y=top + 8 + number * 18, is_bold=True)
        y = top + 8 + number * 18 + 26
    for entry in legend:
        lines = wrap_text(entry.label, width=_legend_room(plot.canvas), size=size)
        swatch = {"x": left, "x2": left + _SWATCH, "y": y - 9, "y2": y + 9}
        sketch.add("rect", [swatch], fill=entry.colour, stroke=palette.BASELINE, strokeWidth=0.75, opacity=1)
        sketch.add_text(lines, x=left + _SWATCH + 8, y=y + (len(lines) - 1) * size * 0.6)
        y += 6 + len(lines) * 20


def _hairline(areas: int, canvas: Canvas) -> float:
    """Thin enough that the borders of a thousand small areas do not bleach them."""
    return 0.8 if areas <= 200 else 0.15 if canvas.is_narrow else 0.25


def _draw_shapes(
    sketch: Sketch, shapes: Sequence[Any], fills: Sequence[str] | None, *, stroke: str, width: float
) -> Any:
    if not shapes:
        return None
    features: list[dict[str, object]] = [{"type": "Feature", "geometry": _to_geojson(shape)} for shape in shapes]
    for feature, fill in zip(features, fills or (), strict=False):
        feature["fill"] = fill
    # The outlines are in pixels already: nothing is left to project.
    mark: dict[str, Any] = {"type": "geoshape", "stroke": stroke, "strokeWidth": width, "strokeJoin": "round"}
    encoding: dict[str, Any] = {}
    if fills is None:
        mark["fill"] = None
    else:
        encoding["fill"] = alt.FieldOrDatumDefWithConditionMarkPropFieldDefGradientstringnull(
            field="fill", type="nominal", scale=None
        )
    return alt.UnitSpec(
        data=sketch.keep_rows(features),
        mark=alt.MarkDef(**mark),
        encoding=alt.Encoding(**encoding),
        projection=alt.Projection(type="identity", scale=1, translate=[0, 0]),
    )


def _to_geojson(shape: Any) -> dict[str, object]:
    polygons = [shape] if shape.geom_type == "Polygon" else list(shape.geoms)
    return {"type": "MultiPolygon", "coordinates": [_round_rings(polygon) for polygon in polygons]}


def _round_rings(polygon: Any) -> list[list[list[float]]]:
    # A tenth of a pixel is exact enough and halves the file. d3 wants outer rings clockwise on the screen.
    polygon = shapely.orient_polygons(polygon, exterior_cw=False)
    rings = [polygon.exterior, *polygon.interiors]
    return [[[round(x, 1), round(y, 1)] for x, y in ring.coords] for ring in rings]


def name_outlines(
    sketch: Sketch,
    areas: Sequence[AreaShape],
    shapes: Sequence[Any],
    inside: Box,
    *,
    around: Sequence[Box] | None = None,
) -> None:
    """Each district's name where its land is widest, or beside the map with a leader where the name would hide the district.

    A name that finds no place is left out; the table has them all. around: what a map shows over its districts; names then are quiet
    and keep clear of it, on their own land where there is room.
    """
    if not shapes:
        return
    size = 13.0 if not sketch.plot.canvas.is_narrow else 11.0
    land = shapely.union_all(list(shapes)).buffer(2)
    shapely.prepare(land)
    is_quiet, taken = around is not None, list(around or ())
    colour = palette.QUIET_INK if is_quiet else palette.INK
    leaders: list[dict[str, object]] = []
    for area, shape in sorted(zip(areas, shapes, strict=True), key=lambda pair: (-pair[1].area, pair[0].code)):
        x, y, radius = _find_middle(shape)
        lines = wrap_text(area.name, width=90.0, size=size, is_bold=not is_quiet)
        width = max(measure_text(line, size=size, is_bold=not is_quiet) for line in lines) + 2
        height = len(lines) * size * 1.2
        is_small = width > _HIDING * 2 * radius
        outside = _spots_outside(x, y, radius, width, height) if is_small else []
        spots = [*_spots_inside(x, y, height), *outside] if is_quiet else [*outside, *_spots_inside(x, y, height)]
        for middle_x, middle_y, is_outside in spots:
            box = Box(middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)
            if not box.is_inside(inside) or any(box.overlaps(other) for other in taken):
                continue
            if is_outside and land.intersects(shapely.box(box.left, box.top, box.right, box.bottom)):
                continue
            taken.append(box)
            sketch.add_text(
                lines,
                x=middle_x,
                y=middle_y,
                align="center",
                colour=colour,
                is_bold=not is_quiet,
                has_halo=not is_outside,
                size=size,
            )
            if is_outside:
                start_x, start_y = max(box.left, min(box.right, x)), max(box.top, min(box.bottom, y))
                ends = ((start_x, start_y), (x, y))
                leaders += [
                    {"x": sketch.plot.value_x(a), "y": sketch.plot.value_y(b), "run": area.code} for a, b in ends
                ]
            break
    sketch.add("line", leaders, group="run", color=palette.INK, strokeWidth=1)


def _find_middle(shape: Any) -> tuple[float, float, float]:
    """The centre and radius of the largest circle in the shape's largest part."""
    circle = shapely.maximum_inscribed_circle(_largest(shape), tolerance=1.0)
    (x, y), end = circle.coords[0], circle.coords[1]
    return x, y, math.hypot(end[0] - x, end[1] - y)


def _spots_outside(x: float, y: float, radius: float, width: float, height: float) -> list[tuple[float, float, bool]]:
    """Middles for a label around a district, nearest first, in sixteen directions."""
    spots = []
    for reach in (12.0, 24.0, 38.0, 54.0, 72.0):
        for step in range(16):
            angle = 2 * math.pi * step / 16
            across, down = math.cos(angle), math.sin(angle)
            spots.append((x + across * (radius + reach + width / 2), y + down * (radius + reach + height / 2), True))
    return spots


def _spots_inside(x: float, y: float, height: float) -> list[tuple[float, float, bool]]:
    return [(x, y + down * height, False) for down in (0.0, -0.6, 0.6, -1.2, 1.2, -2.0, 2.0)]


def _largest(shape: Any) -> Any:
    return shape if shape.geom_type == "Polygon" else max(shape.geoms, key=lambda polygon: polygon.area)
