"""Charts: from a description in the document to an SVG, in two widths. One function draws each kind."""

from __future__ import annotations

from typing import Any

from safeground.engine.documents import (
    Chart,
    Choropleth,
    ColumnChart,
    ConcentrationCurve,
    FunnelChart,
    HeatGrid,
    IntervalChart,
    LineChart,
    ProjectionChart,
    RunChart,
    RunCharts,
    SpotMap,
)
from safeground.engine.publish.charts.canvas import NARROW, WIDE, Canvas
from safeground.engine.publish.charts.comparisons import draw_column_chart, draw_interval_chart
from safeground.engine.publish.charts.distributions import draw_concentration_curve, draw_funnel_chart
from safeground.engine.publish.charts.grids import draw_heat_grid
from safeground.engine.publish.charts.maps import draw_choropleth
from safeground.engine.publish.charts.multiples import draw_run_charts
from safeground.engine.publish.charts.projections import draw_projection_chart
from safeground.engine.publish.charts.scales import describe_period
from safeground.engine.publish.charts.series import draw_line_chart, draw_run_chart
from safeground.engine.publish.charts.spots import draw_spot_map
from safeground.engine.publish.charts.svg import render_svg

__all__ = ["NARROW", "WIDE", "Canvas", "describe_period", "draw_chart", "render_svg"]

_DRAWERS: dict[type, Any] = {
    LineChart: draw_line_chart,
    RunChart: draw_run_chart,
    RunCharts: draw_run_charts,
    ProjectionChart: draw_projection_chart,
    IntervalChart: draw_interval_chart,
    FunnelChart: draw_funnel_chart,
    ConcentrationCurve: draw_concentration_curve,
    ColumnChart: draw_column_chart,
    HeatGrid: draw_heat_grid,
}


def draw_chart(chart: Chart, *, canvas: Canvas) -> dict[str, Any]:
    """The chart as a checked Vega-Lite spec, `canvas.width` pixels wide."""
    from altair.utils.schemapi import debug_mode

    # Altair would check each of hundreds of parts against the schema as it is made, and then the whole; the whole is enough.
    with debug_mode(False):
        if isinstance(chart, Choropleth):
            return draw_choropleth(chart, canvas)
        if isinstance(chart, SpotMap):
            return draw_spot_map(chart, canvas)
        spec: dict[str, Any] = _DRAWERS[type(chart)](chart, canvas).make_spec()
        return spec
