"""What a chart shows, as data. The kinds are few; each is drawn by one function of `publish`.

All numbers are `Protected`: a suppressed one is drawn as a gap and named in the figure's table. Labels are the words a reader sees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from safeground.engine.disclosure import Protected


@dataclass(frozen=True)
class Point:
    """A labelled number: `label` is the category ("Harlow") or the period ("2025-06")."""

    label: str
    estimate: Protected
    is_marked: bool = False
    """Drawn in the accent colour and with another shape: beyond a limit, or the area spoken of."""


@dataclass(frozen=True)
class Series:
    """A line's points in order of time; `label` is written at its end. Months without data are simply not here: the gap shows."""

    label: str
    points: tuple[Point, ...]
    is_main: bool = False


@dataclass(frozen=True)
class LineChart:
    """Series over months (labels are 'YYYY-MM') or years. An interval is drawn as a band for the main series only."""

    series: tuple[Series, ...]
    unit: str
    starts_at_zero: bool = True


@dataclass(frozen=True)
class RunChart:
    """One series of months with its centre line and control limits, in phases: limits are re-based where recording changed."""

    series: Series
    phases: tuple[ControlPhase, ...]
    unit: str


@dataclass(frozen=True)
class RunCharts:
    """Small multiples: run charts beneath each other on one axis of months, each on a scale of its own and named by its series."""

    parts: tuple[RunChart, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("small multiples need a run chart or more")


@dataclass(frozen=True)
class ControlPhase:
    """Centre and limits from month to month (inclusive labels 'YYYY-MM').

    A phase too short or too restless for limits has None in their place, and NaN is taken as None: what is not known is not drawn.
    Phases need not touch; the months between them belong to none.
    """

    start: str
    end: str
    centre: float | None
    lower: float | None
    upper: float | None
    label: str

    def __post_init__(self) -> None:
        for name in ("centre", "lower", "upper"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                object.__setattr__(self, name, None)


@dataclass(frozen=True)
class ProjectionChart:
    """Yearly counts with their intervals, what may come of them, and the path a goal asks for. Labels are the years ('2024').

    `fan_wide` and `fan_narrow`: the years ahead, each with the middle as its value and the bounds of a wide and a narrow band. `path`:
    from the baseline to the goal, a point a year; empty where there is no path.
    """

    history: tuple[Point, ...]
    fan_wide: tuple[Point, ...]
    fan_narrow: tuple[Point, ...]
    path: tuple[Point, ...]
    unit: str


@dataclass(frozen=True)
class IntervalChart:
    """Dots with intervals, one row a label, in the order given; `reference` is drawn as a line with its label."""

    points: tuple[Point, ...]
    unit: str
    reference: Point | None = None


@dataclass(frozen=True)
class FunnelPoint:
    """An area on a funnel: how large it is and what its rate is."""

    label: str
    population: float
    estimate: Protected
    is_marked: bool = False


@dataclass(frozen=True)
class FunnelCurve:
    """A limit of the funnel as (population, rate) pairs; `level` is worded ('95% limit')."""

    level: str
    lower: tuple[tuple[float, float], ...]
    upper: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class FunnelChart:
    """Rates against populations with the limits within which chance alone keeps them."""

    points: tuple[FunnelPoint, ...]
    curves: tuple[FunnelCurve, ...]
    reference: float
    reference_label: str
    unit: str


@dataclass(frozen=True)
class AreaShape:
    """An area's outline: polygons of rings of (longitude, latitude), as in GeoJSON's MultiPolygon."""

    code: str
    name: str
    polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]


@dataclass(frozen=True)
class MapClass:
    """A class of a choropleth: areas whose value is at least `at_least` and below the next class's."""

    label: str
    at_least: float


@dataclass(frozen=True)
class Choropleth:
    """A map of areas coloured by class. `outlines` are drawn over it and labelled (districts). The legend says how many areas each
    class has, called `counted_as`; None leaves that out, where an area is no thing of its own (a band of a smoothed surface)."""

    areas: tuple[tuple[AreaShape, Protected], ...]
    classes: tuple[MapClass, ...]
    outlines: tuple[AreaShape, ...]
    unit: str
    counted_as: str | None = "area"


@dataclass(frozen=True)
class SpotMark:
    """A small place on a map: what it is numbered by, its name, and where it lies in degrees (WGS84)."""

    number: str
    name: str
    longitude: float
    latitude: float
    estimate: Protected
    is_marked: bool = False
    """Drawn hollow: what is known of it is less sure than of the others."""


@dataclass(frozen=True)
class SpotMap:
    """Where small places lie: a numbered dot each, too small to be drawn in their own size, over outlines with their names."""

    spots: tuple[SpotMark, ...]
    outlines: tuple[AreaShape, ...]
    marked_label: str
    unmarked_label: str


@dataclass(frozen=True)
class ConcentrationCurve:
    """Cumulative share of events (0 to 1) against cumulative share of areas, most affected first; `chance` is what even risk gives."""

    curve: tuple[tuple[float, float], ...]
    chance: tuple[tuple[float, float], ...]
    marked_share: float
    """The share of areas spoken of in the title, for example 0.05."""
    unit: str


@dataclass(frozen=True)
class ColumnChart:
    """Vertical bars with intervals over an ordered scale (deprivation tenths, age bands)."""

    points: tuple[Point, ...]
    unit: str
    axis_title: str


@dataclass(frozen=True)
class HeatGrid:
    """A number for each pair of two ordered scales (days and hours), drawn as a grid of cells with the number in each.

    `cells`: one row for each of `rows`, one number for each of `columns`.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Protected, ...], ...]
    unit: str

    def __post_init__(self) -> None:
        if len(self.cells) != len(self.rows) or any(len(row) != len(self.columns) for row in self.cells):
            raise ValueError(f"a grid of {len(self.rows)} by {len(self.columns)} needs as many numbers")


Chart: TypeAlias = (
    LineChart
    | RunChart
    | RunCharts
    | ProjectionChart
    | IntervalChart
    | FunnelChart
    | Choropleth
    | SpotMap
    | ConcentrationCurve
    | ColumnChart
    | HeatGrid
)
