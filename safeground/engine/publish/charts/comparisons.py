"""Comparing areas or classes: rows of dots with intervals, and columns over an ordered scale."""

from __future__ import annotations

from dataclasses import dataclass

from safeground.design import palette
from safeground.engine.documents import ColumnChart, IntervalChart, Point, format_bounds, format_value
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import choose_tick_format, choose_ticks
from safeground.engine.publish.charts.series import axis_room, choose_value_ticks, write_unit
from safeground.engine.publish.charts.text import measure_text, wrap_text


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
    plot = Plot(
        canvas=canvas,
        height=(rows[-1].top + rows[-1].height) if rows else 40,
        x_domain=(ticks[0], ticks[-1]),
        y_domain=((rows[-1].top + rows[-1].height) if rows else 40, 0),
        left=14 if canvas.is_narrow else label_room + 22,
        right=18 if canvas.is_narrow else number_room + 24,
        top=12 + (canvas.line_height if chart.reference and chart.reference.estimate.is_published else 0),
        bottom=32 + canvas.line_height,
    )
    sketch = Sketch(plot)
    form = choose_tick_format(ticks)
    sketch.set_x_ticks([(tick, _format_tick(tick, form)) for tick in ticks], has_marks=False)
    sketch.add("rule", [{"x": tick, "y": 0, "y2": plot.height} for tick in ticks], color=palette.GRID)
    # Vega-Lite counts up from the bottom unless the domain says otherwise: rows are laid from the top, so y runs downwards.
    _draw_reference(sketch, chart.reference)
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
    for point in chart.points:
        number = _describe(point)
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


def _describe(point: Point) -> str:
    value, bounds = format_value(point.estimate), format_bounds(point.estimate)
    return f"{value} ({bounds})" if bounds else value


def _interval_ticks(chart: IntervalChart, canvas: Canvas) -> list[float]:
    shown = [*chart.points, *([chart.reference] if chart.reference else [])]
    values = [v for p in shown for v in (p.estimate.value, p.estimate.lower, p.estimate.upper) if v is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    # Zero belongs on the axis unless all values lie in a narrow range far from it (life expectancy, an index).
    if low > 0 and low < 0.6 * high:
        low = 0.0
    return choose_ticks(low, high, count=3 if canvas.is_narrow else 5)


def _format_tick(tick: float, form: str) -> str:
    from safeground.engine.documents import format_number

    return format_number(tick, decimals=int(form[2]))


def _draw_reference(sketch: Sketch, reference: Point | None) -> None:
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
    text = f"{reference.label} {format_value(reference.estimate)}"
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
    """Bars from zero with intervals; a withheld bar is named where it would stand."""
    values = [v for p in chart.points for v in (p.estimate.value, p.estimate.lower, p.estimate.upper) if v is not None]
    ticks = choose_value_ticks(values, starts_at_zero=True)
    count = max(len(chart.points), 1)
    plot = Plot(
        canvas=canvas,
        height=240.0 if canvas.is_narrow else 320.0,
        x_domain=(-0.5, count - 0.5),
        y_domain=(ticks[0], ticks[-1]),
        left=axis_room(ticks, canvas),
        right=8,
        top=38,
        bottom=60,
    )
    slot = plot.width / count
    labels = [wrap_text(point.label, width=slot - 4, size=canvas.font_size) for point in chart.points]
    lines = max((len(label) for label in labels), default=1)
    is_crowded = any(measure_text(line, size=canvas.font_size) > slot - 2 for label in labels for line in label)
    if not is_crowded and lines > 1:
        plot = Plot(**{**plot.__dict__, "bottom": 60 + (lines - 1) * canvas.line_height})
    sketch = Sketch(plot)
    every = 1
    if is_crowded:
        widest = max(measure_text(point.label, size=canvas.font_size) for point in chart.points) + 8
        every = max(1, round(widest / slot + 0.499))
    sketch.set_x_ticks([(-10.0, "")], has_marks=False)
    sketch.set_y_ticks(ticks)
    sketch.add("rule", [{"x": -0.5, "y": ticks[0]}], opacity=0)
    write_unit(sketch, chart.unit)
    _draw_columns(sketch, chart)
    for number, point in enumerate(chart.points):
        if number % every == 0:
            text = [point.label] if is_crowded else labels[number]
            middle = plot.height + 16 + (len(text) - 1) * canvas.font_size * 0.6
            sketch.add_text(
                text, x=plot.pixel_x(number), y=middle, align="center",
                colour=palette.MARK if point.is_marked else palette.QUIET_INK, is_bold=point.is_marked,
            )  # fmt: skip
    sketch.add_text(
        chart.axis_title, x=plot.width / 2, y=plot.height + plot.bottom - 14, align="center", colour=palette.QUIET_INK
    )
    return sketch


def _draw_columns(sketch: Sketch, chart: ColumnChart) -> None:
    for is_marked, colour in ((False, palette.MAIN), (True, palette.MARK)):
        chosen = [
            (number, point.estimate)
            for number, point in enumerate(chart.points)
            if point.is_marked == is_marked and point.estimate.value is not None
        ]
        bars = [{"x": n - 0.36, "x2": n + 0.36, "y": 0, "y2": estimate.value} for n, estimate in chosen]
        sketch.add("rect", bars, color=colour, opacity=1)
        # Dark beyond the bar, light inside it: each half has its contrast.
        whiskers = [(n, e.lower, e.upper, e.value) for n, e in chosen if e.lower is not None and e.upper is not None]
        sketch.add("rule", [{"x": n, "y": v, "y2": up} for n, _, up, v in whiskers], color=palette.INK, strokeWidth=2)
        sketch.add("rule", [{"x": n, "y": low, "y2": v} for n, low, _, v in whiskers], color="white", strokeWidth=2)
    for number, point in enumerate(chart.points):
        if not point.estimate.is_published:
            plot = sketch.plot
            pixel = plot.width / max(len(chart.points), 1)
            words = str(point.estimate.state)
            lines = wrap_text(words, width=pixel, size=plot.canvas.font_size - 2)
            if max(measure_text(line, size=plot.canvas.font_size - 2) for line in lines) > pixel:
                lines = ["×"]  # named in the note under the figure
            y = plot.height - 10 - (len(lines) - 1) * 8
            sketch.add_text(
                lines,
                x=plot.pixel_x(number),
                y=y,
                align="center",
                colour=palette.QUIET_INK,
                size=plot.canvas.font_size - 2,
            )
