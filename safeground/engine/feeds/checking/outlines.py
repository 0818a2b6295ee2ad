"""What can be wrong with an outline in a boundary file."""

from __future__ import annotations

from typing import Any

OUTLINE_FAULTS = {
    "outline_missing": "the area has no outline",
    "outline_unreadable": "the outline is no polygon that can be read",
    "outline_swapped": "the outline has latitude before longitude",
    "outline_outside": "the outline lies outside Great Britain",
    "outline_crosses_itself": "the outline crosses itself",
}
"""Rule to what it says."""

_WEST, _SOUTH, _EAST, _NORTH = -9.0, 49.0, 4.0, 61.5


def outline_fault(geometry: dict[str, Any] | None) -> str | None:
    """The rule that a GeoJSON geometry breaks, one of OUTLINE_FAULTS, or None where it is sound."""
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    if not geometry:
        return "outline_missing"
    try:
        outline = shape(geometry)
    except (ShapelyError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return "outline_unreadable"
    if outline.is_empty:
        return "outline_missing"
    if outline.geom_type not in ("Polygon", "MultiPolygon"):
        return "outline_unreadable"
    west, south, east, north = outline.bounds
    if not _is_inside(west, south, east, north):
        return "outline_swapped" if _is_inside(south, west, north, east) else "outline_outside"
    return None if shapely.is_valid(outline) else "outline_crosses_itself"


def _is_inside(west: float, south: float, east: float, north: float) -> bool:
    return west >= _WEST and south >= _SOUTH and east <= _EAST and north <= _NORTH
