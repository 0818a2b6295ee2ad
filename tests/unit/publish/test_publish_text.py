"""Where labels go: no overlap, in order, near where they wish to be."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from safeground.engine.publish.charts.scales import choose_tick_format, choose_ticks, describe_period, make_period_scale
from safeground.engine.publish.charts.text import Box, measure_text, place_labels, spread_labels, wrap_text

pixels = st.floats(0, 400, allow_nan=False)


@given(st.lists(pixels, min_size=1, max_size=12))
def test_spread_labels_never_overlap_and_keep_their_order(wanted):
    heights = [16.0] * len(wanted)
    centres = spread_labels(wanted, heights, low=0, high=400)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    placed = [centres[index] for index in order]
    assert all(after - before >= 16 - 1e-6 for before, after in itertools.pairwise(placed))
    assert min(placed) >= 8 - 1e-6 and max(placed) <= 392 + 1e-6


def test_labels_with_room_stay_where_they_wish():
    assert spread_labels([50, 100, 300], [16, 16, 16], low=0, high=400) == [50, 100, 300]


def test_two_labels_on_one_spot_part_evenly():
    assert spread_labels([100, 100], [20, 20], low=0, high=400) == [90, 110]


@given(st.lists(st.tuples(pixels, pixels), max_size=15))
def test_placed_labels_overlap_nothing(points):
    labels = [(f"Label {number}", x, y, True) for number, (x, y) in enumerate(points)]
    inside = Box(0, 0, 400, 400)
    boxes = []
    for placed in place_labels(labels, taken=[], inside=inside, size=14):
        if placed is None:
            continue
        width = measure_text(placed.text, size=14)
        left = placed.x - {"left": 0, "right": width, "center": width / 2}[placed.align]
        box = Box(left, placed.y - 8, left + width, placed.y + 8)
        assert not any(box.overlaps(other) for other in boxes)
        boxes.append(box)


@given(st.text(st.characters(codec="ascii", categories=["L", "Zs"]), min_size=1), st.floats(20, 300))
def test_wrapping_loses_no_word(text, width):
    assert " ".join(wrap_text(text, width=width, size=14)).split() == text.split()


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_enclose_the_data(low, width):
    ticks = choose_ticks(low, low + width)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + step * 1e-6 and ticks[-1] >= low + width - step * 1e-6
    assert 2 <= len(ticks) <= 12


def test_ticks_show_just_the_decimals_they_need():
    assert choose_tick_format([0.0, 2.5, 5.0]) == ",.1f"
    assert choose_tick_format([0.0, 20.0]) == ",.0f"


def test_months_keep_their_distance_when_one_is_missing():
    scale = make_period_scale(["2024-11", "2024-12", "2025-03"])
    assert [scale.place(label) - scale.place("2024-11") for label in scale.labels] == [0, 1, 4]


def test_long_runs_are_labelled_by_year_and_short_ones_by_month():
    long = make_period_scale([f"{year}-{month:02}" for year in range(2020, 2025) for month in range(1, 13)])
    assert [words for _, words in long.ticks(most=8)] == ["2020", "2021", "2022", "2023", "2024"]
    short = make_period_scale([f"2024-{month:02}" for month in range(1, 7)])
    assert [words for _, words in short.ticks(most=3)] == ["Jan 2024", "Mar 2024", "May 2024"]


def test_labels_that_are_no_dates_keep_their_order():
    scale = make_period_scale(["2023/24", "2024/25"])
    assert (scale.step, scale.ticks(most=5)) == ("order", [(0.0, "2023/24"), (1.0, "2024/25")])


def test_months_are_written_out():
    assert describe_period("2025-06") == "June 2025"
    assert describe_period("2023/24") == "2023/24"
