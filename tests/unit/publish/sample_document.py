"""A document with every kind of block and chart, every state, long names and hostile text. Made-up places on a made-up grid."""

from __future__ import annotations

import math
from dataclasses import replace

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import (
    AreaShape,
    Audience,
    Chapter,
    Chart,
    Choropleth,
    Column,
    ColumnChart,
    ConcentrationCurve,
    ControlPhase,
    Direction,
    Document,
    Figure,
    Finding,
    FunnelChart,
    FunnelCurve,
    FunnelPoint,
    Heading,
    IntervalChart,
    KeyFigure,
    KeyFigures,
    LineChart,
    MapClass,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    RunChart,
    RunCharts,
    Series,
    SpotMap,
    SpotMark,
    Table,
)

HOSTILE = "<script>alert('x')</script> & \"Sons\""
LONG = "Saint Bartholomew-under-the-Hill with Great and Little Wickham community safety partnership"
OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
POLICE = DisclosureRule("police", "police counts below 5", 4, 1, "owner", "made up")
DISTRICTS = ("Ashby", "Brinkley", "Coldharbour", HOSTILE, "Elmstow", LONG, "Gatley", "Hornsea-on-Marsh")
MONTHS = tuple(f"{year}-{month:02}" for year in (2022, 2023, 2024, 2025) for month in range(1, 13))[:42]


def make_estimate(
    value: float, half: float | None = None, *, unit: str = "per 1,000 residents", **options
) -> Protected:
    lower, upper = (None, None) if half is None else (value - half, value + half)
    method = None if half is None else "exact Poisson"
    return protect(value, unit=unit, rule=OPEN, lower=lower, upper=upper, confidence=0.95, method=method, **options)


def make_count(value: int) -> Protected:
    half = 2 * math.sqrt(value)
    return make_estimate(value, half, unit="offences", count=value)


def make_suppressed(unit: str = "per 1,000 residents") -> Protected:
    return protect(0.731, unit=unit, rule=POLICE, count=3)


def make_incomplete(unit: str = "offences") -> Protected:
    return protect(None, unit=unit, rule=OPEN, state=State.INCOMPLETE, reason="one partner did not send")


def make_not_available() -> Protected:
    return protect(math.nan, unit="per 1,000 residents", rule=OPEN)


def make_line_chart() -> LineChart:
    """The main series lacks one month altogether, two are incomplete, and one stands alone between gaps."""
    series = []
    for number, name in enumerate(("Northshire", "Eastshire", "Westshire", LONG, "Southshire")):
        points = []
        for place, month in enumerate(MONTHS):
            value = 10 + number * 0.35 + math.sin(place / 5 + number)
            if number == 0 and month in ("2023-02", "2023-04"):
                points.append(Point(month, make_incomplete()))
            elif number or month != "2024-02":
                points.append(Point(month, make_estimate(value, 0.6)))
        series.append(Series(name, tuple(points), is_main=number == 0))
    return LineChart(tuple(series), "Offences per 1,000 residents", starts_at_zero=False)


def make_run_charts() -> RunCharts:
    """Three strips: as it is, one with a long name, one that began late and has no limits."""
    whole = make_run_chart()
    late = Series("A late one", whole.series.points[20:], is_main=True)
    bare = ControlPhase(late.points[0].label, late.points[-1].label, None, None, None, "")
    return RunCharts(
        (whole, replace(whole, series=replace(whole.series, label=LONG)), RunChart(late, (bare,), "Calls"))
    )


def make_run_chart() -> RunChart:
    points = []
    for place, month in enumerate(MONTHS):
        level = 420 if place < 24 else 350
        count = level + round(15 * math.sin(place * 1.7)) + {10: 110, 30: -90, 31: -88}.get(place, 0)
        estimate = make_incomplete() if place == 16 else make_count(count)
        points.append(Point(month, estimate, is_marked=place in (10, 30, 31)))
    phases = (
        ControlPhase("2022-01", "2023-12", 420, 365, 475, "Before the recording change"),
        ControlPhase("2024-01", "2025-06", 350, 300, 400, "After it"),
    )
    return RunChart(Series("Northshire", tuple(points), is_main=True), phases, "Offences a month")


def make_interval_chart() -> IntervalChart:
    points = [
        Point(name, make_estimate(16 - number * 1.4, 0.5 + number * 0.1), is_marked=number < 2)
        for number, name in enumerate(DISTRICTS)
    ]
    points[3] = Point(points[3].label, make_suppressed())
    return IntervalChart(tuple(points), "Offences per 1,000 residents", Point("Northshire", make_estimate(10.8, 0.2)))


