"""Outlines from GeoJSON: the accepted features of a landed file as a table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection
from typing import Any

import pyarrow as pa
import shapely
import shapely.geometry

from safeground.engine.catalogue import BoundariesTable
from safeground.engine.feeds import Delivery


def read_outlines(delivery: Delivery, target: BoundariesTable, *, quarantined: Collection[int]) -> pa.Table:
    """The boundaries table of one delivery, ordered by code; of features repeated exactly, the first. quarantined: 1-based numbers."""
    opened = gzip.open(delivery.path) if delivery.compression == "gzip" else delivery.path.open("rb")
    with opened as file:
        features = json.load(file)["features"]
    by_code: dict[str, dict[str, Any]] = {}
    for row, feature in enumerate(features, start=1):
        if row not in quarantined:
            by_code.setdefault(str(feature["properties"][target.area_code]), feature)
    codes = sorted(by_code)
    chosen = [by_code[code] for code in codes]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in chosen]
    return pa.table(
        {
            "delivery": pa.array([delivery.id] * len(chosen), pa.string()),
            "vintage": pa.array([target.vintage] * len(chosen), pa.string()),
            "area_code": pa.array(codes, pa.string()),
            "area_name": pa.array([feature["properties"].get(target.area_name) for feature in chosen], pa.string()),
            "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )
