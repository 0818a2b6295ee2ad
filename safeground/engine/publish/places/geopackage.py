"""GeoPackage: one file of tables and outlines that every desktop map programme opens, in the metres of the British National Grid.

It is a SQLite database of a set shape, which Python writes without a further library. Rejected: GDAL, for 60 MB and what it downloads.

Source: OGC GeoPackage Encoding Standard 1.3.1 (12-128r18).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence

import shapely

from safeground.engine.publish.places.layer import PlaceLayer

_APPLICATION_ID = 0x47504B47  # 'GPKG'
_VERSION = 10301
_GRID = 27700

_SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
    (
        "WGS 84",
        4326,
        "EPSG",
        4326,
        (
            'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
            'AUTHORITY["EPSG","6326"]],'
            'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
            'AUTHORITY["EPSG","4326"]]'
        ),
        "longitude and latitude",
    ),
    (
        "OSGB36 / British National Grid",
        _GRID,
        "EPSG",
        _GRID,
        (
            'PROJCS["OSGB36 / British National Grid",GEOGCS["OSGB36",DATUM["Ordnance_Survey_of_Great_Britain_1936",'
            'SPHEROID["Airy 1830",6377563.396,299.3249646,AUTHORITY["EPSG","7001"]],AUTHORITY["EPSG","6277"]],'
            'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4277"]],'
            'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",49],PARAMETER["central_meridian",-2],'
            'PARAMETER["scale_factor",0.9996012717],PARAMETER["false_easting",400000],PARAMETER["false_northing",-100000],'
            'UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","27700"]]'
        ),
        "metres east and north",
    ),
)
"""The three that the standard asks for, and our own."""

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT
DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y
    DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id
INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""


def render_geopackage(layers: Sequence[PlaceLayer], *, changed: str) -> bytes:
    """The layers as a GeoPackage with a feature table each, named as their tables are.

    changed: when its content last changed, as '2025-06-30T00:00:00.000Z'. Given, so that one input makes the same bytes whenever
    it runs.
    """
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.executescript(_TABLES)
        database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _SYSTEMS)
        for layer in layers:
            _add_layer(database, layer, changed)
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _add_layer(database: sqlite3.Connection, layer: PlaceLayer, changed: str) -> None:
    table, columns = layer.table, layer.columns
    bounds = [float(edge) for edge in shapely.total_bounds(layer.polygons)] if len(layer.polygons) else [None] * 4
    about = "; ".join(text for _, text in (*table.about, ("source", table.source)))
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (table.id, table.caption, about, changed, *bounds, _GRID),
    )
    database.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table.id, layer.geometry_type, _GRID)
    )
    # Names were held to small letters, digits and underscores when the layer was made.
    kinds = ", ".join(f'"{name}" {"DOUBLE" if is_number else "TEXT"}' for name, is_number in columns)
    database.execute(
        f'CREATE TABLE "{table.id}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {layer.geometry_type}, {kinds})'
    )
    places = ", ".join("?" * (len(columns) + 1))
    names = ", ".join(f'"{name}"' for name, _ in columns)
    database.executemany(
        f'INSERT INTO "{table.id}" (geom, {names}) VALUES ({places})',
        [
            (_write_geometry(shape), *(values[name] for name, _ in columns))
            for values, shape in zip(layer.rows(), layer.polygons, strict=True)
        ],
    )


def _write_geometry(shape: shapely.Geometry) -> bytes:
    """The standard's header (magic, version, flags: little endian with an envelope, reference system, envelope) before the
    well-known binary."""
    west, south, east, north = shapely.bounds(shape)
    header = struct.pack("<2sBBi4d", b"GP", 0, 0b00000011, _GRID, west, east, south, north)
    return header + shapely.to_wkb(shape, byte_order=1)
