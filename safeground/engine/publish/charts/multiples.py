"""Small multiples: run charts beneath each other on one axis of months, so that what happened in one month stands in one line."""

from __future__ import annotations

from collections.abc import Callable

from safeground.design import palette
from safeground.engine.documents import Point, RunChart, RunCharts, choose_decimals, format_number
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import PeriodScale, make_period_scale
from safeground.engine.publish.charts.series import split_runs
from safeground.engine.publish.charts.text import measure_text, wrap_text

_STRIP = 74.0
_PAD = 8.0
_BOTTOM = 32.0
_LEFT = 16.0  # half a year's number, which may stand beneath the very first month


def draw_run_charts(chart: RunCharts, canvas: Canvas) -> Sketch:
    """A strip for each: its name above, limits as a band, the usual level as a line that steps, and marked months as diamonds.

    The usual level of the last phase is written at its end, since strips have no axis of values: a reader compares months within a
    strip and never heights between two.
    """
    labels = [label for part in chart.parts for label in _labels(part)]
    periods = make_period_scale(labels)
    low, high = periods.domain
    ends = [_last_level(part) for part in chart.parts]
    right = max((measure_text(text, size=canvas.font_size) for text in ends), default=0) + 12
    width = canvas.width - right - _LEFT
    names = [wrap_text(part.series.label, width=width, size=canvas.font_size, is_bold=True) for part in chart.parts]
    heads = [len(lines) * canvas.font_size * 1.2 + _PAD for lines in names]
    height = sum(heads) + len(names) * (_STRIP + _PAD)
    plot = Plot(
        canvas=canvas,
        height=height,
        x_domain=(low - 0.7, high + 0.7),
        y_domain=(0.0, height),
        left=_LEFT,
        right=right,
        top=4,
        bottom=_BOTTOM,
    )
    sketch = Sketch(plot)
    sketch.set_x_ticks(periods.ticks(most=3 if canvas.is_narrow else 8))
    sketch.add("rule", [{"x": plot.x_domain[0], "y": 0.0}], opacity=0)
    top = 0.0
    for part, lines, head, end in zip(chart.parts, names, heads, ends, strict=True):
        text_middle = (head - _PAD) / 2 + _PAD / 2
        sketch.add_text(lines, x=0, y=top + text_middle, is_bold=True)
        _draw_strip(sketch, part, periods, top=top + head, end=end)
        top += head + _STRIP + _PAD
    return sketch


def _labels(part: RunChart) -> list[str]:
    points = [point.label for point in part.series.points]
    return [*points, *(label for phase in part.phases for label in (phase.start, phase.end))]


def _last_level(part: RunChart) -> str:
    level = part.phases[-1].centre if part.phases else None
    return "" if level is None else format_number(level, decimals=0 if level >= 10 else choose_decimals(level))


def _scale(part: RunChart, plot: Plot, top: float) -> Callable[[float], float]:
    """From a value to the plot's own scale, which counts pixels from its foot."""
    values = [point.estimate.value for point in part.series.points if point.estimate.value is not None]
    values += [line for phase in part.phases for line in (phase.lower, phase.upper, phase.centre) if line is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = (high - low) or 1.0
    return lambda value: plot.y_domain[1] - top - _STRIP + (value - low) / span * _STRIP


def _draw_strip(sketch: Sketch, part: RunChart, periods: PeriodScale, *, top: float, end: str) -> None:
    plot = sketch.plot
    place = _scale(part, plot, top)
    bands, centres, steps = [], [], []
    for number, phase in enumerate(part.phases):
        left, right = periods.place(phase.start) - 0.5, periods.place(phase.end) + 0.5
        if phase.lower is not None and phase.upper is not None:
            bands.append({"x": left, "x2": right, "y": place(phase.lower), "y2": place(phase.upper)})
        if phase.centre is not None:
            centres.append({"x": left, "x2": right, "y": place(phase.centre)})
            before = part.phases[number - 1].centre if number else None
            if before is not None:
                steps.append({"x": left, "y": place(before), "y2": place(phase.centre)})
    sketch.add("rect", bands, color="#eef3f7")
    sketch.add("rule", centres, color=palette.BASELINE, strokeWidth=1.5)
    sketch.add("rule", steps, color=palette.MARK, strokeWidth=2)
    runs = split_runs(part.series.points, periods)
    rows = [
        {"x": periods.place(point.label), "y": place(point.estimate.value or 0.0), "run": number}
        for number, run in enumerate(runs)
        for point in run
    ]
    sketch.add("line", rows, group="run", color=palette.MAIN, strokeWidth=1.5, opacity=1)
    single = [run[0] for run in runs if len(run) == 1]
    marked = [point for run in runs for point in run if point.is_marked]
    for points, shape, size, colour in ((single, "circle", 18, palette.MAIN), (marked, "diamond", 80, palette.MARK)):
        sketch.add(
            "point",
            [_at(point, periods, place) for point in points],
            shape=shape,
            size=size,
            filled=True,
            color=colour,
            stroke="white",
            strokeWidth=1,
            opacity=1,
        )
    level = part.phases[-1].centre if part.phases else None
    if level is not None:
        y = plot.pixel_y(place(level))
        sketch.add_text(end, x=plot.width + 6, y=y, colour=palette.QUIET_INK)


def _at(point: Point, periods: PeriodScale, place: Callable[[float], float]) -> dict[str, object]:
    return {"x": periods.place(point.label), "y": place(point.estimate.value or 0.0)}
