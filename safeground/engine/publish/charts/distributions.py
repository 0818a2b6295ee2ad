"""How events are spread: funnels of areas by size, and the curve of concentration in few places."""

from __future__ import annotations

from itertools import pairwise

from safeground.design import palette
from safeground.engine.documents import ConcentrationCurve, FunnelChart, FunnelPoint, format_number
from safeground.engine.publish.charts.canvas import Canvas, Plot, Sketch
from safeground.engine.publish.charts.scales import choose_ticks
from safeground.engine.publish.charts.series import axis_room, write_unit
from safeground.engine.publish.charts.text import Box, measure_text, place_labels, spread_labels, wrap_text

_MOST_LABELS = 20
"""A funnel of more areas than this names only those that are marked."""
_MOST_CURVE_POINTS = 300


def draw_funnel_chart(chart: FunnelChart, canvas: Canvas) -> Sketch:
    """Areas as dots among the limits that chance alone would keep; those spoken of are named and have another shape."""
    shown = [point for point in chart.points if point.estimate.value is not None]
    widest = max(
        [*(point.population for point in shown), *(x for curve in chart.curves for x, _ in curve.upper)], default=1.0
    )
    x_ticks = [tick for tick in choose_ticks(0.0, widest, count=3 if canvas.is_narrow else 5) if tick <= widest]
    # Near zero the limits run away; what no area reaches is not worth the height. A funnel needs no zero: nothing in it is a length.
    first = 0.8 * min((point.population for point in shown), default=0.0)
    edges = [y for curve in chart.curves for line in (curve.lower, curve.upper) for x, y in line if x >= first]
    values = [chart.reference, *edges, *(point.estimate.value for point in shown if point.estimate.value is not None)]
    y_ticks = choose_ticks(min(values), max(values))
    ends = _curve_ends(chart)
    words = [*[(level, y) for level, y in ends], (chart.reference_label, chart.reference)]
    wrapped = [wrap_text(text, width=92 if canvas.is_narrow else 150, size=canvas.font_size) for text, _ in words]
    plot = Plot(
        canvas=canvas,
        height=300.0 if canvas.is_narrow else 400.0,
        x_domain=(0.0, widest),
        y_domain=(y_ticks[0], y_ticks[-1]),
        left=axis_room(y_ticks, canvas),
        right=max(measure_text(line, size=canvas.font_size) for lines in wrapped for line in lines) + 14,
        top=38,
        bottom=56,
    )
    sketch = Sketch(plot)
    sketch.set_x_ticks([(tick, format_number(tick)) for tick in x_ticks])
    sketch.set_y_ticks(y_ticks)
    sketch.add("rule", [{"x": 0, "y": y_ticks[0]}], opacity=0)
    write_unit(sketch, chart.unit)
    sketch.add_text("Residents", x=plot.width / 2, y=plot.height + 42, align="center", colour=palette.QUIET_INK)
    _draw_limits(sketch, chart)
    heights = [len(lines) * canvas.font_size * 1.2 for lines in wrapped]
    centres = spread_labels([plot.pixel_y(value) for _, value in words], heights, low=0, high=plot.height)
    for lines, y in zip(wrapped, centres, strict=True):
        sketch.add_text(lines, x=plot.width + 8, y=y, colour=palette.QUIET_INK)
    _draw_areas(sketch, shown)
    return sketch


def _curve_ends(chart: FunnelChart) -> list[tuple[str, float]]:
    """Each limit's name and height where the chart ends, upper and lower."""
    ends = []
    for curve in chart.curves:
        for line in (curve.upper, curve.lower):
            if line:
                ends.append((curve.level, line[-1][1]))
    return ends


