"""Files for map programmes say what the pages say, and nothing that may not be said."""

from __future__ import annotations

import dataclasses
import datetime
import json
import sqlite3
import struct

import numpy as np
import pytest
import shapely

from safeground.engine.areas import make_grid, to_wgs84
from safeground.engine.disclosure import DisclosureRule, protect
from safeground.engine.documents import Audience, Chapter, Column, Document, Marking, Paragraph, Table
from safeground.engine.publish import Brand, PlaceLayer, publish_places, render_geojson, render_geopackage

RULE = DisclosureRule("police", "police records", threshold=4, rounding=1, owner="o", source="s")
CHANGED = "2025-06-30T00:00:00.000Z"


def make_table(counts=(12, 3, 0)):
    rows = tuple(
        (f"{at}. Place é", protect(float(n), unit="offences", rule=RULE, count=float(n)))
        for at, n in enumerate(counts, 1)
    )
    columns = (Column("name", "Place"), Column("events", "Offences", is_number=True))
    return Table(
        "hot_spots", "Hot spots", columns, rows, "The police", about=(("period", "2025"),), shows_hot_spots=True
    )


@pytest.fixture
def layer():
    grid = make_grid(cell=150, kind="hexagon")
    cells = grid.locate([588_000, 588_150, 590_000], [185_400, 185_400, 186_000])
    return PlaceLayer(make_table(), grid.polygons(cells))


def open_package(content, tmp_path):
    path = tmp_path / "layer.gpkg"
    path.write_bytes(content)
    return sqlite3.connect(path)


def test_points_are_points_in_both_files(tmp_path):
    points = shapely.points([588_000.0, 588_150.0, 590_000.0], [185_400.0, 185_400.0, 186_000.0])
    layer = PlaceLayer(make_table(), points)
    database = open_package(render_geopackage([layer], changed=CHANGED), tmp_path)
    assert database.execute("SELECT geometry_type_name FROM gpkg_geometry_columns").fetchone() == ("POINT",)
    (blob,) = database.execute("SELECT geom FROM hot_spots").fetchone()
    assert shapely.from_wkb(blob[40:]).equals(points[0])
    features = json.loads(render_geojson(layer))["features"]
    assert [each["geometry"]["type"] for each in features] == ["Point"] * 3
    degrees = np.ravel(to_wgs84([points[2].x], [points[2].y]))
    assert features[2]["geometry"]["coordinates"] == pytest.approx(degrees.tolist(), abs=1e-6)