def make_funnel_chart() -> FunnelChart:
    reference = 10.8
    sizes = range(5_000, 205_000, 5_000)

    def limits(z: float) -> tuple[tuple[tuple[float, float], ...], ...]:
        spread = {size: z * math.sqrt(reference / size * 1000) for size in sizes}
        return tuple(
            tuple((float(size), max(0.0, reference + sign * spread[size])) for size in sizes) for sign in (-1, 1)
        )

    points = tuple(
        FunnelPoint(name, 60_000.0 + 18_000 * number, make_estimate(10.8 + (number % 3 - 1) * 0.8 + (2 if number == 5 else 0), 0.4),
                    is_marked=number == 5)
        for number, name in enumerate(DISTRICTS)
    )  # fmt: skip
    inner, outer = limits(1.96), limits(3.09)
    curves = (FunnelCurve("95% limit", *inner), FunnelCurve("99.8% limit", *outer))
    return FunnelChart(points, curves, reference, "Northshire", "Offences per 1,000 residents")


def make_choropleth(*, side: int = 12) -> Choropleth:
    """A grid of `side` x `side` squares in two districts; one is suppressed, one has no residents."""

    def square(code: str, name: str, column: float, row: float, width: float, height: float) -> AreaShape:
        west, south = 0.1 + column * 0.01, 51.5 + row * 0.01
        east, north = west + width * 0.01, south + height * 0.01
        ring = ((west, south), (west, north), (east, north), (east, south), (west, south))
        return AreaShape(code, name, ((ring,),))

    areas = []
    for column in range(side):
        for row in range(side):
            estimate = make_estimate(1 + column + row / 2, 1.0)
            if (column, row) == (0, 0):
                estimate = make_suppressed()
            elif (column, row) == (1, 1):
                estimate = make_not_available()
            areas.append((square(f"N{column:02}{row:02}", f"Ward {column}/{row}", column, row, 1, 1), estimate))
    half = side / 2
    outlines = (square("D1", "Ashby", 0, 0, half, side), square("D2", HOSTILE, half, 0, half, side))
    classes = tuple(MapClass(f"{low} or more", float(low)) for low in (0, 4, 8, 12, 16))
    return Choropleth(tuple(areas), classes, outlines, "Offences per 1,000 residents")


