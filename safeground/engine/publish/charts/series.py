"""Series over periods: lines with an interval band, and run charts with control limits in phases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from safeground.design import palette
from safeground.engine.documents import LineChart, Point, RunChart, Series, format_number, format_value
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import PeriodScale, choose_ticks, describe_period, make_period_scale
from safeground.engine.publish.charts.text import Box, measure_text, place_labels, spread_labels, wrap_text

_TOP = 38.0  # room for the unit, written above the axis it belongs to
_BOTTOM = 32.0
_LEADER = 12.0  # between a line's end and its label
_MOST_DATED_WHEN_NARROW = 4  # signals of a run chart on a telephone; more dates bury the months they name


def split_runs(points: Sequence[Point], periods: PeriodScale) -> list[list[Point]]:
    """The stretches of neighbouring periods with a published number. What is missing or withheld ends a stretch: the gap shows."""
    runs: list[list[Point]] = []
    previous: float | None = None
    for point in sorted(points, key=lambda point: periods.place(point.label)):
        if not point.estimate.is_published:
            continue
        place = periods.place(point.label)
        if previous is None or place - previous > 1:
            runs.append([])
        runs[-1].append(point)
        previous = place
    return runs


def draw_line_chart(chart: LineChart, canvas: Canvas) -> Sketch:
    """The main series strong with its band, the others thin and grey, each named at its end."""
    periods = make_period_scale(point.label for series in chart.series for point in series.points)
    runs = {number: split_runs(series.points, periods) for number, series in enumerate(chart.series)}
    drawn = [number for number, stretches in runs.items() if stretches]
    points = [point for stretches in runs.values() for run in stretches for point in run]
    ticks = choose_value_ticks(
        _extent(points, with_bounds=False) + _extent(_main_points(chart, runs), with_bounds=True),
        starts_at_zero=chart.starts_at_zero,
    )
    labels = {number: _end_label(chart.series[number], runs[number], canvas) for number in drawn}
    right = max(
        (measure_text(line, size=canvas.font_size, is_bold=True) for label in labels.values() for line in label),
        default=0,
    )
    needed = sum(len(label) * canvas.font_size * 1.2 for label in labels.values())
    plot = Plot(
        canvas=canvas,
        height=max(240.0 if canvas.is_narrow else 320.0, needed),
        x_domain=periods.domain,
        y_domain=(ticks[0], ticks[-1]),
        left=axis_room(ticks, canvas),
        right=right + _LEADER + 8,
        top=_TOP,
        bottom=_BOTTOM,
    )
    sketch = start_sketch(plot, ticks, chart.unit, periods)
    shade_gaps(sketch, periods, [point for series in chart.series if series.is_main for point in series.points])
    for number in drawn:
        if chart.series[number].is_main:
            _draw_band(sketch, runs[number], periods)
    for number in sorted(drawn, key=lambda number: chart.series[number].is_main):
        _draw_series(sketch, runs[number], periods, is_main=chart.series[number].is_main)
    _write_end_labels(sketch, chart, labels, runs, periods)
    return sketch


def draw_run_chart(chart: RunChart, canvas: Canvas) -> Sketch:
    """Months joined by a thin line, the centre and limits of each phase, and every signal marked and dated."""
    periods = make_period_scale(
        [point.label for point in chart.series.points]
        + [label for phase in chart.phases for label in (phase.start, phase.end)]
    )
    runs = split_runs(chart.series.points, periods)
    points = [point for run in runs for point in run]
    lines = [line for phase in chart.phases for line in (phase.lower, phase.centre, phase.upper) if line is not None]
    ticks = choose_value_ticks(_extent(points, with_bounds=False) + lines, starts_at_zero=True)
    words = _limit_words(chart)
    plot = Plot(
        canvas=canvas,
        height=240.0 if canvas.is_narrow else 320.0,
        x_domain=(periods.domain[0] - 0.5, periods.domain[1] + 0.5),
        y_domain=(ticks[0], ticks[-1]),
        left=axis_room(ticks, canvas),
        right=max((measure_text(line, size=canvas.font_size) for line, _ in words), default=0) + 14,
        top=_TOP + (canvas.line_height if len(chart.phases) > 1 else 0),
        bottom=_BOTTOM,
    )
    sketch = start_sketch(plot, ticks, chart.unit, periods)
    shade_gaps(sketch, periods, chart.series.points)
    _draw_phases(sketch, chart, periods)
    rows = [{**_row(point, periods), "run": number} for number, run in enumerate(runs) for point in run]
    sketch.add("line", rows, group="run", color=palette.MAIN, strokeWidth=1.5, opacity=1)
    _draw_points(sketch, [p for p in points if not p.is_marked], periods, shape="circle", size=22, colour=palette.MAIN)
    marked = [point for point in points if point.is_marked]
    _draw_points(sketch, marked, periods, shape="diamond", size=110, colour=palette.MARK)
    _write_signals(sketch, marked, points, periods)
    if words:
        centres = spread_labels(
            [plot.pixel_y(value) for _, value in words],
            [canvas.line_height] * len(words),
            low=-10,
            high=plot.height + 10,
        )
        for (text, _), y in zip(words, centres, strict=True):
            sketch.add_text(text, x=plot.width + 8, y=y, colour=palette.QUIET_INK)
    return sketch


def choose_value_ticks(values: Sequence[float], *, starts_at_zero: bool) -> list[float]:
    """Ticks that hold all values; from zero where a bar's or a rate's size is read from the baseline."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if starts_at_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    return choose_ticks(low, high)


