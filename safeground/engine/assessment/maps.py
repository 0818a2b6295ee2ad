"""From outlines and rates to the map's classes and shapes. No drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.areas import Outlines
from safeground.engine.disclosure import Protected
from safeground.engine.documents import AreaShape, MapClass, choose_decimals, format_number


def make_shapes(outlines: Outlines, names: dict[str, str] | None = None) -> tuple[AreaShape, ...]:
    """Outlines as the document model draws them. `names` replaces those of the boundary file."""
    return tuple(
        make_shape(code, (names or {}).get(code, name), geometry)
        for code, name, geometry in zip(outlines.codes, outlines.names, outlines.geometries, strict=True)
    )


def make_shape(code: str, name: str, geometry: object) -> AreaShape:
    """One outline, of which only what has an area is drawn."""
    return AreaShape(code, name, _polygons(geometry))


def _polygons(geometry: object) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...]:
    parts = [
        part for part in getattr(geometry, "geoms", [geometry]) if part.geom_type == "Polygon" and not part.is_empty
    ]
    return tuple(
        tuple(tuple((float(x), float(y)) for x, y in ring.coords) for ring in (part.exterior, *part.interiors))
        for part in parts
    )


def make_classes(estimates: Sequence[Protected], *, number: int = 5) -> tuple[MapClass, ...]:
    """Classes that each hold about as many areas (quantiles), with round limits; fewer where limits fall together.

    Equal steps would put nearly every area into the lowest class: rates of small areas have a long tail.
    """
    values = np.sort([estimate.value for estimate in estimates if estimate.value is not None])
    if not len(values):
        return (MapClass("no number", 0.0),)
    spread = float(values[-1] - values[0]) or 1.0
    decimals = choose_decimals(spread / number, 0.0, spread / number) if spread < 100 else 0
    edges = [0.0]
    for share in np.arange(1, number) / number:
        edge = round(float(np.quantile(values, share)), decimals)
        if edge > edges[-1]:
            edges.append(edge)
    labels = [format_number(edge, decimals=decimals) for edge in edges]
    return tuple(
        MapClass(f"{label} to under {labels[at + 1]}" if at + 1 < len(labels) else f"{label} and over", edge)
        for at, (label, edge) in enumerate(zip(labels, edges, strict=True))
    )
