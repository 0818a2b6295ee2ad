"""Maps of small places: a numbered dot each, since a cell of 150 metres would be less than a pixel of a county."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from safeground.design import palette
from safeground.engine.documents import SpotMap, SpotMark
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.maps import draw_outlines, find_bounds, frame_map, name_outlines
from safeground.engine.publish.charts.text import Box, measure_text, place_labels, wrap_text

_RADIUS = 4.5
_LINE = 18.0
_TEXT_LEFT = 20.0
_AROUND = 0.02
"""Degrees around the places where there is no outline to frame them."""


def draw_spot_map(chart: SpotMap, canvas: Canvas) -> dict[str, Any]:
    """The map's finished spec. Numbers stand beside their dots, further out and with a line where dots crowd."""
    width = canvas.width - 8.0
    frame = frame_map(_find_bounds(chart), width)
    legend = _make_legend(chart, canvas, width)
    height = frame.height + 10 + sum(len(lines) * _LINE + 4 for _, lines in legend)
    plot = Plot(canvas, height, (0.0, width), (height, 0.0), left=4, right=4, top=4, bottom=4)
    sketch = Sketch(plot)
    sketch.hide_axes()
    layer, outlines = draw_outlines(sketch, frame, chart.outlines) if chart.outlines else (None, [])
    dots = [_place(spot, frame) for spot in chart.spots]
    inside = Box(0, 0, width, frame.height)
    taken = _number(sketch, chart.spots, dots, inside)
    if not canvas.is_narrow:  # where dots and names would crowd each other
        name_outlines(sketch, chart.outlines, outlines, inside, around=taken)
    for is_marked in (False, True):
        rows = [
            {"x": plot.value_x(x), "y": plot.value_y(y)}
            for spot, (x, y) in zip(chart.spots, dots, strict=True)
            if spot.is_marked == is_marked
        ]
        sketch.add("point", rows, **_dot(is_marked))
    _draw_legend(sketch, legend, top=frame.height + 18)
    return sketch.make_spec(beneath=[layer] if layer is not None else [])


def _find_bounds(chart: SpotMap) -> Sequence[float]:
    if chart.outlines:
        return find_bounds(chart.outlines)
    longitudes, latitudes = [spot.longitude for spot in chart.spots], [spot.latitude for spot in chart.spots]
    return (
        min(longitudes) - _AROUND,
        min(latitudes) - _AROUND,
        max(longitudes) + _AROUND,
        max(latitudes) + _AROUND,
    )


def _place(spot: SpotMark, frame: Any) -> tuple[float, float]:

    x, y = frame.to_pixels(np.array([[spot.longitude, spot.latitude]]))[0]
    return float(x), float(y)


def _dot(is_marked: bool) -> dict[str, Any]:
    return {
        "shape": "circle",
        "filled": not is_marked,
        "size": 4 * _RADIUS**2,
        "color": palette.MARK,
        "fill": "white" if is_marked else palette.MARK,
        "stroke": palette.MARK,
        "strokeWidth": 1.8,
        "opacity": 1,
    }


def _number(sketch: Sketch, spots: Sequence[SpotMark], dots: Sequence[tuple[float, float]], inside: Box) -> list[Box]:
    """The boxes that dots and numbers take."""
    size = 13.0 if not sketch.plot.canvas.is_narrow else 11.0
    taken = [Box(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in dots]
    labels = [(spot.number, x, y, True) for spot, (x, y) in zip(spots, dots, strict=True)]
    leaders: list[dict[str, object]] = []
    for placed, spot, (x, y) in zip(
        place_labels(labels, taken=taken, inside=inside, size=size, is_bold=True), spots, dots, strict=True
    ):
        if placed is None:
            continue  # the table has it
        sketch.add_text(placed.text, x=placed.x, y=placed.y, align=placed.align, is_bold=True, has_halo=True, size=size)
        half = measure_text(
            placed.text, size=size, is_bold=True
        )  # twice what it takes, on whichever side it is aligned
        taken.append(Box(placed.x - half, placed.y - size * 0.6, placed.x + half, placed.y + size * 0.6))
        if placed.needs_leader:
            ends = ((x, y), (placed.x, placed.y))
            leaders += [{"x": sketch.plot.value_x(a), "y": sketch.plot.value_y(b), "run": spot.number} for a, b in ends]
    sketch.add("line", leaders, group="run", color=palette.QUIET_INK, strokeWidth=0.8)
    return taken


def _make_legend(chart: SpotMap, canvas: Canvas, width: float) -> list[tuple[bool, list[str]]]:
    """The kinds of dot that there are, each with the lines of its label."""
    entries = [(False, chart.unmarked_label), (True, chart.marked_label)]
    return [
        (is_marked, wrap_text(label, width=width - _TEXT_LEFT - 4, size=canvas.font_size))
        for is_marked, label in entries
        if any(spot.is_marked == is_marked for spot in chart.spots)
    ]


def _draw_legend(sketch: Sketch, legend: Sequence[tuple[bool, list[str]]], *, top: float) -> None:
    y = top
    for is_marked, lines in legend:
        row = {"x": sketch.plot.value_x(8.0), "y": sketch.plot.value_y(y)}
        sketch.add("point", [row], **_dot(is_marked))
        middle = y + (len(lines) - 1) * sketch.plot.canvas.font_size * 0.6
        sketch.add_text(lines, x=_TEXT_LEFT, y=middle)
        y += len(lines) * _LINE + 4
