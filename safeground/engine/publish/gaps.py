"""What a figure could not draw, said in words under it: a gap must never be taken for a nought."""

from __future__ import annotations

from collections.abc import Iterable

from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Chart,
    Choropleth,
    ColumnChart,
    FunnelChart,
    HeatGrid,
    IntervalChart,
    LineChart,
    ProjectionChart,
    RunChart,
    RunCharts,
    SpotMap,
    format_number,
    join_words,
)
from safeground.engine.publish.charts import describe_period

_MOST_NAMED = 4


def describe_gaps(chart: Chart) -> tuple[str, ...]:
    """One sentence for each reason why numbers are not drawn, naming a few of them."""
    groups: dict[str, list[str]] = {}
    for label, estimate in _find_numbers(chart):
        if not estimate.is_published:
            groups.setdefault(f"{estimate.state}: {estimate.reason}", []).append(label)
    return tuple(f"Not drawn: {_name(labels)} – {reason}." for reason, labels in groups.items())


def _find_numbers(chart: Chart) -> Iterable[tuple[str, Protected]]:
    if isinstance(chart, LineChart):
        for series in chart.series:
            prefix = "" if series.is_main else f"{series.label}, "
            yield from ((prefix + describe_period(point.label), point.estimate) for point in series.points)
    elif isinstance(chart, RunChart):
        yield from ((describe_period(point.label), point.estimate) for point in chart.series.points)
    elif isinstance(chart, RunCharts):
        for part in chart.parts:
            label = part.series.label
            yield from ((f"{label}, {describe_period(point.label)}", point.estimate) for point in part.series.points)
    elif isinstance(chart, ProjectionChart):
        yield from ((point.label, point.estimate) for point in (*chart.history, *chart.path))
    elif isinstance(chart, IntervalChart | FunnelChart | ColumnChart):
        yield from ((point.label, point.estimate) for point in chart.points)
    elif isinstance(chart, Choropleth):
        yield from ((area.name, estimate) for area, estimate in chart.areas)
    elif isinstance(chart, SpotMap):
        yield from ((f"{spot.number} {spot.name}", spot.estimate) for spot in chart.spots)
    elif isinstance(chart, HeatGrid):
        for row, cells in zip(chart.rows, chart.cells, strict=True):
            yield from ((f"{column} {row}", cell) for column, cell in zip(chart.columns, cells, strict=True))


def _name(labels: list[str]) -> str:
    if len(labels) <= _MOST_NAMED:
        return join_words(labels)
    return f"{', '.join(labels[:2])} and {format_number(len(labels) - 2)} more"
