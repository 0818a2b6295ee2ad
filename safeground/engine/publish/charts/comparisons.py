"""Comparing areas or classes: rows of dots with intervals, and columns over an ordered scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from safeground.design import palette
from safeground.engine.documents import (
    ColumnChart,
    IntervalChart,
    Point,
    choose_common_decimals,
    format_bounds,
    format_number,
    format_value,
)
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import choose_tick_format, choose_ticks
from safeground.engine.publish.charts.series import axis_room, choose_value_ticks, write_unit
from safeground.engine.publish.charts.text import measure_text, wrap_text

_BETWEEN = 10
"""Pixels between the numbers of two ticks."""


@dataclass(frozen=True)
class _Row:
    point: Point
    label: list[str]
    number: str
    top: float
    height: float
    dot: float
    """Where in the chart the dot stands, from the top."""
    words: float
    """Where the label's middle stands: beside the dot, or above it on a telephone."""


def draw_interval_chart(chart: IntervalChart, canvas: Canvas) -> Sketch:
    """A dot and its interval for each row, with the label at the left and the number at the right (above, when narrow)."""
    label_room = min(
        canvas.width * (0.5 if canvas.is_narrow else 0.28),
        max((measure_text(p.label, size=canvas.font_size, is_bold=True) for p in chart.points), default=0) + 4,
    )
    rows = _lay_rows(chart, canvas, label_room)
    number_room = max((measure_text(row.number, size=canvas.font_size, is_bold=True) for row in rows), default=0)
    ticks = _interval_ticks(chart, canvas)
    form = choose_tick_format(ticks)
    # A tick's number is centred on it, and the first and the last must not be cut off where the plot fills the width.
    ends = [measure_text(_format_tick(tick, form), size=canvas.font_size) / 2 + 2 for tick in (ticks[0], ticks[-1])]
    plot = Plot(
        canvas=canvas,
        height=(rows[-1].top + rows[-1].height) if rows else 40,
        x_domain=(ticks[0], ticks[-1]),
        y_domain=((rows[-1].top + rows[-1].height) if rows else 40, 0),
        left=max(14, ends[0]) if canvas.is_narrow else label_room + 22,
        right=max(18, ends[1]) if canvas.is_narrow else number_room + 24,
        top=12 + (canvas.line_height if chart.reference and chart.reference.estimate.is_published else 0),
        bottom=32 + canvas.line_height,
    )
    sketch = Sketch(plot)
    sketch.set_x_ticks([(tick, _format_tick(tick, form)) for tick in _labelled(ticks, form, plot)], has_marks=False)
    sketch.add("rule", [{"x": tick, "y": 0, "y2": plot.height} for tick in ticks], color=palette.GRID)
    # Vega-Lite counts up from the bottom unless the domain says otherwise: rows are laid from the top, so y runs downwards.
    _draw_reference(sketch, chart.reference, decimals=choose_common_decimals(point.estimate for point in chart.points))
    _draw_intervals(sketch, rows)
    for row in rows:
        _write_row(sketch, row)
    sketch.add_text(
        chart.unit, x=plot.width if canvas.is_narrow else plot.width / 2, y=plot.height + 40,
        align="right" if canvas.is_narrow else "center", colour=palette.QUIET_INK,
    )  # fmt: skip
    return sketch


def _lay_rows(chart: IntervalChart, canvas: Canvas, label_room: float) -> list[_Row]:
    rows: list[_Row] = []
    top = 0.0
    decimals = choose_common_decimals(point.estimate for point in chart.points)
    for point in chart.points:
        number = _describe(point, decimals)
        size = canvas.font_size
        if canvas.is_narrow:
            room = canvas.width - 32 - measure_text(number, size=size, is_bold=True) - 10
            label = wrap_text(point.label, width=max(room, 90), size=size, is_bold=point.is_marked)
            words = len(label) * size * 1.2
            row = _Row(point, label, number, top, words + 24, top + words + 11, top + words / 2 + 2)
        else:
            label = wrap_text(point.label, width=label_room, size=size, is_bold=point.is_marked)
            height = max(28.0, len(label) * size * 1.2 + 8)
            row = _Row(point, label, number, top, height, top + height / 2, top + height / 2)
        rows.append(row)
        top += row.height
    return rows


def _describe(point: Point, decimals: int | None) -> str:
    value = format_value(point.estimate, decimals=decimals)
    bounds = format_bounds(point.estimate, decimals=decimals)
    return f"{value} ({bounds})" if bounds else value


