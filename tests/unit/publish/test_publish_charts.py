"""Charts as pictures: the right size, nothing cut off or overwritten, gaps left open, nothing withheld drawn."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from altair.utils.schemapi import SchemaValidationError, debug_mode
from sample_document import (
    CHARTS,
    HOSTILE,
    LONG,
    MONTHS,
    make_choropleth,
    make_column_chart,
    make_concentration_curve,
    make_estimate,
    make_line_chart,
    make_run_chart,
)

from safeground.engine.documents import IntervalChart, LineChart, Point, Series
from safeground.engine.publish.charts import NARROW, WIDE, draw_chart, render_svg
from safeground.engine.publish.charts.canvas import Plot, Sketch
from safeground.engine.publish.charts.text import Box, measure_text

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"wide": WIDE, "narrow": NARROW}
_drawn: dict[tuple[str, str], str] = {}


def draw(chart, canvas=WIDE) -> str:
    return render_svg(draw_chart(chart, canvas=canvas), title="Title & more", description="In <words>")


def drawn(kind: str, size: str) -> str:
    if (kind, size) not in _drawn:
        _drawn[kind, size] = draw(CHARTS[kind](), SIZES[size])
    return _drawn[kind, size]


def find_texts(svg: str) -> list[tuple[str, Box]]:
    """Every word drawn (halos left out) with its box in the picture's pixels."""
    found = []

    def walk(element, x, y):
        for dx, dy in re.findall(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", element.get("transform", "")):
            x, y = x + float(dx), y + float(dy)
        if element.tag == f"{SVG}text" and element.text and element.get("stroke") != "white":
            size = float(element.get("font-size", "14px").removesuffix("px"))
            width = measure_text(element.text, size=size, is_bold=element.get("font-weight") == "bold")
            left = x - {"end": width, "middle": width / 2}.get(element.get("text-anchor", "start"), 0)
            found.append((element.text, Box(left, y - size * 0.8, left + width, y + size * 0.2)))
        for child in element:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0.0, 0.0)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", CHARTS)
def test_every_word_is_inside_the_picture(kind, size):
    svg = drawn(kind, size)
    root = ET.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    assert width == SIZES[size].width
    texts = find_texts(svg)
    assert len(texts) > 5
    for text, box in texts:
        assert box.left >= -2 and box.right <= width + 2 and box.top >= -1 and box.bottom <= height + 1, text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", CHARTS)
def test_no_two_words_overlap(kind, size):
    texts = find_texts(drawn(kind, size))
    for number, (one, box) in enumerate(texts):
        # A pixel of each side is the roundness of letters.
        inner = Box(box.left + 1, box.top + 1.5, box.right - 1, box.bottom - 1.5)
        for other, taken in texts[number + 1 :]:
            assert not inner.overlaps(taken), (one, other)


@pytest.mark.parametrize("kind", CHARTS)
def test_a_picture_is_the_same_every_time(kind):
    chart = CHARTS[kind]()
    draw(make_line_chart())  # moves the renderer's own counters on
    assert draw(chart) == drawn(kind, "wide")


@pytest.mark.parametrize("kind", CHARTS)
def test_a_picture_stands_on_its_own(kind):
    svg = drawn(kind, "wide")
    root = ET.fromstring(svg)
    assert (root[0].tag, root[0].text) == (f"{SVG}title", "Title & more")
    assert (root[1].tag, root[1].text) == (f"{SVG}desc", "In <words>")
    assert root.get("role") == "img"
    assert not re.search(r'href="|url\((?!#)|@import|<image', svg)
    assert "aria-" not in svg and svg.count("role=") == 1


def test_a_gap_is_left_open_and_a_lonely_month_is_a_dot():
    """One main series: 2023-02 and -04 incomplete, 2024-02 absent: three stretches of line, and 2023-03 alone."""
    chart = make_line_chart()
    svg = draw(LineChart((chart.series[0],), chart.unit, False))
    lines = re.findall(r'<path d="(M[^"]+)" stroke="#12436d" stroke-width="3"', svg.replace(' transform=""', ""))
    lines = lines or re.findall(r'd="(M[^"]+)"[^>]*stroke="#12436d" stroke-width="3"', svg)
    assert sum("L" in line for line in lines) == 3
    assert svg.count('fill="#f1f2f3"') == 3, "each missing month has its pale ground"