def axis_room(ticks: Sequence[float], canvas: Canvas) -> float:
    """The left margin the axis's numbers need."""
    decimals = 0 if all(float(tick).is_integer() for tick in ticks) else 2
    return max(measure_text(format_number(tick, decimals=decimals), size=canvas.font_size) for tick in ticks) + 14


def start_sketch(plot: Plot, ticks: Sequence[float], unit: str, periods: PeriodScale) -> Sketch:
    """Axes and the unit, written level and above the axis rather than turned on its side."""
    sketch = Sketch(plot)
    sketch.set_x_ticks(periods.ticks(most=3 if plot.canvas.is_narrow else 8))
    sketch.set_y_ticks(ticks)
    # An empty first layer carries the axes even where nothing can be drawn.
    sketch.add("rule", [{"x": plot.x_domain[0], "y": plot.y_domain[0]}], opacity=0)
    write_unit(sketch, unit)
    return sketch


def write_unit(sketch: Sketch, unit: str) -> None:
    sketch.add_text(unit, x=8 - sketch.plot.left, y=14 - sketch.plot.top, colour=palette.QUIET_INK)


def shade_gaps(sketch: Sketch, periods: PeriodScale, points: Iterable[Point]) -> None:
    """A pale ground behind periods that have no published number between the first and the last."""
    published = {periods.place(point.label) for point in points if point.estimate.is_published}
    if not published:
        return
    low, high = sketch.plot.y_domain
    first, last = periods.domain
    gaps = _join_places([place for place in range(round(first), round(last) + 1) if float(place) not in published])
    left, right = sketch.plot.x_domain
    rows = [{"x": max(a - 0.5, left), "x2": min(b + 0.5, right), "y": low, "y2": high} for a, b in gaps]
    sketch.add("rect", rows, color=palette.GAP)
    # Named where there is room, at the foot, where lines seldom pass.
    plot, size = sketch.plot, sketch.plot.canvas.font_size - 1
    for row in rows:
        start, end = plot.pixel_x(row["x"]), plot.pixel_x(row["x2"])
        if end - start > measure_text("no data", size=size) + 8:
            x, y = (start + end) / 2, plot.height - 12
            sketch.add_text("no data", x=x, y=y, align="center", size=size, colour=palette.QUIET_INK)


