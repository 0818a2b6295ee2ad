"""Who is hurt and who is suspected: draws from everyone who lives in the county, some of them far more often than others.

A person here is a number with a birthday, a sex and an ethnic group, and nothing else. Nobody is made up beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from safeground.synthetic.people import AGES

DAYS_IN_FOUR_YEARS = 1461
#: Spread of how often people come into violence (of a log-normal): some three in ten victims were victims in the year before.
SPREAD_OF_RISK = 1.2
_FIRST_BIRTH = np.datetime64("1925-01-01")
_LAST_BIRTH = np.datetime64("2030-01-01")
_NUMBERS = 9_999_991  # a prime, so that multiplying shuffles without repeating

#: Ethnic groups as people say, and as an officer writes the same person down.
SELF_DEFINED = ("W1", "W9", "M1", "A1", "A2", "B1", "B2", "O9")
OFFICER_DEFINED = ("IC1", "IC2", "IC3", "IC4", "IC4", "IC3", "IC3", "IC6")
_ETHNIC_SHARES = (0.80, 0.06, 0.03, 0.02, 0.02, 0.03, 0.03, 0.01)


def _curve(ages: tuple[int, ...], weights: tuple[float, ...]) -> np.ndarray:
    """Cumulative shares of each age from weights read off at some."""
    weight = np.interp(AGES, ages, weights, left=0.0, right=0.0)
    return np.cumsum(weight) / weight.sum()


#: Cumulative shares of ages. Young: steep from 12, a peak at 15, a dip, a second rise at 17 (the strategy's own description).
AGE_CURVES = {
    "young": _curve(
        (11, 12, 13, 14, 15, 16, 17, 18, 21, 25, 35, 50, 75), (0, 0.4, 1.6, 3.2, 4.4, 3.2, 4.0, 3.8, 3.0, 2.1, 1.1, 0.4, 0)
    ),
    "adult": _curve((12, 13, 15, 17, 20, 25, 35, 45, 60, 90), (0, 1.0, 2.0, 1.8, 2.2, 2.2, 1.9, 1.4, 0.7, 0.1)),
    "grown": _curve((15, 16, 20, 26, 35, 50, 65, 90), (0, 1.4, 2.2, 2.4, 2.0, 1.1, 0.4, 0.1)),
    "child": _curve((0, 4, 10, 13, 15, 16), (0.3, 0.5, 0.8, 2.4, 3.0, 0)),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pool:
    """Everyone of one sex, in the order of their births.

    birth: (n,) days from 1970. cumulative: (n + 1,) risk of those before each, and of all. ethnicity: (n,) position in SELF_DEFINED.
    first_number: what sets their numbers apart from the other pool's.
    """

    birth: np.ndarray
    cumulative: np.ndarray
    ethnicity: np.ndarray
    first_number: int

    def choose(self, rng: np.random.Generator, ages: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Somebody of each age on each day, by risk: (n,) positions."""
        youngest = self._risk_by(days - ages * DAYS_IN_FOUR_YEARS // 4)
        oldest = self._risk_by(days - (ages + 1) * DAYS_IN_FOUR_YEARS // 4)
        chosen = np.searchsorted(self.cumulative, oldest + rng.random(len(ages)) * (youngest - oldest), side="right")
        return (chosen - 1).clip(0, len(self.birth) - 1)

    def _risk_by(self, day: np.ndarray) -> np.ndarray:
        """The risk of all who were born on a day or earlier. Whole days: numpy would copy the births to compare them with fractions."""
        return self.cumulative[np.searchsorted(self.birth, day, side="right")]


@dataclass(frozen=True, eq=False)
class Persons:
    """Victims, or suspects: one row a person in a crime, in the crimes' order.

    assault: (n,) position among the assaults. number: (n,) who it is; the same person has the same number wherever they appear. age: (n,)
    in whole years on the day. female: (n,) bool. ethnicity: (n,) position in SELF_DEFINED.
    """

    assault: np.ndarray
    number: np.ndarray
    age: np.ndarray
    female: np.ndarray
    ethnicity: np.ndarray

    def first_of(self, assaults: int) -> np.ndarray:
        """For each of so many assaults the row of its first person, -1 where it has none."""
        first = np.full(assaults, -1)
        first[self.assault[::-1]] = np.arange(len(self.assault))[::-1]
        return first

    @cached_property
    def labels(self) -> np.ndarray:
        """Numbers as a crime system gives them, 'P0048812': (n,) of str."""
        return np.char.add("P", np.char.zfill((self.number * 7_919 % _NUMBERS).astype(str), 7))

    def repeats(self, day: np.ndarray) -> np.ndarray:
        """For each row, how many rows of the same person lie in the 365 days before. day: (assaults,) days from 1970."""
        own = day[self.assault].astype(np.int64)
        key = self.number * 100_000 + own
        order = np.argsort(key, kind="stable")
        before = np.searchsorted(key[order], key) - np.searchsorted(key[order], key - 365)
        return before


def make_pools(rng: np.random.Generator, residents: int) -> tuple[Pool, Pool]:
    """Men and boys, women and girls."""
    each = max(500, residents // 2)
    span = (_FIRST_BIRTH.astype(np.int64), _LAST_BIRTH.astype(np.int64))
    return tuple(
        Pool(
            birth=np.sort(rng.integers(*span, size=each)),
            cumulative=np.append(0.0, np.cumsum(np.exp(rng.normal(0, SPREAD_OF_RISK, each)))),
            ethnicity=rng.choice(len(_ETHNIC_SHARES), p=_ETHNIC_SHARES, size=each),
            first_number=which * each,
        )
        for which in range(2)
    )  # type: ignore[return-value]


def draw_persons(
    rng: np.random.Generator,
    pools: tuple[Pool, Pool],
    *,
    assault: np.ndarray,
    curve: np.ndarray,
    female: np.ndarray,
    day: np.ndarray,
) -> Persons:
    """Draw a person for each row. assault: (n,) sorted. curve: (n,) names of AGE_CURVES. female: (n,) chances. day: (n,) from 1970."""
    count = len(assault)
    is_female = rng.random(count) < female
    age, chance = np.zeros(count, dtype=np.int64), rng.random(count)
    for name, shares in AGE_CURVES.items():
        of_curve = curve == name
        age[of_curve] = np.searchsorted(shares, chance[of_curve], side="right")
    number, ethnicity = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for pool, rows in zip(pools, (~is_female, is_female), strict=True):
        chosen = pool.choose(rng, age[rows], day[rows])
        number[rows], ethnicity[rows] = chosen + pool.first_number, pool.ethnicity[chosen]
    # Nobody is twice in one crime.
    once = np.sort(np.unique(np.column_stack([assault, number]), axis=0, return_index=True)[1])
    return Persons(assault[once], number[once], age[once], is_female[once], ethnicity[once])


def join_persons(parts: list[Persons], starts: list[int]) -> Persons:
    """One table of several, whose assaults begin at `starts`."""
    return Persons(
        np.concatenate([part.assault + start for part, start in zip(parts, starts, strict=True)]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("number", "age", "female", "ethnicity")),
    )
