"""Grids: a number for each day and hour, in a cell that is the darker the more there are."""

from __future__ import annotations

from safeground.design import palette
from safeground.engine.disclosure import Protected, State
from safeground.engine.documents import HeatGrid, choose_common_decimals, format_value
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.text import measure_text

_CLASSES = 5
_GAP = 0.03
"""White between two cells, as a share of a cell."""
_APART = 4.0
"""Pixels between the numbers of two cells."""
_SMALLEST = 10.0


def draw_heat_grid(chart: HeatGrid, canvas: Canvas) -> Sketch:
    """Cells with their numbers; one that is withheld is hatched. The number says what the colour says."""
    room = max((measure_text(label, size=canvas.font_size) for label in chart.rows), default=0) + 10
    plot = Plot(
        canvas=canvas,
        height=(34.0 if canvas.is_narrow else 36.0) * len(chart.rows),
        x_domain=(0.0, float(max(len(chart.columns), 1))),
        y_domain=(float(max(len(chart.rows), 1)), 0.0),
        left=room,
        right=4,
        top=34 + canvas.line_height,
        bottom=8,
    )
    sketch = Sketch(plot)
    sketch.hide_axes()
    most = max((cell.value for row in chart.cells for cell in row if cell.value is not None), default=0.0)
    by_colour: dict[str, list[dict[str, object]]] = {}
    for y, row in enumerate(chart.cells):
        for x, cell in enumerate(row):
            edges = {"x": x + _GAP, "x2": x + 1 - _GAP, "y": y + _GAP, "y2": y + 1 - _GAP}
            by_colour.setdefault(_choose_colour(cell, most), []).append(edges)
    for colour, cells in by_colour.items():
        sketch.add("rect", cells, fill=colour)
    _write_numbers(sketch, chart, most)
    sketch.add_text(chart.unit, x=-room + 4, y=-canvas.line_height - 12, colour=palette.QUIET_INK)
    for x, column in enumerate(chart.columns):
        sketch.add_text(column, x=plot.pixel_x(x + 0.5), y=-12, align="center", colour=palette.QUIET_INK)
    for y, label in enumerate(chart.rows):
        sketch.add_text(label, x=-8, y=plot.pixel_y(y + 0.5), align="right", colour=palette.QUIET_INK)
    return sketch


def _write_numbers(sketch: Sketch, chart: HeatGrid, most: float) -> None:
    """All with the same decimals, so that one is read beside the next, and small enough to stand apart on a phone."""
    decimals = choose_common_decimals(cell for row in chart.cells for cell in row)
    told = [format_value(cell, decimals=decimals) for row in chart.cells for cell in row if cell.value is not None]
    widest = max((measure_text(text, size=1.0) for text in told), default=0.0)
    room = sketch.plot.pixel_x(1.0) - sketch.plot.pixel_x(0.0) - _APART
    size = max(_SMALLEST, min(sketch.plot.canvas.font_size, room / widest)) if widest else None
    for y, row in enumerate(chart.cells):
        for x, cell in enumerate(row):
            if cell.value is not None:
                ink = "white" if _class_of(cell.value, most) >= _CLASSES - 2 else palette.INK
                place = {"x": sketch.plot.pixel_x(x + 0.5), "y": sketch.plot.pixel_y(y + 0.5)}
                sketch.add_text(format_value(cell, decimals=decimals), **place, align="center", colour=ink, size=size)


def _choose_colour(cell: Protected, most: float) -> str:
    if cell.value is None:
        return palette.SUPPRESSED if cell.state is State.SUPPRESSED else palette.NOT_AVAILABLE
    return palette.SEQUENTIAL[_CLASSES][_class_of(cell.value, most)]


def _class_of(value: float, most: float) -> int:
    """Five classes of one width from nought to the most: twice the number is twice the way along."""
    return min(int(_CLASSES * value / most), _CLASSES - 1) if most else 0
