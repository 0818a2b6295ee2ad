"""Who lives where: residents by single year of age in mid-2020, and in the six bands of the 2021 Census."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.synthetic.geography import Geography

#: Ages 0 to 89 and 90 or over.
AGES = np.arange(91)
CENSUS_BANDS = (
    (0, 15, "Aged 15 years and under"),
    (16, 24, "Aged 16 to 24 years"),
    (25, 34, "Aged 25 to 34 years"),
    (35, 49, "Aged 35 to 49 years"),
    (50, 64, "Aged 50 to 64 years"),
    (65, 90, "Aged 65 years and over"),
)
#: England and Wales in mid-2020, thousands of people of an age (Office for National Statistics), read off at a few ages.
_NATIONAL_AGES = np.array([0, 5, 10, 16, 20, 25, 30, 35, 42, 49, 54, 60, 66, 73, 74, 80, 85, 89, 90])
_NATIONAL_THOUSANDS = np.array(
    [631, 724, 741, 646, 694, 765, 813, 792, 705, 821, 828, 719, 607, 673, 513, 344, 262, 166, 697]
)


@dataclass(frozen=True, eq=False)
class People:
    """Residents. mid2020: (pieces, 91) by single year of age. census2021: (pieces, 6). ambient: (pieces,) visitors by day and night."""

    mid2020: np.ndarray
    census2021: np.ndarray
    ambient: np.ndarray

    @property
    def residents(self) -> np.ndarray:
        """All residents in mid-2020, (pieces,)."""
        return self.mid2020.sum(axis=1)


def make_people(rng: np.random.Generator, geography: Geography) -> People:
    """People the pieces: about 1,650 residents each, fewer in town centres, where many more come than live."""
    centre = geography.centre
    total = np.clip(rng.normal(1690, 210, len(centre)), 1050, 2600)
    total[centre] = rng.uniform(700, 1000, centre.sum())
    kind_of = {c.lsoa21: c.change_code for c in geography.changes}
    kind = np.array([kind_of[area] for area in geography.lsoa21_of])
    total[kind == "S"] *= 0.85  # together above 2,400: why the area of 2011 was split
    total[kind == "M"] *= 0.5  # each below 1,000: why the two were merged
    profile = _age_profiles(rng, geography)
    mid2020 = rng.multinomial(np.rint(total).astype(int), profile)
    growth = np.where(kind == "S", 1.05, 1.0) * rng.uniform(0.995, 1.02, len(centre))
    bands = np.stack([mid2020[:, low : high + 1].sum(axis=1) for low, high, _ in CENSUS_BANDS], axis=1)
    ambient = np.where(centre, rng.uniform(6_000, 16_000, len(centre)), 0.0)
    return People(mid2020, np.rint(bands * growth[:, None]).astype(int), ambient)


def _age_profiles(rng: np.random.Generator, geography: Geography) -> np.ndarray:
    """The share of each age in each piece: (pieces, 91). Young adults in centres, older people by the sea, families between."""
    national = np.interp(AGES, _NATIONAL_AGES, _NATIONAL_THOUSANDS)
    pieces = len(geography.centre)
    young = np.exp(-(((AGES - 26) / 7.0) ** 2))
    older = 1 / (1 + np.exp(-(AGES - 66) / 4.0))
    family = np.exp(-(((AGES - 5) / 7.0) ** 2)) + np.exp(-(((AGES - 37) / 7.0) ** 2))
    by_the_sea = geography.district_of == 0
    tilt = (
        np.outer(np.where(geography.centre, 1.1, rng.gamma(2, 0.08, pieces)), young)
        + np.outer(rng.normal(0, 0.35, pieces) + 0.35 * by_the_sea, older)
        + np.outer(rng.normal(0, 0.2, pieces) - 0.4 * geography.centre, family)
    )
    weight = national * np.exp(tilt)
    return weight / weight.sum(axis=1, keepdims=True)
