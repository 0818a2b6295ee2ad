"""Outlines of areas: dissolved, simplified for a map, their neighbours, and whether points fall inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse
import shapely
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Outlines:
    """Areas of one vintage, ordered by code, with their (multi)polygons in WGS84 degrees. All arrays are of length n."""

    vintage: str
    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    geometries: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Dissolved:
    """Outlines made from smaller ones, and how: `coverage` where the parts share their edges exactly, `union` where they do not.

    A union of parts that overlap or leave gaps keeps slivers; `invalid_parts` are the codes of the parts at fault. `left_out` are
    parts that belong to no area.
    """

    outlines: Outlines
    method: Literal["coverage", "union"]
    invalid_parts: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class PointCheck:
    """How many points lie inside the area stated for them. A point whose area has no outline is not counted as checked."""

    points: int
    checked: int
    inside: int

    @property
    def share_inside(self) -> float:
        """Of the points checked; NaN where none was."""
        return self.inside / self.checked if self.checked else float("nan")


def make_outlines(boundaries: pa.Table, vintage: str) -> Outlines:
    """The outlines of one vintage from the warehouse's boundaries table; of no length where none has landed.

    Where two deliveries outline the same code, the later in the order of the table is taken.
    """
    chosen = boundaries.filter(pc.equal(boundaries["vintage"], vintage))
    codes = chosen["area_code"].to_numpy(zero_copy_only=False).astype(object)
    last = {code: position for position, code in enumerate(codes)}
    order = np.array([last[code] for code in sorted(last)], dtype=np.intp)
    names = chosen["area_name"].to_numpy(zero_copy_only=False).astype(object)
    geometries = shapely.from_wkb(chosen["geometry"].to_numpy(zero_copy_only=False).astype(object))
    return Outlines(vintage, codes[order], names[order], np.asarray(geometries, dtype=object)[order])


def measure_land(outlines: Outlines) -> NDArray[np.float64]:
    """Square kilometres within each outline, shape (n,). Land, where outlines are clipped to the coast, as those of small areas are.

    Degrees are turned into metres at each outline's own latitude (the series for the ellipsoid of WGS84), which is right to one part in
    10,000 for areas smaller than a county; generalised outlines are further from the ground than that.
    """
    latitude = np.radians(shapely.get_y(shapely.centroid(outlines.geometries)))
    along = 111_132.954 - 559.822 * np.cos(2 * latitude) + 1.175 * np.cos(4 * latitude)
    across = 111_412.84 * np.cos(latitude) - 93.5 * np.cos(3 * latitude) + 0.118 * np.cos(5 * latitude)
    return np.asarray(shapely.area(outlines.geometries) * along * across / 1e6)


def dissolve(outlines: Outlines, parents: Mapping[str, str], *, vintage: str, names: Mapping[str, str]) -> Dissolved:
    """Outlines of the areas that `parents` (code of a part to code of its area) says the parts make up.

    Areas with no part here do not appear. names: name of each area; its code where there is none.
    """
    groups: dict[str, list[int]] = {}
    for position, code in enumerate(outlines.codes):
        if (parent := parents.get(code)) is not None:
            groups.setdefault(parent, []).append(position)
    is_coverage = bool(shapely.coverage_is_valid(outlines.geometries))
    unite = shapely.coverage_union_all if is_coverage else shapely.union_all
    codes = sorted(groups)
    geometries = np.array([unite(outlines.geometries[groups[code]]) for code in codes], dtype=object)
    faulty: tuple[str, ...] = ()
    if not is_coverage:
        faulty = tuple(outlines.codes[~shapely.is_empty(shapely.coverage_invalid_edges(outlines.geometries))])
    return Dissolved(
        Outlines(
            vintage,
            np.array(codes, dtype=object),
            np.array([names.get(code, code) for code in codes], dtype=object),
            geometries,
        ),
        "coverage" if is_coverage else "union",
        faulty,
        tuple(code for code in outlines.codes if code not in parents),
    )


def simplify_for_display(outlines: Outlines, *, tolerance: float = 0.0005, decimals: int = 5) -> Outlines:
    """Outlines with fewer points, for a map. Neighbours keep their shared edges, so no gap or overlap opens between them.

    tolerance: degrees; the square root of the smallest triangle kept (Visvalingam-Whyatt), 0.0005 being about 50 m. decimals:
    places kept; 5 are about 1 m (with 4, three of the 1,111 areas of Essex are pinched). For drawing only: never count points or measure
    with these. Outlines that do not share their edges are simplified one by one.
    """
    if shapely.coverage_is_valid(outlines.geometries):
        simpler = shapely.coverage_simplify(outlines.geometries, tolerance)
    else:
        simpler = shapely.simplify(outlines.geometries, tolerance)
    # Rounded vertex by vertex: the same vertex of two neighbours goes to the same place. set_precision would rework each polygon alone.
    rounded = shapely.transform(simpler, lambda points: np.round(points, decimals))
    return Outlines(outlines.vintage, outlines.codes, outlines.names, rounded)


def find_neighbours(outlines: Outlines) -> scipy.sparse.csr_array:
    """Which areas touch, if only at a corner (queen contiguity): n x n, symmetric, 1 where they do, 0 on the diagonal.

    Areas that overlap by a sliver are neighbours too. An island has an empty row.
    """
    tree = shapely.STRtree(outlines.geometries)
    first, second = tree.query(outlines.geometries, predicate="intersects")
    differs = first != second
    ones = np.ones(int(differs.sum()), dtype=np.int8)
    size = len(outlines)
    return scipy.sparse.csr_array((ones, (first[differs], second[differs])), shape=(size, size))


def check_points_inside(
    outlines: Outlines, codes: ArrayLike, longitudes: ArrayLike, latitudes: ArrayLike
) -> PointCheck:
    """How many points lie inside the outline of the code stated for them (the border counts as inside).

    Points published by police.uk are moved to a nearby point first, so about 87% do: which is why we count by the stated code.
    """
    codes = np.asarray(codes, dtype=object).ravel()
    longitudes, latitudes = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    at = {code: position for position, code in enumerate(outlines.codes)}
    area = np.array([at.get(code, -1) for code in codes], dtype=np.intp)
    usable = (area >= 0) & np.isfinite(longitudes) & np.isfinite(latitudes)
    shapely.prepare(outlines.geometries)
    inside = shapely.intersects_xy(outlines.geometries[area[usable]], longitudes[usable], latitudes[usable])
    return PointCheck(points=len(codes), checked=int(usable.sum()), inside=int(inside.sum()))
