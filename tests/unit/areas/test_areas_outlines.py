from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
import shapely

from safeground.engine.areas import (
    Outlines,
    check_points_inside,
    dissolve,
    find_neighbours,
    make_outlines,
    simplify_for_display,
)


def make_row_of_squares(*left: float) -> Outlines:
    codes = np.array(["a", "b", "c", "d"][: len(left)], dtype=object)
    return Outlines("lsoa21", codes, codes, np.array([shapely.box(x, 0, x + 1, 1) for x in left], dtype=object))


SQUARES = make_row_of_squares(0, 1, 2, 4)


def test_areas_are_dissolved_from_parts_that_share_edges():
    dissolved = dissolve(
        SQUARES,
        {"a": "w1", "b": "w1", "c": "w2"},
        vintage="ward24",
        names={"w1": "First", "elsewhere": "No part of it here"},
    )
    assert dissolved.method == "coverage"
    assert list(dissolved.outlines.codes) == ["w1", "w2"]
    assert list(dissolved.outlines.names) == ["First", "w2"]
    assert dissolved.outlines.geometries[0].equals(shapely.box(0, 0, 2, 1))
    assert dissolved.left_out == ("d",)


def test_parts_that_overlap_are_united_and_named():
    dissolved = dissolve(make_row_of_squares(0, 0.9, 5), dict.fromkeys("abc", "w1"), vintage="ward24", names={})
    assert dissolved.method == "union"
    assert dissolved.invalid_parts == ("a", "b")
    assert dissolved.outlines.geometries[0].area == pytest.approx(2.9)


def test_neighbours_touch():
    assert find_neighbours(SQUARES).toarray().tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_neighbours_keep_their_shared_edge_when_simplified():
    wiggle = [(1 + 0.01 * math.sin(9 * y), y) for y in np.linspace(0, 1, 60)]
    left = shapely.Polygon([(0, 0), *wiggle, (0, 1)])
    right = shapely.Polygon([*wiggle, (2, 1), (2, 0)])
    codes = np.array(["a", "b"], dtype=object)
    simpler = simplify_for_display(Outlines("lsoa21", codes, codes, np.array([left, right])), tolerance=0.02)
    assert shapely.get_num_coordinates(simpler.geometries).sum() < 60
    assert shapely.coverage_is_valid(simpler.geometries)
    assert shapely.union_all(simpler.geometries).area == pytest.approx(
        simpler.geometries[0].area + simpler.geometries[1].area
    )


def test_points_are_counted_inside_their_stated_area_only():
    check = check_points_inside(
        SQUARES,
        ["a", "a", "b", "nowhere", "d", None],
        [0.5, 1.5, 1.0, 0.5, float("nan"), 0.5],
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    )
    assert (check.points, check.checked, check.inside) == (6, 3, 2)
    assert check.share_inside == pytest.approx(2 / 3)
    assert math.isnan(check_points_inside(SQUARES, [], [], []).share_inside)


def test_outlines_come_from_the_boundaries_table_in_order_of_code():
    table = pa.table(
        {
            "vintage": ["lsoa21", "lsoa11", "lsoa21", "lsoa21"],
            "area_code": ["b", "x", "a", "b"],
            "area_name": ["Old outline of B", "X", "A", "B"],
            "geometry": [shapely.box(i, 0, i + 1, 1).wkb for i in range(4)],
        }
    )
    outlines = make_outlines(table, "lsoa21")
    assert list(outlines.codes) == ["a", "b"]
    assert list(outlines.names) == ["A", "B"]
    assert outlines.geometries[1].bounds == (3, 0, 4, 1)
    assert len(make_outlines(table, "ward24")) == 0