def test_a_withheld_row_is_named_and_not_drawn():
    assert "suppressed" in [text for text, _ in find_texts(drawn("interval", "wide"))]
    spec = draw_chart(CHARTS["interval"](), canvas=WIDE)
    dots = [
        row
        for layer in spec["layer"]
        if layer["mark"]["type"] == "point"
        for row in spec["datasets"][layer["data"]["name"]]
    ]
    assert len(dots) == 7, "eight districts, one of them suppressed"


def test_names_are_written_as_they_are():
    texts = " ".join(text for text, _ in find_texts(drawn("interval", "wide")))
    assert HOSTILE in texts and LONG in texts


@pytest.mark.parametrize("size", SIZES)
def test_an_area_beyond_the_limits_is_named_however_long_its_name(size):
    texts = " ".join(text for text, _ in find_texts(drawn("funnel", size)))
    assert LONG in texts


def test_a_map_hatches_what_is_suppressed_and_dots_what_has_no_number():
    svg = drawn("map", "wide")
    assert svg.count('fill="url(#suppressed)"') == 2  # the area and its swatch in the legend
    assert svg.count('fill="url(#not-available)"') == 2
    texts = [text for text, _ in find_texts(svg)]
    assert "suppressed: 1 area" in texts and "no number: 1 area" in texts


def test_the_legend_counts_every_area_once():
    texts = [text for text, _ in find_texts(drawn("map", "narrow"))]
    counts = [int(match[1]) for text in texts if (match := re.search(r": (\d+) areas?$", text))]
    assert sum(counts) == 144


def test_a_map_of_a_thousand_areas_stays_small():
    svg = draw(make_choropleth(side=34))
    assert svg.count("<path") > 1156
    assert len(svg) < 500_000


def test_a_map_refuses_more_classes_than_can_be_told_apart():
    chart = make_choropleth(side=2)
    with pytest.raises(ValueError, match="one to 7 classes, not 10"):
        draw(replace(chart, classes=chart.classes * 2))


def test_neighbours_keep_a_common_border_when_simplified():
    """The squares of the grid meet: no simplified area leaves a sliver to its neighbour."""
    spec = draw_chart(make_choropleth(side=6), canvas=WIDE)
    features = next(rows for rows in spec["datasets"].values() if len(rows) == 36)
    corners = {
        tuple(point) for f in features for polygon in f["geometry"]["coordinates"] for ring in polygon for point in ring
    }
    assert len(corners) == 49


def test_a_wide_gap_is_named_as_one():
    chart = make_line_chart()
    main = chart.series[0]
    early = replace(main, points=(*main.points[:10], *main.points[30:]))
    assert "no data" in [text for text, _ in find_texts(draw(replace(chart, series=(early, *chart.series[1:]))))]
    assert "no data" not in [text for text, _ in find_texts(drawn("line", "wide"))]


@pytest.mark.parametrize("power", [1.4, 2, 6, 40])
@pytest.mark.parametrize("canvas", SIZES.values(), ids=SIZES)
def test_the_names_of_the_two_curves_never_meet(power, canvas):
    chart = make_concentration_curve()
    curve = tuple((share, 1 - (1 - share) ** power) for share, _ in chart.curve)
    texts = find_texts(draw(replace(chart, curve=curve), canvas))
    for number, (one, box) in enumerate(texts):
        for other, taken in texts[number + 1 :]:
            assert not Box(box.left + 1, box.top + 1.5, box.right - 1, box.bottom - 1.5).overlaps(taken), (one, other)


def test_signals_are_dated_and_of_another_shape():
    svg = drawn("run", "wide")
    texts = [text for text, _ in find_texts(svg)]
    assert {"Nov 2022", "Jul 2024", "Aug 2024"} <= set(texts)
    assert {"upper limit", "average", "lower limit", "Before the recording change", "After it"} <= set(texts)


