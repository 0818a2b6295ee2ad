"""A goal's chart: what was counted, the fan of what may come, the path the goal asks for, and the goal."""

from __future__ import annotations

from safeground.design import palette
from safeground.engine.documents import ProjectionChart, format_number
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import PeriodScale, make_period_scale
from safeground.engine.publish.charts.series import axis_room, choose_value_ticks, split_runs, start_sketch
from safeground.engine.publish.charts.text import measure_text, spread_labels, wrap_text

_TOP, _BOTTOM, _LEADER = 38.0, 32.0, 12.0
_OUTER = "#dbe5ee"


def draw_projection_chart(chart: ProjectionChart, canvas: Canvas) -> Sketch:
    """Dots with intervals up to now, joined; from there two bands and the middle, dashed; the path dotted, the goal a diamond."""
    told = [point for run in split_runs(chart.history, _scale(chart)) for point in run]
    periods = _scale(chart)
    values = [number for point in (*told, *chart.fan_wide) for number in _numbers(point.estimate)]
    values += [point.estimate.value for point in chart.path if point.estimate.value is not None]
    ticks = choose_value_ticks(values, starts_at_zero=True)
    words = _end_words(chart, canvas)
    right = max(
        (measure_text(line, size=canvas.font_size, is_bold=True) for _, lines in words for line in lines), default=0
    )
    low, high = periods.domain
    plot = Plot(
        canvas=canvas,
        height=260.0 if canvas.is_narrow else 340.0,
        x_domain=(low - 0.3, high + 0.3),
        y_domain=(ticks[0], ticks[-1]),
        left=axis_room(ticks, canvas),
        right=right + _LEADER + 6,
        top=_TOP,
        bottom=_BOTTOM,
    )
    sketch = start_sketch(plot, ticks, chart.unit, periods)
    _draw_fan(sketch, chart, periods)
    _draw_history(sketch, chart, periods)
    _draw_path(sketch, chart, periods)
    _write_ends(sketch, words, canvas)
    return sketch


def _scale(chart: ProjectionChart) -> PeriodScale:
    return make_period_scale(point.label for point in (*chart.history, *chart.fan_wide, *chart.path))


def _numbers(estimate: object) -> list[float]:
    found = (getattr(estimate, name) for name in ("value", "lower", "upper"))
    return [number for number in found if number is not None]


def _draw_fan(sketch: Sketch, chart: ProjectionChart, periods: PeriodScale) -> None:
    start = [point for point in chart.history if point.estimate.is_published][-1:]
    for points, colour in ((chart.fan_wide, _OUTER), (chart.fan_narrow, palette.BAND)):
        rows = [
            {"x": periods.place(point.label), "y": point.estimate.lower, "y2": point.estimate.upper}
            for point in points
            if point.estimate.lower is not None
        ]
        if not rows:
            continue
        first = [{"x": periods.place(p.label), "y": p.estimate.value, "y2": p.estimate.value} for p in start]
        sketch.add("area", [*first, *rows], color=colour, opacity=1)
    middle = [
        {"x": periods.place(p.label), "y": p.estimate.value}
        for p in (*start, *chart.fan_wide)
        if p.estimate.value is not None
    ]
    sketch.add("line", middle, color=palette.MAIN, strokeWidth=2, strokeDash=[6, 4], opacity=1)


def _draw_history(sketch: Sketch, chart: ProjectionChart, periods: PeriodScale) -> None:
    runs = split_runs(chart.history, periods)
    rows = [
        {"x": periods.place(point.label), "y": point.estimate.value, "run": number}
        for number, run in enumerate(runs)
        for point in run
    ]
    bounds = [
        {"x": periods.place(p.label), "y": p.estimate.lower, "y2": p.estimate.upper}
        for run in runs
        for p in run
        if p.estimate.lower is not None
    ]
    sketch.add("rule", bounds, color=palette.CONTEXT, strokeWidth=2)
    sketch.add("line", rows, group="run", color=palette.MAIN, strokeWidth=2.5, opacity=1)
    sketch.add(
        "point",
        rows,
        shape="circle",
        size=60,
        filled=True,
        color=palette.MAIN,
        stroke="white",
        strokeWidth=1,
        opacity=1,
    )


def _draw_path(sketch: Sketch, chart: ProjectionChart, periods: PeriodScale) -> None:
    rows = [{"x": periods.place(p.label), "y": p.estimate.value} for p in chart.path if p.estimate.value is not None]
    if not rows:
        return
    sketch.add("line", rows, color=palette.MARK, strokeWidth=2, strokeDash=[2, 4], opacity=1)
    sketch.add(
        "point",
        rows[-1:],
        shape="diamond",
        size=150,
        filled=True,
        color=palette.MARK,
        stroke="white",
        strokeWidth=1,
        opacity=1,
    )


def _end_words(chart: ProjectionChart, canvas: Canvas) -> list[tuple[float, list[str]]]:
    """What stands at the right end: the middle of the fan, and the goal."""
    width = 96 if canvas.is_narrow else 170
    found: list[tuple[float, list[str]]] = []
    ends = ((chart.fan_wide[-1:], "expected"), (chart.path[-1:], "goal"))
    for points, word in ends:
        for point in points:
            if point.estimate.value is not None:
                text = f"{word} {format_number(point.estimate.value)}"
                found.append((point.estimate.value, wrap_text(text, width=width, size=canvas.font_size, is_bold=True)))
    return found


def _write_ends(sketch: Sketch, words: list[tuple[float, list[str]]], canvas: Canvas) -> None:
    plot, line = sketch.plot, canvas.font_size * 1.2
    centres = spread_labels(
        [plot.pixel_y(value) for value, _ in words],
        [len(lines) * line for _, lines in words],
        low=-line,
        high=plot.height + line,
    )
    for (_, lines), y, colour in zip(words, centres, (palette.MAIN, palette.MARK), strict=False):
        sketch.add_text(lines, x=plot.width + _LEADER, y=y, is_bold=True, colour=colour)
