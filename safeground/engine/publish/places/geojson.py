"""GeoJSON: longitude and latitude in degrees (WGS84), as the standard asks and every map on the web reads."""

from __future__ import annotations

import json

import numpy as np
import shapely

from safeground.engine.areas import to_wgs84
from safeground.engine.publish.places.layer import PlaceLayer

_DECIMALS = 6
"""Of a degree: a tenth of a metre."""


def render_geojson(layer: PlaceLayer) -> bytes:
    """A FeatureCollection, outer rings against the clock (RFC 7946). What holds for all rows stands once, under `about`."""

    def to_degrees(points: np.ndarray) -> np.ndarray:
        longitudes, latitudes = to_wgs84(points[:, 0], points[:, 1])
        return np.round(np.column_stack([longitudes, latitudes]), _DECIMALS)

    shapes = shapely.orient_polygons(shapely.transform(layer.polygons, to_degrees), exterior_cw=False)
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(shape))}
        for values, shape in zip(layer.rows(), shapes, strict=True)
    ]
    table = layer.table
    about = {"title": table.caption, **dict(table.about), "source": table.source}
    head = json.dumps({"type": "FeatureCollection", "name": table.id, "about": about}, ensure_ascii=False)
    # A feature a line: two files can be compared, and thousands of cells take a third of the room that a line a number takes.
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{head[:-1]}, "features": [\n{lines}\n]}}\n'.encode()