def _draw_limits(sketch: Sketch, chart: FunnelChart) -> None:
    plot = sketch.plot
    low, high = plot.y_domain
    for number, curve in enumerate(chart.curves):
        rows: list[dict[str, object]] = [
            {"x": x, "y": y, "run": f"{number}{side}"}
            for side, line in (("u", curve.upper), ("l", curve.lower))
            for x, y in line
            if low <= y <= high and x <= plot.x_domain[1]
        ]
        dash = [5, 4] if number == 0 else [1, 0]
        sketch.add("line", rows, group="run", color=palette.CONTEXT, strokeDash=dash, strokeWidth=1.5, opacity=1)
    sketch.add(
        "rule", [{"x": 0, "x2": plot.x_domain[1], "y": chart.reference}], color=palette.BASELINE, strokeWidth=1.5
    )


def _draw_areas(sketch: Sketch, points: list[FunnelPoint]) -> None:
    plot = sketch.plot
    for is_marked, colour, shape, size in ((False, palette.MAIN, "circle", 60), (True, palette.MARK, "diamond", 130)):
        rows = [{"x": p.population, "y": p.estimate.value} for p in points if p.is_marked == is_marked]
        sketch.add(
            "point", rows, shape=shape, size=size, filled=True, color=colour, stroke="white", strokeWidth=1, opacity=1
        )
    taken = []
    for point in points:
        x, y = plot.pixel_x(point.population), plot.pixel_y(point.estimate.value or 0.0)
        taken.append(Box(x - 5, y - 5, x + 5, y + 5))
    ranked = sorted(points, key=lambda point: (not point.is_marked, -(point.estimate.value or 0.0), point.label))
    if len(points) > _MOST_LABELS or plot.canvas.is_narrow:
        ranked = [point for point in ranked if point.is_marked]
    for is_marked in (True, False):
        _name_areas(sketch, [point for point in ranked if point.is_marked == is_marked], taken, is_marked=is_marked)


def _name_areas(sketch: Sketch, points: list[FunnelPoint], taken: list[Box], *, is_marked: bool) -> None:
    """Write names beside their dots, out of each other's way; what is written is added to `taken`."""
    plot = sketch.plot
    size = plot.canvas.font_size - (0 if is_marked else 1)
    room = 120 if plot.canvas.is_narrow else 230
    labels = [
        (
            "\n".join(wrap_text(point.label, width=room, size=size, is_bold=is_marked)),
            plot.pixel_x(point.population),
            plot.pixel_y(point.estimate.value or 0.0),
            is_marked,
        )
        for point in points
    ]
    inside = Box(2, -10, plot.width, plot.height - 2)
    leaders: list[dict[str, object]] = []
    for label, placed in zip(
        labels, place_labels(labels, taken=taken, inside=inside, size=size, is_bold=is_marked), strict=True
    ):
        if placed is None:
            continue
        if placed.needs_leader:
            ends = ((label[1], label[2]), (placed.x, placed.y))
            leaders += [{"x": plot.value_x(x), "y": plot.value_y(y), "run": placed.text} for x, y in ends]
        lines = placed.text.split("\n")
        width = max(measure_text(line, size=size, is_bold=is_marked) for line in lines)
        left = placed.x - {"left": 0.0, "right": width, "center": width / 2}[placed.align]
        half = len(lines) * size * 0.6
        taken.append(Box(left, placed.y - half, left + width, placed.y + half))
        colour = palette.MARK if is_marked else palette.QUIET_INK
        sketch.add_text(
            lines,
            x=placed.x,
            y=placed.y,
            align=placed.align,
            size=size,
            is_bold=is_marked,
            has_halo=True,
            colour=colour,
        )
    sketch.add("line", leaders, group="run", color=palette.MARK, strokeWidth=1)