def test_bars_start_at_zero():
    chart = make_column_chart()
    spec = draw_chart(replace(chart, points=chart.points[:2]), canvas=WIDE)
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == 0


@pytest.mark.parametrize("canvas", SIZES.values(), ids=SIZES)
def test_a_chart_in_which_everything_is_withheld_is_still_drawn(canvas):
    from sample_document import make_suppressed

    points = tuple(Point(month, make_suppressed()) for month in MONTHS[:5])
    for chart in (
        LineChart((Series("Only", points, True),), "offences"),
        replace(make_run_chart(), series=Series("Only", points, True)),
        IntervalChart(points, "offences"),
        replace(make_column_chart(), points=points),
    ):
        assert draw(chart, canvas).startswith("<svg")


@pytest.mark.parametrize("size", SIZES)
def test_an_axis_below_nought_has_all_its_numbers(size):
    points = tuple(
        Point(name, make_estimate(value, 12, unit="% change"))
        for name, value in zip("ABC", (-31.0, 4.0, 33.0), strict=True)
    )
    words = [text for text, _ in find_texts(draw(IntervalChart(points, "% change"), SIZES[size]))]
    least = {"wide": "−60", "narrow": "−50"}[size]
    assert {least, "0", least.lstrip("−")} <= set(words)


@pytest.mark.parametrize("size", SIZES)
def test_numbers_of_an_axis_in_millions_stand_apart(size):
    points = tuple(
        Point("What is owed to this and not to others", make_estimate(value, 900_000.0, unit="£"))
        for value in (1_250_000.0, 3_860_000.0)
    )
    boxes = [
        box
        for text, box in find_texts(draw(IntervalChart(points, "£"), SIZES[size]))
        if text.endswith(",000,000") or text == "0"
    ]
    row = sorted((box for box in boxes if box.top == max(each.top for each in boxes)), key=lambda box: box.left)
    assert len(row) >= 2
    assert all(one.right < other.left for one, other in itertools.pairwise(row))


@pytest.mark.parametrize("size", SIZES)
def test_a_phase_without_limits_has_none_drawn(size):
    whole = make_run_chart()
    first, last = whole.phases
    bare = replace(last, start="2024-06", centre=math.nan, lower=None, upper=math.nan)
    assert (bare.centre, bare.lower, bare.upper) == (None, None, None)
    svg = draw(replace(whole, phases=(first, bare)), SIZES[size])
    words = [text for text, _ in find_texts(svg)]
    assert not {"upper limit", "average", "lower limit"} & set(words), "words name only lines that reach them"
    assert "NaN" not in svg
    assert svg.count("stroke-dasharray") == drawn("run", size).count("stroke-dasharray") - 2
    only_mean = draw(replace(whole, phases=(first, replace(bare, centre=350.0))), SIZES[size])
    assert "average" in [text for text, _ in find_texts(only_mean)]


def test_a_crowd_of_signals_is_dated_sparingly_on_a_telephone():
    chart = make_run_chart()
    points = tuple(replace(point, is_marked=place % 2 == 0) for place, point in enumerate(chart.series.points))
    crowded = replace(chart, series=replace(chart.series, points=points))

    def count_dates(canvas):
        return sum(bool(re.fullmatch(r"[A-Z][a-z]{2} 20\d\d", text)) for text, _ in find_texts(draw(crowded, canvas)))

    assert 1 <= count_dates(NARROW) <= 4 < count_dates(WIDE)


def test_a_drawing_that_vega_lite_does_not_know_is_refused_as_a_whole():
    with debug_mode(False):  # as `draw_chart` does: parts are not checked as they are made
        sketch = Sketch(Plot(WIDE, 100, (0, 1), (0, 1)))
        sketch.add("rule", [{"x": 0, "y": 0}], strokeDash="dotted")
        with pytest.raises(SchemaValidationError, match="'dotted' is an invalid value"):
            sketch.make_spec()
