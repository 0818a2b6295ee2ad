"""Places with outlines, as files that map programmes read: GeoPackage and GeoJSON, beside the pages they belong to."""

from safeground.engine.publish.places.geojson import render_geojson
from safeground.engine.publish.places.geopackage import render_geopackage
from safeground.engine.publish.places.layer import PlaceLayer
from safeground.engine.publish.places.pack import publish_places

__all__ = ["PlaceLayer", "publish_places", "render_geojson", "render_geopackage"]