def _labelled(ticks: list[float], form: str, plot: Plot) -> list[float]:
    """As many of the ticks, evenly, as have room for their numbers beside each other: millions of pounds run into one otherwise."""
    widest = max(measure_text(_format_tick(tick, form), size=plot.canvas.font_size) for tick in ticks)
    apart = plot.width / max(len(ticks) - 1, 1)
    return ticks[:: max(1, math.ceil((widest + _BETWEEN) / apart))]


def _interval_ticks(chart: IntervalChart, canvas: Canvas) -> list[float]:
    shown = [*chart.points, *([chart.reference] if chart.reference else [])]
    values = [v for p in shown for v in (p.estimate.value, p.estimate.lower, p.estimate.upper) if v is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    # Zero belongs on the axis unless all values lie in a narrow range far from it (life expectancy, an index).
    if low > 0 and low < 0.6 * high:
        low = 0.0
    return choose_ticks(low, high, count=3 if canvas.is_narrow else 5)


def _format_tick(tick: float, form: str) -> str:
    return format_number(tick, decimals=int(form[2]))


def _draw_reference(sketch: Sketch, reference: Point | None, *, decimals: int | None) -> None:
    if reference is None or reference.estimate.value is None:
        return
    plot, at = sketch.plot, reference.estimate.value
    if reference.estimate.lower is not None and reference.estimate.upper is not None:
        band = {"x": reference.estimate.lower, "x2": reference.estimate.upper, "y": 0, "y2": plot.height}
        sketch.add("rect", [band], color="#eef3f7")
    sketch.add(
        "rule",
        [{"x": at, "y": plot.value_y(-6), "y2": plot.height}],
        color=palette.BASELINE,
        strokeDash=[4, 3],
        strokeWidth=1.5,
    )
    text = f"{reference.label} {format_value(reference.estimate, decimals=decimals)}"
    width = measure_text(text, size=plot.canvas.font_size)
    # Centred on its line, and kept within the picture.
    x = max(width / 2 - plot.left + 4, min(plot.width + plot.right - width / 2 - 4, plot.pixel_x(at)))
    sketch.add_text(text, x=x, y=-14, align="center", colour=palette.QUIET_INK)


def _draw_intervals(sketch: Sketch, rows: list[_Row]) -> None:
    for is_marked, colour, shape, size in ((False, palette.MAIN, "circle", 80), (True, palette.MARK, "diamond", 130)):
        chosen = [row for row in rows if row.point.is_marked == is_marked and row.point.estimate.value is not None]
        whiskers = [
            {"x": row.point.estimate.lower, "x2": row.point.estimate.upper, "y": row.dot}
            for row in chosen
            if row.point.estimate.lower is not None and row.point.estimate.upper is not None
        ]
        dots = [{"x": row.point.estimate.value, "y": row.dot} for row in chosen]
        sketch.add("rule", whiskers, color=colour, strokeWidth=2.5, opacity=1)
        sketch.add(
            "point", dots, shape=shape, size=size, filled=True, color=colour, stroke="white", strokeWidth=1, opacity=1
        )


def _write_row(sketch: Sketch, row: _Row) -> None:
    plot, marked = sketch.plot, row.point.is_marked
    colour = palette.MARK if marked else palette.INK
    is_published = row.point.estimate.is_published
    if plot.canvas.is_narrow:
        sketch.add_text(row.label, x=4 - plot.left, y=row.words, is_bold=marked, colour=colour, has_halo=True)
        right = plot.width + plot.right - 4
        sketch.add_text(
            row.number, x=right, y=row.words, align="right", has_halo=True, is_bold=marked,
            colour=colour if is_published else palette.QUIET_INK,
        )  # fmt: skip
    else:
        sketch.add_text(row.label, x=-16, y=row.words, align="right", is_bold=marked, colour=colour)
        sketch.add_text(
            row.number,
            x=plot.width + 16,
            y=row.words,
            is_bold=marked,
            colour=colour if is_published else palette.QUIET_INK,
        )


def draw_column_chart(chart: ColumnChart, canvas: Canvas) -> Sketch:
    """Bars from zero with intervals, the number above each where there is room; a withheld bar is named where it would stand."""
    values = [v for p in chart.points for v in (p.estimate.value, p.estimate.lower, p.estimate.upper) if v is not None]
    ticks = choose_value_ticks(values, starts_at_zero=True)
    count = max(len(chart.points), 1)
    left = axis_room(ticks, canvas)
    labels, edge_labels = _lay_column_labels(chart, canvas, slot=(canvas.width - left - 8) / count)
    lines = max((len(label) for label in labels), default=1) + (1 if edge_labels else 0)
    plot = Plot(
        canvas=canvas,
        height=240.0 if canvas.is_narrow else 320.0,
        x_domain=(-0.5, count - 0.5),
        y_domain=(ticks[0], ticks[-1]),
        left=left,
        right=8,
        top=38,
        bottom=40 + lines * canvas.font_size * 1.2,
    )
    sketch = Sketch(plot)
    sketch.set_x_ticks([(-10.0, "")], has_marks=False)
    sketch.set_y_ticks(ticks)
    sketch.add("rule", [{"x": -0.5, "y": ticks[0]}], opacity=0)
    write_unit(sketch, chart.unit)
    _draw_columns(sketch, chart)
    _write_column_labels(sketch, chart, labels, edge_labels)
    x, y = plot.width / 2, plot.height + plot.bottom - 12
    sketch.add_text(chart.axis_title, x=x, y=y, align="center", colour=palette.QUIET_INK)
    return sketch


def _lay_column_labels(
    chart: ColumnChart, canvas: Canvas, *, slot: float
) -> tuple[list[list[str]], tuple[str, str] | None]:
    """Each column's label in lines, and what is left over for the two ends of the scale.

    Where columns are too narrow for '1 (most deprived)', the number stays under its column and the words go under the first and last.
    """
    size = canvas.font_size
    labels = [wrap_text(point.label, width=slot - 4, size=size) for point in chart.points]
    if (
        not any(measure_text(line, size=size) > slot for label in labels for line in label)
        and max(map(len, labels), default=0) < 4
    ):
        return labels, None
    short = [point.label.partition(" (") for point in chart.points]
    heads = [head for head, _, _ in short]
    every = max(1, math.ceil((max(measure_text(head, size=size) for head in heads) + 4) / slot))
    ends = (short[0][2].removesuffix(")"), short[-1][2].removesuffix(")"))
    return [[head] if number % every == 0 else [] for number, head in enumerate(heads)], ends if any(ends) else None


def _write_column_labels(
    sketch: Sketch, chart: ColumnChart, labels: list[list[str]], edge_labels: tuple[str, str] | None
) -> None:
    plot, size = sketch.plot, sketch.plot.canvas.font_size
    for number, (point, lines) in enumerate(zip(chart.points, labels, strict=True)):
        middle = plot.height + 16 + (len(lines) - 1) * size * 0.6
        colour = palette.MARK if point.is_marked else palette.QUIET_INK
        sketch.add_text(lines, x=plot.pixel_x(number), y=middle, align="center", colour=colour, is_bold=point.is_marked)
    if edge_labels:
        y = plot.height + 16 + size * 1.2
        sketch.add_text(edge_labels[0], x=4, y=y, colour=palette.QUIET_INK)
        sketch.add_text(edge_labels[1], x=plot.width - 4, y=y, align="right", colour=palette.QUIET_INK)


def _draw_columns(sketch: Sketch, chart: ColumnChart) -> None:
    plot, slot = sketch.plot, sketch.plot.width / max(len(chart.points), 1)
    decimals = choose_common_decimals(point.estimate for point in chart.points)
    for is_marked, colour in ((False, palette.BAR), (True, palette.MARKED_BAR)):
        chosen = [
            (number, point.estimate)
            for number, point in enumerate(chart.points)
            if point.is_marked == is_marked and point.estimate.value is not None
        ]
        bars = [{"x": n - 0.36, "x2": n + 0.36, "y": 0, "y2": estimate.value} for n, estimate in chosen]
        sketch.add("rect", bars, color=colour, opacity=1)
        bounds = [(n, e.lower, e.upper) for n, e in chosen if e.lower is not None and e.upper is not None]
        sketch.add("rule", [{"x": n, "y": low, "y2": up} for n, low, up in bounds], color=palette.INK, strokeWidth=1.75)
        cap = min(0.12, 6 / slot)
        caps = [{"x": n - cap, "x2": n + cap, "y": bound} for n, low, up in bounds for bound in (low, up)]
        sketch.add("rule", caps, color=palette.INK, strokeWidth=1.75)
    size = plot.canvas.font_size - 1
    for number, point in enumerate(chart.points):
        estimate = point.estimate
        if estimate.value is not None:
            text, top = format_value(estimate, decimals=decimals), max(estimate.value, estimate.upper or estimate.value)
            if measure_text(text, size=size, is_bold=True) <= slot - 2:
                y = plot.pixel_y(top) - 10
                sketch.add_text(
                    text, x=plot.pixel_x(number), y=y, align="center", is_bold=True, size=size, has_halo=True
                )
            continue
        lines = wrap_text(str(estimate.state), width=slot, size=size)
        if max(measure_text(line, size=size) for line in lines) > slot:
            lines = ["×"]  # the note under the figure says what it is
        y = plot.height - 10 - (len(lines) - 1) * 8
        sketch.add_text(lines, x=plot.pixel_x(number), y=y, align="center", colour=palette.QUIET_INK, size=size)
