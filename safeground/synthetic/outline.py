"""Where the made-up county lies: in the North Sea, off the coast of Norfolk, so that nobody takes it for a real one.

Distances are worked in kilometres east and north of the county's south-west corner, and turned to longitude and latitude at
the very end. The corner is chosen so that everything stays within the bounds of Great Britain's longitudes and latitudes and of
the National Grid: a check for coordinates outside the country accepts it.
"""

from __future__ import annotations

import numpy as np
import shapely

SOUTH_WEST = (0.85, 53.15)
KM_PER_DEGREE = (66.3, 111.2)
WIDTH_KM, HEIGHT_KM = 58.0, 62.0


def to_degrees(points_km: np.ndarray) -> np.ndarray:
    """Kilometres east and north, shape (n, 2), to longitude and latitude."""
    return np.asarray(points_km) / KM_PER_DEGREE + SOUTH_WEST


def make_outline(rng: np.random.Generator) -> shapely.Polygon:
    """The county, in kilometres: gentle inland borders, and a coast to the east with two estuaries.

    The radius is a single-valued function of the bearing, so the outline cannot cross itself whatever is drawn.
    """
    bearing = np.linspace(0, 2 * np.pi, 260, endpoint=False)
    half = np.array([WIDTH_KM, HEIGHT_KM]) / 2 - 3
    east, north = np.cos(bearing), np.sin(bearing)
    radius = (np.abs(east / half[0]) ** 3 + np.abs(north / half[1]) ** 3) ** (-1 / 3)
    coast = np.clip((east - 0.2) / 0.4, 0, 1)
    for harmonic in range(3, 34):
        amplitude = rng.normal(0, 0.045 / harmonic**0.6)
        reach = 1.0 if harmonic < 8 else 0.45 + 0.55 * coast
        radius = radius * (1 + amplitude * reach * np.cos(harmonic * bearing + rng.uniform(0, 2 * np.pi)))
    for estuary in rng.uniform([-0.65, 0.2], [-0.3, 0.6]):
        radius = radius * (1 - 0.24 * np.exp(-((((bearing - estuary + np.pi) % (2 * np.pi) - np.pi) / 0.07) ** 2)))
    points = np.column_stack([east, north]) * radius[:, None] + (WIDTH_KM / 2, HEIGHT_KM / 2)
    return shapely.Polygon(np.clip(points, -1, [WIDTH_KM + 1, HEIGHT_KM + 1]))


def make_neighbour_outlines(county: shapely.Polygon) -> tuple[shapely.Polygon, ...]:
    """The lands to the west, north and south of the county, sharing its border. The east is sea."""
    boxes = (shapely.box(-24, -8, 14, 70), shapely.box(14, 40, 58, 82), shapely.box(14, -9, 58, 20))
    remainders = (shapely.difference(box, county) for box in boxes)
    return tuple(max(shapely.get_parts(rest), key=shapely.area) for rest in remainders)
