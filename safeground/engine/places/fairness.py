"""Who lives in the places that were chosen, beside who lives in the county: for any choice of places, by any method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from safeground.engine.measures import (
    ETHNICITY,
    Ages,
    Characteristic,
    Measures,
    read_ethnic_groups,
    read_small_areas,
)

_BANDS = (Ages(0, 15), Ages(16, 24), Ages(25, 34), Ages(35, 49), Ages(50, 64), Ages(65))
_CENSUS = 2021
_POPULATION = "population"
_FIFTHS = (
    "most deprived fifth of England",
    "second fifth",
    "third fifth",
    "fourth fifth",
    "least deprived fifth of England",
)
_DECILE = Characteristic(
    "income deprivation", "deprivation", "attribute", name="Income", source="imd2025", attribute_kind="decile"
)


@dataclass(frozen=True)
class FairnessRow:
    """A group of residents: how many live in the chosen places and in the county, and what share of each they are.

    `feed`: whose count of people it is, and so whose rule it is told under.
    """

    feed: str
    kind: str
    group: str
    people: float
    people_in_county: float
    share: float
    share_of_county: float

    @property
    def label(self) -> str:
        """'Age: 16-24', 'Income deprivation: second fifth'."""
        return f"{self.kind}: {self.group}"

    @property
    def ratio(self) -> float:
        """How many times their share of the county's residents they are of those chosen; NaN where none live in the county."""
        return self.share / self.share_of_county if self.share_of_county > 0 else float("nan")


@dataclass(frozen=True)
class FairnessSheet:
    """Who lives in chosen places. `lacking`: what is not told or not of all, by feed, with why. `notes`: how far to trust counts."""

    residents: float
    residents_of_county: float
    rows: tuple[FairnessRow, ...]
    lacking: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChoicesCompared:
    """One choice beside the same made from other records: places in both, in the first alone and in the second alone."""

    both: int
    first_alone: int
    second_alone: int

    @property
    def share_kept(self) -> float:
        """Of the first choice, the share that the second keeps; NaN where nothing was chosen."""
        chosen = self.both + self.first_alone
        return self.both / chosen if chosen else float("nan")


def make_fairness_sheet(measures: Measures, weights: Mapping[str, float]) -> FairnessSheet:
    """weights: of each small area (by code) the share of its residents who live in the chosen places; 1 for a whole area.

    Ages and ethnic groups are the census's, deprivation is by the fifth of England that an area's income deprivation of 2025 lies in.
    ValueError: a share below 0 or above 1, an area that is not ours, or no residents by age.
    """
    codes = measures.areas(measures.locator.base)
    strange = sorted(set(weights) - set(codes))
    if strange:
        raise ValueError(f"{strange[0]} is no small area of ours; name areas of {measures.locator.base}")
    share = np.array([weights.get(code, 0.0) for code in codes])
    if ((share < 0) | (share > 1)).any():
        raise ValueError("a share of an area's residents lies between 0 and 1")
    populations = measures.populations(_CENSUS, _BANDS)
    people = np.nan_to_num(populations.at_level(measures.locator.base, codes))
    everyone = people.sum(axis=1)
    row_of = {code: row for row, code in enumerate(measures.locator.hierarchy.codes)}
    ours = np.array([row_of[code] for code in codes])
    rows = _tell(_POPULATION, "Age", [band.label for band in _BANDS], people, share)
    by_ethnicity, lacking = _tell_ethnicity(measures, ours, share)
    rows += by_ethnicity
    decile = read_small_areas(measures, _DECILE)[ours]
    if np.isnan(decile).all():
        lacking[_DECILE.feed] = "Deprivation is not told, since the indices of deprivation of 2025 have not landed."
    else:
        fifth = np.ceil(decile / 2)
        of_fifth = np.column_stack([np.where(fifth == at, everyone, 0.0) for at in range(1, 6)])
        rows += _tell(_POPULATION, "Income deprivation", _FIFTHS, of_fifth, share)
    return FairnessSheet(
        residents=float(everyone @ share),
        residents_of_county=float(everyone.sum()),
        rows=tuple(rows),
        lacking=MappingProxyType(lacking),
        notes=measures.catalogue.feeds.contracts[ETHNICITY].caveats if by_ethnicity else (),
    )


def _tell_ethnicity(
    measures: Measures, ours: NDArray[np.intp], share: NDArray[np.float64]
) -> tuple[list[FairnessRow], dict[str, str]]:
    """Rows by ethnic group over the areas of which every group is counted, and what is lacking where that is not all of them."""
    found = read_ethnic_groups(measures)
    people = found.people[ours]
    is_counted = np.asarray(~np.isnan(people).any(axis=1))
    if not found.groups or not is_counted.any():
        return [], {ETHNICITY: "Ethnicity is not told, since no count of residents by ethnic group has landed."}
    if not is_counted[share > 0].any():
        return [], {
            ETHNICITY: "Ethnicity is not told, since residents by ethnic group are counted in none of these areas."
        }
    rows = _tell(ETHNICITY, "Ethnic group", found.groups, people[is_counted], share[is_counted])
    if is_counted.all():
        return rows, {}
    return rows, {
        ETHNICITY: (
            f"Residents by ethnic group are counted in {is_counted.sum():,} of {len(ours):,} neighbourhoods, and told of these alone."
        )
    }


def compare_choices(first: Sequence[str], second: Sequence[str]) -> ChoicesCompared:
    """Of the same places chosen with and without the records that police make on their own initiative, for one: how far they agree."""
    one, other = set(first), set(second)
    return ChoicesCompared(len(one & other), len(one - other), len(other - one))


def _tell(
    feed: str, kind: str, groups: Sequence[str], people: NDArray[np.float64], share: NDArray[np.float64]
) -> list[FairnessRow]:
    chosen, county = share @ people, people.sum(axis=0)
    of_chosen, of_county = max(chosen.sum(), 1e-12), max(county.sum(), 1e-12)
    return [
        FairnessRow(
            feed, kind, group, float(inside), float(outside), float(inside / of_chosen), float(outside / of_county)
        )
        for group, inside, outside in zip(groups, chosen, county, strict=True)
    ]
