"""What a choice is worth: made by earlier months, and counted in later ones that had no part in it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid
from safeground.engine.places.hot_spots.choosing import choose_cells, score_cells
from safeground.engine.places.hot_spots.incidents import Incidents
from safeground.engine.places.hot_spots.plan import HotSpotPlan
from safeground.engine.statistics import ProportionEstimate, estimate_proportion

_FEWEST = 20
_LATER = 3
"""One part in so many is kept back."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Of the later months' events, those in the places that the earlier months alone would have chosen, and their share with its
    interval (Wilson's, which takes events for independent: too narrow where they come in clusters).

    An event in these places counts whether or not they are the places chosen by all months.
    """

    chosen_by: tuple[datetime.date, ...]
    later: tuple[datetime.date, ...]
    caught: int
    events: int
    share: ProportionEstimate


def hold_out(
    incidents: Incidents, grid: Grid, moved: Sequence[Grid], weights: NDArray[np.float64], plan: HotSpotPlan
) -> HeldOut | None:
    """The newest third of the months kept back. None with fewer than three months, or fewer than 20 events in either part."""
    months = sorted(incidents.months)
    cut = len(months) - len(months) // _LATER
    is_later = np.isin(incidents.month, np.array(months[cut:], dtype="datetime64[M]"))
    if min(int(is_later.sum()), int((~is_later).sum())) < _FEWEST:
        return None
    before = incidents.select(~is_later)
    scores = score_cells(grid, moved, before.easting, before.northing, weights[~is_later])
    at = choose_cells(scores, count=plan.count, spacing=plan.spacing, method=plan.method, exclusions=plan.exclusions)
    chosen = scores.ids[at]
    cells = grid.locate(incidents.easting[is_later], incidents.northing[is_later])
    caught = int(np.isin(cells, chosen).sum())
    return HeldOut(
        tuple(months[:cut]), tuple(months[cut:]), caught, len(cells), estimate_proportion(caught, len(cells))
    )
