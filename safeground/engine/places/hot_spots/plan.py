"""What is asked of a choice of hot spots, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import CellKind

Score: TypeAlias = Literal["count", "harm"]


class HotSpotsError(ValueError):
    """Hot spots cannot be chosen; one sentence says why, and what to do."""


@dataclass(frozen=True)
class Exclusion:
    """Where no spot may be chosen: within so many metres of a point. `name` is told on the page."""

    name: str
    easting: float
    northing: float
    radius: float


def find_excluded(exclusions: Sequence[Exclusion], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points, (n, 2) in metres, lie within an exclusion: of a cell its centre decides."""
    found = np.zeros(len(points), dtype=bool)
    for each in exclusions:
        found |= np.hypot(points[:, 0] - each.easting, points[:, 1] - each.northing) <= each.radius
    return found


@dataclass(frozen=True, kw_only=True)
class HotSpotPlan:
    """How hot spots are chosen. The first settings are those of the Southend trial and of national guidance; each may be changed.

    cell: metres; kind: 'hexagon' or 'square'. count: how many spots. spacing: metres between the centres of any two, so that one
    busy street does not take them all and patrols do not meet. months: how far back to look, from the newest month received; those
    received count. score: what they are ranked by, counts or harm.
    method: 'greedy' takes the highest that fits, again and again; 'optimal' the set with the highest sum. moved_grids: on how many
    grids, moved and turned, the choice is made again. keeps_institutions: whether what the publisher placed at a hospital, prison
    or police station counts. exclusions: where no spot may be chosen; what was recorded there
    still counts as recorded. override: why offences that police record on their own initiative are counted too; None leaves them out.

    HotSpotsError: a number that makes no sense.
    """

    cell: float = 150.0
    kind: CellKind = "hexagon"
    count: int = 20
    spacing: float = 500.0
    months: int = 60
    score: Score = "count"
    method: Literal["greedy", "optimal"] = "greedy"
    moved_grids: int = 48
    keeps_institutions: bool = False
    exclusions: tuple[Exclusion, ...] = ()
    override: str | None = None

    def __post_init__(self) -> None:
        if not 25 <= self.cell <= 5_000:
            raise HotSpotsError(f"a hot spot is from 25 to 5,000 metres wide, for example 150, not {self.cell:g}")
        if not 1 <= self.count <= 500:
            raise HotSpotsError(f"choose from 1 to 500 hot spots, for example 20, not {self.count}")
        if not 0 <= self.spacing <= 100_000:
            raise HotSpotsError(f"spacing is metres between two spots, for example 500, not {self.spacing:g}")
        if self.months < 1 or self.moved_grids < 1:
            raise HotSpotsError("look back at least one month, and move the grid at least once")
        if self.override is not None and not self.override.strip():
            raise HotSpotsError("say why offences that police record on their own initiative are to be counted")
