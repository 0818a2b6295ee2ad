"""Square kilometres within outlines: a known square, and one with a hole."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from safeground.engine.areas import Outlines, measure_land


def outlines(*shapes: shapely.Geometry) -> Outlines:
    names = np.array([f"E{at}" for at in range(len(shapes))], dtype=object)
    return Outlines("lsoa21", names, names, np.array(shapes, dtype=object))


def test_a_square_of_a_hundredth_of_a_degree_at_52_north() -> None:
    """By the tables of the WGS84 ellipsoid a degree there is 111.267 km of latitude and 68.678 km of longitude."""
    (area,) = measure_land(outlines(shapely.box(0.5, 51.995, 0.51, 52.005)))
    assert area == pytest.approx(1.11267 * 0.68678, rel=2e-4)


def test_what_is_cut_out_is_no_land() -> None:
    whole, hole = shapely.box(0.5, 51.99, 0.52, 52.01), shapely.box(0.505, 51.995, 0.515, 52.005)
    full, cut = measure_land(outlines(whole, whole.difference(hole)))
    assert cut == pytest.approx(0.75 * full, rel=1e-3)