def test_a_geopackage_has_the_tables_that_its_standard_asks_for(layer, tmp_path):
    content = render_geopackage([layer], changed=CHANGED)
    assert content[:16] == b"SQLite format 3\0" and content[68:72] == b"GPKG"
    database = open_package(content, tmp_path)
    assert database.execute("PRAGMA user_version").fetchone() == (10301,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    systems = {row[0] for row in database.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
    assert systems == {-1, 0, 4326, 27700}
    contents = database.execute(
        "SELECT table_name, data_type, last_change, srs_id, min_x FROM gpkg_contents"
    ).fetchall()
    assert contents == [
        ("hot_spots", "features", CHANGED, 27700, pytest.approx(shapely.total_bounds(layer.polygons)[0]))
    ]
    columns = database.execute("SELECT * FROM gpkg_geometry_columns").fetchall()
    assert columns == [("hot_spots", "geom", "POLYGON", 27700, 0, 0)]


def test_a_geopackages_outlines_are_those_of_the_cells(layer, tmp_path):
    database = open_package(render_geopackage([layer], changed=CHANGED), tmp_path)
    for (blob,), polygon in zip(
        database.execute("SELECT geom FROM hot_spots ORDER BY fid"), layer.polygons, strict=True
    ):
        magic, version, flags, system = struct.unpack("<2sBBi", blob[:8])
        assert (magic, version, flags, system) == (b"GP", 0, 3, 27700)
        west, east, south, north = struct.unpack("<4d", blob[8:40])
        assert np.allclose((west, south, east, north), shapely.bounds(polygon))
        assert shapely.equals(shapely.from_wkb(blob[40:]), polygon)


def test_another_programme_opens_it(layer, tmp_path):
    pyogrio = pytest.importorskip("pyogrio")
    path = tmp_path / "layer.gpkg"
    path.write_bytes(render_geopackage([layer], changed=CHANGED))
    about, _, geometry, fields = pyogrio.raw.read(path)
    assert about["crs"] == "EPSG:27700" and about["geometry_type"] == "Polygon"
    assert shapely.equals(shapely.from_wkb(geometry), layer.polygons).all()
    assert dict(zip(about["fields"], fields, strict=True))["name"].tolist()[0] == "1. Place é"


def test_what_is_withheld_is_empty_with_its_reason_and_none_is_a_number(layer, tmp_path):
    database = open_package(render_geopackage([layer], changed=CHANGED), tmp_path)
    rows = database.execute("SELECT events, events_withheld FROM hot_spots ORDER BY fid").fetchall()
    assert rows[0] == (12.0, "") and rows[2] == (0.0, "")
    assert rows[1][0] is None and rows[1][1].startswith("suppressed: based on 1 to 4 events")
    found = json.loads(render_geojson(layer))
    told = [feature["properties"]["events"] for feature in found["features"]]
    assert told == [12.0, None, 0.0]
    assert found["about"]["period"] == "2025" and found["about"]["source"] == "The police"


def test_geojson_is_in_degrees_against_the_clock(layer):
    found = json.loads(render_geojson(layer))
    for feature, polygon in zip(found["features"], layer.polygons, strict=True):
        ring = np.array(feature["geometry"]["coordinates"][0])
        assert shapely.is_ccw(shapely.linearrings(ring)) and len(ring) == 7
        middle = shapely.centroid(polygon)
        longitude, latitude = to_wgs84([middle.x], [middle.y])
        assert ring[:-1].mean(axis=0) == pytest.approx([longitude[0], latitude[0]], abs=1e-5)


def test_the_same_layer_is_the_same_bytes(layer):
    assert render_geopackage([layer], changed=CHANGED) == render_geopackage([layer], changed=CHANGED)
    assert render_geojson(layer) == render_geojson(layer)


def make_document(audience, *blocks):
    chapters = (Chapter("overview", "Hot spots", "All.", (Paragraph("Words."), *blocks)),)
    return Document("Hot spots", "A partnership", Marking(audience, True, "Handle."), "30 June 2025", chapters)


def test_a_pack_offers_its_map_files_and_vouches_for_them(layer, tmp_path):
    beside = PlaceLayer(dataclasses.replace(layer.table, id="cells", caption="Cells"), layer.polygons)
    pack = publish_places(
        make_document(Audience.POLICE, layer.table),
        [layer, beside],
        into=tmp_path / "pack",
        brand=Brand("A partnership"),
        manifest={},
        built_at=datetime.datetime.now(datetime.UTC),
        changed=CHANGED,
    )
    page = (pack.path / "index.html").read_text(encoding="utf-8")
    for name in ("hot_spots.gpkg", "hot_spots.geojson", "cells.geojson", "cells.csv"):
        assert f'href="{name}"' in page and name in pack.manifest["files"] and (pack.path / name).is_file()
    assert not (pack.path / "cells.gpkg").exists()
    database = open_package((pack.path / "hot_spots.gpkg").read_bytes(), tmp_path)
    assert {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")} == {"hot_spots", "cells"}
    assert database.execute("SELECT count(*) FROM cells").fetchone() == (len(layer.polygons),)
    assert "For the police only" in page


def test_outlines_are_never_for_the_public(layer, tmp_path):
    with pytest.raises(ValueError, match="never published"):
        publish_places(
            make_document(Audience.PUBLIC),
            [layer],
            into=tmp_path / "pack",
            brand=Brand("A partnership"),
            manifest={},
            built_at=datetime.datetime.now(datetime.UTC),
            changed=CHANGED,
        )
    assert not (tmp_path / "pack").exists()


def test_a_layer_needs_an_outline_for_each_row():
    with pytest.raises(ValueError, match="3 rows and 1 outlines"):
        PlaceLayer(make_table(), np.array([shapely.box(0, 0, 1, 1)], dtype=object))