def make_spot_map() -> SpotMap:
    """Twenty places, twelve of them crowded into one town, one with its number withheld, over two districts."""
    places = [(0.155 + 0.0007 * (n % 4), 51.55 + 0.0006 * (n // 4)) for n in range(12)]
    places += [(0.11 + 0.012 * n, 51.51 + 0.011 * n) for n in range(8)]
    spots = tuple(
        SpotMark(
            str(number),
            HOSTILE if number == 2 else f"Place {number}",
            longitude,
            latitude,
            make_suppressed() if number == 3 else make_count(40 - number),
            is_marked=number % 3 == 0,
        )
        for number, (longitude, latitude) in enumerate(places, 1)
    )
    return SpotMap(spots, make_choropleth().outlines, "less sure", "chosen again in at least half of all repetitions")


def make_concentration_curve() -> ConcentrationCurve:
    shares = [number / 1000 for number in range(1001)]
    curve = tuple((share, 1 - (1 - share) ** 6) for share in shares)
    return ConcentrationCurve(curve, tuple((share, share**0.9) for share in shares), 0.05, "offences")


def make_column_chart() -> ColumnChart:
    names = ("1 (most deprived)", *map(str, range(2, 10)), "10 (least deprived)")
    points = [Point(name, make_estimate(20 - 1.6 * n, 0.6), is_marked=n == 0) for n, name in enumerate(names)]
    points[9] = Point(names[9], make_suppressed())
    return ColumnChart(tuple(points), "Offences per 1,000 residents", "Tenth of areas by deprivation")


CHARTS = {
    "line": make_line_chart,
    "run": make_run_chart,
    "runs": make_run_charts,
    "interval": make_interval_chart,
    "funnel": make_funnel_chart,
    "map": make_choropleth,
    "spots": make_spot_map,
    "concentration": make_concentration_curve,
    "column": make_column_chart,
}


def make_table(name: str, *, rows: int = 8, rows_shown: int | None = None) -> Table:
    """A text column with hostile text, a count and a rate with every state and a flag."""
    states = (make_suppressed(), make_incomplete(), make_not_available())
    body = [
        (
            DISTRICTS[number % len(DISTRICTS)] if number else "=HYPERLINK(1)",
            make_count(1234 + number),
            states[number] if number < len(states)
            else make_estimate(12.345678 + number, 0.9, flags=("estimated across boundaries",) if number == 4 else ()),
        )
        for number in range(rows)
    ]  # fmt: skip
    columns = (Column("area", "Area"), Column("offences", "Offences", True), Column("rate", "Rate", True))
    caption = f"Offences and rates by area, {HOSTILE}"
    return Table(name, caption, columns, tuple(body), "Made-up counts", ("A note.",), rows_shown)


def make_wide_table() -> Table:
    columns = (Column("area", "Area"), *(Column(f"year{n}", f"Year to June {2010 + n}", True) for n in range(14)))
    body = tuple((name, *(make_estimate(10 + n / 3, 0.4) for n in range(14))) for name in DISTRICTS)
    return Table("wide", "Fourteen years", columns, body, "Made-up counts")


def make_figure(name: str, chart: Chart, **options) -> Figure:
    return Figure(
        id=name,
        title=f"What the {name} chart shows & says",
        subtitle="Offences per 1,000 residents, Northshire, January 2022 to June 2025",
        alternative=f"The {name} chart in words: Ashby is highest, and {HOSTILE} is suppressed.",
        chart=chart,
        table=make_table(f"{name}-numbers"),
        source="Made-up counts",
        notes=("Drawn for a test.",),
        **options,
    )


def make_finding(name: str, sentence: str, estimate: Protected, **options) -> Finding:
    return Finding(
        id=name,
        sentence=sentence,
        estimate=estimate,
        measure="Violence with injury",
        period="July 2024 to June 2025",
        area_code="E99000001",
        area_name="Northshire",
        area_vintage="pfa24",
        definition="violence_with_injury, version 3",
        sources=("street level crime, July 2022 to June 2025", "population, 2024"),
        caveats=("recording changed in 2023",),
        **options,
    )


def make_document(*, audience: Audience = Audience.PARTNERSHIP, is_draft: bool = True, level: int = 14_310) -> Document:
    key = KeyFigures(
        (
            KeyFigure(
                "Violence with injury", make_finding("level", f"There were {level:,} offences.", make_count(level))
            ),
            KeyFigure(
                "Rate",
                make_finding(
                    "rate", "The rate is lower than before.", make_estimate(9.8, 0.16), direction=Direction.LOWER
                ),
            ),
            KeyFigure(
                "Share",
                make_finding("share", f"A quarter, say {HOSTILE}.", make_estimate(24.3, 1.1, unit="% of offences")),
            ),
            KeyFigure("Injuries", make_finding("injuries", "Too few to publish.", make_suppressed("admissions"))),
        )
    )
    first = Chapter(
        "summary", "What the data say", "Violence fell, but cannot be told from chance everywhere.",
        (
            key,
            Notice(NoticeKind.CANNOT_TELL, "Open data hold **no weapon flag**. See [the method](method.html)."),
            Heading("What is new"),
            make_finding("change", "Violence fell.", make_estimate(-3.8, 1.6, unit="%", flags=("estimated across boundaries",))),
            make_finding("missing", "The ambulance service has not sent.", make_incomplete()),
            Paragraph(f"Prose with *emphasis*, {HOSTILE}, ![a picture](https://example.org/x.png)\n\n# not a heading\n\n* one\n* two"),
            make_figure("interval", make_interval_chart()),
        ),
    )  # fmt: skip
    trend = Chapter(
        "trend", f"Level & trend {HOSTILE}", "How much there is.",
        (
            Heading("The long run"), make_figure("line", make_line_chart()), make_figure("run", make_run_chart()),
            Heading("Deprivation", 3), make_figure("column", make_column_chart()),
        ),
    )  # fmt: skip
    where = Chapter(
        "where", "Where violence happens", "",
        (
            make_figure("funnel", make_funnel_chart()), make_figure("map", make_choropleth()),
            make_figure("concentration", make_concentration_curve()), make_wide_table(), make_table("long", rows=40, rows_shown=10),
        ),
    )  # fmt: skip
    notices = tuple(Notice(kind, f"Words about {kind}.") for kind in NoticeKind)
    method = Chapter(
        "method",
        "Method",
        "How it was made.",
        (*notices, Heading("Rates"), Paragraph("Back to [the start](index.html).")),
    )
    handling = "Draft for partners. Not for onward sharing." if is_draft else "Released."
    marking = Marking(audience, is_draft, handling)
    return Document(
        "Needs Assessment 2025", "Northshire Partnership", marking, "30 June 2025", (first, trend, where, method)
    )
