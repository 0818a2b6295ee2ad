"""A pack: pages, pictures and tables as an edition has them, and the layer for map programmes beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from safeground.engine.disclosure import Release
from safeground.engine.documents import Audience, Document
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.edition import Edition, publish_edition
from safeground.engine.publish.places.geojson import render_geojson
from safeground.engine.publish.places.geopackage import render_geopackage
from safeground.engine.publish.places.layer import PlaceLayer
from safeground.engine.publish.tables import render_csv
from safeground.engine.workspace import Progress, no_progress


def publish_places(
    document: Document,
    layers: Sequence[PlaceLayer],
    *,
    into: Path,
    brand: Brand,
    manifest: Mapping[str, Any],
    built_at: datetime,
    changed: str,
    releases: Sequence[Release] = (),
    progress: Progress = no_progress,
) -> Edition:
    """Write a pack under `into`, which must not exist yet. `changed`: see `render_geopackage`.

    layers: the first is that of the places themselves, whose table stands in the document; those after it are beside it, each with a
    CSV of its own since no page lists its thousands of rows. All are in one GeoPackage, named as the first. releases: as in
    `publish_edition`.

    Raises ValueError for a public document: outlines of places chosen for patrol are never published.
    """
    from safeground.engine.publish.formats import Download

    if document.marking.audience is Audience.PUBLIC:
        raise ValueError("outlines of places chosen for patrol are never published; name the police or the partnership")
    package = render_geopackage(layers, changed=changed)
    attachments = (
        Download(f"{layers[0].table.id}.gpkg", "All layers for a map programme (GeoPackage)", package),
        *(Download(name, title, content) for layer in layers for name, title, content in _render(layer, layers[0])),
    )
    return publish_edition(
        document,
        into=into,
        brand=brand,
        manifest=manifest,
        built_at=built_at,
        attachments=attachments,
        releases=releases,
        progress=progress,
    )


def _render(layer: PlaceLayer, places: PlaceLayer) -> Iterator[tuple[str, str, bytes]]:
    """Name, title and content of a layer's own files."""
    name = layer.table.id
    yield f"{name}.geojson", f"{layer.title} for a web map (GeoJSON)", render_geojson(layer)
    if layer is not places:
        yield f"{name}.csv", f"{layer.title} (CSV)", render_csv(layer.table).encode("utf-8")
