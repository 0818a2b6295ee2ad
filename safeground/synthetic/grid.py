"""Points of the made-up county on the British National Grid."""

from __future__ import annotations

import numpy as np


def to_grid(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing as whole metres in text, blank where there is no point: two (n,) arrays of str. The county lies at sea, where
    the transformation of Ordnance Survey still holds."""
    from convertbng import cutil

    there = ~np.isnan(longitude)
    found = np.full((2, len(longitude)), "", dtype="<U7")
    if there.any():
        metres = cutil.convert_bng(np.ascontiguousarray(longitude[there]), np.ascontiguousarray(latitude[there]))
        found[:, there] = np.rint(np.asarray(metres)).astype(np.int64).astype(str)
    return found[0], found[1]
