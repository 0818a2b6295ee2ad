"""A choice of hot spots, with what is known of each and how sure it is. True numbers: whoever tells them protects them first."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid
from safeground.engine.places.hot_spots.held_out import HeldOut
from safeground.engine.places.hot_spots.incidents import Incidents
from safeground.engine.places.hot_spots.plan import HotSpotPlan
from safeground.engine.statistics import AoristicWeights, Concentration, KnoxTest, LocalStatistics


@dataclass(frozen=True)
class Anchor:
    """A point at which events of a spot lie: what the publisher calls it, and how many events it holds."""

    name: str
    easting: float
    northing: float
    events: int


@dataclass(frozen=True, eq=False)
class HotSpot:
    """A cell that was chosen. `rank` is 1 for the highest.

    easting, northing: its centre, metres. grid_reference: of the centre, to 10 m. name: its street, or what its busiest point is
    and the street nearest to it, and the district. events, harm: what was counted in it; harm is None without weights. steady:
    mean count (or harm) of the cells over its centre as the grid is moved and turned. kept_when_moved, kept_by_chance: the shares
    of repetitions in which it was chosen again. hot: whether it stands out, with the cells around it, beyond chance from other
    cells with streets in the whole period (Gi*, false discoveries held to 5%). more_than_even: whether its own count is beyond what
    an even spread over cells with streets gives. over_time: of parts of the period, by Gi* too: persistent, emerging, intermittent,
    former or never hot; '' where too few months have come to say. anchors: the points in it, the busiest first. area_codes: small
    areas of the current vintage to the share of the cell's events in each.
    """

    rank: int
    cell: int
    easting: float
    northing: float
    grid_reference: str
    name: str
    district: str
    events: int
    harm: float | None
    steady: float
    kept_when_moved: float
    kept_by_chance: float
    hot: bool
    more_than_even: bool
    over_time: str
    by_month: Mapping[datetime.date, int]
    anchors: tuple[Anchor, ...]
    area_codes: Mapping[str, float]

    @property
    def stays_when_moved(self) -> bool:
        """Whether it is chosen on nine in ten grids or more, wherever they begin and however they are turned."""
        return self.kept_when_moved >= 0.9

    @property
    def largest_point(self) -> Anchor:
        return self.anchors[0]

    @property
    def is_one_point(self) -> bool:
        """Whether four events in five or more lie at a single point: a venue or the point that stands for it, and no street."""
        return self.events >= 5 and self.largest_point.events >= 0.8 * self.events


@dataclass(frozen=True, eq=False)
class HotSpots:
    """Hot spots chosen by a plan, and all they were chosen from.

    grid: the cells. spots: in order of rank. placed, unplaced: events with and without a usable point. at_institutions: events
    left out since the publisher placed them at a hospital, prison or police station, by what it calls the place. cells_in_use:
    cells where anything of any kind was ever recorded. standing_out: Gi* of each of those. concentration: of events over them.
    in_spots: a mask of the events that lie in a chosen cell.
    """

    plan: HotSpotPlan
    grid: Grid
    spots: tuple[HotSpot, ...]
    incidents: Incidents
    placed: int
    unplaced: int
    at_institutions: Mapping[str, int]
    in_exclusions: Mapping[str, int]
    """Events in cells where the plan lets none be chosen, by the exclusion's name."""
    cells_in_use: NDArray[np.int64]
    standing_out: LocalStatistics
    concentration: Concentration | None
    in_spots: NDArray[np.bool_]
    held_out: HeldOut | None
    """What the same choice, made by earlier months, would have held of later ones; None where too few months have come."""
    near_repeats: KnoxTest | str
    """Or the sentence that says why they were not looked for."""
    hours: AoristicWeights | None
    """Events in chosen cells by day and hour of the week; None where no time is known."""
    weighed: int | None
    """Placed events of which the weights know the offence; None without weights."""
    harm_source: str | None
    """The index that the weights are of."""

    @property
    def events_in_spots(self) -> int:
        return int(self.in_spots.sum())

    @property
    def share_of_events(self) -> float:
        """Of the placed events, the share in chosen cells."""
        return self.events_in_spots / self.placed if self.placed else float("nan")

    @property
    def share_of_cells(self) -> float:
        """Chosen cells of those in use."""
        return len(self.spots) / self.cells_in_use.size if self.cells_in_use.size else float("nan")

    @property
    def polygons(self) -> NDArray[np.object_]:
        """The spots' cells in metres, in order of rank."""
        return self.grid.polygons([spot.cell for spot in self.spots])
