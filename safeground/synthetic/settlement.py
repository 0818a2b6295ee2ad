"""Where people live: districts round towns, dense in the middle and thin between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

#: Of a district's small areas, the share that lies in its town rather than in the country around.
SHARE_IN_TOWN = 0.72


@dataclass(frozen=True, eq=False)
class Settlement:
    """The places that small areas form round, in kilometres.

    seeds: (n, 2). district: (n,) position of each seed's district. towns: (districts, 2). centre: (n,) whether a town centre.
    """

    seeds: np.ndarray
    district: np.ndarray
    towns: np.ndarray
    centre: np.ndarray


def make_settlement(rng: np.random.Generator, outline: shapely.Polygon, *, places: int, districts: int) -> Settlement:
    """Spread towns over the outline and small places round them; each place belongs to the district of the nearest town."""
    shapely.prepare(outline)
    pool = _points_inside(rng, outline, 40 * places + 4000)
    towns = _spread(pool, districts, rng)
    towns = towns[np.argsort(-towns[:, 0])]  # the first is by the sea
    home = _nearest(pool, towns)
    weight = rng.permutation(np.linspace(0.45, 1.55, districts)) if districts > 1 else np.ones(1)
    sizes = _share_out(places, weight)
    seeds = []
    for district, size in enumerate(sizes):
        spread_km = 0.24 * np.sqrt(size) + 0.3
        town = rng.normal(towns[district], spread_km, size=(12 * size, 2))
        town = town[shapely.contains_xy(outline, *town.T)]
        town = town[_nearest(town, towns) == district]
        country = pool[home == district]
        in_town = round(size * SHARE_IN_TOWN)
        chosen = _pick_apart(town, in_town, 0.55 * spread_km / np.sqrt(size), np.empty((0, 2)))
        seeds.append(_pick_apart(country, size - len(chosen), 0.6, chosen))
    district = np.repeat(np.arange(districts), sizes)
    placed = np.concatenate(seeds)
    return Settlement(placed, district, towns, _town_centres(placed, district, towns))


def _town_centres(seeds: np.ndarray, district: np.ndarray, towns: np.ndarray) -> np.ndarray:
    """The one to three places nearest each town's middle, one for every forty small areas of the district."""
    centre = np.zeros(len(seeds), dtype=bool)
    for position, town in enumerate(towns):
        members = np.flatnonzero(district == position)
        distance = np.hypot(*(seeds[members] - town).T)
        centre[members[np.argsort(distance)[: int(np.clip(len(members) // 40, 1, 3))]]] = True
    return centre


def _points_inside(rng: np.random.Generator, outline: shapely.Polygon, count: int) -> np.ndarray:
    west, south, east, north = shapely.bounds(outline)
    points = rng.uniform((west, south), (east, north), size=(count, 2))
    return points[shapely.contains_xy(outline, *points.T)]


def _spread(pool: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose points far from each other: each time the best of a few, so that distances vary as towns' do."""
    chosen = pool[:1]
    while len(chosen) < count:
        candidates = pool[rng.integers(len(pool), size=12)]
        distance = np.hypot(*(candidates[:, None] - chosen[None]).transpose(2, 0, 1)).min(axis=1)
        chosen = np.vstack([chosen, candidates[distance.argmax()]])
    return chosen


def _nearest(points: np.ndarray, towns: np.ndarray) -> np.ndarray:
    tree = shapely.STRtree(shapely.points(towns))
    return tree.nearest(shapely.points(points))


def _share_out(total: int, weight: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders)."""
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact)[: total - whole.sum()]] += 1
    return whole


def _pick_apart(candidates: np.ndarray, count: int, apart_km: float, beside: np.ndarray) -> np.ndarray:
    """`beside` and `count` of the candidates, at least `apart_km` from each other; nearer where there is no room."""
    chosen = list(beside)
    wanted = len(chosen) + count
    while len(chosen) < wanted:
        for point in candidates:
            if len(chosen) == wanted:
                break
            if not chosen or ((np.array(chosen) - point) ** 2).sum(axis=1).min() > apart_km**2:
                chosen.append(point)
        apart_km *= 0.6
        if apart_km < 1e-4:
            raise ValueError(f"There is no room for {count:,} small areas in a district; ask for fewer.")
    return np.array(chosen)
