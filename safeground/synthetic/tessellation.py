"""Gap-free small polygons round given points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from safeground.synthetic.outline import to_degrees

#: Six decimals of a degree, as published boundaries have: about ten centimetres.
GRID = 1e-6


@dataclass(frozen=True, eq=False)
class Tessellation:
    """Polygons in longitude and latitude, one for each seed, and which share an edge.

    polygons: (n,) of shapely geometries, vertices on the grid of six decimals, so that neighbours share them exactly.
    touching: (m, 2) pairs of positions, the smaller first.
    """

    polygons: np.ndarray
    touching: np.ndarray


def make_tessellation(seeds: np.ndarray, outline: shapely.Polygon, rng: np.random.Generator) -> Tessellation:
    """Divide the outline among the seeds (both in kilometres), each piece round its seed.

    The pieces are Voronoi cells whose edges are bent a little, or a map of them looks like crystal. An edge may bend within the
    triangles it makes with its two seeds, which belong to no other edge, so no bend can cross another. Edges and outline are
    noded together on the grid and the pieces are what they enclose: valid, without gap or overlap, by construction.
    """
    edges = _edges_between_cells(seeds, outline)
    lines = [_bend(edge, seeds[list(owners)], rng) for edge, owners in edges.items()]
    coast = shapely.segmentize(outline.exterior, 1.5)
    to_grid = [shapely.transform(line, to_degrees) for line in (*lines, coast)]
    noded = shapely.union_all(to_grid, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.contains(shapely.transform(outline, to_degrees), shapely.point_on_surface(faces))
    touching = np.array(sorted(owners for owners in edges.values()), dtype=int).reshape(-1, 2)
    return Tessellation(_gather(faces[inside], to_degrees(seeds)), touching)


def _edges_between_cells(seeds: np.ndarray, outline: shapely.Polygon) -> dict[tuple, tuple[int, int]]:
    """Each straight edge that two cells share, and the two."""
    frame = shapely.box(*shapely.bounds(outline)).buffer(40)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame, ordered=True))
    owners: dict[tuple, list[int]] = {}
    for cell, polygon in enumerate(cells):
        corners = [tuple(corner) for corner in shapely.get_coordinates(polygon).round(9).tolist()]
        for a, b in pairwise(corners):
            owners.setdefault((min(a, b), max(a, b)), []).append(cell)
    return {edge: (min(cells), max(cells)) for edge, cells in owners.items() if len(cells) == 2}


def _bend(edge: tuple, seeds: np.ndarray, rng: np.random.Generator) -> shapely.LineString:
    ends = np.array(edge)
    middle = ends.mean(axis=0)
    seed = seeds[int(rng.integers(2))]
    length, room = np.hypot(*(ends[1] - ends[0])), np.hypot(*(seed - middle))
    bend = rng.uniform(0, min(0.15 * length, 0.35 * room)) / room
    return shapely.LineString([ends[0], middle + bend * (seed - middle), ends[1]])


def _gather(faces: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Give each face to its seed: the one inside it, or the nearest where the coast cut a piece off."""
    tree = shapely.STRtree(shapely.points(seeds))
    seed_of = tree.nearest(shapely.point_on_surface(faces))
    held = tree.query(faces, predicate="contains")
    seed_of[held[0]] = held[1]
    order = np.argsort(seed_of, kind="stable")
    owners, starts = np.unique(seed_of[order], return_index=True)
    if len(owners) != len(seeds):
        raise ValueError("Two small areas fell on one spot; make the county with another seed.")
    pieces = np.split(faces[order], starts[1:])
    return np.array(
        [part[0] if len(part) == 1 else shapely.union_all(part, grid_size=GRID) for part in pieces], dtype=object
    )
