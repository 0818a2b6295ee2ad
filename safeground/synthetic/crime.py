"""How much crime is expected where and when, and the crimes drawn from that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from safeground.months import days_in_month
from safeground.synthetic.crime_types import CRIME_TYPES
from safeground.synthetic.deprivation import Deprivation
from safeground.synthetic.geography import Geography
from safeground.synthetic.months import month_of_year, years_from
from safeground.synthetic.people import People

#: Recorded rows a resident a year: 157,000 in a county of 1.86 million.
ROWS_PER_RESIDENT_YEAR = 157_000 / 1_860_000
#: The rate beside that of the least deprived tenth, before each crime type's own gradient: 2.7 times in the most deprived.
RATE_RATIO_BY_TENTH = tuple(round(float(np.exp(0.11 * (10 - tenth))), 3) for tenth in range(1, 11))
#: Expected counts are as planned in the middle of the year whose shares `CrimeType` gives.
REFERENCE_MONTH = "2024-12"
HOT_SHARE = 0.012


@dataclass(frozen=True, eq=False)
class CrimeModel:
    """What is true of crime in one force.

    monthly: (pieces, types) rows expected in an average month of the reference year. district_factor and district_trend: (districts,)
    the level beside the force's, and the yearly change (0.05 is five in a hundred more each year). hot: (pieces,) bool, planted.
    """

    monthly: np.ndarray
    district_factor: np.ndarray
    district_trend: np.ndarray
    hot: np.ndarray
    district_of: np.ndarray

    def expected(self, month: str) -> np.ndarray:
        """Rows expected in a month, (pieces, types)."""
        growth = (1 + self.district_trend) ** years_from(REFERENCE_MONTH, month)
        summer = np.array([kind.summer for kind in CRIME_TYPES])
        season = 1 + summer * np.cos(2 * np.pi * (month_of_year(month) - 7) / 12)
        days = days_in_month(month) * 12 / 365.25
        return self.monthly * growth[self.district_of][:, None] * (season * _recording(month) * days)


def make_crime_model(
    rng: np.random.Generator, geography: Geography, people: People, deprivation: Deprivation, *, level: float = 1.0
) -> CrimeModel:
    """Plan a force's crime: residents' crime by deprivation and district, visitors' crime in centres, and planted hot areas."""
    pieces, districts = len(geography.centre), len(geography.districts)
    factor = np.exp(rng.normal(0, 0.10, districts))
    trend = np.round(rng.permutation(np.linspace(-0.07, 0.08, districts)), 3)
    ratio = np.array(RATE_RATIO_BY_TENTH)[deprivation.tenth2025 - 1][geography.lsoa21_of]
    hot = _choose_hot(rng, geography, deprivation)
    residents = people.residents
    troubled = np.exp(rng.normal(0, 0.45, pieces))  # what a piece has more of whatever the crime
    monthly = np.empty((pieces, len(CRIME_TYPES)))
    for column, kind in enumerate(CRIME_TYPES):
        own = rng.gamma(6.0, 1 / 6.0, pieces) * troubled ** (1.8 if kind.public else 1.0)
        planted = np.where(hot, kind.hot, 1.0)
        risk = residents * ratio**kind.gradient * own * planted + people.ambient * kind.centre
        risk = risk * factor[geography.district_of]
        monthly[:, column] = risk / risk.sum() * kind.share
    monthly *= level * residents.sum() * ROWS_PER_RESIDENT_YEAR / 12
    return CrimeModel(monthly, factor, trend, hot, geography.district_of)


def _choose_hot(rng: np.random.Generator, geography: Geography, deprivation: Deprivation) -> np.ndarray:
    """A few ordinary, unchanged and rather deprived areas in towns, to be found again by whoever looks for concentration."""
    size = shapely.area(geography.shapes)
    in_town = size < np.median(size)
    unchanged = {c.lsoa21 for c in geography.changes if c.change_code == "U"}
    candidates = [
        piece
        for piece, area in enumerate(geography.lsoa21_of.tolist())
        if in_town[piece] and area in unchanged and not geography.centre[piece] and deprivation.tenth2025[area] <= 6
    ] or list(range(len(geography.centre)))
    hot = np.zeros(len(geography.centre), dtype=bool)
    wanted = max(1, round(HOT_SHARE * len(hot)))
    hot[rng.permutation(candidates)[:wanted]] = True
    return hot


def _recording(month: str) -> np.ndarray:
    """How much of each type is recorded beside the reference: anti-social behaviour fell from some 15% of rows to 9% in two years."""
    before = max(0.0, -years_from(REFERENCE_MONTH, month))
    levels = np.ones(len(CRIME_TYPES))
    levels[0] = 1 + 0.35 * min(before, 2.5)
    return levels
