"""Hot spots: small places where most was recorded, and how sure that is."""

from safeground.engine.places.hot_spots.finding import (
    choose_hot_cells,
    count_busiest,
    find_hot_spots,
    measure_concentration,
)
from safeground.engine.places.hot_spots.harm import find_own_weights
from safeground.engine.places.hot_spots.held_out import HeldOut
from safeground.engine.places.hot_spots.incidents import Incidents, read_incidents
from safeground.engine.places.hot_spots.model import Anchor, HotSpot, HotSpots
from safeground.engine.places.hot_spots.over_land import (
    BAND_SHARES,
    CellPatterns,
    DensitySurface,
    find_patterns,
    smooth_events,
)
from safeground.engine.places.hot_spots.plan import HotSpotPlan, HotSpotsError

__all__ = [
    "BAND_SHARES",
    "Anchor",
    "CellPatterns",
    "DensitySurface",
    "HeldOut",
    "HotSpot",
    "HotSpotPlan",
    "HotSpots",
    "HotSpotsError",
    "Incidents",
    "choose_hot_cells",
    "count_busiest",
    "find_hot_spots",
    "find_own_weights",
    "find_patterns",
    "measure_concentration",
    "read_incidents",
    "smooth_events",
]
