"""The points that police.uk moves crimes to: a limited set of streets and venues, each with the small area it is counted in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from safeground.synthetic.geography import Geography
from safeground.synthetic.names import VENUES, make_street_names

POINTS_A_PIECE = 13
#: Of the points, how many lie a little outside the area they are counted in, as 13% of the real ones do.
SHARE_ASTRAY = 0.12


@dataclass(frozen=True, eq=False)
class SnapPoints:
    """Points of one force, piece after piece, `POINTS_A_PIECE` each.

    longitude, latitude, location: (points,). everywhere, public: (pieces, POINTS_A_PIECE) cumulative shares of a piece's crimes up to
    each point, for crimes anywhere and for those in public space, which gather at few points.
    """

    longitude: np.ndarray
    latitude: np.ndarray
    location: np.ndarray
    everywhere: np.ndarray
    public: np.ndarray


def make_snap_points(rng: np.random.Generator, geography: Geography) -> SnapPoints:
    """Put points in every piece, and venues among those of town centres."""
    pieces = len(geography.shapes)
    points = np.concatenate([_points_in(rng, shape) for shape in geography.shapes])
    location = make_street_names(rng, len(points)).reshape(pieces, POINTS_A_PIECE)
    venues = np.array(VENUES, dtype=object)
    in_centre = np.flatnonzero(geography.centre)
    for piece in in_centre:
        location[piece, :7] = venues[rng.permutation(len(venues))[:7]]
    elsewhere = rng.random(pieces) < 0.3
    location[elsewhere, 0] = venues[[3, 1, 4, 6]][rng.integers(4, size=elsewhere.sum())]
    weight = np.exp(rng.normal(0, 1.0, (pieces, POINTS_A_PIECE)))
    return SnapPoints(
        longitude=points[:, 0].round(6),
        latitude=points[:, 1].round(6),
        location=location.ravel(),
        everywhere=_cumulative(weight),
        public=_cumulative(weight**2.2),
    )


def _points_in(rng: np.random.Generator, shape: shapely.Geometry) -> np.ndarray:
    """Points between the corners of a piece; a few are thrown over its edge."""
    corners = shapely.get_coordinates(shape)[:-1]
    points = rng.dirichlet(np.full(len(corners), 0.7), POINTS_A_PIECE) @ corners
    astray = rng.random(POINTS_A_PIECE) < SHARE_ASTRAY
    middle = shapely.get_coordinates(shapely.centroid(shape))[0]
    points[astray] = middle + 1.8 * (points[astray] - middle)
    return points


def _cumulative(weight: np.ndarray) -> np.ndarray:
    share = np.cumsum(weight, axis=1)
    return share / share[:, -1:]
