"""From the British National Grid to longitude and latitude, and from a point to the area it lies in."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from safeground.engine.areas.grids import Cells, Grid
from safeground.engine.areas.outlines import Outlines


def to_wgs84(eastings: ArrayLike, northings: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (degrees, WGS84) of National Grid points in metres, both of shape (n,).

    By Ordnance Survey's OSTN15, right to about 0.1 m on land. NaN where a coordinate is NaN or lies outside the transformation's grid.
    """
    from convertbng import cutil  # 20 ms to load

    eastings, northings = np.asarray(eastings, dtype=float).ravel(), np.asarray(northings, dtype=float).ravel()
    longitudes, latitudes = np.full(len(eastings), np.nan), np.full(len(eastings), np.nan)
    known = np.isfinite(eastings) & np.isfinite(northings)
    if known.any():
        found = cutil.convert_osgb36_to_ll(eastings[known], northings[known])
        longitudes[known], latitudes[known] = (np.asarray(part, dtype=float) for part in found)
    return longitudes, latitudes


def to_grid(longitudes: ArrayLike, latitudes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The reverse: eastings and northings in metres."""
    from convertbng import cutil

    longitudes, latitudes = np.asarray(longitudes, dtype=float).ravel(), np.asarray(latitudes, dtype=float).ravel()
    eastings, northings = np.full(len(longitudes), np.nan), np.full(len(longitudes), np.nan)
    known = np.isfinite(longitudes) & np.isfinite(latitudes)
    if known.any():
        found = cutil.convert_to_osgb36(longitudes[known], latitudes[known])
        eastings[known], northings[known] = (np.asarray(part, dtype=float) for part in found)
    return eastings, northings


def name_grid_reference(easting: float, northing: float, *, digits: int = 8) -> str:
    """A point as maps name it: 'TQ 8812 8560'. digits: 8 are 10 m, 6 are 100 m; they are cut off, not rounded, so that the square named
    holds the point. ValueError for a point outside the lettered squares.

    Source: Ordnance Survey, A guide to coordinate systems in Great Britain.

    >>> name_grid_reference(588_124, 185_608)
    'TQ 8812 8560'
    """
    if not (0 <= easting < 700_000 and 0 <= northing < 1_300_000):
        raise ValueError(f"{easting:.0f}, {northing:.0f} is in no lettered square of the British National Grid")
    east, north = int(easting // 100_000), int(northing // 100_000)
    first = (19 - north) // 5 * 5 + (east + 10) // 5
    second = (19 - north) * 5 % 25 + east % 5
    letters = "".join("ABCDEFGHJKLMNOPQRSTUVWXYZ"[letter] for letter in (first, second))
    half = digits // 2
    within = (int(part % 100_000) // 10 ** (5 - half) for part in (easting, northing))
    return f"{letters} " + " ".join(f"{part:0{half}d}" for part in within)


def find_areas(outlines: Outlines, longitudes: ArrayLike, latitudes: ArrayLike) -> NDArray[np.object_]:
    """The code of the area each point lies in, shape (n,); None for one in no area or with no coordinates.

    A point on a border belongs to the first of its areas in the order of codes.
    """
    longitudes, latitudes = np.asarray(longitudes, dtype=float).ravel(), np.asarray(latitudes, dtype=float).ravel()
    codes = np.full(len(longitudes), None, dtype=object)
    known = np.flatnonzero(np.isfinite(longitudes) & np.isfinite(latitudes))
    if len(known) and len(outlines):
        points = shapely.points(longitudes[known], latitudes[known])
        which, area = shapely.STRtree(outlines.geometries).query(points, predicate="intersects")
        order = np.lexsort((area, which))[::-1]  # the first area of a point is written last
        codes[known[which[order]]] = outlines.codes[area[order]]
    return codes


def cover_outlines(grid: Grid, outlines: Outlines, codes: Collection[str]) -> Cells:
    """Cells of a grid whose centre lies in any of the areas of these codes, in order of their ids; none where no outline is theirs."""
    ours = np.isin(outlines.codes, np.asarray(sorted(codes), dtype=object))
    if not ours.any():
        return np.zeros(0, dtype=np.int64)
    together = shapely.union_all(outlines.geometries[ours])
    return grid.cover(shapely.transform(together, lambda points: np.column_stack(to_grid(points[:, 0], points[:, 1]))))


def share_land(outlines: Outlines, polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    """The share of each outline's land that lies in these polygons, shape (len(outlines),).

    polygons: in metres of the National Grid, and apart from each other. Areas are compared in degrees: within an outline a square degree
    is the same everywhere but for parts in a thousand.
    """
    cells = shapely.transform(polygons, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1])))
    cell, area = shapely.STRtree(outlines.geometries).query(cells, predicate="intersects")
    overlap = shapely.area(shapely.intersection(cells[cell], outlines.geometries[area]))
    covered = np.bincount(area, weights=overlap, minlength=len(outlines))
    return np.minimum(covered / shapely.area(outlines.geometries), 1.0)