def _join_places(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring places as (first, last) pairs."""
    gaps: list[tuple[int, int]] = []
    for place in places:
        if gaps and place == gaps[-1][1] + 1:
            gaps[-1] = (gaps[-1][0], place)
        else:
            gaps.append((place, place))
    return gaps


def _main_points(chart: LineChart, runs: dict[int, list[list[Point]]]) -> list[Point]:
    return [
        point for number, series in enumerate(chart.series) if series.is_main for run in runs[number] for point in run
    ]


def _extent(points: Iterable[Point], *, with_bounds: bool) -> list[float]:
    values: list[float] = []
    for point in points:
        estimate = point.estimate
        candidates = (estimate.value, estimate.lower, estimate.upper) if with_bounds else (estimate.value,)
        values.extend(value for value in candidates if value is not None)
    return values


def _row(point: Point, periods: PeriodScale) -> dict[str, object]:
    return {"x": periods.place(point.label), "y": point.estimate.value}


def _draw_band(sketch: Sketch, runs: list[list[Point]], periods: PeriodScale) -> None:
    rows: list[dict[str, object]] = []
    for number, run in enumerate(runs):
        for point in run:
            estimate = point.estimate
            if estimate.lower is not None and estimate.upper is not None:
                rows.append({"x": periods.place(point.label), "y": estimate.lower, "y2": estimate.upper, "run": number})
    lonely = [row for row in rows if sum(other["run"] == row["run"] for other in rows) == 1]
    sketch.add("area", [row for row in rows if row not in lonely], group="run", color=palette.BAND, opacity=0.85)
    sketch.add("rule", lonely, color=palette.BAND, strokeWidth=6)


def _draw_series(sketch: Sketch, runs: list[list[Point]], periods: PeriodScale, *, is_main: bool) -> None:
    colour, width = (palette.MAIN, 3.0) if is_main else (palette.CONTEXT, 1.5)
    rows = [{**_row(point, periods), "run": number} for number, run in enumerate(runs) for point in run]
    sketch.add("line", rows, group="run", color=colour, strokeWidth=width, strokeJoin="round", opacity=1)
    # A stretch of one period is no line: without a dot it would not be seen.
    single = [run[0] for run in runs if len(run) == 1]
    _draw_points(sketch, single, periods, shape="circle", size=12 * width, colour=colour)
    _draw_points(sketch, [runs[-1][-1]], periods, shape="circle", size=16 * width, colour=colour)
    marked = [point for run in runs for point in run if point.is_marked]
    _draw_points(sketch, marked, periods, shape="diamond", size=110, colour=palette.MARK)


def _draw_points(
    sketch: Sketch, points: Sequence[Point], periods: PeriodScale, *, shape: str, size: float, colour: str
) -> None:
    rows = [_row(point, periods) for point in points]
    sketch.add(
        "point", rows, shape=shape, size=size, filled=True, color=colour, stroke="white", strokeWidth=1, opacity=1
    )


def _end_label(series: Series, runs: list[list[Point]], canvas: Canvas) -> list[str]:
    text = series.label
    if series.is_main:
        text = f"{series.label} {format_value(runs[-1][-1].estimate)}"
    return wrap_text(text, width=105 if canvas.is_narrow else 200, size=canvas.font_size, is_bold=series.is_main)


def _write_end_labels(
    sketch: Sketch,
    chart: LineChart,
    labels: dict[int, list[str]],
    runs: dict[int, list[list[Point]]],
    periods: PeriodScale,
) -> None:
    plot, numbers = sketch.plot, list(labels)
    line = plot.canvas.font_size * 1.2
    ends = [runs[number][-1][-1] for number in numbers]
    wanted = [plot.pixel_y(end.estimate.value or 0.0) for end in ends]
    centres = spread_labels(
        wanted, [len(labels[number]) * line for number in numbers], low=-line, high=plot.height + line
    )
    leaders = []
    for number, end, at, y in zip(numbers, ends, wanted, centres, strict=True):
        is_main = chart.series[number].is_main
        end_x = plot.pixel_x(periods.place(end.label))
        if abs(y - at) > 3 or plot.width - end_x > 4:
            leaders += [
                {"x": plot.value_x(end_x + 4), "y": plot.value_y(at), "run": number},
                {"x": plot.value_x(plot.width + _LEADER - 1), "y": plot.value_y(y), "run": number},
            ]
        sketch.add_text(
            labels[number],
            x=plot.width + _LEADER,
            y=y,
            is_bold=is_main,
            colour=palette.MAIN if is_main else palette.QUIET_INK,
        )
    sketch.add("line", leaders, group="run", color=palette.CONTEXT, strokeWidth=0.75)


def _draw_phases(sketch: Sketch, chart: RunChart, periods: PeriodScale) -> None:
    plot = sketch.plot
    bands, centres, limits, starts = [], [], [], []
    for number, phase in enumerate(chart.phases):
        left, right = periods.place(phase.start) - 0.5, periods.place(phase.end) + 0.5
        if phase.lower is not None and phase.upper is not None:
            bands.append({"x": left, "x2": right, "y": phase.lower, "y2": phase.upper})
        limits += [{"x": left, "x2": right, "y": bound} for bound in (phase.lower, phase.upper) if bound is not None]
        if phase.centre is not None:
            centres.append({"x": left, "x2": right, "y": phase.centre})
        if number:
            starts.append({"x": left, "y": plot.y_domain[0], "y2": plot.value_y(-14)})
        if len(chart.phases) > 1:
            room = plot.pixel_x(right) - plot.pixel_x(left) - 6
            if measure_text(phase.label, size=plot.canvas.font_size) <= room:
                sketch.add_text(phase.label, x=plot.pixel_x(left) + 4, y=-9, colour=palette.QUIET_INK)
    sketch.add("rect", bands, color="#eef3f7")
    sketch.add("rule", limits, color=palette.CONTEXT, strokeDash=[5, 4], strokeWidth=1.25)
    sketch.add("rule", centres, color=palette.BASELINE, strokeWidth=1.5)
    sketch.add("rule", starts, color=palette.BASELINE, strokeWidth=1)


def _limit_words(chart: RunChart) -> list[tuple[str, float]]:
    if not chart.phases:
        return []
    # The words stand at the right edge, so they may only name lines that reach it.
    last = chart.phases[-1]
    words = (("upper limit", last.upper), ("average", last.centre), ("lower limit", last.lower))
    return [(word, value) for word, value in words if value is not None]


def _write_signals(sketch: Sketch, marked: Sequence[Point], points: Sequence[Point], periods: PeriodScale) -> None:
    plot = sketch.plot
    taken = []
    for point in points:
        x, y = plot.pixel_x(periods.place(point.label)), plot.pixel_y(point.estimate.value or 0.0)
        taken.append(Box(x - 5, y - 5, x + 5, y + 5))
    # The strongest are dated first; in a crowd of signals the rest are dated in the table.
    ranked = sorted(marked, key=lambda point: (-(point.estimate.value or 0.0), point.label))
    if plot.canvas.is_narrow:
        ranked = ranked[:_MOST_DATED_WHEN_NARROW]
    labels = [
        (
            describe_period(point.label, is_short=True),
            plot.pixel_x(periods.place(point.label)),
            plot.pixel_y(point.estimate.value or 0.0),
            number < (2 if plot.canvas.is_narrow else 6),
        )
        for number, point in enumerate(ranked)
    ]
    inside = Box(0, -16, plot.width, plot.height)
    leaders = []
    size = plot.canvas.font_size
    for label, placed in zip(
        labels, place_labels(labels, taken=taken, inside=inside, size=size, is_bold=True), strict=True
    ):
        if placed is not None:
            if placed.needs_leader:
                run = {"run": placed.text}
                leaders.append({"x": plot.value_x(label[1]), "y": plot.value_y(label[2]), **run})
                leaders.append({"x": plot.value_x(placed.x), "y": plot.value_y(placed.y), **run})
            sketch.add_text(
                placed.text,
                x=placed.x,
                y=placed.y,
                align=placed.align,
                colour=palette.MARK,
                is_bold=True,
                has_halo=True,
            )
    sketch.add("line", leaders, group="run", color=palette.MARK, strokeWidth=1)
