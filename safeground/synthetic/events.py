"""The crimes of one month, drawn from what is expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.synthetic.county import County, Territory
from safeground.synthetic.crime_types import CRIME_TYPES, LAST_OUTCOMES
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.streams import random_stream

SHARE_WITHOUT_LOCATION = 0.008
#: Of the located rows, those that a force recorded just over its border.
SHARE_OVER_BORDER = 0.0015
#: A decision comes in the month of the crime, or one or two months later.
DECISION_LAG_SHARES = (0.65, 0.25, 0.10)
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class MonthEvents:
    """One force's crimes of a month, in the order police.uk lists them: by area, then type, those without location last.

    kind: (n,) position in CRIME_TYPES. place: (n,) position among the force's points; from `len(points)` on, among the neighbouring
    forces' border points; NOWHERE without location. outcome: (n,) position in LAST_OUTCOMES, -1 for anti-social behaviour.
    lag: (n,) months until the decision. crime_ids: 64 hexadecimal digits each, empty for anti-social behaviour.
    """

    kind: np.ndarray
    place: np.ndarray
    outcome: np.ndarray
    lag: np.ndarray
    crime_ids: list[bytes]


def draw_month(county: County, territory: Territory, month: str) -> MonthEvents:
    """Draw a month, the same whatever other months were drawn."""
    rng = random_stream(county.seed, territory.name, "events", month)
    counts = rng.poisson(territory.crime.expected(month))
    types = len(CRIME_TYPES)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    piece, kind = cell // types, cell % types
    place = _choose_points(rng, territory, piece, kind)
    chance = rng.random(len(place))
    border = border_points(county, territory)
    over = (chance > SHARE_WITHOUT_LOCATION) & (chance < SHARE_WITHOUT_LOCATION + SHARE_OVER_BORDER)
    place[over] = len(territory.points.longitude) + rng.integers(len(border), size=over.sum())
    place[chance < SHARE_WITHOUT_LOCATION] = NOWHERE
    order = np.lexsort((kind, _area_order(territory, place)))
    kind, place = kind[order], place[order]
    crimes = kind != 0
    shares = np.array(list(LAST_OUTCOMES.values()))
    outcome = np.where(crimes, rng.choice(len(shares), p=shares / shares.sum(), size=len(kind)), -1)
    lag = rng.choice(len(DECISION_LAG_SHARES), p=DECISION_LAG_SHARES, size=len(kind))
    return MonthEvents(kind, place, outcome, lag, _make_crime_ids(rng, crimes))


def border_points(county: County, territory: Territory) -> np.ndarray:
    """Points of other forces near this one's land: (m, 2) pairs of (which territory, which point)."""
    own = np.array([territory.points.longitude.mean(), territory.points.latitude.mean()])
    pairs = []
    for which, other in enumerate(county.territories):
        if other is territory or county.territory not in (other, territory):
            continue
        distance = np.hypot(other.points.longitude - own[0], other.points.latitude - own[1])
        pairs += [(which, int(point)) for point in np.argsort(distance)[:12]]
    return np.array(pairs)


def _choose_points(rng: np.random.Generator, territory: Territory, piece: np.ndarray, kind: np.ndarray) -> np.ndarray:
    public = np.array([crime.public for crime in CRIME_TYPES])[kind]
    chance = rng.random(len(piece))
    points = territory.points
    within = np.zeros(len(piece), dtype=int)
    for step in range(POINTS_A_PIECE - 1):
        within += chance > np.where(public, points.public[piece, step], points.everywhere[piece, step])
    return piece * POINTS_A_PIECE + within


def _area_order(territory: Territory, place: np.ndarray) -> np.ndarray:
    areas = np.repeat(territory.geography.lsoa21_of, POINTS_A_PIECE)
    ordered = np.full(len(place), len(areas) + 1)
    own = (place != NOWHERE) & (place < len(areas))
    ordered[own] = areas[place[own]]
    ordered[place >= len(areas)] = len(areas)
    return ordered


def _make_crime_ids(rng: np.random.Generator, crimes: np.ndarray) -> list[bytes]:
    """Random, so that two are never alike; anti-social behaviour has none."""
    count = int(crimes.sum())
    digits = rng.bytes(32 * count).hex().encode()
    ids = np.full(len(crimes), b"", dtype=object)
    ids[crimes] = [digits[i : i + 64] for i in range(0, 64 * count, 64)]
    return ids.tolist()