def draw_concentration_curve(chart: ConcentrationCurve, canvas: Canvas) -> Sketch:
    """The share of events against the share of areas, the line that even risk would give, and the share spoken of."""
    ticks = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    narrow_ticks = [0.0, 50.0, 100.0] if canvas.is_narrow else ticks
    plot = Plot(
        canvas=canvas,
        height=290.0 if canvas.is_narrow else 400.0,
        x_domain=(0.0, 100.0),
        y_domain=(0.0, 100.0),
        left=52,
        right=26,
        top=38,
        bottom=56,
    )
    sketch = Sketch(plot)
    sketch.set_x_ticks([(tick, f"{tick:.0f}%") for tick in narrow_ticks])
    sketch.set_y_ticks(ticks, suffix="%")
    sketch.add("rule", [{"x": 0, "y": 0}], opacity=0)
    write_unit(sketch, f"Share of {chart.unit}")
    sketch.add_text(
        "Share of areas, most affected first",
        x=plot.width / 2,
        y=plot.height + 42,
        align="center",
        colour=palette.QUIET_INK,
    )
    curve = [(100 * x, 100 * y) for x, y in _thin(chart.curve)]
    chance = [(100 * x, 100 * y) for x, y in _thin(chart.chance)]
    sketch.add("line", [{"x": x, "y": y} for x, y in chance], color=palette.CONTEXT, strokeDash=[5, 4], strokeWidth=2)
    sketch.add("line", [{"x": x, "y": y} for x, y in curve], color=palette.MAIN, strokeWidth=3)
    _name_curves(sketch, curve, chance, chart)
    return sketch


def _name_curves(
    sketch: Sketch, curve: list[tuple[float, float]], chance: list[tuple[float, float]], chart: ConcentrationCurve
) -> None:
    plot = sketch.plot
    share = 100 * chart.marked_share
    reached = _height_at(curve, share)
    sketch.add("rule", [{"x": share, "y": 0, "y2": reached}], color=palette.MARK, strokeWidth=2)
    sketch.add("rule", [{"x": 0, "x2": share, "y": reached}], color=palette.MARK, strokeWidth=2)
    sketch.add(
        "point",
        [{"x": share, "y": reached}],
        shape="diamond",
        size=150,
        filled=True,
        color=palette.MARK,
        stroke="white",
        opacity=1,
    )
    words = [f"{format_number(share, decimals=0 if share >= 1 else 1)}% of areas", f"have {format_number(reached)}%"]
    at_x, at_y = plot.pixel_x(share), plot.pixel_y(reached)
    # Below and right of the mark the curve never passes.
    sketch.add_text(
        words, x=at_x + 12, y=min(at_y + 14, plot.height - 22), colour=palette.MARK, is_bold=True, has_halo=True
    )
    # Above its left the rising curve leaves the page empty, and so does the other line below its right: the names never meet.
    text = "what was recorded"
    width = measure_text(text, size=plot.canvas.font_size, is_bold=True)
    x = max(plot.pixel_x(45.0), width + 20)
    y = max(plot.pixel_y(_height_at(curve, plot.value_x(x))) - 12, 8.0)
    sketch.add_text(text, x=x - 12, y=y, align="right", colour=palette.MAIN, is_bold=True, has_halo=True)
    y = plot.pixel_y(_height_at(chance, 62.0)) + 20
    sketch.add_text("if risk were even", x=plot.pixel_x(62.0) + 10, y=y, colour=palette.QUIET_INK, has_halo=True)


def _thin(curve: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """At most a few hundred points, the first and last among them: the eye sees no more."""
    if len(curve) <= _MOST_CURVE_POINTS:
        return list(curve)
    last = len(curve) - 1
    chosen = sorted({round(number * last / (_MOST_CURVE_POINTS - 1)) for number in range(_MOST_CURVE_POINTS)})
    return [curve[number] for number in chosen]


def _height_at(curve: list[tuple[float, float]], x: float) -> float:
    """The curve's height at `x`, between its points by straight lines."""
    for (left, low), (right, high) in pairwise(curve):
        if left <= x <= right:
            return high if right == left else low + (high - low) * (x - left) / (right - left)
    return curve[-1][1] if curve else 0.0
