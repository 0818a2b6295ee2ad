"""The points of the published street map, each a place of its own: where a cell would join two streets, or cut one in two.

A point has no width, so that no grid can move it. What it has is a catchment of its own, larger in the country than in a town, so that
points are counted and never compared by area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from safeground.engine.measures import Measures
from safeground.engine.places.hot_spots.incidents import read_anchors
from safeground.engine.places.hot_spots.model import HotSpots
from safeground.engine.places.published_points import PREFIX, find_institutions
from safeground.engine.statistics import adjust_false_discovery


@dataclass(frozen=True, eq=False)
class StreetPoints:
    """Points with an event, those with most first; arrays of one length.

    easting, northing: metres. name: what the publisher calls the point. events: of the period. more_than_even: whether they are beyond
    what an even spread over all points gives (Poisson, false discoveries held to 5% over all points). spot: the rank of the hot spot that
    the point lies in, 0 for none. known: points at which anything of any kind was ever recorded, institutions left out as they are of
    the events.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    name: NDArray[np.object_]
    events: NDArray[np.int64]
    more_than_even: NDArray[np.bool_]
    spot: NDArray[np.int64]
    known: int


def find_street_points(measures: Measures, found: HotSpots) -> StreetPoints:
    """Every point at which one of the events lies that hot spots were chosen from."""
    incidents = found.incidents
    places, which, events = np.unique(
        np.column_stack([incidents.easting, incidents.northing]), axis=0, return_inverse=True, return_counts=True
    )
    first = np.zeros(len(places), dtype=np.intp)
    first[which.ravel()[::-1]] = np.arange(len(incidents))[::-1]
    names = np.array([str(name).removeprefix(PREFIX) for name in incidents.location[first]], dtype=object)
    known = max(_count_known(measures, found), len(places))
    p_values = np.ones(known)
    p_values[: len(places)] = scipy.stats.poisson.sf(events - 1, events.sum() / known)
    beyond = adjust_false_discovery(p_values)[: len(places)] < 0.05
    rank_of = {spot.cell: spot.rank for spot in found.spots}
    cells = found.grid.locate(places[:, 0], places[:, 1])
    spot = np.array([rank_of.get(int(cell), 0) for cell in cells], dtype=np.int64)
    order = np.lexsort((places[:, 1], places[:, 0], -events))
    return StreetPoints(
        places[order, 0], places[order, 1], names[order], events[order], beyond[order], spot[order], known
    )


def _count_known(measures: Measures, found: HotSpots) -> int:
    streets = read_anchors(measures, found.incidents.feed)
    kept = np.ones(len(streets.name), dtype=bool)
    if not found.plan.keeps_institutions:
        kept = ~find_institutions(streets.name)
    return len(np.unique(np.column_stack([streets.easting[kept], streets.northing[kept]]), axis=0))
