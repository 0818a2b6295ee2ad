"""Deprivation: one hidden surface, from which the indices of 2019 and 2025 are both drawn.

The national files rank every small area of England. A made-up county is a part of that country, so each area is given the rank it
would hold among all of England's, and scores, deciles, sub-domains and indicators follow from the ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from safeground.synthetic.geography import Geography, sum_pieces

AREAS_2019 = 32_844
AREAS_2025 = 33_755
_NORMAL = NormalDist()

#: How closely each domain follows the hidden surface. Housing runs the other way: the country is poorly served.
DOMAINS_2019 = {
    "IMD": 1.0, "Income": 0.97, "Employment": 0.95, "Education": 0.88, "Health": 0.88, "Crime": 0.75,
    "Housing_and_Access": -0.15, "Environment": 0.35,
}  # fmt: skip
DOMAINS_2025 = {
    "IMD": 1.0, "Income": 0.97, "Employment": 0.95, "Education": 0.88, "Health": 0.88, "Crime": 0.75,
    "Housing_and_Services": -0.1, "Environment": 0.35,
}  # fmt: skip
SUBDOMAINS_2025 = {
    "children_and_young_people": 0.85, "adult_skills": 0.85, "geographical_barriers": -0.55, "wider_barriers": 0.6,
    "indoors": 0.25, "outdoors": 0.3,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Deprivation:
    """National ranks, 1 the most deprived: for each domain an array, one a small area of its vintage.

    surface: (pieces,) the hidden truth, standard deviations above the county's mean; higher is more deprived.
    """

    surface: np.ndarray
    ranks2019: dict[str, np.ndarray] = field(repr=False)
    ranks2025: dict[str, np.ndarray] = field(repr=False)
    subranks2025: dict[str, np.ndarray] = field(repr=False)

    @property
    def tenth2025(self) -> np.ndarray:
        """The national tenth of 2025, (LSOA 2021,), 1 the most deprived."""
        return decile(self.ranks2025["IMD"], AREAS_2025)


def make_surface(rng: np.random.Generator, geography: Geography, centroids: np.ndarray) -> np.ndarray:
    """The hidden surface: poorer near town centres and in a few clusters, with what neighbours share and what they do not."""
    pieces = len(geography.centre)
    middles = centroids[geography.centre]
    nearest = np.hypot(*(centroids[:, None] - middles[None]).transpose(2, 0, 1)).min(axis=1)
    surface = 0.7 * np.exp(-nearest / 2.0)
    for poor in rng.integers(pieces, size=max(4, pieces // 60)):
        distance = np.hypot(*(centroids - centroids[poor]).T)
        surface += rng.normal(0.6, 0.8) * np.exp(-((distance / rng.uniform(1.0, 3.0)) ** 2))
    surface += rng.normal(0, 0.35, int(geography.district_of.max()) + 1)[geography.district_of]
    surface += rng.normal(0, 0.45, pieces)
    return (surface - surface.mean()) / surface.std()


def make_deprivation(
    rng: np.random.Generator,
    geography: Geography,
    surface: np.ndarray,
    residents: np.ndarray,
    *,
    lane: tuple[int, int] = (0, 1),
    shift: float = -0.2,
) -> Deprivation:
    """Rank the small areas of both vintages among England's.

    lane: (which, of how many) forces; each takes every so-manieth rank, so that no two areas of two forces share one.
    shift: moves the force; below 0 is less deprived than England.
    """

    def of_areas(area_of: np.ndarray) -> np.ndarray:
        return sum_pieces(surface * residents, area_of) / sum_pieces(residents.astype(float), area_of)

    def rank_all(domains: dict[str, float], level: np.ndarray, areas: int) -> dict[str, np.ndarray]:
        ranks = {}
        for domain, follows in domains.items():
            own = rng.normal(0, 1, len(level)) * np.sqrt(1 - follows**2)
            ranks[domain] = _rank_nationally(0.92 * (follows * level + own) + shift, areas, lane)
        return ranks

    level2019, level2025 = of_areas(geography.lsoa11_of), of_areas(geography.lsoa21_of)
    level2019 = level2019 + rng.normal(0, 0.12, len(level2019))
    return Deprivation(
        surface=surface,
        ranks2019=rank_all(DOMAINS_2019, level2019, AREAS_2019),
        ranks2025=rank_all(DOMAINS_2025, level2025, AREAS_2025),
        subranks2025=rank_all(SUBDOMAINS_2025, level2025, AREAS_2025),
    )


def decile(ranks: np.ndarray, areas: int) -> np.ndarray:
    """The tenth of the country a rank lies in, 1 the most deprived."""
    return (ranks - 1) * 10 // areas + 1


def deprived_share(ranks: np.ndarray, areas: int) -> np.ndarray:
    """The share of the country's areas that are less deprived: near 1 for rank 1."""
    return 1 - (ranks - 0.5) / areas


def standard_score(ranks: np.ndarray, areas: int) -> np.ndarray:
    """What a standard normal score of that rank would be; positive is more deprived."""
    return np.array([_NORMAL.inv_cdf(share) for share in deprived_share(ranks, areas).tolist()])


def _rank_nationally(level: np.ndarray, areas: int, lane: tuple[int, int]) -> np.ndarray:
    """The rank of each level in a standard normal country, no rank given twice and all in the lane."""
    which, lanes = lane
    slots = areas // lanes
    if len(level) > slots // 2:
        raise ValueError(
            f"A force cannot have {len(level):,} small areas beside {lanes - 1} others: England has {areas:,}."
        )
    order = np.argsort(-level, kind="stable")
    wanted = np.array([round((1 - _NORMAL.cdf(value)) * (slots - 1)) for value in level[order].tolist()])
    steps = np.arange(len(wanted))
    unique = np.maximum.accumulate(wanted - steps) + steps
    slot = np.empty(len(level), dtype=int)
    slot[order] = np.minimum(unique, slots - len(wanted) + steps)
    return slot * lanes + which + 1
