"""What the shifts can carry, window by window, and what the trial asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.spatial

from safeground.engine.documents import count_things
from safeground.engine.places.patrols.candidates import TrialPlace
from safeground.engine.places.patrols.specification import TrialSpec


@dataclass(frozen=True)
class WindowCapacity:
    """Visits a window can carry a day and those that the busiest day asks of it; officer-hours of that day."""

    window: str
    carries: int
    asks: int
    officer_hours: float

    @property
    def is_enough(self) -> bool:
        return self.carries >= self.asks

    def line(self) -> str:
        visits = count_things(self.carries, "visit")
        end = (
            "which is enough"
            if self.is_enough
            else "which is too few: add a team or minutes, or treat fewer places a day"
        )
        return f"{self.window}: the teams carry {visits} a day and the busiest day asks for {self.asks}, {end}."


_METRES_A_MINUTE = 500.0
"""In a car through a town: 30 kilometres an hour, straight on."""


def find_far_apart(places: Sequence[TrialPlace], spec: TrialSpec) -> tuple[str, ...]:
    """That a team cannot get from one of its places to the next in the minutes given, in a sentence; nothing where it can.

    A team is given places that lie near each other from west to east (see `make_sheets`), and visits them in an order that was drawn. So
    what it has to go from one to the next is the mean distance between any two of its places.
    """
    teams = max(window.teams for window in spec.windows)
    ordered = sorted(places, key=lambda place: place.easting)
    shares = np.array_split(np.array([(place.easting, place.northing) for place in ordered]), teams)
    apart = np.concatenate([scipy.spatial.distance.pdist(share) for share in shares])
    allowed = spec.patrol.travel_minutes * _METRES_A_MINUTE
    if not apart.size or apart.mean() <= allowed:
        return ()
    said = (
        f"Places that one team would visit lie {apart.mean() / 1000:.0f} km apart on average; {spec.patrol.travel_minutes} minutes "
        f"from one to the next allow about {allowed / 1000:.0f} km. Take places of one town, give more teams, or state travel_minutes "
        "that hold."
    )
    return (said,)


def work_out_capacity(spec: TrialSpec, *, treated: int) -> tuple[WindowCapacity, ...]:
    """For each window of the trial's file. treated: places with a patrol on the busiest day. A team's visits are whole ones."""
    each = spec.patrol.minutes + spec.patrol.travel_minutes
    asks = treated * spec.patrol.visits
    return tuple(
        WindowCapacity(
            window=window.name,
            carries=window.teams * (window.minutes // each),
            asks=asks,
            officer_hours=asks * each * spec.patrol.officers / 60,
        )
        for window in spec.windows
    )
