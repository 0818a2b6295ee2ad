"""A pack: pages, pictures and tables as an edition has them, and the layer for map programmes beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from safeground.engine.documents import Audience, Document
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.edition import Edition, publish_edition
from safeground.engine.publish.places.geojson import render_geojson
from safeground.engine.publish.places.geopackage import render_geopackage
from safeground.engine.publish.places.layer import PlaceLayer
from safeground.engine.workspace import Progress, no_progress


def publish_places(
    document: Document,
    layer: PlaceLayer,
    *,
    into: Path,
    brand: Brand,
    manifest: Mapping[str, Any],
    built_at: datetime,
    changed: str,
    progress: Progress = no_progress,
) -> Edition:
    """Write a pack under `into`, which must not exist yet. `changed`: see `render_geopackage`.

    Raises ValueError for a public document: outlines of places chosen for patrol are never published.
    """
    from safeground.engine.publish.formats import Download

    if document.marking.audience is Audience.PUBLIC:
        raise ValueError("outlines of places chosen for patrol are never published; name the police or the partnership")
    name = layer.table.id
    attachments = (
        Download(f"{name}.gpkg", "Places for a map programme (GeoPackage)", render_geopackage(layer, changed=changed)),
        Download(f"{name}.geojson", "Places for a web map (GeoJSON)", render_geojson(layer)),
    )
    return publish_edition(
        document,
        into=into,
        brand=brand,
        manifest=manifest,
        built_at=built_at,
        attachments=attachments,
        progress=progress,
    )
