"""From the National Grid to WGS84, by Ordnance Survey's own worked example, and the areas real postcodes lie in."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pytest
import shapely

from safeground.engine.areas import find_areas, make_outlines, to_grid, to_wgs84


def test_the_worked_example_of_the_guide_to_coordinate_systems():
    # Caister Water Tower: Ordnance Survey, A guide to coordinate systems in Great Britain, and its OSTN15 test points.
    longitude, latitude = to_wgs84([651409.903], [313177.270])
    assert latitude[0] == pytest.approx(52 + 39 / 60 + 28.8282 / 3600, abs=2e-6)
    assert longitude[0] == pytest.approx(1 + 42 / 60 + 57.8663 / 3600, abs=2e-6)


def test_there_and_back_is_where_it_began_and_what_is_off_the_grid_is_nowhere():
    longitude, latitude = np.array([0.85, 1.71, np.nan]), np.array([53.15, 52.65, np.nan])
    back = to_wgs84(*to_grid(longitude, latitude))
    np.testing.assert_allclose(back, (longitude, latitude), atol=1e-6)
    assert np.isnan(to_wgs84([9e6, np.nan], [0, 1])).all()


def test_a_point_on_a_border_belongs_to_one_area_and_one_outside_to_none():
    table = pa.table(
        {
            "vintage": ["lsoa21"] * 2,
            "area_code": ["B", "A"],
            "area_name": ["b", "a"],
            "geometry": [shapely.to_wkb(shapely.box(1, 0, 2, 1)), shapely.to_wkb(shapely.box(0, 0, 1, 1))],
        }
    )
    found = find_areas(make_outlines(table, "lsoa21"), [0.5, 1.0, 1.5, 5.0, np.nan], [0.5, 0.5, 0.5, 0.5, 0.5])
    assert found.tolist() == ["A", "A", "B", None, None]


@pytest.mark.real_data
def test_southends_postcodes_lie_in_its_small_areas(shared_data):
    import json

    features = json.loads((shared_data / "boundaries" / "lsoa21_essex.geojson").read_text())["features"]
    codes = [
        next(value for value in feature["properties"].values() if str(value).startswith("E01")) for feature in features
    ]
    shapes = [shapely.to_wkb(shapely.geometry.shape(feature["geometry"])) for feature in features]
    table = pa.table({"vintage": ["lsoa21"] * len(codes), "area_code": codes, "area_name": codes, "geometry": shapes})
    with (shared_data / "postcodes" / "codepoint_open_ss.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[8] == "E06000033" and row[1] == "10"]
    found = find_areas(
        make_outlines(table, "lsoa21"), *to_wgs84([float(row[2]) for row in rows], [float(row[3]) for row in rows])
    )
    placed = [code for code in found if code is not None]
    # Outlines are generalised: a few points of the shore fall into the sea.
    assert len(placed) > 0.99 * len(rows) > 1000
    assert 95 <= len(set(placed)) <= 125  # Southend-on-Sea has 107 small areas of 2011, and their successors
